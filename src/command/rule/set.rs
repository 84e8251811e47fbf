//! `rule set`: makes a rule or repoints it, and asks ECR whether it works.

use super::refuse_region_without_rules;
use super::stage::{Done, Stage, Undone};
use crate::arn::SecretArn;
use crate::aws::Settings;
use crate::command::store::{pending_deletion, DOUBTFUL_KEY};
use crate::command::{aws_options, open_session, Context};
use crate::failure::{Failure, Stored};
use crate::name::SecretName;
use crate::plan::{Existing, Observed};
use crate::region::RegionName;
use crate::report::RuleReport;
use crate::rule::RuleRequest;
use crate::shell::quote;
use crate::status::Status;

pub async fn run(
    wanted: &RuleRequest,
    secret: &SecretName,
    context: &Context<'_>,
) -> Result<(), Failure> {
    let session = open_session(Settings::read(context.global).await?, context).await?;
    refuse_region_without_rules(session.region())?;
    let (region, inventory) = (session.region(), session.inventory());
    let (observed, stage) = tokio::join!(
        inventory.describe(secret.as_str()),
        Stage::prepare(wanted.clone(), &session, context)
    );
    let observed = observed.map(Observed::of).map_err(|error| {
        let what = format!("could not see whether {secret} exists");
        error.into_failure(&what, session.place())
    })?;
    let options = aws_options(context.global, Some(region));
    let existing = there(observed, secret, wanted, region, &options)?;
    let stage = stage?;
    let mut warnings = Vec::new();
    if existing.secret.doubtful_key().is_some() {
        context.output.warn(DOUBTFUL_KEY);
        warnings.push(DOUBTFUL_KEY.to_owned());
    }
    let Done {
        summary,
        steps,
        said,
    } = match stage.carry_out(secret, &existing.secret.arn).await {
        Ok(done) => done,
        Err(undone) => return Err(status_of(undone, existing.secret.arn)),
    };
    let report = RuleReport {
        schema_version: 1,
        summary,
        steps,
        warnings,
    };
    let uri = report.summary.repository_uri.as_deref();
    context.output.result(uri, &report).map_err(|error| {
        let message = format!("standard output cannot be written: {error}");
        Failure::new(Status::Failed, "output", message).why("the work itself is done")
    })?;
    context.output.note(&said);
    Ok(())
}

/// Status 8 where the rule is there, and that of the error where nothing was changed.
fn status_of(undone: Undone, arn: SecretArn) -> Failure {
    let Undone {
        mut failure,
        steps,
        is_partial,
    } = undone;
    if is_partial {
        failure.status = Status::Partial;
        failure.stored = Some(Stored { arn, steps });
    }
    failure
}

/// The secret, where it can be used.
fn there(
    observed: Observed,
    secret: &SecretName,
    wanted: &RuleRequest,
    region: &RegionName,
    options: &str,
) -> Result<Box<Existing>, Failure> {
    match observed {
        Observed::Active(existing) => Ok(existing),
        Observed::PendingDeletion { due } => Err(pending_deletion(secret, Some(&due), options)),
        Observed::Absent => {
            let message = format!("there is no secret {secret} in {region}");
            let name = quote(secret.as_str());
            let create = format!(
                "store the credentials first: ecr-ptc create --registry {} --name {name}{options}",
                wanted.upstream.kind
            );
            Err(
                Failure::new(Status::SecretState, "secret-not-found", message)
                    .why("the secret has to be in the account and the Region of the rule")
                    .fix(create),
            )
        }
    }
}
