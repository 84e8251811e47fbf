//! [`SecretName`]: the name of a secret for ECR pull through cache. [`RepositoryPrefix`]: the
//! prefix of a rule.

mod repository;

pub use repository::{is_path_component, longest_prefix, RepositoryPrefix, ROOT};

use std::fmt;

use crate::model::invalid::Invalid;
use crate::model::registries::{NamedRegistry, Registry};

/// The prefix of every name. ECR's service-linked role can read no other secret.
pub const PREFIX: &str = "ecr-pullthroughcache/";

/// The longest name, in Unicode characters (not bytes).
pub const MAX_CHARACTERS: usize = 512;

/// The name of a secret: up to 512 Unicode characters, starting with [`PREFIX`]. AWS may still
/// reject such a name; see [`SecretName::warnings`].
///
/// Source:
/// <https://docs.aws.amazon.com/AmazonECR/latest/userguide/pull-through-cache-creating-secret.html>
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SecretName(String);

impl SecretName {
    /// The default name for a registry: its kind under [`PREFIX`].
    pub fn of_registry(upstream: &Registry) -> Option<Self> {
        Self::parse(&format!("{PREFIX}{}", upstream.kind)).ok()
    }

    /// Parses a name. If the prefix is missing, the error's fix is the corrected name.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        if text.is_empty() {
            return Err(Invalid::new(format!(
                "the name is empty; it must start with {PREFIX}"
            )));
        }
        if !text.starts_with(PREFIX) {
            let name = format!("{PREFIX}{}", text.trim_start_matches('/'));
            return Err(Invalid::new(format!(
                "the name does not start with {PREFIX}, so ECR cannot read the secret; use {name}"
            ))
            .fix(name));
        }
        match text.chars().count() {
            ..=MAX_CHARACTERS => Ok(Self(text.to_owned())),
            more => Err(Invalid::new(format!(
                "the name has {more} characters; the limit is {MAX_CHARACTERS}"
            ))),
        }
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Warnings about parts of the name that Secrets Manager or ECR may reject or misread.
    ///
    /// Source: `Name` of CreateSecret, and the pattern of `credentialArn` of
    /// CreatePullThroughCacheRule, in the services' API references.
    pub fn warnings(&self) -> Vec<String> {
        let mut warnings = Vec::new();
        if let Some(first) = first_unsupported(&self.0) {
            warnings.push(format!(
                "the name contains {first:?}; Secrets Manager and ECR document only ASCII \
                 letters, digits and /_+=.@-, so AWS may reject the secret or a rule that uses it"
            ));
        }
        if self.0 == PREFIX {
            warnings.push(format!("the name has nothing after {PREFIX}"));
        }
        if ends_like_an_arn(&self.0) {
            warnings.push(
                "the name ends with a hyphen and six characters, like the ARN of a secret, so \
                 Secrets Manager may confuse it with another secret"
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

/// The name of a secret that a rule can use: only ASCII letters, digits and `/_+=.@-`, and not just
/// [`PREFIX`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RuleSecretName<'a>(&'a SecretName);

impl RuleSecretName<'_> {
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }
}

impl fmt::Display for RuleSecretName<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl SecretName {
    /// Checks that a rule can use a secret with this name.
    pub fn for_rule(&self) -> Result<RuleSecretName<'_>, Invalid> {
        match first_unsupported(self.as_str()) {
            Some(character) => Err(Invalid::new(format!(
                "no rule can use a secret with {character:?} in its name: ECR supports only ASCII \
                 letters, digits and /_+=.@-"
            ))),
            None if self.as_str() == PREFIX => Err(Invalid::new(format!(
                "no rule can use a secret without a name after {PREFIX}"
            ))),
            None => Ok(RuleSecretName(self)),
        }
    }
}

/// How a person identifies an existing secret: by its ARN, or its name with or without [`PREFIX`].
/// If no such secret exists, a word for a registry means that registry's default name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SecretId {
    /// The ARN or the name for AWS calls.
    id: String,
    name: SecretName,
    region: Option<String>,
    registry: Option<NamedRegistry>,
}

impl SecretId {
    /// The secret with a registry's default name.
    pub fn of_registry(upstream: &Registry) -> Option<Self> {
        let name = SecretName::of_registry(upstream)?;
        Some(Self {
            id: name.to_string(),
            name,
            region: None,
            registry: None,
        })
    }

    /// The error does not repeat the text.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        let other = || Invalid::new(format!("that is not the ARN of a secret under {PREFIX}"));
        let (id, name, region, registry) = if text.starts_with("arn:") {
            let parts: Vec<&str> = text.splitn(7, ':').collect();
            let [_, _, "secretsmanager", region, _, "secret", rest] = parts[..] else {
                return Err(other());
            };
            let name = match rest.char_indices().rev().nth(6) {
                Some((at, '-')) => &rest[..at],
                _ => rest,
            };
            if !name.starts_with(PREFIX) {
                return Err(other());
            }
            let (id, region) = (text.to_owned(), region.to_owned());
            (Some(id), name.to_owned(), Some(region), None)
        } else if text.starts_with(PREFIX) {
            (None, text.to_owned(), None, None)
        } else {
            let rest = text.trim_start_matches('/');
            if rest.is_empty() {
                return Err(Invalid::new("the name is empty"));
            }
            let registry = NamedRegistry::parse(rest);
            (None, format!("{PREFIX}{rest}"), None, registry)
        };
        let name = SecretName::parse(&name)?;
        Ok(Self {
            id: id.unwrap_or_else(|| name.to_string()),
            name,
            region,
            registry,
        })
    }

    pub fn id(&self) -> &str {
        &self.id
    }

    pub fn name(&self) -> &str {
        self.name.as_str()
    }

    pub fn secret_name(&self) -> &SecretName {
        &self.name
    }

    /// The registry, if the name is a word for one.
    pub fn registry(&self) -> Option<&NamedRegistry> {
        self.registry.as_ref()
    }

    /// The secret with the default name of [`Self::registry`]; `None` if this is it, or without a
    /// registry.
    pub fn or_default(&self) -> Option<Self> {
        let default = Self::of_registry(&self.registry.as_ref()?.upstream);
        default.filter(|default| default.name != self.name)
    }

    /// The Region, if it is an ARN.
    pub fn region(&self) -> Option<&str> {
        self.region.as_deref()
    }
}

/// The first character of a name that ECR does not support.
///
/// Source: `credentialArn` of CreatePullThroughCacheRule, Amazon ECR API reference.
pub fn first_unsupported(name: &str) -> Option<char> {
    let is_portable = |c: char| c.is_ascii_alphanumeric() || "/_+=.@-".contains(c);
    name.chars().find(|c| !is_portable(*c))
}

/// Whether a name ends with a hyphen and six characters.
pub fn ends_like_an_arn(name: &str) -> bool {
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
        let fault = SecretName::parse(&format!("{last}é")).unwrap_err();
        assert!(fault.message.contains("513 characters"), "{fault}");
    }

    #[test]
    fn a_missing_prefix_is_reported_with_the_corrected_name() {
        let fault = SecretName::parse("/team/hub").unwrap_err();
        assert_eq!(fault.fix.as_deref(), Some("ecr-pullthroughcache/team/hub"));
        assert_eq!(SecretName::parse("").unwrap_err().fix, None);
    }

    #[test]
    fn only_doubtful_names_have_warnings() {
        let warnings = |name: &str| SecretName::parse(name).unwrap().warnings().len();
        assert_eq!(warnings("ecr-pullthroughcache/github"), 0);
        assert_eq!(warnings("ecr-pullthroughcache/a/b_c+d=e.f@g-h"), 0);
        assert_eq!(warnings("ecr-pullthroughcache/prod-github"), 1);
        assert_eq!(warnings("ecr-pullthroughcache/x-ab_c.d"), 1);
        assert_eq!(warnings("ecr-pullthroughcache/two words"), 1);
        assert_eq!(warnings("ecr-pullthroughcache/é-abc123"), 2);
        assert_eq!(warnings("ecr-pullthroughcache/"), 1);
    }

    #[test]
    fn a_secret_is_identified_in_three_ways() {
        let named = |text: &str| {
            SecretId::parse(text).map(|named| (named.id().to_owned(), named.name().to_owned()))
        };
        let full = "ecr-pullthroughcache/team/hub";
        for text in ["team/hub", "/team/hub", full] {
            assert_eq!(
                named(text),
                Ok((full.to_owned(), full.to_owned())),
                "{text}"
            );
        }
        let arn = "arn:aws:secretsmanager:eu-west-1:111122223333:secret:ecr-pullthroughcache/team/hub-AbCdEf";
        assert_eq!(named(arn), Ok((arn.to_owned(), full.to_owned())));
        assert_eq!(SecretId::parse(arn).unwrap().region(), Some("eu-west-1"));
        for (text, fault) in [
            ("", "empty"),
            ("/", "empty"),
            ("arn:aws:s3:::bucket", "not the ARN of a secret"),
            (
                "arn:aws:secretsmanager:eu-west-1:1:secret:other-AbCdEf",
                "not the ARN of a secret",
            ),
            (&"x".repeat(500), "521 characters"),
        ] {
            let found = named(text).unwrap_err().to_string();
            assert!(found.contains(fault), "{found}");
        }
    }

    #[test]
    fn a_word_for_a_registry_also_means_its_default_name() {
        let names = |text: &str| {
            let id = SecretId::parse(text).unwrap();
            let default = id.or_default().map(|id| id.name().to_owned());
            (id.name().to_owned(), default)
        };
        let full = |rest: &str| format!("{PREFIX}{rest}");
        let ghcr = Some(full("github-container-registry"));
        assert_eq!(names("ghcr"), (full("ghcr"), ghcr));
        let azure = Some(full("azure-container-registry"));
        assert_eq!(names("me.azurecr.io"), (full("me.azurecr.io"), azure));
        for text in ["docker-hub", "team/ghcr", "my-hub"] {
            assert_eq!(names(text), (full(text), None));
        }
        assert_eq!(names(&full("ghcr")), (full("ghcr"), None));
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

    #[test]
    fn only_names_by_the_pattern_of_ecr_are_for_rules() {
        let fits = |name: &str| SecretName::parse(name).unwrap().for_rule().is_ok();
        assert!(fits("ecr-pullthroughcache/a/b_c+d=e.f@g-h"));
        for name in [
            "ecr-pullthroughcache/",
            "ecr-pullthroughcache/é",
            "ecr-pullthroughcache/a b",
        ] {
            assert!(!fits(name), "{name}");
        }
    }
}
