//! What `create` looks at before it plans, and what it refuses or warns of then.

use crate::aws::{Kind, Session};
use crate::cli::IfExists;
use crate::commands::find::{find_pending_rule, refuse_region_without_rules};
use crate::commands::store::{already_exists, pending_deletion};
use crate::input::create_input::CreateInput;
use crate::input::request::Request;
use crate::model::name::SecretName;
use crate::model::region::Region;
use crate::output::failure::Failure;
use crate::output::hint::Hints;
use crate::output::Warnings;
use crate::plan::{Observed, PendingRule};

/// The rule that is asked for, looked at before anything is written.
pub async fn pending_rule(
    input: &CreateInput,
    session: &Session,
) -> Result<Option<PendingRule>, Failure> {
    match input.rule_request()? {
        Some(_) if input.print.is_some() => {
            refuse_region_without_rules(session.region()).map(|()| None)
        }
        wanted => find_pending_rule(wanted, session).await,
    }
}

/// The same for who wants to store credentials under that name.
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
    let observed = match session.secrets().describe(name.as_str()).await {
        Ok(secret) => Observed::from(secret),
        Err(error) if error.kind == Kind::Denied => return Ok(Observed::NotLooked),
        Err(error) => {
            let what = format!("could not see whether {name} exists");
            return Err(error.into_failure(&what, session.service()));
        }
    };
    match observed {
        Observed::Active(existing) if input.if_exists == IfExists::Fail => {
            Err(already_exists(&name, Some(&existing)))
        }
        Observed::PendingDeletion { due } => {
            let hints = session.hints();
            Err(name_is_taken(&name, Some(&due), &hints))
        }
        observed => Ok(observed),
    }
}

/// What is odd about the request itself.
pub fn warn(
    input: &CreateInput,
    request: &Request,
    region: Option<&Region>,
    warnings: &mut Warnings<'_>,
) {
    for warning in input.warnings.iter().chain(&request.name.warnings()) {
        warnings.add(warning);
    }
    if let Some(region) = region.filter(|region| !region.has_pull_through_cache()) {
        warnings.add(&format!(
            "ECR has no pull through cache in {region}, so no rule can use the secret there"
        ));
    }
}
