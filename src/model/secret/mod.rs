//! [`Secret`]: what AWS tells of a stored secret beside its value, whoever stored it.

mod replica;

pub use replica::Replica;

use serde::Serialize;

use crate::model::arn::SecretArn;
use crate::model::attributes::{Description, Rotation, Schedule, Tag};
use crate::model::credential::SecretValue;
use crate::model::date::{Date, Time};
use crate::model::invalid::Invalid;
use crate::model::name::{SecretName, PREFIX};
use crate::model::region::Region;
use crate::model::registries::LoginRegistry;

/// The tag that says when the token in a secret ends, as `YYYY-MM-DD`.
pub const EXPIRY_TAG: &str = "ecr-ptc:expires-on";

/// The value of that tag for a token without a known date, if the token before had one.
pub const UNKNOWN_EXPIRY: &str = "unknown";

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
    /// Set where the secret is scheduled for deletion. ListSecrets and DescribeSecret are
    /// documented differently: the moment of the request, or the one from which it is gone.
    pub deleted: Option<Time>,
    pub primary_region: Option<Region>,
    /// None where it was not looked up, or may not be.
    pub replicas: Option<Vec<Replica>>,
    pub tags: Vec<(String, String)>,
    pub versions: Vec<Version>,
    pub rotation: Option<ExistingRotation>,
    pub last_rotated: Option<Time>,
    pub next_rotation: Option<Time>,
    /// The partner's kind of a managed external secret, such as `GitLabAccessToken`.
    pub external_type: Option<String>,
    /// The role by which Secrets Manager rotates such a secret.
    pub external_rotation_role: Option<String>,
    /// What else the partner is told when it is rotated.
    pub external_rotation_metadata: Vec<(String, String)>,
    /// The AWS service that made the secret, and alone may change it.
    pub owning_service: Option<String>,
}

/// Who changes a secret, and nobody else should or can. Its words are as AWS tells them:
/// whoever shows them makes them safe.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ManagedBy<'a> {
    /// Secrets Manager itself, as a partner's secret of this type. The keys of its value are the
    /// partner's, so that ECR cannot read it, and others would break the rotation.
    ///
    /// Source: AWS Secrets Manager managed external secrets, in its user guide.
    Rotation(&'a str),
    /// Another service of AWS.
    Service(&'a str),
}

impl std::fmt::Display for ManagedBy<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Rotation(kind) => {
                write!(f, "a managed external secret of the type {kind}")
            }
            Self::Service(service) => write!(f, "managed by the service {service}"),
        }
    }
}

impl Secret {
    /// The same without what can be long, and only says what is in it.
    pub fn in_brief(mut self) -> Self {
        self.description = None;
        self.versions = Vec::new();
        self.external_rotation_metadata = Vec::new();
        self.tags.retain(|(key, _)| key == EXPIRY_TAG);
        self
    }
}

/// A secret that is to be created. The key is never named: the service takes the default one.
#[derive(Debug)]
pub struct NewSecret {
    pub name: SecretName,
    pub value: SecretValue,
    pub description: Description,
    pub tags: Vec<Tag>,
    pub replicas: Vec<Region>,
    pub overwrite_replicas: bool,
}

/// How long a deletion can be cancelled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Recovery {
    /// 7 to 30 days.
    Days(u8),
    /// Not at all: the secret is gone at once.
    Never,
}

/// How a secret is rotated.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ExistingRotation {
    pub lambda_arn: Option<String>,
    pub days: Option<i64>,
    pub schedule: Option<String>,
    pub duration: Option<String>,
}

/// A version of the value, by its staging labels.
#[derive(Clone, Debug, Serialize)]
pub struct Version {
    pub id: VersionId,
    pub stages: Vec<String>,
}

/// The id of a version. Whoever stored the version chose it: it may have any characters.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct VersionId(String);

impl VersionId {
    pub fn new(id: &str) -> Self {
        Self(id.to_owned())
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
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
pub fn registry_of(name: &str) -> Option<LoginRegistry> {
    let rest = name.strip_prefix(PREFIX)?;
    LoginRegistry::find(rest).or_else(|| LoginRegistry::find(rest.rsplit('/').next()?))
}

fn unless_default(key: Option<&str>) -> Option<&str> {
    key.filter(|key| !key.ends_with("alias/aws/secretsmanager"))
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
            external_type: None,
            external_rotation_role: None,
            external_rotation_metadata: Vec::new(),
            owning_service: None,
        }
    }

    /// The key that ECR's service-linked role can use.
    pub const DEFAULT_KEY: &str = "aws/secretsmanager";

    /// The value of the tag with this key; keys are case sensitive.
    pub fn tag(&self, key: &str) -> Option<&str> {
        let (_, value) = self.tags.iter().find(|(have, _)| have == key)?;
        Some(value)
    }

    /// Takes over a tag that was written.
    pub fn set_tag(&mut self, tag: &Tag) {
        self.tags.retain(|(key, _)| key != tag.key());
        let (key, value) = (tag.key().to_owned(), tag.value().to_owned());
        self.tags.push((key, value));
    }

    pub fn has_tag(&self, tag: &Tag) -> bool {
        self.tag(tag.key()) == Some(tag.value())
    }

    pub fn has_description(&self, text: &Description) -> bool {
        self.description.as_deref().unwrap_or_default() == text.as_str()
    }

    /// The Regions in which it has no replica yet, nor is about to.
    pub fn lacks<'r>(&self, regions: &'r [Region]) -> Vec<&'r Region> {
        let have = self.working_replica_regions();
        let missing = regions
            .iter()
            .filter(|region| !have.contains(&region.as_str()));
        missing.collect()
    }

    /// The Regions of its replicas that are made.
    pub fn working_replica_regions(&self) -> Vec<&str> {
        let replicas = self.replicas.iter().flatten();
        let working = replicas.filter(|replica| replica.is_made());
        working.map(|replica| replica.region.as_str()).collect()
    }

    /// The Regions of all its replicas that were looked up.
    pub fn all_replica_regions(&self) -> Vec<String> {
        let replicas = self.replicas.iter().flatten();
        replicas.map(|replica| replica.region.clone()).collect()
    }

    /// Whether it is rotated like this already. That the first rotation is at once does not count.
    pub fn rotates_as(&self, wanted: &Rotation) -> bool {
        let Rotation {
            lambda_arn,
            schedule,
            duration,
            immediately: _,
        } = wanted;
        let Some(now) = &self.rotation else {
            return false;
        };
        let same_schedule = match schedule {
            Schedule::Days(days) => now.days == Some(i64::from(*days)) && now.schedule.is_none(),
            Schedule::Expression(expression) => now.schedule.as_ref() == Some(expression),
        };
        now.lambda_arn.as_deref() == Some(lambda_arn.as_str())
            && same_schedule
            && (duration.is_none() || now.duration == *duration)
    }

    /// When the token ends, where the secret says so.
    ///
    /// # Errors
    /// Where the tag is no date.
    pub fn expires_on(&self) -> Option<Result<Date, Invalid>> {
        Some(Date::parse(self.tag(EXPIRY_TAG)?))
    }

    /// Whether a token without a date replaced one that had a date.
    pub fn has_unknown_expiry(&self) -> bool {
        self.tag(EXPIRY_TAG) == Some(UNKNOWN_EXPIRY)
    }

    /// Who changes the secret, if it is not its owner alone.
    pub fn managed_by(&self) -> Option<ManagedBy<'_>> {
        let rotation = self.external_type.as_deref().map(ManagedBy::Rotation);
        let service = self.owning_service.as_deref().map(ManagedBy::Service);
        rotation.or(service)
    }

    /// Where the secret was made, if this is only a copy of it.
    pub fn replica_of(&self) -> Option<&Region> {
        let primary = self.primary_region.as_ref();
        primary.filter(|primary| primary.as_str() != self.arn.region())
    }

    /// The id of the version with a staging label.
    pub fn version_with(&self, stage: &str) -> Option<&VersionId> {
        let has_it = |version: &&Version| version.stages.iter().any(|have| have == stage);
        let found = self.versions.iter().find(has_it)?;
        Some(&found.id)
    }

    /// Whether one of its versions is the one that readers get.
    pub fn has_current_version(&self) -> bool {
        self.version_with("AWSCURRENT").is_some()
    }

    /// The key, where its name does not tell whether ECR can use it: the console stores the id of
    /// the default key too.
    pub fn unknown_key(&self) -> Option<&str> {
        unless_default(self.kms_key_id.as_deref())
    }

    /// The name of the key: aws/secretsmanager, or another as AWS tells it, which may still be the
    /// id of that one.
    pub fn key(&self) -> &str {
        self.unknown_key().unwrap_or(Self::DEFAULT_KEY)
    }

    pub fn replica_regions(&self) -> Option<Vec<&str>> {
        let regions = self.replicas.as_ref()?.iter();
        Some(regions.map(|replica| replica.region.as_str()).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn arn(region: &str, end: &str) -> SecretArn {
        let text = format!("arn:aws:secretsmanager:{region}:111122223333:secret:x-{end}");
        SecretArn::parse(&text).unwrap()
    }

    #[test]
    fn the_name_tells_the_registry() {
        let registry =
            |rest: &str| registry_of(&format!("{PREFIX}{rest}")).map(|upstream| upstream.kind);
        assert_eq!(registry("docker-hub"), Some("docker-hub"));
        assert_eq!(registry("team/GHCR"), Some("github-container-registry"));
        assert_eq!(registry("docker-hub/team"), None);
        assert_eq!(registry("my-gitlab"), None);
        assert_eq!(registry(""), None);
    }

    #[test]
    fn a_copy_is_told_from_the_secret_itself() {
        let mut secret = Secret::new(arn("eu-west-1", "AbCdEf"));
        assert_eq!(secret.replica_of(), None);
        secret.primary_region = Region::parse("eu-west-1").ok();
        assert_eq!(secret.replica_of(), None);
        secret.primary_region = Region::parse("us-east-1").ok();
        assert_eq!(secret.replica_of().map(Region::as_str), Some("us-east-1"));
    }
}
