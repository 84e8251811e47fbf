//! `show`: everything about one secret except the token.

use super::choose::{chosen_secret, read_optional_name, Selection};
use super::context::Context;
use crate::aws::{AwsError, Kind, Session};
use crate::cli::NameArgs;
use crate::model::date::Date;
use crate::model::rule::RuleUsage;
use crate::output::failure::Failure;
use crate::output::report::Document;
use crate::output::secret_details::SecretDetails;
use crate::output::status::Status;
use crate::output::Warnings;

/// Looks at the secret, its value, its policy, its key and the rules that use it, and tells what
/// may be told of them.
///
/// # Errors
/// The [`Failure`] to show; status 3 where there is no such secret. What the caller may not look at
/// is only left out.
pub async fn run(args: NameArgs, context: &Context<'_>) -> Result<Status, Failure> {
    let id = read_optional_name("show", args.name.as_deref(), None, context.global)?;
    let session = context.session().await?;
    let secret = chosen_secret(id, Selection::Any, None, &session, context).await?;
    let hints = session.hints();
    let see = format!("see: {}", hints.check(&secret.name, ""));
    let (keys, client) = (session.keys(), session.secrets());
    let mut warnings = context.output.warnings();
    let value_and_policy = async {
        if secret.deleted.is_some() {
            return (Ok(None), Ok(None));
        }
        // Boxed: calls of the SDK are large.
        tokio::join!(
            Box::pin(client.value(&secret.arn)),
            Box::pin(client.policy(&secret.arn))
        )
    };
    let ((value, policy), key, rules) = tokio::join!(
        value_and_policy,
        keys.kind(&secret),
        session.rules_in_passing()
    );
    let value = seen(value, "the value", &session, &mut warnings)?;
    let policy = seen(policy, "the resource policy", &session, &mut warnings)?;
    if secret.deleted.is_some() {
        warnings.add(
            "the value and the policy cannot be read, since the secret is scheduled for deletion",
        );
    } else if !secret.has_current_version() {
        warnings.add(&format!("there is no current value; {see}"));
    }
    let rules = match rules {
        Ok(rules) => Some(rules),
        // ECR may be out of reach where Secrets Manager is not.
        Err(error) => {
            let why = error.summary();
            warnings.add(&format!("the rules that use it are not shown ({why})"));
            None
        }
    };
    let usage = RuleUsage::new(&secret, rules.as_deref());
    for rule in &usage.former {
        warnings.add(&hints.repoint_warning(rule, &secret.name));
    }
    if value
        .as_ref()
        .is_some_and(|value| value.members().is_none())
    {
        warnings.add(&format!("the value is not the JSON that ECR reads; {see}"));
    }
    let details = SecretDetails {
        secret: &secret,
        value: value.as_ref(),
        policy: policy.as_deref(),
        key: &key,
        usage,
        warnings: warnings.into_texts(),
    };
    let facts = details.facts(Date::today());
    context.show(Some(facts.to_text()), &Document::new(&facts))
}

/// What could be looked at; what may not be is only warned of.
fn seen<T>(
    answer: Result<Option<T>, AwsError>,
    what: &str,
    session: &Session,
    warnings: &mut Warnings<'_>,
) -> Result<Option<T>, Failure> {
    match answer {
        Err(error)
            if matches!(
                error.kind,
                Kind::Denied | Kind::Refused | Kind::PendingDeletion
            ) =>
        {
            warnings.add(&format!("{what} is not shown ({})", error.summary()));
            Ok(None)
        }
        answer => answer.map_err(|error| {
            error.into_failure(&format!("could not look at {what}"), session.service())
        }),
    }
}
