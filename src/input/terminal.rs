//! [`Guard`] keeps the terminal quiet while questions are asked, and leaves it as it was found.

use std::io;
use std::sync::atomic::{AtomicBool, Ordering};

use console::Term;
#[cfg(unix)]
use rustix::termios::{
    tcflush, tcgetattr, tcsetattr, InputModes, LocalModes, OptionalActions, QueueSelector,
    SpecialCodeIndex, Termios,
};

/// What a terminal does by itself for a line that is shown.
#[cfg(unix)]
const LINE: LocalModes = LocalModes::ECHO
    .union(LocalModes::ICANON)
    .union(LocalModes::ISIG);

/// Whether a question reads the terminal.
static IS_ASKING: AtomicBool = AtomicBool::new(false);

/// Whether a question reads the terminal.
pub fn is_asking() -> bool {
    IS_ASKING.load(Ordering::SeqCst)
}

/// Lives as long as a question reads the terminal. Ctrl-C is a key then, so that the question has
/// ended when it raises SIGINT, and doesn't set the terminal after it was restored.
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

/// Switches echo and line mode off for as long as it lives, so that nothing typed or pasted ahead
/// is shown or cut. Dropping it restores the terminal and discards what was not read, so that the
/// rest of a paste is not the shell's next command.
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
                // A read ends when nothing came for a tenth of a second.
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
        // A question that a signal ended may set the terminal once more: after a key.
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

/// Reads a line with echo and the terminal's own line mode.
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
    // If the terminal is gone, the next read says so.
    let _ = tcsetattr(io::stdin(), OptionalActions::Now, termios);
}

/// Discards what was typed and not read.
pub fn discard_input() {
    #[cfg(unix)]
    let _ = tcflush(io::stdin(), QueueSelector::IFlush);
    #[cfg(windows)]
    while waiting_keys().is_some() {}
}

/// Discards what follows an answer at once. Returns whether it was more than line ends: the rest of
/// a paste.
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

/// The UTF-16 units of the keys that were pressed and not read, `None` if no event waits.
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

/// Whether questions that are redrawn have room.
pub fn has_room() -> bool {
    crate::output::size().is_none_or(|(rows, columns)| rows >= 3 && columns >= 20)
}

/// Whether keys can be read here. A terminal of Git Bash is a pipe for Windows programs.
pub fn has_keys() -> bool {
    !Term::stderr().features().is_msys_tty()
}
