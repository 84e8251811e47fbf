//! `create`: stores credentials in a new secret.

mod dry_run;
mod look;
mod skip;
mod store;

use self::dry_run::dry_run;
use self::look::{look, pending_rule, refuse_replica_at_home, warn};
use self::skip::skip;
use self::store::Create;
use super::context::Context;
use super::login::{ask_for_a_good_token, warn_of_credentials, Login};
use crate::cli::{CreateArgs, Global, IfExists};
use crate::input::create_input::CreateInput;
use crate::input::why_not_ask;
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
pub async fn run(mut input: CreateInput, context: &Context<'_>) -> Result<Status, Failure> {
    let settings = context.settings().await?;
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
    let mut session = context.open(settings).await?;
    refuse_replica_at_home(&input, session.region())?;
    let mut observed = Observed::NotLooked;
    let prompter = context.can_ask().then(|| context.prompter());
    if let Some(prompter) = &prompter {
        // The AWS side first, so that nobody types a token for nothing.
        session.identify_caller().await?;
        prompter
            .ask_all_but_the_token(&mut input, context.output)
            .await?;
        observed = look(&input, &session).await?;
    }
    let rule = pending_rule(&input, &session).await?;
    if let (Observed::Active(existing), IfExists::Skip) = (&observed, input.if_exists) {
        drop(prompter);
        let verification = Verification::skipped("nothing is stored");
        return skip(
            &input,
            existing,
            rule,
            verification,
            &session,
            context,
            warnings,
        )
        .await;
    }
    let verification = if let Some(prompter) = &prompter {
        let agreed = login.agree_to_host(&input, Some(prompter), context, &mut warnings);
        agreed.await?;
        prompter.ask_expiry(&mut input).await?;
        ask_for_a_good_token(prompter, &mut input, &login, context, &mut warnings).await?
    } else {
        warn_of_credentials(&input, &mut warnings);
        let (tried, ()) = tokio::join!(login.attempt(&input), async {
            if login.is_wanted() {
                session.fetch_credentials().await;
            }
        });
        login.judge(tried?, context.output, &mut warnings)?
    };
    let request = input.finish()?;
    warn(&input, &request, Some(session.region()), &mut warnings);
    let create = Create {
        input,
        request,
        verification,
        rule,
        session,
        context,
        warnings,
    };
    Box::pin(create.store(observed, prompter)).await
}
