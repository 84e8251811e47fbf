//! `WWW-Authenticate`: how a registry says where and how to log in.

/// One challenge: a scheme and its parameters.
#[derive(Debug, PartialEq, Eq)]
pub struct Challenge {
    /// In lower case.
    pub scheme: String,
    /// Names in lower case, in their order.
    parameters: Vec<(String, String)>,
}

impl Challenge {
    /// The first parameter of a name in lower case.
    pub fn parameter(&self, name: &str) -> Option<&str> {
        let mut found = self.parameters.iter().filter(|(have, _)| have == name);
        found.next().map(|(_, value)| value.as_str())
    }
}

/// Reads the challenges of a header that may be there several times, with several challenges in
/// each. What cannot be read ends its header; what stands before it counts.
///
/// Source: RFC 9110, sections 5.6 and 11.6.1.
pub fn parse<'h>(headers: impl IntoIterator<Item = &'h str>) -> Vec<Challenge> {
    let mut challenges = Vec::new();
    for header in headers {
        read(header, &mut challenges);
    }
    challenges
}

fn read(header: &str, challenges: &mut Vec<Challenge>) {
    let mut rest = header;
    // Whether a parameter would belong to a challenge of this header.
    let mut inside = false;
    loop {
        rest = rest.trim_start_matches([' ', '\t', ',']);
        let Some((word, after)) = token(rest) else {
            return;
        };
        let value = after.trim_start_matches(BLANKS).strip_prefix('=');
        match value.and_then(|text| value_of(text.trim_start_matches(BLANKS))) {
            Some((value, after)) if inside => {
                if let Some(challenge) = challenges.last_mut() {
                    let name = word.to_ascii_lowercase();
                    challenge.parameters.push((name, value));
                }
                rest = after;
            }
            // A value that no quotation mark ends, or a parameter without a scheme.
            _ if value.is_some() => return,
            _ => {
                challenges.push(Challenge {
                    scheme: word.to_ascii_lowercase(),
                    parameters: Vec::new(),
                });
                inside = true;
                rest = after_token68(after);
            }
        }
    }
}

const BLANKS: [char; 2] = [' ', '\t'];

/// A token of RFC 9110, and what follows it.
fn token(text: &str) -> Option<(&str, &str)> {
    let is_token = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(c);
    let end = text.find(|c| !is_token(c)).unwrap_or(text.len());
    (end > 0).then(|| text.split_at(end))
}

/// The value of a parameter, a token or a quoted string, and what follows it.
fn value_of(text: &str) -> Option<(String, &str)> {
    let Some(quoted) = text.strip_prefix('"') else {
        // More than a token, since some servers leave quotation marks out where they belong.
        let end = text.find([',', ' ', '\t', '"']).unwrap_or(text.len());
        return (end > 0).then(|| (text[..end].to_owned(), &text[end..]));
    };
    let mut value = String::new();
    let mut characters = quoted.char_indices();
    while let Some((at, c)) = characters.next() {
        match c {
            '"' => return Some((value, &quoted[at + 1..])),
            '\\' => value.push(characters.next()?.1),
            c => value.push(c),
        }
    }
    None
}

/// What follows a scheme, without the base64 text that some schemes have in the place of
/// parameters.
fn after_token68(text: &str) -> &str {
    let is_base64 = |c: char| c.is_ascii_alphanumeric() || "-._~+/".contains(c);
    let start = text.trim_start_matches(BLANKS);
    let end = start.find(|c| !is_base64(c)).unwrap_or(start.len());
    let padded = start[end..].trim_start_matches('=');
    let after = padded.trim_start_matches(BLANKS);
    let ends_there = after.is_empty() || after.starts_with(',');
    if start.len() < text.len() && end > 0 && ends_there {
        after
    } else {
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read_all(headers: &[&str]) -> Vec<(String, Vec<(String, String)>)> {
        let challenges = parse(headers.iter().copied());
        let parts = challenges.into_iter();
        parts.map(|c| (c.scheme, c.parameters)).collect()
    }

    fn one(scheme: &str, parameters: &[(&str, &str)]) -> (String, Vec<(String, String)>) {
        let own = parameters.iter();
        let own = own.map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        (scheme.to_owned(), own.collect())
    }

    #[test]
    fn what_registries_send() {
        let hub = r#"Bearer realm="https://auth.docker.io/token",service="registry.docker.io""#;
        assert_eq!(
            read_all(&[hub]),
            [one(
                "bearer",
                &[
                    ("realm", "https://auth.docker.io/token"),
                    ("service", "registry.docker.io")
                ]
            )]
        );
        let with_scope = r#"Bearer realm="https://ghcr.io/token", service="ghcr.io", scope="repository:user/image:pull,push""#;
        let challenges = parse([with_scope]);
        assert_eq!(
            challenges[0].parameter("scope"),
            Some("repository:user/image:pull,push")
        );
        assert_eq!(challenges[0].parameter("error"), None);
        assert_eq!(
            read_all(&[r#"Basic realm="Registry Realm""#]),
            [one("basic", &[("realm", "Registry Realm")])]
        );
    }

    #[test]
    fn several_challenges_in_one_header_or_more() {
        let both = [
            one("bearer", &[("realm", "a"), ("service", "b")]),
            one("basic", &[("realm", "c")]),
        ];
        assert_eq!(
            read_all(&[r#"Bearer realm="a", service="b", Basic realm="c""#]),
            both
        );
        assert_eq!(
            read_all(&["BEARER Realm = a , service=b", r#"basic  realm="c""#]),
            both
        );
        assert_eq!(
            read_all(&["Negotiate, Basic realm=x"]),
            [one("negotiate", &[]), one("basic", &[("realm", "x")])]
        );
        assert_eq!(
            read_all(&["Negotiate YWJj==, Bearer realm=x"]),
            [one("negotiate", &[]), one("bearer", &[("realm", "x")])]
        );
        assert_eq!(read_all(&["Basic"]), [one("basic", &[])]);
    }

    #[test]
    fn quoted_strings() {
        assert_eq!(
            read_all(&[r#"Bearer realm="a \"b\", \\c=", service="""#]),
            [one(
                "bearer",
                &[("realm", r#"a "b", \c="#), ("service", "")]
            )]
        );
    }

    #[test]
    fn what_cannot_be_read_ends_its_header() {
        assert_eq!(read_all(&["", " ,, ", "realm=x", "\"", "=", "é"]), []);
        assert_eq!(
            read_all(&[r#"Bearer realm="never ends"#]),
            [one("bearer", &[])]
        );
        assert_eq!(
            read_all(&[r#"Bearer realm="a", "oops", service="b""#, "Basic realm=c"]),
            [
                one("bearer", &[("realm", "a")]),
                one("basic", &[("realm", "c")])
            ]
        );
    }

    proptest! {
        #[test]
        fn no_header_is_too_strange(header: String, words in "[a-z=,\"\\\\ ]{0,60}") {
            parse([header.as_str(), words.as_str()]);
        }

        #[test]
        fn a_quoted_value_is_read_as_it_was_written(value in "[^\\p{Cc}]{0,40}") {
            let quoted = value.replace('\\', r"\\").replace('"', "\\\"");
            let header = format!("Bearer a=1, realm=\"{quoted}\", b=2");
            let challenges = parse([header.as_str()]);
            prop_assert_eq!(challenges[0].parameter("realm"), Some(value.as_str()));
            prop_assert_eq!(challenges[0].parameter("b"), Some("2"));
        }
    }
}
