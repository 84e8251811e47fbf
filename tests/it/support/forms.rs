//! The forms in which a token could turn up, written without the product's own code.
//! Base64 is not among [`forms`], since it depends on what stands around the token.

use serde_json::Value;

/// A token raw, JSON-escaped, JSON-escaped twice and percent-encoded.
pub fn forms(token: &str) -> Vec<String> {
    let once = escaped(token);
    let mut forms = vec![token.to_owned(), escaped(&once), once];
    forms.extend([percent(token), lower_percents(&percent(token))]);
    forms.sort();
    forms.dedup();
    forms
}

/// The letters of base64 that have nothing but a token in them, wherever it stands: alone, after a
/// username and a colon, or in anything.
pub fn base64_of_its_own(token: &str) -> Vec<String> {
    let mut found = Vec::new();
    for before in ["", ":", "x:"] {
        let whole = base64(format!("{before}{token}").as_bytes());
        let from = if before.is_empty() { 0 } else { 4 };
        let own = whole.get(from..).unwrap_or_default();
        if own.len() >= 8 {
            found.extend([own.to_owned(), url_safe(own)]);
        }
    }
    found
}

/// Base64 as services write it: of the token alone, and of a login with it.
pub fn whole_base64(token: &str) -> Vec<String> {
    let mut texts = Vec::new();
    for plain in [
        token.to_owned(),
        format!("me:{token}"),
        format!("a {token} b"),
    ] {
        let padded = base64_padded(plain.as_bytes());
        texts.extend([
            padded.trim_end_matches('=').to_owned(),
            url_safe(&padded),
            padded,
        ]);
    }
    texts
}

/// The base64 of whole bytes, with its padding.
pub fn base64_padded(bytes: &[u8]) -> String {
    let missing = (3 - bytes.len() % 3) % 3;
    let mut text = base64(&[bytes, &vec![0; missing]].concat());
    text.truncate(text.len() - missing);
    text + &"=".repeat(missing)
}

fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    // Whole groups only: what follows a token changes the last one.
    for group in bytes.chunks_exact(3) {
        let bits = u32::from_be_bytes([0, group[0], group[1], group[2]]);
        for shift in [18, 12, 6, 0] {
            text.push(char::from(LETTERS[(bits >> shift) as usize & 63]));
        }
    }
    text
}

fn url_safe(base64: &str) -> String {
    base64.replace('+', "-").replace('/', "_")
}

/// As in JSON, without the quotes.
fn escaped(text: &str) -> String {
    let quoted = Value::from(text).to_string();
    quoted[1..quoted.len() - 1].to_owned()
}

fn percent(text: &str) -> String {
    let encoded = text.bytes().map(|byte| match byte {
        byte if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) => {
            char::from(byte).to_string()
        }
        byte => format!("%{byte:02X}"),
    });
    encoded.collect()
}

fn lower_percents(text: &str) -> String {
    let mut parts = text.split('%');
    let mut lower = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (digits, rest) = part.split_at(2);
        lower += &["%", &digits.to_lowercase(), rest].concat();
    }
    lower
}
