//! [`HiddenLine`]: a line that is typed or pasted without being shown, byte by byte.

use zeroize::{Zeroize, Zeroizing};

const CTRL_C: u8 = 0x03;
const CTRL_D: u8 = 0x04;
const CTRL_U: u8 = 0x15;
const ESCAPE: u8 = 0x1b;
const BACKSPACE: u8 = 0x7f;

/// Room for the longest token that a secret holds, twice.
const CAPACITY: usize = 128 * 1024;

/// The longest escape sequence that can be a key; a longer one is text.
const LONGEST_KEY: usize = 16;

/// What has been typed of a line. Control characters are kept, so that they can be complained of;
/// line breaks inside a bracketed paste too. Keys that move a cursor type nothing.
///
/// Sequences: ECMA-48, and "Bracketed Paste Mode" of the XTerm Control Sequences.
pub struct HiddenLine {
    bytes: Zeroizing<Vec<u8>>,
    /// Where the escape sequence begins that is not at its end yet.
    sequence: Option<usize>,
    is_pasting: bool,
}

/// What a byte does to the line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Typed {
    /// The line goes on.
    More,
    /// Enter: the line is complete.
    Entered,
    /// Ctrl-C, or Ctrl-D where nothing was typed.
    Stopped,
}

impl HiddenLine {
    pub fn new() -> Self {
        Self {
            bytes: Zeroizing::new(Vec::with_capacity(CAPACITY)),
            sequence: None,
            is_pasting: false,
        }
    }

    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Takes the next byte of what the terminal sends.
    pub fn push(&mut self, byte: u8) -> Typed {
        if let Some(start) = self.sequence {
            if self.continue_sequence(start, byte) {
                return Typed::More;
            }
            self.sequence = None;
        }
        match byte {
            ESCAPE => {
                self.sequence = Some(self.bytes.len());
                self.append(byte);
            }
            _ if self.is_pasting => self.append(byte),
            b'\r' | b'\n' => return Typed::Entered,
            CTRL_C => return Typed::Stopped,
            CTRL_D if self.bytes.is_empty() => return Typed::Stopped,
            CTRL_U => self.bytes.zeroize(),
            BACKSPACE => self.remove_last_character(),
            _ => self.append(byte),
        }
        Typed::More
    }

    /// Marks that more lines were pasted: a token is one.
    pub fn add_line_break(&mut self) {
        self.append(b'\n');
        self.append(b'.');
    }

    /// Takes a byte that may belong to the escape sequence at `start`; whether it does.
    fn continue_sequence(&mut self, start: usize, byte: u8) -> bool {
        let so_far = &self.bytes[start..];
        match (so_far.get(1), byte) {
            (None, b'[' | b'O') => self.append(byte),
            (Some(b'['), 0x30..=0x3f) if so_far.len() < LONGEST_KEY => self.append(byte),
            (Some(b'['), b'~') if so_far == b"\x1b[200" && !self.is_pasting => {
                self.end_sequence(start);
                self.is_pasting = true;
            }
            (Some(b'['), b'~') if so_far == b"\x1b[201" && self.is_pasting => {
                self.end_sequence(start);
                self.is_pasting = false;
            }
            // Arrows, Home, End, Shift-Tab, Insert, Delete, pages and function keys.
            (Some(b'['), b'A'..=b'F' | b'H' | b'P'..=b'S' | b'Z' | b'~')
            | (Some(b'O'), b'A'..=b'D' | b'F' | b'H' | b'P'..=b'S')
                if !self.is_pasting =>
            {
                self.end_sequence(start);
            }
            _ => return false,
        }
        true
    }

    /// Takes the escape sequence at `start` out of the line.
    fn end_sequence(&mut self, start: usize) {
        self.bytes.truncate(start);
        self.sequence = None;
    }

    fn remove_last_character(&mut self) {
        while let Some(byte) = self.bytes.pop() {
            // The bytes of a character after its first.
            if byte & 0xc0 != 0x80 {
                break;
            }
        }
    }

    fn append(&mut self, byte: u8) {
        if self.bytes.len() == self.bytes.capacity() {
            // A vector that grows by itself leaves its old bytes behind.
            let mut larger = Vec::with_capacity(self.bytes.capacity() * 2);
            larger.extend_from_slice(&self.bytes);
            self.bytes = Zeroizing::new(larger);
        }
        self.bytes.push(byte);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The line, and what came of the last byte.
    fn typed(bytes: &[u8]) -> (Vec<u8>, Typed) {
        let mut line = HiddenLine::new();
        let mut last = Typed::More;
        for byte in bytes {
            assert_eq!(last, Typed::More, "nothing is typed after the end");
            last = line.push(*byte);
        }
        (line.bytes().to_vec(), last)
    }

    fn text(bytes: &str) -> String {
        String::from_utf8(typed(bytes.as_bytes()).0).unwrap()
    }

    #[test]
    fn keys_that_edit() {
        assert_eq!(text("wrong\x15s3cree\x7ft"), "s3cret");
        assert_eq!(text("aé\x7f\x7f\x7fb"), "b");
        for key in [
            "\x1b[A",
            "\x1bOD",
            "\x1b[3~",
            "\x1b[1;5C",
            "\x1bOP",
            "\x1b[Z",
            "\x1b[15~",
        ] {
            assert_eq!(text(&format!("a{key}b")), "ab", "{key:?}");
        }
    }

    #[test]
    fn what_ends_the_line() {
        assert_eq!(typed(b"a\r"), (b"a".to_vec(), Typed::Entered));
        assert_eq!(typed(b"a\n"), (b"a".to_vec(), Typed::Entered));
        assert_eq!(typed(b"a\x1b\r"), (b"a\x1b".to_vec(), Typed::Entered));
        assert_eq!(typed(b"a\x1b[\r"), (b"a\x1b[".to_vec(), Typed::Entered));
        assert_eq!(typed(b"a\x03").1, Typed::Stopped);
        assert_eq!(typed(b"a\x1b\x03").1, Typed::Stopped);
        assert_eq!(typed(b"\x04").1, Typed::Stopped);
        assert_eq!(typed(b"a\x04"), (b"a\x04".to_vec(), Typed::More));
        assert_eq!(typed(b"\x1b[200~\x03\x04\x15\x7f\r").1, Typed::More);
    }

    #[test]
    fn control_characters_are_kept() {
        for text in [
            "to\tken",
            "to\x1bken",
            "\x1c\x1a\x13",
            "\x1b[32mtoken\x1b[0m",
            "\x1b[x",
            "\x1bO",
        ] {
            assert_eq!(typed(text.as_bytes()).0, text.as_bytes(), "{text:?}");
        }
        let long = format!("\x1b[{}~", "1".repeat(40));
        assert_eq!(typed(long.as_bytes()).0, long.as_bytes());
    }

    #[test]
    fn a_bracketed_paste_is_what_was_pasted() {
        assert_eq!(
            text("a\x1b[200~one\r\ntwo\x1b[A\x1b[200~\x1b[201~b"),
            "aone\r\ntwo\x1b[A\x1b[200~b"
        );
        assert_eq!(text("\x1b[201~"), "");
    }

    proptest! {
        #[test]
        fn a_line_without_control_characters_is_taken_as_it_is(line in "\\PC{0,400}") {
            prop_assert_eq!(text(&line), line);
        }

        #[test]
        fn a_paste_is_taken_whole(paste in proptest::collection::vec(any::<u8>(), 0..400)) {
            // What ends a paste cannot be in one: terminals take it out.
            prop_assume!(!paste.windows(6).any(|end| end == b"\x1b[201~"));
            let sent = [b"\x1b[200~", paste.as_slice(), b"\x1b[201~\r"].concat();
            prop_assert_eq!(typed(&sent), (paste, Typed::Entered));
        }

        #[test]
        fn a_long_line_is_taken_whole(length in CAPACITY - 2..CAPACITY * 2 + 2) {
            let line: Vec<u8> = (b'a'..=b'z').cycle().take(length).collect();
            prop_assert_eq!(typed(&line).0, line);
        }
    }
}
