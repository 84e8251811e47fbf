//! The steps that make a rule and have it validated.

use std::time::Duration;

use crate::arn::SecretArn;
use crate::aws::{AwsError, Ecr, Kind, Verdict};
use crate::output::Output;
use crate::report::{StepReport, StepStatus};
use crate::rule::{Change, RuleRequest, RuleStep};

/// How long to wait for ECR to see a secret that is new: 30 seconds at most.
///
/// Source: <https://github.com/entigolabs/entigo-infralib/issues/1645>
const WAITS: [u64; 7] = [250, 500, 1_000, 2_000, 4_000, 8_000, 14_000];

/// What became of a rule.
#[derive(Debug)]
pub struct RuleOutcome {
    pub steps: Vec<StepReport>,
    pub failed: Option<(RuleStep, RuleTrouble)>,
}

/// Why a step failed.
#[derive(Debug)]
pub enum RuleTrouble {
    Aws(AwsError),
    /// ECR's verdict, in its own words.
    Invalid(String),
}

/// Changes the rule as needed, to use the secret of this ARN, and has it validated.
pub async fn apply_rule(
    wanted: &RuleRequest,
    change: Change,
    arn: &SecretArn,
    ecr: &Ecr,
    output: &Output,
) -> RuleOutcome {
    let mut outcome = RuleOutcome {
        steps: change.reports(StepStatus::NotTried),
        failed: None,
    };
    for (index, step) in change.steps().iter().copied().enumerate() {
        let done = match step {
            RuleStep::Create | RuleStep::Update => put(step, wanted, arn, ecr, output)
                .await
                .map_err(RuleTrouble::Aws),
            RuleStep::Validate => match ecr.validate(wanted.prefix.as_str()).await {
                Ok(Verdict::Valid) => Ok(()),
                Ok(Verdict::Invalid(words)) => Err(RuleTrouble::Invalid(words)),
                Err(error) => Err(RuleTrouble::Aws(error)),
            },
        };
        match done {
            Ok(()) => outcome.steps[index].status = StepStatus::Done,
            Err(trouble) => {
                outcome.steps[index].status = StepStatus::Failed;
                outcome.failed = Some((step, trouble));
                break;
            }
        }
    }
    outcome
}

/// Makes or repoints the rule. For some seconds ECR may not find a secret that is new.
async fn put(
    step: RuleStep,
    wanted: &RuleRequest,
    arn: &SecretArn,
    ecr: &Ecr,
    output: &Output,
) -> Result<(), AwsError> {
    let mut waits = WAITS.into_iter().map(Duration::from_millis);
    let mut told = false;
    loop {
        let answer = match step {
            RuleStep::Update => ecr.update(wanted.prefix.as_str(), arn).await,
            _ => ecr.create(wanted, arn).await,
        };
        let error = match answer {
            Err(error) if error.kind == Kind::NotFound => error,
            answer => return answer,
        };
        let Some(wait) = waits.next() else {
            return Err(error);
        };
        if !told {
            output.note("ECR does not see the secret yet, as can be while it is new; trying again for up to 30 seconds");
            told = true;
        }
        tokio::time::sleep(wait).await;
    }
}

#[cfg(test)]
mod tests {
    use super::WAITS;

    #[test]
    fn the_waits_grow_and_end_after_thirty_seconds() {
        assert!(WAITS.is_sorted() && WAITS.iter().sum::<u64>() <= 30_000);
    }
}
