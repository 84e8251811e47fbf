//! `update --rollback`: makes the previous version current again.

use std::collections::HashMap;

use super::choose::{chosen_secret, Selection};
use super::context::Context;
use super::find::refuse_read_only;
use crate::aws::Kind;
use crate::model::date::ago;
use crate::model::name::SecretId;
use crate::model::secret::{Secret, Version, EXPIRY_TAG};
use crate::output::failure::Failure;
use crate::output::hint::Hints;
use crate::output::report::{Action, Report, StoredSecret, Verification};
use crate::output::status::Status;
use crate::output::{escaped, CHECK_MARK};
use crate::plan::confirm::Question;
use crate::plan::Plan;

/// Shows both versions, asks for confirmation, and makes the previous one current.
pub async fn run(
    id: Option<SecretId>,
    yes: bool,
    context: &Context<'_>,
) -> Result<Status, Failure> {
    context.refuse_without_yes("update --rollback", yes)?;
    let session = context.session_to_review(yes).await?;
    let secret = chosen_secret(id, Selection::Active, None, &session, context).await?;
    refuse_read_only(&secret, ("update", " --rollback"), &session)?;
    let name = escaped(&secret.name);
    let hints = session.hints();
    let (current, previous) = versions(&secret, &hints)?;
    let times = match session.secrets().version_times(&secret.arn).await {
        Ok(times) => times,
        Err(error) if error.kind == Kind::Denied => HashMap::new(),
        Err(error) => {
            let what = format!("could not look up when the versions of {name} were created");
            return Err(error.into_failure(&what, session.service()));
        }
    };
    let shown = |version: &Version| escaped(&version.id);
    let made = |version: &Version| match times.get(&version.id) {
        Some(time) => format!("{}, created {}", shown(version), ago(*time)),
        None => format!("{}, creation time unknown", shown(version)),
    };
    let plan = Plan::roll_back(
        &secret,
        (current, &made(current)),
        (previous, &made(previous)),
    );
    let question = Question::TakeAway("Roll back to the previous version?");
    let consent = context.consent(question, yes);
    let outcome = context.carry_out(plan, consent, None, &session).await?;
    let mut warnings = context.output.warnings();
    if secret.expires_on().is_some() {
        let update = hints.update(&secret.name, " --expires-on DATE");
        warnings.add(&format!(
            "the tag {EXPIRY_TAG} was set for the other version; to correct the date: {update}"
        ));
    }
    let verification = Verification::skipped("a stored version was made current");
    let report = Report {
        action: Action::Updated,
        details: StoredSecret {
            version_id: Some(previous.id.clone()),
            previous_version_id: Some(current.id.clone()),
            ..StoredSecret::of(&secret, session.region(), verification)
        },
        steps: outcome.steps,
        warnings: warnings.into_texts(),
    };
    let undo = hints.update(&secret.name, " --rollback");
    let note = format!("{CHECK_MARK}Rolled back {name} to the previous version\n  to undo: {undo}");
    context.report(&report, &[&note])
}

fn versions<'s>(secret: &'s Secret, hints: &Hints) -> Result<(&'s Version, &'s Version), Failure> {
    let with = |stage: &str| {
        let mut versions = secret.versions.iter();
        versions.find(|version| version.stages.iter().any(|have| have == stage))
    };
    if let (Some(current), Some(previous)) = (with("AWSCURRENT"), with("AWSPREVIOUS")) {
        return Ok((current, previous));
    }
    let message = format!("{} has no previous version", escaped(&secret.name));
    Err(
        Failure::new(Status::SecretState, "no-version-before", message)
            .why("only a secret that was updated has a previous version")
            .fix(format!(
                "store new credentials: {}",
                hints.update(&secret.name, "")
            )),
    )
}
