//! `delete`: schedules the deletion of a secret, or deletes it immediately.

use super::choose::{chosen_secret, read_optional_name, Selection, YES_NEEDS_A_NAME};
use super::context::Context;
use crate::cli::DeleteArgs;
use crate::model::date::Time;
use crate::model::rule::RuleUsage;
use crate::model::secret::{Recovery, Secret};
use crate::output::failure::Failure;
use crate::output::hint::Hints;
use crate::output::report::{Action, DeletedSecret, Report};
use crate::output::shell::quote;
use crate::output::status::Status;
use crate::output::{escaped, CHECK_MARK};
use crate::plan::confirm::Question;
use crate::plan::Plan;

/// Looks up the secret and its rules, asks for confirmation, removes the replicas and deletes.
pub async fn run(args: DeleteArgs, context: &Context<'_>) -> Result<Status, Failure> {
    let why_not = args.yes.then_some(YES_NEEDS_A_NAME);
    let id = read_optional_name(
        "delete",
        args.named.name.as_deref(),
        why_not,
        context.global,
    )?;
    let recovery = if args.force_without_recovery {
        Recovery::Never
    } else {
        Recovery::Days(args.recovery_window_days)
    };
    context.refuse_without_yes("delete", args.yes)?;
    let session = context.session_to_review(args.yes).await?;
    let (secret, rules) = tokio::join!(
        Box::pin(chosen_secret(
            id,
            Selection::Active,
            None,
            &session,
            context
        )),
        session.rules()
    );
    let secret = secret?;
    let hints = session.hints();
    let yes = if context.can_ask() { "" } else { " --yes" };
    let command = command(&secret, recovery, yes, &hints);
    refuse_what_cannot_be_deleted(&secret, recovery, args.remove_replicas, &command, &hints)?;
    // Deleting works even if ECR cannot be reached.
    let used_by = match &rules {
        Ok(rules) => Ok(RuleUsage::new(&secret, Some(rules))
            .prefixes()
            .unwrap_or_default()),
        Err(error) => Err(error.summary()),
    };
    let plan = Plan::delete(
        &secret,
        recovery,
        used_by.as_deref().map_err(String::as_str),
    );
    let question = match recovery {
        Recovery::Days(_) => Question::TakeAway("Delete it?"),
        Recovery::Never => Question::Typed("Type its name to delete it permanently", &secret.name),
    };
    let consent = context.consent(question, args.yes);
    let outcome = context.carry_out(plan, consent, Some(&command), &session);
    let outcome = outcome.await?;
    let due = outcome.subject.deletion_date;
    let report = Report {
        action: match recovery {
            Recovery::Days(_) => Action::ScheduledForDeletion,
            Recovery::Never => Action::Deleted,
        },
        details: DeletedSecret {
            arn: &secret.arn,
            name: &secret.name,
            region: session.region(),
            deletion_date: due,
            removed_replica_regions: secret.all_replica_regions(),
            rules: used_by.as_ref().ok().cloned(),
        },
        steps: outcome.steps,
        warnings: Vec::new(),
    };
    let note = note(
        &secret,
        recovery,
        due,
        used_by.as_deref().unwrap_or_default(),
        &hints,
    );
    context.report(&report, &[&note])
}

/// Refuses what AWS would refuse, before anything is written.
fn refuse_what_cannot_be_deleted(
    secret: &Secret,
    recovery: Recovery,
    removes_replicas: bool,
    command: &str,
    hints: &Hints,
) -> Result<(), Failure> {
    let name = escaped(&secret.name);
    let quoted = quote(&secret.name);
    if let Some(primary) = secret.replica_of() {
        let here = quote(secret.arn.region());
        let message = format!("{name} is a replica of the secret in {primary}");
        return Err(Failure::new(Status::SecretState, "replica", message)
            .why("a replica is removed in the Region of its primary secret")
            .fix(format!(
                "aws secretsmanager remove-regions-from-replication --secret-id {quoted} \
                 --remove-replica-regions {here}{}",
                hints.in_region(primary.as_str()).options()
            )));
    }
    if secret.deleted.is_some() && recovery != Recovery::Never {
        let message = format!("the secret {name} is already scheduled for deletion");
        let restore = hints.restore(&secret.name);
        return Err(
            Failure::new(Status::SecretState, "secret-pending-deletion", message)
                .fix(format!("cancel the deletion: {restore}")),
        );
    }
    let regions = secret.all_replica_regions();
    if regions.is_empty() || removes_replicas {
        return Ok(());
    }
    let message = format!("{name} has replicas: {}", escaped(&regions.join(", ")));
    Err(Failure::new(Status::Usage, "has-replicas", message)
        .why("replicas must be deleted before their secret; they are deleted immediately")
        .fix(format!("{command} --remove-replicas")))
}

/// The command to copy; `yes` is " --yes" if there is no terminal.
fn command(secret: &Secret, recovery: Recovery, yes: &str, hints: &Hints) -> String {
    let recovery = match recovery {
        Recovery::Days(30) => String::new(),
        Recovery::Days(days) => format!(" --recovery-window-days {days}"),
        Recovery::Never => " --force-without-recovery".to_owned(),
    };
    hints.delete(&secret.name, &format!("{recovery}{yes}"))
}

/// What was done, and the commands that follow.
fn note(
    secret: &Secret,
    recovery: Recovery,
    due: Option<Time>,
    used_by: &[&str],
    hints: &Hints,
) -> String {
    let name = escaped(&secret.name);
    let mut lines = match recovery {
        Recovery::Never => vec![format!("{CHECK_MARK}Deleted {name}")],
        Recovery::Days(_) => {
            let due = due.map(|due| format!(" on {}", due.date()));
            let due = due.unwrap_or_default();
            vec![
                format!("{CHECK_MARK}Scheduled {name} for deletion{due}"),
                "To cancel the deletion:".to_owned(),
                format!("  {}", hints.restore(&secret.name)),
            ]
        }
    };
    if !used_by.is_empty() {
        lines.push("To delete the rules that use it:".to_owned());
    }
    let deletions = used_by.iter().map(|prefix| hints.rule_delete(prefix));
    lines.extend(deletions.map(|command| format!("  {command}")));
    lines.join("\n")
}
