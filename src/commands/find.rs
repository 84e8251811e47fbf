//! Looks up the secret and the rule that a command names.

use crate::aws::{Service, Session};
use crate::model::name::{RepositoryPrefix, SecretId, SecretName, PREFIX};
use crate::model::region::Region;
use crate::model::rule::{Rule, RuleRequest};
use crate::model::secret::{registry_of, ManagedBy, Secret};
use crate::model::token_kind::TokenKind;
use crate::output::escaped;
use crate::output::failure::Failure;
use crate::output::hint::Hints;
use crate::output::shell::{option, quote};
use crate::output::status::Status;
use crate::output::Warnings;
use crate::plan::PendingRule;

/// Reads the name of a secret from the command line. `place` is NAME or an option.
pub fn read_name(place: &str, name: &str, hints: &Hints) -> Result<SecretId, Failure> {
    if TokenKind::is_in_the_wrong_place(name) {
        return Err(Failure::usage(format!(
            "{place} looks like an access token, so it is not repeated here"
        ))
        .why("other users can see it in the process list, and the shell keeps it in its history")
        .fix("give the name of the secret; if it was a real token, revoke it at the registry"));
    }
    SecretId::parse(name).map_err(|fault| {
        Failure::usage(format!("{place}: {fault}")).fix(format!("see: {}", hints.command("list")))
    })
}

/// Like [`look_for`], but a missing secret is a failure.
pub async fn find_secret(id: &SecretId, session: &Session) -> Result<Secret, Failure> {
    if let Some(secret) = look_for(id, session).await? {
        return Ok(secret);
    }
    let failure = not_found(id, session);
    Err(match why_prefix(id, session).await {
        Some(why) => {
            let create = session.hints();
            let create = create.create(id.name(), registry_of(id.name()), "");
            let fix = format!("store the credentials under that name: {create}");
            failure.then_why(&why).first_fix(&fix)
        }
        None => failure,
    })
}

/// Why the secret that has this name without the prefix is not the one that is meant. `None` if
/// there is none, or the caller may not see it.
pub async fn why_prefix(id: &SecretId, session: &Session) -> Option<String> {
    let bare = id.name().strip_prefix(PREFIX)?;
    let is_by_name = id.region().is_none();
    let found = session.secrets().describe(bare).await.ok()??;
    (is_by_name && found.name == bare).then(|| {
        format!(
            "the secret {} exists, but ECR requires a name that begins with {PREFIX}, and no \
             secret can be renamed",
            escaped(bare)
        )
    })
}

/// Looks up a secret by its name, or else the default secret if the name is that of a registry.
/// `None` if neither exists.
pub async fn look_for(id: &SecretId, session: &Session) -> Result<Option<Secret>, Failure> {
    if let Some(secret) = look_up(id, session).await? {
        return Ok(Some(secret));
    }
    match id.or_default() {
        Some(default) => look_up(&default, session).await,
        None => Ok(None),
    }
}

async fn look_up(id: &SecretId, session: &Session) -> Result<Option<Secret>, Failure> {
    let region = session.region();
    if let Some(other) = id.region().filter(|other| *other != region.as_str()) {
        let message = format!(
            "the ARN names a secret in {}, but the Region is {region}",
            escaped(other)
        );
        let fix = format!("add {}", option("--region", other));
        return Err(Failure::usage(message).fix(fix));
    }
    let secret = session.secrets().describe(id.id()).await.map_err(|error| {
        let what = format!("could not look up {}", escaped(id.name()));
        error.into_failure(&what, session.service())
    })?;
    // Secrets Manager may read a name as part of an ARN and find another secret.
    Ok(secret.filter(|secret| id.region().is_some() || secret.name == id.name()))
}

/// The message that neither this secret nor the default one of that name exists.
pub fn no_such_secret(id: &SecretId, session: &Session) -> String {
    let default = id.or_default();
    let default = default.map(|default| format!(" or {}", default.name()));
    let (name, region) = (escaped(id.name()), session.region());
    let default = default.unwrap_or_default();
    format!("no secret {name}{default} in {region}")
}

fn not_found(id: &SecretId, session: &Session) -> Failure {
    let hints = session.hints();
    let list = hints.command("list");
    let failure = |message| Failure::new(Status::SecretState, "secret-not-found", message);
    if id.region().is_some() {
        return failure(format!("no secret with that ARN in {}", session.region()))
            .why("a secret that was deleted and created again has a new ARN")
            .fix(format!(
                "use its name: {}\nsee the names: {list}",
                hints.show(id.name())
            ));
    }
    failure(no_such_secret(id, session)).fix(format!("see the names: {list}"))
}

/// Refuses to change a secret that is scheduled for deletion, managed by a service, or a replica.
/// The command is the subcommand and the options after the name.
pub fn refuse_read_only(
    secret: &Secret,
    (command, more): (&str, &str),
    session: &Session,
) -> Result<(), Failure> {
    let name = escaped(&secret.name);
    let hints = session.hints();
    let refused = |code, message| Failure::new(Status::SecretState, code, message);
    if secret.deleted.is_some() {
        let message = format!("the secret {name} is scheduled for deletion");
        let restore = hints.restore(&secret.name);
        return Err(refused("secret-pending-deletion", message)
            .fix(format!("cancel the deletion first: {restore}")));
    }
    refuse_managed(secret)?;
    if let Some(primary) = secret.replica_of() {
        let message = format!("{name} is a replica of the secret in {primary}");
        let there = hints.in_region(primary.as_str());
        let there = there.command(&format!("{command} {}{more}", quote(&secret.name)));
        return Err(refused("replica", message).fix(format!("change it there: {there}")));
    }
    Ok(())
}

/// Refuses to change a secret that AWS or another service manages.
pub fn refuse_managed(secret: &Secret) -> Result<(), Failure> {
    let Some(managed) = secret.managed_by() else {
        return Ok(());
    };
    let why = match managed {
        ManagedBy::Rotation(_) => {
            "AWS rotates it, and its value has the partner's keys: ECR cannot read them, and other \
             keys would break the rotation"
        }
        ManagedBy::Service(_) => "only that service may change it",
    };
    let message = format!(
        "{} is {}",
        escaped(&secret.name),
        escaped(&managed.to_string())
    );
    Err(Failure::new(Status::SecretState, "managed-secret", message)
        .why(why)
        .fix("store the credentials in another secret: choose another --name for create"))
}

/// Looks up the rule with this prefix; `None` if there is none. `place` is for error messages.
pub async fn find_rule(
    prefix: &RepositoryPrefix,
    place: &Service,
    session: &Session,
) -> Result<Option<Rule>, Failure> {
    session.ecr().find(prefix.as_str()).await.map_err(|error| {
        let what = format!("could not look up rule {prefix}");
        error.into_failure(&what, place)
    })
}

/// The failure for the name of a secret that is scheduled for deletion.
pub fn pending_deletion(name: &SecretName, due: Option<&str>, hints: &Hints) -> Failure {
    let message = format!("the secret {name} is scheduled for deletion");
    let failure = Failure::new(Status::SecretState, "secret-pending-deletion", message);
    let failure = match due {
        Some(due) => failure.why(format!("its name is in use until {due}")),
        None => failure,
    };
    failure.fix(format!(
        "cancel the deletion: {}",
        hints.restore(name.as_str())
    ))
}

/// Warns if the secret has a key that ECR may not be able to use.
pub fn warn_of_key(secret: &Secret, warnings: &mut Warnings<'_>) {
    if secret.unknown_key().is_some() {
        warnings.add(
            "the secret has its own KMS key; unless it is aws/secretsmanager, ECR cannot read the \
             secret",
        );
    }
}

/// Warns if pull through cache is not documented in a Region.
pub fn warn_of_region(region: &Region, warnings: &mut Warnings<'_>) {
    if !region.has_documented_rules() {
        warnings.add(&format!(
            "AWS does not document ECR pull through cache in {region}; a rule there may not work"
        ));
    }
}

/// A requested rule with the existing one. A rule with another upstream is a failure.
pub fn pending_rule(
    wanted: RuleRequest,
    observed: Option<Rule>,
    session: &Session,
) -> Result<PendingRule, Failure> {
    let prefix = wanted.prefix.clone();
    PendingRule::new(wanted, observed).map_err(|conflict| {
        let delete = session.hints().rule_delete(prefix.as_str());
        Failure::new(Status::SecretState, "rule-exists", conflict.to_string()).fix(format!(
            "choose another prefix, or delete that rule first: {delete}"
        ))
    })
}

/// Looks up the existing rule for [`pending_rule`].
pub async fn find_pending_rule(
    wanted: RuleRequest,
    session: &Session,
) -> Result<PendingRule, Failure> {
    let place = session.ecr_service();
    let observed = find_rule(&wanted.prefix, &place, session).await?;
    pending_rule(wanted, observed, session)
}
