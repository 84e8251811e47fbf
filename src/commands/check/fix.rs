//! `check --fix`: fixes what can be fixed automatically, and reports it.

use crate::aws::Session;
use crate::check::{expiry_to_keep, Finding, FixedSecret, Level, LoginCheck};
use crate::commands::context::Context;
use crate::input::options::expiry_tag;
use crate::model::date::Time;
use crate::model::rule::RuleUsage;
use crate::model::secret::Secret;
use crate::model::stored_value::StoredValue;
use crate::model::value_fix::{Change, ValueFix};
use crate::output::failure::Failure;
use crate::output::report::{Action, Report, StepReport};
use crate::output::status::Status;
use crate::output::{escaped, paint, Color, CHECK_MARK};
use crate::plan::confirm::Question;
use crate::plan::Plan;

/// What `--fix` did to a secret.
pub struct Fixed {
    name: String,
    changes: Vec<Change>,
    steps: Vec<StepReport>,
}

/// Fixes a secret after confirmation, and updates `secret` and `value` accordingly. With `login` it
/// also records the expiry date the registry reports.
pub async fn fix(
    secret: &mut Secret,
    value: &mut Option<StoredValue>,
    yes: bool,
    login: Option<(&LoginCheck, &RuleUsage<'_>)>,
    session: &Session,
    context: &Context<'_>,
) -> Result<Fixed, Failure> {
    let fix = value.as_ref().map(ValueFix::new).transpose();
    let fix = fix.map_err(|error| Failure::new(Status::Failed, "too-large", error.to_string()))?;
    let fix = fix.flatten();
    if let Some(fix) = &fix {
        *value = Some(fix.content());
    }
    let expiry = match (login, &*value) {
        (Some((login, usage)), Some(value)) => {
            let info = login.token_info(value, usage).await;
            expiry_to_keep(&info, value, secret)
        }
        _ => None,
    };
    let (changes, new_value) = fix.map(|fix| (fix.changes, fix.value)).unzip();
    let changes = changes.into_iter().flatten();
    let mut fixed = Fixed {
        name: escaped(&secret.name),
        changes: changes.chain(expiry.map(Change::Expiry)).collect(),
        steps: Vec::new(),
    };
    if fixed.changes.is_empty() {
        return Ok(fixed);
    }
    let is_value_fixed = new_value.is_some();
    let expiry = expiry.and_then(expiry_tag);
    let plan = Plan::fix(secret, &fixed.changes, new_value, expiry.clone());
    let consent = context.consent(Question::TakeAway("Fix it?"), yes);
    let outcome = context.carry_out(plan, consent, None, session).await?;
    fixed.steps = outcome.steps;
    if is_value_fixed {
        secret.last_changed = Some(Time::now());
    }
    if let Some(tag) = &expiry {
        secret.set_tag(tag);
    }
    Ok(fixed)
}

impl Fixed {
    /// The changes, one a line; `None` if there were none.
    pub fn done(&self) -> Option<String> {
        let changes = self.changes.iter();
        let changes: Vec<String> = changes
            .map(|change| format!("\n  {}", escaped(&change.done())))
            .collect();
        let fixed = || format!("{CHECK_MARK}Fixed {}:", paint(Color::Bold, &self.name));
        (!changes.is_empty()).then(|| fixed() + &changes.concat())
    }

    /// Why nothing was changed; `None` if something was.
    pub fn why_nothing(&self, findings: &[Finding]) -> Option<String> {
        let is_well = findings.iter().all(|finding| finding.level == Level::Note);
        let why = if is_well {
            "needs to be fixed"
        } else {
            "can be fixed automatically"
        };
        let name = &self.name;
        let nothing = || format!("Nothing in {name} {why}; nothing was written");
        self.changes.is_empty().then(nothing)
    }

    pub fn into_report(self) -> Report<FixedSecret> {
        Report {
            action: if self.changes.is_empty() {
                Action::Unchanged
            } else {
                Action::Fixed
            },
            details: FixedSecret {
                fixed: self.changes.iter().map(Change::to_string).collect(),
            },
            steps: self.steps,
            warnings: Vec::new(),
        }
    }
}
