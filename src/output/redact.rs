//! [`Redactor`]: hides access tokens in everything written.

use std::fmt;
use std::ops::Range;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use base64::engine::general_purpose::{STANDARD, URL_SAFE};
use base64::Engine;
use serde_json::{Deserializer, Value};
use zeroize::Zeroizing;

use super::escape::visible;
use crate::model::credential::AccessToken;
use crate::model::stored_value::StoredValue;
use crate::model::token_kind::TokenKind;

/// Replaces a token.
const NOT_SHOWN: &str = "[token not shown]";

/// Shorter tokens, in characters, would match any text by chance.
const SHORTEST: usize = 4;

/// The tokens to hide, in all their forms. Clones share them.
#[derive(Clone, Default)]
pub struct Redactor(Arc<Mutex<Vec<Zeroizing<String>>>>);

impl Redactor {
    pub fn new() -> Self {
        Self::default()
    }

    pub fn hide(&self, token: &AccessToken) {
        self.hide_text(token.reveal());
    }

    /// Hides every token in a stored value.
    pub fn hide_value(&self, value: &StoredValue) {
        for token in value.tokens() {
            self.hide_text(token.trim());
        }
    }

    pub fn hide_text(&self, token: &str) {
        if token.chars().count() < SHORTEST {
            return;
        }
        let mut forms = self.forms();
        for form in forms_of(token) {
            if !forms.contains(&form) {
                forms.push(form);
            }
        }
    }

    /// Replaces hidden tokens, and words that look like a known kind of token.
    pub fn redact(&self, text: &str) -> String {
        let mut places: Vec<_> = TokenKind::places_in(text.as_bytes()).collect();
        self.forms()
            .iter()
            .for_each(|form| places.extend(places_of(form, text)));
        places.sort_unstable_by_key(|place| place.start);
        let mut safe = String::with_capacity(text.len());
        let mut end = 0;
        for place in places {
            if place.start > end || safe.is_empty() {
                safe.push_str(&text[end..place.start]);
                safe.push_str(NOT_SHOWN);
            }
            end = end.max(place.end);
        }
        safe + &text[end..]
    }

    /// Redacts each string of a JSON document.
    pub fn redact_json(&self, json: &str) -> String {
        let mut safe = String::with_capacity(json.len());
        let mut rest = json;
        while let Some(start) = rest.find('"') {
            safe.push_str(&rest[..start]);
            let mut strings = Deserializer::from_str(&rest[start..]).into_iter::<String>();
            let text = strings.next().and_then(Result::ok).unwrap_or_default();
            safe.push_str(&Value::from(self.redact(&text)).to_string());
            rest = &rest[start + strings.byte_offset()..];
        }
        safe + rest
    }

    /// Whether a text contains a hidden token.
    pub fn is_in(&self, text: &str) -> bool {
        self.forms().iter().any(|form| text.contains(form.as_str()))
    }

    fn forms(&self) -> MutexGuard<'_, Vec<Zeroizing<String>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Redactor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Redactor(not shown)")
    }
}

fn places_of<'t>(form: &'t str, text: &'t str) -> impl Iterator<Item = Range<usize>> + 't {
    let places = text.match_indices(form);
    places.map(|(start, found)| start..start + found.len())
}

/// The forms in which a token may be repeated: raw, JSON-escaped once or twice, percent-encoded and
/// in base64.
fn forms_of(token: &str) -> Vec<Zeroizing<String>> {
    let escaped = json_escaped(token);
    let twice = json_escaped(&escaped);
    let mut forms = vec![Zeroizing::new(token.to_owned()), escaped, twice];
    for index in 0..forms.len() {
        // Foreign text was escaped for the terminal before.
        forms.push(Zeroizing::new(visible(forms[index].chars())));
    }
    forms.push(percent_encoded(token, |byte| format!("%{byte:02x}")));
    forms.push(percent_encoded(token, |byte| format!("%{byte:02X}")));
    for engine in [&STANDARD, &URL_SAFE] {
        let alone = Zeroizing::new(engine.encode(token));
        forms.push(Zeroizing::new(alone.trim_end_matches('=').to_owned()));
        forms.push(alone);
        // After a username and a colon: the letters that depend on the token alone.
        for before in 0..3 {
            let bytes = Zeroizing::new([&[0; 2][..before], token.as_bytes()].concat());
            let encoded = Zeroizing::new(engine.encode(&bytes));
            let letters = (8 * before).div_ceil(6)..8 * bytes.len() / 6;
            forms.push(Zeroizing::new(encoded[letters].to_owned()));
        }
    }
    forms
}

fn json_escaped(text: &str) -> Zeroizing<String> {
    let quoted = Zeroizing::new(serde_json::to_string(text).unwrap_or_default());
    Zeroizing::new(quoted[1..quoted.len() - 1].to_owned())
}

fn percent_encoded(text: &str, encode: fn(u8) -> String) -> Zeroizing<String> {
    let mut encoded = Zeroizing::new(String::with_capacity(3 * text.len()));
    for byte in text.bytes() {
        match byte {
            byte if byte.is_ascii_alphanumeric() => encoded.push(byte.into()),
            b'-' | b'.' | b'_' | b'~' => encoded.push(byte.into()),
            byte => encoded.push_str(&encode(byte)),
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hiding(token: &str) -> Redactor {
        let redactor = Redactor::new();
        redactor.hide(&AccessToken::from_bytes(token.as_bytes()).unwrap());
        redactor
    }

    #[test]
    fn a_token_is_hidden_in_each_form() {
        let redactor = hiding("a/\"é\\?");
        for form in [
            "a/\"é\\?",
            r#"a/\"é\\?"#,
            r#"a/\\\"é\\\\?"#,
            "a%2F%22%C3%A9%5C%3F",
            "a%2f%22%c3%a9%5c%3f",
            "YS8iw6lcPw==",
            "YS8iw6lcPw",
        ] {
            assert_eq!(
                redactor.redact(&format!("[{form}]")),
                format!("[{NOT_SHOWN}]")
            );
            assert!(redactor.is_in(form));
        }
        for username in ["a", "ab", "abc"] {
            for engine in [STANDARD, URL_SAFE] {
                let login = engine.encode(format!("{username}:secret>>>?-token"));
                let shown = hiding("secret>>>?-token").redact(&login);
                let left = shown.replace(NOT_SHOWN, "");
                assert!(shown != login && left.len() <= 10, "{shown}");
            }
        }
        assert_eq!(hiding("a\u{200b}bc").redact(r"a\u{200b}bc"), NOT_SHOWN);
    }

    #[test]
    fn tokens_that_touch_are_hidden_whole() {
        let redactor = hiding("token");
        redactor.hide_text("entoken");
        redactor.hide_text("shown");
        let shown = redactor.redact("tokentokentoken shown");
        assert_eq!(shown, format!("{NOT_SHOWN} {NOT_SHOWN}"));
        assert_eq!(hiding("abc").redact("abc"), "abc");
        assert_eq!(format!("{redactor:?}"), "Redactor(not shown)");
    }

    #[test]
    fn words_that_begin_like_a_known_kind_of_token_are_hidden() {
        for (text, shown) in [
            ("bad dckr_pat_abcdef.", "bad [token not shown]"),
            ("user:ghp_0123456789, me", "user:[token not shown], me"),
            (r"a\nghp_0123456789", r"a\n[token not shown]"),
            (
                "glpat-anna my-ghp_0123456789",
                "glpat-anna my-ghp_0123456789",
            ),
        ] {
            assert_eq!(Redactor::new().redact(text), shown);
        }
    }

    #[test]
    fn json_stays_json() {
        let value =
            serde_json::json!({ "n": 1, "text": "a \"token\\1\" b", "k": [null, "\n\u{1}"] });
        let shown = hiding("\"token\\1").redact_json(&value.to_string());
        let expected = value.to_string().replace(r#"\"token\\1"#, NOT_SHOWN);
        assert_eq!(shown, expected);
    }
}
