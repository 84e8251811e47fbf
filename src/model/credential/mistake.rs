//! [`Mistake`]: common mistakes when people enter a token or a username, such as a placeholder. The
//! list applies both to input and to stored values.

use base64::alphabet::{STANDARD, URL_SAFE};
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use base64::Engine;
use zeroize::Zeroizing;

use crate::model::token_kind::TokenKind;

/// A text that is a placeholder for a token or a username, or contains more than one.
#[derive(Debug, PartialEq, Eq)]
pub struct Mistake {
    /// A word for scripts. Words are only ever added.
    pub code: &'static str,
    /// A description that follows "the token". It never repeats the text.
    pub words: &'static str,
    /// Whether it cannot be a token. Otherwise it is only unlikely to be one.
    pub is_certain: bool,
}

const TEMPLATE: &str = "not-filled-in";
const PLACEHOLDER: &str = "placeholder";
const WRAPPED: &str = "more-than-a-token";

const fn certain(code: &'static str, words: &'static str) -> Mistake {
    Mistake {
        code,
        words,
        is_certain: true,
    }
}

const fn doubtful(code: &'static str, words: &'static str) -> Mistake {
    Mistake {
        code,
        words,
        is_certain: false,
    }
}

/// Recognizes a mistake by the text and the username that goes with it. The first match wins.
type Test = fn(&str, Option<&str>) -> bool;

static MISTAKES: [(Test, Mistake); 12] = [
    (
        |text, _| is_template(text),
        certain(
            TEMPLATE,
            "is a variable that was not replaced, such as ${…}, $(…) or {{…}}",
        ),
    ),
    (
        |text, _| is_reference(text),
        certain(
            TEMPLATE,
            "is a URL or a reference to a secret, such as op://…, that was not resolved",
        ),
    ),
    (
        |text, _| is_header(text),
        certain(
            WRAPPED,
            "is an HTTP header, such as Bearer, with the token after it",
        ),
    ),
    (
        |text, _| text.chars().all(|c| "*•●".contains(c)),
        certain(
            PLACEHOLDER,
            "consists of asterisks: it was copied from where it is masked",
        ),
    ),
    (
        |text, _| is_within(text, "{", "}"),
        certain(
            WRAPPED,
            "is a JSON object; give only the value that is required",
        ),
    ),
    (
        |text, _| text.starts_with("Calling [toJSON] on an [Output"),
        doubtful(
            TEMPLATE,
            "is an error message of Pulumi; use apply or pulumi.jsonStringify on the Output",
        ),
    ),
    (
        |text, _| text.starts_with(QUOTES) || text.ends_with(QUOTES),
        doubtful(
            WRAPPED,
            "starts or ends with a quotation mark, which would be stored too",
        ),
    ),
    (
        |text, username| has_more(text, username),
        doubtful(
            WRAPPED,
            "has other text before it, such as a username and a colon, or a dollar sign",
        ),
    ),
    (
        |text, _| has_template(text),
        doubtful(TEMPLATE, "contains a variable that was not replaced"),
    ),
    (
        |text, _| is_placeholder(text),
        doubtful(PLACEHOLDER, "is a placeholder"),
    ),
    (
        |text, _| is_variable(text),
        doubtful(TEMPLATE, "looks like the name of a variable"),
    ),
    (
        |text, username| is_base64_of_both(text, username),
        doubtful(
            WRAPPED,
            "is a username and a token in base64, as in Docker's configuration",
        ),
    ),
];

impl Mistake {
    /// Finds the mistake in a token or a username. `username` is the one that belongs to a token.
    pub fn of(text: &str, username: Option<&str>) -> Option<&'static Self> {
        let text = text.trim();
        if text.is_empty() {
            return None;
        }
        let mut mistakes = MISTAKES.iter();
        let (_, mistake) = mistakes.find(|(is_it, _)| is_it(text, username))?;
        Some(mistake)
    }

    /// Like [`Self::of`], but only for a text that cannot be a token or a username.
    pub fn certain(text: &str) -> Option<&'static Self> {
        Self::of(text, None).filter(|mistake| mistake.is_certain)
    }
}

const QUOTES: [char; 7] = ['"', '\'', '`', '“', '”', '‘', '’'];

/// The start and end of a variable in shells and CI systems, Helm, Jinja, Octopus, Azure and ERB.
const TEMPLATES: [(&str, &str); 7] = [
    ("$(", ")"),
    ("${", "}"),
    ("{{", "}}"),
    ("{%", "%}"),
    ("#{", "}"),
    ("#{", "}#"),
    ("<%", "%>"),
];

fn is_template(text: &str) -> bool {
    TEMPLATES
        .iter()
        .any(|(start, end)| is_within(text, start, end))
}

/// Whether the text contains a variable.
fn has_template(text: &str) -> bool {
    TEMPLATES[..3].iter().any(|(start, end)| {
        let rest = text.split_once(start);
        rest.is_some_and(|(_, rest)| rest.contains(end))
    })
}

fn is_within(text: &str, start: &str, end: &str) -> bool {
    let rest = text.strip_prefix(start);
    rest.is_some_and(|rest| rest.ends_with(end))
}

/// The prefixes of references that are not URLs: AWS, Vault, SOPS, Azure and Ansible.
const REFERENCES: [&str; 5] = [
    "arn:aws",
    "vault:",
    "ENC[",
    "@Microsoft.KeyVault(",
    "$ANSIBLE_VAULT;",
];

/// Whether the text is a reference to a password manager or a secret store. Most are URLs.
fn is_reference(text: &str) -> bool {
    let is_scheme = |scheme: &str| {
        scheme.starts_with(|c: char| c.is_ascii_alphabetic())
            && scheme
                .bytes()
                .all(|c| c.is_ascii_alphanumeric() || b"+-.".contains(&c))
    };
    let scheme = text.split_once("://").map(|(scheme, _)| scheme);
    scheme.is_some_and(is_scheme) || REFERENCES.iter().any(|start| text.starts_with(start))
}

fn is_header(text: &str) -> bool {
    let word = text.split(char::is_whitespace).next().unwrap_or_default();
    let is_more = word.len() < text.len();
    let words = ["bearer", "basic", "authorization:", "bearer:"];
    is_more && words.iter().any(|known| word.eq_ignore_ascii_case(known))
}

/// Whether the text starts with its username and a colon, or contains a known kind of token after
/// other text.
fn has_more(text: &str, username: Option<&str>) -> bool {
    let after_username = || text.strip_prefix(username?)?.strip_prefix(':');
    let mut parts = text.split(|c: char| c == '=' || c.is_whitespace());
    after_username().is_some_and(|rest| !rest.is_empty())
        || (TokenKind::of(text).is_none() && parts.any(TokenKind::is_in_the_wrong_place))
}

fn is_placeholder(text: &str) -> bool {
    const WORDS: [&str; 14] = [
        "null",
        "none",
        "nil",
        "undefined",
        "changeme",
        "changeit",
        "replaceme",
        "fixme",
        "todo",
        "tbd",
        "placeholder",
        "redacted",
        "masked",
        "notset",
    ];
    let plain: String = text.to_lowercase();
    let plain = plain.replace(['-', '_', ' ', '!'], "");
    let is_in_brackets = [("<", ">"), ("[", "]"), ("(", ")")]
        .iter()
        .any(|(start, end)| is_within(text, start, end));
    let is_filler = ['x', '.', '…', '?'];
    let is_filler = is_filler
        .iter()
        .any(|filler| (3..=64).contains(&plain.len()) && plain.chars().all(|c| c == *filler));
    let is_yours = text.len() > 5 && text.to_lowercase().starts_with("your");
    let is_yours = is_yours && ['-', '_', ' '].contains(&char::from(text.as_bytes()[4]));
    WORDS.contains(&plain.as_str()) || is_in_brackets || is_filler || is_yours
}

/// `$TOKEN`, `$env:TOKEN`, `%TOKEN%`, `__TOKEN__`.
fn is_variable(text: &str) -> bool {
    let is_name = |name: &str| {
        name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
            && name.bytes().all(|c| c.is_ascii_alphanumeric() || c == b'_')
    };
    let of_shell = text.strip_prefix("$env:").or(text.strip_prefix('$'));
    let of_batch = text
        .strip_prefix('%')
        .and_then(|rest| rest.strip_suffix('%'));
    let of_script = text
        .strip_prefix("__")
        .and_then(|rest| rest.strip_suffix("__"));
    [of_shell, of_batch, of_script]
        .into_iter()
        .flatten()
        .any(is_name)
}

/// Whether the text is base64 of printable characters with a colon, which no token is by chance.
fn is_base64_of_both(text: &str, username: Option<&str>) -> bool {
    let config = GeneralPurposeConfig::new();
    let config = config.with_decode_padding_mode(DecodePaddingMode::Indifferent);
    let decode = |alphabet| GeneralPurpose::new(alphabet, config).decode(text).ok();
    let Some(bytes) = decode(&STANDARD).or_else(|| decode(&URL_SAFE)) else {
        return false;
    };
    let bytes = Zeroizing::new(bytes);
    let typed = |byte: &u8| byte.is_ascii_graphic() || *byte == b' ';
    let Some(colon) = bytes.iter().position(|byte| *byte == b':') else {
        return false;
    };
    let is_its = username.is_some_and(|username| username.as_bytes() == &bytes[..colon]);
    let has_both = colon > 0 && colon + 1 < bytes.len();
    has_both && (is_its || text.len() >= 16) && bytes.iter().all(typed)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn level(text: &str, username: Option<&str>) -> Option<bool> {
        Mistake::of(text, username).map(|mistake| mistake.is_certain)
    }

    #[test]
    fn texts_that_cannot_be_tokens() {
        for text in [
            "$(HUB_TOKEN)",
            "${HUB_TOKEN}",
            "${TOKEN:-}",
            "{{resolve:secretsmanager:hub:SecretString:token}}",
            "{{ .Values.token }}",
            "${{ secrets.HUB_TOKEN }}",
            "$ANSIBLE_VAULT;1.1;AES256",
            "#{HubToken}",
            "#{HUB_TOKEN}#",
            "<%= token %>",
            "{% token %}",
            "op://vault/hub/token",
            "ref+vault://secret/hub#token",
            "https://me:token@registry.example",
            "arn:aws:secretsmanager:us-east-1:111122223333:secret:hub-AbCdEf",
            "vault:secret/data/hub#token",
            "ENC[AES256_GCM,data:p673w==,type:str]",
            "@Microsoft.KeyVault(SecretUri=https://x.vault.azure.net/secrets/hub)",
            "Bearer abc",
            "bearer abc",
            "Basic bWU6dG9r",
            "Authorization: Bearer abc",
            "***",
            "••••••",
            r#"{"username":"me","accessToken":"x"}"#,
            "{username:me,accessToken:x}",
            "{\n  \"token\": \"x\"\n}",
            "{}",
        ] {
            assert_eq!(level(text, Some("me")), Some(true), "{text}");
        }
    }

    #[test]
    fn texts_that_are_unlikely_tokens() {
        for text in [
            "null",
            "None",
            "undefined",
            "CHANGEME",
            "change-me",
            "<token>",
            "<your token>",
            "[MASKED]",
            "(sensitive value)",
            "your_token_here",
            "YOUR-TOKEN",
            "xxxxxxxx",
            "…",
            "\"abc\"",
            "'abc'",
            "`abc`",
            "“abc”",
            "abc\"",
            "$dckr_pat_abcdefgh",
            "me:abc",
            "someone:dckr_pat_abcdefgh",
            "TOKEN=ghp_0123456789",
            "token ghp_0123456789",
            "prefix-${TOKEN}",
            "me:$(TOKEN)",
            "$HUB_TOKEN",
            "$env:HUB_TOKEN",
            "%HUB_TOKEN%",
            "__HUB_TOKEN__",
            "bWU6dG9r",
            "bWU6ZGNrcl9wYXRfYWJjZGVmZ2g=",
            "c29tZW9uZTpkY2tyX3BhdF9hYmM",
            "Calling [toJSON] on an [Output<T>] is not supported.",
        ] {
            assert_eq!(level(text, Some("me")), Some(false), "{text}");
        }
    }

    #[test]
    fn tokens_and_usernames_are_no_mistakes() {
        for text in [
            "",
            "dckr_pat_abcdefghijklmnopqrstuvwxyz0",
            "ghp_0123456789012345678901234567890123456",
            "github_pat_11ABCDEFG0",
            "glpat-01234567890123456789",
            "0a0a0a0a-1234-1234-1234-0a0a0a0a0a0a",
            "abc8Q~Zxy.12345678901234567890",
            "eyJhbGciOiJIUzI1NiJ9.eyJleHAiOjF9.c2ln",
            "someone:else",
            "pa$$word",
            "a{b}c",
            "x*y",
            "me",
            "me@example.com",
            "robot$project+name",
            "gitlab+deploy-token-1",
            "none-of-us",
            "x-access-token",
            "yours",
            "720909c9f5279097d847ad02a2f24ba8f59de36a/a033a6fabe0bfa0d",
        ] {
            assert_eq!(level(text, Some("me")), None, "{text}");
        }
    }
}
