//! [`apply`]: the steps of a plan, one after another. What was done is never lost sight of.

use std::cell::RefCell;

use super::step::{Effect, Step, StepError};
use super::Plan;
use super::Subject;
use crate::aws::Session;
use crate::model::region::Region;
use crate::output::report::{StepReport, StepStatus};
use crate::output::{escaped, Output};

/// What became of a plan.
#[derive(Debug)]
pub struct Outcome {
    pub subject: Subject,
    pub steps: Vec<StepReport>,
    /// The step that failed, and why; those after it were not tried.
    pub failed: Option<(Step, StepError)>,
    /// What is so by now, in words: of the credentials also where an earlier run stored them.
    pub accomplished: Option<String>,
    /// Whether the credentials are stored, by this run or an earlier one.
    pub is_stored: bool,
    /// Whether something was changed.
    pub is_changed: bool,
}

/// What an interruption would leave behind: kept up to date for whoever is told of one.
#[derive(Debug, Default)]
pub struct Progress(RefCell<Option<UnderWay>>);

/// What may have been done, or was.
#[derive(Clone, Debug)]
pub struct UnderWay {
    /// The secret's ARN, or its name.
    pub secret: String,
    /// Where that is, and a rule.
    pub region: Region,
    /// Whether the credentials are stored.
    pub is_stored: bool,
    /// What a call that has not been answered changes.
    pub effect: Option<Effect>,
}

impl Progress {
    pub fn get(&self) -> Option<UnderWay> {
        self.0.borrow().clone()
    }

    fn set(&self, under_way: Option<UnderWay>) {
        *self.0.borrow_mut() = under_way;
    }
}

/// Makes the calls in order; the first that fails ends it. Where an answer is lost, it looks
/// whether the call is done before it says anything.
pub async fn apply(plan: Plan, aws: &Session, progress: &Progress, output: &Output) -> Outcome {
    let mut outcome = Outcome {
        steps: plan.reports(StepStatus::NotTried),
        accomplished: plan
            .is_stored
            .then(|| format!("{} is stored", escaped(&plan.subject.name))),
        subject: plan.subject,
        failed: None,
        is_stored: plan.is_stored,
        is_changed: false,
    };
    let mut tried = 0;
    for step in plan.steps {
        let before = progress.get();
        progress.set(Some(UnderWay {
            secret: outcome.subject.id().to_owned(),
            region: aws.region().clone(),
            is_stored: outcome.is_stored,
            effect: step.effect(),
        }));
        let answer = call(&step, &mut outcome.subject, aws, output).await;
        let is_done = match &answer {
            Ok(()) => true,
            // The secret was created all the same; what failed is told as a step of its own.
            Err(StepError::Replicas(_)) => matches!(step, Step::CreateSecret(_)),
            Err(_) => false,
        };
        if is_done {
            outcome.steps[tried].status = StepStatus::Done;
            outcome.is_stored |= step.effect() == Some(Effect::Stored);
            outcome.is_changed |= step.effect().is_some();
            let words = step.accomplishment(&escaped(&outcome.subject.name));
            outcome.accomplished = words.or(outcome.accomplished);
            progress.set(Some(UnderWay {
                secret: outcome.subject.id().to_owned(),
                region: aws.region().clone(),
                is_stored: outcome.is_stored,
                effect: None,
            }));
            tried += 1;
        }
        let Err(error) = answer else { continue };
        if is_done {
            let failed = StepReport::new("replicate-secret-to-regions", StepStatus::Failed);
            outcome.steps.insert(tried, failed);
        } else {
            outcome.steps[tried].status = StepStatus::Failed;
            progress.set(before);
        }
        outcome.failed = Some((step, error));
        return outcome;
    }
    outcome
}

/// One step: the call, again where the error passes by itself, and a look where it may be done all
/// the same.
async fn call(
    step: &Step,
    subject: &mut Subject,
    aws: &Session,
    output: &Output,
) -> Result<(), StepError> {
    let token = request_token();
    let (mut attempts, mut may_be_done) = (0, false);
    loop {
        let error = match step.call(subject, aws, &token).await {
            Err(StepError::Aws(error)) => error,
            answer => return answer,
        };
        may_be_done |= error.may_have_worked();
        if let Some(wait) = step.waits(&error).get(attempts) {
            if attempts == 0 {
                output.note(
                    "ECR does not see the secret yet, as can be while it is new; \
                     trying again for up to 30 seconds",
                );
            }
            attempts += 1;
            tokio::time::sleep(*wait).await;
            continue;
        }
        if step.effect().is_none() || !may_be_done {
            return Err(error.into());
        }
        return match step.look(subject, aws, &token).await {
            Ok(true) => Ok(()),
            Ok(false) => Err(error.after_a_look().into()),
            Err(_) => Err(error.into()),
        };
    }
}

/// A ClientRequestToken: the same for every attempt at one call, and never used twice.
fn request_token() -> String {
    uuid::Uuid::new_v4().to_string()
}
