//! `show`: everything about one secret except the token.

use super::choose::{chosen_secret, read_optional_name, Selection};
use super::context::Context;
use crate::aws::{AwsError, Kind, Session};
use crate::cli::NameArgs;
use crate::model::date::Date;
use crate::model::rule::RuleUsage;
use crate::output::document::Document;
use crate::output::failure::Failure;
use crate::output::secret_details::SecretDetails;
use crate::output::status::Status;
use crate::output::{Text, Warnings};

/// Shows the secret, its value without the token, its policy, key and rules. What the caller may
/// not read is left out with a warning.
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
        warnings.add("the value and policy are not shown: the secret is scheduled for deletion");
    } else if !secret.has_current_version() {
        warnings.add(&format!("the secret has no current value; {see}"));
    }
    let rules = match rules {
        Ok(rules) => Some(rules),
        // Showing a secret works even if ECR cannot be reached.
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
        warnings.add(&format!(
            "the value is not in the format ECR expects; {see}"
        ));
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
    let text = Text::Words(facts.to_text());
    context.show(Some(text), &Document::new(&facts))
}

/// The answer; without permission it is `None`, with a warning.
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
            error.into_failure(&format!("could not read {what}"), session.service())
        }),
    }
}
