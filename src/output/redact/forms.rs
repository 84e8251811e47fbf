//! [`Forms`]: the texts to hide, in each form in which they are searched for.
//!
//! What encodes single characters is undone in the text that is searched. Here are the forms that
//! encode the whole: base64 by itself and at each place inside of something longer, hexadecimal, and
//! the numbers of the bytes.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::ops::Range;
use std::sync::Arc;

use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use base64::Engine;
use zeroize::Zeroizing;

/// A token shorter than this, in characters, is not searched for in our own words.
const SHORTEST_IN_OURS: usize = 8;

/// From this length on, in characters, half of a token gives it away.
const SHORTEST_WITH_HALVES: usize = 16;

/// So much of a long token at its start or end is as good as half of it, in characters.
const LONGEST_PART: usize = 32;

/// A part shorter than this could be in our own words by chance, in characters.
const SHORTEST_PART_IN_OURS: usize = 16;

/// An encoded token shorter than this could be anything, in bytes.
const SHORTEST_ENCODED: usize = 6;

/// Whose words are searched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Words {
    /// Our own.
    Ours,
    /// A name or an id that someone else gave.
    Field,
    /// Whatever someone else says.
    Foreign,
}

/// How sure it is that a text is a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Known {
    Token,
    /// It stands beside one, and is searched for in what others say alone.
    Perhaps,
}

/// What is searched for.
#[derive(Default)]
pub struct Forms {
    /// By their first four bytes.
    long: HashMap<[u8; 4], Vec<Form>>,
    /// Those of fewer bytes.
    short: Vec<Form>,
    known: Vec<(Zeroizing<String>, Known)>,
}

/// One form of a text, or a part of that.
struct Form {
    whole: Arc<Zeroizing<Vec<u8>>>,
    /// The part that is searched for; where it is found, all that is beside it of the whole goes too.
    part: Range<usize>,
    /// Whether it is too long to be there by chance.
    is_long: bool,
    known: Known,
    /// Whether it is a token under eight characters as it is.
    is_word: bool,
    /// The letters of base64 before and after it that have bits of it.
    margins: (usize, usize),
}

/// A text that is encoded as a whole, and its margins.
struct Spelling {
    text: Zeroizing<String>,
    margins: (usize, usize),
}

impl Forms {
    pub fn is_empty(&self) -> bool {
        self.known.is_empty()
    }

    /// Adds all forms of a text.
    pub fn add(&mut self, text: &str, known: Known) {
        let is_known = |(have, how): &(Zeroizing<String>, Known)| {
            have.as_str() == text && (*how == Known::Token || *how == known)
        };
        if text.is_empty() || self.known.iter().any(is_known) {
            return;
        }
        self.known.push((Zeroizing::new(text.to_owned()), known));
        let characters = text.chars().count();
        let plain = Spelling {
            text: Zeroizing::new(text.to_owned()),
            margins: (0, 0),
        };
        let encoded = encodings(text).into_iter();
        let encoded = encoded.filter(|spelling| spelling.text.len() >= SHORTEST_ENCODED);
        for (index, spelling) in [plain].into_iter().chain(encoded).enumerate() {
            let Spelling { text, margins } = spelling;
            let parts = parts_of(&text, characters);
            let whole = Arc::new(Zeroizing::new(text.as_bytes().to_vec()));
            let all = 0..whole.len();
            for part in [all.clone()].into_iter().chain(parts) {
                let is_whole = part == all;
                let is_long = characters >= SHORTEST_IN_OURS
                    && (is_whole || part.len() >= SHORTEST_PART_IN_OURS);
                self.insert(Form {
                    whole: Arc::clone(&whole),
                    part,
                    is_long,
                    known,
                    is_word: index == 0 && characters < SHORTEST_IN_OURS,
                    margins,
                });
            }
        }
    }

    fn insert(&mut self, form: Form) {
        match form.looked_for().first_chunk::<4>() {
            Some(start) => self.long.entry(*start).or_default().push(form),
            None => self.short.push(form),
        }
    }

    /// Adds where the forms are in a text.
    pub fn find(&self, text: &[u8], words: Words, found: &mut Vec<Range<usize>>) {
        for (at, start) in text.windows(4).enumerate() {
            let forms = start
                .first_chunk::<4>()
                .and_then(|start| self.long.get(start));
            for form in forms.into_iter().flatten() {
                found.extend(form.found_at(at, text, words));
            }
        }
        for form in &self.short {
            found.extend((0..text.len()).filter_map(|at| form.found_at(at, text, words)));
        }
    }

    /// Whether a text has one of the hidden in it, as it is and of four characters or more.
    pub fn is_in(&self, text: &str) -> bool {
        let mut known = self.known.iter();
        known.any(|(hidden, _)| hidden.chars().count() >= 4 && text.contains(hidden.as_str()))
    }
}

impl Form {
    fn looked_for(&self) -> &[u8] {
        &self.whole[self.part.clone()]
    }

    /// What goes with it, where it begins at a place in the text.
    fn found_at(&self, at: usize, text: &[u8], words: Words) -> Option<Range<usize>> {
        if !text[at..].starts_with(self.looked_for()) {
            return None;
        }
        let end = at + self.part.len();
        let is_wanted = match words {
            Words::Foreign => true,
            Words::Ours => self.is_long && self.known == Known::Token,
            Words::Field => self.is_long || (self.is_word && is_word(at..end, text)),
        };
        is_wanted.then(|| self.widened(at, text))
    }

    /// The part that is found at a place, with what is beside it of the whole, and its margins.
    fn widened(&self, at: usize, text: &[u8]) -> Range<usize> {
        let Range { start, end } = self.part;
        let same = |(one, other): &(&u8, &u8)| one == other;
        let before = self.whole[..start].iter().rev();
        let before = before.zip(text[..at].iter().rev()).take_while(same).count();
        let rest = at + self.part.len();
        let after = self.whole[end..]
            .iter()
            .zip(&text[rest..])
            .take_while(same)
            .count();
        let mut found = at - before..rest + after;
        if before == start {
            let margin = text[..found.start].iter().rev().take(self.margins.0);
            found.start -= margin.take_while(|byte| is_base64(**byte)).count();
        }
        if end + after == self.whole.len() && self.margins.1 > 0 {
            let margin = text[found.end..].iter().take(self.margins.1);
            found.end += margin.take_while(|byte| is_base64(**byte)).count();
            let padding = text[found.end..].iter().take(2);
            found.end += padding.take_while(|byte| **byte == b'=').count();
        }
        found
    }
}

/// The start and the end of a form, where half of the token gives it away.
fn parts_of(form: &str, characters: usize) -> Vec<Range<usize>> {
    if characters < SHORTEST_WITH_HALVES {
        return Vec::new();
    }
    let length = (form.chars().count() / 2).min(LONGEST_PART);
    let mut starts = form.char_indices().map(|(at, _)| at);
    let first = starts.clone().nth(length).unwrap_or(form.len());
    let last = starts.nth_back(length - 1).unwrap_or(0);
    vec![0..first, last..form.len()]
}

/// The forms that encode a text as a whole.
fn encodings(text: &str) -> Vec<Spelling> {
    let mut spellings = Vec::new();
    for engine in [&STANDARD_NO_PAD, &URL_SAFE_NO_PAD] {
        for before in 0..3 {
            let bytes = Zeroizing::new([&[0; 2][..before], text.as_bytes()].concat());
            let encoded = Zeroizing::new(engine.encode(bytes.as_slice()));
            // What is before and after it changes the letters that it shares with them.
            let start = (8 * before).div_ceil(6);
            let end = (8 * bytes.len()) / 6;
            if start < end {
                spellings.push(Spelling {
                    text: Zeroizing::new(encoded[start..end].to_owned()),
                    margins: (usize::from(before > 0), usize::from(bytes.len() % 3 > 0)),
                });
            }
        }
        if !text.len().is_multiple_of(3) {
            // By itself, so that nothing after it changes its last letter.
            spellings.push(Spelling {
                text: Zeroizing::new(engine.encode(text)),
                margins: (0, 0),
            });
        }
    }
    spellings.sort_unstable_by(|one, other| one.text.cmp(&other.text));
    spellings.dedup_by(|one, other| one.text == other.text);
    let mut numbers = |each: &dyn Fn(u8) -> String, between: &str| {
        let mut all = Zeroizing::new(String::with_capacity(5 * text.len()));
        for (index, byte) in text.bytes().enumerate() {
            let between = if index == 0 { "" } else { between };
            let _ = write!(all, "{between}{}", each(byte));
        }
        spellings.push(Spelling {
            text: all,
            margins: (0, 0),
        });
    };
    numbers(&|byte| format!("{byte:02x}"), "");
    numbers(&|byte| format!("{byte:02X}"), "");
    numbers(&|byte| byte.to_string(), ", ");
    numbers(&|byte| byte.to_string(), ",");
    spellings
}

fn is_base64(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"+/-_".contains(&byte)
}

/// Whether neither a letter nor a digit is beside a place in a text.
fn is_word(place: Range<usize>, text: &[u8]) -> bool {
    let is_part = |byte: &u8| byte.is_ascii_alphanumeric() || !byte.is_ascii();
    let before = text[..place.start].last();
    !before.is_some_and(is_part) && !text.get(place.end).is_some_and(is_part)
}
