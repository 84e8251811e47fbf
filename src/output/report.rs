//! What commands return: data for scripts, words for people.

use serde::Serialize;

use super::escaped;
use super::hint::Hints;
use super::pull::{pull_words, registry_host};
use crate::model::arn::SecretArn;
use crate::model::date::{Date, Time};
use crate::model::region::Region;
use crate::model::registries::LoginRegistry;
use crate::model::rule::{free_prefix, CredentialArn, Rule, RuleRequest};
use crate::model::secret::{registry_of, Secret, VersionId};

/// A JSON object for scripts. Its members are a contract: only ever added to.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Document<T> {
    schema_version: u8,
    #[serde(flatten)]
    content: T,
}

impl<T> Document<T> {
    pub fn new(content: T) -> Self {
        Self {
            schema_version: 1,
            content,
        }
    }
}

/// What a command that writes has done.
#[derive(Debug, Serialize)]
pub struct Report<D> {
    pub action: Action,
    #[serde(flatten)]
    pub details: D,
    pub steps: Vec<StepReport>,
    pub warnings: Vec<String>,
}

/// What a command has done, in one word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Action {
    Created,
    Updated,
    Unchanged,
    Skipped,
    DryRun,
    ScheduledForDeletion,
    Deleted,
    Restored,
}

/// What a report says beside the action, the steps and the warnings.
pub trait Details: Serialize {
    /// The secret, where it is about one.
    fn secret(&self) -> Option<&SecretArn> {
        None
    }

    /// The result for people.
    fn result(&self) -> Option<&str> {
        self.secret().map(SecretArn::as_str)
    }
}

/// The secret that `create` and `update` stored credentials in, or would have.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct StoredSecret {
    /// None in a dry run.
    pub arn: Option<SecretArn>,
    pub name: String,
    /// The current version; none in a dry run, or where it was not looked up.
    pub version_id: Option<VersionId>,
    /// The version before, which is AWSPREVIOUS now; none where no version was stored.
    pub previous_version_id: Option<VersionId>,
    /// None in a dry run without a Region.
    pub region: Option<Region>,
    pub registry: Option<&'static str>,
    /// As asked for; none where no credentials were stored.
    pub username: Option<String>,
    /// ECR's `upstreamRegistryUrl`; none where it is not known.
    pub upstream_registry_url: Option<String>,
    pub kms_key: String,
    pub replica_regions: Vec<String>,
    pub expires_on: Option<Date>,
    /// The rule that uses it, where one was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rule: Option<RuleResult>,
    /// The rule as code, where it was asked for instead of the rule.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rule_code: Option<String>,
    pub verification: Verification,
}

impl StoredSecret {
    /// A secret as it is, before anything is stored in it.
    pub fn of(secret: &Secret, region: &Region, verification: Verification) -> Self {
        let replicas = secret.working_replica_regions().into_iter();
        Self {
            arn: Some(secret.arn.clone()),
            name: secret.name.clone(),
            version_id: None,
            previous_version_id: None,
            region: Some(region.clone()),
            registry: registry_of(&secret.name).map(|upstream| upstream.kind),
            username: None,
            upstream_registry_url: None,
            kms_key: secret.key().to_owned(),
            replica_regions: replicas.map(str::to_owned).collect(),
            expires_on: secret.expires_on().and_then(Result::ok),
            rule: None,
            rule_code: None,
            verification,
        }
    }
}

impl Details for StoredSecret {
    fn secret(&self) -> Option<&SecretArn> {
        self.arn.as_ref()
    }

    fn result(&self) -> Option<&str> {
        let arn = self.arn.as_ref().map(SecretArn::as_str);
        self.rule_code.as_deref().or(arn)
    }
}

impl Report<StoredSecret> {
    /// What to do with the ARN, for people.
    /// `is_used` is whether a rule uses it, as far as that is known.
    pub fn next_steps(
        &self,
        upstream: Option<LoginRegistry>,
        is_used: bool,
        rules: &[Rule],
        hints: &Hints,
    ) -> String {
        let secret = &self.details;
        let name = &secret.name;
        let (Some(arn), Some(region), Some(upstream)) = (&secret.arn, &secret.region, upstream)
        else {
            return String::new();
        };
        let stored = match self.action {
            Action::Created => format!("Stored as {name} in {region}"),
            Action::Updated if self.steps.iter().any(StepReport::is_new_version) => {
                new_version(name, region, hints)
            }
            Action::Updated => {
                format!("{name} in {region} has these credentials already; the rest was updated")
            }
            Action::Unchanged => {
                format!("{name} in {region} is up to date already; nothing was written")
            }
            _ => return String::new(),
        };
        if is_used || secret.rule_code.is_some() {
            return stored;
        }
        // ECR takes no other host than the registry's own, whichever the credentials were tried at.
        let host = match upstream.fixed_host() {
            Some(_) => None,
            None => secret.upstream_registry_url.as_deref(),
        };
        let prefix = free_prefix(&upstream, rules);
        let host = host.unwrap_or(upstream.shown_host());
        let set = hints.new_rule(&prefix, &upstream, host, Some(name));
        let example_image = upstream.example_image;
        let registry = registry_host(arn.account(), region);
        format!(
            "{stored}\n\nNext, make the rule that uses it, once:\n  {set}\n\
             {}:\n  docker pull {registry}/{prefix}/{example_image}",
            pull_words(example_image)
        )
    }
}

/// That a secret has a new version, and how to go back.
pub fn new_version(name: &str, region: &Region, hints: &Hints) -> String {
    let undo = hints.update(name, " --rollback");
    let name = escaped(name);
    format!(
        "Stored as a new version of {name} in {region}\nTo go back to the previous version: \
             {undo}"
    )
}

/// What came of trying the credentials at the registry.
#[derive(Clone, Debug, Serialize)]
pub struct Verification {
    pub verdict: VerdictWord,
    /// Why it is not `accepted`.
    pub reason: Option<String>,
    /// What an accepted login proves, and what it does not.
    pub proves: Option<&'static str>,
}

/// What the registry says of the credentials.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum VerdictWord {
    Accepted,
    Rejected,
    /// It could not be asked, or said neither.
    Unknown,
    /// It was not asked.
    Skipped,
}

impl Verification {
    pub fn skipped(reason: &str) -> Self {
        Self {
            verdict: VerdictWord::Skipped,
            reason: Some(reason.to_owned()),
            proves: None,
        }
    }
}

/// A rule in an account's Region, which `rule set` or `rule delete` is about.
#[derive(Debug, Serialize)]
pub struct InRegion<'a, R> {
    #[serde(flatten)]
    pub rule: R,
    pub region: &'a Region,
}

impl Details for InRegion<'_, RuleDetails> {
    fn result(&self) -> Option<&str> {
        self.rule.repository_uri.as_deref()
    }
}

impl Details for InRegion<'_, Rule> {}

/// A rule that is only printed.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RuleCode<'a> {
    pub rule_code: &'a str,
}

/// What became of the rule of a secret.
#[derive(Debug, Serialize)]
pub struct RuleResult {
    pub action: Action,
    #[serde(flatten)]
    pub rule: RuleDetails,
}

/// A rule as it is now, or in a dry run as it would be.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RuleDetails {
    #[serde(flatten)]
    pub rule: Rule,
    /// None for a registry without a login.
    pub secret: Option<String>,
    /// None in a dry run, and for a registry without a login.
    pub is_valid: Option<bool>,
    /// What the names of the images begin with. `None` in a dry run, or if ECR did not report the
    /// account.
    pub repository_uri: Option<String>,
    pub pull: Option<String>,
}

impl RuleDetails {
    /// A rule as it is wanted, for the secret of this name and ARN.
    pub fn new(wanted: &RuleRequest, secret: &str, arn: Option<&SecretArn>) -> Self {
        let prefix = wanted.prefix.as_str();
        let arn = wanted.credential(arn).cloned();
        let rule = Rule {
            credential_arn: arn.map(CredentialArn::Secret),
            upstream_repository_prefix: wanted.upstream_prefix.as_ref().map(ToString::to_string),
            custom_role_arn: wanted.role.as_ref().map(ToString::to_string),
            ..Rule::new(prefix, wanted.upstream.kind, wanted.url.clone())
        };
        Self {
            rule,
            secret: wanted.has_login().then(|| secret.to_owned()),
            is_valid: None,
            repository_uri: None,
            pull: None,
        }
    }
}

/// A secret whose deletion was scheduled, done or cancelled.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct DeletedSecret<'a> {
    pub arn: &'a SecretArn,
    pub name: &'a str,
    pub region: &'a Region,
    /// From when on it cannot be restored; none where it is not deleted, or no answer said so.
    pub deletion_date: Option<Time>,
    pub removed_replica_regions: Vec<String>,
    /// The prefixes of the rules that use it; none where they were not looked at, or could not be.
    pub rules: Option<Vec<&'a str>>,
}

impl Details for DeletedSecret<'_> {
    fn secret(&self) -> Option<&SecretArn> {
        Some(self.arn)
    }
}

/// One step and what became of it.
#[derive(Clone, Debug, Serialize)]
pub struct StepReport {
    pub step: &'static str,
    pub status: StepStatus,
}

/// What became of a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum StepStatus {
    Done,
    Failed,
    /// An earlier step failed.
    NotTried,
    /// A dry run ends before it.
    Planned,
}

impl StepReport {
    pub fn new(step: &'static str, status: StepStatus) -> Self {
        Self { step, status }
    }

    /// Whether a new version of a secret is stored by it.
    pub fn is_new_version(&self) -> bool {
        self.step == "put-secret-value" && self.status == StepStatus::Done
    }
}

impl std::fmt::Display for StepStatus {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Done => "done",
            Self::Failed => "failed",
            Self::NotTried => "not tried",
            Self::Planned => "planned",
        })
    }
}
