//! The findings of all secrets, in few calls, and without ever holding more than a few values.

use std::cell::{Cell, RefCell};

use futures_util::{stream, TryStreamExt};

use super::inspect::inspect;
use super::value::{none_read, not_read};
use super::{Criteria, Finding, LoginCheck, Rules};
use crate::aws::{AwsError, Keys, Kind, Session, BATCH};
use crate::model::rule::Rule;
use crate::model::secret::{KeyKind, Secret};
use crate::model::stored_value::{Reading, StoredValue};
use crate::output::failure::Failure;
use crate::output::Redactor;

/// How many calls that read values are under way at once: each holds up to 20 values of up to 64
/// KiB.
const BATCHES_IN_FLIGHT: usize = 8;

/// What was found.
pub struct Scan {
    pub checked: usize,
    /// `None` where the rules could not be looked at.
    pub checked_rules: Option<usize>,
    pub findings: Vec<Finding>,
}

/// What every batch needs.
struct Scanner<'a> {
    session: &'a Session,
    keys: Keys,
    criteria: &'a Criteria,
    login: Option<&'a LoginCheck>,
    rules: Option<Vec<Rule>>,
    /// Why no value can be read at all.
    unreadable: RefCell<Option<AwsError>>,
    /// How many values were read.
    read: Cell<usize>,
}

/// A secret that was inspected; its value is gone.
struct Inspected {
    secret: Secret,
    findings: Vec<Finding>,
    /// Why its value alone was refused.
    refused: Option<String>,
}

/// Checks every secret under the prefix, and every rule: a call for each 100 secrets, one for the
/// values of each 20, one for each 100 rules and one for ECR's verdict on each. `progress` hears
/// how many secrets are done.
///
/// # Errors
/// The [`Failure`] to show. That the values may not be read is a finding instead.
pub async fn scan(
    session: &Session,
    criteria: &Criteria,
    login: Option<&LoginCheck>,
    progress: impl Fn(usize),
) -> Result<Scan, Failure> {
    let failed =
        |error: AwsError| error.into_failure("could not check the secrets", session.service());
    let mut pages = session.secrets().pages();
    let (first, rules) = tokio::join!(pages(), session.rules());
    let first = first.map_err(failed)?;
    let mut rules = Rules::new(rules, None, session);
    let scanner = Scanner {
        session,
        keys: session.keys(),
        criteria,
        login,
        rules: rules.get().map(<[Rule]>::to_vec),
        unreadable: RefCell::default(),
        read: Cell::default(),
    };
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
        .map_ok(|batch| scanner.inspect(batch))
        .try_buffer_unordered(BATCHES_IN_FLIGHT);
    let (mut checked, mut findings, mut refused) = (0, Vec::new(), Vec::new());
    {
        let mut inspected = std::pin::pin!(inspected);
        while let Some(batch) = inspected.try_next().await.map_err(failed)? {
            for one in batch {
                checked += 1;
                rules.see(&one.secret);
                findings.extend(one.findings);
                refused.extend(one.refused.map(|why| (one.secret, why)));
            }
            progress(checked);
        }
    }
    findings.extend(scanner.unread(&refused));
    let checked_rules = rules.count();
    let of_rules = rules.finish(&findings, session, criteria).await;
    findings.extend(of_rules);
    Ok(Scan {
        checked,
        checked_rules,
        findings,
    })
}

impl Scanner<'_> {
    /// Reads the values of a batch, and inspects its secrets.
    async fn inspect(&self, secrets: Vec<Secret>) -> Result<Vec<Inspected>, AwsError> {
        let inventory = self.session.secrets();
        let is_readable =
            |secret: &&Secret| secret.deleted.is_none() && secret.has_current_version();
        let arns = secrets.iter().filter(is_readable);
        let arns: Vec<_> = arns.map(|secret| secret.arn.clone()).collect();
        let is_unreadable = self.unreadable.borrow().is_some();
        let mut readings = if arns.is_empty() || is_unreadable {
            None
        } else {
            match inventory.values(&arns).await {
                Ok(readings) => Some(readings),
                Err(error) if error.kind == Kind::Denied => {
                    *self.unreadable.borrow_mut() = Some(error);
                    None
                }
                Err(error) => return Err(error),
            }
        };
        let mut inspected = Vec::new();
        for secret in secrets {
            let reading = if is_readable(&&secret) {
                readings.as_mut().map(|readings| {
                    let no_answer =
                        || Reading::Refused("BatchGetSecretValue: no answer".to_owned());
                    readings.remove(&secret.arn).unwrap_or_else(no_answer)
                })
            } else if secret.deleted.is_some() {
                None
            } else {
                Some(self.look_closer(&secret).await?)
            };
            inspected.push(self.inspect_one(secret, reading).await);
        }
        Ok(inspected)
    }

    /// ListSecrets may be minutes behind, so a secret that seems to have no value is asked for it.
    async fn look_closer(&self, secret: &Secret) -> Result<Reading, AwsError> {
        match self.session.secrets().value(&secret.arn).await {
            Ok(Some(value)) => Ok(Reading::Value(value)),
            Ok(None) => Ok(Reading::Nothing),
            Err(error) if matches!(error.kind, Kind::Denied | Kind::Refused) => {
                Ok(Reading::Nothing)
            }
            Err(error) => Err(error),
        }
    }

    async fn inspect_one(&self, mut secret: Secret, reading: Option<Reading>) -> Inspected {
        let key = match &secret.deleted {
            None => self.keys.kind(&secret).await,
            Some(_) => KeyKind::Default,
        };
        if key == KeyKind::Customer {
            // ListSecrets does not tell whether the key has to be: a replica from another account
            // has no other. Who may not ask is told of the key alone.
            let described = self.session.secrets().describe(secret.arn.as_str()).await;
            if let Ok(Some(described)) = described {
                secret.cross_account_primary = described.cross_account_primary;
            }
        }
        let rules = self.rules.as_deref();
        let (reading, refused) = match reading {
            Some(Reading::Refused(why)) => (None, Some(why)),
            reading => (reading, None),
        };
        let redactor = match &reading {
            Some(Reading::Value(value)) => self.hide(&secret, value),
            _ => Redactor::new(),
        };
        let mut findings = inspect(&secret, &key, reading.as_ref(), rules, self.criteria);
        if let Some(Reading::Value(value)) = &reading {
            self.read.set(self.read.get() + 1);
            if let Some(login) = self.login {
                let found = login.inspect(&secret, value, rules, self.criteria, None);
                findings.extend(found.await);
            }
        }
        for finding in &mut findings {
            finding.message = redactor.redact(&finding.message);
            finding.fix = finding.fix.as_deref().map(|fix| redactor.redact(fix));
        }
        Inspected {
            secret,
            findings,
            refused,
        }
    }

    /// Hides a value in its own findings only, so that the memory of a scan stays small. Values
    /// that rules use stay hidden, since ECR's words about the rules are shown at the end.
    fn hide(&self, secret: &Secret, value: &StoredValue) -> Redactor {
        let mut rules = self.rules.iter().flatten();
        let redactor = if rules.any(|rule| rule.refers_to(secret).is_some()) {
            self.session.redactor().clone()
        } else {
            Redactor::new()
        };
        redactor.hide_value(value);
        redactor
    }

    /// What could not be read: the same for all is told once, instead of with each.
    fn unread(&self, refused: &[(Secret, String)]) -> Vec<Finding> {
        if let Some(error) = self.unreadable.take() {
            let finding = none_read(&error.summary());
            let fix = error.into_failure("", self.session.service()).into_fix();
            let more = "it also needs secretsmanager:GetSecretValue on each of the secrets";
            let fix = fix.map(|fix| format!("{fix}\n{more}"));
            return vec![Finding { fix, ..finding }];
        }
        match refused.split_first() {
            Some(((_, why), others))
                if self.read.get() == 0
                    && !others.is_empty()
                    && others.iter().all(|(_, other)| other == why) =>
            {
                vec![none_read(why)]
            }
            _ => {
                let hints = |secret: &Secret| self.criteria.hints.for_secret(secret);
                let each = refused.iter();
                each.map(|(secret, why)| not_read(secret, why, &hints(secret)))
                    .collect()
            }
        }
    }
}
