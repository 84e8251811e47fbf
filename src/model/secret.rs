//! [`Secret`]: a stored secret as AWS describes it, without its value.

use serde::Serialize;

use crate::model::arn::SecretArn;
use crate::model::attributes::{Description, Rotation, Schedule, Tag};
use crate::model::credential::SecretValue;
use crate::model::date::{Date, Time};
use crate::model::invalid::Invalid;
use crate::model::name::{SecretName, PREFIX};
use crate::model::region::Region;
use crate::model::registries::LoginRegistry;

/// The tag with the expiry date of a secret's token, as `YYYY-MM-DD`.
pub const EXPIRY_TAG: &str = "ecr-ptc:expires-on";

/// The tag's value if the token's date is unknown but the previous token had one.
pub const UNKNOWN_EXPIRY: &str = "unknown";

/// A secret without its value.
#[derive(Clone, Debug)]
pub struct Secret {
    pub name: String,
    pub arn: SecretArn,
    pub description: Option<String>,
    /// The key in any form that AWS uses: an ID, an ARN or an alias. The default key may also be
    /// `None`.
    pub kms_key_id: Option<String>,
    pub created: Option<Time>,
    pub last_changed: Option<Time>,
    /// The day of the last read, at midnight; `None` if it was never read in this Region.
    pub last_accessed: Option<Time>,
    /// Set if the secret is scheduled for deletion. The documentation of ListSecrets and
    /// DescribeSecret differs on whether it is the time of the request or of the deletion.
    pub deleted: Option<Time>,
    pub primary_region: Option<Region>,
    /// `None` if they were not looked up, or access was denied.
    pub replicas: Option<Vec<Replica>>,
    pub tags: Vec<(String, String)>,
    pub versions: Vec<Version>,
    pub rotation: Option<ExistingRotation>,
    pub last_rotated: Option<Time>,
    pub next_rotation: Option<Time>,
    /// The type of a managed external secret, such as `GitLabAccessToken`.
    pub external_type: Option<String>,
    /// The role that Secrets Manager uses to rotate such a secret.
    pub external_rotation_role: Option<String>,
    /// Other rotation settings of such a secret.
    pub external_rotation_metadata: Vec<(String, String)>,
    /// The AWS service that created the secret. Only it can change the secret.
    pub owning_service: Option<String>,
}

/// Who manages a secret, so that nobody else should change it. The texts come from AWS: escape them
/// before showing them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ManagedBy<'a> {
    /// Secrets Manager rotates it as a managed external secret of this type. Its value is in the
    /// partner's format, which ECR cannot read, and changing it would break the rotation.
    ///
    /// Source: AWS Secrets Manager managed external secrets, in its user guide.
    Rotation(&'a str),
    /// Another AWS service.
    Service(&'a str),
}

impl std::fmt::Display for ManagedBy<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Rotation(kind) => {
                write!(f, "a managed external secret of type {kind}")
            }
            Self::Service(service) => write!(f, "managed by the service {service}"),
        }
    }
}

impl Secret {
    /// Drops what can be long and a list does not show.
    pub fn in_brief(mut self) -> Self {
        if self.described_registry().is_none() {
            self.description = None;
        }
        self.versions = Vec::new();
        self.external_rotation_metadata = Vec::new();
        self.tags.retain(|(key, _)| key == EXPIRY_TAG);
        self
    }
}

/// A secret to create. No key is given, so the service uses the default one.
#[derive(Debug)]
pub struct NewSecret {
    pub name: SecretName,
    pub value: SecretValue,
    pub description: Description,
    pub tags: Vec<Tag>,
    pub replicas: Vec<Region>,
    pub overwrite_replicas: bool,
}

/// How long a deletion can be canceled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Recovery {
    /// 7 to 30 days.
    Days(u8),
    /// The secret is deleted immediately.
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

/// A version of the value, with its staging labels.
#[derive(Clone, Debug, Serialize)]
pub struct Version {
    /// The client that stored the version chose it, so it may contain any characters.
    pub id: String,
    pub stages: Vec<String>,
}

/// A copy of the secret in another Region.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Replica {
    pub region: String,
    /// The key in any form that AWS uses: an ID, an ARN or an alias.
    pub kms_key_id: Option<String>,
    /// The service's value, such as `InSync`.
    pub status: Option<String>,
    pub message: Option<String>,
}

impl Replica {
    /// Whether it exists or is being created. False if that failed, or if it was detached from its
    /// primary.
    ///
    /// Source: `StatusType` in the Secrets Manager API reference.
    pub fn works(&self) -> bool {
        !matches!(self.status.as_deref(), Some("Failed" | "Detached"))
    }

    /// The key, unless it is the default key by name.
    pub fn unknown_key(&self) -> Option<&str> {
        unless_default(self.kms_key_id.as_deref())
    }
}

/// The kind of key that encrypts a secret. ECR's service-linked role can use only the default one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KeyKind {
    /// aws/secretsmanager.
    Default,
    Customer,
    /// KMS did not report it: why.
    Unknown(String),
}

/// The registry in a secret's name: all after the prefix, or the last part, if that is a kind, an
/// alias or a host.
pub fn registry_of(name: &str) -> Option<LoginRegistry> {
    let rest = name.strip_prefix(PREFIX)?;
    LoginRegistry::find(rest).or_else(|| LoginRegistry::find(rest.rsplit('/').next()?))
}

/// The description of a new secret if none is given.
pub fn default_description(upstream: Option<LoginRegistry>) -> Description {
    let title = upstream.map_or("Registry", |upstream| upstream.title);
    let text = format!("{title} credentials for Amazon ECR pull through cache");
    Description::parse(&text).unwrap_or_else(|_| unreachable!("the titles in the table are short"))
}

fn unless_default(key: Option<&str>) -> Option<&str> {
    key.filter(|key| !key.ends_with("alias/aws/secretsmanager"))
}

impl Secret {
    /// A secret of which only the ARN is known.
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

    /// The name of the default key, the only one that ECR's service-linked role can use.
    pub const DEFAULT_KEY: &str = "aws/secretsmanager";

    /// The value of a tag. Keys are case-sensitive.
    pub fn tag(&self, key: &str) -> Option<&str> {
        let (_, value) = self.tags.iter().find(|(have, _)| have == key)?;
        Some(value)
    }

    /// Sets a tag in this copy, after it was written to AWS.
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

    /// The registry whose default description the secret has. For display only: a description must
    /// never decide where credentials go.
    pub fn described_registry(&self) -> Option<LoginRegistry> {
        let described = |upstream: &_| self.has_description(&default_description(Some(*upstream)));
        LoginRegistry::all().find(described)
    }

    /// Those of `regions` that have no replica and in which none is being created.
    pub fn lacks<'r>(&self, regions: &'r [Region]) -> Vec<&'r Region> {
        let have = self.working_replica_regions();
        let missing = regions
            .iter()
            .filter(|region| !have.contains(&region.as_str()));
        missing.collect()
    }

    /// The Regions of replicas that exist or are being created.
    pub fn working_replica_regions(&self) -> Vec<&str> {
        let replicas = self.replicas.iter().flatten();
        let working = replicas.filter(|replica| replica.works());
        working.map(|replica| replica.region.as_str()).collect()
    }

    /// The Regions of all replicas, including failed ones.
    pub fn all_replica_regions(&self) -> Vec<String> {
        let replicas = self.replicas.iter().flatten();
        replicas.map(|replica| replica.region.clone()).collect()
    }

    /// Whether it already has this rotation, not counting when the first one happens.
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

    /// The token's expiry date in the tag. `None` without a tag, `Some(Err)` if it is not a date.
    pub fn expires_on(&self) -> Option<Result<Date, Invalid>> {
        Some(Date::parse(self.tag(EXPIRY_TAG)?))
    }

    /// Whether the tag says that the date is unknown; see [`UNKNOWN_EXPIRY`].
    pub fn has_unknown_expiry(&self) -> bool {
        self.tag(EXPIRY_TAG) == Some(UNKNOWN_EXPIRY)
    }

    /// Who manages the secret; `None` if only its owner does.
    pub fn managed_by(&self) -> Option<ManagedBy<'_>> {
        let rotation = self.external_type.as_deref().map(ManagedBy::Rotation);
        let service = self.owning_service.as_deref().map(ManagedBy::Service);
        rotation.or(service)
    }

    /// The Region of the primary secret, if this is a replica.
    pub fn replica_of(&self) -> Option<&Region> {
        let primary = self.primary_region.as_ref();
        primary.filter(|primary| primary.as_str() != self.arn.region())
    }

    /// The ID of the version with this staging label.
    pub fn version_with(&self, stage: &str) -> Option<&str> {
        let has_it = |version: &&Version| version.stages.iter().any(|have| have == stage);
        let found = self.versions.iter().find(has_it)?;
        Some(&found.id)
    }

    /// Whether it has a current value.
    pub fn has_current_version(&self) -> bool {
        self.version_with("AWSCURRENT").is_some()
    }

    /// The key, unless it is the default key by name. It may still be the default key by ID, which
    /// the console stores.
    pub fn unknown_key(&self) -> Option<&str> {
        unless_default(self.kms_key_id.as_deref())
    }

    /// The key for people: aws/secretsmanager, or [`Self::unknown_key`].
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
    fn the_name_contains_the_registry() {
        let registry =
            |rest: &str| registry_of(&format!("{PREFIX}{rest}")).map(|upstream| upstream.kind);
        assert_eq!(registry("docker-hub"), Some("docker-hub"));
        assert_eq!(registry("team/GHCR"), Some("github-container-registry"));
        assert_eq!(registry("docker-hub/team"), None);
        assert_eq!(registry("my-gitlab"), None);
        assert_eq!(registry(""), None);
    }

    #[test]
    fn a_replica_has_a_primary_in_another_region() {
        let mut secret = Secret::new(arn("eu-west-1", "AbCdEf"));
        assert_eq!(secret.replica_of(), None);
        secret.primary_region = Region::parse("eu-west-1").ok();
        assert_eq!(secret.replica_of(), None);
        secret.primary_region = Region::parse("us-east-1").ok();
        assert_eq!(secret.replica_of().map(Region::as_str), Some("us-east-1"));
    }

    #[test]
    fn a_replica_works_unless_it_failed_or_was_detached() {
        for (status, works) in [
            (Some("InSync"), true),
            (Some("InProgress"), true),
            (Some("Pending"), true),
            (None, true),
            (Some("Failed"), false),
            (Some("Detached"), false),
        ] {
            let replica = Replica {
                region: "eu-west-1".to_owned(),
                kms_key_id: None,
                status: status.map(str::to_owned),
                message: None,
            };
            assert_eq!(replica.works(), works, "{status:?}");
        }
    }
}
