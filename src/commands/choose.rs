//! Lets a person choose the secret of a command if no name is given.

use super::context::Context;
use super::find::{find_secret, read_name};
use crate::aws::Session;
use crate::cli::Global;
use crate::input::{why_not_ask, Prompter};
use crate::model::name::{SecretId, PREFIX};
use crate::model::secret::Secret;
use crate::output::escaped;
use crate::output::failure::Failure;
use crate::output::status::Status;

/// Why a command with `--yes` needs a name.
pub const YES_NEEDS_A_NAME: &str = "--yes skips all questions";

/// Which secrets a command can work on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Selection {
    Any,
    /// Not scheduled for deletion.
    Active,
    /// Scheduled for deletion.
    PendingDeletion,
}

impl Selection {
    fn has(self, secret: &Secret) -> bool {
        match self {
            Self::Any => true,
            Self::Active => secret.deleted.is_none(),
            Self::PendingDeletion => secret.deleted.is_some(),
        }
    }

    /// The failure if there is nothing to choose from.
    fn nothing(self, is_none_at_all: bool, session: &Session) -> Failure {
        let (region, hints) = (session.region(), session.hints());
        let failure = |message| Failure::new(Status::SecretState, "secret-not-found", message);
        if is_none_at_all {
            let message = format!("no secrets under {PREFIX} in {region}");
            return failure(message).fix(format!(
                "look in another Region with --region, or create one: {}",
                hints.command("create")
            ));
        }
        match self {
            Self::PendingDeletion => {
                let message = format!("no secret in {region} is scheduled for deletion");
                failure(message).fix(format!("see all secrets: {}", hints.command("list")))
            }
            Self::Any | Self::Active => {
                let message = format!("every secret in {region} is scheduled for deletion");
                failure(message).fix(format!(
                    "cancel the deletion of one first: {}",
                    hints.command("restore")
                ))
            }
        }
    }
}

/// Reads the NAME of a command; `None` if a person can choose. `why_not` says why a person at the
/// terminal cannot.
pub fn read_optional_name(
    command: &str,
    name: Option<&str>,
    why_not: Option<&str>,
    global: &Global,
) -> Result<Option<SecretId>, Failure> {
    let hints = global.hints();
    if let Some(name) = name {
        return read_name("NAME", name, &hints).map(Some);
    }
    let why = match (why_not_ask(global), why_not) {
        (Some(why), _) => format!("no prompt is possible: {why}"),
        (None, Some(why)) => why.to_owned(),
        (None, None) => return Ok(None),
    };
    Err(Failure::usage("the name of the secret is missing")
        .why(why)
        .fix(format!(
            "give it: {}\nsee the names: {}",
            hints.command(&format!("{command} NAME")),
            hints.command("list")
        )))
}

/// Looks up the named secret, or lets a person choose one. `held` is the prompter, if it exists.
pub async fn chosen_secret(
    id: Option<SecretId>,
    selection: Selection,
    held: Option<&Prompter>,
    session: &Session,
    context: &Context<'_>,
) -> Result<Secret, Failure> {
    let id = match (id, held) {
        (Some(id), _) => id,
        (None, Some(prompter)) => choose(selection, prompter, session).await?,
        (None, None) => choose(selection, &context.prompter(), session).await?,
    };
    find_secret(&id, session).await
}

async fn choose(
    selection: Selection,
    prompter: &Prompter,
    session: &Session,
) -> Result<SecretId, Failure> {
    let secrets = session.secrets().all().await.map_err(|error| {
        let failure = error.into_failure("could not list the secrets", session.service());
        failure.or_fix("or give the NAME of the secret")
    })?;
    let is_none_at_all = secrets.is_empty();
    let secrets: Vec<Secret> = secrets
        .into_iter()
        .filter(|secret| selection.has(secret))
        .collect();
    if secrets.is_empty() {
        return Err(selection.nothing(is_none_at_all, session));
    }
    let choices = secrets.iter().map(|secret| {
        let name = escaped(short(&secret.name));
        match (selection, &secret.deleted) {
            (Selection::Any, Some(_)) => format!("{name} (scheduled for deletion)"),
            _ => name,
        }
    });
    let chosen = prompter.choose("Secret", choices.collect(), 0).await?;
    read_name("NAME", &secrets[chosen].name, &session.hints())
}

/// The name without the prefix.
fn short(name: &str) -> &str {
    let rest = name.strip_prefix(PREFIX).filter(|rest| !rest.is_empty());
    rest.unwrap_or(name)
}
