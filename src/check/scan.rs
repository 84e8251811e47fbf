//! [`scan`]: checks one secret or all, holding only a few values in memory at a time.

use std::cell::{Cell, RefCell};

use futures_util::{stream, TryStreamExt};

use super::finding::{Finding, Level};
use super::inspected::{Criteria, Inspected};
use super::login_check::LoginCheck;
use super::metadata::{inspect_key, inspect_manager, inspect_metadata};
use super::rules::{inspect_usage, Rules, UNUSED};
use super::value::{collapse_unread, inspect_value, none_read};
use crate::aws::{AwsError, Keys, Kind, Session, BATCH};
use crate::model::creation_template::CreationTemplate;
use crate::model::rule::Rule;
use crate::model::secret::{KeyKind, Secret};
use crate::model::stored_value::{Reading, StoredValue};
use crate::output::failure::Failure;
use crate::output::{escaped, Redactor};

/// How many BatchGetSecretValue calls run at once. Each holds up to 20 values of up to 64 KiB.
const BATCHES_IN_FLIGHT: usize = 8;

/// One secret to check, with the rules that refer to it.
pub struct OneSecret {
    pub secret: Secret,
    /// Its value, if it was read already.
    pub reading: Option<Reading>,
    /// All rules of the Region.
    pub rules: Result<Vec<Rule>, AwsError>,
}

/// The result of a scan.
pub struct Scan {
    pub checked: usize,
    /// `None` if the rules could not be listed.
    pub checked_rules: Option<usize>,
    pub findings: Vec<Finding>,
    /// All rules of the Region; `None` if they could not be listed.
    pub rules: Option<Vec<Rule>>,
    /// The repository creation templates, as far as they could be read.
    pub templates: Vec<CreationTemplate>,
}

impl Scan {
    /// What is left if the caller may not list the secrets: the rules.
    pub async fn without_secrets(failure: Failure, session: &Session) -> Self {
        let message = format!("{}: not allowed", failure.message());
        let finding = Finding::new(Level::Warning, "secrets-not-read", message);
        Self {
            findings: vec![Finding {
                fix: failure.into_fix(),
                ..finding
            }],
            ..Self::of_rules(session).await
        }
    }

    /// The rules and templates, with nothing checked.
    pub async fn of_rules(session: &Session) -> Self {
        Self {
            checked: 0,
            checked_rules: None,
            findings: Vec::new(),
            rules: session.rules().await.ok(),
            templates: session.ecr().creation_templates().await.unwrap_or_default(),
        }
    }
}

/// State shared by all inspections.
struct Scanner<'a> {
    session: &'a Session,
    keys: Keys,
    criteria: &'a Criteria,
    login: Option<&'a LoginCheck>,
    rules: Rules,
    /// Secrets that were just changed, since ListSecrets may be minutes behind.
    fixed: &'a [Secret],
    /// Why no value can be read.
    unreadable: RefCell<Option<AwsError>>,
    /// How many values were read.
    read: Cell<usize>,
}

/// Checks one secret, or every secret under the prefix and every rule; `progress` gets the number
/// of secrets done. Denied access to values is a finding, not an error.
/// `fixed` are secrets that were just changed. A scan of all makes one call per 100 secrets, per 20
/// values, per 100 rules and per validation.
pub async fn scan(
    only: Option<OneSecret>,
    fixed: &[Secret],
    session: &Session,
    criteria: &Criteria,
    login: Option<&LoginCheck>,
    progress: impl Fn(usize),
) -> Result<Scan, Failure> {
    let scanner = |rules| Scanner {
        session,
        keys: session.keys(),
        criteria,
        login,
        rules,
        fixed,
        unreadable: RefCell::default(),
        read: Cell::default(),
    };
    let (scanner, checked, mut findings) = if let Some(one) = only {
        let scanner = scanner(Rules::new(one.rules, Some(&one.secret), session));
        let mut reading = one.reading;
        if reading.is_none() && one.secret.deleted.is_none() {
            let value = read(&one.secret, session).await;
            reading = Some(value.map_err(|error| unreadable(error, &one.secret, session))?);
        }
        let findings = scanner.inspect_one(one.secret, reading).await;
        (scanner, 1, findings)
    } else {
        let failed =
            |error: AwsError| error.into_failure("could not check the secrets", session.service());
        let mut pages = session.secrets().pages();
        let (first, rules) = tokio::join!(pages(), session.rules());
        let first = first.map_err(failed)?;
        let scanner = scanner(Rules::new(rules, None, session));
        let inspected = scanner.inspect_pages(first, pages, progress).await;
        let (checked, findings) = inspected.map_err(failed)?;
        (scanner, checked, findings)
    };
    if let Some(error) = scanner.unreadable.take() {
        findings.push(none_read(error, session));
    } else if scanner.read.get() == 0 {
        collapse_unread(&mut findings);
    }
    let checked_rules = scanner.rules.count();
    let rules = scanner.rules.all().map(<[_]>::to_vec);
    let (of_rules, templates) = scanner.rules.finish(&findings, session, criteria).await;
    findings.extend(of_rules);
    Ok(Scan {
        checked,
        checked_rules,
        findings,
        rules,
        templates,
    })
}

/// Reads the value of one secret. Denied access is a [`Reading`], not an error.
async fn read(secret: &Secret, session: &Session) -> Result<Reading, AwsError> {
    match session.secrets().value(&secret.arn).await {
        Ok(value) => Ok(value.map_or(Reading::Nothing, Reading::Value)),
        Err(error) if matches!(error.kind, Kind::Denied | Kind::Refused) => {
            Ok(Reading::Refused(error.summary()))
        }
        Err(error) => Err(error),
    }
}

/// The failure to show if the value of one secret could not be read.
pub fn unreadable(error: AwsError, secret: &Secret, session: &Session) -> Failure {
    let what = format!("could not read the value of {}", escaped(&secret.name));
    error.into_failure(&what, &session.service().of_secret(&secret.name))
}

impl Scanner<'_> {
    /// Inspects the secrets of every page, several batches at once. Returns their number and the
    /// findings.
    async fn inspect_pages(
        &self,
        first: Option<Vec<Secret>>,
        pages: impl AsyncFnMut() -> Result<Option<Vec<Secret>>, AwsError>,
        progress: impl Fn(usize),
    ) -> Result<(usize, Vec<Finding>), AwsError> {
        let pages = stream::try_unfold((first, pages), |(page, mut pages)| async move {
            let Some(secrets) = page else {
                return Ok::<_, AwsError>(None);
            };
            let next = pages().await?;
            Ok(Some((secrets, (next, pages))))
        });
        let batches = pages.map_ok(|secrets| {
            let batches: Vec<_> = secrets.chunks(BATCH).map(<[_]>::to_vec).collect();
            stream::iter(batches.into_iter().map(Ok))
        });
        let inspected = batches
            .try_flatten()
            .map_ok(|batch| self.inspect_batch(batch))
            .try_buffer_unordered(BATCHES_IN_FLIGHT);
        let mut inspected = std::pin::pin!(inspected);
        let (mut checked, mut findings) = (0, Vec::new());
        while let Some((number, found)) = inspected.try_next().await? {
            checked += number;
            findings.extend(found);
            progress(checked);
        }
        Ok((checked, findings))
    }

    /// Inspects up to 20 secrets. Returns their number and the findings.
    async fn inspect_batch(&self, secrets: Vec<Secret>) -> Result<(usize, Vec<Finding>), AwsError> {
        let is_readable =
            |secret: &Secret| secret.deleted.is_none() && secret.has_current_version();
        let arns = secrets.iter().filter(|secret| is_readable(secret));
        let arns: Vec<_> = arns.map(|secret| secret.arn.clone()).collect();
        let is_unreadable = self.unreadable.borrow().is_some();
        let mut readings = if arns.is_empty() || is_unreadable {
            None
        } else {
            match self.session.secrets().values(&arns).await {
                Ok(readings) => Some(readings),
                Err(error) if error.kind == Kind::Denied => {
                    *self.unreadable.borrow_mut() = Some(error);
                    None
                }
                Err(error) => return Err(error),
            }
        };
        let (checked, mut findings) = (secrets.len(), Vec::new());
        for listed in secrets {
            let mut fixed = self.fixed.iter();
            let secret = fixed.find(|fixed| fixed.arn == listed.arn);
            let secret = secret.cloned().unwrap_or(listed);
            let reading = if secret.deleted.is_some() {
                None
            } else if is_readable(&secret) {
                readings.as_mut().map(|readings| {
                    let no_answer =
                        || Reading::Refused("BatchGetSecretValue: no answer".to_owned());
                    readings.remove(&secret.arn).unwrap_or_else(no_answer)
                })
            } else {
                // The list may be minutes old.
                Some(read(&secret, self.session).await?)
            };
            findings.extend(self.inspect_one(secret, reading).await);
        }
        Ok((checked, findings))
    }

    async fn inspect_one(&self, secret: Secret, reading: Option<Reading>) -> Vec<Finding> {
        let key = match &secret.deleted {
            None => self.keys.kind(&secret).await,
            Some(_) => KeyKind::Default,
        };
        let redactor = match &reading {
            Some(Reading::Value(value)) => self.hide(&secret, value),
            _ => Redactor::new(),
        };
        self.rules.see(&secret);
        let inspected = Inspected::new(&secret, self.rules.all(), self.criteria);
        let mut findings = inspect(&inspected, &key, reading.as_ref());
        if let Some(Reading::Value(value)) = &reading {
            self.read.set(self.read.get() + 1);
            if let Some(login) = self.login {
                findings.extend(login.inspect(&inspected, value).await);
            }
        }
        for finding in &mut findings {
            finding.message = redactor.redact(&finding.message);
            finding.fix = finding.fix.as_deref().map(|fix| redactor.redact(fix));
        }
        findings
    }

    /// A redactor that hides this value. It lives only as long as the secret's inspection, to save
    /// memory, unless a rule uses the secret: ECR's message about the rule is shown at the end.
    fn hide(&self, secret: &Secret, value: &StoredValue) -> Redactor {
        let mut rules = self.rules.all().unwrap_or_default().iter();
        let redactor = if rules.any(|rule| rule.refers_to(secret)) {
            self.session.redactor().clone()
        } else {
            Redactor::new()
        };
        redactor.hide_value(value);
        redactor
    }
}

/// The findings about a secret's name, dates, tags, key, value and rules. `reading` is `None` if
/// the value is reported separately. For a secret scheduled for deletion, only the rules matter.
fn inspect(inspected: &Inspected<'_>, key: &KeyKind, reading: Option<&Reading>) -> Vec<Finding> {
    let mut findings = inspect_usage(inspected);
    if let Some(finding) = inspect_manager(inspected) {
        // Something other than a rule uses it, so don't suggest deleting or changing it.
        findings.retain(|finding| finding.code != UNUSED);
        findings.push(finding);
    } else if inspected.secret.deleted.is_none() {
        findings.extend(inspect_metadata(inspected));
        findings.extend(inspect_key(inspected, key));
        let of_value = reading.map(|reading| inspect_value(inspected, reading));
        findings.extend(of_value.into_iter().flatten());
    }
    findings
}
