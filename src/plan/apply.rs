//! [`apply`]: the steps of a plan, one after another. What was done is never lost sight of.

use std::cell::{Cell, RefCell};

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
    /// The steps after the one that failed.
    pub not_tried: Vec<Step>,
    /// What is so by now, in words: of the credentials also where an earlier run stored them.
    pub accomplished: Option<String>,
    /// Whether the credentials are stored, by this run or an earlier one.
    pub is_stored: bool,
    /// Whether something was changed.
    pub is_changed: bool,
    /// Whether a command issued the credentials, so that running it again issues others.
    pub is_issued: bool,
}

/// What an interruption would leave behind: kept up to date for whoever is told of one.
#[derive(Debug, Default)]
pub struct Progress {
    /// What this run has done, in words.
    done: RefCell<Vec<String>>,
    under_way: RefCell<Option<UnderWay>>,
    /// Whether a credential command has issued credentials.
    issued: Cell<Known>,
    /// Whether the credentials are stored.
    stored: Cell<Known>,
}

/// Whether something is done, as far as that is known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Known {
    #[default]
    No,
    Maybe,
    Yes,
}

/// A call that has not been answered.
#[derive(Clone, Debug)]
pub struct UnderWay {
    pub subject: Subject,
    /// Where that is.
    pub region: Region,
    /// What it changes; `None` if it only looks.
    pub effect: Option<Effect>,
}

impl Progress {
    pub fn done(&self) -> String {
        self.done.borrow().join(" and ")
    }

    pub fn under_way(&self) -> Option<UnderWay> {
        self.under_way.borrow().clone()
    }

    /// Whether a credential command has issued credentials, which are lost unless they are stored:
    /// perhaps from when it starts.
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

    /// The call is answered, and has done this.
    fn end(&self, done: Option<String>) {
        *self.under_way.borrow_mut() = None;
        self.done.borrow_mut().extend(done);
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
        not_tried: Vec::new(),
        is_stored: plan.is_stored,
        is_changed: false,
        is_issued: progress.issued() == Known::Yes,
    };
    // Refreshes credentials that expire soon. The first step reports an error.
    let _ = aws.fetch_credentials().await;
    let mut tried = 0;
    let mut steps = plan.steps.into_iter();
    while let Some(step) = steps.next() {
        progress.begin(&step, &outcome.subject, aws);
        let answer = call(&step, &mut outcome.subject, aws, output).await;
        let is_done = match &answer {
            Ok(()) => true,
            // The secret was created all the same; what failed is told as a step of its own.
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
