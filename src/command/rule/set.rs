//! `rule set`: makes a rule or repoints it, and asks ECR whether it works.

use super::refuse_region_without_rules;
use crate::apply::{apply_rule, RuleOutcome, RuleTrouble};
use crate::aws::{Place, Settings};
use crate::command::store::{pending_deletion, DOUBTFUL_KEY};
use crate::command::{aws_options, open_session, Context};
use crate::failure::{Failure, Stored};
use crate::name::SecretName;
use crate::plan::{Existing, Observed};
use crate::report::RuleReport;
use crate::rule::{Change, RuleRequest, RuleStep, Usage};
use crate::shell::{option, quote};
use crate::status::Status;

pub async fn run(
    wanted: &RuleRequest,
    secret: &SecretName,
    context: &Context<'_>,
) -> Result<(), Failure> {
    let session = open_session(Settings::read(context.global).await?, context).await?;
    refuse_region_without_rules(&session)?;
    let (region, place, ecr) = (session.region(), session.place_of_ecr(), session.ecr());
    let options = aws_options(context.global, Some(region));
    let secrets = session.secrets();
    let (observed, rule) = tokio::join!(
        secrets.observe(secret.as_str()),
        ecr.find(wanted.prefix.as_str())
    );
    let observed = observed.map_err(|error| {
        let what = format!("could not see whether {secret} exists");
        error.into_failure(&what, session.place())
    })?;
    let existing = there(observed, secret, wanted, region, &options)?;
    let mut warnings = Vec::new();
    if existing.has_doubtful_key() {
        context.output.warn(DOUBTFUL_KEY);
        warnings.push(DOUBTFUL_KEY.to_owned());
    }
    let rule = rule.map_err(|error| {
        let what = format!("could not see whether there is a rule {}", wanted.prefix);
        error.into_failure(&what, &place)
    })?;
    let change = wanted
        .change(rule.as_ref(), Some(&existing.arn))
        .map_err(|conflict| other_upstream(conflict, wanted, &options))?;
    context.progress.touches_rule(wanted.prefix.as_str());
    let outcome = apply_rule(wanted, change, &existing.arn, &ecr, context.output).await;
    let again = command_line(wanted, secret, &options);
    let steps = done_or_failure(outcome, wanted, &existing.arn, &place, &again)?;
    let usage = Usage::of(wanted, &existing.arn, region);
    let report = RuleReport::new(
        change,
        wanted,
        secret,
        &existing.arn,
        &usage,
        steps,
        warnings,
    );
    let given = context.output.result(Some(&usage.base()), &report);
    given.map_err(|error| {
        let message = format!("standard output cannot be written: {error}");
        Failure::new(Status::Failed, "output", message).why("the work itself is done")
    })?;
    let profile = context.global.profile.as_deref();
    let profile = profile.map(|name| format!(" {}", option("--profile", name)));
    context.output.note(&format!(
        "{} ECR says that it is valid.\n\n{}",
        said(change, wanted, secret),
        usage.commands(&profile.unwrap_or_default())
    ));
    Ok(())
}

fn said(change: Change, wanted: &RuleRequest, secret: &SecretName) -> String {
    let RuleRequest { prefix, url, .. } = wanted;
    match change {
        Change::Create => format!("The rule {prefix} is made: {url}, with {secret}."),
        Change::Update => format!("The rule {prefix} ({url}) now uses {secret}."),
        Change::Nothing => format!("The rule {prefix} ({url}) uses {secret} already."),
    }
}

/// The secret, where it can be used.
fn there(
    observed: Observed,
    secret: &SecretName,
    wanted: &RuleRequest,
    region: &str,
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

/// The failure for a prefix that belongs to another registry.
pub fn other_upstream(conflict: String, wanted: &RuleRequest, options: &str) -> Failure {
    Failure::new(Status::SecretState, "rule-exists", conflict).fix(format!(
        "choose another prefix, or delete that rule first: ecr-ptc rule delete {}{options}",
        wanted.prefix
    ))
}

/// The command that does it, or does it again.
pub fn command_line(wanted: &RuleRequest, secret: &SecretName, options: &str) -> String {
    let RuleRequest {
        prefix,
        upstream,
        url,
    } = wanted;
    let host = match upstream.url {
        Some(_) => String::new(),
        None => format!(" --upstream-registry-url {url}"),
    };
    format!(
        "ecr-ptc rule set {prefix} --secret {} --registry {}{host}{options}",
        quote(secret.as_str()),
        upstream.kind
    )
}

/// The steps that were done, or the failure: status 8 where the rule is there, and that of the
/// error where nothing was changed.
fn done_or_failure(
    outcome: RuleOutcome,
    wanted: &RuleRequest,
    arn: &str,
    place: &Place,
    again: &str,
) -> Result<Vec<crate::report::StepReport>, Failure> {
    let RuleOutcome { steps, failed } = outcome;
    let Some((step, trouble)) = failed else {
        return Ok(steps);
    };
    let is_partial =
        steps.len() > 1 && step == RuleStep::Validate || matches!(trouble, RuleTrouble::Invalid(_));
    let mut failure = failure_of(step, trouble, wanted, place, again);
    if is_partial {
        failure.status = Status::Partial;
        failure.stored = Some(Stored {
            arn: arn.to_owned(),
            steps,
        });
    }
    Err(failure)
}

/// What is said of a step that failed. `again` is the command that does it once more.
pub fn failure_of(
    step: RuleStep,
    trouble: RuleTrouble,
    wanted: &RuleRequest,
    place: &Place,
    again: &str,
) -> Failure {
    let RuleRequest {
        prefix, upstream, ..
    } = wanted;
    match trouble {
        RuleTrouble::Aws(error) => {
            let what = format!(
                "could not {} the rule {prefix} in {}",
                step.purpose(),
                place.region
            );
            let mut failure = error.into_failure(&what, place);
            let mended = failure.fix.take().map_or_else(
                || "mend that, then ".to_owned(),
                |fix| format!("{fix}\nthen "),
            );
            failure.fix = Some(format!("{mended}run: {again}"));
            failure
        }
        RuleTrouble::Invalid(words) => {
            let what = format!("the rule {prefix} is there, but ECR says that it is invalid");
            Failure::new(Status::Partial, "rule-invalid", what)
                .why(format!("ECR says: {words}"))
                .fix(format!(
                    "the likely causes: the token has expired, was revoked or may not pull; the username is not the token's;\n\
                     the value of the secret is not {{\"username\":…,\"accessToken\":…}}; its key is not aws/secretsmanager;\n\
                     its resource policy denies ECR's role. Needed are {}, and {}.\n\
                     Store new credentials (ecr-ptc create --registry {} --if-exists update), then run: {again}",
                    upstream.username, upstream.token, upstream.kind
                ))
        }
    }
}
