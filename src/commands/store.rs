//! What `create` and `update` share: a request, held against the secret that is there.

use super::find::refuse_managed;
use crate::aws::{Kind, Session};
use crate::input::request::Request;
use crate::model::name::SecretName;
use crate::model::region::Region;
use crate::model::secret::Secret;
use crate::model::stored_value::{showable, StoredValue};
use crate::output::escaped;
use crate::output::failure::Failure;
use crate::output::hint::Hints;
use crate::output::report::{StepReport, StoredSecret, Verification};
use crate::output::status::Status;
use crate::output::Warnings;
use crate::plan::{Existing, PendingRule, Plan};

/// That a key may be one that ECR cannot use.
pub const UNKNOWN_KEY: &str =
    "the secret names a KMS key; if it is not the default aws/secretsmanager, \
                               ECR cannot read the secret";

/// The stored value; `None` where there is none, or this caller may not read it and need not. From
/// then on it is kept out of whatever is shown.
///
/// # Errors
/// What AWS says; status 5 where the value may not be read and `is_needed` is for its username.
pub async fn read_value(
    secret: &Secret,
    is_needed: bool,
    session: &Session,
    warnings: &mut Warnings<'_>,
) -> Result<Option<StoredValue>, Failure> {
    match session.secrets().value(&secret.arn).await {
        Ok(stored) => Ok(stored),
        Err(error) if error.kind == Kind::Denied && !is_needed => {
            warnings.add(
                "this caller cannot read the stored value (secretsmanager:GetSecretValue), so a \
                 new version is stored without comparing, and other keys of the value are not \
                 kept",
            );
            Ok(None)
        }
        Err(error) => {
            let name = escaped(&secret.name);
            let what = if is_needed {
                format!("could not read the value of {name}, to keep its username")
            } else {
                format!("{name} exists, and could not be looked at")
            };
            let failure = error.into_failure(&what, &session.service().of_secret(&secret.name));
            Err(if failure.status() == Status::Denied {
                failure.or_fix("or give the username: --username NAME")
            } else {
                failure
            })
        }
    }
}

/// The plan to store credentials in a secret that exists, with warnings of what is odd about it.
///
/// # Errors
/// Status 2 where the new value is too large, 3 where others manage the secret.
pub fn plan_update(
    request: &Request,
    existing: &Existing,
    rule: Option<&PendingRule>,
    warnings: &mut Warnings<'_>,
) -> Result<Plan, Failure> {
    refuse_managed(&existing.secret)?;
    let update = Plan::update(request, existing, rule);
    let update = update.map_err(|error| Failure::usage(error.to_string()))?;
    if !update.kept_keys.is_empty() {
        let keys: Vec<&str> = update.kept_keys.iter().map(String::as_str).collect();
        warnings.add(&format!(
            "other keys of the value are kept, which ECR does not read: {}",
            showable(&keys)
        ));
    }
    let value = existing.value.as_ref();
    if value.is_some_and(|value| value.members().is_none()) {
        warnings.add(
            "the stored value is not a JSON object; it is replaced as a whole, and stays \
            as AWSPREVIOUS",
        );
    }
    if existing.secret.rotation.is_some() && request.rotation.is_none() {
        warnings.add("automatic rotation is switched on: its function may replace this token");
    }
    if existing.secret.unknown_key().is_some() {
        warnings.add(UNKNOWN_KEY);
    }
    Ok(update.plan)
}

/// What a request says of its secret; with what a secret that exists has beside.
pub fn stored_secret(
    request: &Request,
    existing: Option<&Secret>,
    steps: &[StepReport],
    verification: Verification,
) -> StoredSecret {
    let is_new_version = steps.iter().any(StepReport::is_new_version);
    let previous = existing.and_then(|secret| secret.version_with("AWSCURRENT"));
    let previous = previous.filter(|_| is_new_version);
    let asked: Vec<&str> = request.replicas.iter().map(Region::as_str).collect();
    let mut others = existing.map_or_else(Vec::new, Secret::working_replica_regions);
    others.retain(|region| !asked.contains(region));
    StoredSecret {
        arn: existing.map(|secret| secret.arn.clone()),
        name: request.name.to_string(),
        version_id: None,
        previous_version_id: previous.cloned(),
        region: None,
        registry: request.upstream.map(|upstream| upstream.kind),
        username: Some(request.credential.username.to_string()),
        upstream_registry_url: request.upstream_url.clone(),
        kms_key: existing.map_or(Secret::DEFAULT_KEY, Secret::key).to_owned(),
        replica_regions: [asked, others]
            .concat()
            .into_iter()
            .map(str::to_owned)
            .collect(),
        expires_on: request.expiry_after(existing, is_new_version),
        rule: None,
        rule_code: None,
        verification,
    }
}

/// The failure for a name that is taken.
pub fn already_exists(name: &SecretName, existing: Option<&Existing>) -> Failure {
    let message = format!("the secret {name} exists already");
    let failure = Failure::new(Status::SecretState, "secret-exists", message);
    let failure = match existing {
        Some(existing) => failure.why(format!("it is {}", existing.secret.arn)),
        None => failure,
    };
    failure.fix(
        "store the credentials as its new version: --if-exists update\nor leave it as it \
        is: --if-exists skip\nor choose another name: --name",
    )
}

/// The failure for a name that is free only when a recovery window ends.
pub fn pending_deletion(name: &SecretName, due: Option<&str>, hints: &Hints) -> Failure {
    let message = format!("the secret {name} is scheduled for deletion");
    let failure = Failure::new(Status::SecretState, "secret-pending-deletion", message);
    let failure = match due {
        Some(due) => failure.why(format!(
            "it is kept until {due}, and its name is taken as long"
        )),
        None => failure,
    };
    failure.fix(format!(
        "cancel the deletion: {}",
        hints.restore(name.as_str())
    ))
}
