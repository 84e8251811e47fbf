//! [`Step`]: one AWS call of a plan: its name, the call, and how to see whether it was done.

use std::time::Duration;

use super::Subject;
use crate::aws::{AwsError, Kind, Session, Verdict};
use crate::model::account::AccountId;
use crate::model::arn::SecretArn;
use crate::model::attributes::{Description, ResourcePolicy, Rotation, Tag};
use crate::model::credential::SecretValue;
use crate::model::name::RepositoryPrefix;
use crate::model::region::Region;
use crate::model::rule::{Rule, RuleRequest};
use crate::model::secret::{NewSecret, Recovery, Secret};

/// One AWS call, with its arguments except the ARN of the secret.
#[derive(Debug)]
pub enum Step {
    CreateSecret(Box<NewSecret>),
    PutSecretValue(SecretValue),
    UpdateDescription(Description),
    TagResource(Vec<Tag>),
    ReplicateSecret {
        regions: Vec<Region>,
        overwrite: bool,
    },
    PutResourcePolicy(ResourcePolicy),
    RotateSecret(Rotation),
    /// Makes the version `to` current instead of `from`.
    UpdateVersionStage {
        from: String,
        to: String,
    },
    RemoveReplicas(Vec<String>),
    DeleteSecret(Recovery),
    RestoreSecret,
    CreateRule(RuleRequest),
    /// Switches the rule to the secret or the role.
    UpdateRule(RuleRequest),
    /// Makes ECR read the secret and log in upstream with it. Changes nothing.
    ValidateRule(RuleRequest),
    DeleteRule(RepositoryPrefix),
}

/// Why a step failed.
#[derive(Debug)]
pub enum StepError {
    Aws(AwsError),
    /// The secret is stored, and these replicas failed at once: Region and reason.
    Replicas(Vec<String>),
    /// ECR's verdict on the rule, in its own words as they came.
    RuleInvalid(Option<String>),
    /// The secret has not been created yet. No plan has such an order of steps.
    NoSecret,
}

/// What a step changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Credentials are stored.
    Stored,
    /// The replicas are removed.
    Replicas,
    /// The secret is changed as this participle says.
    Secret(&'static str),
    /// The rule with this prefix is changed as this participle says.
    Rule(RepositoryPrefix, &'static str),
}

impl Effect {
    /// The effect as done, for the secret with this name.
    pub fn done(&self, name: &str) -> String {
        self.in_words(name, "is", "are")
    }

    /// The effect as possibly done.
    pub fn possible(&self, name: &str) -> String {
        self.in_words(name, "may have been", "may have been")
    }

    fn in_words(&self, name: &str, is: &str, are: &str) -> String {
        match self {
            Self::Stored => format!("{name} {is} stored"),
            Self::Replicas => format!("the replicas of {name} {are} removed"),
            Self::Secret(participle) => format!("{name} {is} {participle}"),
            Self::Rule(prefix, participle) => format!("rule {prefix} {is} {participle}"),
        }
    }
}

impl From<AwsError> for StepError {
    fn from(error: AwsError) -> Self {
        Self::Aws(error)
    }
}

/// How long to wait until ECR finds a new secret: 30 seconds in all.
///
/// Source: <https://github.com/entigolabs/entigo-infralib/issues/1645>
const WAITS: [Duration; 7] = [
    Duration::from_millis(250),
    Duration::from_millis(500),
    Duration::from_secs(1),
    Duration::from_secs(2),
    Duration::from_secs(4),
    Duration::from_secs(8),
    Duration::from_secs(14),
];

impl Step {
    /// The name for scripts: the AWS CLI's name of the operation.
    pub fn word(&self) -> &'static str {
        match self {
            Self::CreateSecret(_) => "create-secret",
            Self::PutSecretValue(_) => "put-secret-value",
            Self::UpdateDescription(_) => "update-secret",
            Self::TagResource(_) => "tag-resource",
            Self::ReplicateSecret { .. } => "replicate-secret-to-regions",
            Self::PutResourcePolicy(_) => "put-resource-policy",
            Self::RotateSecret(_) => "rotate-secret",
            Self::UpdateVersionStage { .. } => "update-secret-version-stage",
            Self::RemoveReplicas(_) => "remove-regions-from-replication",
            Self::DeleteSecret(_) => "delete-secret",
            Self::RestoreSecret => "restore-secret",
            Self::CreateRule(_) => "create-pull-through-cache-rule",
            Self::UpdateRule(_) => "update-pull-through-cache-rule",
            Self::ValidateRule(_) => "validate-pull-through-cache-rule",
            Self::DeleteRule(_) => "delete-pull-through-cache-rule",
        }
    }

    /// The purpose, for a sentence that begins with "could not".
    pub fn purpose(&self, name: &str, region: &Region) -> String {
        match self {
            Self::CreateSecret(_) => format!("create {name} in {region}"),
            Self::PutSecretValue(_) => format!("store a new version of {name}"),
            Self::UpdateDescription(_) => "change the description".to_owned(),
            Self::TagResource(_) => "set the tags".to_owned(),
            Self::ReplicateSecret { .. } => "replicate the secret".to_owned(),
            Self::PutResourcePolicy(_) => "set the resource policy".to_owned(),
            Self::RotateSecret(_) => "turn on rotation".to_owned(),
            Self::UpdateVersionStage { .. } => format!("roll back {name}"),
            Self::RemoveReplicas(_) => format!("remove the replicas of {name}"),
            Self::DeleteSecret(_) => format!("delete {name}"),
            Self::RestoreSecret => format!("restore {name}"),
            Self::CreateRule(rule) => format!("create rule {} in {region}", rule.prefix),
            Self::UpdateRule(rule) if rule.has_login() => {
                format!("switch rule {} in {region} to the secret", rule.prefix)
            }
            Self::UpdateRule(rule) => {
                format!("switch rule {} in {region} to the role", rule.prefix)
            }
            Self::ValidateRule(rule) => format!("validate rule {} in {region}", rule.prefix),
            Self::DeleteRule(prefix) => format!("delete rule {prefix} in {region}"),
        }
    }

    /// What it changes; `None` if it only reads.
    pub fn effect(&self) -> Option<Effect> {
        Some(match self {
            Self::CreateSecret(_) | Self::PutSecretValue(_) => Effect::Stored,
            Self::UpdateDescription(_) => Effect::Secret("given the new description"),
            Self::TagResource(_) => Effect::Secret("tagged"),
            Self::ReplicateSecret { .. } => Effect::Secret("replicated"),
            Self::PutResourcePolicy(_) => Effect::Secret("given the resource policy"),
            Self::RotateSecret(_) => Effect::Secret("set to rotate"),
            Self::UpdateVersionStage { .. } => Effect::Secret("rolled back"),
            Self::RemoveReplicas(_) => Effect::Replicas,
            Self::DeleteSecret(Recovery::Days(_)) => Effect::Secret("scheduled for deletion"),
            Self::DeleteSecret(Recovery::Never) => Effect::Secret("deleted"),
            Self::RestoreSecret => Effect::Secret("restored"),
            Self::CreateRule(rule) => Effect::Rule(rule.prefix.clone(), "created"),
            Self::UpdateRule(rule) => Effect::Rule(rule.prefix.clone(), "switched"),
            Self::ValidateRule(_) => return None,
            Self::DeleteRule(prefix) => Effect::Rule(prefix.clone(), "deleted"),
        })
    }

    /// Makes the call and records its answer in `subject`. `token` makes it idempotent and becomes
    /// the ID of a stored version.
    pub async fn call(
        &self,
        subject: &mut Subject,
        aws: &Session,
        token: &str,
    ) -> Result<(), StepError> {
        let secrets = aws.secrets();
        let arn = || subject.arn.as_ref().ok_or(StepError::NoSecret);
        match self {
            Self::CreateSecret(new) => {
                let created = secrets.create(new, token).await?;
                subject.arn = Some(created.arn);
                subject.version_id = created.version_id;
                return replicated(created.failed_replicas);
            }
            Self::PutSecretValue(value) => {
                let version = secrets.put_value(arn()?, value, token).await?;
                subject.version_id = Some(version.unwrap_or_else(|| token.to_owned()));
            }
            Self::UpdateDescription(text) => {
                secrets.update_description(arn()?, text.as_str()).await?;
            }
            Self::TagResource(tags) => secrets.tag(arn()?, tags).await?,
            Self::ReplicateSecret { regions, overwrite } => {
                return replicated(secrets.replicate(arn()?, regions, *overwrite).await?);
            }
            Self::PutResourcePolicy(policy) => secrets.put_policy(arn()?, policy).await?,
            Self::RotateSecret(rotation) => secrets.rotate(arn()?, rotation, token).await?,
            Self::UpdateVersionStage { from, to } => {
                secrets.make_current(arn()?, to, from).await?;
                subject.version_id = Some(to.clone());
            }
            Self::RemoveReplicas(regions) => secrets.remove_replicas(arn()?, regions).await?,
            Self::DeleteSecret(recovery) => {
                subject.deletion_date = secrets.delete(arn()?, *recovery).await?;
            }
            Self::RestoreSecret => secrets.restore(arn()?).await?,
            Self::CreateRule(rule) => {
                subject.rule_account = aws.ecr().create(rule, subject.arn.as_ref()).await?;
            }
            Self::UpdateRule(rule) => aws.ecr().update(rule, subject.arn.as_ref()).await?,
            Self::ValidateRule(rule) => match aws.ecr().validate(rule.prefix.as_str()).await? {
                Verdict::Valid => {}
                Verdict::Invalid(words) => return Err(StepError::RuleInvalid(words)),
            },
            Self::DeleteRule(prefix) => aws.ecr().delete(prefix.as_str()).await?,
        }
        Ok(())
    }

    /// The waits before further attempts after this error. ECR may take seconds to find a new
    /// secret.
    pub fn waits(&self, error: &AwsError) -> &'static [Duration] {
        match self {
            Self::CreateRule(_) | Self::UpdateRule(_) if error.kind == Kind::NotFound => &WAITS,
            _ => &[],
        }
    }

    /// Looks up whether it was done, for at most ten seconds.
    pub async fn look(
        &self,
        subject: &mut Subject,
        aws: &Session,
        token: &str,
    ) -> Result<bool, AwsError> {
        match self {
            Self::CreateRule(_)
            | Self::UpdateRule(_)
            | Self::ValidateRule(_)
            | Self::DeleteRule(_) => {
                let rule = self.rule_prefix().unwrap_or_default();
                let rule = aws.ecr().find(rule).await?;
                let account = rule.as_ref().and_then(|rule| rule.registry_id.as_deref());
                let account = account.and_then(|id| AccountId::parse(id).ok());
                subject.rule_account = subject.rule_account.take().or(account);
                Ok(self.is_done_for_rule(rule.as_ref(), subject.arn.as_ref()))
            }
            Self::PutResourcePolicy(policy) => {
                let Some(arn) = &subject.arn else {
                    return Ok(false);
                };
                let stored = aws.secrets().policy(arn).await?;
                Ok(stored.is_some_and(|stored| policy.is_same_as(&stored)))
            }
            _ => {
                let secret = aws.secrets().describe_patiently(subject.id()).await?;
                let is_done = self.is_done_for_secret(secret.as_ref(), token);
                if let (true, Some(secret)) = (is_done, &secret) {
                    subject.arn = Some(secret.arn.clone());
                    subject.deletion_date = secret.deleted;
                    if self.effect() == Some(Effect::Stored) {
                        subject.version_id = Some(token.to_owned());
                    }
                }
                Ok(is_done)
            }
        }
    }

    pub fn is_of_rule(&self) -> bool {
        self.rule_prefix().is_some()
    }

    /// The requested rule.
    pub fn rule(&self) -> Option<&RuleRequest> {
        match self {
            Self::CreateRule(rule) | Self::UpdateRule(rule) | Self::ValidateRule(rule) => {
                Some(rule)
            }
            _ => None,
        }
    }

    fn rule_prefix(&self) -> Option<&str> {
        match self {
            Self::CreateRule(rule) | Self::UpdateRule(rule) | Self::ValidateRule(rule) => {
                Some(rule.prefix.as_str())
            }
            Self::DeleteRule(prefix) => Some(prefix.as_str()),
            _ => None,
        }
    }

    /// Whether the rule is now as the step should leave it, for the secret with this ARN.
    fn is_done_for_rule(&self, rule: Option<&Rule>, arn: Option<&SecretArn>) -> bool {
        match (self, rule) {
            (Self::CreateRule(wanted), Some(rule)) => {
                wanted.is_for_source_of(rule) && wanted.has_login_of(rule, arn)
            }
            (Self::UpdateRule(wanted), Some(rule)) => wanted.has_login_of(rule, arn),
            (Self::DeleteRule(_), rule) => rule.is_none(),
            _ => false,
        }
    }

    /// Whether the secret is now as the step should leave it.
    fn is_done_for_secret(&self, secret: Option<&Secret>, token: &str) -> bool {
        let Some(secret) = secret else {
            return matches!(self, Self::DeleteSecret(Recovery::Never));
        };
        let has_tag = |tag: &Tag| secret.tag(tag.key()) == Some(tag.value());
        match self {
            Self::CreateSecret(_) | Self::PutSecretValue(_) => {
                secret.versions.iter().any(|version| version.id == token)
            }
            Self::UpdateDescription(text) => secret.has_description(text),
            Self::TagResource(tags) => tags.iter().all(has_tag),
            Self::ReplicateSecret { regions, .. } => secret.lacks(regions).is_empty(),
            Self::RotateSecret(rotation) => secret.rotates_as(rotation),
            Self::UpdateVersionStage { to, .. } => {
                secret.version_with("AWSCURRENT") == Some(to.as_str())
            }
            Self::RemoveReplicas(regions) => {
                let have = secret.replica_regions().unwrap_or_default();
                !regions.iter().any(|region| have.contains(&region.as_str()))
            }
            Self::DeleteSecret(_) => secret.deleted.is_some(),
            Self::RestoreSecret => secret.deleted.is_none(),
            Self::PutResourcePolicy(_)
            | Self::CreateRule(_)
            | Self::UpdateRule(_)
            | Self::ValidateRule(_)
            | Self::DeleteRule(_) => false,
        }
    }
}

/// An error if any replica failed.
fn replicated(failed: Vec<String>) -> Result<(), StepError> {
    if failed.is_empty() {
        Ok(())
    } else {
        Err(StepError::Replicas(failed))
    }
}
