//! `update --expires-on` alone: records when the stored token expires.

use super::choose::{chosen_secret, Selection};
use super::context::Context;
use super::find::refuse_read_only;
use crate::input::options::expiry_tag;
use crate::model::date::Date;
use crate::model::name::SecretId;
use crate::output::failure::Failure;
use crate::output::report::{Action, Report, StoredSecret, Verification};
use crate::output::status::Status;
use crate::output::{escaped, CHECK_MARK};
use crate::plan::confirm::{Consent, Question};
use crate::plan::Plan;

/// Records the date as a tag, after confirmation at a terminal. The token is not changed.
pub async fn run(
    id: Option<SecretId>,
    date: Date,
    yes: bool,
    context: &Context<'_>,
) -> Result<Status, Failure> {
    let mut session = context.session().await?;
    let prompter = context.can_ask().then(|| context.prompter());
    if prompter.is_some() {
        context.identify(&mut session).await?;
    }
    let held = prompter.as_ref();
    let secret = chosen_secret(id, Selection::Active, held, &session, context).await?;
    let more = format!(" --expires-on {date}");
    refuse_read_only(&secret, ("update", &more), &session)?;
    let tag = expiry_tag(date);
    let plan = tag.map(|tag| Plan::set_expiry(&secret, tag));
    let plan = plan.ok_or_else(|| Failure::usage("the date cannot be stored as a tag"))?;
    let consent = Consent::of(prompter, Question::Write("Save this?"), yes, false);
    let outcome = context.carry_out(plan, consent, None, &session).await?;
    let is_new = outcome.is_changed;
    let verification = Verification::skipped("only the date is recorded");
    let report = Report {
        action: if is_new {
            Action::Updated
        } else {
            Action::Unchanged
        },
        details: StoredSecret {
            version_id: outcome.subject.version_id,
            expires_on: Some(date),
            ..StoredSecret::of(&secret, session.region(), verification)
        },
        steps: outcome.steps,
        warnings: Vec::new(),
    };
    let name = escaped(&secret.name);
    let note = if is_new {
        format!(
            "{CHECK_MARK}Recorded {date} as the expiry date of {name}. The token itself was not \
             changed"
        )
    } else {
        format!("{CHECK_MARK}{name} already has this date; nothing was written")
    };
    context.report(&report, &[&note])
}
