//! `update`: stores new credentials as a new version of a secret that exists.

mod input;

pub use input::{read, UpdateInput};

use super::choose::{chosen_secret, Selection};
use super::context::Context;
use super::find::{find_rule, pending_rule, refuse_read_only, warn_of_region};
use super::login::{ask_for_good_credentials, make_credentials, warn_of_credentials, Login, Tried};
use super::renewal::{lasts_longer, report_not_due};
use super::rule::{refuse_switch_without_yes, rule_result, switch_back};
use super::store::{plan_update, read_value, stored_secret};
use super::{expiry, rollback};
use crate::aws::Session;
use crate::cli::Verify;
use crate::input::create_input::CreateInput;
use crate::input::request::Request;
use crate::input::Prompter;
use crate::model::name::SecretId;
use crate::model::rule::Rule;
use crate::model::secret::Secret;
use crate::model::value_update::username_of;
use crate::output::failure::Failure;
use crate::output::report::{new_version, Action, Report, StoredSecret, Verification};
use crate::output::status::Status;
use crate::output::{escaped, Warnings};
use crate::plan::apply::Outcome;
use crate::plan::confirm::{Consent, Question};
use crate::plan::{Existing, PendingRule};

/// Looks at the secret, gathers the rest, shows what will be done, asks, and stores.
///
/// # Errors
/// The [`Failure`] to show; status 8 where the new version is stored and a later step failed.
pub async fn run(input: UpdateInput, context: &Context<'_>) -> Result<Status, Failure> {
    let (id, mut input, renew_within) = match input {
        UpdateInput::Rollback { id, yes } => return rollback::run(id, yes, context).await,
        UpdateInput::Expiry { id, date, yes } => return expiry::run(id, date, yes, context).await,
        UpdateInput::Store {
            id,
            input,
            renew_within,
        } => (id, *input, renew_within),
    };
    let output = context.output;
    let mut warnings = output.warnings();
    let settings = context.settings()?;
    let login = Login::new(&input, &settings);
    if !context.can_ask() {
        login
            .agree_to_host(&input, None, context, &mut warnings)
            .await?;
    }
    let mut session = context.open_without_credentials(settings).await?;
    let prompter = context.can_ask().then(|| context.prompter());
    if prompter.is_some() {
        session.fetch_credentials().await?;
        context.identify(&mut session).await?;
    }
    let may_try = prompter.is_none() && renew_within.is_none();
    let looked = look_and_try(
        id,
        &input,
        &login,
        prompter.as_ref(),
        may_try,
        &session,
        context,
    );
    let (tried, secret, observed_rule) = Box::pin(looked).await?;
    refuse_read_only(&secret, ("update", ""), &session)?;
    if let Some(end) = lasts_longer(&secret, renew_within, &mut warnings) {
        return report_not_due(&secret, end, &session, warnings, context);
    }
    input.take_secret(&secret);
    if let Some(rule) = &observed_rule {
        input.take_registry_from(rule);
    }
    let is_made = input.credential_command().is_some();
    let is_needed = input.username.is_none() && !is_made;
    let value = read_value(&secret, is_needed, &session, &mut warnings).await?;
    let stored = value.as_ref().and_then(username_of);
    if is_needed {
        input.username.clone_from(&stored);
    }
    gather(
        &mut input,
        &secret,
        prompter.as_ref(),
        &login,
        context,
        &mut warnings,
    )
    .await?;
    // Whatever stands against the rule is told before the token is asked for.
    let rule = match input.rule_request()? {
        Some(wanted) => {
            warn_of_region(session.region(), &mut warnings);
            Some(pending_rule(wanted, observed_rule, &session)?)
        }
        None => None,
    };
    refuse_switch_without_yes(rule.as_ref(), &secret.name, input.yes, context)?;
    for warning in std::mem::take(&mut input.warnings) {
        warnings.add(&warning);
    }
    let (existing, found) = (Some(&secret), &mut warnings);
    make_credentials(&mut input, existing, stored, &session, context, found).await?;
    let verification = verify(
        &mut input,
        tried,
        prompter.as_ref(),
        &login,
        context,
        &mut warnings,
    )
    .await?;
    let existing = Existing {
        secret,
        value,
        policy: None,
    };
    let update = Update {
        request: input.finish()?,
        input,
        existing,
        rule,
        verification,
        session,
        context,
        warnings,
    };
    Box::pin(update.store(prompter)).await
}

/// Looks at the secret and at the rule that is asked for. Where all that a login takes is known, it
/// is tried beside if it may.
async fn look_and_try(
    id: Option<SecretId>,
    input: &CreateInput,
    login: &Login,
    prompter: Option<&Prompter>,
    may_try: bool,
    session: &Session,
    context: &Context<'_>,
) -> Result<(Option<Tried>, Secret, Option<Rule>), Failure> {
    let rule = async {
        match &input.rule {
            Some(prefix) => {
                let place = session.ecr_service();
                find_rule(prefix, &place, session).await
            }
            None => Ok(None),
        }
    };
    let look = async {
        session.fetch_credentials().await?;
        let secret = chosen_secret(id, Selection::Active, prompter, session, context);
        let (secret, rule) = tokio::join!(Box::pin(secret), rule);
        let rule = rule?;
        Ok((secret?, rule))
    };
    let is_ready = may_try && login.is_ready(input);
    let tried = async {
        if is_ready {
            login.attempt(input, context.output).await.map(Some)
        } else {
            Ok(None)
        }
    };
    let (tried, (secret, rule)) = tokio::try_join!(tried, look)?;
    Ok((tried, secret, rule))
}

/// What `update` has gathered, ready to be planned.
struct Update<'a> {
    input: CreateInput,
    request: Request,
    existing: Existing,
    rule: Option<PendingRule>,
    verification: Verification,
    session: Session,
    context: &'a Context<'a>,
    warnings: Warnings<'a>,
}

impl Update<'_> {
    /// Shows what will be done, asks, and stores.
    async fn store(mut self, prompter: Option<Prompter>) -> Result<Status, Failure> {
        let context = self.context;
        let rule = self.rule.as_ref();
        let mut plan = plan_update(&self.request, &self.existing, rule, &mut self.warnings)?;
        let back = switch_back(rule, &self.existing.secret.name, &self.session.hints());
        plan.review.optional("switch back", back.as_deref());
        let is_new = plan.has("put-secret-value");
        let is_updated = plan.changes_secret();
        let question = Question::Write("Store it?");
        let consent = Consent::of(prompter, question, self.input.yes, back.is_some());
        let outcome = context.carry_out(plan, consent, None, &self.session);
        let outcome = outcome.await?;
        self.report(outcome, is_new, is_updated)
    }

    fn report(self, outcome: Outcome, is_new: bool, is_updated: bool) -> Result<Status, Failure> {
        let (session, secret) = (&self.session, &self.existing.secret);
        let hints = self.session.hints();
        let rule = self.rule.as_ref();
        let rule = rule.map(|rule| rule_result(rule, &outcome.subject, session, &hints));
        let (rule, rule_note) = rule.unzip();
        let steps = outcome.steps;
        let report = Report {
            action: if is_updated {
                Action::Updated
            } else {
                Action::Unchanged
            },
            details: StoredSecret {
                version_id: outcome.subject.version_id,
                region: Some(session.region().clone()),
                rule,
                ..stored_secret(&self.request, Some(secret), &steps, self.verification)
            },
            steps,
            warnings: self.warnings.into_texts(),
        };
        let name = escaped(&secret.name);
        let note = if is_new {
            new_version(&secret.name, session.region(), &hints)
        } else if is_updated {
            format!("{name} has these credentials already; only the date was written")
        } else {
            format!("{name} has these credentials already; they were not written again")
        };
        let notes = [note.as_str(), rule_note.as_deref().unwrap_or_default()];
        self.context.report(&report, &notes)
    }
}

/// Asks for what the options and the secret leave open, but the token.
async fn gather(
    input: &mut CreateInput,
    secret: &Secret,
    prompter: Option<&Prompter>,
    login: &Login,
    context: &Context<'_>,
    warnings: &mut Warnings<'_>,
) -> Result<(), Failure> {
    if let Some(prompter) = prompter {
        prompter.ask_address(input).await?;
        let agreed = login.agree_to_host(input, Some(prompter), context, warnings);
        agreed.await?;
        if input.username.is_none() && input.credential_command().is_none() {
            prompter.correct_username(input).await?;
        }
        return Ok(());
    }
    if input.username.is_none() && input.credential_command().is_none() {
        let name = escaped(&secret.name);
        return Err(
            Failure::usage(format!("{name} has no username that can be kept"))
                .fix("give it: --username NAME"),
        );
    }
    // A rule may have told the registry since.
    login.agree_to_host(input, None, context, warnings).await
}

/// Logs in with the new credentials, if that was not `tried` before; a person is asked again where
/// the registry refuses them. Where the registry is not known, nobody can be asked.
async fn verify(
    input: &mut CreateInput,
    tried: Option<Tried>,
    prompter: Option<&Prompter>,
    login: &Login,
    context: &Context<'_>,
    warnings: &mut Warnings<'_>,
) -> Result<Verification, Failure> {
    const WHY: &str =
        "the name of the secret does not say which registry it is for, and --registry is not \
         given";
    if input.upstream.is_some() {
        if let Some(prompter) = prompter {
            return ask_for_good_credentials(prompter, input, login, context, warnings).await;
        }
        warn_of_credentials(input, warnings);
        let tried = match tried {
            Some(tried) => tried,
            None => login.attempt(input, context.output).await?,
        };
        return login.judge(tried, input, context.output, warnings);
    }
    if let Some(prompter) = prompter {
        prompter.ask_token(input, context.output).await?;
    }
    match input.verify {
        Verify::Never => Ok(Verification::skipped("not asked for: --verify never")),
        Verify::Auto => {
            warnings.add(&format!("the credentials were not tried: {WHY}"));
            Ok(Verification::skipped(WHY))
        }
        Verify::Always => Err(Failure::usage("the credentials cannot be tried")
            .why(WHY)
            .fix("add --registry KIND")),
    }
}
