//! `check --fix`: fixes what can be fixed automatically, and reports it.

use crate::aws::{AwsError, Session, BATCH};
use crate::check::{expiry_to_keep, Finding, FixedSecrets, Level, LoginCheck};
use crate::commands::context::Context;
use crate::commands::find::refuse_read_only;
use crate::input::options::expiry_tag;
use crate::model::date::Time;
use crate::model::rule::RuleUsage;
use crate::model::secret::Secret;
use crate::model::stored_value::{Reading, StoredValue};
use crate::model::value_fix::{Change, ValueFix};
use crate::output::document::StepReport;
use crate::output::failure::Failure;
use crate::output::report::{Action, Report};
use crate::output::status::Status;
use crate::output::{escaped, paint, Color, CHECK_MARK};
use crate::plan::confirm::Question;
use crate::plan::Plan;

/// What can be fixed in a secret, and what it is then.
pub struct Fix {
    changes: Vec<Change>,
    plan: Plan,
    pub secret: Secret,
}

impl Fix {
    /// Finds what can be fixed without guessing, and the value after it. With `login`, it also asks
    /// the registry for the expiry date.
    pub async fn find(
        mut secret: Secret,
        mut value: StoredValue,
        login: Option<(&LoginCheck, &RuleUsage<'_>)>,
    ) -> Result<(Self, StoredValue), Failure> {
        let fix = ValueFix::new(&value)
            .map_err(|error| Failure::new(Status::Failed, "too-large", error.to_string()))?;
        if let Some(fix) = &fix {
            value = fix.content();
        }
        let expiry = match login {
            Some((login, usage)) => {
                let info = login.token_info(&value, usage).await;
                expiry_to_keep(&info, &value, &secret)
            }
            None => None,
        };
        let (changes, new_value) = fix.map(|fix| (fix.changes, fix.value)).unzip();
        let changes: Vec<Change> = changes
            .into_iter()
            .flatten()
            .chain(expiry.map(Change::Expiry))
            .collect();
        let expiry = expiry.and_then(expiry_tag);
        let is_value_fixed = new_value.is_some();
        let plan = Plan::fix(&secret, &changes, new_value, expiry.clone());
        if is_value_fixed {
            secret.last_changed = Some(Time::now());
        }
        if let Some(tag) = &expiry {
            secret.set_tag(tag);
        }
        let fix = Self {
            changes,
            plan,
            secret,
        };
        Ok((fix, value))
    }

    /// The same for every secret that can be changed and read; those in which there is something to
    /// fix, by name.
    pub async fn find_all(
        login: Option<&LoginCheck>,
        session: &Session,
    ) -> Result<Vec<Self>, Failure> {
        let failed = |error: AwsError| {
            error.into_failure("could not read the secrets to fix", session.service())
        };
        let rules = session.rules().await.ok();
        let secrets = session.secrets();
        let (mut pages, mut planned) = (secrets.pages(), Vec::new());
        while let Some(mut page) = pages().await.map_err(failed)? {
            page.retain(|secret| refuse_read_only(secret, ("check", ""), session).is_ok());
            for batch in page.chunks(BATCH) {
                let arns: Vec<_> = batch.iter().map(|secret| secret.arn.clone()).collect();
                let mut readings = secrets.values(&arns).await.map_err(failed)?;
                for secret in batch {
                    let Some(Reading::Value(value)) = readings.remove(&secret.arn) else {
                        continue;
                    };
                    let usage = RuleUsage::new(secret, rules.as_deref());
                    let login = login.map(|login| (login, &usage));
                    let (fix, value) = Self::find(secret.clone(), value, login).await?;
                    if !fix.changes.is_empty() {
                        session.redactor().hide_value(&value);
                        planned.push(fix);
                    }
                }
            }
        }
        planned.sort_by(|one, other| one.secret.name.cmp(&other.secret.name));
        Ok(planned)
    }
}

/// What `--fix` did.
pub struct Fixed {
    /// The secret that was named. `None` if all are meant.
    name: Option<String>,
    /// The changes to each secret, by its name.
    changes: Vec<(String, Vec<Change>)>,
    steps: Vec<StepReport>,
}

/// Makes these fixes, after one yes for all.
///
/// # Errors
/// The [`Failure`] to show; status 130 if the answer is no.
pub async fn fix(
    planned: Vec<Fix>,
    name: Option<&str>,
    yes: bool,
    finish: Option<&str>,
    session: &Session,
    context: &Context<'_>,
) -> Result<Fixed, Failure> {
    let planned = planned.into_iter().filter(|fix| !fix.changes.is_empty());
    let (changes, plans): (Vec<_>, Vec<_>) = planned
        .map(|fix| ((escaped(&fix.secret.name), fix.changes), fix.plan))
        .unzip();
    let mut fixed = Fixed {
        name: name.map(escaped),
        changes,
        steps: Vec::new(),
    };
    if !plans.is_empty() {
        let question = if plans.len() == 1 {
            "Fix it?"
        } else {
            "Fix them?"
        };
        let consent = context.consent(Question::TakeAway(question), yes);
        let outcomes = context
            .carry_out_all(plans, consent, finish, session)
            .await?;
        let steps = outcomes.into_iter().flat_map(|outcome| outcome.steps);
        fixed.steps = steps.collect();
    }
    Ok(fixed)
}

impl Fixed {
    /// The changes, one a line; `None` if there were none.
    pub fn done(&self) -> Option<String> {
        let of_secret = |(name, changes): &(String, Vec<Change>)| {
            let changes = changes.iter();
            let changes: Vec<String> = changes
                .map(|change| format!("\n  {}", escaped(&change.done())))
                .collect();
            format!(
                "{CHECK_MARK}Fixed {}:{}",
                paint(Color::Bold, name),
                changes.concat()
            )
        };
        let secrets: Vec<String> = self.changes.iter().map(of_secret).collect();
        (!secrets.is_empty()).then(|| secrets.join("\n"))
    }

    /// Why nothing was changed; `None` if something was.
    pub fn why_nothing(&self, findings: &[Finding]) -> Option<String> {
        let is_well = findings.iter().all(|finding| finding.level == Level::Note);
        let why = if is_well {
            "needs to be fixed"
        } else {
            "can be fixed automatically"
        };
        let of = self.name.as_ref().map(|name| format!(" in {name}"));
        let of = of.unwrap_or_default();
        let nothing = || format!("Nothing{of} {why}; nothing was written");
        self.changes.is_empty().then(nothing)
    }

    pub fn into_report(self) -> Report<FixedSecrets> {
        let is_one = self.name.is_some();
        let changes = self.changes.iter().flat_map(|(name, changes)| {
            let name = if is_one { "" } else { &format!("{name}: ") };
            let texts = changes.iter().map(|change| format!("{name}{change}"));
            texts.collect::<Vec<_>>()
        });
        let fixed: Vec<String> = changes.collect();
        Report {
            action: if fixed.is_empty() {
                Action::Unchanged
            } else {
                Action::Fixed
            },
            details: FixedSecrets { fixed },
            steps: self.steps,
            warnings: Vec::new(),
        }
    }
}
