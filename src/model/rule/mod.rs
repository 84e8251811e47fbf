//! Pull through cache rules: existing ones ([`Rule`]) and requested ones ([`RuleRequest`]).

mod code;
mod rule_request;
mod rule_usage;
mod url;

pub use code::{Language, RuleInCode};
pub use rule_request::RuleRequest;
pub use rule_usage::RuleUsage;
pub use url::UpstreamUrl;

use serde::{Serialize, Serializer};

use crate::model::arn::SecretArn;
use crate::model::date::Time;
use crate::model::name::ROOT;
use crate::model::registries::Registry;

/// An existing rule. The JSON members are ECR's own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Rule {
    pub ecr_repository_prefix: String,
    pub upstream_registry: String,
    pub upstream_registry_url: UpstreamUrl,
    /// `None` if the registry requires no login.
    pub credential_arn: Option<CredentialArn>,
    /// The part of the registry that the rule is for; `ROOT` or `None` for all of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub upstream_repository_prefix: Option<String>,
    /// The role that ECR uses to pull from another account's registry.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub custom_role_arn: Option<String>,
    /// The account that owns the rule.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub registry_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub created_at: Option<Time>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub updated_at: Option<Time>,
}

/// The `credentialArn` of a rule, which may hold any text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CredentialArn {
    Secret(SecretArn),
    /// Anything else, such as the ARN of a secret without its random characters.
    Other(String),
}

impl CredentialArn {
    pub fn of(text: &str) -> Self {
        SecretArn::parse(text).map_or_else(|_| Self::Other(text.to_owned()), Self::Secret)
    }

    pub fn as_str(&self) -> &str {
        match self {
            Self::Secret(arn) => arn.as_str(),
            Self::Other(text) => text,
        }
    }

    /// The Region in the ARN; empty if there is none.
    pub fn region(&self) -> &str {
        self.as_str().split(':').nth(3).unwrap_or_default()
    }

    pub fn secret(&self) -> Option<&SecretArn> {
        match self {
            Self::Secret(arn) => Some(arn),
            Self::Other(_) => None,
        }
    }
}

impl Serialize for CredentialArn {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl Rule {
    /// A rule with this prefix for a registry, given by ECR's `upstreamRegistry` value and host.
    /// All else is unset.
    pub fn new(prefix: &str, registry: &str, url: UpstreamUrl) -> Self {
        Self {
            ecr_repository_prefix: prefix.to_owned(),
            upstream_registry: registry.to_owned(),
            upstream_registry_url: url,
            credential_arn: None,
            upstream_repository_prefix: None,
            custom_role_arn: None,
            registry_id: None,
            created_at: None,
            updated_at: None,
        }
    }

    /// The part of the registry that the rule is for; `ROOT` for all of it.
    pub fn upstream_prefix(&self) -> &str {
        self.upstream_repository_prefix.as_deref().unwrap_or(ROOT)
    }

    /// What the rule pulls from: the host, and the part of the registry if not all of it.
    pub fn source(&self) -> String {
        let prefix = Some(self.upstream_prefix());
        rule_request::source(&self.upstream_registry_url, prefix)
    }

    /// Whether the rule uses the secret with this ARN.
    pub fn uses(&self, arn: &SecretArn) -> bool {
        self.secret_arn() == Some(arn)
    }

    fn secret_arn(&self) -> Option<&SecretArn> {
        self.credential_arn.as_ref()?.secret()
    }

    /// The name of the secret that the rule uses.
    pub fn secret(&self) -> Option<&str> {
        self.secret_arn().map(SecretArn::name)
    }
}

/// The prefix to propose for a new rule: the registry's usual one, with a number if that is taken.
pub fn free_prefix(upstream: &Registry, rules: &[Rule]) -> String {
    let usual = upstream.rule_prefix;
    let numbered = (2..).map(|number| format!("{usual}-{number}"));
    let is_free = |prefix: &String| {
        rules.iter().all(|rule| {
            let rest = rule.ecr_repository_prefix.strip_prefix(prefix.as_str());
            rest.is_none_or(|rest| !rest.is_empty() && !rest.starts_with('/'))
        })
    };
    let mut prefixes = std::iter::once(usual.to_owned()).chain(numbered);
    prefixes.find(is_free).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    const ARN: &str =
        "arn:aws:secretsmanager:us-east-1:111122223333:secret:ecr-pullthroughcache/github-AbCdEf";

    fn there(url: &str, arn: Option<&str>) -> Rule {
        let url = UpstreamUrl::parse(url).unwrap();
        Rule {
            credential_arn: arn.map(CredentialArn::of),
            ..Rule::new("github", "github-container-registry", url)
        }
    }

    #[test]
    fn the_secret_of_a_rule_is_named_without_its_random_end() {
        let name = "ecr-pullthroughcache/github";
        assert_eq!(there("ghcr.io", Some(ARN)).secret(), Some(name));
        assert_eq!(there("ghcr.io", Some("arn:aws:x")).secret(), None);
        assert_eq!(there("ghcr.io", Some("arn:aws:secret:é")).secret(), None);
        let without_an_end = ARN.strip_suffix("-AbCdEf");
        assert_eq!(there("ghcr.io", without_an_end).secret(), None);
        assert_eq!(there("ghcr.io", None).secret(), None);
    }

    const SECRET: &str = "arn:aws:secretsmanager:us-east-1:111122223333:secret:x";

    #[test]
    fn a_rule_may_point_at_anything() {
        let of = |text: &str| {
            let arn = CredentialArn::of(text);
            assert_eq!(arn.as_str(), text);
            (
                arn.region().to_owned(),
                arn.secret().map(|arn| arn.name().to_owned()),
            )
        };
        assert_eq!(
            of(&format!("{SECRET}-AbCdEf")),
            ("us-east-1".into(), Some("x".into()))
        );
        assert_eq!(of(SECRET), ("us-east-1".into(), None));
        assert_eq!(
            of("arn:aws:iam::111122223333:role/x"),
            (String::new(), None)
        );
        assert_eq!(of("\u{1b}[2J"), (String::new(), None));
    }
}
