//! `show`: everything about one secret except the token.

use super::find::{find, read};
use super::{done, open_session, Context};
use crate::aws::{AwsError, Kind, Settings};
use crate::cli::NameArgs;
use crate::date::Date;
use crate::failure::Failure;
use crate::output::hide_content;
use crate::portrait::Portrait;
use crate::status::Status;

/// Looks at the secret, its value, its policy and its key, and tells what may be told of them.
///
/// # Errors
/// The [`Failure`] to show; status 3 where there is no such secret. What the caller may not look at
/// is only left out.
pub async fn run(args: NameArgs, context: &Context<'_>) -> Result<Status, Failure> {
    let named = read(&args.name)?;
    let session = open_session(Settings::read(context.global).await?, context).await?;
    let inventory = session.inventory();
    let secret = find(&named, &session, &inventory, context).await?;
    let (keys, secrets) = (session.keys(), session.secrets());
    let mut warnings = Vec::new();
    let (value, policy) = if secret.deleted.is_some() {
        warnings.push(
            "the value and the policy cannot be read, since the secret is scheduled for deletion"
                .to_owned(),
        );
        (Ok(None), Ok(None))
    } else {
        tokio::join!(inventory.value(&secret.arn), secrets.policy(&secret.arn))
    };
    let mut left_out = |what: &str, error: AwsError| match error.kind {
        Kind::Denied | Kind::Refused | Kind::PendingDeletion => {
            warnings.push(format!("{what} is not shown ({})", error.in_words()));
            Ok(())
        }
        _ => Err(error.into_failure(&format!("could not look at {what}"), session.place())),
    };
    let value = match value {
        Ok(value) => value,
        Err(error) => left_out("what is in the value", error).map(|()| None)?,
    };
    let policy = match policy {
        Ok(policy) => policy,
        Err(error) => left_out("the resource policy", error).map(|()| None)?,
    };
    if secret.deleted.is_none() && !secret.has_current_version() {
        warnings.push("there is no current value; see: ecr-ptc check".to_owned());
    }
    if let Some(value) = &value {
        hide_content(value);
        if value.members().is_none() {
            warnings
                .push("the value is not the JSON that ECR reads; see: ecr-ptc check".to_owned());
        }
    }
    let key = keys.kind(&secret).await;
    for warning in &warnings {
        context.output.warn(warning);
    }
    let portrait = Portrait {
        secret,
        content: value,
        policy,
        key,
        warnings,
    };
    let text = portrait.to_text(Date::today());
    let json = portrait.to_json();
    done(context.output, Some(&text), &json)
}
