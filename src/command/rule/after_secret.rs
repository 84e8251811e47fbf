//! The rule after its secret is stored, or taken back: that of `create`, and those that point at another
//! secret which had the name before.

use super::stage::Stage;
use crate::arn::SecretArn;
use crate::aws::Session;
use crate::command::{aws_options, Context};
use crate::failure::{Failure, Stored};
use crate::input::draft::Draft;
use crate::input::person::Person;
use crate::name::{RepositoryPrefix, SecretName};
use crate::output::escaped;
use crate::region::has_pull_through_cache;
use crate::report::{RuleSummary, StepReport};
use crate::rule::Rule;
use crate::secret::Secret;
use crate::status::Status;

/// Asks whoever sits at the terminal whether a rule is wanted, or the one that points at a former
/// secret of this name. Where there are more of those, the others are warned of. A no leaves all as
/// it is.
///
/// # Errors
/// Status 8 where the rule that is wanted cannot be made.
pub async fn offer<'a>(
    draft: &Draft,
    session: &Session,
    context: &'a Context<'a>,
    warnings: &mut Vec<String>,
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
    // Nobody asked for it, so whatever keeps the rules from being looked at is not told.
    let rules = session.rules_in_passing().await.unwrap_or_default();
    // These credentials are no use to a rule for another registry.
    let is_stale =
        |rule: &&Rule| rule.secret() == Some(name.as_str()) && rule.upstream() == Some(upstream);
    let mut left_behind = rules.iter().filter(is_stale);
    if let Some(rule) = left_behind.next() {
        let options = aws_options(context.global, Some(session.region()));
        for other in left_behind {
            let warning = other.repoint_warning(name.as_str(), &options);
            context.output.warn(&warning);
            warnings.push(warning);
        }
        return Ok(if wants_it_repointed(rule, &person, context).await {
            staged(rule, session, context).transpose()?
        } else {
            None
        });
    }
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

/// Points a rule at the secret that was taken back, where a person wants that.
///
/// # Errors
/// Status 8 where the rule is not repointed.
pub async fn repoint(
    rule: &Rule,
    secret: &Secret,
    session: &Session,
    context: &Context<'_>,
) -> Result<(), Failure> {
    let person = Person::meet(context.global, context.output);
    if !wants_it_repointed(rule, &person, context).await {
        return Ok(());
    }
    drop(person);
    let name = SecretName::parse(&secret.name);
    let (Some(stage), Ok(name)) = (staged(rule, session, context).transpose()?, name) else {
        return Ok(());
    };
    let made = make_rule(Some(&stage), &name, &secret.arn, &mut Vec::new()).await?;
    if let Some((_, said)) = made {
        context.output.note(&said);
    }
    Ok(())
}

async fn wants_it_repointed(rule: &Rule, person: &Person, context: &Context<'_>) -> bool {
    let prefix = escaped(&rule.ecr_repository_prefix);
    context.output.say(&format!(
        "The rule {prefix} points at another secret that had this name and is gone, so its pulls of what \
         is not cached fail."
    ));
    // The secret is as it is, whatever ends the question.
    person
        .confirms("Point it at this one?")
        .await
        .unwrap_or(false)
}

fn staged<'a>(
    rule: &Rule,
    session: &Session,
    context: &'a Context<'a>,
) -> Option<Result<Stage<'a>, Failure>> {
    let wanted = rule.as_wanted()?;
    Some(Stage::of(wanted, Some(rule.clone()), session, context))
}

/// Makes the rule for a secret that is there, and gives what to tell of it. Its steps are added, also
/// where one failed.
///
/// # Errors
/// Status 8: the secret is stored.
pub async fn make_rule(
    stage: Option<&Stage<'_>>,
    name: &SecretName,
    arn: &SecretArn,
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
                    arn: arn.clone(),
                    steps: std::mem::take(steps),
                }),
                ..failure
            })
        }
    }
}
