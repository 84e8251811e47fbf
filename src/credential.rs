//! [`Username`], [`AccessToken`] and [`Credential`]: what the secret holds, and nothing that shows it.

mod login;
mod username;

pub use username::{Username, UsernameFault};

use std::fmt;

use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

/// The most that a secret holds, in bytes of its JSON as UTF-8.
///
/// Source: `SecretString` of CreateSecret, Secrets Manager API reference.
pub const MAX_JSON_BYTES: usize = 65_536;

/// The token that the registry takes as a password. It has no `Display`, is not serialized,
/// its `Debug` shows only the length, and its memory is zeroed when it is dropped.
#[derive(Clone)]
pub struct AccessToken {
    text: SecretString,
    characters: usize,
}

/// Why some bytes are not an [`AccessToken`]. Positions count characters from 1.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum TokenFault {
    #[error("it is empty")]
    Empty,
    #[error("it is UTF-16, as PowerShell writes files; write it with: Set-Content -Encoding ascii -NoNewline")]
    Utf16,
    #[error("it is not UTF-8: byte {0} does not belong to any character")]
    NotUtf8(usize),
    #[error("it has a line break after character {0}; a token is one line")]
    LineBreak(usize),
    #[error("it has a control character (U+{code:04X}) as character {position}")]
    Control { code: u32, position: usize },
    #[error("it has white space at its {0}; a token has none there")]
    WhiteSpace(&'static str),
}

impl AccessToken {
    /// Reads a token from what a source gave: a UTF-8 byte order mark and exactly one line end at
    /// the end are taken off, nothing else is changed.
    ///
    /// # Errors
    /// A [`TokenFault`] that says what is wrong and where, without showing any of it.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, TokenFault> {
        if is_utf16(bytes) {
            return Err(TokenFault::Utf16);
        }
        let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
        let text = std::str::from_utf8(bytes)
            .map_err(|error| TokenFault::NotUtf8(error.valid_up_to() + 1))?;
        let text = ["\r\n", "\n", "\r"]
            .iter()
            .find_map(|end| text.strip_suffix(end))
            .unwrap_or(text);
        if text.is_empty() {
            return Err(TokenFault::Empty);
        }
        if let Some((position, found)) = text.chars().enumerate().find(|(_, c)| c.is_control()) {
            return Err(match found {
                '\n' | '\r' => TokenFault::LineBreak(position),
                other => TokenFault::Control {
                    code: other.into(),
                    position: position + 1,
                },
            });
        }
        if let Some(end) = white_space_at(text) {
            return Err(TokenFault::WhiteSpace(end));
        }
        Ok(Self {
            characters: text.chars().count(),
            text: SecretString::from(text),
        })
    }

    /// The length in Unicode characters, which may be shown.
    pub fn characters(&self) -> usize {
        self.characters
    }

    fn text(&self) -> &str {
        self.text.expose_secret()
    }

    /// Whether a text that is not secret has the token in it.
    pub fn is_in(&self, text: &str) -> bool {
        text.contains(self.text.expose_secret())
    }

    /// Whether a text is the token.
    pub fn is(&self, text: &str) -> bool {
        text.chars().count() == self.characters && self.is_in(text)
    }

    /// The forms in which the token could turn up in a text: as it is, escaped as in the secret's
    /// JSON, escaped once more as in the request that carries that JSON, each of these as Rust shows
    /// bytes and strings and as a shell takes it, and all of them in our own JSON. Longest first.
    pub fn forms(&self) -> Vec<Zeroizing<String>> {
        forms(self.text.expose_secret())
    }
}

impl fmt::Debug for AccessToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "AccessToken({} characters, not shown)", self.characters)
    }
}

/// A username with its token: all that the secret holds.
#[derive(Clone, Debug)]
pub struct Credential {
    pub username: Username,
    pub token: AccessToken,
}

/// The members that ECR reads; no other key belongs into the secret.
/// Source: <https://docs.aws.amazon.com/AmazonECR/latest/userguide/pull-through-cache-creating-secret.html>
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Members<'a> {
    #[serde(borrow)]
    username: std::borrow::Cow<'a, str>,
    #[serde(rename = "accessToken", borrow)]
    access_token: std::borrow::Cow<'a, str>,
}

/// The value of the secret as it is stored, within [`MAX_JSON_BYTES`]. Shows nothing of itself.
pub struct SecretValue(Zeroizing<String>);

/// The JSON is larger than a secret may be: its size in bytes.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "username and token make a secret of {0} bytes; Secrets Manager takes up to {MAX_JSON_BYTES}"
)]
pub struct TooLarge(pub usize);

impl Credential {
    /// The JSON object that ECR reads: `username`, then `accessToken`.
    ///
    /// # Errors
    /// [`TooLarge`] where it has more than [`MAX_JSON_BYTES`] bytes as UTF-8.
    pub fn to_value(&self) -> Result<SecretValue, TooLarge> {
        let members = Members {
            username: self.username.as_str().into(),
            access_token: self.token.text().into(),
        };
        // Room for the longest escapes, so that growing leaves no copy behind in memory.
        let room = 64 + 6 * (members.username.len() + members.access_token.len());
        let mut json = Zeroizing::new(Vec::with_capacity(room));
        serde_json::to_writer(&mut *json, &members).map_err(|_| TooLarge(room))?;
        if json.len() > MAX_JSON_BYTES {
            return Err(TooLarge(json.len()));
        }
        let text = String::from_utf8(std::mem::take(&mut *json)).map_err(|_| TooLarge(room))?;
        Ok(SecretValue(Zeroizing::new(text)))
    }
}

impl SecretValue {
    /// A value that was put together by someone who knows what belongs into it.
    ///
    /// # Errors
    /// [`TooLarge`] where it has more than [`MAX_JSON_BYTES`] bytes.
    pub fn of_json(json: Zeroizing<String>) -> Result<Self, TooLarge> {
        match json.len() {
            ..=MAX_JSON_BYTES => Ok(Self(json)),
            more => Err(TooLarge(more)),
        }
    }

    /// The JSON, for the request that stores it.
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// Whether a stored secret holds the same two members and no others, in any order or spacing.
    pub fn is_same_as(&self, stored: &str) -> bool {
        let parse = |text| serde_json::from_str::<Members<'_>>(text).ok();
        match (parse(&self.0), parse(stored)) {
            (Some(ours), Some(theirs)) => {
                ours.username == theirs.username && ours.access_token == theirs.access_token
            }
            _ => false,
        }
    }
}

impl fmt::Debug for SecretValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SecretValue({} bytes, not shown)", self.0.len())
    }
}

/// The forms of a text that may be a token: those of [`AccessToken::forms`].
pub fn forms(text: &str) -> Vec<Zeroizing<String>> {
    let raw = Zeroizing::new(text.to_owned());
    let escaped = escape_json(&raw);
    let twice = escape_json(&escaped);
    let mut forms = vec![twice, escaped, raw];
    for index in 0..forms.len() {
        let bytes = Zeroizing::new(forms[index].as_bytes().escape_ascii().to_string());
        let string = Zeroizing::new(forms[index].escape_debug().to_string());
        let shell = Zeroizing::new(forms[index].replace('\'', r"'\''"));
        forms.extend([bytes, string, shell]);
    }
    for index in 0..forms.len() {
        let in_json = escape_json(&forms[index]);
        forms.push(in_json);
    }
    forms.sort_by_key(|form| std::cmp::Reverse(form.len()));
    forms.dedup();
    forms
}

fn escape_json(text: &str) -> Zeroizing<String> {
    let quoted = Zeroizing::new(serde_json::Value::from(text).to_string());
    Zeroizing::new(quoted[1..quoted.len() - 1].to_owned())
}

fn white_space_at(text: &str) -> Option<&'static str> {
    if text.starts_with(char::is_whitespace) {
        Some("start")
    } else if text.ends_with(char::is_whitespace) {
        Some("end")
    } else {
        None
    }
}

fn is_utf16(bytes: &[u8]) -> bool {
    let marked = bytes.starts_with(b"\xFF\xFE") || bytes.starts_with(b"\xFE\xFF");
    let every_other_is_nul =
        |from: usize| bytes.len() >= 4 && bytes.iter().skip(from).step_by(2).all(|byte| *byte == 0);
    marked || every_other_is_nul(0) || every_other_is_nul(1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn token(bytes: &[u8]) -> Result<String, TokenFault> {
        AccessToken::from_bytes(bytes).map(|token| token.forms().pop().unwrap().to_string())
    }

    #[test]
    fn one_line_end_and_a_byte_order_mark_are_taken_off_and_nothing_else() {
        for bytes in ["tok", "tok\n", "tok\r\n", "tok\r", "\u{feff}tok\n"] {
            assert_eq!(token(bytes.as_bytes()).as_deref(), Ok("tok"), "{bytes:?}");
        }
        assert_eq!(token(b"a b").as_deref(), Ok("a b"));
    }

    #[test]
    fn each_fault_says_what_and_where() {
        assert_eq!(token(b""), Err(TokenFault::Empty));
        assert_eq!(token(b"\r\n"), Err(TokenFault::Empty));
        assert_eq!(token(b"\xEF\xBB\xBF"), Err(TokenFault::Empty));
        assert_eq!(token(b"tok\n\n"), Err(TokenFault::LineBreak(3)));
        assert_eq!(token(b"a\rb"), Err(TokenFault::LineBreak(1)));
        assert_eq!(
            token(b"to\tk"),
            Err(TokenFault::Control {
                code: 9,
                position: 3
            })
        );
        assert_eq!(
            token("\u{9b}tok".as_bytes()),
            Err(TokenFault::Control {
                code: 0x9b,
                position: 1
            })
        );
        assert_eq!(token(b" tok"), Err(TokenFault::WhiteSpace("start")));
        assert_eq!(token(b"tok \n"), Err(TokenFault::WhiteSpace("end")));
        assert_eq!(token(b"to\xFFk"), Err(TokenFault::NotUtf8(3)));
        assert_eq!(token(b"\xFF\xFEt\0o\0k\0"), Err(TokenFault::Utf16));
        assert_eq!(token(b"t\0o\0k\0"), Err(TokenFault::Utf16));
    }

    #[test]
    fn debug_shows_no_token() {
        let credential = Credential {
            username: Username::parse("me").unwrap(),
            token: AccessToken::from_bytes(b"s3cr3t-value").unwrap(),
        };
        let value = credential.to_value().unwrap();
        let shown = format!("{:?} {value:?} {:?}", credential, credential.clone().token);
        assert!(!shown.contains("s3cr3t"), "{shown}");
    }

    #[test]
    fn the_size_is_counted_in_bytes_of_the_json() {
        let with = |token: String| Credential {
            username: Username::parse("me").unwrap(),
            token: AccessToken::from_bytes(token.as_bytes()).unwrap(),
        };
        let around = r#"{"username":"me","accessToken":""}"#.len();
        let room = MAX_JSON_BYTES - around;
        assert_eq!(
            with("x".repeat(room)).to_value().unwrap().reveal().len(),
            MAX_JSON_BYTES
        );
        assert_eq!(
            with("x".repeat(room + 1)).to_value().unwrap_err(),
            TooLarge(MAX_JSON_BYTES + 1)
        );
        assert_eq!(
            with("é".repeat(room / 2 + 1)).to_value().unwrap_err().0,
            around + 2 * (room / 2 + 1)
        );
        assert_eq!(
            with("\"".repeat(room / 2 + 1)).to_value().unwrap_err().0,
            around + 2 * (room / 2 + 1)
        );
    }

    #[test]
    fn the_same_credentials_are_recognised_however_they_are_written() {
        let credential = Credential {
            username: Username::parse("me").unwrap(),
            token: AccessToken::from_bytes("a\"é".as_bytes()).unwrap(),
        };
        let value = credential.to_value().unwrap();
        assert_eq!(value.reveal(), r#"{"username":"me","accessToken":"a\"é"}"#);
        assert!(value.is_same_as(r#" { "accessToken": "a\"\u00e9", "username": "me" } "#));
        assert!(!value.is_same_as(r#"{"username":"me","accessToken":"other"}"#));
        assert!(!value.is_same_as(r#"{"username":"me","accessToken":"a\"é","x":1}"#));
        assert!(!value.is_same_as("not JSON"));
    }

    proptest! {
        #[test]
        fn any_bytes_give_a_clean_token_or_a_fault(bytes: Vec<u8>) {
            if let Ok(text) = token(&bytes) {
                prop_assert!(!text.is_empty() && !text.contains(char::is_control));
                prop_assert_eq!(text.trim(), &text);
            }
        }

        #[test]
        fn what_is_stored_reads_back_as_it_was(username in "[^\\p{C}\\s]{1,30}", secret in "[^\\p{C}\\s]{1,60}") {
            let credential = Credential {
                username: Username::parse(&username).unwrap(),
                token: AccessToken::from_bytes(secret.as_bytes()).unwrap(),
            };
            let value = credential.to_value().unwrap();
            let read: serde_json::Value = serde_json::from_str(value.reveal()).unwrap();
            prop_assert_eq!(read, serde_json::json!({"username": username, "accessToken": secret}));
        }
    }
}
