//! What `create` has gathered is planned, reviewed, stored and reported.

use super::look::name_is_taken;
use super::skip::skip;
use crate::aws::{Kind, Session};
use crate::cli::IfExists;
use crate::commands::context::Context;
use crate::commands::find::find_pending_rule;
use crate::commands::rule::{rule_result, wants_repointing};
use crate::commands::store::{
    already_exists, plan_update, read_value, report_stored, secret_report,
};
use crate::input::create_input::CreateInput;
use crate::input::request::Request;
use crate::input::Prompter;
use crate::model::name::RepositoryPrefix;
use crate::model::rule::Rule;
use crate::output::failure::Failure;
use crate::output::report::{Action, SecretReport, Verification};
use crate::output::status::Status;
use crate::output::Warnings;
use crate::plan::apply::{apply, Outcome};
use crate::plan::confirm::{confirm, Consent, Question};
use crate::plan::{Observed, PendingRule, Plan};

/// What `create` has gathered, ready to be planned.
pub struct Create<'a> {
    pub input: CreateInput,
    pub request: Request,
    pub verification: Verification,
    pub rule: Option<PendingRule>,
    pub session: Session,
    pub context: &'a Context<'a>,
    pub warnings: Warnings<'a>,
}

impl Create<'_> {
    /// Plans, asks and stores. Where nobody looked before, the first call tells whether the secret
    /// exists, and then it is planned once more.
    pub async fn store(
        mut self,
        mut observed: Observed,
        prompter: Option<Prompter>,
    ) -> Result<Status, Failure> {
        let (context, yes) = (self.context, self.input.yes);
        loop {
            let plan = self.plan(&mut observed).await?;
            let consent = Consent::of(prompter.as_ref(), yes);
            let question = Question::YesOrNo("Store it?");
            let target = self.session.target();
            confirm(&plan, target, question, consent, context.output).await?;
            let action = match &observed {
                Observed::Active(_) if plan.changes_secret() => Action::Updated,
                Observed::Active(_) => Action::Unchanged,
                _ => Action::Created,
            };
            let outcome = apply(plan, &self.session, context.progress, context.output).await;
            if !matches!(observed, Observed::NotLooked) || !outcome.is_refused_as_existing() {
                drop(prompter);
                return self.report(action, &observed, outcome).await;
            }
            let hints = self.session.hints();
            let name = &self.request.name;
            observed = match self.session.secrets().describe(name.as_str()).await {
                Ok(secret) => Observed::from(secret),
                Err(_) if outcome.is_refused_as_pending() => {
                    return Err(name_is_taken(name, None, &hints))
                }
                Err(_) if self.input.if_exists == IfExists::Fail => {
                    return Err(already_exists(name, None))
                }
                Err(error) => {
                    let what = format!("{name} exists, and could not be looked at");
                    return Err(error.into_failure(&what, self.session.service()));
                }
            };
            match (&observed, self.input.if_exists) {
                (Observed::Active(existing), IfExists::Fail) => {
                    return Err(already_exists(name, Some(existing)))
                }
                (Observed::Active(existing), IfExists::Skip) => {
                    return skip(
                        &self.input,
                        existing,
                        self.rule,
                        self.verification,
                        &self.session,
                        context,
                        self.warnings,
                    )
                    .await;
                }
                (Observed::Absent, _) => {
                    outcome.complete(&self.session, &hints, None)?;
                    return Ok(Status::Done);
                }
                _ => {}
            }
        }
    }

    async fn plan(&mut self, observed: &mut Observed) -> Result<Plan, Failure> {
        let rule = self.rule.as_ref();
        let existing = match observed {
            Observed::Active(existing) => existing,
            Observed::PendingDeletion { due } => {
                let hints = self.session.hints();
                return Err(name_is_taken(&self.request.name, Some(due), &hints));
            }
            Observed::Absent | Observed::NotLooked => {
                let is_new = matches!(observed, Observed::Absent);
                let plan = Plan::create(&self.request, is_new, rule);
                return plan.map_err(|error| Failure::usage(error.to_string()));
            }
        };
        let policy = async {
            match &self.request.policy {
                Some(_) => self.session.secrets().policy(&existing.secret.arn).await,
                None => Ok(None),
            }
        };
        let value = read_value(&existing.secret, false, &self.session, &mut self.warnings);
        let (value, policy) = tokio::join!(value, policy);
        existing.value = value?;
        existing.policy = match policy {
            Err(error) if error.kind == Kind::Denied => None,
            policy => policy.map_err(|error| {
                let what = format!("{} exists, and could not be looked at", self.request.name);
                error.into_failure(&what, self.session.service())
            })?,
        };
        plan_update(&self.request, existing, rule, &mut self.warnings)
    }

    async fn report(
        mut self,
        action: Action,
        observed: &Observed,
        outcome: Outcome,
    ) -> Result<Status, Failure> {
        let context = self.context;
        let hints = self.session.hints();
        let finish = self.input.command_line_to_finish();
        let mut outcome = outcome.complete(&self.session, &hints, Some(&finish))?;
        let mut rule = self.rule.take();
        if action == Action::Created && self.input.rule.is_none() && self.offers_rule() {
            rule = self.offer_rule(&outcome).await?;
            if let Some(rule) = &rule {
                let session = &self.session;
                let mut plan = Plan::set_rule(rule, outcome.subject.clone());
                plan.is_stored = true;
                let made = apply(plan, session, context.progress, context.output).await;
                outcome = made.after(outcome.steps).complete(session, &hints, None)?;
            }
        }
        let (session, subject) = (&self.session, &outcome.subject);
        let rule = rule.as_ref();
        let rule = rule.and_then(|rule| rule_result(rule, subject, session, &hints));
        let (rule, rule_note) = rule.unzip();
        let arn = subject.arn.clone();
        let existing = match observed {
            Observed::Active(existing) => Some(&existing.secret),
            _ => None,
        };
        let report = SecretReport {
            version_id: subject.shown_version(session.redactor()),
            region: Some(session.region().clone()),
            steps: outcome.steps.clone(),
            rule,
            rule_code: self.input.rule_code(arn.as_ref())?,
            warnings: self.warnings.into_texts(),
            verification: self.verification,
            ..secret_report(action, &self.request, existing)
        };
        let report = SecretReport { arn, ..report };
        let next = report.next_steps(self.request.upstream, &hints);
        report_stored(
            &report,
            context,
            &[&next, rule_note.as_deref().unwrap_or_default()],
        )
    }

    /// Whether someone is there who can be offered a rule, and one is possible.
    fn offers_rule(&self) -> bool {
        let upstream = self.request.upstream;
        let prefix =
            upstream.and_then(|upstream| RepositoryPrefix::parse(upstream.rule_prefix).ok());
        let fits = prefix.is_some_and(|prefix| self.input.rule_with(prefix).is_ok());
        let region = self.session.region();
        self.context.can_ask() && !self.input.yes && fits && region.has_pull_through_cache()
    }

    /// Asks whether a rule is wanted, or the one that points at a former secret of this name. Where
    /// there are more of those, the others are warned of. A no leaves all as it is.
    ///
    /// # Errors
    /// Status 8 where the rule that is wanted cannot be made.
    async fn offer_rule(&mut self, outcome: &Outcome) -> Result<Option<PendingRule>, Failure> {
        let (session, context) = (&self.session, self.context);
        let (Some(upstream), name) = (self.request.upstream, &self.request.name) else {
            return Ok(None);
        };
        context.output.say("\nThe secret is stored");
        // Nobody asked for it, so whatever keeps the rules from being looked at is not told.
        let rules = session.rules_in_passing().await.unwrap_or_default();
        // These credentials are no use to a rule for another registry.
        let is_stale = |rule: &&Rule| {
            rule.secret() == Some(name.as_str()) && rule.upstream() == Some(upstream)
        };
        let mut stale = rules.iter().filter(is_stale);
        let rule = if let Some(rule) = stale.next() {
            let hints = session.hints();
            for other in stale {
                self.warnings
                    .add(&hints.repoint_warning(other, name.as_str()));
            }
            match rule.as_wanted() {
                Some(wanted) if wants_repointing(rule, context).await => {
                    crate::commands::find::pending_rule(wanted, Some(rule.clone()), session)
                }
                _ => return Ok(None),
            }
        } else {
            let prefix = context.prompter().ask_rule(upstream.rule_prefix).await;
            let Some(prefix) = prefix else {
                return Ok(None);
            };
            let wanted = self.input.rule_with(prefix)?;
            match find_pending_rule(Some(wanted), session).await {
                Ok(Some(rule)) => Ok(rule),
                Ok(None) => return Ok(None),
                Err(failure) => Err(failure),
            }
        };
        rule.map(Some)
            .map_err(|failure| outcome.stored_but(failure))
    }
}
