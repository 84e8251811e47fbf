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
        return Box::pin(create.run_unattended()).await;
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
            (self.observed, self.rule) = self.look().await?;
        } else {
            self.ask_what_to_make(prompter).await?;
        }
        let agreed =
            self.login
                .agree_to_host(&self.input, Some(prompter), context, &mut self.warnings);
        agreed.await
    }

    /// The work where nobody can be asked. The registry is asked beside AWS, unless what AWS
    /// answers may end the work, or a command issues the credentials, which comes last.
    async fn run_unattended(mut self) -> Result<Status, Failure> {
        warn_of_credentials(&self.input, &mut self.warnings);
        let (output, is_issued) = (
            self.context.output,
            self.input.credential_command().is_some(),
        );
        let tried = if is_issued || self.input.if_exists == IfExists::Skip {
            (self.observed, self.rule) = self.look().await?;
            if self.leaves_it_as_it_is() {
                return self.skip().await;
            }
            if is_issued {
                self.read_existing().await?;
                self.issue_credentials().await?;
                warn_of_credentials(&self.input, &mut self.warnings);
            }
            self.login.attempt(&self.input, output).await?
        } else {
            // What AWS has against it ends the wait for the registry.
            let tried = self.login.attempt(&self.input, output);
            let (tried, looked) = tokio::try_join!(tried, self.look())?;
            (self.observed, self.rule) = looked;
            tried
        };
        let judged = self
            .login
            .judge(tried, &mut self.input, output, &mut self.warnings);
        self.verification = judged?;
        Box::pin(self.store(None)).await
    }

    /// Looks at the secret and the rules, side by side.
    async fn look(&self) -> Result<(Observed, PlannedRule), Failure> {
        self.session.fetch_credentials().await?;
        let (observed, rule) = tokio::join!(
            look(&self.input, &self.session),
            PlannedRule::asked_for(&self.input, &self.session, self.context)
        );
        let observed = observed?;
        refuse_what_is_there(&self.input, &observed, &self.session)?;
        Ok((observed, rule?))
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

    fn leaves_it_as_it_is(&self) -> bool {
        matches!(self.observed, Observed::Active(_)) && self.input.if_exists == IfExists::Skip
    }
}
