//! [`Guard`] hides what is typed between prompts, and restores the terminal afterwards.

use std::io;
use std::sync::atomic::{AtomicBool, Ordering};

use console::Term;
#[cfg(unix)]
use rustix::termios::{
    tcflush, tcgetattr, tcsetattr, InputModes, LocalModes, OptionalActions, QueueSelector,
    SpecialCodeIndex, Termios,
};

/// The modes for a line of input that is shown.
#[cfg(unix)]
const LINE: LocalModes = LocalModes::ECHO
    .union(LocalModes::ICANON)
    .union(LocalModes::ISIG);

/// Whether a prompt is reading from the terminal.
static IS_ASKING: AtomicBool = AtomicBool::new(false);

/// Whether a prompt is reading from the terminal.
pub fn is_asking() -> bool {
    IS_ASKING.load(Ordering::SeqCst)
}

/// Exists while a prompt reads from the terminal. Ctrl-C is a key during that time, so that the
/// prompt ends before SIGINT is raised and can't change a restored terminal.
pub struct Asking(());

impl Asking {
    pub fn begin() -> Self {
        IS_ASKING.store(true, Ordering::SeqCst);
        #[cfg(unix)]
        change_modes(|modes| modes - LocalModes::ISIG);
        Self(())
    }
}

impl Drop for Asking {
    fn drop(&mut self) {
        #[cfg(unix)]
        change_modes(|modes| modes | LocalModes::ISIG);
        IS_ASKING.store(false, Ordering::SeqCst);
    }
}

/// Disables echo and line mode while it exists, so that input typed ahead is neither shown nor
/// cut. Dropping it restores the terminal and discards unread input, so that the rest of a paste
/// does not become the shell's next command.
pub struct Guard {
    #[cfg(unix)]
    found: Option<Termios>,
}

impl Guard {
    pub fn hold() -> Self {
        #[cfg(unix)]
        {
            let found = tcgetattr(io::stdin()).ok();
            if let Some(found) = &found {
                let mut quiet = found.clone();
                quiet.local_modes -= LocalModes::ECHO | LocalModes::ICANON;
                // A pasted Ctrl-S must not stop the output.
                quiet.input_modes -= InputModes::IXON;
                // A read ends after a tenth of a second without input.
                quiet.special_codes[SpecialCodeIndex::VMIN] = 0;
                quiet.special_codes[SpecialCodeIndex::VTIME] = 1;
                set(&quiet);
            }
            Self { found }
        }
        #[cfg(windows)]
        Self {}
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        // A prompt ended by a signal may set the terminal once more, after a key.
        for _ in 0..40 {
            let is_last = !is_asking();
            #[cfg(unix)]
            self.found.as_ref().map(set);
            discard_input();
            if is_last {
                return;
            }
            std::thread::sleep(std::time::Duration::from_millis(5));
        }
    }
}

/// Reads a line with echo and line mode enabled.
pub fn with_echo<T>(read: impl FnOnce() -> T) -> T {
    #[cfg(unix)]
    change_modes(|modes| modes | LINE);
    let result = read();
    #[cfg(unix)]
    change_modes(|modes| modes - LINE);
    result
}

#[cfg(unix)]
fn change_modes(change: impl FnOnce(LocalModes) -> LocalModes) {
    if let Ok(mut termios) = tcgetattr(io::stdin()) {
        termios.local_modes = change(termios.local_modes);
        set(&termios);
    }
}

#[cfg(unix)]
fn set(termios: &Termios) {
    // If the terminal is gone, the next read fails.
    let _ = tcsetattr(io::stdin(), OptionalActions::Now, termios);
}

/// Discards unread input.
pub fn discard_input() {
    #[cfg(unix)]
    let _ = tcflush(io::stdin(), QueueSelector::IFlush);
    #[cfg(windows)]
    while waiting_keys().is_some() {}
}

/// Discards input that follows an answer immediately. Returns whether it was the rest of a paste,
/// not just line breaks.
pub fn more_follows() -> bool {
    let mut more = false;
    #[cfg(unix)]
    {
        let mut bytes = zeroize::Zeroizing::new([0; 1024]);
        while let Ok(length @ 1..) = rustix::io::read(io::stdin(), &mut bytes[..]) {
            more |= bytes[..length].iter().any(|byte| !b"\r\n".contains(byte));
        }
    }
    #[cfg(windows)]
    loop {
        std::thread::sleep(std::time::Duration::from_millis(100));
        let Some(keys) = waiting_keys() else { break };
        more |= keys.iter().any(|key| ![0, 10, 13].contains(key));
    }
    more
}

/// The UTF-16 units of unread key presses, or `None` if no event is waiting.
#[cfg(windows)]
fn waiting_keys() -> Option<Vec<u16>> {
    use crossterm_winapi::{Console, Handle, HandleType, InputRecord};
    let console = Console::from(Handle::new(HandleType::InputHandle).ok()?);
    if console.number_of_console_input_events().ok()? == 0 {
        return None;
    }
    let records = console.read_console_input().ok()?;
    let pressed = records.iter().filter_map(|record| match record {
        InputRecord::KeyEvent(key) if key.key_down => Some(key.u_char),
        _ => None,
    });
    Some(pressed.collect())
}

/// Whether the terminal is large enough for redrawn prompts.
pub fn has_room() -> bool {
    crate::output::size().is_none_or(|(rows, columns)| rows >= 3 && columns >= 20)
}

/// Whether keys can be read. A Git Bash terminal is a pipe to Windows programs.
pub fn has_keys() -> bool {
    !Term::stderr().features().is_msys_tty()
}
