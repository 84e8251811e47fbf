//! [`Line`]: a line that is typed or pasted, byte by byte.

use zeroize::{Zeroize, Zeroizing};

use super::key::{Key, Sequence, ESCAPE};

const CTRL_C: u8 = 0x03;
const CTRL_D: u8 = 0x04;

/// Room for the longest token that a secret holds, twice.
const CAPACITY: usize = 128 * 1024;

/// What has been typed of a line.
///
/// In one that is shown, keys edit as in a shell, and nothing but text is kept. In one that is not
/// shown nobody sees what was kept, so nothing is left out of it silently: control characters stay,
/// to be complained of, and so do line breaks inside a bracketed paste. Only what is surely a key
/// types nothing there.
pub struct Line {
    bytes: Zeroizing<Vec<u8>>,
    /// Where the next byte goes: at the end of a line that is not shown.
    cursor: usize,
    is_shown: bool,
    /// The escape sequence that is not at its end yet.
    sequence: Zeroizing<Vec<u8>>,
    /// Where that one came in what was read at once.
    escape: Arrival,
    /// Whether the last byte came with another behind it.
    was_followed: bool,
    is_pasting: bool,
    /// Whether a line break was pasted into a line that is shown, and nothing after it.
    is_broken: bool,
}

/// Which bytes came together with one: those of a key come at once, and alone.
#[derive(Clone, Copy)]
struct Arrival {
    is_first: bool,
    is_last: bool,
}

impl Arrival {
    fn is_alone(self) -> bool {
        self.is_first && self.is_last
    }
}

/// What a byte does to the line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Typed {
    /// The line goes on.
    More,
    /// Enter: the line is complete.
    Entered,
    /// Ctrl-C, or Ctrl-D where nothing was typed of a line that is not shown.
    Stopped,
}

impl Line {
    pub fn shown() -> Self {
        Self {
            bytes: Zeroizing::new(Vec::with_capacity(CAPACITY)),
            cursor: 0,
            is_shown: true,
            sequence: Zeroizing::new(Vec::with_capacity(32)),
            escape: Arrival {
                is_first: false,
                is_last: false,
            },
            was_followed: false,
            is_pasting: false,
            is_broken: false,
        }
    }

    pub fn hidden() -> Self {
        Self {
            is_shown: false,
            ..Self::shown()
        }
    }

    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The text before the cursor and behind it, without what acts on a terminal.
    pub fn parts(&self) -> [String; 2] {
        let (before, after) = self.bytes.split_at(self.cursor);
        [before, after].map(|bytes| {
            let text = String::from_utf8_lossy(bytes);
            text.chars().filter(|c| !c.is_control()).collect()
        })
    }

    /// Takes the next byte of what the terminal sends, and whether more came with it.
    pub fn push(&mut self, byte: u8, is_followed: bool) -> Typed {
        let arrival = Arrival {
            is_first: !self.was_followed,
            is_last: !is_followed,
        };
        self.was_followed = is_followed;
        if !self.sequence.is_empty() && self.continues_sequence(byte, arrival) {
            return Typed::More;
        }
        match byte {
            ESCAPE => {
                self.sequence.push(byte);
                self.escape = arrival;
            }
            _ if self.is_pasting => self.paste(byte),
            b'\r' | b'\n' => return Typed::Entered,
            CTRL_C => return Typed::Stopped,
            CTRL_D if !self.is_shown && self.bytes.is_empty() => return Typed::Stopped,
            _ => match Key::of(byte) {
                Some(key) if self.is_shown || takes_back(byte) || arrival.is_alone() => {
                    self.edit(key);
                }
                None if self.is_shown && byte.is_ascii_control() => {}
                _ => self.insert(byte),
            },
        }
        Typed::More
    }

    /// Marks that more lines were pasted: a token is one.
    pub fn add_line_break(&mut self) {
        self.insert(b'\n');
        self.insert(b'.');
    }

    /// Takes a byte that may belong to the open escape sequence; whether it does.
    ///
    /// A slow line may part the Escape of a key from the rest, which then comes alone too. What
    /// else comes after an Escape that came alone was typed after the key of that name.
    fn continues_sequence(&mut self, byte: u8, arrival: Arrival) -> bool {
        let is_parted = self.is_parted();
        let may_be_rest = matches!(byte, b'[' | b'O') && !arrival.is_last;
        if is_parted && self.sequence.len() == 1 && !may_be_rest {
            self.sequence.zeroize();
            return false;
        }
        self.sequence.push(byte);
        let sequence = if self.is_pasting {
            Sequence::read_in_paste(&self.sequence)
        } else {
            Sequence::read(&self.sequence)
        };
        let is_whole = self.escape.is_first && arrival.is_last;
        match sequence {
            Sequence::Open => return true,
            Sequence::Paste(begins) => {
                self.is_pasting = begins;
                self.is_broken = false;
            }
            Sequence::Key(key) if !is_parted || arrival.is_last => self.edit(key),
            Sequence::Alt(key) if self.is_shown || is_whole => self.edit(key),
            Sequence::Broken => {
                self.sequence.pop();
                self.keep_sequence(false);
                return false;
            }
            _ => self.keep_sequence(true),
        }
        self.sequence.zeroize();
        true
    }

    /// Keeps as text what is no key, complete or not. A key of that name went before what was
    /// parted from it; colours are not, and were pasted.
    fn keep_sequence(&mut self, is_complete: bool) {
        let sequence = Zeroizing::new(self.sequence.to_vec());
        self.sequence.zeroize();
        let is_colour = is_complete && sequence.get(1) == Some(&b'[');
        let text = match (self.is_pasting, self.is_parted(), self.is_shown) {
            (true, ..) => &sequence[..],
            (_, true, is_shown) if is_shown || !is_colour => &sequence[1..],
            (_, _, true) => &[],
            _ => &sequence[..],
        };
        for byte in text {
            self.paste(*byte);
        }
    }

    /// Whether the Escape of the sequence came without the rest of it.
    fn is_parted(&self) -> bool {
        self.escape.is_alone() && !self.is_pasting
    }

    /// Takes a byte as it is; in a line that is shown, line breaks and the like become one space.
    fn paste(&mut self, byte: u8) {
        if self.is_shown && byte.is_ascii_control() {
            self.is_broken = true;
            return;
        }
        if std::mem::take(&mut self.is_broken) {
            self.insert(b' ');
        }
        self.insert(byte);
    }

    fn edit(&mut self, key: Key) {
        let to = match key {
            Key::Nothing => self.cursor,
            Key::Left | Key::Backspace => self.character_left(),
            Key::Right | Key::Delete => self.character_right(),
            // Where a word begins cannot be seen in a line that is not shown.
            Key::WordLeft | Key::DeleteWord if self.is_shown => self.word_left(),
            Key::WordRight => self.word_right(),
            Key::WordLeft | Key::DeleteWord | Key::Start | Key::DeleteToStart => 0,
            Key::End | Key::DeleteToEnd => self.bytes.len(),
        };
        match key {
            Key::Backspace | Key::DeleteWord | Key::DeleteToStart => {
                self.bytes.drain(to..self.cursor);
                self.cursor = to;
            }
            Key::Delete | Key::DeleteToEnd => _ = self.bytes.drain(self.cursor..to),
            _ if self.is_shown => self.cursor = to,
            _ => {}
        }
    }

    fn character_left(&self) -> usize {
        let before = &self.bytes[..self.cursor];
        before
            .iter()
            .rposition(|byte| begins_character(*byte))
            .unwrap_or(0)
    }

    fn character_right(&self) -> usize {
        let after = self.bytes.iter().skip(self.cursor + 1);
        let rest = after.take_while(|byte| !begins_character(**byte)).count();
        (self.cursor + 1 + rest).min(self.bytes.len())
    }

    fn word_left(&self) -> usize {
        let after_last = |bytes: &[u8], is: fn(&u8) -> bool| {
            bytes.iter().rposition(is).map_or(0, |found| found + 1)
        };
        let end = after_last(&self.bytes[..self.cursor], |byte| *byte != b' ');
        after_last(&self.bytes[..end], |byte| *byte == b' ')
    }

    fn word_right(&self) -> usize {
        let after = self.bytes.iter().skip(self.cursor);
        let mut is_in_word = false;
        let is_before_end = |byte: &&u8| {
            is_in_word |= **byte != b' ';
            !is_in_word || **byte != b' '
        };
        self.cursor + after.take_while(is_before_end).count()
    }

    fn insert(&mut self, byte: u8) {
        if self.bytes.len() == self.bytes.capacity() {
            // A vector that grows by itself leaves its old bytes behind.
            let mut larger = Vec::with_capacity(self.bytes.capacity() * 2);
            larger.extend_from_slice(&self.bytes);
            self.bytes = Zeroizing::new(larger);
        }
        self.bytes.insert(self.cursor, byte);
        self.cursor += 1;
    }
}

/// Whether a byte is not one of a character after its first.
fn begins_character(byte: u8) -> bool {
    byte & 0xc0 != 0x80
}

/// Whether a control character is a key wherever it comes: Backspace, Ctrl-U and Ctrl-W.
fn takes_back(byte: u8) -> bool {
    matches!(byte, 0x7f | 0x15 | 0x17)
}

#[cfg(test)]
mod tests;
