//! [`Plan`]: what will be done, as a value that can be shown before it is done. Every command that
//! writes makes one, from what was asked for and what was observed; nothing here asks AWS.

pub mod apply;
pub mod confirm;
mod outcome;
mod pending_rule;
#[cfg(test)]
mod plan_tests;
pub mod review;
mod secret_plans;
pub mod step;
mod subject;

pub use pending_rule::PendingRule;
pub use secret_plans::{Existing, Observed};
pub use subject::Subject;

use crate::output::report::{StepReport, StepStatus};
use review::Review;
use step::Step;

/// The calls that bring what was observed to what was asked for, in order.
#[derive(Debug)]
pub struct Plan {
    pub subject: Subject,
    pub steps: Vec<Step>,
    /// What a person says yes to.
    pub review: Review,
    /// Whether the credentials are stored before the first step, so that only the rest is left.
    pub is_stored: bool,
}

impl Plan {
    /// Whether nothing would be changed: a rule is validated all the same.
    pub fn changes_nothing(&self) -> bool {
        self.steps.iter().all(|step| step.effect().is_none())
    }

    /// Whether the secret would be changed, and not only its rule.
    pub fn changes_secret(&self) -> bool {
        let mut steps = self.steps.iter();
        steps.any(|step| !step.is_of_rule())
    }

    /// Each step with this status.
    pub fn reports(&self, status: StepStatus) -> Vec<StepReport> {
        let steps = self.steps.iter();
        steps
            .map(|step| StepReport::new(step.word(), status))
            .collect()
    }
}
