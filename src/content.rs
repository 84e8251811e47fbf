//! [`Content`]: the value of a secret as whoever stored it left it, and nothing that shows it.

use std::fmt;

use serde::de::{MapAccess, Visitor};
use serde::Deserialize;
use serde_json::value::RawValue;
use zeroize::Zeroizing;

use crate::token_kind::TokenKind;

/// The value of a secret; its memory is zeroed when it is dropped. Unlike a
/// [`SecretValue`](crate::credential::SecretValue) it may be anything.
pub enum Content {
    Text(Zeroizing<String>),
    /// ECR reads only text, so what it is does not matter.
    Binary,
}

/// The members of a JSON object, in their order, borrowed from the text so that no copy is made.
pub struct Members<'t>(Vec<(String, &'t RawValue)>);

impl Content {
    /// The members; none where it is no JSON object.
    pub fn members(&self) -> Option<Members<'_>> {
        match self {
            Self::Text(text) => serde_json::from_str(text).ok(),
            Self::Binary => None,
        }
    }

    /// Every text in it that could be a token: to be kept out of whatever is shown. Short ones under
    /// other keys are not, since hiding them would mangle every message.
    pub fn secrets(&self) -> Vec<Zeroizing<String>> {
        match (self, self.members()) {
            (_, Some(members)) => {
                let texts = members.iter();
                let texts = texts.filter_map(|(key, value)| Some((key, text_of(value)?)));
                let secret = texts.filter(|(key, text)| match *key {
                    "accessToken" => true,
                    // Someone may have mixed the two up.
                    "username" => TokenKind::is_in_the_wrong_place(text),
                    _ => text.trim().len() >= 8,
                });
                secret.map(|(_, text)| text).collect()
            }
            (Self::Text(text), None) => vec![text.clone()],
            (Self::Binary, None) => Vec::new(),
        }
    }
}

impl fmt::Debug for Content {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => write!(f, "Content({} bytes, not shown)", text.len()),
            Self::Binary => f.write_str("Content(binary, not shown)"),
        }
    }
}

impl<'t> Members<'t> {
    /// The text of a member; none where there is no such member, or it is no text. Where a key is
    /// there twice, the last counts, as in most readers of JSON.
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

/// The text that a JSON value is; none where it is of another type.
pub fn text_of(value: &RawValue) -> Option<Zeroizing<String>> {
    serde_json::from_str(value.get()).ok().map(Zeroizing::new)
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

#[cfg(test)]
mod tests {
    use super::*;

    fn content(text: &str) -> Content {
        Content::Text(Zeroizing::new(text.to_owned()))
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
    fn what_is_no_object_has_no_members() {
        for text in ["", "dckr_pat_x", "[1]", "\"text\"", "{username:me}", "{} x"] {
            assert!(content(text).members().is_none(), "{text}");
        }
        assert!(Content::Binary.members().is_none());
    }

    #[test]
    fn all_but_a_plain_username_may_be_a_token() {
        let secrets = |text: &str| {
            let secrets = content(text).secrets();
            secrets
                .iter()
                .map(|secret| secret.to_string())
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
        assert_eq!(secrets("plain"), ["plain"]);
    }

    #[test]
    fn debug_shows_nothing() {
        assert_eq!(
            format!("{:?}", content("hidden")),
            "Content(6 bytes, not shown)"
        );
    }
}
