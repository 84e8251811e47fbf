//! What commands return: data for scripts, words for people.

use serde::Serialize;

use crate::arn::SecretArn;
use crate::credential::Username;
use crate::date::Time;
use crate::finding::Finding;
use crate::name::SecretName;
use crate::plan::{Existing, Request, Step};
use crate::region::{dns_suffix, has_pull_through_cache, RegionName};
use crate::rule::{pull_words, Change, CredentialArn, Rule, RuleRequest, Usage};
use crate::secret::Secret;
use crate::shell::{option, quote};
use crate::upstream::Upstream;

/// What became of a request to store credentials. Its JSON members are a contract: only ever added to.
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
    pub region: Option<RegionName>,
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
    /// The only key that ECR's service-linked role can use.
    pub const DEFAULT_KEY: &str = "aws/secretsmanager";

    /// What is known without an answer of AWS's.
    pub fn new(
        action: Action,
        upstream: &Upstream,
        username: Option<&Username>,
        name: &SecretName,
    ) -> Self {
        Self {
            schema_version: 1,
            action,
            arn: None,
            name: name.to_string(),
            version_id: None,
            region: None,
            registry: upstream.kind,
            username: username.map(ToString::to_string),
            upstream_registry_url: upstream.url.map(str::to_owned),
            kms_key: Self::DEFAULT_KEY.to_owned(),
            replica_regions: Vec::new(),
            rule: None,
            rule_code: None,
            steps: Vec::new(),
            warnings: Vec::new(),
            verification: Verification::skipped("nothing is stored"),
        }
    }

    /// What a request says, before anything is done.
    pub fn of(action: Action, request: &Request) -> Self {
        let Request {
            upstream,
            upstream_url,
            username,
            name,
            replicas,
            ..
        } = request;
        let replica_regions = replicas
            .iter()
            .map(|region| region.as_str().to_owned())
            .collect();
        Self {
            replica_regions,
            upstream_registry_url: upstream_url.clone(),
            ..Self::new(action, upstream, Some(username), name)
        }
    }

    /// With what an existing secret has beside: its key and its replicas.
    pub fn with(mut self, existing: &Existing) -> Self {
        for region in existing.replica_regions() {
            if !self.replica_regions.iter().any(|have| have == region) {
                self.replica_regions.push(region.to_owned());
            }
        }
        if let Some(key) = existing.secret.doubtful_key() {
            key.clone_into(&mut self.kms_key);
        }
        self
    }

    /// What to do with the ARN, for people.
    pub fn next_steps(&self, upstream: &'static Upstream, profile: Option<&str>) -> String {
        let name = &self.name;
        let (Some(arn), Some(region)) = (&self.arn, &self.region) else {
            return String::new();
        };
        let said = match self.action {
            Action::Created => format!("Stored as {name} in {region}."),
            Action::Updated => format!("Stored in {name} in {region}, which existed already."),
            Action::Unchanged => {
                format!("{name} in {region} is up to date already; nothing was written.")
            }
            Action::Skipped | Action::DryRun => return String::new(),
        };
        let is_settled = self.rule.is_some() || self.rule_code.is_some();
        if self.action != Action::Created || is_settled || !has_pull_through_cache(region) {
            return said;
        }
        let secret = quote(name);
        let profile = profile
            .map(|name| format!(" {}", option("--profile", name)))
            .unwrap_or_default();
        let Upstream {
            kind,
            url,
            rule_prefix,
            example_image,
            ..
        } = upstream;
        // ECR takes no other host than the registry's own, whichever the credentials were tried at.
        let host = match (url, self.upstream_registry_url.as_deref()) {
            (Some(_), _) => String::new(),
            (None, host) => {
                let host = host.unwrap_or("NAME.azurecr.io");
                format!(" {}", option("--upstream-registry-url", host))
            }
        };
        let suffix = dns_suffix(region);
        let account = arn.account();
        format!(
            "{said}\n\nNext, make the rule that uses it, once:\n  \
             ecr-ptc rule set {rule_prefix} --secret {secret} --registry {kind}{host} --region {region}{profile}\n\
             {}:\n  docker pull {account}.dkr.ecr.{region}.{suffix}/{rule_prefix}/{example_image}",
            pull_words(example_image)
        )
    }
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
pub struct RuleReport {
    pub schema_version: u8,
    #[serde(flatten)]
    pub summary: RuleSummary,
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
    pub secret: String,
    /// None in a dry run.
    pub is_valid: Option<bool>,
    /// ECR's words, where it is not.
    pub failure: Option<String>,
    /// What the names of the images begin with; none in a dry run.
    pub repository_uri: Option<String>,
    pub pull: Option<String>,
}

impl RuleSummary {
    /// A rule that ECR calls valid.
    pub fn done(
        change: Change,
        wanted: &RuleRequest,
        secret: &SecretName,
        arn: &SecretArn,
        usage: &Usage,
    ) -> Self {
        let mut summary = Self::planned(wanted, secret);
        summary.action = match change {
            Change::Create => Action::Created,
            Change::Update => Action::Updated,
            Change::Nothing => Action::Unchanged,
        };
        summary.rule.credential_arn = Some(CredentialArn::Secret(arn.clone()));
        summary.is_valid = Some(true);
        summary.repository_uri = Some(usage.base());
        summary.pull = Some(usage.pull());
        summary
    }

    /// In a dry run.
    pub fn planned(wanted: &RuleRequest, secret: &SecretName) -> Self {
        Self {
            action: Action::DryRun,
            rule: Rule {
                ecr_repository_prefix: wanted.prefix.to_string(),
                upstream_registry: wanted.upstream.kind.to_owned(),
                upstream_registry_url: wanted.url.clone(),
                credential_arn: None,
            },
            secret: secret.to_string(),
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
    pub region: &'a RegionName,
    /// From when on it cannot be taken back; none where it is not deleted, or no answer said so.
    pub deletion_date: Option<Time>,
    pub removed_replica_regions: Vec<String>,
    /// The prefixes of the rules that use it; none where they were not looked at, or could not be.
    pub rules: Option<Vec<&'a str>>,
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
    pub fn of(action: LifeAction, secret: &'a Secret, region: &'a RegionName) -> Self {
        Self {
            schema_version: 1,
            action,
            arn: &secret.arn,
            name: &secret.name,
            region,
            deletion_date: None,
            removed_replica_regions: Vec::new(),
            rules: None,
            warnings: Vec::new(),
        }
    }
}

/// What `check` found. Its JSON members are a contract: only ever added to.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CheckReport {
    pub schema_version: u8,
    /// How many secrets were looked at.
    pub checked: usize,
    /// How many rules were looked at; none where they could not be.
    pub checked_rules: Option<usize>,
    pub findings: Vec<Finding>,
    /// With `--fix`: what was changed, in words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mended: Option<Vec<String>>,
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
    /// A call that is still to be made, by its word for scripts.
    pub fn planned(step: &'static str) -> Self {
        let status = StepStatus::Planned;
        Self { step, status }
    }

    pub fn new(step: Step, status: StepStatus) -> Self {
        Self {
            step: step.word(),
            status,
        }
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
