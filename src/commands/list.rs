//! `list`: the secrets for pull through cache rules.

use super::context::Context;
use crate::aws::{Kind, Session};
use crate::model::date::Date;
use crate::model::name::PREFIX;
use crate::model::secret::Secret;
use crate::output::failure::Failure;
use crate::output::secret_list::SecretList;
use crate::output::status::Status;
use crate::output::Warnings;

/// Lists every secret under the prefix, including those scheduled for deletion. `with_replicas`
/// takes one call for each.
pub async fn run(with_replicas: bool, context: &Context<'_>) -> Result<Status, Failure> {
    let session = context.session().await?;
    let client = session.secrets();
    let (secrets, rules) = tokio::join!(client.all(), session.rules_in_passing());
    let mut secrets = secrets
        .map_err(|error| error.into_failure("could not list the secrets", session.service()))?;
    let mut warnings = context.output.warnings();
    let rules = rules.map_err(|error| {
        // Listing works even if ECR cannot be reached.
        let why = error.summary();
        warnings.add(&format!("the RULES column is missing ({why})"));
    });
    let rules = rules.ok();
    if with_replicas {
        look_up_replicas(&mut secrets, &session, context, &mut warnings).await?;
    }
    if secrets.is_empty() {
        let (region, hints) = (session.region(), session.hints());
        let what = format!("No secrets under {PREFIX} in {region}");
        let fill = format!("store credentials: {}", hints.command("create"));
        let note = hints.nothing_there(&what, &fill, "list");
        context.output.note(&note);
    }
    let list = SecretList::new(&secrets, rules.as_deref(), Date::today());
    let table = (!secrets.is_empty()).then(|| list.table());
    context.show_table(table, "", &list.entries(), "list", &session)
}

async fn look_up_replicas(
    secrets: &mut [Secret],
    session: &Session,
    context: &Context<'_>,
    warnings: &mut Warnings<'_>,
) -> Result<(), Failure> {
    let progress = |done| {
        context
            .output
            .progress(format!("Replicas looked up: {done}"));
    };
    match session.secrets().look_up_replicas(secrets, progress).await {
        Err(error) if error.kind == Kind::Denied => {}
        looked_up => looked_up.map_err(|error| {
            error.into_failure("could not look up the replicas", session.service())
        })?,
    }
    if secrets.iter().any(|secret| secret.replicas.is_none()) {
        warnings.add(
            "the replicas of some secrets are not shown: secretsmanager:DescribeSecret is not \
             allowed",
        );
    }
    Ok(())
}
