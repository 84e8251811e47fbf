//! `check --fix`: mends what can be mended without guessing.

use std::fmt::Write as _;

use super::find::find;
use super::survey::Survey;
use super::uses::Uses;
use super::{aws_options, cancelled, may_be_done, refuse_what_cannot_be_written, Context};
use crate::apply::{request_token, Deed};
use crate::aws::Session;
use crate::content::Content;
use crate::date::Time;
use crate::failure::Failure;
use crate::finding::{of_key, of_secret, of_value, Measure};
use crate::input::person::Person;
use crate::mending::Mending;
use crate::name::Named;
use crate::output::{escaped, hide_content};
use crate::region::RegionName;
use crate::secret::Secret;
use crate::status::Status;

/// Shows what it will do, asks, and stores the mended value as a new version. Gives what was changed,
/// in words, and the findings that are left.
///
/// # Errors
/// The [`Failure`] to show; status 5 where the value may not be read, 130 where the answer is no.
pub async fn mend(
    named: &Named,
    yes: bool,
    session: &Session,
    measure: &Measure,
    context: &Context<'_>,
) -> Result<(Vec<String>, Survey), Failure> {
    let inventory = session.inventory();
    let mut secret = find(named, session, &inventory, context).await?;
    let options = aws_options(context.global, Some(session.region()));
    refuse_what_cannot_be_written(&secret, ("check", " --fix"), session, context)?;
    let name = escaped(&secret.name);
    let failed = |error: crate::aws::AwsError| {
        error.into_failure(
            &format!("could not read the value of {name}"),
            session.place(),
        )
    };
    let mut value = inventory.value(&secret.arn).await.map_err(failed)?;
    let mut changes = Vec::new();
    if let Some(mending) = mending_of(value.as_ref())? {
        let review = review(&secret, &mending, session.region());
        if yes {
            context.output.note(&review);
        } else {
            context.output.say(&review);
            let person = Person::meet(context.global, context.output);
            if !person.confirms("Mend it?").await? {
                return Err(cancelled(Status::Cancelled));
            }
        }
        context.progress.begin(Deed::Mend, secret.arn.as_str());
        let secrets = session.secrets();
        let stored = secrets
            .put_value(&secret.arn, &mending.value, &request_token())
            .await;
        stored.map_err(|error| {
            may_be_done(
                error,
                &format!("could not mend {name}"),
                &secret.name,
                session.place(),
                &options,
            )
        })?;
        value = Some(mending.content());
        changes = mending.changes;
        secret.last_changed = Some(Time::now());
    } else {
        context.output.note(&format!(
            "Nothing of {name} can be mended without guessing; nothing was written."
        ));
    }
    let mut uses = Uses::begin(session.rules().await, Some(&secret), session);
    let mut findings = uses.look_at(&mut secret, measure);
    findings.extend(of_secret(&secret, measure));
    findings.extend(of_key(
        &secret,
        &session.keys().kind(&secret).await,
        measure,
    ));
    findings.extend(of_value(&secret, value.as_ref(), measure));
    let survey = uses.survey_of_one(findings, session, measure).await;
    Ok((changes, survey))
}

/// From here on an error text could carry the value, so that is kept out of whatever is shown.
fn mending_of(content: Option<&Content>) -> Result<Option<Mending>, Failure> {
    let Some(content) = content else {
        return Ok(None);
    };
    hide_content(content);
    Mending::of(content)
        .map_err(|fault| Failure::new(Status::Failed, "too-large", fault.to_string()))
}

fn review(secret: &Secret, mending: &Mending, region: &RegionName) -> String {
    let mut text = String::from("This will be done:\n");
    let mut row = |label: &str, value: &str| {
        let _ = writeln!(text, "  {label:<12} {}", escaped(value));
    };
    row("region", region.as_str());
    row("name", &secret.name);
    for change in &mending.changes {
        row("change", change);
    }
    row("values", "not shown; other keys stay as they are");
    row("AWS calls", "put-secret-value");
    text
}
