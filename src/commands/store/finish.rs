//! Plans, confirms and stores, and reports the result.

use super::look::{Left, Looked};
use super::planned_rule::{PlannedRule, Rules};
use super::stored::stored_secret;
use super::Store;
use crate::aws::Kind;
use crate::cli::IfExists;
use crate::commands::find::warn_of_key;
use crate::commands::rule::{consent_to_switch, switch_back};
use crate::input::request::Request;
use crate::input::Prompter;
use crate::model::rule::RuleUsage;
use crate::model::stored_value::showable;
use crate::output::escaped;
use crate::output::failure::Failure;
use crate::output::report::{Action, StoredSecret, Verification};
use crate::output::status::Status;
use crate::plan::apply::apply;
use crate::plan::confirm::{confirm, Answer, Consent, Question};
use crate::plan::{Existing, Observed, Plan};

const QUESTION: &str = "Store these credentials?";

impl Store<'_> {
    /// Plans, confirms, stores and reports. It plans again after a change in the review, or if the
    /// secret turns out to exist.
    pub async fn write(
        mut self,
        mut looked: Looked,
        mut verification: Verification,
        is_update: bool,
        mut prompter: Option<Prompter>,
    ) -> Result<Status, Failure> {
        let (context, hints) = (self.context, self.session.hints());
        loop {
            let request = self.input.finish()?;
            let rule = looked.rules.planned(&self.input, &self.session)?;
            let mut plan = self.plan(&request, &verification, &looked, &rule)?;
            let pending = rule.pending.as_ref();
            let back = switch_back(pending, request.name.as_str(), &hints);
            plan.review.optional("switch back", back.as_deref());
            let question = match rule.needs_other_prefix {
                _ if is_update => Question::Write(QUESTION),
                true => Question::ChangeOrWrite(QUESTION),
                false => Question::WriteOrChange(QUESTION),
            };
            let consent = Consent::of(prompter, question, self.input.yes, back.is_some());
            let plans = std::slice::from_ref(&plan);
            let answer = confirm(plans, self.session.target(), &consent, context.output).await?;
            prompter = consent.into_prompter();
            if let (Answer::Change, Some(prompter)) = (answer, &prompter) {
                self.change(&mut looked, &mut verification, prompter)
                    .await?;
                continue;
            }
            let action = match &looked.observed {
                Observed::Active(_) if plan.changes_secret() => Action::Updated,
                Observed::Active(_) => Action::Unchanged,
                _ => Action::Created,
            };
            let outcome = apply(plan, &self.session, context.progress, context.output).await;
            let is_pending = outcome.is_not_created(Kind::PendingDeletion);
            if is_pending || outcome.is_not_created(Kind::Exists) {
                looked.observed = self.look_after(&request.name, is_pending).await?;
                match looked.existing() {
                    Some(existing) if self.input.if_exists == IfExists::Skip => {
                        drop(prompter);
                        return self.leave(existing, &looked.rules, Left::Skipped).await;
                    }
                    Some(_) => {
                        self.read_existing(&mut looked, false).await?;
                        continue;
                    }
                    None => {}
                }
            }
            drop(prompter);
            let finish = self.input.command_to_finish(&hints);
            let finish = (!is_update).then_some(finish.as_str());
            let outcome = outcome.complete(&self.session, finish)?;
            let (secret, upstream) = (looked.secret(), self.input.upstream);
            let details = stored_secret(&request, secret, &outcome.steps, verification);
            let (report, rule_note) = self.report(action, details, &rule, outcome)?;
            let rules = looked.rules.all();
            let is_used = report.details.rule.is_some()
                || secret.is_some_and(|secret| {
                    // If the rules are unknown, none is suggested.
                    let prefixes = RuleUsage::new(secret, rules).prefixes();
                    prefixes.is_none_or(|prefixes| !prefixes.is_empty())
                });
            let rules = rules.unwrap_or_default();
            let next = report.next_steps(upstream, is_used, rules, &hints);
            context.report(&report, &[&next, &rule_note])?;
            return Box::pin(self.offer_pull(&report.details)).await;
        }
    }

    /// Leaves the secret unchanged, but creates or switches the requested rule.
    pub async fn leave(
        mut self,
        existing: &Existing,
        rules: &Rules,
        left: Left,
    ) -> Result<Status, Failure> {
        let (context, secret) = (self.context, &existing.secret);
        let name = escaped(&secret.name);
        let (action, rule, reason, note) = match left {
            Left::Skipped => {
                warn_of_key(secret, &mut self.warnings);
                let rule = rules.planned(&self.input, &self.session)?;
                let note = format!("{name} already exists; it was not changed");
                (Action::Skipped, rule, "nothing was stored", note)
            }
            Left::NotDue(end) => {
                let (rule, reason) = (PlannedRule::default(), "the token is not due for renewal");
                let note = format!("The token of {name} expires on {end}; nothing was written");
                (Action::Unchanged, rule, reason, note)
            }
        };
        let pending = rule.pending.as_ref();
        let mut plan = Plan::skip(existing, pending);
        let (yes, session) = (self.input.yes, &mut self.session);
        let consent = consent_to_switch(&mut plan, pending, yes, session, context).await?;
        let outcome = context.carry_out(plan, consent, None, session).await?;
        let region = self.session.region();
        let details = StoredSecret {
            registry: self.input.upstream.map(|upstream| upstream.kind),
            upstream_registry_url: self.input.address().map(|address| address.to_string()),
            ..StoredSecret::of(secret, region, Verification::skipped(reason))
        };
        let (report, rule_note) = self.report(action, details, &rule, outcome)?;
        context.report(&report, &[&note, &rule_note])?;
        Box::pin(self.offer_pull(&report.details)).await
    }

    /// The plan for the request. Warns about anything unusual in an existing secret.
    fn plan(
        &mut self,
        request: &Request,
        verification: &Verification,
        looked: &Looked,
        rule: &PlannedRule,
    ) -> Result<Plan, Failure> {
        let pending = rule.pending.as_ref();
        let mut plan = if let Some(existing) = looked.existing() {
            let update = Plan::update(request, verification, existing, pending)?;
            self.warn_of_existing(request, existing, &update.kept_keys);
            update.plan
        } else {
            for warning in request.name.warnings() {
                self.warnings.add(&warning);
            }
            let is_new = matches!(looked.observed, Observed::Absent);
            Plan::create(request, verification, is_new, pending)?
        };
        plan.review.optional("rule", rule.why_not.as_deref());
        Ok(plan)
    }

    fn warn_of_existing(&mut self, request: &Request, existing: &Existing, kept_keys: &[String]) {
        let Existing { secret, value, .. } = existing;
        if !kept_keys.is_empty() {
            let keys: Vec<&str> = kept_keys.iter().map(String::as_str).collect();
            self.warnings.add(&format!(
                "other keys of the value are kept, though ECR ignores them: {}",
                showable(&keys)
            ));
        }
        if value
            .as_ref()
            .is_some_and(|value| value.members().is_none())
        {
            self.warnings.add(
                "the stored value is not a JSON object; it is replaced, and stays available as \
                 AWSPREVIOUS",
            );
        }
        if secret.rotation.is_some() && request.rotation.is_none() {
            self.warnings
                .add("automatic rotation is on; its function may replace this token");
        }
        warn_of_key(secret, &mut self.warnings);
    }
}
