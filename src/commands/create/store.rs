//! What `create` has gathered is planned, reviewed, stored and reported.

use super::look::{name_is_taken, refuse_what_is_there};
use super::rule::{PlannedRule, WhyNot};
use crate::aws::{Kind, Session};
use crate::cli::IfExists;
use crate::commands::context::Context;
use crate::commands::find::warn_of_region;
use crate::commands::login::Login;
use crate::commands::rule::{rule_result, switch_back};
use crate::commands::store::{already_exists, plan_update, read_value, stored_secret};
use crate::input::create_input::CreateInput;
use crate::input::request::Request;
use crate::input::Prompter;
use crate::model::rule::RuleUsage;
use crate::output::failure::Failure;
use crate::output::report::{Action, Report, StoredSecret, Verification};
use crate::output::status::Status;
use crate::output::Warnings;
use crate::plan::apply::{apply, Outcome};
use crate::plan::confirm::{confirm, Answer, Consent, Question};
use crate::plan::{Observed, Plan};

/// What `create` has gathered so far.
pub struct Create<'a> {
    pub input: CreateInput,
    pub login: Login,
    pub session: Session,
    pub context: &'a Context<'a>,
    pub warnings: Warnings<'a>,
    pub observed: Observed,
    /// Whether the value and the policy of a secret that exists were read.
    pub is_read: bool,
    pub rule: PlannedRule,
    pub verification: Verification,
}

impl Create<'_> {
    /// Plans, asks and stores. If the first call says that the secret exists all the same, it is
    /// planned once more.
    pub async fn store(mut self, prompter: Option<Prompter>) -> Result<Status, Failure> {
        let context = self.context;
        let (pending, name) = (self.rule.pending.as_ref(), self.input.name_or_default());
        let is_switch = pending
            .zip(name)
            .is_some_and(|(rule, name)| rule.switched_from(name.as_str()).is_some());
        let mut consent = Consent::of(prompter, self.question(), self.input.yes, is_switch);
        loop {
            let request = self.input.finish()?;
            self.rule.settle(&self.input);
            let mut plan = self.plan(&request).await?;
            let pending = self.rule.pending.as_ref();
            let back = switch_back(pending, request.name.as_str(), &self.session.hints());
            plan.review.optional("switch back", back.as_deref());
            if let Consent::Asked(_, question) = &mut consent {
                *question = self.question();
            }
            let answer = confirm(&plan, self.session.target(), &consent, context.output);
            if let (Answer::Change, Consent::Asked(prompter, _)) = (answer.await?, &consent) {
                self.change(prompter).await?;
                continue;
            }
            let action = match &self.observed {
                Observed::Active(_) if plan.changes_secret() => Action::Updated,
                Observed::Active(_) => Action::Unchanged,
                _ => Action::Created,
            };
            let outcome = apply(plan, &self.session, context.progress, context.output).await;
            if !outcome.is_refused_as_existing() {
                drop(consent);
                return self.report(action, &request, outcome);
            }
            if self.look_after(&request, &outcome).await? {
                drop(consent);
                return self.skip().await;
            }
            if matches!(self.observed, Observed::Absent) {
                return self.report(action, &request, outcome);
            }
        }
    }

    /// Looks at the secret that was found to exist when it was to be created; whether it is to be
    /// left as it is.
    async fn look_after(&mut self, request: &Request, outcome: &Outcome) -> Result<bool, Failure> {
        let name = &request.name;
        self.observed = match self.session.secrets().describe(name.as_str()).await {
            Ok(secret) => Observed::from(secret),
            Err(_) if outcome.is_refused_as_pending() => {
                return Err(name_is_taken(name, None, &self.session.hints()))
            }
            Err(_) if self.input.if_exists == IfExists::Fail => {
                return Err(already_exists(name, None))
            }
            Err(error) => {
                let what = format!("{name} exists, and could not be looked at");
                return Err(error.into_failure(&what, self.session.service()));
            }
        };
        refuse_what_is_there(&self.input, &self.observed, &self.session)?;
        Ok(self.leaves_it_as_it_is())
    }

    /// What is asked after the review.
    fn question(&self) -> Question<'static> {
        const WORDS: &str = "Store it?";
        match self.rule.why_not {
            Some(WhyNot::OtherPrefix(_)) => Question::ChangeOrWrite(WORDS),
            _ => Question::WriteOrChange(WORDS),
        }
    }

    async fn plan(&mut self, request: &Request) -> Result<Plan, Failure> {
        refuse_what_is_there(&self.input, &self.observed, &self.session)?;
        self.read_existing().await?;
        for warning in self.input.warnings.iter().chain(&request.name.warnings()) {
            self.warnings.add(warning);
        }
        self.warn_of_region();
        let rule = self.rule.pending.as_ref();
        let mut plan = match &self.observed {
            Observed::Active(existing) => plan_update(request, existing, rule, &mut self.warnings)?,
            observed => {
                let is_new = matches!(observed, Observed::Absent);
                let plan = Plan::create(request, is_new, rule);
                plan.map_err(|error| Failure::usage(error.to_string()))?
            }
        };
        if let Some(WhyNot::Told(why) | WhyNot::OtherPrefix(why)) = &self.rule.why_not {
            plan.review.row("rule", why);
        }
        Ok(plan)
    }

    /// Reads the value of a secret that exists, and its policy where there is one to compare with.
    pub async fn read_existing(&mut self) -> Result<(), Failure> {
        let Observed::Active(existing) = &mut self.observed else {
            return Ok(());
        };
        if std::mem::replace(&mut self.is_read, true) {
            return Ok(());
        }
        let policy = async {
            match &self.input.policy {
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
                let name = &existing.secret.name;
                let what = format!("{name} exists, and could not be looked at");
                error.into_failure(&what, self.session.service())
            })?,
        };
        Ok(())
    }

    /// Warns of a Region in which it is not sure that there are rules.
    pub fn warn_of_region(&mut self) {
        warn_of_region(self.session.region(), &mut self.warnings);
    }

    fn report(
        mut self,
        action: Action,
        request: &Request,
        outcome: Outcome,
    ) -> Result<Status, Failure> {
        let (context, hints) = (self.context, self.session.hints());
        if self.rule.pending.is_none() && self.input.print.is_none() {
            self.input.rule = None;
        }
        let finish = self.input.command_to_finish(&hints);
        let outcome = outcome.complete(&self.session, Some(&finish))?;
        let (session, subject) = (&self.session, &outcome.subject);
        let rule = self.rule.pending.as_ref();
        let rule = rule.map(|rule| rule_result(rule, subject, session, &hints));
        let (rule, rule_note) = rule.unzip();
        let arn = subject.arn.clone();
        let existing = match &self.observed {
            Observed::Active(existing) => Some(&existing.secret),
            _ => None,
        };
        let steps = outcome.steps;
        let report = Report {
            action,
            details: StoredSecret {
                version_id: subject.version_id.clone(),
                region: Some(session.region().clone()),
                rule,
                rule_code: self.input.rule_code(arn.as_ref())?,
                arn,
                ..stored_secret(request, existing, &steps, self.verification)
            },
            steps,
            warnings: self.warnings.into_texts(),
        };
        let is_used = report.details.rule.is_some()
            || existing.is_some_and(|secret| {
                // Where it is not known whether a rule uses it, none is spoken of.
                let usage = RuleUsage::new(secret, self.rule.rules());
                usage.prefixes().is_none_or(|prefixes| !prefixes.is_empty())
            });
        let rules = self.rule.rules().unwrap_or_default();
        let next = report.next_steps(request.upstream, is_used, rules, &hints);
        context.report(&report, &[&next, rule_note.as_deref().unwrap_or_default()])
    }
}
