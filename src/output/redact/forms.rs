//! [`Forms`]: the texts to hide, in each form in which they are searched for.
//!
//! What encodes single characters is undone in the text that is searched. Here are the forms that
//! encode the whole: base64 by itself and at each place inside of something longer, hexadecimal,
//! and the numbers of the bytes.

use std::fmt::Write as _;
use std::ops::Range;

use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use base64::Engine;
use zeroize::Zeroizing;

use super::search::Search;

/// A token shorter than this, in characters, is not searched for in our own words.
const SHORTEST_IN_OURS: usize = 8;

/// A token shorter than this could be in a random id by chance, in characters.
const SHORTEST_IN_ID: usize = 4;

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
    /// An id that someone else chose.
    Id,
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
    /// The forms, of which a part of their beginning is enough, if it is long.
    from_start: Search<Form>,
    /// From their ends to their starts, those of which a part of their end is enough.
    from_end: Search<Form>,
    known: Vec<(Zeroizing<String>, Known)>,
}

/// One form of a text.
struct Form {
    /// In bytes.
    length: usize,
    /// From this length on, in bytes, it is too long to be there by chance.
    sure: Option<usize>,
    known: Known,
    /// Whether the text is too long to be in an id by chance.
    is_sure_in_id: bool,
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
            let bytes = Zeroizing::new(text.as_bytes().to_vec());
            let form = |least: usize| Form {
                length: text.len(),
                sure: match characters {
                    ..SHORTEST_IN_OURS => None,
                    _ if least < SHORTEST_PART_IN_OURS => Some(text.len()),
                    _ => Some(least),
                },
                known,
                is_sure_in_id: characters >= SHORTEST_IN_ID,
                is_word: index == 0 && characters < SHORTEST_IN_OURS,
                margins,
            };
            let Some((first, last)) = parts_of(&text, characters) else {
                self.from_start.add(bytes, text.len(), form(text.len()));
                continue;
            };
            self.from_end.add(backward(&bytes), last, form(last));
            self.from_start.add(bytes, first, form(first));
        }
    }

    /// Calls with each place in a text where a form is, or enough of one; all that is beside such a
    /// part of the form goes with it.
    pub fn find(&self, text: &[u8], words: Words, mut found: impl FnMut(Range<usize>)) {
        self.from_start.find(text, |form, start, length| {
            let place = start..start + length;
            if form.is_wanted(&place, text, words) {
                let is_whole = length == form.length;
                found(form.with_margins(place, (true, is_whole), text));
            }
        });
        if self.from_end.is_empty() {
            return;
        }
        self.from_end.find(&backward(text), |form, start, length| {
            let end = text.len() - start;
            let place = end - length..end;
            if form.is_wanted(&place, text, words) {
                let is_whole = length == form.length;
                found(form.with_margins(place, (is_whole, true), text));
            }
        });
    }
}

impl Form {
    fn is_wanted(&self, place: &Range<usize>, text: &[u8], words: Words) -> bool {
        let is_sure = self.sure.is_some_and(|sure| place.len() >= sure);
        match words {
            Words::Foreign => true,
            Words::Ours => is_sure && self.known == Known::Token,
            Words::Id => self.is_sure_in_id || (self.is_word && is_word(place, text)),
            Words::Field => is_sure || (self.is_word && is_word(place, text)),
        }
    }

    /// A place with the margins of the form, where it has its start, or its end.
    fn with_margins(&self, place: Range<usize>, has: (bool, bool), text: &[u8]) -> Range<usize> {
        let Range { mut start, mut end } = place;
        if has.0 {
            let margin = text[..start].iter().rev().take(self.margins.0);
            start -= margin.take_while(|byte| is_base64(**byte)).count();
        }
        if has.1 && self.margins.1 > 0 {
            let margin = text[end..].iter().take(self.margins.1);
            end += margin.take_while(|byte| is_base64(**byte)).count();
            let padding = text[end..].iter().take(2);
            end += padding.take_while(|byte| **byte == b'=').count();
        }
        start..end
    }
}

/// How long the start and the end of a form are, in bytes, where half of the token gives it away.
fn parts_of(form: &str, characters: usize) -> Option<(usize, usize)> {
    if characters < SHORTEST_WITH_HALVES {
        return None;
    }
    let length = (form.chars().count() / 2).min(LONGEST_PART);
    let mut starts = form.char_indices().map(|(at, _)| at);
    let first = starts.clone().nth(length).unwrap_or(form.len());
    let last = starts.nth_back(length - 1).unwrap_or(0);
    Some((first, form.len() - last))
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

fn backward(bytes: &[u8]) -> Zeroizing<Vec<u8>> {
    Zeroizing::new(bytes.iter().rev().copied().collect())
}

fn is_base64(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"+/-_".contains(&byte)
}

/// Whether neither a letter nor a digit is beside a place in a text.
fn is_word(place: &Range<usize>, text: &[u8]) -> bool {
    let is_part = |byte: &u8| byte.is_ascii_alphanumeric() || !byte.is_ascii();
    let before = text[..place.start].last();
    !before.is_some_and(is_part) && !text.get(place.end).is_some_and(is_part)
}
