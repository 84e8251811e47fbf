//! `list`: the secrets that pull through cache rules can use.

use super::context::Context;
use crate::aws::{AwsError, Kind};
use crate::model::date::Date;
use crate::model::name::PREFIX;
use crate::output::failure::Failure;
use crate::output::secret_list::SecretList;
use crate::output::status::Status;

/// Lists every secret under the prefix, those scheduled for deletion too.
///
/// # Errors
/// The [`Failure`] to show.
pub async fn run(context: &Context<'_>) -> Result<Status, Failure> {
    let session = context.session().await?;
    let client = session.secrets();
    let failed = |error: AwsError, what| error.into_failure(what, session.service());
    let (secrets, rules) = tokio::join!(client.all(), session.rules_in_passing());
    let mut secrets = secrets.map_err(|error| failed(error, "could not list the secrets"))?;
    let mut warnings = context.output.warnings();
    let rules = rules.map_err(|error| {
        // ECR may be out of reach where Secrets Manager is not.
        let why = error.summary();
        warnings.add(&format!(
            "the rules that use the secrets are not told ({why})"
        ));
    });
    let rules = rules.ok();
    let progress = |done| {
        context
            .output
            .progress(&format!("replicas looked up: {done}"));
    };
    match client.look_up_replicas(&mut secrets, progress).await {
        Err(error) if error.kind == Kind::Denied => {}
        looked_up => looked_up.map_err(|error| failed(error, "could not look up the replicas"))?,
    }
    if secrets.iter().any(|secret| secret.replicas.is_none()) {
        warnings.add(
            "the replicas of some secrets are not shown: secretsmanager:DescribeSecret is not \
             allowed",
        );
    }
    if secrets.is_empty() {
        let (region, hints) = (session.region(), session.hints());
        let what = format!("There are no secrets under {PREFIX} in {region}");
        let fill = format!("store credentials: {}", hints.command("create"));
        let note = hints.nothing_there(&what, &fill, "list");
        context.output.note(&note);
    }
    let list = SecretList::new(&secrets, rules.as_deref(), Date::today());
    let table = (!secrets.is_empty()).then(|| list.table());
    context.show_table(table, &list.entries(), "list", &session)
}
