//! Stores credentials, for `create` and `update`: look up, ask, test, plan, confirm, apply, report.

mod ask;
mod dry_run;
mod finish;
mod look;
mod planned_rule;
mod prove;
mod stored;

use self::look::Looked;
use super::context::Context;
use super::find::warn_of_region;
use super::rule::refuse_switch_without_yes;
use super::verification::{make_credentials, verify, Login};
use crate::aws::{Network, Session};
use crate::input::create_input::CreateInput;
use crate::input::Prompter;
use crate::model::name::SecretId;
use crate::output::escaped;
use crate::output::failure::Failure;
use crate::output::status::Status;
use crate::output::Warnings;

/// The secret that gets a new version, and when.
pub struct NewVersion {
    /// `None` if a person chooses it.
    pub id: Option<SecretId>,
    /// Only if the stored token expires within this many days.
    pub renew_within: Option<i64>,
}

/// A request to store credentials, with the sessions it needs.
struct Store<'a> {
    input: CreateInput,
    login: Login,
    network: Network,
    session: Session,
    context: &'a Context<'a>,
    warnings: Warnings<'a>,
}

/// Stores credentials: for `update` in the secret of `version`, for `create` in a new or existing
/// one.
pub async fn run(
    input: CreateInput,
    version: Option<NewVersion>,
    context: &Context<'_>,
) -> Result<Status, Failure> {
    let settings = context.settings()?;
    let (login, network) = (Login::new(&input, &settings), settings.network().clone());
    if input.dry_run {
        return Box::pin(dry_run::run(input, &settings, &login, context)).await;
    }
    let mut warnings = context.output.warnings();
    if !context.can_ask() {
        login
            .agree_to_host(&input, None, context, &mut warnings)
            .await?;
    }
    let session = context.open_without_credentials(settings).await?;
    look::refuse_replica_at_home(&input, session.region())?;
    let mut store = Store {
        input,
        login,
        network,
        session,
        context,
        warnings,
    };
    let prompter = context.can_ask().then(|| context.prompter());
    let person = prompter.as_ref();
    if let Some(prompter) = person {
        store.session.fetch_credentials().await?;
        context.identify(&mut store.session).await?;
        if version.is_none() {
            prompter.ask_registry(&mut store.input).await?;
        }
    }
    let (tried, mut looked) = store.look(version.as_ref(), person).await?;
    let asks = version.is_none() && !store.input.yes;
    let mut keeps_username = version.is_some();
    if let Some(prompter) = person.filter(|_| asks) {
        keeps_username = store.choose_a_way_on(&mut looked, prompter).await?;
    }
    if let Some((existing, left)) = store.why_left(&looked, version.as_ref()) {
        drop(prompter);
        return store.leave(existing, &looked.rules, left).await;
    }
    if asks && person.is_some() {
        let (input, warnings) = (&mut store.input, &mut store.warnings);
        looked.rules.propose(input, &store.session, warnings);
    }
    store.read_existing(&mut looked, keeps_username).await?;
    let is_update = version.is_some();
    store.gather(&looked, is_update, person).await?;
    store.issue(&looked).await?;
    let (input, warnings) = (&mut store.input, &mut store.warnings);
    let verification = verify(input, tried, person, &store.login, context, warnings).await?;
    if let Some(prompter) = person {
        prompter.ask_expiry_if_unknown(&mut store.input).await?;
    }
    Box::pin(store.write(looked, verification, is_update, prompter)).await
}

impl Store<'_> {
    /// Asks for everything missing except the token, and refuses a rule that cannot be created
    /// before it asks for a token.
    async fn gather(
        &mut self,
        looked: &Looked,
        is_update: bool,
        person: Option<&Prompter>,
    ) -> Result<(), Failure> {
        let (input, context) = (&mut self.input, self.context);
        if let Some(prompter) = person {
            prompter.ask_address(input).await?;
        }
        self.login
            .agree_to_host(input, person, context, &mut self.warnings)
            .await?;
        if let Some(prompter) = person {
            prompter.ask_account(input, context.output).await?;
        } else if input.username.is_none() && input.credential_command().is_none() {
            let name = looked.secret().map_or("", |secret| &secret.name);
            let message = format!("{} has no username to keep", escaped(name));
            return Err(Failure::usage(message).fix("give it: --username NAME"));
        }
        let planned = looked.rules.planned(input, &self.session)?;
        let name = input.name_or_default();
        let name = name.as_ref().map_or("", |name| name.as_str());
        refuse_switch_without_yes(planned.pending.as_ref(), name, input.yes, context)?;
        if !is_update || input.rule.is_some() {
            warn_of_region(self.session.region(), &mut self.warnings);
        }
        for warning in std::mem::take(&mut input.warnings) {
            self.warnings.add(&warning);
        }
        Ok(())
    }

    /// Runs the credential command, if there is one.
    async fn issue(&mut self, looked: &Looked) -> Result<(), Failure> {
        let stored = looked.stored_username();
        let (input, warnings) = (&mut self.input, &mut self.warnings);
        let (session, context) = (&self.session, self.context);
        make_credentials(input, looked.secret(), stored, session, context, warnings).await
    }
}
