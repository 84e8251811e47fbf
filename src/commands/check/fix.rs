//! `check --fix`: what can be fixed without guessing, and what is said of it.

use super::Found;
use crate::aws::Session;
use crate::check::{Finding, FixReport, Level};
use crate::commands::context::Context;
use crate::commands::find::refuse_read_only;
use crate::model::date::Time;
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
        let Some(fix) = fix else {
            self.reading = Some(value.map_or(Reading::Nothing, Reading::Value));
            return Ok(Fixed {
                name,
                changes: Vec::new(),
                steps: Vec::new(),
            });
        };
        let (changes, fixed) = (fix.changes.clone(), fix.content());
        let plan = Plan::fix(secret, fix);
        context
            .confirm(&plan, Question::TakeAway("Fix it?"), yes, session)
            .await?;
        let hints = session.hints();
        let outcome = apply(plan, session, context.progress, context.output).await;
        let outcome = outcome.complete(session, &hints, None)?;
        self.reading = Some(Reading::Value(fixed));
        secret.last_changed = Some(Time::now());
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
