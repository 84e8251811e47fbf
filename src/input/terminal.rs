//! [`Guard`]: the terminal is left as it was found, however the asking ends.

use std::io::{self, Write};

/// Holds the terminal while questions are asked.
///
/// Between two prompts the terminal would echo what is typed or pasted ahead, token included, and
/// would cut a line at 4,095 bytes; so echo and line mode stay off as long as this value lives.
/// Dropping it restores everything, and throws away what was typed but not read, so that the rest of a
/// token never becomes the shell's next command.
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
            use rustix::termios::{tcgetattr, LocalModes};
            let found = tcgetattr(io::stdin()).ok();
            if let Some(found) = &found {
                let mut quiet = found.clone();
                quiet.local_modes.remove(LocalModes::ECHO);
                if !plain {
                    quiet.local_modes.remove(LocalModes::ICANON);
                }
                set(&quiet);
            }
            Self { found, plain }
        }
        #[cfg(not(unix))]
        Self { plain }
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        let _ = crossterm::terminal::disable_raw_mode();
        #[cfg(unix)]
        if let Some(found) = &self.found {
            let _ = rustix::termios::tcsetattr(
                io::stdin(),
                rustix::termios::OptionalActions::Flush,
                found,
            );
        }
        if !self.plain {
            let mut stderr = io::stderr();
            let _ = crossterm::execute!(
                stderr,
                crossterm::cursor::Show,
                crossterm::event::DisableBracketedPaste
            );
            let _ = stderr.flush();
        }
    }
}

/// The width of the terminal in columns, where there is one.
pub fn width() -> Option<usize> {
    let (columns, _) = crossterm::terminal::size().ok()?;
    Some(usize::from(columns)).filter(|columns| *columns > 0)
}

/// A sentence in lines of at most `width` characters, broken between words; longer words stay whole.
pub fn wrapped(sentence: &str, width: Option<usize>) -> String {
    let width = width.unwrap_or(usize::MAX);
    let mut text = String::new();
    let mut column = 0;
    for word in sentence.split(' ') {
        let length = word.chars().count();
        if column > 0 {
            let fits = column + 1 + length <= width;
            text.push(if fits { ' ' } else { '\n' });
            column = if fits { column + 1 } else { 0 };
        }
        text.push_str(word);
        column += length;
    }
    text
}

/// Runs `read` with echo on, for a line that may be seen.
pub fn with_echo<T>(read: impl FnOnce() -> T) -> T {
    #[cfg(unix)]
    if let Ok(quiet) = rustix::termios::tcgetattr(io::stdin()) {
        let mut echoing = quiet.clone();
        echoing
            .local_modes
            .insert(rustix::termios::LocalModes::ECHO);
        set(&echoing);
        let result = read();
        set(&quiet);
        return result;
    }
    read()
}

#[cfg(unix)]
fn set(termios: &rustix::termios::Termios) {
    let _ = rustix::termios::tcsetattr(io::stdin(), rustix::termios::OptionalActions::Now, termios);
}

#[cfg(test)]
mod tests {
    use super::wrapped;

    #[test]
    fn a_sentence_is_broken_between_words() {
        assert_eq!(wrapped("one two three", Some(7)), "one two\nthree");
        assert_eq!(wrapped("one two three", Some(3)), "one\ntwo\nthree");
        assert_eq!(wrapped("one two", None), "one two");
    }
}
