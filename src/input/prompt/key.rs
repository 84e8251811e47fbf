//! [`Key`]: what the bytes that a terminal sends for a key do to a line.

pub const ESCAPE: u8 = 0x1b;

/// The longest escape sequence that can be a key; a longer one is text.
const LONGEST: usize = 16;

/// What ends a bracketed paste.
const END_OF_PASTE: &[u8] = b"\x1b[201~";

/// What a key does to a line, as in a shell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Key {
    Left,
    Right,
    WordLeft,
    WordRight,
    Start,
    End,
    Backspace,
    Delete,
    DeleteWord,
    DeleteToStart,
    DeleteToEnd,
    /// It is a key, and no text.
    Nothing,
}

/// What the bytes from an Escape on are.
#[derive(Debug, PartialEq, Eq)]
pub enum Sequence {
    /// More of it is to come.
    Open,
    Key(Key),
    /// A letter that is typed with Alt.
    Alt(Key),
    /// A bracketed paste begins, or is at its end.
    Paste(bool),
    /// A sequence that no key sends.
    Unknown,
    /// The last byte does not belong to it.
    Broken,
}

impl Key {
    /// What a control character does; none where it does nothing.
    pub fn of(byte: u8) -> Option<Self> {
        Some(match byte {
            0x01 => Self::Start,
            0x02 => Self::Left,
            0x05 => Self::End,
            0x06 => Self::Right,
            0x08 | 0x7f => Self::Backspace,
            0x0b => Self::DeleteToEnd,
            0x15 => Self::DeleteToStart,
            0x17 => Self::DeleteWord,
            _ => return None,
        })
    }
}

impl Sequence {
    /// Sources: ECMA-48, and the XTerm Control Sequences.
    pub fn read(bytes: &[u8]) -> Self {
        match bytes {
            // The function keys of the Linux console have a second bracket.
            [_] | [_, b'[' | b'O'] | [_, b'[', b'['] => Self::Open,
            [_, b'[', b'[', b'A'..=b'E'] => Self::Key(Key::Nothing),
            [_, b'[', parameters @ .., last] => Self::with(parameters, *last),
            [_, b'O', last @ (b'A'..=b'D' | b'F' | b'H' | b'P'..=b'S')] => Self::with(&[], *last),
            [_, b'O', b'!'..=b'~'] => Self::Unknown,
            [] | [_, b'O', _] => Self::Broken,
            [_, 0x7f] => Self::Alt(Key::DeleteWord),
            [_, letter @ ..] => match std::str::from_utf8(letter) {
                Ok("b") => Self::Alt(Key::WordLeft),
                Ok("f") => Self::Alt(Key::WordRight),
                Ok(letter) if !letter.contains(char::is_control) => Self::Alt(Key::Nothing),
                Err(error) if error.error_len().is_none() => Self::Open,
                _ => Self::Broken,
            },
        }
    }

    /// Inside a bracketed paste nothing but its end is a sequence.
    pub fn read_in_paste(bytes: &[u8]) -> Self {
        match END_OF_PASTE.strip_prefix(bytes) {
            Some([]) => Self::Paste(false),
            Some(_) => Self::Open,
            None => Self::Broken,
        }
    }

    /// A sequence of a bracket, parameters and the last byte.
    fn with(parameters: &[u8], last: u8) -> Self {
        let is_modified = parameters.contains(&b';');
        Self::Key(match (parameters, last) {
            (_, b' '..=b'?') if parameters.len() < LONGEST => return Self::Open,
            (b"200", b'~') => return Self::Paste(true),
            (_, b'C') if is_modified => Key::WordRight,
            (_, b'D') if is_modified => Key::WordLeft,
            (_, b'C') => Key::Right,
            (_, b'D') => Key::Left,
            (_, b'H') | (b"1" | b"7", b'~') => Key::Start,
            (_, b'F') | (b"4" | b"8", b'~') => Key::End,
            (b"3", b'~') => Key::Delete,
            (_, b'A' | b'B' | b'E' | b'P'..=b'S' | b'Z' | b'~') => Key::Nothing,
            (_, b'@'..=b'~') => return Self::Unknown,
            _ => return Self::Broken,
        })
    }
}
