//! Helpers that read a registry's responses and write queries.

use std::fmt::Write as _;
use std::net::IpAddr;

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
    let texts = texts_of(body).into_iter();
    let mut words = texts.map(|text| escaped(&start_of(&text)));
    words.find(|words| !words.is_empty())
}

/// Whether an error is about the address that the request came from, as those of a firewall and of
/// an IP allow list are. Then it says nothing about the credentials, unless it blames them too.
pub fn is_about_address(body: &[u8]) -> bool {
    const WORDS: [&str; 9] = [
        "ip",
        "ips",
        "ipv4",
        "ipv6",
        "ipaddress",
        "cidr",
        "firewall",
        "allowlist",
        "whitelist",
    ];
    const PHRASES: [&str; 6] = [
        "allow list",
        "network",
        "private endpoint",
        "your location",
        "your country",
        "your region",
    ];
    const BLAME: [&str; 9] = [
        "incorrect username",
        "incorrect password",
        "invalid username",
        "invalid password",
        "invalid credentials",
        "invalid token",
        "bad credentials",
        "wrong password",
        "expired",
    ];
    let texts = texts_of(body).join("\n").to_ascii_lowercase();
    let has = |phrases: &[&str]| phrases.iter().any(|phrase| texts.contains(phrase));
    let mut words = texts.split(|c: char| !c.is_ascii_alphanumeric());
    let mut hosts = texts
        .split(|c: char| !c.is_ascii_hexdigit() && !matches!(c, '.' | ':'))
        .map(|host| host.trim_matches('.'));
    let names_address = words.any(|word| WORDS.contains(&word))
        || hosts.any(|host| match host.parse() {
            Ok(IpAddr::V4(_)) => true,
            // Not `a::b`, as code and CI commands have it.
            Ok(IpAddr::V6(address)) => address.segments()[0] >= 0x2000,
            Err(_) => false,
        })
        || has(&PHRASES);
    names_address && !has(&BLAME)
}

/// The texts of an error, the clearest of each shape first. Plain text is one, a page is none.
fn texts_of(body: &[u8]) -> Vec<String> {
    let Ok(json) = serde_json::from_slice::<serde_json::Value>(body) else {
        let text = str::from_utf8(body).unwrap_or_default().trim();
        let is_text = !text.starts_with(['<', '{', '[']);
        return Vec::from_iter(is_text.then(|| text.to_owned()));
    };
    let errors = json["errors"].as_array().into_iter().flatten();
    let of_errors = errors.flat_map(|error| [&error["message"], &error["code"], &error["detail"]]);
    let of_body = ["details", "error_description", "message", "error"].map(|key| &json[key]);
    let texts = of_errors.chain(of_body).filter_map(|text| text.as_str());
    texts.map(str::to_owned).collect()
}

/// The first words of a text, up to 300 characters. No word is cut: an address is of use only as a
/// whole, and the redactor would not recognize part of a token.
fn start_of(text: &str) -> String {
    /// Bytes of an address that is kept beyond the limit.
    const LONGEST_ADDRESS: usize = 2_000;
    let Some((limit, _)) = text.char_indices().nth(300) else {
        return text.to_owned();
    };
    let begun = text[..limit].rsplit(char::is_whitespace).next();
    let start = limit - begun.map_or(0, str::len);
    let rest = text[limit..].split(char::is_whitespace).next();
    let end = limit + rest.map_or(0, str::len);
    let is_address = text[start..end].contains("://") && end - start <= LONGEST_ADDRESS;
    let kept = text[..if is_address { end } else { start }].trim_end();
    match kept.len() {
        0 => String::new(),
        length if length == text.len() => kept.to_owned(),
        _ => format!("{kept} …"),
    }
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
    }

    #[test]
    fn long_texts_end_with_a_whole_word() {
        let filler = "four ".repeat(59);
        let url = format!("https://example.com/{}", "x".repeat(400));
        for (text, kept) in [
            (
                "four ".repeat(9_000),
                format!("{}four …", "four ".repeat(59)),
            ),
            (format!("{filler}{url} more"), format!("{filler}{url} …")),
            (format!("{filler}{url}"), format!("{filler}{url}")),
            (format!("{filler}({url})."), format!("{filler}({url}).")),
            (
                format!("{filler}{}", "x".repeat(400)),
                format!("{} …", filler.trim_end()),
            ),
            (format!("{url} more"), format!("{url} …")),
            ("x".repeat(400), String::new()),
            (format!("https://{}", "x".repeat(9_000)), String::new()),
            ("é".repeat(300), "é".repeat(300)),
        ] {
            assert_eq!(start_of(&text), kept, "{text}");
        }
    }

    #[test]
    fn an_error_about_the_address_is_not_about_the_credentials() {
        for text in [
            "client with IP '20.51.4.7' is not allowed access. Refer \
             https://aka.ms/acr/firewall to grant access.",
            "Although you appear to have the correct authorization credentials, the `contoso` \
             organization has an IP allow list enabled, and your IP address 20.51.4.7 is not \
             permitted to access this resource.",
            "20.51.4.7 is blocked",
            "access from 2001:db8::7 is forbidden",
            "Your IP has been blocked after too many invalid login attempts",
            "The registry has public network access disabled",
            "request blocked by firewall rules",
            "source not in allowlist",
        ] {
            let json = serde_json::json!({"errors": [{"code": "DENIED", "message": text}]});
            assert!(is_about_address(json.to_string().as_bytes()), "{text}");
            let json = serde_json::json!({"errors": [{"code": "DENIED", "detail": text}]});
            assert!(is_about_address(json.to_string().as_bytes()), "{text}");
            assert!(is_about_address(text.as_bytes()), "{text}");
        }
        for text in [
            "denied",
            "requested access to the resource is denied",
            "access forbidden",
            "permission_denied: write_package; skip this",
            "incorrect username or password for 20.51.4.7",
            "token expired (request from IP 20.51.4.7)",
            "::set-output name=a::b",
            "",
            "<html>your IP is blocked",
        ] {
            assert!(!is_about_address(text.as_bytes()), "{text}");
        }
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
