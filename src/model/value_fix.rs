//! [`ValueFix`]: repairs a stored value where that needs no guessing.

use std::fmt;

use zeroize::Zeroizing;

use crate::model::credential::SecretValue;
use crate::model::date::Date;
use crate::model::invalid::Invalid;
use crate::model::secret::EXPIRY_TAG;
use crate::model::stored_value::{
    near_miss, push_member, text_of, StoredValue, ACCESS_TOKEN, USERNAME,
};

/// The changes and the resulting value. Its `Debug` shows nothing of the value.
#[derive(Debug)]
pub struct ValueFix {
    pub changes: Vec<Change>,
    pub value: SecretValue,
}

/// One change. It contains nothing of the value but names of keys.
#[derive(Clone, Debug)]
pub enum Change {
    Rename {
        from: String,
        to: &'static str,
    },
    /// Removes white space from both ends of this key's value.
    Trim(String),
    /// Sets the tag with the token's expiry date.
    Expiry(Date),
}

impl Change {
    /// The change in words, after it is done.
    pub fn done(&self) -> String {
        match self {
            Self::Rename { from, to } => format!("renamed the key {from} to {to}"),
            Self::Trim(key) => {
                format!("removed white space and newlines from the ends of {key}")
            }
            Self::Expiry(date) => format!("set the tag {EXPIRY_TAG} to {date}"),
        }
    }
}

/// The change in words, before it is done.
impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Rename { from, to } => write!(f, "rename the key {from} to {to}"),
            Self::Trim(key) => {
                write!(f, "remove white space and newlines from the ends of {key}")
            }
            Self::Expiry(date) => write!(f, "set the tag {EXPIRY_TAG} to {date}"),
        }
    }
}

impl ValueFix {
    /// Renames misspelled keys, and removes white space from the ends of the username and token.
    /// Other keys stay as they are. `None` if there is nothing to fix.
    pub fn new(content: &StoredValue) -> Result<Option<Self>, Invalid> {
        let (StoredValue::Text(text), Some(members)) = (content, content.members()) else {
            return Ok(None);
        };
        let near = [USERNAME, ACCESS_TOKEN].map(|wanted| (near_miss(&members, wanted), wanted));
        let mut changes = Vec::new();
        // Large enough that it never grows, which would leave a copy in memory.
        let mut json = Zeroizing::new(String::with_capacity(6 * text.len() + 64));
        for (key, value) in members.iter() {
            let renamed = near.iter().find(|(miss, _)| *miss == Some(key));
            let key = renamed.map_or(key, |(_, wanted)| *wanted);
            if let Some((Some(miss), wanted)) = renamed {
                changes.push(Change::Rename {
                    from: (*miss).to_owned(),
                    to: wanted,
                });
            }
            let text = [USERNAME, ACCESS_TOKEN]
                .contains(&key)
                .then(|| text_of(value));
            match text.flatten() {
                Some(text) if text.trim() != text.as_str() && !text.trim().is_empty() => {
                    changes.push(Change::Trim(key.to_owned()));
                    let quoted = Zeroizing::new(serde_json::Value::from(text.trim()).to_string());
                    push_member(&mut json, key, &quoted);
                }
                _ => push_member(&mut json, key, value.get()),
            }
        }
        json.push('}');
        if changes.is_empty() {
            return Ok(None);
        }
        let value = SecretValue::from_json(json)?;
        Ok(Some(Self { changes, value }))
    }

    /// The value as it will be stored.
    pub fn content(&self) -> StoredValue {
        StoredValue::Text(Zeroizing::new(self.value.reveal().to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn fixed(text: &str) -> Option<String> {
        let content = StoredValue::Text(Zeroizing::new(text.to_owned()));
        let fix = ValueFix::new(&content).unwrap();
        fix.map(|fix| fix.value.reveal().to_owned())
    }

    #[test]
    fn keys_are_renamed_and_ends_trimmed_and_the_rest_is_kept() {
        assert_eq!(
            fixed(r#"{"user":" me","x":{"a":[1.50]},"access_token":"t\n"}"#).as_deref(),
            Some(r#"{"username":"me","x":{"a":[1.50]},"accessToken":"t"}"#)
        );
        assert_eq!(
            fixed(r#"{"username":"me","password":"t"}"#).as_deref(),
            Some(r#"{"username":"me","accessToken":"t"}"#)
        );
        assert_eq!(
            fixed(r#"{"username":"me","accessToken":"t","url":" x "}"#),
            None
        );
        assert_eq!(
            fixed(r#"{"username":"me","accessToken":" "}"#),
            None,
            "an empty value cannot be guessed"
        );
        assert_eq!(fixed(r#"{"token":"a","password":"b"}"#), None);
        assert_eq!(fixed("plain"), None);
    }

    proptest! {
        #[test]
        fn a_fixed_value_needs_no_fix(user in "[ a\"\n]{0,5}", token in "[ b\\\\\r\n]{0,5}", more in "[a-z]{1,4}") {
            let text = serde_json::json!({"user": user, "token": token, more: 1}).to_string();
            if let Some(fixed_once) = fixed(&text) {
                prop_assert_eq!(fixed(&fixed_once), None);
                let read: serde_json::Value = serde_json::from_str(&fixed_once).unwrap();
                prop_assert!(read["username"] == user.trim() || read["username"] == user.as_str());
            }
        }
    }
}
