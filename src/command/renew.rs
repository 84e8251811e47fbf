//! Storing a new version of a secret, and telling what became of it.

mod expiry;

use std::fmt::Write as _;

use expiry::Expiry;
use serde::Serialize;

use super::rule::{make_rule, Stage};
use super::{aws_options, give, Context};
use crate::apply::store_version;
use crate::arn::SecretArn;
use crate::aws::{AwsError, Session};
use crate::content::Content;
use crate::date::Date;
use crate::failure::{Failure, Stored};
use crate::finding::showable;
use crate::input::draft::Draft;
use crate::output::escaped;
use crate::region::RegionName;
use crate::renewal::Renewal;
use crate::report::{Action, RuleSummary, StepReport, StepStatus, Verification};
use crate::rule::{Change, RuleRequest};
use crate::secret::{Secret, EXPIRY_TAG};
use crate::shell::quote;
use crate::status::Status;

/// What is to be done to a secret, and where.
pub struct Renew<'a> {
    draft: &'a Draft,
    secret: &'a Secret,
    session: &'a Session,
    context: &'a Context<'a>,
    username: String,
    renewal: Renewal,
    expiry: Expiry,
    verification: Verification,
    warnings: Vec<String>,
    /// The rule to make, once the credentials are stored.
    stage: Option<Stage<'a>>,
}

/// What was there when it was looked at first.
pub struct Seen {
    current: Option<String>,
}

/// What became of it. Its JSON members are a contract: only ever added to.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct UpdateReport<'a> {
    schema_version: u8,
    action: Action,
    arn: &'a SecretArn,
    name: &'a str,
    version_id: Option<&'a str>,
    /// The version before, which is AWSPREVIOUS now; none where nothing was stored.
    previous_version_id: Option<&'a str>,
    region: &'a RegionName,
    registry: Option<&'static str>,
    username: &'a str,
    expires_on: Option<Date>,
    /// The rule that uses it, where one was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    rule: Option<RuleSummary>,
    steps: &'a [StepReport],
    verification: &'a Verification,
    warnings: &'a [String],
}

impl Seen {
    pub fn of(secret: &Secret) -> Self {
        Self {
            current: secret.version_with("AWSCURRENT").map(str::to_owned),
        }
    }
}

impl<'a> Renew<'a> {
    /// # Errors
    /// Status 2 where the draft has no token, or the new value is too large.
    pub fn plan(
        draft: &'a Draft,
        verification: Verification,
        secret: &'a Secret,
        stored: Option<&Content>,
        session: &'a Session,
        context: &'a Context<'a>,
    ) -> Result<Self, Failure> {
        let credential = draft
            .credential()
            .ok_or_else(|| Failure::usage("the username or the access token is missing"))?;
        let renewal =
            Renewal::of(stored, &credential).map_err(|fault| Failure::usage(fault.to_string()))?;
        let expiry = Expiry::of(secret, draft.expiry(), renewal.is_unchanged);
        let mut renew = Self {
            username: credential.username.to_string(),
            warnings: draft.warnings.clone(),
            draft,
            secret,
            session,
            context,
            renewal,
            expiry,
            verification,
            stage: None,
        };
        renew.warn_of_what_is_odd(stored);
        Ok(renew)
    }

    pub fn with_rule(self, stage: Option<Stage<'a>>) -> Self {
        Self { stage, ..self }
    }

    fn warn_of_what_is_odd(&mut self, stored: Option<&Content>) {
        if !self.renewal.kept.is_empty() {
            let keys: Vec<&str> = self.renewal.kept.iter().map(String::as_str).collect();
            self.warn(&format!(
                "other keys of the value are kept, which ECR does not read: {}",
                showable(&keys)
            ));
        }
        if stored.is_some_and(|content| content.members().is_none()) {
            self.warn("the stored value is not a JSON object; it is replaced as a whole, and stays as AWSPREVIOUS");
        }
        if self.secret.rotation.is_some() {
            self.warn("automatic rotation is switched on: its function may replace this token");
        }
        if self.secret.doubtful_key().is_some() {
            self.warn(super::store::DOUBTFUL_KEY);
        }
    }

    fn warn(&mut self, warning: &str) {
        self.context.output.warn(warning);
        self.warnings.push(warning.to_owned());
    }

    /// Whether everything is as it should be already.
    pub fn is_empty(&self) -> bool {
        let rule = self.rule_in_review();
        self.steps().is_empty() && rule.is_none_or(|(_, change)| change == Change::Nothing)
    }

    fn rule_in_review(&self) -> Option<(&RuleRequest, Change)> {
        let stage = self.stage.as_ref()?;
        Some(stage.in_review(Some(&self.secret.arn)))
    }

    fn steps(&self) -> Vec<&'static str> {
        let put = (!self.renewal.is_unchanged).then_some("put-secret-value");
        put.into_iter().chain(self.expiry.step()).collect()
    }

    /// What a person says yes to.
    pub fn review(&self) -> String {
        let mut text = String::new();
        let mut row = |label: &str, value: &str| {
            let _ = writeln!(text, "  {label:<12} {}", escaped(value));
        };
        row("region", self.session.region().as_str());
        row("name", &self.secret.name);
        if let Some(upstream) = self.draft.upstream {
            row("registry", upstream.title);
        }
        row("username", &self.username);
        let characters = self
            .draft
            .token
            .as_ref()
            .map(crate::credential::AccessToken::characters);
        row(
            "accessToken",
            &format!("{} characters, not shown", characters.unwrap_or_default()),
        );
        match self.expiry {
            Expiry::Keep => {}
            Expiry::Set(date) => row("expires on", &date.to_string()),
            Expiry::Remove => row(
                "expires on",
                "not known; the date of the token before is removed",
            ),
        }
        let mut calls = self.steps();
        if let Some((rule, change)) = self.rule_in_review() {
            row("rule", &format!("{} ({})", rule.prefix, rule.url));
            calls.extend(change.steps().iter().map(|step| step.word()));
        }
        row("AWS calls", &calls.join(", then "));
        text.truncate(text.trim_end().len());
        text
    }

    /// Stores the version, then sets the tag, then makes the rule.
    ///
    /// # Errors
    /// Status 8 where the version is stored, and the tag is not, or the rule is not as wanted.
    pub async fn carry_out(&mut self, seen: &Seen) -> Result<(), Failure> {
        let mut steps: Vec<StepReport> =
            self.steps().into_iter().map(StepReport::planned).collect();
        let mut version = seen.current.clone();
        let is_new = !self.renewal.is_unchanged;
        if is_new {
            version = Some(self.store().await?);
            steps[0].status = StepStatus::Done;
            self.look_for_others(seen, version.as_deref()).await;
        }
        let arn = &self.secret.arn;
        if let Err(error) = self.expiry.apply(&self.session.secrets(), arn).await {
            return Err(self.partial(steps, error, is_new));
        }
        for step in &mut steps {
            step.status = StepStatus::Done;
        }
        let is_updated = !steps.is_empty();
        let rule = self.set_rule(&mut steps).await?;
        self.report(seen, version.as_deref(), is_updated, &steps, rule)
    }

    async fn store(&self) -> Result<String, Failure> {
        let secrets = self.session.secrets();
        let arn = &self.secret.arn;
        self.context.progress.store(arn.as_str(), false);
        let stored = store_version(&secrets, arn, &self.renewal.value).await;
        match stored {
            Ok(version) => {
                self.context.progress.store(arn.as_str(), true);
                Ok(version)
            }
            Err(error) => {
                self.context.progress.nothing();
                Err(super::not_stored(
                    error,
                    &format!(
                        "could not store the new version of {}",
                        escaped(&self.secret.name)
                    ),
                    &self.secret.name,
                    self.session.place(),
                    &aws_options(self.context.global, Some(self.session.region())),
                ))
            }
        }
    }

    /// Tells where someone else stored a version at the same time. Nothing is lost: one of the two is
    /// current, the other is AWSPREVIOUS.
    async fn look_for_others(&mut self, seen: &Seen, ours: Option<&str>) {
        let Ok(Some(now)) = self
            .session
            .inventory()
            .describe(self.secret.arn.as_str())
            .await
        else {
            return;
        };
        let (current, before) = (
            now.version_with("AWSCURRENT").map(str::to_owned),
            now.version_with("AWSPREVIOUS").map(str::to_owned),
        );
        let in_words =
            |version: &Option<String>| escaped(version.as_deref().unwrap_or("not known"));
        if current.as_deref() != ours {
            self.warn(&format!(
                "someone else stored another version right after this one: theirs is current ({}), this one is before it",
                in_words(&current)
            ));
        } else if seen.current.is_some() && before != seen.current {
            self.warn(&format!(
                "someone else stored another version while this one was prepared: this one is current, theirs is before it ({})",
                in_words(&before)
            ));
        }
    }

    /// Makes the rule that is asked for; with what to tell of it.
    async fn set_rule(
        &self,
        steps: &mut Vec<StepReport>,
    ) -> Result<Option<(RuleSummary, String)>, Failure> {
        // With a rule, the name was read as one that a rule can use.
        match (&self.stage, &self.draft.name) {
            (Some(stage), Some(name)) => {
                make_rule(Some(stage), name, &self.secret.arn, steps).await
            }
            _ => Ok(None),
        }
    }

    fn partial(&self, mut steps: Vec<StepReport>, error: AwsError, is_new: bool) -> Failure {
        if let Some(last) = steps.last_mut() {
            last.status = StepStatus::Failed;
        }
        let name = escaped(&self.secret.name);
        if !is_new {
            let what = format!("could not set the tag {EXPIRY_TAG} of {name}");
            return error.into_failure(&what, self.session.place());
        }
        let what =
            format!("the new version of {name} is stored, but its tag {EXPIRY_TAG} is not right");
        let mut failure = error.into_failure(&what, self.session.place());
        let options = aws_options(self.context.global, Some(self.session.region()));
        let finish = self.expiry.command_line(&self.secret.name, &options);
        let finish = match (&self.stage, &self.draft.name) {
            (Some(stage), Some(name)) => {
                steps.extend(stage.not_tried(&self.secret.arn));
                format!("{finish}\nthen make the rule: {}", stage.command_line(name))
            }
            _ => finish,
        };
        let mended = failure
            .fix
            .take()
            .map(|fix| format!("{fix}\nthen "))
            .unwrap_or_default();
        failure.fix = Some(format!("{mended}finish it with: {finish}"));
        failure.status = Status::Partial;
        failure.code = "partial";
        failure.stored = Some(Stored {
            arn: self.secret.arn.clone(),
            steps,
        });
        failure
    }

    fn report(
        &self,
        seen: &Seen,
        version: Option<&str>,
        is_updated: bool,
        steps: &[StepReport],
        rule: Option<(RuleSummary, String)>,
    ) -> Result<(), Failure> {
        let is_new = !self.renewal.is_unchanged;
        let (rule, said) = rule.unzip();
        let expires_on = match self.expiry {
            Expiry::Keep => self.secret.expires_on().and_then(Result::ok),
            Expiry::Set(date) => Some(date),
            Expiry::Remove => None,
        };
        let report = UpdateReport {
            schema_version: 1,
            action: if is_updated {
                Action::Updated
            } else {
                Action::Unchanged
            },
            arn: &self.secret.arn,
            name: &self.secret.name,
            version_id: version,
            previous_version_id: seen.current.as_deref().filter(|_| is_new),
            region: self.session.region(),
            registry: self.draft.upstream.map(|upstream| upstream.kind),
            username: &self.username,
            expires_on,
            rule,
            steps,
            verification: &self.verification,
            warnings: &self.warnings,
        };
        give(&report, Some(self.secret.arn.as_str()), self.context.output)?;
        let name = escaped(&self.secret.name);
        let options = aws_options(self.context.global, Some(self.session.region()));
        self.context.output.note(&if is_new {
            format!(
                "Stored as a new version of {name} in {}. To go back to the one before: ecr-ptc update {} --rollback{options}",
                self.session.region(),
                quote(&self.secret.name)
            )
        } else if is_updated {
            format!("{name} has these credentials already; only the date was written.")
        } else {
            format!("{name} has these credentials already; they were not written again.")
        });
        if let Some(said) = said {
            self.context.output.note(&said);
        }
        Ok(())
    }
}
