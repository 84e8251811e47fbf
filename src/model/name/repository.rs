//! [`RepositoryPrefix`]: which repositories a rule applies to.

use std::fmt;

use crate::model::invalid::Invalid;

/// The prefix of a rule for all repositories that have no rule of their own. As an upstream prefix:
/// all repositories of the registry.
pub const ROOT: &str = "ROOT";

/// The repository prefix of a rule, in ECR or upstream: [`ROOT`], or 2 to 30 characters of path
/// components (see [`is_path_component`]) separated by slashes. One slash at the end is removed,
/// because ECR assumes it.
///
/// Source: `ecrRepositoryPrefix` and `upstreamRepositoryPrefix` of CreatePullThroughCacheRule in
/// the API reference.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RepositoryPrefix(String);

impl RepositoryPrefix {
    /// The error does not repeat the text, which may be a misplaced token.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        let path = text.strip_suffix('/').unwrap_or(text);
        let fits = (2..=30).contains(&text.len())
            && (text == ROOT || path.split('/').all(is_path_component));
        // The shortest prefix has two characters, which may be a letter and the slash.
        let path = if path.len() > 1 { path } else { text };
        if fits {
            Ok(Self(path.to_owned()))
        } else {
            Err(Invalid::new(
                "that is not a repository prefix; use 2 to 30 lower-case letters and digits, \
                 separated by . - _ or /, such as docker-hub or team/hub, or use ROOT",
            ))
        }
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The path before the name of an image; `None` for `ROOT`.
    pub fn path(&self) -> Option<&str> {
        (self.0 != ROOT).then(|| self.0.trim_end_matches('/'))
    }
}

impl fmt::Display for RepositoryPrefix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The one of `all` whose prefix is the longest for a repository with this path; `ROOT` is for what
/// has no other.
pub fn longest_prefix<'a, T>(
    path: &str,
    all: &'a [T],
    prefix_of: impl Fn(&T) -> &str,
) -> Option<&'a T> {
    let length = |one: &T| match prefix_of(one).trim_end_matches('/') {
        ROOT => Some(0),
        prefix => {
            let rest = path.strip_prefix(prefix)?;
            rest.starts_with('/').then_some(prefix.len())
        }
    };
    let fits = all.iter().filter_map(|one| Some((length(one)?, one)));
    fits.max_by_key(|(length, _)| *length).map(|(_, one)| one)
}

/// Whether a text is one component of a repository name: `[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*`.
pub fn is_path_component(part: &str) -> bool {
    let is_word = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
    let between = part.split(is_word).filter(|gap| !gap.is_empty());
    part.starts_with(is_word)
        && part.ends_with(is_word)
        && between
            .into_iter()
            .all(|gap| matches!(gap, "." | "_" | "__") || gap.bytes().all(|b| b == b'-'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn repository_prefixes_by_the_pattern_of_ecr() {
        let thirty = "a".repeat(30);
        for (text, parsed) in [
            ("docker-hub", "docker-hub"),
            ("docker-hub/", "docker-hub"),
            ("ROOT", "ROOT"),
            ("a/", "a/"),
            ("00", "00"),
            ("a--b", "a--b"),
            ("a__b/c.d", "a__b/c.d"),
            (&thirty, &thirty),
        ] {
            let prefix = RepositoryPrefix::parse(text).unwrap();
            assert_eq!(prefix.as_str(), parsed);
        }
        for text in [
            "",
            "a",
            "/",
            "//",
            "a//",
            "a//b",
            "/ab",
            "a___b",
            "a..b",
            "a._b",
            "a-_b",
            "-a",
            "a-",
            "aB",
            "Root",
            "ROOT/",
            "aé",
            "a b",
            &format!("{thirty}a"),
            &format!("{thirty}/"),
        ] {
            assert!(RepositoryPrefix::parse(text).is_err(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn whatever_is_a_prefix_has_the_form_of_one(text in "[a-c0._/-]{0,33}|ROOT/?|\\PC{0,40}") {
            if let Ok(prefix) = RepositoryPrefix::parse(&text) {
                let path = prefix.path().unwrap_or_default();
                prop_assert!((2..=30).contains(&text.len()) && text.starts_with(prefix.as_str()));
                let ends = path.starts_with(['.', '_', '-', '/']) || path.ends_with(['.', '_', '-', '/']);
                prop_assert!(!ends, "{}", text);
                for refused in ["..", "___", "//", "._", "_.", "-.", ".-", "/.", "./", "_-", "-_", "-/"] {
                    prop_assert!(!path.contains(refused), "{}", text);
                }
                prop_assert!(path.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b"._-/".contains(&b)));
            }
        }
    }
}
