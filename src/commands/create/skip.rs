//! `create --if-exists skip`, where the secret exists.

use super::store::Create;
use crate::commands::rule::{consent_to_switch, rule_result};
use crate::commands::store::{report_stored, UNKNOWN_KEY};
use crate::input::create_input::CreateInput;
use crate::output::failure::Failure;
use crate::output::report::{Action, SecretReport, Verification};
use crate::output::status::Status;
use crate::plan::{Existing, Observed, Plan};

impl Create<'_> {
    /// Leaves a secret that exists as it is, and makes its rule. What is in it is not looked at.
    pub async fn skip(mut self) -> Result<Status, Failure> {
        let Observed::Active(existing) = &self.observed else {
            return Err(Failure::bug("create: there is no secret to leave as it is"));
        };
        if existing.secret.unknown_key().is_some() {
            self.warnings.add(UNKNOWN_KEY);
        }
        let (input, context) = (&self.input, self.context);
        let rule = self.rule.pending.as_ref();
        let mut plan = Plan::skip(existing, rule);
        let consent = consent_to_switch(&mut plan, rule, input.yes, &mut self.session, context);
        let consent = consent.await?;
        let session = &self.session;
        let outcome = context.carry_out(plan, consent, None, session).await?;
        let (subject, hints) = (&outcome.subject, session.hints());
        let rule = rule.map(|rule| rule_result(rule, subject, session, &hints));
        let (rule, rule_note) = rule.unzip();
        let report = SecretReport {
            arn: subject.arn.clone(),
            version_id: subject.shown_version(),
            region: Some(session.region().clone()),
            rule,
            rule_code: input.rule_code(subject.arn.as_ref())?,
            steps: outcome.steps,
            warnings: self.warnings.into_texts(),
            verification: self.verification,
            ..skipped_report(input, existing)?
        };
        let left = format!("{} exists already; it was left as it is", report.name);
        context.output.note(&left);
        report_stored(
            &report,
            context,
            &[rule_note.as_deref().unwrap_or_default()],
        )
    }
}

/// What is known of a secret that is left as it is.
fn skipped_report(input: &CreateInput, existing: &Existing) -> Result<SecretReport, Failure> {
    let open = || Failure::usage("the registry is missing");
    Ok(SecretReport {
        schema_version: 1,
        action: Action::Skipped,
        arn: None,
        name: input.name_or_default().ok_or_else(open)?.to_string(),
        version_id: None,
        region: None,
        registry: input.upstream.ok_or_else(open)?.kind,
        username: None,
        upstream_registry_url: input.address().map(|address| address.to_string()),
        kms_key: existing.secret.key().to_owned(),
        replica_regions: existing
            .secret
            .working_replica_regions()
            .into_iter()
            .map(str::to_owned)
            .collect(),
        rule: None,
        rule_code: None,
        steps: Vec::new(),
        warnings: Vec::new(),
        verification: Verification::skipped("nothing is stored"),
    })
}
