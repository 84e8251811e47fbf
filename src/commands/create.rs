//! `create`: stores credentials in a new secret.

mod ask;
mod dry_run;
mod look;
mod rule;
mod skip;
mod store;

use self::dry_run::dry_run;
use self::look::{look, refuse_replica_at_home, refuse_what_is_there};
use self::rule::PlannedRule;
use self::store::Create;
use super::context::Context;
use super::login::{make_credentials, warn_of_credentials, Login};
use crate::cli::{CreateArgs, Global, IfExists};
use crate::input::create_input::CreateInput;
use crate::input::{why_not_ask, Prompter};
use crate::output::failure::Failure;
use crate::output::report::Verification;
use crate::output::status::Status;
use crate::output::Redactor;
use crate::plan::Observed;

/// Reads the options and the token. Before any thread exists, since a variable with the token is
/// taken out of the environment.
///
/// # Errors
/// Status 2, with everything that is wrong or missing.
pub fn read(
    args: CreateArgs,
    global: &Global,
    redactor: &Redactor,
) -> Result<CreateInput, Failure> {
    CreateInput::from_args(args, global, why_not_ask(global), redactor)
}

/// Gathers the rest, shows it, asks, stores and reports.
///
/// # Errors
/// The [`Failure`] to show; status 8 where the secret is stored and a later step failed.
pub async fn run(input: CreateInput, context: &Context<'_>) -> Result<Status, Failure> {
    let settings = context.settings()?;
    let login = Login::new(&input, &settings);
    if input.dry_run {
        return Box::pin(dry_run(input, &settings, &login, context)).await;
    }
    let mut warnings = context.output.warnings();
    if !context.can_ask() {
        login
            .agree_to_host(&input, None, context, &mut warnings)
            .await?;
    }
    let session = context.open_without_credentials(settings).await?;
    refuse_replica_at_home(&input, session.region())?;
    let mut create = Create {
        input,
        login,
        session,
        context,
        warnings,
        observed: Observed::NotLooked,
        is_read: false,
        rule: PlannedRule::default(),
        verification: Verification::skipped("nothing is stored"),
    };
    if !context.can_ask() {
        let mut rule = None;
        if create.input.credential_command().is_some() {
            rule = Some(create.look_first().await?);
            if create.leaves_it_as_it_is() {
                return create.skip().await;
            }
            create.issue_credentials().await?;
        }
        create.look_and_verify(rule).await?;
        return Box::pin(create.store(None)).await;
    }
    let prompter = context.prompter();
    create.begin(&prompter).await?;
    if create.leaves_it_as_it_is() {
        drop(prompter);
        return create.skip().await;
    }
    create.ask_for_credentials(&prompter).await?;
    Box::pin(create.store(Some(prompter))).await
}

impl Create<'_> {
    /// The AWS side first, and the secret and its rule, so that nobody types a token for nothing.
    async fn begin(&mut self, prompter: &Prompter) -> Result<(), Failure> {
        let context = self.context;
        self.session.fetch_credentials().await?;
        context.identify(&mut self.session).await?;
        if self.input.yes {
            prompter.ask_registry(&mut self.input).await?;
            self.observed = look(&self.input, &self.session).await?;
            refuse_what_is_there(&self.input, &self.observed, &self.session)?;
            self.rule = PlannedRule::asked_for(&self.input, &self.session, self.context).await?;
        } else {
            self.ask_what_to_make(prompter).await?;
        }
        let agreed =
            self.login
                .agree_to_host(&self.input, Some(prompter), context, &mut self.warnings);
        agreed.await
    }

    /// Looks at the secret and the rule before a token is made, which would be lost if it could not
    /// be stored.
    async fn look_first(&mut self) -> Result<PlannedRule, Failure> {
        self.session.fetch_credentials().await?;
        let (observed, rule) = tokio::try_join!(
            look(&self.input, &self.session),
            PlannedRule::asked_for(&self.input, &self.session, self.context)
        )?;
        self.observed = observed;
        refuse_what_is_there(&self.input, &self.observed, &self.session)?;
        self.read_existing().await?;
        Ok(rule)
    }

    /// Runs the credential command, if there is one.
    async fn issue_credentials(&mut self) -> Result<(), Failure> {
        let existing = match &self.observed {
            Observed::Active(existing) => Some(&existing.secret),
            _ => None,
        };
        let (input, warnings) = (&mut self.input, &mut self.warnings);
        make_credentials(input, existing, None, &self.session, self.context, warnings).await
    }

    /// Logs in with what was given, beside all that is looked at in AWS before anything is written,
    /// unless the rule is `known`.
    async fn look_and_verify(&mut self, known: Option<PlannedRule>) -> Result<(), Failure> {
        warn_of_credentials(&self.input, &mut self.warnings);
        let output = self.context.output;
        let look = async {
            self.session.fetch_credentials().await?;
            match known {
                Some(rule) => Ok(rule),
                None => PlannedRule::asked_for(&self.input, &self.session, self.context).await,
            }
        };
        // What AWS has against it ends the wait for the registry.
        let (tried, rule) = tokio::try_join!(self.login.attempt(&self.input, output), look)?;
        self.rule = rule;
        self.verification = self
            .login
            .judge(tried, &mut self.input, output, &mut self.warnings)?;
        Ok(())
    }

    fn leaves_it_as_it_is(&self) -> bool {
        matches!(self.observed, Observed::Active(_)) && self.input.if_exists == IfExists::Skip
    }
}
