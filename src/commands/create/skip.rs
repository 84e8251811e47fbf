//! `create --if-exists skip`, where the secret exists.

use super::store::Create;
use crate::commands::rule::{consent_to_switch, rule_result};
use crate::commands::store::UNKNOWN_KEY;
use crate::output::failure::Failure;
use crate::output::report::{Action, Report, StoredSecret};
use crate::output::status::Status;
use crate::plan::{Observed, Plan};

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
        let secret = &existing.secret;
        let report = Report {
            action: Action::Skipped,
            details: StoredSecret {
                version_id: subject.version_id.clone(),
                registry: input.upstream.map(|upstream| upstream.kind),
                upstream_registry_url: input.address().map(|address| address.to_string()),
                rule,
                rule_code: input.rule_code(subject.arn.as_ref())?,
                ..StoredSecret::of(secret, session.region(), self.verification)
            },
            steps: outcome.steps,
            warnings: self.warnings.into_texts(),
        };
        let left = format!("{} exists already; it was left as it is", secret.name);
        context.output.note(&left);
        context.report(&report, &[rule_note.as_deref().unwrap_or_default()])
    }
}
