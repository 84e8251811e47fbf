//! `update --rollback`: makes the previous version current again.

use std::collections::HashMap;

use super::choose::{chosen_secret, Selection};
use super::context::Context;
use super::find::refuse_read_only;
use crate::aws::Kind;
use crate::model::date::ago;
use crate::model::name::SecretId;
use crate::model::secret::{Secret, Version, EXPIRY_TAG};
use crate::output::escaped;
use crate::output::failure::Failure;
use crate::output::hint::Hints;
use crate::output::report::{Action, Report, StoredSecret, Verification};
use crate::output::status::Status;
use crate::plan::confirm::Question;
use crate::plan::Plan;

/// Shows when both versions were made, asks, and swaps them.
///
/// # Errors
/// The [`Failure`] to show; status 3 where there is no previous version, 2 where nobody can be
/// asked and `--yes` is missing.
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
            let what = format!("could not see when the versions of {name} were made");
            return Err(error.into_failure(&what, session.service()));
        }
    };
    let shown = |version: &Version| escaped(version.id.as_str());
    let made = |version: &Version| match times.get(&version.id) {
        Some(time) => format!("{}, made {}", shown(version), ago(*time)),
        None => format!("{}, made at an unknown time", shown(version)),
    };
    let plan = Plan::roll_back(
        &secret,
        (current, &made(current)),
        (previous, &made(previous)),
    );
    let question = Question::TakeAway("Go back to the previous version?");
    let consent = context.consent(question, yes);
    let outcome = context.carry_out(plan, consent, None, &session).await?;
    let mut warnings = context.output.warnings();
    if secret.expires_on().is_some() {
        let update = hints.update(&secret.name, " --expires-on DATE");
        warnings.add(&format!(
            "the tag {EXPIRY_TAG} was set for the other version; if the date is wrong now: \
             {update}"
        ));
    }
    let verification = Verification::skipped("a version that was stored before is current again");
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
    let note = format!("The previous version of {name} is current again\nTo undo that: {undo}");
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
            .why("a secret has a previous version only once it was updated")
            .fix(format!(
                "store other credentials: {}",
                hints.update(&secret.name, "")
            )),
    )
}
