//! [`apply`]: runs the steps of a plan and keeps track of what was done.

use std::cell::{Cell, RefCell};

use super::step::{Effect, Step, StepError};
use super::Plan;
use super::Subject;
use crate::aws::Session;
use crate::model::region::Region;
use crate::output::document::{StepReport, StepStatus};
use crate::output::{escaped, Output};

/// The result of running a plan.
#[derive(Debug)]
pub struct Outcome {
    pub subject: Subject,
    pub steps: Vec<StepReport>,
    /// The step that failed, and why.
    pub failed: Option<(Step, StepError)>,
    /// The steps after the one that failed.
    pub not_tried: Vec<Step>,
    /// The state reached, for "…, but could not …".
    pub accomplished: Option<String>,
    /// Whether the credentials are stored, by this run or an earlier one.
    pub is_stored: bool,
    /// Whether something was changed.
    pub is_changed: bool,
    /// Whether a command issued the credentials, so running it again would issue others.
    pub is_issued: bool,
}

/// What was done so far, to report if the program is interrupted.
#[derive(Debug, Default)]
pub struct Progress {
    /// What this run did, in words.
    done: RefCell<Vec<String>>,
    under_way: RefCell<Option<UnderWay>>,
    /// Whether a credential command has issued credentials.
    issued: Cell<Known>,
    /// Whether the credentials are stored.
    stored: Cell<Known>,
}

/// Whether something was done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Known {
    #[default]
    No,
    Maybe,
    Yes,
}

/// A call without an answer yet.
#[derive(Clone, Debug)]
pub struct UnderWay {
    pub subject: Subject,
    /// The Region of the call.
    pub region: Region,
    /// What it changes; `None` if it only reads.
    pub effect: Option<Effect>,
}

impl Progress {
    pub fn done(&self) -> String {
        self.done.borrow().join(" and ")
    }

    /// Records what was found done, if this run had nothing to do.
    pub fn note_found(&self, state: String) {
        let mut done = self.done.borrow_mut();
        if done.is_empty() {
            done.push(state);
        }
    }

    pub fn under_way(&self) -> Option<UnderWay> {
        self.under_way.borrow().clone()
    }

    /// Records whether a credential command issued credentials, which are lost unless stored.
    pub fn note_issued(&self, issued: Known) {
        self.issued.set(issued);
    }

    pub fn issued(&self) -> Known {
        self.issued.get()
    }

    pub fn stored(&self) -> Known {
        self.stored.get()
    }

    fn begin(&self, step: &Step, subject: &Subject, aws: &Session) {
        if step.effect() == Some(Effect::Stored) {
            self.stored.set(Known::Maybe);
        }
        *self.under_way.borrow_mut() = Some(UnderWay {
            subject: subject.clone(),
            region: aws.region().clone(),
            effect: step.effect(),
        });
    }

    /// Records that the call ended with this effect.
    fn end(&self, done: Option<String>) {
        *self.under_way.borrow_mut() = None;
        self.done.borrow_mut().extend(done);
    }
}

/// Makes the calls in order until one fails. If an answer is lost, it looks up whether the call was
/// done.
pub async fn apply(plan: Plan, aws: &Session, progress: &Progress, output: &Output) -> Outcome {
    let mut outcome = Outcome {
        steps: plan.reports(StepStatus::NotTried),
        accomplished: plan
            .is_stored
            .then(|| format!("{} is stored", escaped(&plan.subject.name))),
        subject: plan.subject,
        failed: None,
        not_tried: Vec::new(),
        is_stored: plan.is_stored,
        is_changed: false,
        is_issued: progress.issued() == Known::Yes,
    };
    // Refreshes credentials that expire soon; the first step reports any error.
    let _ = aws.fetch_credentials().await;
    let mut tried = 0;
    let mut steps = plan.steps.into_iter();
    while let Some(step) = steps.next() {
        progress.begin(&step, &outcome.subject, aws);
        let answer = call(&step, &mut outcome.subject, aws, output).await;
        let is_done = match &answer {
            Ok(()) => true,
            // The secret was created; the failed replicas are reported as their own step.
            Err(StepError::Replicas(_)) => matches!(step, Step::CreateSecret(_)),
            Err(_) => false,
        };
        let effect = step.effect().filter(|_| is_done);
        let name = escaped(&outcome.subject.name);
        let done = effect.as_ref().map(|effect| effect.done(&name));
        progress.end(done.clone());
        if step.effect() == Some(Effect::Stored) {
            progress.stored.set(match &answer {
                _ if is_done => Known::Yes,
                Err(StepError::Aws(error)) if error.may_have_worked() => Known::Maybe,
                _ => Known::No,
            });
        }
        if is_done {
            outcome.steps[tried].status = StepStatus::Done;
            outcome.is_stored |= effect == Some(Effect::Stored);
            outcome.is_changed |= effect.is_some();
            if let Some(Effect::Stored | Effect::Replicas) = effect {
                outcome.accomplished = done;
            }
            tried += 1;
        }
        let Err(error) = answer else { continue };
        if is_done {
            let failed = StepReport::new("replicate-secret-to-regions", StepStatus::Failed);
            outcome.steps.insert(tried, failed);
        } else {
            outcome.steps[tried].status = StepStatus::Failed;
        }
        outcome.failed = Some((step, error));
        outcome.not_tried = steps.collect();
        return outcome;
    }
    outcome
}

/// Makes one call, with retries if they help, and a lookup if it may have been done despite an
/// error.
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
                output.note("ECR cannot find the new secret yet; retrying for up to 30 seconds");
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

/// A ClientRequestToken: the same for all attempts at one call, never reused.
fn request_token() -> String {
    uuid::Uuid::new_v4().to_string()
}
