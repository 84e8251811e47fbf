//! `restore`: takes back the deletion of a secret.

use super::find::{find, read};
use super::{aws_options, give, may_be_done, open_session, Context};
use crate::apply::Deed;
use crate::aws::Settings;
use crate::cli::NameArgs;
use crate::failure::Failure;
use crate::output::escaped;
use crate::report::{LifeAction, LifeReport};
use crate::status::Status;

/// Takes back the deletion, or says that none is scheduled.
///
/// # Errors
/// The [`Failure`] to show; status 3 where there is no such secret, or it is gone for good.
pub async fn run(args: NameArgs, context: &Context<'_>) -> Result<Status, Failure> {
    let named = read(&args.name)?;
    let session = open_session(Settings::read(context.global).await?, context).await?;
    let inventory = session.inventory();
    let secret = find(&named, &session, &inventory, context).await?;
    let name = escaped(&secret.name);
    let (action, said) = if secret.deleted.is_none() {
        let said = format!("{name} is not scheduled for deletion; nothing was changed.");
        (LifeAction::Unchanged, said)
    } else {
        context.progress.begin(Deed::Restore, &secret.arn);
        inventory.restore(&secret.arn).await.map_err(|error| {
            let options = aws_options(context.global, Some(session.region()));
            let what = format!("could not restore {name}");
            may_be_done(error, &what, &secret.name, session.place(), &options)
        })?;
        let said = format!("{name} is restored, with the ARN that it had.");
        (LifeAction::Restored, said)
    };
    let report = LifeReport::of(action, &secret, session.region());
    give(&report, Some(&secret.arn), context.output)?;
    context.output.note(&said);
    Ok(Status::Done)
}
