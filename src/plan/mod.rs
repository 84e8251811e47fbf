//! [`Plan`]: the AWS calls of a command that writes, built from its options and what exists in AWS.
//! A person reviews them before they run.

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
pub use subject::{Existing, Observed, Subject};

use crate::output::document::{StepReport, StepStatus};
use review::Review;
use step::Step;

/// The calls to make, in order, with their review.
#[derive(Debug)]
pub struct Plan {
    pub subject: Subject,
    pub steps: Vec<Step>,
    /// What a person is asked to confirm.
    pub review: Review,
    /// Whether the credentials are already stored, so only other steps are left.
    pub is_stored: bool,
}

impl Plan {
    /// Whether nothing would be written. A rule may still be validated.
    pub fn changes_nothing(&self) -> bool {
        self.steps.iter().all(|step| step.effect().is_none())
    }

    /// Whether the secret would be changed, not only its rule.
    pub fn changes_secret(&self) -> bool {
        let mut steps = self.steps.iter();
        steps.any(|step| !step.is_of_rule())
    }

    /// A report of all steps with this status.
    pub fn reports(&self, status: StepStatus) -> Vec<StepReport> {
        let steps = self.steps.iter();
        steps
            .map(|step| StepReport::new(step.word(), status))
            .collect()
    }
}
