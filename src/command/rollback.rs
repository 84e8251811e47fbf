//! `update --rollback`: makes the version before current again.

use std::fmt::Write as _;

use serde::Serialize;

use super::find::find;
use super::{
    aws_options, cancelled, may_be_done, open_session, refuse_what_cannot_be_written, wants_yes,
    Context,
};
use crate::apply::Deed;
use crate::arn::SecretArn;
use crate::aws::{Kind, Settings};
use crate::date::Time;
use crate::failure::Failure;
use crate::input::person::Person;
use crate::name::Named;
use crate::output::escaped;
use crate::region::RegionName;
use crate::report::{Action, StepReport, StepStatus};
use crate::secret::{Secret, Version, EXPIRY_TAG};
use crate::shell::quote;
use crate::status::Status;

/// What became of it. Its JSON members are a contract: only ever added to.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct RollbackReport<'a> {
    schema_version: u8,
    action: Action,
    arn: &'a SecretArn,
    name: &'a str,
    region: &'a RegionName,
    /// The version that is current now.
    version_id: &'a str,
    /// The one that was, and is AWSPREVIOUS now.
    previous_version_id: &'a str,
    steps: Vec<StepReport>,
    warnings: Vec<String>,
}

/// Shows when both versions were made, asks, and swaps them.
///
/// # Errors
/// The [`Failure`] to show; status 3 where there is no version before, 2 where nobody can be asked
/// and `--yes` is missing.
pub async fn run(named: Named, yes: bool, context: &Context<'_>) -> Result<Status, Failure> {
    wants_yes("update --rollback", yes, context)?;
    let session = open_session(Settings::read(context.global).await?, context).await?;
    let inventory = session.inventory();
    let secret = find(&named, &session, &inventory, context).await?;
    let options = aws_options(context.global, Some(session.region()));
    refuse_what_cannot_be_written(&secret, ("update", " --rollback"), &session, context)?;
    let name = escaped(&secret.name);
    let (current, before) = both(&secret)?;
    let times = match inventory.version_times(&secret.arn).await {
        Ok(times) => times,
        Err(error) if error.kind == Kind::Denied => std::collections::HashMap::new(),
        Err(error) => {
            let what = format!("could not see when the versions of {name} were made");
            return Err(error.into_failure(&what, session.place()));
        }
    };
    let made = |version: &Version| match times.get(&version.id) {
        Some(time) => format!("{}, made {}", version.id, ago(*time)),
        None => format!("{}, and when it was made may not be seen", version.id),
    };
    let mut review = String::from("This will be done:\n");
    for (label, value) in [
        ("region", session.region().to_string()),
        ("name", secret.name.clone()),
        ("now", made(current)),
        ("then", made(before)),
        ("AWS calls", "update-secret-version-stage".to_owned()),
    ] {
        let _ = writeln!(review, "  {label:<12} {}", escaped(&value));
    }
    if yes {
        context.output.note(&review);
    } else {
        context.output.say(&review);
        let person = Person::meet(context.global, context.output);
        if !person.confirms("Go back to the version before?").await? {
            return Err(cancelled(Status::Cancelled));
        }
    }
    context.progress.begin(Deed::RollBack, secret.arn.as_str());
    let done = inventory
        .make_current(&secret.arn, &before.id, &current.id)
        .await;
    done.map_err(|error| {
        let what = format!("could not roll back {name}");
        may_be_done(error, &what, &secret.name, session.place(), &options)
    })?;
    let mut warnings = Vec::new();
    if secret.expires_on().is_some() {
        warnings.push(format!(
            "the tag {EXPIRY_TAG} is of the token that was current before; where it is wrong now: \
             ecr-ptc update {} --expires-on DATE{options}",
            quote(&secret.name)
        ));
    }
    for warning in &warnings {
        context.output.warn(warning);
    }
    let report = RollbackReport {
        schema_version: 1,
        action: Action::Updated,
        arn: &secret.arn,
        name: &secret.name,
        region: session.region(),
        version_id: &before.id,
        previous_version_id: &current.id,
        steps: vec![StepReport {
            step: "update-secret-version-stage",
            status: StepStatus::Done,
        }],
        warnings,
    };
    super::give(&report, Some(secret.arn.as_str()), context.output)?;
    context.output.note(&format!(
        "{name} has the version before again. To take that back: ecr-ptc update {} --rollback{options}",
        quote(&secret.name)
    ));
    Ok(Status::Done)
}

fn both(secret: &Secret) -> Result<(&Version, &Version), Failure> {
    let with = |stage: &str| {
        let mut versions = secret.versions.iter();
        versions.find(|version| version.stages.iter().any(|have| have == stage))
    };
    if let (Some(current), Some(before)) = (with("AWSCURRENT"), with("AWSPREVIOUS")) {
        return Ok((current, before));
    }
    let message = format!("{} has no version before this one", escaped(&secret.name));
    let failure = Failure::new(Status::SecretState, "no-version-before", message)
        .why("Secrets Manager keeps one version before the current one, from the second on");
    let name = quote(&secret.name);
    Err(failure.fix(format!("store other credentials: ecr-ptc update {name}")))
}

fn ago(time: Time) -> String {
    let days = time.date().days_until(Time::now().date());
    let when = match days {
        0 => "today".to_owned(),
        ..0 => format!("in {}", crate::date::in_days(-days)),
        1.. => format!("{} ago", crate::date::in_days(days)),
    };
    format!("{time} ({when})")
}
