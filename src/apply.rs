//! [`apply`]: a plan becomes an outcome, step by step. What was done is never lost sight of.

mod rule;

pub use rule::{apply_rule, RuleOutcome, RuleTrouble};

use std::cell::RefCell;

use crate::arn::SecretArn;
use crate::aws::{AwsError, Created, Secrets};
use crate::credential::SecretValue;
use crate::plan::{Plan, Step};
use crate::report::{StepReport, StepStatus};
use crate::secret::EXPIRY_TAG;

/// What became of a plan whose secret is stored.
#[derive(Debug)]
pub struct Outcome {
    pub arn: SecretArn,
    pub version_id: Option<String>,
    pub steps: Vec<StepReport>,
    /// The first step that failed, and why.
    pub failed: Option<(Step, Trouble)>,
}

/// Why a step failed.
#[derive(Debug)]
pub enum Trouble {
    Aws(AwsError),
    /// The service took the request and reports replicas that failed.
    Replicas(Vec<String>),
}

/// What an interruption would leave behind: kept up to date for whoever is told of one.
#[derive(Debug, Default)]
pub struct Progress(RefCell<Option<Written>>, RefCell<Option<String>>);

/// What may have been written, or was.
#[derive(Clone, Debug)]
pub struct Written {
    /// The secret's name or ARN.
    pub secret: String,
    /// Whether a call that writes has been answered.
    pub surely: bool,
    pub deed: Deed,
}

/// What is being done to the secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deed {
    Store,
    Delete,
    DeleteWithReplicas,
    Restore,
    Mend,
    RollBack,
}

impl Deed {
    /// What the secret is when it is done.
    pub fn in_words(self) -> &'static str {
        match self {
            Self::Store => "stored",
            Self::Delete => "deleted",
            Self::DeleteWithReplicas => "deleted, and so may its replicas",
            Self::Restore => "restored",
            Self::Mend => "mended",
            Self::RollBack => "rolled back",
        }
    }
}

impl Progress {
    pub fn written(&self) -> Option<Written> {
        self.0.borrow().clone()
    }

    /// The prefix of a rule that a command on rules may have changed.
    pub fn rule(&self) -> Option<String> {
        self.1.borrow().clone()
    }

    pub fn touches_rule(&self, prefix: &str) {
        *self.1.borrow_mut() = Some(prefix.to_owned());
    }

    /// Nothing was written after all.
    pub fn nothing(&self) {
        self.0.take();
    }

    /// From now on an interruption may find it done.
    pub fn begin(&self, deed: Deed, secret: &str) {
        *self.0.borrow_mut() = Some(Written {
            secret: secret.to_owned(),
            surely: false,
            deed,
        });
    }

    /// From now on an interruption may find, or finds, a value stored.
    pub fn store(&self, secret: &str, surely: bool) {
        let surely = surely
            || self
                .0
                .borrow()
                .as_ref()
                .is_some_and(|written| written.surely);
        *self.0.borrow_mut() = Some(Written {
            secret: secret.to_owned(),
            surely,
            deed: Deed::Store,
        });
    }
}

/// Carries out the steps in order; the first that fails ends it, and the rest are not tried.
///
/// # Errors
/// Where the credentials were not stored: the error of the step that stores them, the first.
pub async fn apply(
    plan: &Plan<'_>,
    secrets: &Secrets,
    progress: &Progress,
) -> Result<Outcome, AwsError> {
    let mut outcome = match &plan.existing {
        Some(existing) => Outcome {
            arn: existing.secret.arn.clone(),
            version_id: existing
                .secret
                .version_with("AWSCURRENT")
                .map(str::to_owned),
            steps: plan.reports(StepStatus::NotTried),
            failed: None,
        },
        None => create(plan, secrets, progress).await?,
    };
    if outcome.failed.is_some() {
        return Ok(outcome);
    }
    let left = plan.steps.iter().copied().enumerate();
    for (index, step) in left.filter(|(_, step)| *step != Step::CreateSecret) {
        progress.store(outcome.arn.as_str(), false);
        match carry_out(step, plan, secrets, &mut outcome).await {
            Ok(()) => {
                progress.store(outcome.arn.as_str(), true);
                outcome.steps[index].status = StepStatus::Done;
            }
            Err(Trouble::Aws(error)) if step.stores_the_value() => {
                progress.nothing();
                return Err(error);
            }
            Err(trouble) => {
                outcome.steps[index].status = StepStatus::Failed;
                outcome.failed = Some((step, trouble));
                return Ok(outcome);
            }
        }
    }
    Ok(outcome)
}

/// CreateSecret, looked after: the outcome of the first step of a plan for a secret that is new.
async fn create(
    plan: &Plan<'_>,
    secrets: &Secrets,
    progress: &Progress,
) -> Result<Outcome, AwsError> {
    let request = plan.request;
    let name = request.name.as_str();
    progress.store(name, false);
    let token = request_token();
    let answer = secrets.create(request, &token).await;
    let Created {
        arn,
        version_id,
        failed_replicas,
    } = settled(answer, secrets, name, &token)
        .await
        .inspect_err(|_| progress.nothing())?;
    progress.store(arn.as_str(), true);
    let mut steps = plan.reports(StepStatus::NotTried);
    if let Some(first) = steps.first_mut() {
        first.status = StepStatus::Done;
    }
    let mut failed = None;
    if !failed_replicas.is_empty() {
        let report = StepReport::new(Step::ReplicateSecret, StepStatus::Failed);
        steps.insert(1, report);
        failed = Some((Step::ReplicateSecret, Trouble::Replicas(failed_replicas)));
    }
    Ok(Outcome {
        arn,
        version_id,
        steps,
        failed,
    })
}

async fn carry_out(
    step: Step,
    plan: &Plan<'_>,
    secrets: &Secrets,
    outcome: &mut Outcome,
) -> Result<(), Trouble> {
    let request = plan.request;
    let arn = outcome.arn.clone();
    match step {
        // It is the first step, and done by now.
        Step::CreateSecret => {}
        Step::PutSecretValue => {
            let version = store_version(secrets, &arn, &request.value).await?;
            outcome.version_id = Some(version);
        }
        Step::UpdateDescription => {
            secrets
                .update_description(&arn, request.description.as_str())
                .await?;
        }
        Step::TagResource => secrets.tag(&arn, &request.tags).await?,
        Step::UntagExpiry => secrets.untag(&arn, EXPIRY_TAG).await?,
        Step::ReplicateSecret => {
            let missing = plan
                .existing
                .as_ref()
                .map(|existing| existing.lacks(&request.replicas))
                .unwrap_or_default();
            let failed = secrets
                .replicate(&arn, &missing, request.overwrite_replicas)
                .await?;
            if !failed.is_empty() {
                return Err(Trouble::Replicas(failed));
            }
        }
        Step::PutResourcePolicy => {
            if let Some(policy) = &request.policy {
                secrets.put_policy(&arn, policy).await?;
            }
        }
        Step::RotateSecret => {
            if let Some(rotation) = &request.rotation {
                secrets.rotate(&arn, rotation, &request_token()).await?;
            }
        }
    }
    Ok(())
}

/// PutSecretValue, looked after: gives the new version's id.
///
/// # Errors
/// What AWS says, or that it did not answer; [`AwsError::may_have_worked`] where that cannot be known.
pub async fn store_version(
    secrets: &Secrets,
    arn: &SecretArn,
    value: &SecretValue,
) -> Result<String, AwsError> {
    let token = request_token();
    let answer = secrets.put_value(arn, value, &token).await;
    let stored = settled(answer, secrets, arn.as_str(), &token).await?;
    Ok(stored.version_id.unwrap_or(token))
}

/// Looks, where a call that stores a version had no answer: nobody should hear that it failed where
/// it worked, or wonder where AWS knows. The version has the call's token as its id.
async fn settled(
    answer: Result<Created, AwsError>,
    secrets: &Secrets,
    secret: &str,
    token: &str,
) -> Result<Created, AwsError> {
    match answer {
        Err(error) if error.may_have_worked() => match secrets.look_for(secret, token).await {
            Ok(Some(created)) => Ok(created),
            Ok(None) => Err(error.having_done_nothing()),
            Err(_) => Err(error),
        },
        answer => answer,
    }
}

/// A ClientRequestToken: the same for every attempt at one call, and never used twice.
pub fn request_token() -> String {
    uuid::Uuid::new_v4().to_string()
}

impl From<AwsError> for Trouble {
    fn from(error: AwsError) -> Self {
        Self::Aws(error)
    }
}
