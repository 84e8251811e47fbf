//! The secret that a command works on, where its name may be left out: then it is chosen.

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

/// Why nothing is chosen where what is chosen is taken away without a question.
pub const YES_NEEDS_A_NAME: &str = "with --yes nothing is asked";

/// Which secrets a command can work on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Selection {
    Any,
    /// Those that are not scheduled for deletion.
    Active,
    /// Those that are.
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

    /// That there is nothing to choose from, and what to do.
    fn nothing(self, is_none_at_all: bool, session: &Session) -> Failure {
        let (region, hints) = (session.region(), session.hints());
        let failure = |message| Failure::new(Status::SecretState, "secret-not-found", message);
        if is_none_at_all {
            let message = format!("there are no secrets under {PREFIX} in {region}");
            return failure(message).fix(format!(
                "look in the Region of the rule: --region; or make one: {}",
                hints.command("create")
            ));
        }
        match self {
            Self::PendingDeletion => {
                let message = format!("no secret in {region} is scheduled for deletion");
                failure(message).fix(format!(
                    "see the secrets that there are: {}",
                    hints.command("list")
                ))
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

/// Reads the NAME of a command, before anything is sent; `None` where it is left out and can be
/// chosen. `why_not` says why it cannot, though someone is at the terminal.
///
/// # Errors
/// Status 2 where it is missing, or can be no secret's name.
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
        (Some(why), _) => format!("nothing can be asked here: {why}"),
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

/// Looks up the secret that is named, or else has one chosen at the terminal, which may be held
/// already.
///
/// # Errors
/// As of [`find_secret`]; status 3 where there is none to choose from, 130 where none is chosen.
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

/// The name without what all names begin with.
fn short(name: &str) -> &str {
    let rest = name.strip_prefix(PREFIX).filter(|rest| !rest.is_empty());
    rest.unwrap_or(name)
}
