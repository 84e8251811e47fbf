//! `update`: stores credentials as a new version of an existing secret.

use super::choose::{read_optional_name, YES_NEEDS_A_NAME};
use super::context::Context;
use super::store::{self, NewVersion};
use super::{expiry, rollback};
use crate::cli::{Global, UpdateArgs};
use crate::input::create_input::CreateInput;
use crate::input::why_not_ask;
use crate::model::date::Date;
use crate::model::name::SecretId;
use crate::model::registries::NamedRegistry;
use crate::model::secret::registry_of;
use crate::output::failure::Failure;
use crate::output::shell::quote;
use crate::output::status::Status;
use crate::output::Redactor;

/// What to update.
pub enum UpdateInput {
    Rollback {
        /// `None` if a person chooses it.
        id: Option<SecretId>,
        yes: bool,
    },
    /// `--expires-on` alone.
    Expiry {
        id: Option<SecretId>,
        date: Date,
        yes: bool,
    },
    Store {
        input: Box<CreateInput>,
        version: NewVersion,
    },
}

/// Reads the options and the token. Runs before any thread exists, since it removes the token's
/// variable from the environment.
pub fn read(
    args: UpdateArgs,
    global: &Global,
    redactor: &Redactor,
) -> Result<UpdateInput, Failure> {
    let id = read_id(&args, global)?;
    let yes = args.yes;
    if args.rollback {
        return Ok(UpdateInput::Rollback { id, yes });
    }
    if let (true, Some(date)) = (args.sets_only_the_date(), args.expires_on) {
        return Ok(UpdateInput::Expiry { id, date, yes });
    }
    let renew_within = args.renew_within;
    let mut args = args;
    if let Some(id) = &id {
        let named = || id.registry().cloned();
        let told = || registry_of(id.name()).map(NamedRegistry::from);
        args.registry = args.registry.or_else(named).or_else(told);
    }
    let command = command(&args, id.as_ref());
    let mut args = args.into_create();
    args.name = id.as_ref().map(|id| id.name().to_owned());
    let input = CreateInput::for_update(args, command, global, why_not_ask(global), redactor)?;
    Ok(UpdateInput::Store {
        input: Box::new(input),
        version: NewVersion { id, renew_within },
    })
}

pub async fn run(input: UpdateInput, context: &Context<'_>) -> Result<Status, Failure> {
    match input {
        UpdateInput::Rollback { id, yes } => rollback::run(id, yes, context).await,
        UpdateInput::Expiry { id, date, yes } => expiry::run(id, date, yes, context).await,
        UpdateInput::Store { input, version } => {
            Box::pin(store::run(*input, Some(version), context)).await
        }
    }
}

/// The subcommand, for commands to copy.
fn command(args: &UpdateArgs, id: Option<&SecretId>) -> String {
    let named = args.name.as_deref().or(id.map(SecretId::name));
    let command = format!("update {}", quote(named.unwrap_or("NAME")));
    match args.renew_within {
        Some(days) => format!("{command} --renew-within {days}"),
        None => command,
    }
}

/// The named secret, or the default one of a registry; `None` if a person chooses it.
fn read_id(args: &UpdateArgs, global: &Global) -> Result<Option<SecretId>, Failure> {
    if let (None, Some(registry)) = (&args.name, &args.registry) {
        return Ok(SecretId::of_registry(&registry.upstream));
    }
    let why_not = if args.rollback && args.yes {
        Some(YES_NEEDS_A_NAME)
    } else if args.token.from_docker_config.is_some() {
        Some("the registry must be known to look up Docker's login")
    } else {
        None
    };
    read_optional_name("update", args.name.as_deref(), why_not, global)
}
