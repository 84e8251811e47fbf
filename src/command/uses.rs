//! [`Uses`]: the rules of the Region, as `check` looks at them beside the secrets.

use std::collections::HashMap;

use tokio::task::JoinSet;

use super::survey::Survey;
use crate::aws::{AwsError, Session, Verdict, Verdicts};
use crate::finding::{
    of_no_answer, of_rule_alone, of_use, of_verdict, Finding, Level, Measure, UNUSED,
};
use crate::rule::{CredentialArn, Rule};
use crate::secret::Secret;

/// The rules, and what was seen of their secrets so far.
pub struct Uses {
    /// None where they could not be looked at.
    rules: Option<Vec<Rule>>,
    /// ECR's verdicts, asked for while the secrets are looked at.
    verdicts: JoinSet<Verdicts>,
    /// The prefixes of the rules whose secret was seen, and whether it is there to be read.
    met: HashMap<String, bool>,
    findings: Vec<Finding>,
}

impl Uses {
    /// Begins to ask for ECR's verdict on each rule with a secret; where only one secret is checked, on
    /// those that refer to it.
    pub fn begin(
        rules: Result<Vec<Rule>, AwsError>,
        only: Option<&Secret>,
        session: &Session,
    ) -> Self {
        let mut uses = Self {
            rules: None,
            verdicts: JoinSet::new(),
            met: HashMap::new(),
            findings: Vec::new(),
        };
        match rules {
            Ok(mut rules) => {
                rules.retain(|rule| only.is_none_or(|secret| rule.refers_to(secret).is_some()));
                let with_secret = rules.iter().filter(|rule| rule.credential_arn.is_some());
                let prefixes = with_secret.map(|rule| rule.ecr_repository_prefix.clone());
                let (ecr, prefixes) = (session.ecr(), prefixes.collect());
                uses.verdicts
                    .spawn(async move { ecr.verdicts(prefixes).await });
                uses.rules = Some(rules);
            }
            Err(error) => uses.add_no_answer(
                ("rules-not-read", "the rules were not checked"),
                error,
                session,
            ),
        }
        uses
    }

    fn add_no_answer(
        &mut self,
        (code, what): (&'static str, &str),
        error: AwsError,
        session: &Session,
    ) {
        let why = error.in_words();
        let fix = error.into_failure(what, &session.place_of_ecr()).fix;
        self.findings.push(of_no_answer(code, what, &why, fix));
    }

    /// How many rules are looked at; none where they could not be.
    pub fn count(&self) -> Option<usize> {
        self.rules.as_ref().map(Vec::len)
    }

    /// What the rules tell of a secret, which learns its registry from them.
    pub fn look_at(&mut self, secret: &mut Secret, measure: &Measure) -> Vec<Finding> {
        let rules = self.rules.as_deref();
        secret.learn_from(rules.unwrap_or_default());
        for rule in rules.unwrap_or_default() {
            if rule.refers_to(secret).is_some() {
                let can_be_read = rule.uses(&secret.arn) && secret.deleted.is_none();
                self.met
                    .insert(rule.ecr_repository_prefix.clone(), can_be_read);
            }
        }
        of_use(secret, rules, measure)
    }

    /// The findings on the rules themselves, once all secrets were looked at; `found` is what was found
    /// of those.
    pub async fn finish(
        mut self,
        found: &[Finding],
        session: &Session,
        measure: &Measure,
    ) -> Vec<Finding> {
        let unmet = self.rules.iter().flatten();
        let unmet = unmet.filter(|rule| !self.met.contains_key(&rule.ecr_repository_prefix));
        for rule in unmet.cloned().collect::<Vec<Rule>>() {
            self.look_for_the_secret_of(&rule, session, measure).await;
        }
        let Some(Ok(mut verdicts)) = self.verdicts.join_next().await else {
            return self.findings;
        };
        for rule in self.rules.iter().flatten() {
            let prefix = &rule.ecr_repository_prefix;
            let verdict = verdicts.given.remove(prefix);
            if let (Some(Verdict::Invalid(words)), Some(true)) = (verdict, self.met.get(prefix)) {
                let is_explained = found.iter().any(|finding| {
                    finding.level == Level::Error && finding.secret.as_deref() == rule.secret()
                });
                self.findings
                    .push(of_verdict(rule, &words, is_explained, measure));
            }
        }
        if let Some((_, error)) = verdicts.refused {
            let what = "ECR gave no verdict on all of the rules";
            self.add_no_answer(("verdict-not-given", what), error, session);
        }
        self.findings
    }

    /// The whole that is told of one secret, of which `found` was found.
    pub async fn survey_of_one(
        self,
        mut found: Vec<Finding>,
        session: &Session,
        measure: &Measure,
    ) -> Survey {
        let checked_rules = self.count();
        let of_rules = self.finish(&found, session, measure).await;
        found.extend(of_rules);
        Survey {
            checked: 1,
            checked_rules,
            findings: found,
        }
    }

    /// ListSecrets may be minutes behind, so a secret that it did not tell is asked for.
    async fn look_for_the_secret_of(&mut self, rule: &Rule, session: &Session, measure: &Measure) {
        let arn = rule.credential_arn.as_ref().and_then(CredentialArn::secret);
        let found = match arn.filter(|arn| arn.region() == session.region().as_str()) {
            Some(arn) => session.inventory().describe(arn.as_str()).await,
            None => Ok(None),
        };
        match found {
            Ok(Some(mut secret)) => {
                let mut findings = self.look_at(&mut secret, measure);
                findings.retain(|finding| finding.code != UNUSED);
                self.findings.extend(findings);
            }
            Ok(None) => self.findings.extend(of_rule_alone(rule, measure)),
            // ECR's verdict is what is left, then.
            Err(_) => {
                self.met.insert(rule.ecr_repository_prefix.clone(), true);
            }
        }
    }
}
