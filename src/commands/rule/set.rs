//! `rule set`: makes a rule or repoints it, and asks ECR whether it works.

use super::rule_result;
use crate::commands::context::Context;
use crate::commands::find::{find_pending_rule, refuse_region_without_rules};
use crate::commands::store::{pending_deletion, UNKNOWN_KEY};
use crate::model::name::SecretName;
use crate::model::rule::RuleRequest;
use crate::output::failure::Failure;
use crate::output::report::RuleReport;
use crate::output::status::Status;
use crate::plan::apply::apply;
use crate::plan::step::Subject;
use crate::plan::{Observed, Plan};

pub async fn run(
    wanted: RuleRequest,
    name: &SecretName,
    context: &Context<'_>,
) -> Result<Status, Failure> {
    let session = context.session().await?;
    refuse_region_without_rules(session.region())?;
    let hints = session.hints();
    let upstream = wanted.upstream;
    let inventory = session.secrets();
    let (observed, rule) = tokio::join!(
        inventory.describe(name.as_str()),
        find_pending_rule(Some(wanted), &session)
    );
    let observed = observed.map_err(|error| {
        error.into_failure(
            &format!("could not see whether {name} exists"),
            session.service(),
        )
    })?;
    let existing = match Observed::from(observed) {
        Observed::Active(existing) => existing,
        Observed::PendingDeletion { due } => {
            return Err(pending_deletion(name, Some(&due), &hints)
                .or_fix("or name another secret: --secret NAME"))
        }
        Observed::Absent | Observed::NotLooked => {
            let message = format!("there is no secret {name} in {}", session.region());
            let create = hints.create(name.as_str(), Some(upstream), "");
            return Err(
                Failure::new(Status::SecretState, "secret-not-found", message)
                    .why("the secret has to be in the account and the Region of the rule")
                    .fix(format!("store the credentials first: {create}")),
            );
        }
    };
    let Some(rule) = rule? else {
        return Ok(Status::Done);
    };
    let mut warnings = context.output.warnings();
    if existing.secret.unknown_key().is_some() {
        warnings.add(UNKNOWN_KEY);
    }
    let subject = Subject::from(&existing.secret);
    let plan = Plan::set_rule(&rule, subject);
    let outcome = apply(plan, &session, context.progress, context.output).await;
    let outcome = outcome.complete(&session, &hints, None)?;
    let Some((summary, note)) = rule_result(&rule, &outcome.subject, &session, &hints) else {
        return Ok(Status::Done);
    };
    let report = RuleReport {
        schema_version: 1,
        summary,
        region: session.region(),
        steps: outcome.steps,
        warnings: warnings.into_texts(),
    };
    let uri = report.summary.repository_uri.clone();
    context.report(uri.as_deref(), &report, "the work itself is done", &[&note])
}
