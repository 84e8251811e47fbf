//! `check --fix`: what can be fixed without guessing, and what is said of it.

use super::Found;
use crate::aws::Session;
use crate::check::{expiry_to_keep, Finding, FixReport, Level, LoginCheck};
use crate::commands::context::Context;
use crate::commands::find::refuse_read_only;
use crate::input::options::expiry_tag;
use crate::model::date::Time;
use crate::model::rule::{Rule, RuleUsage};
use crate::model::stored_value::Reading;
use crate::model::value_fix::{Change, ValueFix};
use crate::output::failure::Failure;
use crate::output::report::{Action, StepReport};
use crate::output::status::Status;
use crate::output::{escaped, paint, Color};
use crate::plan::apply::apply;
use crate::plan::confirm::Question;
use crate::plan::Plan;

/// What `--fix` did to a secret.
pub struct Fixed {
    name: String,
    changes: Vec<Change>,
    steps: Vec<StepReport>,
}

impl Found {
    /// Fixes what can be fixed without guessing, after a yes.
    ///
    /// # Errors
    /// The [`Failure`] to show; status 5 where the value may not be read, 130 where the answer is
    /// no.
    pub async fn fix(
        &mut self,
        yes: bool,
        login: Option<&LoginCheck>,
        rules: Option<&[Rule]>,
        session: &Session,
        context: &Context<'_>,
    ) -> Result<Fixed, Failure> {
        let secret = &mut self.secret;
        refuse_read_only(secret, ("check", " --fix"), session)?;
        let name = escaped(&secret.name);
        let value = session
            .secrets()
            .value(&secret.arn)
            .await
            .map_err(|error| {
                error.into_failure(
                    &format!("could not read the value of {name}"),
                    &session.service().of_secret(&secret.name),
                )
            })?;
        let fix = match &value {
            Some(value) => ValueFix::new(value)
                .map_err(|error| Failure::new(Status::Failed, "too-large", error.to_string()))?,
            None => None,
        };
        let fixed = fix.as_ref().map(ValueFix::content).or(value);
        let expiry = match (login, &fixed) {
            (Some(login), Some(value)) => {
                let usage = RuleUsage::new(secret, rules);
                let info = login.token_info(value, &usage).await;
                let expiry = expiry_to_keep(&info, value, secret);
                self.token_info = Some(info);
                expiry
            }
            _ => None,
        };
        let (changes, value) = fix.map(|fix| (fix.changes, fix.value)).unzip();
        let changes = changes.into_iter().flatten();
        let changes: Vec<Change> = changes.chain(expiry.map(Change::Expiry)).collect();
        self.reading = Some(fixed.map_or(Reading::Nothing, Reading::Value));
        if changes.is_empty() {
            return Ok(Fixed {
                name,
                changes,
                steps: Vec::new(),
            });
        }
        let is_value_fixed = value.is_some();
        let expiry = expiry.and_then(expiry_tag);
        let plan = Plan::fix(secret, &changes, value, expiry.clone());
        context
            .confirm(&plan, Question::TakeAway("Fix it?"), yes, session)
            .await?;
        let hints = session.hints();
        let outcome = apply(plan, session, context.progress, context.output).await;
        let outcome = outcome.complete(session, &hints, None)?;
        if is_value_fixed {
            secret.last_changed = Some(Time::now());
        }
        if let Some(tag) = &expiry {
            secret.set_tag(tag);
        }
        Ok(Fixed {
            name,
            changes,
            steps: outcome.steps,
        })
    }
}

impl Fixed {
    /// What was done, a change on each line, for the result; `None` where nothing was.
    pub fn done(&self) -> Option<String> {
        let changes = self.changes.iter();
        let changes: Vec<String> = changes
            .map(|change| format!("\n  {}", escaped(&change.done())))
            .collect();
        let fixed = || format!("{} {}:", paint(Color::Green, "Fixed"), self.name);
        (!changes.is_empty()).then(|| fixed() + &changes.concat())
    }

    /// Why nothing was done, for a note; `None` where something was.
    pub fn why_nothing(&self, findings: &[Finding]) -> Option<String> {
        let is_well = findings.iter().all(|finding| finding.level == Level::Note);
        let why = if is_well {
            "needs to be fixed"
        } else {
            "can be fixed without guessing"
        };
        let name = &self.name;
        let nothing = || format!("Nothing of {name} {why}; nothing was written");
        self.changes.is_empty().then(nothing)
    }

    pub fn into_report(self) -> FixReport {
        FixReport {
            action: if self.changes.is_empty() {
                Action::Unchanged
            } else {
                Action::Updated
            },
            steps: self.steps,
            warnings: Vec::new(),
            mended: self.changes.iter().map(Change::to_string).collect(),
        }
    }
}
