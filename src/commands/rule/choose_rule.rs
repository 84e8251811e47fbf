//! Chooses the rule that a command works on, if its prefix is left out.

use crate::aws::Session;
use crate::commands::choose::YES_NEEDS_A_NAME;
use crate::commands::context::Context;
use crate::input::why_not_ask;
use crate::model::name::RepositoryPrefix;
use crate::output::escaped;
use crate::output::failure::Failure;
use crate::output::status::Status;

/// Rejects a missing prefix if the rule cannot be chosen.
pub fn refuse_without_prefix(yes: bool, context: &Context<'_>) -> Result<(), Failure> {
    let why = match why_not_ask(context.global) {
        Some(why) => format!("cannot prompt: {why}"),
        None if yes => YES_NEEDS_A_NAME.to_owned(),
        None => return Ok(()),
    };
    let hints = context.global.hints();
    let delete = hints.command("rule delete PREFIX --yes");
    let list = hints.command("rule list");
    Err(
        Failure::usage("the repository prefix of the rule is missing")
            .why(why)
            .fix(format!("see the rules: {list}\ndelete one: {delete}")),
    )
}

/// Lets the person at the terminal choose a rule.
pub async fn choose_rule(
    session: &Session,
    context: &Context<'_>,
) -> Result<RepositoryPrefix, Failure> {
    let rules = session.ecr().rules().await.map_err(|error| {
        let what = format!("could not list the rules in {}", session.region());
        let failure = error.into_failure(&what, &session.ecr_service());
        failure.or_fix("or add the PREFIX of the rule")
    })?;
    if rules.is_empty() {
        let message = format!("there are no rules in {}", session.region());
        let list = session.hints().in_region("REGION").command("rule list");
        return Err(Failure::new(Status::SecretState, "rule-not-found", message)
            .fix(format!("look in another Region: {list}")));
    }
    let choices = rules.iter().map(|rule| {
        let (prefix, source) = (&rule.ecr_repository_prefix, rule.source());
        escaped(&format!("{prefix} ({source})"))
    });
    let prompter = context.prompter();
    let chosen = prompter.choose("Rule", choices.collect(), 0).await?;
    Ok(RepositoryPrefix::parse(
        &rules[chosen].ecr_repository_prefix,
    )?)
}
