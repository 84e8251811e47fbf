//! [`Secret`]: what AWS tells of a stored secret beside its value, whoever stored it.

use serde::Serialize;

use crate::arn::SecretArn;
use crate::date::{Date, DateFault, Time};
use crate::name::PREFIX;
use crate::region::RegionName;
use crate::report::SecretReport;
use crate::rule::{referring, Reference, Rule};
use crate::upstream::Upstream;

/// The tag that says when the token in a secret ends, as `YYYY-MM-DD`.
pub const EXPIRY_TAG: &str = "ecr-ptc:expires-on";

/// A secret without its value.
#[derive(Clone, Debug)]
pub struct Secret {
    pub name: String,
    pub arn: SecretArn,
    pub description: Option<String>,
    /// As AWS tells it: none, or any form of a key's name, for the default key.
    pub kms_key_id: Option<String>,
    pub created: Option<Time>,
    pub last_changed: Option<Time>,
    /// The day of the last read, at midnight; none where it was never read in this Region.
    pub last_accessed: Option<Time>,
    /// Set where the secret is scheduled for deletion. ListSecrets and DescribeSecret are documented
    /// differently: the moment of the request, or the one from which it is gone.
    pub deleted: Option<Time>,
    pub primary_region: Option<RegionName>,
    /// None where it was not looked up, or may not be.
    pub replicas: Option<Vec<Replica>>,
    pub tags: Vec<(String, String)>,
    pub versions: Vec<Version>,
    pub rotation: Option<ExistingRotation>,
    pub last_rotated: Option<Time>,
    pub next_rotation: Option<Time>,
    /// The registry of the rules that use it, where they were looked at and agree.
    pub used_for: Option<&'static Upstream>,
    /// The customer's own host of that registry, likewise.
    pub used_at: Option<String>,
}

/// A copy of the secret in another Region.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Replica {
    pub region: String,
    /// The service's own word, such as `InSync`.
    pub status: Option<String>,
    pub message: Option<String>,
}

/// How a secret is rotated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExistingRotation {
    pub lambda_arn: Option<String>,
    pub days: Option<i64>,
    pub schedule: Option<String>,
    pub duration: Option<String>,
}

/// A version of the value, by its staging labels.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Version {
    pub id: String,
    pub stages: Vec<String>,
}

/// Whose key a secret is encrypted with. ECR's service-linked role can use the default one alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KeyKind {
    /// aws/secretsmanager, by its name or as KMS tells it.
    Default,
    Customer,
    /// KMS could not be asked: why.
    Unknown(String),
}

/// The registry that a secret's name tells: its last part, or all after the prefix, where that is a
/// kind or an alias.
pub fn registry_of(name: &str) -> Option<&'static Upstream> {
    let rest = name.strip_prefix(PREFIX)?;
    Upstream::find(rest).or_else(|| Upstream::find(rest.rsplit('/').next()?))
}

impl Secret {
    /// A secret of which no more is known than its ARN.
    pub fn new(arn: SecretArn) -> Self {
        Self {
            name: arn.name().to_owned(),
            arn,
            description: None,
            kms_key_id: None,
            created: None,
            last_changed: None,
            last_accessed: None,
            deleted: None,
            primary_region: None,
            replicas: None,
            tags: Vec::new(),
            versions: Vec::new(),
            rotation: None,
            last_rotated: None,
            next_rotation: None,
            used_for: None,
            used_at: None,
        }
    }

    /// The registry of the rules that use it; else the one that the name tells.
    pub fn registry(&self) -> Option<&'static Upstream> {
        self.used_for.or_else(|| registry_of(&self.name))
    }

    /// Takes the registry and its host from those of the rules that use it.
    pub fn learn_from(&mut self, rules: &[Rule]) {
        let using = referring(rules, self, Reference::Current);
        let Some((first, rest)) = using.split_first() else {
            return;
        };
        if rest.iter().all(|rule| rule.upstream() == first.upstream()) {
            self.used_for = first.upstream();
        }
        if rest.iter().all(|rule| rule.own_host() == first.own_host()) {
            self.used_at = first.own_host().map(str::to_owned);
        }
    }

    /// When the token ends, where the secret says so.
    ///
    /// # Errors
    /// Where the tag is no date.
    pub fn expires_on(&self) -> Option<Result<Date, DateFault>> {
        let (_, value) = self.tags.iter().find(|(key, _)| key == EXPIRY_TAG)?;
        Some(Date::parse(value))
    }

    /// Where the secret was made, if this is only a copy of it.
    pub fn replica_of(&self) -> Option<&RegionName> {
        let primary = self.primary_region.as_ref();
        primary.filter(|primary| primary.as_str() != self.arn.region())
    }

    /// The id of the version with a staging label.
    pub fn version_with(&self, stage: &str) -> Option<&str> {
        let has_it = |version: &&Version| version.stages.iter().any(|have| have == stage);
        let found = self.versions.iter().find(has_it)?;
        Some(&found.id)
    }

    /// Whether one of its versions is the one that readers get.
    pub fn has_current_version(&self) -> bool {
        self.version_with("AWSCURRENT").is_some()
    }

    /// The key, where its name does not tell whether ECR can use it: the console stores the id of the
    /// default key too.
    pub fn doubtful_key(&self) -> Option<&str> {
        let key = self.kms_key_id.as_deref()?;
        (!key.ends_with("alias/aws/secretsmanager")).then_some(key)
    }

    /// The name of the key: aws/secretsmanager, or another as AWS tells it, which may still be the
    /// id of that one.
    pub fn key(&self) -> &str {
        self.doubtful_key().unwrap_or(SecretReport::DEFAULT_KEY)
    }

    pub fn replica_regions(&self) -> Option<Vec<&str>> {
        let regions = self.replicas.as_ref()?.iter();
        Some(regions.map(|replica| replica.region.as_str()).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rule::{CredentialArn, UpstreamUrl};

    fn arn(region: &str, end: &str) -> SecretArn {
        let text = format!("arn:aws:secretsmanager:{region}:111122223333:secret:x-{end}");
        SecretArn::parse(&text).unwrap()
    }

    #[test]
    fn the_name_tells_the_registry() {
        let registry = |rest: &str| {
            let secret = Secret {
                name: format!("{PREFIX}{rest}"),
                ..Secret::new(arn("us-east-1", "AbCdEf"))
            };
            secret.registry().map(|upstream| upstream.kind)
        };
        assert_eq!(registry("docker-hub"), Some("docker-hub"));
        assert_eq!(registry("team/GHCR"), Some("github-container-registry"));
        assert_eq!(registry("docker-hub/team"), None);
        assert_eq!(registry("my-gitlab"), None);
        assert_eq!(registry(""), None);
    }

    #[test]
    fn the_rules_that_use_it_tell_more_than_the_name() {
        let mut secret = Secret {
            name: format!("{PREFIX}docker-hub"),
            ..Secret::new(arn("us-east-1", "AbCdEf"))
        };
        let rule = |kind: &str, end: &str| Rule {
            ecr_repository_prefix: "x".to_owned(),
            upstream_registry: kind.to_owned(),
            upstream_registry_url: UpstreamUrl::parse("x").unwrap(),
            credential_arn: Some(CredentialArn::Secret(arn("us-east-1", end))),
        };
        let (hub, chainguard) = (rule("docker-hub", "AbCdEf"), rule("chainguard", "AbCdEf"));
        for (rules, registry) in [
            (vec![rule("chainguard", "GhIjKl")], "docker-hub"),
            (vec![chainguard.clone(), chainguard.clone()], "chainguard"),
            (vec![chainguard, hub], "docker-hub"),
        ] {
            secret.used_for = None;
            secret.learn_from(&rules);
            assert_eq!(
                secret.registry().map(|upstream| upstream.kind),
                Some(registry)
            );
        }
    }

    #[test]
    fn a_copy_is_told_from_the_secret_itself() {
        let mut secret = Secret::new(arn("eu-west-1", "AbCdEf"));
        assert_eq!(secret.replica_of(), None);
        secret.primary_region = RegionName::parse("eu-west-1").ok();
        assert_eq!(secret.replica_of(), None);
        secret.primary_region = RegionName::parse("us-east-1").ok();
        assert_eq!(
            secret.replica_of().map(RegionName::as_str),
            Some("us-east-1")
        );
    }
}
