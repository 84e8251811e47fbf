//! Storing a new version of a secret, and telling what became of it.

use std::fmt::Write as _;

use serde::Serialize;

use super::{aws_options, give, Context};
use crate::apply::store_version;
use crate::aws::{AwsError, Session};
use crate::content::Content;
use crate::date::Date;
use crate::failure::{Failure, Stored};
use crate::finding::showable;
use crate::input::draft::{expiry_tag, Draft};
use crate::output::escaped;
use crate::renewal::Renewal;
use crate::report::{Action, StepReport, StepStatus, Verification};
use crate::secret::{Secret, EXPIRY_TAG};
use crate::shell::{option, quote};
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
}

/// What becomes of the tag that says when the token ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Expiry {
    Keep,
    Set(Date),
    /// It is of the token before.
    Remove,
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
    arn: &'a str,
    name: &'a str,
    version_id: Option<&'a str>,
    /// The version before, which is AWSPREVIOUS now; none where nothing was stored.
    previous_version_id: Option<&'a str>,
    region: &'a str,
    registry: Option<&'static str>,
    username: &'a str,
    expires_on: Option<Date>,
    steps: &'a [StepReport],
    verification: &'a Verification,
    warnings: &'a [String],
}

impl Seen {
    pub fn of(secret: &Secret) -> Self {
        Self {
            current: version_with(secret, "AWSCURRENT"),
        }
    }
}

fn version_with(secret: &Secret, stage: &str) -> Option<String> {
    let mut versions = secret.versions.iter();
    let found = versions.find(|version| version.stages.iter().any(|have| have == stage));
    found.map(|version| version.id.clone())
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
        let had = secret.expires_on();
        let expiry = match draft.expiry() {
            Some(date) if had == Some(Ok(date)) => Expiry::Keep,
            Some(date) => Expiry::Set(date),
            None if had.is_some() && !renewal.is_unchanged => Expiry::Remove,
            None => Expiry::Keep,
        };
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
        };
        renew.warn_of_what_is_odd(stored);
        Ok(renew)
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
        self.steps().is_empty()
    }

    fn steps(&self) -> Vec<&'static str> {
        let put = (!self.renewal.is_unchanged).then_some("put-secret-value");
        let tag = match self.expiry {
            Expiry::Keep => None,
            Expiry::Set(_) => Some("tag-resource"),
            Expiry::Remove => Some("untag-resource"),
        };
        put.into_iter().chain(tag).collect()
    }

    /// What a person says yes to.
    pub fn review(&self) -> String {
        let mut text = String::new();
        let mut row = |label: &str, value: &str| {
            let _ = writeln!(text, "  {label:<12} {}", escaped(value));
        };
        row("region", self.session.region());
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
        row("AWS calls", &self.steps().join(", then "));
        text.truncate(text.trim_end().len());
        text
    }

    /// Stores the version, then sets the tag.
    ///
    /// # Errors
    /// Status 8 where the version is stored, and the tag is not.
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
        if let Err(error) = self.set_expiry().await {
            return Err(self.partial(steps, error, is_new));
        }
        for step in &mut steps {
            step.status = StepStatus::Done;
        }
        self.report(seen, version.as_deref(), &steps)
    }

    async fn store(&self) -> Result<String, Failure> {
        let secrets = self.session.secrets();
        let arn = &self.secret.arn;
        self.context.progress.store(arn, false);
        let stored = store_version(&secrets, arn, &self.renewal.value).await;
        match stored {
            Ok(version) => {
                self.context.progress.store(arn, true);
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
        let Ok(Some(now)) = self.session.inventory().describe(&self.secret.arn).await else {
            return;
        };
        let (current, before) = (
            version_with(&now, "AWSCURRENT"),
            version_with(&now, "AWSPREVIOUS"),
        );
        if current.as_deref() != ours {
            self.warn(&format!(
                "someone else stored another version right after this one: theirs is current ({}), this one is before it",
                current.as_deref().unwrap_or("not known")
            ));
        } else if seen.current.is_some() && before != seen.current {
            self.warn(&format!(
                "someone else stored another version while this one was prepared: this one is current, theirs is before it ({})",
                before.as_deref().unwrap_or("not known")
            ));
        }
    }

    async fn set_expiry(&self) -> Result<(), AwsError> {
        let secrets = self.session.secrets();
        let arn = &self.secret.arn;
        match self.expiry {
            Expiry::Keep => Ok(()),
            Expiry::Set(date) => {
                let tag: Vec<_> = expiry_tag(date).into_iter().collect();
                secrets.tag(arn, &tag).await
            }
            Expiry::Remove => secrets.untag(arn, EXPIRY_TAG).await,
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
        let id = option("--secret-id", &self.secret.name);
        let finish = match self.expiry {
            Expiry::Set(date) => {
                format!("aws secretsmanager tag-resource {id} --tags Key={EXPIRY_TAG},Value={date}{options}")
            }
            _ => format!("aws secretsmanager untag-resource {id} --tag-keys {EXPIRY_TAG}{options}"),
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
        steps: &[StepReport],
    ) -> Result<(), Failure> {
        let is_new = !self.renewal.is_unchanged;
        let expires_on = match self.expiry {
            Expiry::Keep => self.secret.expires_on().and_then(Result::ok),
            Expiry::Set(date) => Some(date),
            Expiry::Remove => None,
        };
        let report = UpdateReport {
            schema_version: 1,
            action: if steps.is_empty() {
                Action::Unchanged
            } else {
                Action::Updated
            },
            arn: &self.secret.arn,
            name: &self.secret.name,
            version_id: version,
            previous_version_id: seen.current.as_deref().filter(|_| is_new),
            region: self.session.region(),
            registry: self.draft.upstream.map(|upstream| upstream.kind),
            username: &self.username,
            expires_on,
            steps,
            verification: &self.verification,
            warnings: &self.warnings,
        };
        give(&report, Some(&self.secret.arn), self.context.output)?;
        let name = escaped(&self.secret.name);
        let options = aws_options(self.context.global, Some(self.session.region()));
        self.context.output.note(&if is_new {
            format!(
                "Stored as a new version of {name} in {}. To go back to the one before: ecr-ptc update {} --rollback{options}",
                self.session.region(),
                quote(&self.secret.name)
            )
        } else if steps.is_empty() {
            format!("{name} has these credentials already; nothing was written.")
        } else {
            format!("{name} has these credentials already; only the date was written.")
        });
        Ok(())
    }
}
