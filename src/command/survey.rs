//! The findings of all secrets, in few calls, and without ever holding more than a few values.

use std::sync::Arc;

use tokio::task::JoinSet;

use super::trial::Trial;
use super::uses::Uses;
use super::Context;
use crate::arn::SecretArn;
use crate::aws::{AwsError, Inventory, Kind, Reading, Session, BATCH};
use crate::failure::Failure;
use crate::finding::{not_read, of_key, of_secret, of_value, Finding, Measure};
use crate::secret::Secret;

/// How many calls that read values are under way at once: each holds up to 20 values of up to 64 KiB.
const BATCHES_IN_FLIGHT: usize = 8;

/// What was found in all secrets.
pub struct Survey {
    pub checked: usize,
    /// None where the rules could not be looked at.
    pub checked_rules: Option<usize>,
    pub findings: Vec<Finding>,
}

/// A survey under way.
struct Surveyor<'a> {
    inventory: Inventory,
    session: &'a Session,
    measure: Arc<Measure>,
    trial: Option<Arc<Trial>>,
    calls: JoinSet<Result<Values, AwsError>>,
    found: Survey,
    /// How many values were read.
    read: usize,
    /// What was refused one by one, and why.
    refused: Vec<(Finding, String)>,
    /// Why no value can be read at all.
    unreadable: Option<AwsError>,
}

/// What came of one batch: its values are gone when it is told.
#[derive(Default)]
struct Values {
    read: usize,
    findings: Vec<Finding>,
    refused: Vec<(Finding, String)>,
}

/// Checks every secret under the prefix, and every rule: a call for each 100 secrets, one for the values
/// of each 20, one for each 100 rules and one for ECR's verdict on each.
///
/// # Errors
/// The [`Failure`] to show. That the values may not be read is a finding instead.
pub async fn survey(
    session: &Session,
    measure: Measure,
    trial: Option<Arc<Trial>>,
    context: &Context<'_>,
) -> Result<Survey, Failure> {
    let mut surveyor = Surveyor {
        inventory: session.inventory(),
        session,
        measure: Arc::new(measure),
        trial,
        calls: JoinSet::new(),
        found: Survey {
            checked: 0,
            checked_rules: None,
            findings: Vec::new(),
        },
        read: 0,
        refused: Vec::new(),
        unreadable: None,
    };
    let done = surveyor.go(context).await;
    done.map_err(|error| error.into_failure("could not check the secrets", session.place()))?;
    Ok(surveyor.finish())
}

impl Surveyor<'_> {
    async fn go(&mut self, context: &Context<'_>) -> Result<(), AwsError> {
        let keys = self.session.keys();
        let mut waiting = Vec::new();
        let mut pages = self.inventory.pages();
        let (first, rules) = tokio::join!(pages.next(), self.session.rules());
        let mut page = first?;
        let mut uses = Uses::begin(rules, None, self.session);
        self.found.checked_rules = uses.count();
        while let Some(secrets) = page {
            for mut secret in secrets {
                self.found.checked += 1;
                let findings = uses.look_at(&mut secret, &self.measure);
                self.found.findings.extend(findings);
                self.found
                    .findings
                    .extend(of_secret(&secret, &self.measure));
                if secret.deleted.is_some() {
                    continue;
                }
                let kind = keys.kind(&secret).await;
                self.found
                    .findings
                    .extend(of_key(&secret, &kind, &self.measure));
                if !secret.has_current_version() {
                    self.look_closer(&secret).await?;
                    continue;
                }
                waiting.push(secret);
                if waiting.len() == BATCH {
                    self.begin(std::mem::take(&mut waiting)).await?;
                }
            }
            let looked_at = format!("secrets looked at: {}", self.found.checked);
            context.output.progress(&looked_at);
            page = pages.next().await?;
        }
        self.begin(waiting).await?;
        while !self.calls.is_empty() {
            self.take_one().await?;
        }
        let of_rules = uses
            .finish(&self.found.findings, self.session, &self.measure)
            .await;
        self.found.findings.extend(of_rules);
        Ok(())
    }

    /// ListSecrets may be minutes behind, so a secret that seems to have no value is asked for it.
    async fn look_closer(&mut self, secret: &Secret) -> Result<(), AwsError> {
        let value = match self.inventory.value(&secret.arn).await {
            Err(error) if matches!(error.kind, Kind::Denied | Kind::Refused) => None,
            value => value?,
        };
        let findings = of_value(secret, value.as_ref(), &self.measure);
        self.found.findings.extend(findings);
        Ok(())
    }

    async fn begin(&mut self, secrets: Vec<Secret>) -> Result<(), AwsError> {
        while self.calls.len() >= BATCHES_IN_FLIGHT {
            self.take_one().await?;
        }
        if !secrets.is_empty() && self.unreadable.is_none() {
            let (inventory, measure) = (self.inventory.clone(), Arc::clone(&self.measure));
            let trial = self.trial.clone();
            self.calls
                .spawn(async move { look(&inventory, &secrets, &measure, trial.as_deref()).await });
        }
        Ok(())
    }

    async fn take_one(&mut self) -> Result<(), AwsError> {
        match self.calls.join_next().await {
            Some(Ok(Ok(values))) => {
                self.read += values.read;
                self.found.findings.extend(values.findings);
                self.refused.extend(values.refused);
            }
            Some(Ok(Err(error))) if error.kind == Kind::Denied => self.unreadable = Some(error),
            Some(Ok(Err(error))) => return Err(error),
            // Only a call that panicked ends so, and the panic has been told.
            Some(Err(_)) | None => {}
        }
        Ok(())
    }

    fn finish(mut self) -> Survey {
        let reason = self.unreadable.map(|error| {
            let why = error.in_words();
            let fix = error.into_failure("", self.session.place()).fix;
            let more = "and secretsmanager:GetSecretValue on each of the secrets";
            (why, fix.map(|fix| format!("{fix}\n{more}")))
        });
        // The same for all is told once, instead of with each.
        let first = self.refused.first().map(|(_, why)| why.clone());
        let same = self
            .refused
            .iter()
            .all(|(_, why)| Some(why) == first.as_ref());
        match (reason, first) {
            (Some((why, fix)), _) => {
                let finding = not_read(None, &why, &self.measure);
                self.found.findings.push(Finding { fix, ..finding });
            }
            (None, Some(why)) if same && self.read == 0 && self.refused.len() > 1 => {
                let finding = not_read(None, &why, &self.measure);
                self.found.findings.push(finding);
            }
            (None, _) => {
                let refused = self.refused.into_iter();
                self.found
                    .findings
                    .extend(refused.map(|(finding, _)| finding));
            }
        }
        self.found
    }
}

async fn look(
    inventory: &Inventory,
    secrets: &[Secret],
    measure: &Measure,
    trial: Option<&Trial>,
) -> Result<Values, AwsError> {
    let arns: Vec<SecretArn> = secrets.iter().map(|secret| secret.arn.clone()).collect();
    let mut readings = inventory.values(&arns).await?;
    let mut values = Values::default();
    for secret in secrets {
        match readings.remove(&secret.arn) {
            Some(Reading::Value(value)) => {
                values.read += 1;
                values
                    .findings
                    .extend(of_value(secret, Some(&value), measure));
                if let Some(trial) = trial {
                    let findings = trial.findings(secret, &value, measure).await;
                    values.findings.extend(findings);
                }
            }
            Some(Reading::Nothing) => values.findings.extend(of_value(secret, None, measure)),
            Some(Reading::Refused(why)) => values
                .refused
                .push((not_read(Some(secret), &why, measure), why)),
            None => {
                let why = "BatchGetSecretValue: no answer".to_owned();
                values
                    .refused
                    .push((not_read(Some(secret), &why, measure), why));
            }
        }
    }
    Ok(values)
}
