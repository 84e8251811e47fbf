//! The report of a request to store credentials.

use super::planned_rule::PlannedRule;
use super::Store;
use crate::commands::rule::rule_result;
use crate::input::request::Request;
use crate::model::region::Region;
use crate::model::secret::Secret;
use crate::output::document::StepReport;
use crate::output::failure::Failure;
use crate::output::report::{Action, Report, StoredSecret, Verification};
use crate::plan::apply::Outcome;

impl Store<'_> {
    /// The report, and the text about the rule. `details` describe the secret alone.
    pub fn report(
        &mut self,
        action: Action,
        details: StoredSecret,
        planned: &PlannedRule,
        outcome: Outcome,
    ) -> Result<(Report<StoredSecret>, String), Failure> {
        if planned.pending.is_none() && self.input.print.is_none() {
            self.input.rule = None;
        }
        let (session, subject) = (&self.session, &outcome.subject);
        let rule = planned.pending.as_ref();
        let rule = rule.map(|rule| rule_result(rule, subject, session, &session.hints()));
        let (rule, note) = rule.unzip();
        let fresh = self.context.output.warnings();
        let report = Report {
            action,
            details: StoredSecret {
                arn: subject.arn.clone(),
                version_id: subject.version_id.clone(),
                region: Some(session.region().clone()),
                rule,
                rule_code: self.input.rule_code(subject.arn.as_ref())?,
                ..details
            },
            steps: outcome.steps,
            warnings: std::mem::replace(&mut self.warnings, fresh).into_texts(),
        };
        Ok((report, note.unwrap_or_default()))
    }
}

/// The secret of a request, combined with what is stored.
pub fn stored_secret(
    request: &Request,
    existing: Option<&Secret>,
    steps: &[StepReport],
    verification: Verification,
) -> StoredSecret {
    let is_new_version = steps.iter().any(StepReport::is_new_version);
    let previous = existing.and_then(|secret| secret.version_with("AWSCURRENT"));
    let previous = previous.filter(|_| is_new_version);
    let asked: Vec<&str> = request.replicas.iter().map(Region::as_str).collect();
    let mut others = existing.map_or_else(Vec::new, Secret::working_replica_regions);
    others.retain(|region| !asked.contains(region));
    StoredSecret {
        arn: None,
        name: request.name.to_string(),
        version_id: None,
        previous_version_id: previous.map(str::to_owned),
        region: None,
        registry: request.upstream.map(|upstream| upstream.kind),
        username: Some(request.credential.username.to_string()),
        upstream_registry_url: request.upstream_url.clone(),
        kms_key: existing.map_or(Secret::DEFAULT_KEY, Secret::key).to_owned(),
        replica_regions: [asked, others]
            .concat()
            .into_iter()
            .map(str::to_owned)
            .collect(),
        expires_on: request.expiry_after(existing, is_new_version),
        rule: None,
        rule_code: None,
        verification,
    }
}
