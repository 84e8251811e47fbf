//! [`RuleSecretName`]: the name of a secret that a rule can use.

use std::fmt;

use crate::model::invalid::Invalid;
use crate::model::name::{first_unsupported, SecretName, PREFIX};

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

#[cfg(test)]
mod tests {
    use super::*;

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
