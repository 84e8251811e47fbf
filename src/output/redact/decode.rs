//! The ways to read a text that may be encoded: each undoes one encoding of single characters.

use std::collections::{HashSet, VecDeque};
use std::hash::{BuildHasher, RandomState};
use std::ops::Range;

use zeroize::Zeroizing;

/// How many encodings are undone one after the other: as JSON in JSON, shown by Rust, in JSON.
const DEEPEST: usize = 4;

/// The most ways to read one text.
const MOST_VIEWS: usize = 40;

/// A text as it is read in one way, and where each byte of that came from.
pub struct View {
    pub bytes: Zeroizing<Vec<u8>>,
    /// Where each byte begins in the text, and the text's end. A text has less than 4 GiB.
    starts: Vec<u32>,
    depth: usize,
}

impl View {
    /// Where a range of the bytes is in the text.
    pub fn place(&self, range: Range<usize>) -> Range<usize> {
        self.starts[range.start] as usize..self.starts[range.end] as usize
    }

    /// The same with an encoding undone; none where it has none of it.
    fn undone(&self, encoding: &Encoding) -> Option<Self> {
        let Encoding { mark, undo } = *encoding;
        if !self.bytes.contains(&mark) {
            return None;
        }
        let mut bytes = Zeroizing::new(Vec::with_capacity(self.bytes.len()));
        let mut starts = Vec::with_capacity(self.bytes.len() + 1);
        let (mut at, mut is_changed) = (0, false);
        while at < self.bytes.len() {
            let rest = &self.bytes[at..];
            let unit = (rest[0] == mark).then(|| undo(rest)).flatten();
            let Some((unit, length)) = unit else {
                let others = rest[1..].iter().take_while(|byte| **byte != mark);
                let end = at + 1 + others.count();
                bytes.extend_from_slice(&self.bytes[at..end]);
                starts.extend_from_slice(&self.starts[at..end]);
                at = end;
                continue;
            };
            match unit {
                Unit::Byte(byte) => bytes.push(byte),
                Unit::Char(c) => bytes.extend(c.encode_utf8(&mut [0; 4]).as_bytes()),
            }
            starts.resize(bytes.len(), self.starts[at]);
            is_changed = true;
            at += length;
        }
        starts.push(self.starts[at]);
        is_changed.then_some(Self {
            bytes,
            starts,
            depth: self.depth + 1,
        })
    }
}

/// The text as it is, and in each way in which encodings of it can be undone. What is read alike in
/// two ways is there once.
pub fn views(text: &str) -> Views {
    let mut views = Views {
        waiting: VecDeque::new(),
        seen: HashSet::new(),
        hasher: RandomState::new(),
    };
    views.add(View {
        bytes: Zeroizing::new(text.as_bytes().to_vec()),
        starts: (0..=u32::try_from(text.len()).unwrap_or(u32::MAX)).collect(),
        depth: 0,
    });
    views
}

/// Makes one [`View`] after the other.
pub struct Views {
    waiting: VecDeque<View>,
    /// The hashes of all that were made, under a key that nobody knows.
    seen: HashSet<u64>,
    hasher: RandomState,
}

impl Views {
    fn add(&mut self, view: View) {
        if self.seen.insert(self.hasher.hash_one(&*view.bytes)) {
            self.waiting.push_back(view);
        }
    }
}

impl Iterator for Views {
    type Item = View;

    fn next(&mut self) -> Option<View> {
        let view = self.waiting.pop_front()?;
        if view.depth < DEEPEST && self.seen.len() < MOST_VIEWS {
            for view in ENCODINGS
                .iter()
                .filter_map(|encoding| view.undone(encoding))
            {
                self.add(view);
            }
        }
        Some(view)
    }
}

/// A byte or a character that was encoded.
enum Unit {
    Byte(u8),
    Char(char),
}

/// An encoding of single characters.
struct Encoding {
    /// What each encoded character begins with.
    mark: u8,
    /// Reads the encoded character that a text begins with, and how long it is.
    undo: fn(&[u8]) -> Option<(Unit, usize)>,
}

const ENCODINGS: [Encoding; 4] = [
    Encoding {
        mark: b'\\',
        undo: of_backslash,
    },
    Encoding {
        mark: b'%',
        undo: of_percent,
    },
    Encoding {
        mark: b'&',
        undo: of_entity,
    },
    Encoding {
        mark: b'\'',
        undo: of_shell,
    },
];

/// As JSON, Rust and most other languages write it in strings.
fn of_backslash(text: &[u8]) -> Option<(Unit, usize)> {
    let plain = match text.get(1)? {
        c @ (b'\\' | b'"' | b'\'' | b'/') => *c,
        b'n' => b'\n',
        b'r' => b'\r',
        b't' => b'\t',
        b'b' => 8,
        b'f' => 12,
        b'0' => 0,
        b'x' => {
            let byte = number(text.get(2..4)?, 16)?;
            return Some((Unit::Byte(u8::try_from(byte).ok()?), 4));
        }
        b'u' if text.get(2) == Some(&b'{') => {
            let length = text.iter().take(12).position(|byte| *byte == b'}')?;
            let c = char::from_u32(number(&text[3..length], 16)?)?;
            return Some((Unit::Char(c), length + 1));
        }
        b'u' => {
            let first = unit(text)?;
            let second = text.get(6..).and_then(unit);
            let pair = [first].into_iter().chain(second);
            let c = char::decode_utf16(pair).next()?.ok()?;
            return Some((Unit::Char(c), 6 * c.len_utf16()));
        }
        _ => return None,
    };
    Some((Unit::Byte(plain), 2))
}

/// A unit of UTF-16, as `\uXXXX`.
fn unit(text: &[u8]) -> Option<u16> {
    let digits = text.strip_prefix(b"\\u")?.get(..4)?;
    u16::try_from(number(digits, 16)?).ok()
}

fn of_percent(text: &[u8]) -> Option<(Unit, usize)> {
    let byte = number(text.get(1..3)?, 16)?;
    Some((Unit::Byte(u8::try_from(byte).ok()?), 3))
}

const NAMED: [(&str, char); 5] = [
    ("lt", '<'),
    ("gt", '>'),
    ("amp", '&'),
    ("quot", '"'),
    ("apos", '\''),
];

/// As HTML and XML have it: the five that must be named, and any by its number.
fn of_entity(text: &[u8]) -> Option<(Unit, usize)> {
    let end = text.iter().take(16).position(|byte| *byte == b';')?;
    let c = match &text[1..end] {
        [b'#', b'x' | b'X', digits @ ..] => char::from_u32(number(digits, 16)?)?,
        [b'#', digits @ ..] => char::from_u32(number(digits, 10)?)?,
        name => {
            let is_it = |(have, _): &&(&str, char)| name.eq_ignore_ascii_case(have.as_bytes());
            NAMED.iter().find(is_it)?.1
        }
    };
    Some((Unit::Char(c), end + 1))
}

/// A quotation mark in a text that a shell takes between such marks.
fn of_shell(text: &[u8]) -> Option<(Unit, usize)> {
    let is_one = text.starts_with(br"'\''");
    is_one.then_some((Unit::Byte(b'\''), 4))
}

fn number(digits: &[u8], radix: u32) -> Option<u32> {
    let digits = std::str::from_utf8(digits).ok()?;
    let is_digit = |c: char| c.is_digit(radix);
    let digits = Some(digits).filter(|digits| digits.chars().all(is_digit))?;
    u32::from_str_radix(digits, radix).ok()
}
