//! [`Mending`]: a stored value with what can be mended without guessing.

use zeroize::Zeroizing;

use crate::content::{text_of, Content};
use crate::credential::{SecretValue, TooLarge};
use crate::finding::{near_miss, ACCESS_TOKEN, USERNAME};

/// What will be changed, and the value that it gives. Shows nothing of the value.
#[derive(Debug)]
pub struct Mending {
    /// In words, without any of the value but the names of keys.
    pub changes: Vec<String>,
    pub value: SecretValue,
}

impl Mending {
    /// Renames keys that are near misses, and takes white space off the ends of the two values; other
    /// keys stay as they are. None where there is nothing of that to do.
    ///
    /// # Errors
    /// [`TooLarge`] where the mended value is over what a secret takes.
    pub fn of(content: &Content) -> Result<Option<Self>, TooLarge> {
        let (Content::Text(text), Some(members)) = (content, content.members()) else {
            return Ok(None);
        };
        let near = [USERNAME, ACCESS_TOKEN].map(|wanted| (near_miss(&members, wanted), wanted));
        let mut changes = Vec::new();
        // Room for all of it, so that growing leaves no copy behind in memory.
        let mut json = Zeroizing::new(String::with_capacity(6 * text.len() + 64));
        for (key, value) in members.iter() {
            let renamed = near.iter().find(|(miss, _)| *miss == Some(key));
            let key = renamed.map_or(key, |(_, wanted)| *wanted);
            if let Some((Some(miss), wanted)) = renamed {
                changes.push(format!("rename the key {miss} to {wanted}"));
            }
            let between = if json.is_empty() { '{' } else { ',' };
            json.push(between);
            json.push_str(&serde_json::Value::from(key).to_string());
            json.push(':');
            let untrimmed = [USERNAME, ACCESS_TOKEN]
                .contains(&key)
                .then(|| text_of(value));
            match untrimmed.flatten() {
                Some(text) if text.trim() != text.as_str() && !text.trim().is_empty() => {
                    changes.push(format!(
                        "take the white space and line ends off the ends of {key}"
                    ));
                    let quoted = Zeroizing::new(serde_json::Value::from(text.trim()).to_string());
                    json.push_str(&quoted);
                }
                _ => json.push_str(value.get()),
            }
        }
        json.push('}');
        if changes.is_empty() {
            return Ok(None);
        }
        let value = SecretValue::of_json(json)?;
        Ok(Some(Self { changes, value }))
    }

    /// What is stored when it is done.
    pub fn content(&self) -> Content {
        Content::Text(Zeroizing::new(self.value.reveal().to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn mended(text: &str) -> Option<String> {
        let content = Content::Text(Zeroizing::new(text.to_owned()));
        let mending = Mending::of(&content).unwrap();
        mending.map(|mending| mending.value.reveal().to_owned())
    }

    #[test]
    fn keys_are_renamed_and_ends_trimmed_and_the_rest_is_kept() {
        assert_eq!(
            mended(r#"{"user":" me","x":{"a":[1.50]},"access_token":"t\n"}"#).as_deref(),
            Some(r#"{"username":"me","x":{"a":[1.50]},"accessToken":"t"}"#)
        );
        assert_eq!(
            mended(r#"{"username":"me","password":"t"}"#).as_deref(),
            Some(r#"{"username":"me","accessToken":"t"}"#)
        );
        assert_eq!(
            mended(r#"{"username":"me","accessToken":"t","url":" x "}"#),
            None
        );
        assert_eq!(
            mended(r#"{"username":"me","accessToken":" "}"#),
            None,
            "an empty value cannot be guessed"
        );
        assert_eq!(mended(r#"{"token":"a","password":"b"}"#), None);
        assert_eq!(mended("plain"), None);
    }

    proptest! {
        #[test]
        fn what_is_mended_needs_no_mending(user in "[ a\"\n]{0,5}", token in "[ b\\\\\r\n]{0,5}", more in "[a-z]{1,4}") {
            let text = serde_json::json!({"user": user, "token": token, more: 1}).to_string();
            if let Some(mended_once) = mended(&text) {
                prop_assert_eq!(mended(&mended_once), None);
                let read: serde_json::Value = serde_json::from_str(&mended_once).unwrap();
                prop_assert!(read["username"] == user.trim() || read["username"] == user.as_str());
            }
        }
    }
}
