//! `list`: the secrets that pull through cache rules can use.

use super::{done, open_session, Context};
use crate::aws::{AwsError, Kind, Settings};
use crate::date::Date;
use crate::failure::Failure;
use crate::input::terminal_width;
use crate::listing::{table, Entry};
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
    let all = inventory.all().await;
    let mut secrets = all.map_err(|error| failed(error, "could not list the secrets"))?;
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
    let text = (!secrets.is_empty()).then(|| table(&secrets, Date::today()));
    let width = context
        .output
        .is_on_a_screen()
        .then(terminal_width)
        .flatten();
    let text = text.map(|table| table.render(width));
    let entries: Vec<Entry> = secrets.iter().map(Entry::of).collect();
    done(context.output, text.as_deref(), &entries)
}
