//! [`Username`], [`AccessToken`] and [`Credential`]: the content of a secret, in types that cannot
//! be printed by accident.

mod claims;
mod mistake;
mod username;

pub use mistake::Mistake;
pub use username::Username;

use std::fmt;

use secrecy::{ExposeSecret, SecretString};
use serde::Serialize;
use zeroize::Zeroizing;

use crate::model::invalid::Invalid;

/// The largest secret, in bytes of its JSON.
///
/// Source: `SecretString` of CreateSecret, Secrets Manager API reference.
const MAX_JSON_BYTES: usize = 65_536;

/// The token that the registry accepts as a password. It has no `Display` and is not serialized,
/// its `Debug` shows only the length, and its memory is zeroed on drop.
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
    #[error("it is UTF-16, as PowerShell writes files")]
    Utf16,
    #[error("it is not UTF-8: byte {0} is not part of a character")]
    NotUtf8(usize),
    #[error("it has a line break after character {0}; a token is a single line")]
    LineBreak(usize),
    #[error("it has a control character (U+{code:04X}) at character {position}")]
    Control { code: u32, position: usize },
    #[error("it {0}s with white space; a token has none")]
    WhiteSpace(&'static str),
    #[error("it {}", .0.words)]
    Mistake(&'static Mistake),
}

impl AccessToken {
    /// Reads a token from a file or a pipe. A UTF-8 byte order mark and one newline at the end are
    /// removed; anything else invalid is an error, which does not show the token.
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
        if let Some(mistake) = Mistake::certain(text) {
            return Err(TokenFault::Mistake(mistake));
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

    /// The token itself, only for storing it and logging in.
    pub fn reveal(&self) -> &str {
        self.text.expose_secret()
    }

    /// Whether a text that is not secret contains the token.
    pub fn is_in(&self, text: &str) -> bool {
        text.contains(self.text.expose_secret())
    }

    /// Whether a text is the token.
    pub fn is(&self, text: &str) -> bool {
        text.chars().count() == self.characters && self.is_in(text)
    }
}

impl fmt::Debug for AccessToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "AccessToken({} characters, not shown)", self.characters)
    }
}

/// A username with its token: the content of a secret.
#[derive(Clone, Debug)]
pub struct Credential {
    pub username: Username,
    pub token: AccessToken,
}

/// The JSON members that ECR expects, and no others. Source:
/// <https://docs.aws.amazon.com/AmazonECR/latest/userguide/pull-through-cache-creating-secret.html>
#[derive(Serialize)]
struct Members<'a> {
    username: &'a str,
    #[serde(rename = "accessToken")]
    access_token: &'a str,
}

/// The JSON value of a secret as it is stored, up to [`MAX_JSON_BYTES`]. Its `Debug` shows only the
/// length.
pub struct SecretValue(Zeroizing<String>);

impl Credential {
    /// The JSON object that ECR expects: `username`, then `accessToken`.
    pub fn to_value(&self) -> Result<SecretValue, Invalid> {
        let members = Members {
            username: self.username.as_str(),
            access_token: self.token.reveal(),
        };
        // Large enough that it never grows, which would leave a copy in memory.
        let room = 64 + 6 * (members.username.len() + members.access_token.len());
        let mut json = Zeroizing::new(Vec::with_capacity(room));
        serde_json::to_writer(&mut *json, &members).map_err(|_| too_large(room))?;
        let text = String::from_utf8(std::mem::take(&mut *json)).map_err(|_| too_large(room))?;
        SecretValue::from_json(Zeroizing::new(text))
    }
}

impl SecretValue {
    /// Wraps JSON that the caller has built. Only its size is checked.
    pub fn from_json(json: Zeroizing<String>) -> Result<Self, Invalid> {
        match json.len() {
            ..=MAX_JSON_BYTES => Ok(Self(json)),
            more => Err(too_large(more)),
        }
    }

    /// The JSON itself, only for the request that stores it.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for SecretValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SecretValue({} bytes, not shown)", self.0.len())
    }
}

fn too_large(bytes: usize) -> Invalid {
    Invalid::new(format!(
        "username and token take {bytes} bytes as JSON; the limit of a secret is {MAX_JSON_BYTES}"
    ))
}

/// Which end of a text has white space: `start` or `end`.
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
        AccessToken::from_bytes(bytes).map(|token| token.reveal().to_owned())
    }

    #[test]
    fn only_one_newline_and_a_byte_order_mark_are_removed() {
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
            too_large(MAX_JSON_BYTES + 1)
        );
        assert_eq!(
            with("é".repeat(room / 2 + 1)).to_value().unwrap_err(),
            too_large(around + 2 * (room / 2 + 1))
        );
        assert_eq!(
            with("\"".repeat(room / 2 + 1)).to_value().unwrap_err(),
            too_large(around + 2 * (room / 2 + 1))
        );
    }

    #[test]
    fn the_members_are_in_the_order_that_is_documented() {
        let credential = Credential {
            username: Username::parse("me").unwrap(),
            token: AccessToken::from_bytes("a\"é".as_bytes()).unwrap(),
        };
        let value = credential.to_value().unwrap();
        assert_eq!(value.reveal(), r#"{"username":"me","accessToken":"a\"é"}"#);
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
        fn a_stored_value_reads_back_unchanged(username in "[^\\p{C}\\s]{1,30}", secret in "[^\\p{C}\\s]{1,60}") {
            prop_assume!([&username, &secret].map(|text| Mistake::certain(text)) == [None, None]);
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
