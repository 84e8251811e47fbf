//! [`Guard`] leaves the terminal as it was found, however the asking ends; [`Keys`] reads it key by
//! key.

use std::io::{self, Write};
use std::thread::JoinHandle;

use console::Term;
use zeroize::Zeroizing;

#[cfg(not(unix))]
use super::windows_keys::{KeyDecoder, KeyEvent};
use crate::output::size;

/// Holds the terminal while questions are asked.
///
/// Between two prompts the terminal would echo what is typed or pasted ahead, token included, and
/// would cut a line at 4,095 bytes; so echo and line mode stay off as long as this value lives.
/// Between two keys dialoguer puts back what it found, so it holds there too. Dropping it restores
/// everything, and throws away what was typed but not read, so that the rest of a token never
/// becomes the shell's next command.
pub struct Guard {
    #[cfg(unix)]
    found: Option<rustix::termios::Termios>,
    plain: bool,
}

impl Guard {
    /// With `plain`, only echo is switched off: lines are read by the terminal's own line mode.
    pub fn hold(plain: bool) -> Self {
        #[cfg(unix)]
        {
            use rustix::termios::{tcgetattr, InputModes, LocalModes};
            let found = tcgetattr(io::stdin()).ok();
            if let Some(found) = &found {
                let mut quiet = found.clone();
                quiet.local_modes.remove(LocalModes::ECHO);
                if !plain {
                    quiet.local_modes.remove(LocalModes::ICANON);
                    // A Ctrl-S that is pasted must not stop the questions.
                    quiet.input_modes.remove(InputModes::IXON);
                }
                let _ = set(&quiet);
            }
            Self { found, plain }
        }
        #[cfg(not(unix))]
        Self { plain }
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        #[cfg(unix)]
        if let Some(found) = &self.found {
            let _ = rustix::termios::tcsetattr(
                io::stdin(),
                rustix::termios::OptionalActions::Flush,
                found,
            );
        }
        #[cfg(not(unix))]
        throw_away_keys();
        if !self.plain {
            bracket_pastes(false);
            // dialoguer hides it, and does not show it again after Ctrl-C.
            let _ = Term::stderr().show_cursor();
        }
    }
}

/// Keys are bytes and no signals for as long as this lives: while a question is drawn again.
///
/// dialoguer reads Ctrl-C as a byte, and puts the terminal back between two keys; a signal in that
/// moment would end the program while it does.
pub struct KeysWithoutSignals {
    #[cfg(unix)]
    found: Option<rustix::termios::Termios>,
}

impl KeysWithoutSignals {
    /// With `plain`, nothing: there Ctrl-C is a signal.
    pub fn hold(plain: bool) -> Self {
        #[cfg(unix)]
        {
            use rustix::termios::{tcgetattr, LocalModes};
            let found = tcgetattr(io::stdin()).ok().filter(|_| !plain);
            if let Some(found) = &found {
                let mut without = found.clone();
                without.local_modes.remove(LocalModes::ISIG);
                let _ = set(&without);
            }
            Self { found }
        }
        #[cfg(not(unix))]
        {
            let _ = plain;
            Self {}
        }
    }
}

impl Drop for KeysWithoutSignals {
    fn drop(&mut self) {
        #[cfg(unix)]
        if let Some(found) = &self.found {
            let _ = set(found);
        }
    }
}

/// Ends a thread that reads keys; whether SIGINT was sent to it for that.
///
/// Between two keys dialoguer changes the terminal, and would do so after it was restored. So no
/// read of the terminal waits any more, and the thread is interrupted in what it waits in: the wait
/// for a key fails, and a read that begins again finds the end of input. It may be about to wait,
/// or to set the terminal itself; so this is done again until the thread has ended.
#[cfg(unix)]
pub fn end_reading(thread: &JoinHandle<()>) -> bool {
    use nix::sys::pthread::pthread_kill;
    use nix::sys::signal::Signal;
    use std::time::{Duration, Instant};
    // A thread that cannot write to the terminal has not ended by then: nothing else could either.
    const LONGEST: Duration = Duration::from_secs(5);
    let begin = Instant::now();
    let mut is_interrupted = false;
    loop {
        let _ = wait_for_nothing();
        if thread.is_finished() || begin.elapsed() > LONGEST {
            return is_interrupted;
        }
        is_interrupted |= pthread_kill(id_of(thread), Signal::SIGINT).is_ok();
        std::thread::sleep(Duration::from_millis(1));
    }
}

#[cfg(all(unix, not(target_env = "musl")))]
fn id_of(thread: &JoinHandle<()>) -> nix::sys::pthread::Pthread {
    std::os::unix::thread::JoinHandleExt::as_pthread_t(thread)
}

/// musl has a pointer where the standard library has a number.
#[cfg(all(unix, target_env = "musl"))]
fn id_of(thread: &JoinHandle<()>) -> nix::sys::pthread::Pthread {
    std::os::unix::thread::JoinHandleExt::as_pthread_t(thread) as nix::sys::pthread::Pthread
}

/// There a key is read without any change to the console.
#[cfg(not(unix))]
pub fn end_reading(_: &JoinHandle<()>) -> bool {
    false
}

/// Lets no read of the terminal wait, and throws away what was typed.
#[cfg(unix)]
fn wait_for_nothing() -> io::Result<()> {
    use rustix::termios::{tcflush, tcgetattr, LocalModes, QueueSelector, SpecialCodeIndex};
    let mut now = tcgetattr(io::stdin())?;
    now.local_modes
        .remove(LocalModes::ICANON | LocalModes::ECHO);
    now.special_codes[SpecialCodeIndex::VMIN] = 0;
    now.special_codes[SpecialCodeIndex::VTIME] = 0;
    set(&now)?;
    Ok(tcflush(io::stdin(), QueueSelector::IFlush)?)
}

/// Whether questions that are drawn again have room: dialoguer panics on one or two rows.
pub fn has_room() -> bool {
    size().is_none_or(|(rows, columns)| rows >= 3 && columns >= 20)
}

/// Runs `read` with echo on, for a line that may be seen.
pub fn with_echo<T>(read: impl FnOnce() -> T) -> T {
    #[cfg(unix)]
    if let Ok(quiet) = rustix::termios::tcgetattr(io::stdin()) {
        let mut echoing = quiet.clone();
        echoing
            .local_modes
            .insert(rustix::termios::LocalModes::ECHO);
        let _ = set(&echoing);
        let result = read();
        let _ = set(&quiet);
        return result;
    }
    read()
}

/// The keys of the terminal as the bytes that it sends, with nothing shown and no key that means
/// something to the terminal, for as long as this value lives.
pub struct Keys {
    plain: bool,
    /// The last byte; where a key comes whole, its bytes that are left, the next one at the end.
    buffer: Zeroizing<Vec<u8>>,
    #[cfg(unix)]
    found: rustix::termios::Termios,
    #[cfg(not(unix))]
    decoder: KeyDecoder,
}

#[cfg(unix)]
impl Keys {
    /// Without `plain`, pastes are bracketed. Not every terminal does that.
    ///
    /// # Errors
    /// Where standard input is not a terminal any more.
    pub fn open(plain: bool) -> io::Result<Self> {
        let found = rustix::termios::tcgetattr(io::stdin())?;
        let buffer = Zeroizing::new(vec![0]);
        let keys = Self {
            plain,
            buffer,
            found,
        };
        keys.wait_up_to(None)?;
        if !plain {
            bracket_pastes(true);
        }
        Ok(keys)
    }

    /// Waits for the next byte; tells too whether more has come with it. None is left where the
    /// terminal is gone. What is not asked for stays with the terminal, for the next question.
    ///
    /// # Errors
    /// Where the terminal cannot be read.
    pub fn next(&mut self) -> io::Result<Option<(u8, bool)>> {
        let read = || rustix::io::read(io::stdin(), self.buffer.as_mut_slice());
        let length = rustix::io::retry_on_intr(read)?;
        let is_followed = rustix::io::ioctl_fionread(io::stdin()).is_ok_and(|more| more > 0);
        Ok((length > 0).then_some((self.buffer[0], is_followed)))
    }

    /// Throws away what comes at once; whether there was any.
    pub fn throw_away(&mut self) -> bool {
        // In tenths of a second. Keys that follow Enter within this time are the rest of a paste
        // with line breaks, not an answer.
        const SAME_PASTE: u8 = 1;
        let mut any = false;
        if self.wait_up_to(Some(SAME_PASTE)).is_ok() {
            while self.next().is_ok_and(|byte| byte.is_some()) {
                any = true;
            }
        }
        any
    }

    /// Lets each read wait for a first byte, or up to so many tenths of a second.
    fn wait_up_to(&self, tenths: Option<u8>) -> io::Result<()> {
        use rustix::termios::SpecialCodeIndex;
        let mut raw = self.found.clone();
        raw.make_raw();
        // What others write while a key is waited for keeps its line ends.
        raw.output_modes = self.found.output_modes;
        raw.special_codes[SpecialCodeIndex::VMIN] = u8::from(tenths.is_none());
        raw.special_codes[SpecialCodeIndex::VTIME] = tenths.unwrap_or(0);
        set(&raw)
    }
}

#[cfg(not(unix))]
impl Keys {
    /// # Errors
    /// None here.
    pub fn open(plain: bool) -> io::Result<Self> {
        Ok(Self {
            plain,
            buffer: Zeroizing::default(),
            decoder: KeyDecoder::default(),
        })
    }

    /// Waits for the next byte; tells too whether more has come with it.
    ///
    /// # Errors
    /// Where the console is gone.
    pub fn next(&mut self) -> io::Result<Option<(u8, bool)>> {
        use crossterm_winapi::{Console, Handle, HandleType, InputRecord};
        let console = Console::from(Handle::new(HandleType::InputHandle)?);
        while self.buffer.is_empty() {
            if let InputRecord::KeyEvent(key) = console.read_single_input_event()? {
                let bytes = self.decoder.bytes_of(event_of(&key));
                let times = usize::from(key.repeat_count.max(1));
                self.buffer.extend(bytes.repeat(times).bytes().rev());
            }
        }
        let byte = self.buffer.pop();
        // What is typed is let go later; a paste has keys that are pressed and let go at once.
        let waiting = console.number_of_console_input_events();
        let is_followed = !self.buffer.is_empty() || waiting.is_ok_and(|events| events > 1);
        Ok(byte.map(|byte| (byte, is_followed)))
    }

    /// Throws away what comes at once; whether there was any.
    pub fn throw_away(&mut self) -> bool {
        use crossterm_winapi::{Console, Handle, HandleType, InputRecord};
        // As above.
        const SAME_PASTE: std::time::Duration = std::time::Duration::from_millis(50);
        let Ok(handle) = Handle::new(HandleType::InputHandle) else {
            return false;
        };
        let console = Console::from(handle);
        let mut any = false;
        loop {
            std::thread::sleep(SAME_PASTE);
            let records = console.read_console_input().unwrap_or_default();
            let is_typed =
                |record: &InputRecord| matches!(record, InputRecord::KeyEvent(key) if key.key_down);
            if !records.iter().any(is_typed) {
                return any;
            }
            any = true;
        }
    }
}

#[cfg(not(unix))]
fn event_of(key: &crossterm_winapi::KeyEventRecord) -> KeyEvent {
    // Sources: RIGHT_ALT_PRESSED and the like of KEY_EVENT_RECORD.
    const ALT: u32 = 0x3;
    const CONTROL: u32 = 0xc;
    KeyEvent {
        is_down: key.key_down,
        code: key.virtual_key_code,
        unit: key.u_char,
        has_control: key.control_key_state.has_state(CONTROL),
        has_alt: key.control_key_state.has_state(ALT),
    }
}

/// Throws away what was typed and not read, so that the rest of a token never becomes the shell's
/// next command.
#[cfg(not(unix))]
fn throw_away_keys() {
    use crossterm_winapi::{Console, Handle, HandleType};
    let Ok(input) = Handle::new(HandleType::InputHandle) else {
        return;
    };
    let console = Console::from(input);
    while console
        .number_of_console_input_events()
        .is_ok_and(|events| events > 0)
    {
        if console.read_console_input().is_err() {
            return;
        }
    }
}

/// Whether keys can be read here. A terminal of Git Bash is one for its own programs alone: for
/// those of Windows it is a pipe.
pub fn has_keys() -> bool {
    #[cfg(unix)]
    let has_keys = true;
    #[cfg(not(unix))]
    let has_keys = {
        use crossterm_winapi::{ConsoleMode, Handle, HandleType};
        let input = Handle::new(HandleType::InputHandle);
        input.is_ok_and(|input| ConsoleMode::from(input).mode().is_ok())
    };
    has_keys
}

impl Drop for Keys {
    fn drop(&mut self) {
        if !self.plain {
            bracket_pastes(false);
        }
        #[cfg(unix)]
        let _ = set(&self.found);
    }
}

/// Asks the terminal to say where a paste begins and ends, or not to. The console of Windows does
/// not.
fn bracket_pastes(yes: bool) {
    if cfg!(unix) {
        let mut stderr = io::stderr();
        let asked = stderr.write_all(if yes { b"\x1b[?2004h" } else { b"\x1b[?2004l" });
        // Where standard error is gone, the questions say so.
        let _ = asked.and_then(|()| stderr.flush());
    }
}

#[cfg(unix)]
fn set(termios: &rustix::termios::Termios) -> io::Result<()> {
    let at_once = rustix::termios::OptionalActions::Now;
    Ok(rustix::termios::tcsetattr(io::stdin(), at_once, termios)?)
}
