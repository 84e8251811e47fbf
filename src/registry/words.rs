//! Helpers that read a registry's responses and write queries.

use std::fmt::Write as _;

use crate::aws::Answer;
use crate::model::count::count;
use crate::output::escaped;

/// Whether the response is a redirect.
pub fn is_redirect(answer: &Answer) -> bool {
    matches!(answer.status, 301 | 302 | 303 | 307 | 308)
}

/// Whether the response is an HTML page, which no registry returns.
pub fn is_page(answer: &Answer) -> bool {
    let kind = answer.header("content-type").next().unwrap_or_default();
    kind.to_ascii_lowercase().contains("html") || answer.body.trim_ascii_start().starts_with(b"<")
}

/// The error message in a registry's response, in any format that registries use, safe to show.
pub fn words_of(body: &[u8]) -> Option<String> {
    let body: serde_json::Value = serde_json::from_slice(body).ok()?;
    let error = &body["errors"][0];
    let places = [
        &error["message"],
        &error["code"],
        &body["details"],
        &body["error_description"],
        &body["message"],
        &body["error"],
    ];
    let words = places.into_iter().filter_map(serde_json::Value::as_str);
    let mut words = words.map(|words| escaped(start_of(words)));
    words.find(|words| !words.is_empty())
}

/// The first 300 characters of a text, without cutting a word: the redactor would not recognize
/// part of a token.
fn start_of(text: &str) -> &str {
    let Some((end, _)) = text.char_indices().nth(300) else {
        return text;
    };
    let end = text[..end].rfind(char::is_whitespace).unwrap_or(0);
    &text[..end]
}

/// The value of `Retry-After`, seconds or a date, in words: `in 30 seconds`.
pub fn after(text: &str) -> String {
    match text.trim().parse::<u64>() {
        Ok(seconds @ 0..=119) => format!("in {}", count(seconds, "second")),
        Ok(seconds) => format!("in {}", count(seconds.div_ceil(60), "minute")),
        Err(_) => format!("after {}", escaped(text)),
    }
}

/// A text as part of a query.
pub fn percent_encoded(text: &str) -> String {
    let mut encoded = String::new();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(byte.into());
        } else {
            let _ = write!(encoded, "%{byte:02X}");
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_every_shape() {
        let words = |body: &str| words_of(body.as_bytes());
        assert_eq!(
            words(r#"{"details":"incorrect username or password"}"#).as_deref(),
            Some("incorrect username or password")
        );
        assert_eq!(
            words(r#"{"errors":[{"code":"DENIED","message":"denied"}]}"#).as_deref(),
            Some("denied")
        );
        assert_eq!(
            words(r#"{"errors":[{"code":"DENIED","message":""}]}"#).as_deref(),
            Some("DENIED")
        );
        assert_eq!(
            words(r#"{"error":"invalid_grant"}"#).as_deref(),
            Some("invalid_grant")
        );
        assert_eq!(
            words("{\"details\":\"\\u001b[31mred\"}").as_deref(),
            Some("\\u{1b}[31mred")
        );
        for nothing in [
            "",
            "<html>",
            "[]",
            "{}",
            r#"{"errors":[]}"#,
            r#"{"errors":"x"}"#,
        ] {
            assert_eq!(words(nothing), None, "{nothing}");
        }
        assert_eq!(
            words(&format!(r#"{{"details":"{}"}}"#, "four ".repeat(9_000)))
                .unwrap()
                .len(),
            299
        );
    }

    #[test]
    fn retry_after_in_words() {
        assert_eq!(after("30"), "in 30 seconds");
        assert_eq!(after("899"), "in 15 minutes");
        assert_eq!(
            after("Wed, 21 Oct 2026 07:28:00 GMT"),
            "after Wed, 21 Oct 2026 07:28:00 GMT"
        );
    }

    #[test]
    fn a_query_takes_any_username() {
        assert_eq!(percent_encoded("a+b&c=d é"), "a%2Bb%26c%3Dd%20%C3%A9");
    }
}
