//! `show`: everything about one secret except the token.

use super::find::{find, read};
use super::{aws_options, done, open_session, Context};
use crate::aws::{AwsError, Kind, Settings};
use crate::cli::NameArgs;
use crate::date::Date;
use crate::failure::Failure;
use crate::output::hide_content;
use crate::portrait::Portrait;
use crate::rule::{referring, Reference};
use crate::status::Status;

/// Looks at the secret, its value, its policy, its key and the rules that use it, and tells what may
/// be told of them.
///
/// # Errors
/// The [`Failure`] to show; status 3 where there is no such secret. What the caller may not look at
/// is only left out.
pub async fn run(args: NameArgs, context: &Context<'_>) -> Result<Status, Failure> {
    let named = read(&args.name)?;
    let session = open_session(Settings::read(context.global).await?, context).await?;
    let inventory = session.inventory();
    let mut secret = find(&named, &session, &inventory, context).await?;
    let (keys, secrets) = (session.keys(), session.secrets());
    let mut warnings = Vec::new();
    let value_and_policy = async {
        if secret.deleted.is_some() {
            return (Ok(None), Ok(None));
        }
        // Boxed: calls of the SDK are large.
        tokio::join!(
            Box::pin(inventory.value(&secret.arn)),
            Box::pin(secrets.policy(&secret.arn))
        )
    };
    let ((value, policy), key, rules) = tokio::join!(
        value_and_policy,
        keys.kind(&secret),
        session.rules_in_passing()
    );
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
    if secret.deleted.is_some() {
        warnings.push(
            "the value and the policy cannot be read, since the secret is scheduled for deletion"
                .to_owned(),
        );
    } else if !secret.has_current_version() {
        warnings.push("there is no current value; see: ecr-ptc check".to_owned());
    }
    let rules = match rules {
        Ok(rules) => Some(rules),
        // ECR may be out of reach where Secrets Manager is not.
        Err(error) => {
            warnings.push(format!(
                "the rules that use it are not shown ({})",
                error.in_words()
            ));
            None
        }
    };
    let options = aws_options(context.global, Some(session.region()));
    let all_rules = rules.as_deref().unwrap_or_default();
    secret.learn_from(all_rules);
    let stale = referring(all_rules, &secret, Reference::Former).into_iter();
    warnings.extend(stale.map(|rule| rule.repoint_warning(&secret.name, &options)));
    if let Some(value) = &value {
        hide_content(value);
        if value.members().is_none() {
            warnings
                .push("the value is not the JSON that ECR reads; see: ecr-ptc check".to_owned());
        }
    }
    for warning in &warnings {
        context.output.warn(warning);
    }
    let portrait = Portrait {
        secret,
        content: value,
        policy,
        key,
        rules,
        warnings,
    };
    let text = portrait.to_text(Date::today());
    let json = portrait.to_json();
    done(context.output, Some(&text), &json)
}
