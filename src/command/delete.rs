//! `delete`: schedules the deletion of a secret, or deletes it for good.

use super::find::{find, read};
use super::{aws_options, cancelled, give, may_be_done, open_session, wants_yes, Context};
use crate::apply::Deed;
use crate::aws::{AwsError, Inventory, Kind, Place, Settings};
use crate::cli::DeleteArgs;
use crate::date::Time;
use crate::failure::Failure;
use crate::input::person::Person;
use crate::listing::prefixes;
use crate::name::Named;
use crate::output::escaped;
use crate::removal::{regions, Recovery, Removal};
use crate::report::LifeReport;
use crate::secret::Secret;
use crate::status::Status;

/// What is asked for, checked.
struct Wanted {
    named: Named,
    removal: Removal,
    yes: bool,
}

/// Looks at the secret and the rules that use it, shows what will be done, asks, removes the replicas and deletes.
///
/// # Errors
/// The [`Failure`] to show; status 2 where nobody can be asked and `--yes` is missing, 8 where the
/// replicas are removed and the secret is not.
pub async fn run(args: DeleteArgs, context: &Context<'_>) -> Result<Status, Failure> {
    let wanted = Wanted::read(args, context)?;
    let session = open_session(Settings::read(context.global).await?, context).await?;
    let inventory = session.inventory();
    let (secret, rules) = tokio::join!(
        find(&wanted.named, &session, &inventory, context),
        session.rules()
    );
    let secret = secret?;
    let options = aws_options(context.global, Some(session.region()));
    wanted.removal.fits(&secret, &options)?;
    // ECR may be out of reach where Secrets Manager is not.
    let using = match &rules {
        Ok(rules) => Ok(prefixes(rules, &secret)),
        Err(error) => Err(error.in_words()),
    };
    let review = format!(
        "This will be done:\n{}\n",
        wanted.removal.review(&secret, session.region(), &using)
    );
    if wanted.yes {
        context.output.note(&review);
    } else {
        context.output.say(&review);
        wanted.ask(&secret, context).await?;
    }
    let due = wanted
        .carry_out(&secret, &inventory, context)
        .await
        .map_err(|trouble| trouble.into_failure(&wanted, &secret, session.place(), &options))?;
    let report = LifeReport {
        deletion_date: due,
        removed_replica_regions: regions(&secret),
        rules: using.as_ref().ok().cloned(),
        ..LifeReport::of(wanted.removal.action(), &secret, session.region())
    };
    give(&report, Some(secret.arn.as_str()), context.output)?;
    context
        .output
        .note(&wanted.removal.said(&secret, due, &using, &options));
    Ok(Status::Done)
}

impl Wanted {
    fn read(args: DeleteArgs, context: &Context<'_>) -> Result<Self, Failure> {
        let named = read(&args.named.name)?;
        let recovery = match (args.recovery_window_days, args.force_without_recovery) {
            (Some(_), true) => {
                return Err(Failure::usage(
                    "--recovery-window-days and --force-without-recovery exclude each other",
                )
                .fix("leave one of them out"))
            }
            (None, true) => Recovery::Never,
            (None, false) => Recovery::Days(30),
            (Some(days), false) => match days.parse() {
                Ok(days @ 7..=30) => Recovery::Days(days),
                _ => {
                    return Err(Failure::usage(
                        "--recovery-window-days takes a number from 7 to 30",
                    ))
                }
            },
        };
        wants_yes("delete", args.yes, context)?;
        Ok(Self {
            named,
            removal: Removal {
                recovery,
                remove_replicas: args.remove_replicas,
            },
            yes: args.yes,
        })
    }

    async fn ask(&self, secret: &Secret, context: &Context<'_>) -> Result<(), Failure> {
        let person = Person::meet(context.global, context.output);
        let agreed = match self.removal.recovery {
            Recovery::Days(_) => person.confirms("Delete it?").await?,
            Recovery::Never => {
                person
                    .types("Type its name to delete it for good", &secret.name)
                    .await?
            }
        };
        if agreed {
            Ok(())
        } else {
            Err(cancelled(Status::Cancelled))
        }
    }

    async fn carry_out(
        &self,
        secret: &Secret,
        inventory: &Inventory,
        context: &Context<'_>,
    ) -> Result<Option<Time>, Trouble> {
        let regions = regions(secret);
        let deed = if regions.is_empty() {
            Deed::Delete
        } else {
            Deed::DeleteWithReplicas
        };
        context.progress.begin(deed, secret.arn.as_str());
        if !regions.is_empty() {
            let removed = inventory.remove_replicas(&secret.arn, &regions).await;
            removed.map_err(|error| Trouble {
                error,
                removed: false,
            })?;
        }
        let removed = !regions.is_empty();
        match inventory.delete(&secret.arn, self.removal.recovery).await {
            // The answer to a first attempt was lost.
            Err(error) if error.kind == Kind::PendingDeletion => {
                let now = inventory.describe(secret.arn.as_str()).await;
                let due = now.ok().flatten().and_then(|secret| secret.deleted);
                due.map(|_| None).ok_or(Trouble { error, removed })
            }
            due => due.map_err(|error| Trouble { error, removed }),
        }
    }
}

/// What failed, and whether the replicas were removed before.
struct Trouble {
    error: AwsError,
    removed: bool,
}

impl Trouble {
    fn into_failure(
        self,
        wanted: &Wanted,
        secret: &Secret,
        place: &Place,
        options: &str,
    ) -> Failure {
        let name = escaped(&secret.name);
        if !self.removed {
            return may_be_done(
                self.error,
                &format!("could not delete {name}"),
                &secret.name,
                place,
                options,
            );
        }
        let what = format!("the replicas of {name} are removed, but it could not be deleted");
        let mut failure = self.error.into_failure(&what, place);
        failure.status = Status::Partial;
        failure.code = "partial";
        let again = format!(
            "finish it with: {}",
            wanted.removal.command(secret, options)
        );
        failure.fix = Some(match failure.fix.take() {
            Some(fix) => format!("{fix}\nthen {again}"),
            None => again,
        });
        failure
    }
}
