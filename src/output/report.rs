//! The results of commands: data for scripts, words for people.

use serde::Serialize;

use super::document::StepReport;
use super::hint::Hints;
use super::pull::{for_example, registry_host};
use super::{escaped, paint, Color, CHECK_MARK};
use crate::model::arn::SecretArn;
use crate::model::date::{Date, Time};
use crate::model::region::Region;
use crate::model::registries::LoginRegistry;
use crate::model::rule::{free_prefix, CredentialArn, Rule, RuleRequest};
use crate::model::secret::{registry_of, Secret};

/// What a command that writes did.
#[derive(Debug, Serialize)]
pub struct Report<D> {
    pub action: Action,
    #[serde(flatten)]
    pub details: D,
    pub steps: Vec<StepReport>,
    pub warnings: Vec<String>,
}

/// What a command did, in one word.
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
    Fixed,
}

/// The part of a report that is specific to its command.
pub trait Details: Serialize {
    /// The secret; `None` if the report is not about one.
    fn secret(&self) -> Option<&SecretArn> {
        None
    }

    /// The result on standard output in a pipe.
    fn result(&self) -> Option<&str> {
        self.secret().map(SecretArn::as_str)
    }

    /// Whether the result is code to save in a file.
    fn is_code(&self) -> bool {
        false
    }
}

/// The secret that `create` or `update` stored credentials in, or would store them in.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct StoredSecret {
    /// `None` in a dry run.
    pub arn: Option<SecretArn>,
    pub name: String,
    /// The current version; `None` in a dry run or if it is unknown.
    pub version_id: Option<String>,
    /// The version that is AWSPREVIOUS now; `None` if no version was stored.
    pub previous_version_id: Option<String>,
    /// `None` in a dry run without a Region.
    pub region: Option<Region>,
    pub registry: Option<&'static str>,
    /// `None` if no credentials were stored.
    pub username: Option<String>,
    /// ECR's `upstreamRegistryUrl`; `None` if unknown.
    pub upstream_registry_url: Option<String>,
    pub kms_key: String,
    pub replica_regions: Vec<String>,
    pub expires_on: Option<Date>,
    /// The rule from `--rule`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rule: Option<RuleResult>,
    /// The rule as code, from `--print`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rule_code: Option<String>,
    pub verification: Verification,
}

impl StoredSecret {
    /// A secret as it is now.
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

    fn is_code(&self) -> bool {
        self.rule_code.is_some()
    }
}

impl Report<StoredSecret> {
    /// What was stored, and the commands that create a rule unless one uses the secret (`is_used`).
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
        let shown = paint(Color::Bold, &escaped(name));
        let stored = match self.action {
            Action::Created => format!("{CHECK_MARK}Created {shown} in {region}"),
            Action::Updated if self.steps.iter().any(StepReport::is_new_version) => {
                new_version(name, region, hints)
            }
            Action::Updated => {
                format!("{CHECK_MARK}Updated {shown} in {region}; the credentials are unchanged")
            }
            Action::Unchanged => {
                format!(
                    "{CHECK_MARK}{shown} in {region} is already up to date; nothing was written"
                )
            }
            _ => return String::new(),
        };
        if is_used || secret.rule_code.is_some() {
            return stored;
        }
        // ECR accepts only the registry's own host, even if the credentials were tested elsewhere.
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
            "{stored}\n\nNext, create the rule once:\n  {set}\n\
             {}:\n  docker pull {registry}/{prefix}/{example_image}",
            for_example("Then pull through it", example_image)
        )
    }
}

/// Reports a new version of a secret, and the command that rolls it back.
fn new_version(name: &str, region: &Region, hints: &Hints) -> String {
    let undo = hints.update(name, " --rollback");
    let name = paint(Color::Bold, &escaped(name));
    format!("{CHECK_MARK}Stored a new version of {name} in {region}\n  to roll back: {undo}")
}

/// The result of testing the credentials at the registry.
#[derive(Clone, Debug, Serialize)]
pub struct Verification {
    pub verdict: VerdictWord,
    /// Why the verdict is not `accepted`.
    pub reason: Option<String>,
    /// What an accepted login proves and what it doesn't.
    pub proves: Option<&'static str>,
}

/// The registry's verdict on the credentials.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum VerdictWord {
    Accepted,
    Rejected,
    /// The registry could not be reached, or its answer was unclear.
    Unknown,
    /// The credentials were not tested.
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

    /// The row of the review; `title` is the name of the registry.
    pub fn in_review(&self, title: &str) -> String {
        let reason = self.reason.as_deref().unwrap_or_default();
        match self.verdict {
            VerdictWord::Accepted => format!("accepted by {title}"),
            VerdictWord::Rejected => format!("rejected by {title}: {reason}"),
            VerdictWord::Unknown => format!("NOT tested: {reason}"),
            VerdictWord::Skipped => format!("not tested: {reason}"),
        }
    }
}

/// The rule of `rule set` or `rule delete`, with its Region.
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

/// A rule printed as code.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RuleCode<'a> {
    pub rule_code: &'a str,
}

/// The rule of a secret and what was done with it.
#[derive(Debug, Serialize)]
pub struct RuleResult {
    pub action: Action,
    #[serde(flatten)]
    pub rule: RuleDetails,
}

/// A rule as it is now, or as it would be in a dry run.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RuleDetails {
    #[serde(flatten)]
    pub rule: Rule,
    /// `None` for a registry without login.
    pub secret: Option<String>,
    /// `None` in a dry run and for a registry without login.
    pub is_valid: Option<bool>,
    /// The start of every image name. `None` in a dry run, or if the account is unknown.
    pub repository_uri: Option<String>,
    pub pull: Option<String>,
}

impl RuleDetails {
    /// A requested rule, for the secret with this name and ARN.
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

/// The secret of `delete` or `restore`.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct DeletedSecret<'a> {
    pub arn: &'a SecretArn,
    pub name: &'a str,
    pub region: &'a Region,
    /// When it can no longer be restored; `None` if it is not scheduled for deletion.
    pub deletion_date: Option<Time>,
    pub removed_replica_regions: Vec<String>,
    /// The prefixes of the rules that use it; `None` if they are unknown.
    pub rules: Option<Vec<&'a str>>,
}

impl Details for DeletedSecret<'_> {
    fn secret(&self) -> Option<&SecretArn> {
        Some(self.arn)
    }
}
