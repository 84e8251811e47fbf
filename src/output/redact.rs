//! [`Redactor`]: what keeps tokens out of whatever is written, theirs and ours.

mod decode;
mod forms;
mod search;

use std::fmt;
use std::ops::Range;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use decode::views;
pub use forms::Words;
use forms::{Forms, Known};

use super::escape::visible;
use crate::model::credential::AccessToken;
use crate::model::secret::VersionId;
use crate::model::stored_value::StoredValue;
use crate::model::token_kind::TokenKind;

/// What stands in the place of a token.
const BLOT: &str = "[token not shown]";

/// The most of a foreign text that is shown, in characters.
const MOST_SHOWN: usize = 2_000;

/// The most of a foreign text that is looked at, in bytes: the longest secret fits in with each
/// character of it as `\uXXXX`.
const MOST_READ: usize = 512 * 1024;

/// What is to be hidden. Its clones share that: what one of them hides, all hide from then on.
#[derive(Clone, Default)]
pub struct Redactor {
    hidden: Arc<Mutex<Forms>>,
    /// What is hidden by this one too, and does not hide what this one does.
    outer: Option<Arc<Self>>,
}

impl Redactor {
    pub fn new() -> Self {
        Self::default()
    }

    /// A redactor that hides what this one does, and more for as long as it lives: for one of many
    /// secrets, whose value is not kept.
    pub fn aside(&self) -> Self {
        Self {
            hidden: Arc::default(),
            outer: Some(Arc::new(self.clone())),
        }
    }

    /// From now on the token is blotted out; one that was hidden before, and refused, stays hidden.
    pub fn hide(&self, token: &AccessToken) {
        self.forms().add(token.reveal(), Known::Token);
    }

    /// From now on what a stored secret holds is blotted out. What is not its access token is so in
    /// what others say alone: it may be the name of a registry, or of the secret.
    pub fn hide_value(&self, value: &StoredValue) {
        let mut forms = self.forms();
        for secret in value.secrets() {
            let known = if secret.is_token {
                Known::Token
            } else {
                Known::Perhaps
            };
            forms.add(secret.text.trim(), known);
        }
    }

    /// From now on a text that gives the token away, such as a login's header, is blotted out too.
    pub fn hide_text(&self, text: &str) {
        let mut forms = self.forms();
        forms.add(text, Known::Token);
        // Base64 without its padding.
        forms.add(text.trim_end_matches('='), Known::Token);
    }

    /// Makes a text of someone else's (a service, a proxy, a file) safe to show: a token is blotted
    /// out whatever its length, and so is what begins like one; then it is escaped for a terminal,
    /// and cut after 2,000 characters.
    pub fn foreign(&self, text: &str) -> String {
        self.made_visible(text, Words::Foreign)
    }

    /// The id of a version, which whoever stored it chose. A token is blotted out as in a text of
    /// someone else's; one under four characters, which is there by chance, only where it is a word
    /// of its own.
    pub fn version(&self, id: &VersionId) -> String {
        self.made_visible(id.as_told(), Words::Id)
    }

    fn made_visible(&self, text: &str, words: Words) -> String {
        let mut end = text.len().min(MOST_READ);
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        // The token goes first: with escapes in it, or cut, it would not be known.
        let text = self.blotted(&text[..end], words);
        visible(text.trim().chars().take(MOST_SHOWN))
    }

    /// A name or an id that someone else gave, and that has to stay whole to be of use. A token
    /// under eight characters is blotted out only where it is a word of its own: in the middle of
    /// one it tells nobody that it is a token.
    pub fn field(&self, text: &str) -> String {
        self.blotted(text, Words::Field)
    }

    /// Words of our own, with the values of options and variables in them: what begins like a
    /// token is blotted out. A token under eight characters is not searched for: it would mangle
    /// them, and none of them has it.
    pub fn ours(&self, text: &str) -> String {
        self.blotted(text, Words::Ours)
    }

    /// JSON of our own, string by string, so that it stays JSON.
    pub fn json(&self, json: &str) -> String {
        let mut safe = String::with_capacity(json.len());
        let mut rest = json;
        while let Some(start) = rest.find('"') {
            let end = start + end_of_string(&rest[start..]);
            let quoted = &rest[start..end];
            safe.push_str(&rest[..start]);
            let text = serde_json::from_str::<String>(quoted).unwrap_or_default();
            let blotted = self.ours(&text);
            if blotted == text {
                safe.push_str(quoted);
            } else {
                safe.push_str(&serde_json::Value::from(blotted).to_string());
            }
            rest = &rest[end..];
        }
        safe + rest
    }

    /// Whether a text has a hidden one in it, in any form and as far as it is searched for in such
    /// words.
    pub fn is_in(&self, text: &str, words: Words) -> bool {
        let mut is_in = false;
        for view in views(text) {
            self.find(&view.bytes, words, &mut |_| is_in = true);
        }
        is_in
    }

    fn forms(&self) -> MutexGuard<'_, Forms> {
        self.hidden.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn find(&self, bytes: &[u8], words: Words, found: &mut dyn FnMut(Range<usize>)) {
        self.forms().find(bytes, words, &mut *found);
        if let Some(outer) = &self.outer {
            outer.find(bytes, words, found);
        }
    }

    fn knows_nothing(&self) -> bool {
        let outer = self.outer.as_ref();
        self.forms().is_empty() && outer.is_none_or(|outer| outer.knows_nothing())
    }

    fn blotted(&self, text: &str, words: Words) -> String {
        let may_be_unknown = words != Words::Field;
        if !may_be_unknown && self.knows_nothing() {
            return text.to_owned();
        }
        let mut places = Places::default();
        for view in views(text) {
            let mut found = |range| places.add(view.place(range));
            self.find(&view.bytes, words, &mut found);
            if may_be_unknown {
                TokenKind::places_in(&view.bytes).for_each(&mut found);
            }
        }
        places.blot(text)
    }
}

impl fmt::Debug for Redactor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Redactor(not shown)")
    }
}

/// How long the string is that JSON begins with, its quotation marks included.
fn end_of_string(json: &str) -> usize {
    let mut is_escaped = false;
    for (at, byte) in json.bytes().enumerate().skip(1) {
        match byte {
            _ if is_escaped => is_escaped = false,
            b'\\' => is_escaped = true,
            b'"' => return at + 1,
            _ => {}
        }
    }
    json.len()
}

/// The places of a text that are not to be shown.
#[derive(Default)]
struct Places {
    /// For each byte how far what begins there reaches, or zero: there may be very many, and the
    /// same again in each way to read the text.
    ends: Vec<usize>,
}

impl Places {
    fn add(&mut self, place: Range<usize>) {
        if self.ends.len() <= place.start {
            self.ends.resize(place.start + 1, 0);
        }
        let end = &mut self.ends[place.start];
        *end = place.end.max(*end);
    }

    /// The text with a blot in the place of each of these, or one where they touch.
    fn blot(&self, text: &str) -> String {
        let mut safe = String::with_capacity(text.len());
        let mut shown = 0;
        let mut is_blotted = false;
        let places = self.ends.iter().enumerate().filter(|(_, end)| **end > 0);
        for (mut start, mut end) in places.map(|(start, end)| (start, *end)) {
            while !text.is_char_boundary(start) {
                start -= 1;
            }
            while !text.is_char_boundary(end) {
                end += 1;
            }
            if start > shown || !is_blotted {
                safe.push_str(&text[shown.min(start)..start]);
                safe.push_str(BLOT);
                is_blotted = true;
            }
            shown = shown.max(end);
        }
        safe.push_str(&text[shown..]);
        safe
    }
}

#[cfg(test)]
mod tests;
