//! `restore`: takes back the deletion of a secret.

use super::find::{find, read};
use super::rule::repoint;
use super::{aws_options, give, may_be_done, open_session, why_not_ask, Context};
use crate::apply::Deed;
use crate::aws::Settings;
use crate::cli::NameArgs;
use crate::failure::Failure;
use crate::listing::prefixes;
use crate::output::escaped;
use crate::report::{LifeAction, LifeReport};
use crate::rule::{referring, Reference};
use crate::status::Status;

/// Takes back the deletion, or says that none is scheduled; and tells which rules use the secret, and which
/// would, but for its ARN.
///
/// # Errors
/// The [`Failure`] to show; status 3 where there is no such secret, or it is gone for good.
pub async fn run(args: NameArgs, context: &Context<'_>) -> Result<Status, Failure> {
    let named = read(&args.name)?;
    let session = open_session(Settings::read(context.global).await?, context).await?;
    let inventory = session.inventory();
    let (secret, rules) = tokio::join!(
        Box::pin(find(&named, &session, &inventory, context)),
        session.rules_in_passing()
    );
    let secret = secret?;
    // ECR may be out of reach where Secrets Manager is not.
    let rules = rules.ok();
    let name = escaped(&secret.name);
    let (action, said) = if secret.deleted.is_none() {
        let said = format!("{name} is not scheduled for deletion; nothing was changed.");
        (LifeAction::Unchanged, said)
    } else {
        context.progress.begin(Deed::Restore, secret.arn.as_str());
        inventory.restore(&secret.arn).await.map_err(|error| {
            let options = aws_options(context.global, Some(session.region()));
            let what = format!("could not restore {name}");
            may_be_done(error, &what, &secret.name, session.place(), &options)
        })?;
        let said = format!("{name} is restored, with the ARN that it had.");
        (LifeAction::Restored, said)
    };
    let all_rules = rules.as_deref().unwrap_or_default();
    let using = prefixes(all_rules, &secret);
    let stale = referring(all_rules, &secret, Reference::Former);
    let options = aws_options(context.global, Some(session.region()));
    let warnings = stale
        .iter()
        .map(|rule| rule.repoint_warning(&secret.name, &options));
    let report = LifeReport {
        rules: rules.as_ref().map(|_| using.clone()),
        warnings: warnings.collect(),
        ..LifeReport::of(action, &secret, session.region())
    };
    for warning in &report.warnings {
        context.output.warn(warning);
    }
    give(&report, Some(secret.arn.as_str()), context.output)?;
    context.output.note(&said);
    if !using.is_empty() && action == LifeAction::Restored {
        let using = escaped(&using.join(", "));
        context
            .output
            .note(&format!("Rules that can use it again: {using}."));
    }
    if why_not_ask(context.global).is_none() {
        for rule in stale {
            repoint(rule, &secret, &session, context).await?;
        }
    }
    Ok(Status::Done)
}
