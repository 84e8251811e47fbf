//! [`Removal`]: what deleting a secret means, as a value that can be shown before it is done.

use std::fmt::Write as _;

use crate::date::{in_days, Time};
use crate::failure::Failure;
use crate::output::escaped;
use crate::region::RegionName;
use crate::report::LifeAction;
use crate::secret::Secret;
use crate::shell::quote;
use crate::status::Status;

/// How a secret is to be deleted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Removal {
    pub recovery: Recovery,
    pub remove_replicas: bool,
}

/// How long a deleted secret can be taken back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Recovery {
    /// 7 to 30 days.
    Days(u8),
    /// Not at all: it is gone at once.
    Never,
}

impl Removal {
    /// What the service would refuse, told before anything is sent that writes.
    pub fn fits(self, secret: &Secret, options: &str) -> Result<(), Failure> {
        let name = escaped(&secret.name);
        let quoted = quote(&secret.name);
        if let Some(primary) = secret.replica_of() {
            let here = quote(secret.arn.region());
            let message = format!("{name} is a replica of the secret in {primary}");
            return Err(Failure::new(Status::SecretState, "replica", message)
                .why("a replica is removed where it was made from")
                .fix(format!(
                    "aws secretsmanager remove-regions-from-replication --secret-id {quoted} \
                     --remove-replica-regions {here} --region {primary}"
                )));
        }
        if secret.deleted.is_some() && self.recovery != Recovery::Never {
            let message = format!("the secret {name} is scheduled for deletion already");
            return Err(
                Failure::new(Status::SecretState, "secret-pending-deletion", message)
                    .fix(format!("take it back: ecr-ptc restore {quoted}{options}")),
            );
        }
        let regions = regions(secret);
        if regions.is_empty() || self.remove_replicas {
            return Ok(());
        }
        let message = format!("{name} has replicas: {}", escaped(&regions.join(", ")));
        Err(Failure::new(Status::Usage, "has-replicas", message)
            .why("a secret can be deleted only after its replicas, which are deleted at once and cannot be taken back")
            .fix(format!("{} --remove-replicas", self.command(secret, options))))
    }

    pub fn command(self, secret: &Secret, options: &str) -> String {
        let recovery = match self.recovery {
            Recovery::Days(30) => String::new(),
            Recovery::Days(days) => format!(" --recovery-window-days {days}"),
            Recovery::Never => " --force-without-recovery".to_owned(),
        };
        format!("ecr-ptc delete {}{recovery}{options}", quote(&secret.name))
    }

    /// What a person says yes to. `using` are the prefixes of the rules that use the secret, or why
    /// they are not known.
    pub fn review(
        self,
        secret: &Secret,
        region: &RegionName,
        using: &Result<Vec<&str>, String>,
    ) -> String {
        let mut text = String::new();
        let mut row = |label: &str, value: &str| {
            let _ = writeln!(text, "  {label:<12} {}", escaped(value));
        };
        row("region", region.as_str());
        row("name", &secret.name);
        row("arn", secret.arn.as_str());
        let read = secret
            .last_accessed
            .map_or("never".to_owned(), |time| time.date().to_string());
        row("last read", &read);
        let rules = match using {
            Ok(prefixes) if prefixes.is_empty() => "none".to_owned(),
            Ok(prefixes) => format!(
                "{}: pulls of what is not cached will fail",
                prefixes.join(", ")
            ),
            Err(why) => format!("not known ({why})"),
        };
        row("used by", &rules);
        let regions = regions(secret);
        let replicas = if regions.is_empty() {
            "none".to_owned()
        } else {
            regions.join(", ") + ", deleted at once"
        };
        row("replicas", &replicas);
        row(
            "recovery",
            &match self.recovery {
                Recovery::Days(days) => {
                    format!("within {}, with ecr-ptc restore", in_days(days.into()))
                }
                Recovery::Never => "none: it is gone at once".to_owned(),
            },
        );
        let calls = if regions.is_empty() {
            "delete-secret"
        } else {
            "remove-regions-from-replication, then delete-secret"
        };
        row("AWS calls", calls);
        text.truncate(text.trim_end().len());
        text
    }

    pub fn action(self) -> LifeAction {
        match self.recovery {
            Recovery::Days(_) => LifeAction::ScheduledForDeletion,
            Recovery::Never => LifeAction::Deleted,
        }
    }

    /// What was done, and what can be done now.
    pub fn said(
        self,
        secret: &Secret,
        due: Option<Time>,
        using: &Result<Vec<&str>, String>,
        options: &str,
    ) -> String {
        let name = escaped(&secret.name);
        let mut said = match self.recovery {
            Recovery::Never => format!("{name} is deleted."),
            Recovery::Days(_) => {
                let until = due
                    .map(|due| format!(" until {}", due.date()))
                    .unwrap_or_default();
                let quoted = quote(&secret.name);
                format!("{name} is scheduled for deletion.\nTo take it back{until}:\n  ecr-ptc restore {quoted}{options}")
            }
        };
        let using = using.as_deref().unwrap_or_default();
        if !using.is_empty() {
            said.push_str("\nTo delete the rules that still point at it:");
        }
        for prefix in using {
            let _ = write!(said, "\n  ecr-ptc rule delete {}{options}", quote(prefix));
        }
        said
    }
}

/// The Regions of the secret's replicas.
pub fn regions(secret: &Secret) -> Vec<String> {
    let regions = secret.replica_regions().unwrap_or_default();
    regions.into_iter().map(str::to_owned).collect()
}
