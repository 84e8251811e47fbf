//! [`SecretName`]: the name of a secret that ECR pull through cache can find.

use std::fmt;

/// What every name begins with; ECR's service-linked role may read no other secret.
pub const PREFIX: &str = "ecr-pullthroughcache/";

/// The longest name, in Unicode characters (not bytes).
pub const MAX_CHARACTERS: usize = 512;

/// The name of a secret: 1 to 512 Unicode characters, beginning with [`PREFIX`].
///
/// Names within these documented bounds are accepted even where a service may still refuse them;
/// [`SecretName::warnings`] tells where one is documented to.
/// Source: <https://docs.aws.amazon.com/AmazonECR/latest/userguide/pull-through-cache-creating-secret.html>
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SecretName(String);

/// Why a text is not a [`SecretName`].
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum NameFault {
    #[error("the name is empty; it begins with {PREFIX}")]
    Empty,
    #[error("the name does not begin with {PREFIX}, so ECR could not read the secret; use {0}")]
    NoPrefix(String),
    #[error("the name has {0} characters; Secrets Manager takes up to {MAX_CHARACTERS}")]
    TooLong(usize),
}

impl SecretName {
    /// Checks the bounds.
    ///
    /// # Errors
    /// A [`NameFault`] that says which bound does not hold, with the name to use where one is known.
    pub fn parse(text: &str) -> Result<Self, NameFault> {
        if text.is_empty() {
            return Err(NameFault::Empty);
        }
        if !text.starts_with(PREFIX) {
            let rest = text.trim_start_matches('/');
            return Err(NameFault::NoPrefix(format!("{PREFIX}{rest}")));
        }
        let characters = text.chars().count();
        if characters > MAX_CHARACTERS {
            return Err(NameFault::TooLong(characters));
        }
        Ok(Self(text.to_owned()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What Secrets Manager or ECR is documented to refuse in this name, and what confuses them.
    ///
    /// Source: `Name` of CreateSecret, and the pattern of `credentialArn` of
    /// CreatePullThroughCacheRule, in the services' API references.
    pub fn warnings(&self) -> Vec<String> {
        let mut warnings = Vec::new();
        let refused: Vec<char> = self.0.chars().filter(|c| !is_portable(*c)).collect();
        if let Some(first) = refused.first() {
            warnings.push(format!(
                "the name has {first:?}; Secrets Manager and ECR are documented to take only ASCII letters, digits and /_+=.@-, \
                 so storing it, or a rule that uses it, may be refused"
            ));
        }
        if self.0 == PREFIX {
            warnings.push(format!("the name has nothing after {PREFIX}"));
        }
        if ends_like_an_arn(&self.0) {
            warnings.push(
                "the name ends in a hyphen and six characters, as the ARN of a secret does; \
                 Secrets Manager may then find the wrong secret when it looks one up by a partial ARN"
                    .to_owned(),
            );
        }
        warnings
    }
}

impl fmt::Display for SecretName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

fn is_portable(c: char) -> bool {
    c.is_ascii_alphanumeric() || "/_+=.@-".contains(c)
}

fn ends_like_an_arn(name: &str) -> bool {
    name.chars().rev().nth(6) == Some('-')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_bounds_count_characters() {
        let last = format!("{PREFIX}{}", "é".repeat(MAX_CHARACTERS - PREFIX.len()));
        assert!(SecretName::parse(&last).is_ok());
        assert_eq!(
            SecretName::parse(&format!("{last}é")),
            Err(NameFault::TooLong(513))
        );
    }

    #[test]
    fn a_missing_prefix_is_told_with_the_name_to_use() {
        let fault = SecretName::parse("/team/hub").unwrap_err();
        assert_eq!(
            fault,
            NameFault::NoPrefix("ecr-pullthroughcache/team/hub".into())
        );
        assert_eq!(SecretName::parse(""), Err(NameFault::Empty));
    }

    #[test]
    fn only_doubtful_names_are_warned_of() {
        let warnings = |name: &str| SecretName::parse(name).unwrap().warnings().len();
        assert_eq!(warnings("ecr-pullthroughcache/github"), 0);
        assert_eq!(warnings("ecr-pullthroughcache/a/b_c+d=e.f@g-h"), 0);
        assert_eq!(warnings("ecr-pullthroughcache/prod-github"), 1);
        assert_eq!(warnings("ecr-pullthroughcache/x-ab_c.d"), 1);
        assert_eq!(warnings("ecr-pullthroughcache/two words"), 1);
        assert_eq!(warnings("ecr-pullthroughcache/é-abc123"), 2);
        assert_eq!(warnings("ecr-pullthroughcache/"), 1);
    }

    proptest! {
        #[test]
        fn whatever_parses_is_within_the_bounds_and_unchanged(text in ".{0,600}", prefixed: bool) {
            let text = if prefixed { format!("{PREFIX}{text}") } else { text };
            if let Ok(name) = SecretName::parse(&text) {
                prop_assert_eq!(name.as_str(), &text);
                prop_assert!(text.starts_with(PREFIX) && text.chars().count() <= MAX_CHARACTERS);
            }
        }
    }
}
