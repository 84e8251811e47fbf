//! `rule delete`: deletes a rule.

use super::choose_rule::{choose_rule, refuse_without_prefix};
use crate::cli::RuleDeleteArgs;
use crate::commands::context::Context;
use crate::commands::find::find_rule;
use crate::output::failure::Failure;
use crate::output::report::{Action, InRegion, Report};
use crate::output::status::Status;
use crate::output::CHECK_MARK;
use crate::plan::confirm::Question;
use crate::plan::Plan;

pub async fn run(args: &RuleDeleteArgs, context: &Context<'_>) -> Result<Status, Failure> {
    if args.prefix.is_none() {
        refuse_without_prefix(args.yes, context)?;
    }
    context.refuse_without_yes("rule delete", args.yes)?;
    let session = context.session_to_review(args.yes).await?;
    let (region, hints) = (session.region(), session.hints());
    let place = session.ecr_service();
    let prefix = &match &args.prefix {
        Some(prefix) => prefix.clone(),
        None => choose_rule(&session, context).await?,
    };
    let Some(rule) = find_rule(prefix, &place, &session).await? else {
        let message = format!("no rule {prefix} in {region}");
        let list = hints.command("rule list");
        return Err(Failure::new(Status::SecretState, "rule-not-found", message)
            .fix(format!("see all rules: {list}")));
    };
    let plan = Plan::delete_rule(prefix.clone(), &rule);
    let question = Question::TakeAway("Delete it?");
    let consent = context.consent(question, args.yes);
    let outcome = context.carry_out(plan, consent, None, &session).await?;
    let report = Report {
        action: Action::Deleted,
        details: InRegion { rule, region },
        steps: outcome.steps,
        warnings: Vec::new(),
    };
    let note = format!("{CHECK_MARK}Deleted rule {prefix} in {region}. Cached images were kept");
    context.report(&report, &[&note])
}
