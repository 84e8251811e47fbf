//! [`ValueUpdate`]: replaces the credentials in a stored value and keeps everything else.

use zeroize::Zeroizing;

use crate::model::credential::{Credential, SecretValue, Username};
use crate::model::invalid::Invalid;
use crate::model::stored_value::{
    near_miss, push_member, text_of, StoredValue, ACCESS_TOKEN, USERNAME,
};

/// The new value of an existing secret. Its `Debug` shows nothing of the value.
#[derive(Debug)]
pub struct ValueUpdate {
    pub value: SecretValue,
    /// Other keys, which are kept.
    pub kept: Vec<String>,
    /// Whether the stored value already has these credentials.
    pub is_unchanged: bool,
}

impl ValueUpdate {
    /// Replaces the credentials, also under misspelled keys; other keys keep their order and value.
    /// A value that is not a JSON object is replaced as a whole.
    pub fn new(stored: Option<&StoredValue>, credential: &Credential) -> Result<Self, Invalid> {
        let plain = credential.to_value()?;
        let members = stored.and_then(StoredValue::members).unwrap_or_default();
        let near = [USERNAME, ACCESS_TOKEN].map(|wanted| near_miss(&members, wanted));
        let is_ours =
            |key: &str| key == USERNAME || key == ACCESS_TOKEN || near.contains(&Some(key));
        let others: Vec<_> = members.iter().filter(|(key, _)| !is_ours(key)).collect();
        let (username, token) = (members.text(USERNAME), members.text(ACCESS_TOKEN));
        let is_unchanged = username.is_some_and(|text| *text == credential.username.as_str())
            && token.is_some_and(|text| credential.token.is(&text));
        let kept = others.iter().map(|(key, _)| (*key).to_owned()).collect();
        let rest: usize = others
            .iter()
            .map(|(key, value)| 6 * key.len() + value.get().len() + 4)
            .sum();
        // Large enough that it never grows, which would leave a copy in memory.
        let mut json = Zeroizing::new(String::with_capacity(plain.reveal().len() + rest));
        let open = plain.reveal();
        json.push_str(open.strip_suffix('}').unwrap_or(open));
        for (key, value) in others {
            push_member(&mut json, key, value.get());
        }
        json.push('}');
        Ok(Self {
            value: SecretValue::from_json(json)?,
            kept,
            is_unchanged,
        })
    }
}

/// The username in a stored value; `None` if there is no valid one.
pub fn username_of(stored: &StoredValue) -> Option<Username> {
    let members = stored.members()?;
    let key = near_miss(&members, USERNAME).unwrap_or(USERNAME);
    let text = text_of(members.get(key)?)?;
    Username::parse(text.trim()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::credential::AccessToken;
    use proptest::prelude::*;

    fn stored(text: &str) -> StoredValue {
        StoredValue::Text(Zeroizing::new(text.to_owned()))
    }

    fn renewed(text: &str) -> (String, bool) {
        let credential = Credential {
            username: Username::parse("me").unwrap(),
            token: AccessToken::from_bytes("new\"}".as_bytes()).unwrap(),
        };
        let update = ValueUpdate::new(Some(&stored(text)), &credential).unwrap();
        (update.value.reveal().to_owned(), update.is_unchanged)
    }

    #[test]
    fn other_keys_are_kept_and_near_misses_replaced() {
        let plain = r#"{"username":"me","accessToken":"new\"}"}"#;
        for text in [
            r#"{"username":"you","accessToken":"old"}"#,
            r#"{"user":"you","access_token":"old"}"#,
            "plain text",
            "[]",
            "{}",
        ] {
            assert_eq!(renewed(text), (plain.to_owned(), false), "{text}");
        }
        assert_eq!(
            renewed(r#"{"url":{"a":[1.50]},"username":"you","accessToken":"old"}"#).0,
            r#"{"username":"me","accessToken":"new\"}","url":{"a":[1.50]}}"#
        );
    }

    #[test]
    fn unchanged_credentials_are_recognized_in_any_spelling() {
        assert!(renewed(r#" {"accessToken":"new\u0022}" , "username":"me","x":1} "#).1);
        assert!(!renewed(r#"{"accessToken":"new\"}","username":"you"}"#).1);
        assert!(!renewed(r#"{"accessToken":"new\"} ","username":"me"}"#).1);
        assert!(!renewed(r#"{"access_token":"new\"}","username":"me"}"#).1);
    }

    #[test]
    fn the_username_is_found_in_what_people_store() {
        let of = |text: &str| username_of(&stored(text)).map(|name| name.to_string());
        assert_eq!(of(r#"{"username":"me"}"#).as_deref(), Some("me"));
        assert_eq!(of(r#"{"user":" me\n"}"#).as_deref(), Some("me"));
        assert_eq!(of(r#"{"username":""}"#), None);
        assert_eq!(of("me"), None);
    }

    proptest! {
        #[test]
        fn it_is_always_json_with_the_new_credentials(more in "[ -~]{0,8}", text in "[ -~é]{0,20}") {
            let old = serde_json::json!({"username": "you", more.clone(): text, "accessToken": "old"}).to_string();
            let read: serde_json::Value = serde_json::from_str(&renewed(&old).0).unwrap();
            prop_assert_eq!(&read["username"], "me");
            prop_assert_eq!(&read["accessToken"], "new\"}");
        }
    }
}
