//! What `create` looks at before it plans, and what it refuses then.

use crate::aws::{Kind, Session};
use crate::cli::IfExists;
use crate::commands::find::refuse_managed;
use crate::commands::store::{already_exists, pending_deletion};
use crate::input::create_input::CreateInput;
use crate::model::name::SecretName;
use crate::model::region::Region;
use crate::output::failure::Failure;
use crate::output::hint::Hints;
use crate::plan::Observed;

/// [`pending_deletion`] for who wants to store credentials under that name.
pub fn name_is_taken(name: &SecretName, due: Option<&str>, hints: &Hints) -> Failure {
    pending_deletion(name, due, hints)
        .then_fix("run this again with --if-exists update; or choose another --name")
}

/// The service refuses a replica in the secret's own Region; better to say so before it is asked.
pub fn refuse_replica_at_home(input: &CreateInput, region: &Region) -> Result<(), Failure> {
    if input.replicas.contains(region) {
        let message = format!("--replica-region {region} is the Region of the secret itself");
        return Err(Failure::usage(message).fix("leave that Region out of --replica-region"));
    }
    Ok(())
}

/// Whether the secret exists, before anyone types a token for nothing. A caller who may not look is
/// not kept from trying.
pub async fn look(input: &CreateInput, session: &Session) -> Result<Observed, Failure> {
    let Some(name) = input.name_or_default() else {
        return Ok(Observed::NotLooked);
    };
    match session.secrets().describe(name.as_str()).await {
        Ok(secret) => Ok(Observed::from(secret)),
        Err(error) if error.kind == Kind::Denied => Ok(Observed::NotLooked),
        Err(error) => {
            let what = format!("could not see whether {name} exists");
            Err(error.into_failure(&what, session.service()))
        }
    }
}

/// Refuses what was not asked for: another version of a secret that exists, or a name that is free
/// only when a recovery window ends.
pub fn refuse_what_is_there(
    input: &CreateInput,
    observed: &Observed,
    session: &Session,
) -> Result<(), Failure> {
    let Some(name) = input.name_or_default() else {
        return Ok(());
    };
    match observed {
        Observed::Active(existing) if input.if_exists == IfExists::Fail => {
            Err(already_exists(&name, Some(existing)))
        }
        // No rule works with a secret that ECR cannot read; one that is left alone is only named.
        Observed::Active(existing)
            if input.if_exists == IfExists::Update || input.rule.is_some() =>
        {
            refuse_managed(&existing.secret)
        }
        Observed::PendingDeletion { due } => Err(name_is_taken(&name, Some(due), &session.hints())),
        _ => Ok(()),
    }
}
