//! [`StoredValue`]: the value of an existing secret, in a type that cannot be printed by accident.

use std::fmt;

use serde::de::{MapAccess, Visitor};
use serde::Deserialize;
use serde_json::value::RawValue;
use zeroize::Zeroizing;

use crate::model::count::count;
use crate::model::token_kind::{looks_like_a_token, TokenKind};

/// The two keys that ECR expects.
pub const USERNAME: &str = "username";
pub const ACCESS_TOKEN: &str = "accessToken";

/// The value of a secret, zeroed on drop. Unlike a
/// [`SecretValue`](crate::model::credential::SecretValue), it may be any text.
pub enum StoredValue {
    Text(Zeroizing<String>),
    /// ECR supports only text, so the bytes are not kept.
    Binary,
}

/// The result of reading one value.
#[derive(Debug)]
pub enum Reading {
    Value(StoredValue),
    /// There is no current version.
    Nothing,
    /// The service denied it: why.
    Refused(String),
}

/// The members of a JSON object in order, borrowed from the text so that values are not copied.
#[derive(Default)]
pub struct Members<'t>(Vec<(String, &'t RawValue)>);

impl StoredValue {
    /// The members; `None` if the value is not a JSON object.
    pub fn members(&self) -> Option<Members<'_>> {
        match self {
            Self::Text(text) => serde_json::from_str(text).ok(),
            Self::Binary => None,
        }
    }

    /// The access token, and every other text in the value that looks like a token.
    pub fn tokens(&self) -> Vec<Zeroizing<String>> {
        let text = match self {
            Self::Text(text) => text,
            Self::Binary => return Vec::new(),
        };
        let Some(members) = self.members() else {
            // The whole value may be a token. It has no white space, and a shorter text could be a
            // word in any message.
            let is_token = text.len() >= 8 && !text.trim().contains(char::is_whitespace);
            let whole = is_token.then(|| text.clone());
            return whole.into_iter().chain(tokens_in(text)).collect();
        };
        let tokens = members
            .iter()
            .flat_map(|(key, value)| match text_of(value) {
                Some(text) if key == ACCESS_TOKEN || is_near(key, ACCESS_TOKEN) => vec![text],
                Some(text) if key == USERNAME && !TokenKind::is_in_the_wrong_place(&text) => {
                    Vec::new()
                }
                Some(text) if looks_like_a_token(&text) => vec![text],
                Some(_) => Vec::new(),
                None => tokens_in(value.get()).collect(),
            });
        tokens.collect()
    }
}

/// The first fifty words in any text that look like tokens.
fn tokens_in(text: &str) -> impl Iterator<Item = Zeroizing<String>> + '_ {
    let is_between = |c: char| c.is_whitespace() || "\"'`{}[](),;:=<>".contains(c);
    let words = text
        .split(is_between)
        .filter(|word| looks_like_a_token(word));
    words.take(50).map(|word| Zeroizing::new(word.to_owned()))
}

impl fmt::Debug for StoredValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => write!(f, "StoredValue({} bytes, not shown)", text.len()),
            Self::Binary => f.write_str("StoredValue(binary, not shown)"),
        }
    }
}

impl<'t> Members<'t> {
    /// The text of a member; `None` if it is missing or not a string. If a key occurs twice, the
    /// last one wins, as in most JSON parsers.
    pub fn text(&self, key: &str) -> Option<Zeroizing<String>> {
        text_of(self.get(key)?)
    }

    /// The keys, in their order.
    pub fn keys(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|(key, _)| key.as_str())
    }

    pub fn iter(&self) -> impl Iterator<Item = (&str, &'t RawValue)> {
        self.0.iter().map(|(key, value)| (key.as_str(), *value))
    }

    pub fn get(&self, key: &str) -> Option<&'t RawValue> {
        let mut from_last = self.0.iter().rev();
        from_last
            .find(|(have, _)| have == key)
            .map(|(_, value)| *value)
    }
}

/// The text of a JSON string; `None` for another type.
pub fn text_of(value: &RawValue) -> Option<Zeroizing<String>> {
    serde_json::from_str(value.get()).ok().map(Zeroizing::new)
}

/// Appends a member to an unfinished JSON object. `value` is JSON.
pub fn push_member(object: &mut String, key: &str, value: &str) {
    object.push(if object.is_empty() { '{' } else { ',' });
    object.push_str(&serde_json::Value::from(key).to_string());
    object.push(':');
    object.push_str(value);
}

impl<'de: 't, 't> Deserialize<'de> for Members<'t> {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct OfObject;
        impl<'de> Visitor<'de> for OfObject {
            type Value = Vec<(String, &'de RawValue)>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(members)
            }
        }
        deserializer.deserialize_map(OfObject).map(Members)
    }
}

/// Lists keys, without those that may be part of credentials.
pub fn showable(keys: &[&str]) -> String {
    let is_plain = |key: &str| {
        key.chars().count() <= 24
            && !looks_like_a_token(key)
            && key
                .chars()
                .all(|c| c.is_alphanumeric() || "_-. ".contains(c))
    };
    let plain: Vec<&str> = keys
        .iter()
        .filter(|key| is_plain(key))
        .map(|key| key.trim())
        .collect();
    match (plain.len(), keys.len() - plain.len()) {
        (_, 0) => plain.join(", "),
        (0, more) => format!("{}, not shown", count(more, "key")),
        (_, more) => format!("{} and {more} more", plain.join(", ")),
    }
}

/// A key that was probably meant as `wanted`. `None` if there are several, or if `wanted` exists.
pub fn near_miss<'m>(members: &'m Members<'_>, wanted: &str) -> Option<&'m str> {
    if members.get(wanted).is_some() {
        return None;
    }
    let mut near = members.keys().filter(|key| is_near(key, wanted));
    let first = near.next()?;
    near.all(|other| other == first).then_some(first)
}

/// A key in lower case, without separators.
fn plain_key(key: &str) -> String {
    let plain = |c: &char| !matches!(c, '_' | '-' | '.' | ' ');
    let letters = key.chars().filter(plain);
    letters.flat_map(char::to_lowercase).collect()
}

fn is_near(key: &str, wanted: &str) -> bool {
    let word = plain_key(key);
    let words: &[&str] = if wanted == USERNAME {
        &["username", "user", "userid", "login", "loginname"]
    } else {
        &[
            "accesstoken",
            "token",
            "password",
            "passwd",
            "pass",
            "pwd",
            "authtoken",
            "pat",
            "personalaccesstoken",
        ]
    };
    words.contains(&word.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn content(text: &str) -> StoredValue {
        StoredValue::Text(Zeroizing::new(text.to_owned()))
    }

    #[test]
    fn members_are_read_in_any_order_and_spelling() {
        let content =
            content(r#" {"accessToken":"a\"\u00e9\n", "n":1, "username":"x", "username":"me"} "#);
        let members = content.members().unwrap();
        assert_eq!(members.text("username").unwrap().as_str(), "me");
        assert_eq!(members.text("accessToken").unwrap().as_str(), "a\"é\n");
        assert!(members.text("n").is_none() && members.get("n").is_some());
        assert!(members.get("token").is_none());
    }

    #[test]
    fn only_an_object_has_members() {
        for text in ["", "dckr_pat_x", "[1]", "\"text\"", "{username:me}", "{} x"] {
            assert!(content(text).members().is_none(), "{text}");
        }
        assert!(StoredValue::Binary.members().is_none());
    }

    #[test]
    fn tokens_are_known_by_their_key_or_their_look() {
        let secrets = |text: &str| {
            let tokens = content(text).tokens();
            tokens
                .iter()
                .map(|token| token.to_string())
                .collect::<Vec<_>>()
        };
        assert_eq!(
            secrets(
                r#"{"username":"me-and-mine","token":"one-token","accessToken":"x","a":"b","c":2}"#
            ),
            ["one-token", "x"]
        );
        assert_eq!(
            secrets(r#"{"username":" ghp_0123456789","accessToken":"me"}"#),
            [" ghp_0123456789", "me"]
        );
        assert_eq!(secrets("one-token"), ["one-token"]);
        assert_eq!(
            secrets("{accessToken:one-token-of-many-others}"),
            [
                "{accessToken:one-token-of-many-others}",
                "one-token-of-many-others"
            ]
        );
        assert_eq!(
            secrets(r#"{"registry":"docker-hub","more":{"key":"one-token-of-many-others"}}"#),
            ["one-token-of-many-others"]
        );
    }

    #[test]
    fn debug_shows_nothing() {
        assert_eq!(
            format!("{:?}", content("hidden")),
            "StoredValue(6 bytes, not shown)"
        );
    }

    #[test]
    fn keys_that_may_be_credentials_are_not_shown() {
        assert_eq!(showable(&["url", "e-mail"]), "url, e-mail");
        assert_eq!(showable(&["url", "dckr_pat_abcdefgh"]), "url and 1 more");
        assert_eq!(showable(&["a:b"]), "1 key, not shown");
    }

    #[test]
    fn near_misses_and_nothing_further_away() {
        let near = |text: &str, wanted: &str| {
            let content = content(text);
            let members = content.members().unwrap();
            near_miss(&members, wanted).map(str::to_owned)
        };
        for key in [
            "access_token",
            "accesstoken",
            "AccessToken",
            "password",
            "token",
            "ACCESS-TOKEN",
        ] {
            assert_eq!(
                near(&format!(r#"{{"{key}":"x"}}"#), ACCESS_TOKEN).as_deref(),
                Some(key)
            );
        }
        for key in ["user", "userName", "Username", "user_name"] {
            assert_eq!(
                near(&format!(r#"{{"{key}":"x"}}"#), USERNAME).as_deref(),
                Some(key)
            );
        }
        assert_eq!(near(r#"{"email":"x"}"#, USERNAME), None);
        assert_eq!(
            near(r#"{"token":"x","password":"y"}"#, ACCESS_TOKEN),
            None,
            "which one is a guess"
        );
        assert_eq!(
            near(r#"{"token":"x","accessToken":"y"}"#, ACCESS_TOKEN),
            None
        );
    }
}
