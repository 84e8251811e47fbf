//! What commands return: data for scripts, words for people.

use serde::Serialize;

use super::escaped;
use super::hint::Hints;
use super::pull::{pull_words, registry_host, Pull};
use crate::model::arn::SecretArn;
use crate::model::date::{Date, Time};
use crate::model::region::Region;
use crate::model::registries::LoginRegistry;
use crate::model::rule::{free_prefix, CredentialArn, Rule, RuleRequest};
use crate::model::secret::Secret;

/// What became of a request to store credentials. Its JSON members are a contract: only ever added
/// to.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SecretReport {
    pub schema_version: u8,
    pub action: Action,
    /// None in a dry run.
    pub arn: Option<SecretArn>,
    pub name: String,
    /// The version that holds the credentials; none in a dry run, or where it was not looked up.
    pub version_id: Option<String>,
    /// None in a dry run without a Region.
    pub region: Option<Region>,
    pub registry: &'static str,
    /// As asked for; none where the secret was left as it is, unread.
    pub username: Option<String>,
    /// ECR's `upstreamRegistryUrl`; none where each customer has a host of their own.
    pub upstream_registry_url: Option<String>,
    pub kms_key: String,
    pub replica_regions: Vec<String>,
    /// The rule that uses it, where one was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rule: Option<RuleSummary>,
    /// The rule as code, where it was asked for instead of the rule.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rule_code: Option<String>,
    pub steps: Vec<StepReport>,
    pub warnings: Vec<String>,
    pub verification: Verification,
}

impl SecretReport {
    /// What to do with the ARN, for people.
    /// `is_used` is whether a rule uses it, as far as that is known.
    pub fn next_steps(
        &self,
        upstream: Option<LoginRegistry>,
        is_used: bool,
        rules: &[Rule],
        hints: &Hints,
    ) -> String {
        let name = &self.name;
        let (Some(arn), Some(region), Some(upstream)) = (&self.arn, &self.region, upstream) else {
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
            Action::Skipped | Action::DryRun => return String::new(),
        };
        if is_used || self.rule_code.is_some() {
            return stored;
        }
        // ECR takes no other host than the registry's own, whichever the credentials were tried at.
        let host = match upstream.fixed_host() {
            Some(_) => None,
            None => self.upstream_registry_url.as_deref(),
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

/// What became of a rule that is valid. Its JSON members are a contract: only ever added to.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RuleReport<'a> {
    pub schema_version: u8,
    #[serde(flatten)]
    pub summary: RuleSummary,
    pub region: &'a Region,
    pub steps: Vec<StepReport>,
    pub warnings: Vec<String>,
}

/// A rule that is only printed.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RuleCode<'a> {
    pub schema_version: u8,
    pub rule_code: &'a str,
}

/// A rule as it is now, or in a dry run as it would be.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RuleSummary {
    pub action: Action,
    #[serde(flatten)]
    pub rule: Rule,
    /// None for a registry without a login.
    pub secret: Option<String>,
    /// None in a dry run, and for a registry without a login.
    pub is_valid: Option<bool>,
    /// ECR's words, where it is not.
    pub failure: Option<String>,
    /// What the names of the images begin with. `None` in a dry run, or if ECR did not report the
    /// account.
    pub repository_uri: Option<String>,
    pub pull: Option<String>,
}

impl RuleSummary {
    /// A rule as it was wanted, which ECR calls valid if it has a login. `pull` is `None` if the
    /// account is unknown.
    pub fn done(
        action: Action,
        wanted: &RuleRequest,
        secret: &str,
        arn: Option<&SecretArn>,
        pull: Option<&Pull>,
    ) -> Self {
        let mut summary = Self::planned(wanted, secret);
        let arn = wanted.credential(arn).cloned();
        summary.action = action;
        summary.rule.credential_arn = arn.map(CredentialArn::Secret);
        summary.is_valid = wanted.has_login().then_some(true);
        summary.repository_uri = pull.map(Pull::base);
        summary.pull = pull.map(Pull::pull);
        summary
    }

    /// In a dry run.
    pub fn planned(wanted: &RuleRequest, secret: &str) -> Self {
        let prefix = wanted.prefix.as_str();
        let rule = Rule {
            upstream_repository_prefix: wanted.upstream_prefix.as_ref().map(ToString::to_string),
            custom_role_arn: wanted.role.as_ref().map(ToString::to_string),
            ..Rule::new(prefix, wanted.upstream.kind, wanted.url.clone())
        };
        Self {
            action: Action::DryRun,
            rule,
            secret: wanted.has_login().then(|| secret.to_owned()),
            is_valid: None,
            failure: None,
            repository_uri: None,
            pull: None,
        }
    }
}

/// What was done to the secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Action {
    Created,
    Updated,
    Unchanged,
    Skipped,
    DryRun,
}

/// What became of the life of a secret. Its JSON members are a contract: only ever added to.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct LifeReport<'a> {
    pub schema_version: u8,
    pub action: LifeAction,
    pub arn: &'a SecretArn,
    pub name: &'a str,
    pub region: &'a Region,
    /// From when on it cannot be restored; none where it is not deleted, or no answer said so.
    pub deletion_date: Option<Time>,
    pub removed_replica_regions: Vec<String>,
    /// The prefixes of the rules that use it; none where they were not looked at, or could not be.
    pub rules: Option<Vec<&'a str>>,
    pub steps: Vec<StepReport>,
    pub warnings: Vec<String>,
}

/// What was done to the life of the secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum LifeAction {
    ScheduledForDeletion,
    Deleted,
    Restored,
    Unchanged,
}

impl<'a> LifeReport<'a> {
    pub fn new(action: LifeAction, secret: &'a Secret, region: &'a Region) -> Self {
        Self {
            schema_version: 1,
            action,
            arn: &secret.arn,
            name: &secret.name,
            region,
            deletion_date: None,
            removed_replica_regions: Vec::new(),
            rules: None,
            steps: Vec::new(),
            warnings: Vec::new(),
        }
    }
}

/// What became of new credentials. Its JSON members are a contract: only ever added to.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct UpdateReport<'a> {
    pub schema_version: u8,
    pub action: Action,
    pub arn: &'a SecretArn,
    pub name: &'a str,
    pub version_id: Option<String>,
    /// The version before, which is AWSPREVIOUS now; `None` where nothing was stored.
    pub previous_version_id: Option<String>,
    pub region: &'a Region,
    pub registry: Option<&'static str>,
    /// None where only the date was written.
    pub username: Option<&'a str>,
    pub expires_on: Option<Date>,
    /// The rule that uses it, where one was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rule: Option<RuleSummary>,
    pub steps: &'a [StepReport],
    pub verification: &'a Verification,
    pub warnings: &'a [String],
}

/// What became of a rollback. Its JSON members are a contract: only ever added to.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RollbackReport<'a> {
    pub schema_version: u8,
    pub action: Action,
    pub arn: &'a SecretArn,
    pub name: &'a str,
    pub region: &'a Region,
    /// The version that is current now.
    pub version_id: String,
    /// The one that was, and is AWSPREVIOUS now.
    pub previous_version_id: String,
    pub steps: Vec<StepReport>,
    pub warnings: Vec<String>,
}

/// A rule that is deleted. Its JSON members are a contract: only ever added to.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct DeletedRule<'a> {
    pub schema_version: u8,
    pub action: LifeAction,
    #[serde(flatten)]
    pub rule: Rule,
    pub region: &'a Region,
    pub steps: Vec<StepReport>,
    pub warnings: Vec<String>,
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
    fn is_new_version(&self) -> bool {
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
