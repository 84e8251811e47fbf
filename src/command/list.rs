//! `list`: the secrets that pull through cache rules can use.

use super::{done, open_session, Context};
use crate::aws::{AwsError, Kind, Settings};
use crate::date::Date;
use crate::failure::Failure;
use crate::input::terminal_width;
use crate::listing::{table, Listed};
use crate::name::PREFIX;
use crate::status::Status;

/// Lists every secret under the prefix, those scheduled for deletion too.
///
/// # Errors
/// The [`Failure`] to show.
pub async fn run(context: &Context<'_>) -> Result<Status, Failure> {
    let session = open_session(Settings::read(context.global).await?, context).await?;
    let inventory = session.inventory();
    let failed = |error: AwsError, what| error.into_failure(what, session.place());
    let (all, rules) = tokio::join!(inventory.all(), session.rules_in_passing());
    let mut secrets = all.map_err(|error| failed(error, "could not list the secrets"))?;
    let rules = rules.map_err(|error| {
        // ECR may be out of reach where Secrets Manager is not.
        let why = error.in_words();
        let warning = format!("the rules that use the secrets are not told ({why})");
        context.output.warn(&warning);
    });
    let rules = rules.ok();
    for secret in &mut secrets {
        secret.learn_from(rules.as_deref().unwrap_or_default());
    }
    let told = |done| {
        let so_far = format!("replicas looked up: {done}");
        context.output.progress(&so_far);
    };
    match inventory.look_up_replicas(&mut secrets, told).await {
        Err(error) if error.kind == Kind::Denied => {}
        looked_up => looked_up.map_err(|error| failed(error, "could not look up the replicas"))?,
    }
    if secrets.iter().any(|secret| secret.replicas.is_none()) {
        let warning =
            "replicas are not told of every secret: secretsmanager:DescribeSecret is not allowed";
        context.output.warn(warning);
    }
    if secrets.is_empty() {
        let region = session.region();
        let none = format!("there is no secret under {PREFIX} in {region}");
        context.output.note(&none);
    }
    let text = (!secrets.is_empty()).then(|| table(&secrets, rules.as_deref(), Date::today()));
    let width = context
        .output
        .is_on_a_screen()
        .then(terminal_width)
        .flatten();
    let text = text.map(|table| table.render(width));
    let entries: Vec<Listed> = secrets
        .iter()
        .map(|secret| Listed::of(secret, rules.as_deref()))
        .collect();
    done(context.output, text.as_deref(), &entries)
}
