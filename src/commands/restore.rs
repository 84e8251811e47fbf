//! `restore`: cancels the deletion of a secret.

use super::choose::{chosen_secret, read_optional_name, Selection};
use super::context::Context;
use crate::cli::NameArgs;
use crate::model::rule::RuleUsage;
use crate::output::failure::Failure;
use crate::output::report::{Action, DeletedSecret, Report};
use crate::output::status::Status;
use crate::output::{escaped, CHECK_MARK};
use crate::plan::confirm::Consent;
use crate::plan::Plan;

/// Cancels the deletion, if one is scheduled, and reports the rules that use the secret.
pub async fn run(args: NameArgs, context: &Context<'_>) -> Result<Status, Failure> {
    let id = read_optional_name("restore", args.name.as_deref(), None, context.global)?;
    let session = context.session().await?;
    let selection = Selection::PendingDeletion;
    let (secret, rules) = tokio::join!(
        Box::pin(chosen_secret(id, selection, None, &session, context)),
        session.rules_in_passing()
    );
    let secret = secret?;
    // Restoring works even if ECR cannot be reached.
    let rules = rules.ok();
    let hints = session.hints();
    let plan = Plan::restore(&secret);
    let outcome = context.carry_out(plan, Consent::NotNeeded, None, &session);
    let outcome = outcome.await?;
    let usage = RuleUsage::new(&secret, rules.as_deref());
    let mut warnings = context.output.warnings();
    for rule in &usage.former {
        warnings.add(&hints.repoint_warning(rule, &secret.name));
    }
    let name = escaped(&secret.name);
    let (action, mut note) = if outcome.is_changed {
        let note = format!("{CHECK_MARK}Restored {name}, with the same ARN");
        (Action::Restored, note)
    } else {
        let note = format!("{name} is not scheduled for deletion; nothing was written");
        (Action::Unchanged, note)
    };
    let prefixes = usage.prefixes();
    if let (true, Some([_, ..])) = (outcome.is_changed, prefixes.as_deref()) {
        let using = escaped(
            &prefixes
                .iter()
                .flatten()
                .copied()
                .collect::<Vec<_>>()
                .join(", "),
        );
        note.push_str("\nRules that use it again: ");
        note.push_str(&using);
    }
    let report = Report {
        action,
        details: DeletedSecret {
            arn: &secret.arn,
            name: &secret.name,
            region: session.region(),
            deletion_date: None,
            removed_replica_regions: Vec::new(),
            rules: prefixes,
        },
        steps: outcome.steps,
        warnings: warnings.into_texts(),
    };
    context.report(&report, &[&note])
}
