//! The rule of `create`, after the secret is stored.

use super::stage::Stage;
use crate::aws::Session;
use crate::command::Context;
use crate::failure::{Failure, Stored};
use crate::input::draft::Draft;
use crate::input::person::Person;
use crate::name::{RepositoryPrefix, SecretName};
use crate::region::has_pull_through_cache;
use crate::report::{RuleSummary, StepReport};
use crate::status::Status;

/// Asks whoever sits at the terminal whether a rule is wanted. A no leaves all as it is.
///
/// # Errors
/// Status 8 where the rule that is wanted cannot be made.
pub async fn offer<'a>(
    draft: &Draft,
    session: &Session,
    context: &'a Context<'a>,
) -> Result<Option<Stage<'a>>, Failure> {
    let (Some(upstream), Some(name)) = (draft.upstream, draft.name_or_default()) else {
        return Ok(None);
    };
    let proposed = upstream.rule_prefix;
    let fits =
        RepositoryPrefix::parse(proposed).is_ok_and(|prefix| draft.rule_with(prefix).is_ok());
    if !fits || !has_pull_through_cache(session.region()) {
        return Ok(None);
    }
    context.output.say("\nThe secret is stored.");
    let person = Person::meet(context.global, context.output);
    let Some(prefix) = person.ask_rule(proposed).await else {
        return Ok(None);
    };
    drop(person);
    let wanted = draft.rule_with(prefix)?;
    let stage = Stage::prepare(wanted, session, context).await;
    stage.map(Some).map_err(|failure| Failure {
        status: Status::Partial,
        message: format!("{name} is stored, but {}", failure.message),
        ..failure
    })
}

/// Makes the rule for a secret that is there, and gives what to tell of it. Its steps are added, also
/// where one failed.
///
/// # Errors
/// Status 8: the secret is stored.
pub async fn make_rule(
    stage: Option<&Stage<'_>>,
    name: &SecretName,
    arn: &str,
    steps: &mut Vec<StepReport>,
) -> Result<Option<(RuleSummary, String)>, Failure> {
    let Some(stage) = stage else {
        return Ok(None);
    };
    match stage.carry_out(name, arn).await {
        Ok(done) => {
            steps.extend(done.steps);
            Ok(Some((done.summary, done.said)))
        }
        Err(undone) => {
            steps.extend(undone.steps);
            let failure = undone.failure;
            let why = failure.why.unwrap_or_default();
            Err(Failure {
                status: Status::Partial,
                message: format!("{name} is stored, but {}", failure.message),
                why: Some(format!("the secret is {arn}\n{why}").trim_end().to_owned()),
                stored: Some(Stored {
                    arn: arn.to_owned(),
                    steps: std::mem::take(steps),
                }),
                ..failure
            })
        }
    }
}
