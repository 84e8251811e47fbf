//! [`Rules`]: the rules of the Region beside the secrets that are checked, and ECR's verdicts on
//! them.

use std::collections::HashMap;

use tokio::task::JoinSet;

use super::inspect::inspect_in_use;
use super::rule::{inspect_rule_alone, invalid, no_answer};
use super::{Criteria, Finding, Level, Scan};
use crate::aws::{AwsError, Session, Verdict, Verdicts};
use crate::model::rule::{CredentialArn, Rule};
use crate::model::secret::Secret;

/// The rules, and what was seen of their secrets so far.
pub struct Rules {
    /// `None` where they could not be looked at.
    all: Option<Vec<Rule>>,
    /// Why not. It is told at the end: by then the values are known that its words could repeat.
    unread: Option<AwsError>,
    /// ECR's verdicts, asked for while the secrets are looked at.
    verdicts: JoinSet<Verdicts>,
    /// The prefixes of the rules whose secret was seen, and whether it is there to be read.
    seen: HashMap<String, bool>,
    findings: Vec<Finding>,
}

impl Rules {
    /// Begins to ask for ECR's verdict on each rule with a secret; where only one secret is
    /// checked, on those that refer to it.
    pub fn new(
        rules: Result<Vec<Rule>, AwsError>,
        only: Option<&Secret>,
        session: &Session,
    ) -> Self {
        let mut this = Self {
            all: None,
            unread: None,
            verdicts: JoinSet::new(),
            seen: HashMap::new(),
            findings: Vec::new(),
        };
        match rules {
            Ok(mut rules) => {
                rules.retain(|rule| only.is_none_or(|secret| rule.refers_to(secret).is_some()));
                let with_secret = rules.iter().filter(|rule| rule.credential_arn.is_some());
                let prefixes = with_secret.map(|rule| rule.ecr_repository_prefix.clone());
                let (ecr, prefixes) = (session.ecr(), prefixes.collect());
                this.verdicts
                    .spawn(async move { ecr.verdicts(prefixes).await });
                this.all = Some(rules);
            }
            Err(error) => this.unread = Some(error),
        }
        this
    }

    fn add_no_answer(
        &mut self,
        code: &'static str,
        what: &str,
        error: AwsError,
        session: &Session,
    ) {
        let why = error.summary();
        let fix = error.into_failure(what, &session.ecr_service()).into_fix();
        self.findings.push(no_answer(code, what, &why, fix));
    }

    /// `None` where they could not be looked at.
    pub fn get(&self) -> Option<&[Rule]> {
        self.all.as_deref()
    }

    /// How many rules are looked at; `None` where they could not be.
    pub fn count(&self) -> Option<usize> {
        self.all.as_ref().map(Vec::len)
    }

    /// Keeps that this secret was seen, and whether the rules that refer to it can be read.
    pub fn see(&mut self, secret: &Secret) {
        for rule in self.all.iter().flatten() {
            if rule.refers_to(secret).is_some() {
                let can_be_read = rule.uses(&secret.arn) && secret.deleted.is_none();
                let prefix = rule.ecr_repository_prefix.clone();
                self.seen.insert(prefix, can_be_read);
            }
        }
    }

    /// The findings on the rules themselves, once all secrets were looked at; `found` is what was
    /// found of those.
    pub async fn finish(
        mut self,
        found: &[Finding],
        session: &Session,
        criteria: &Criteria,
    ) -> Vec<Finding> {
        let is_unseen = |rule: &&Rule| !self.seen.contains_key(&rule.ecr_repository_prefix);
        let unseen: Vec<Rule> = self
            .all
            .iter()
            .flatten()
            .filter(is_unseen)
            .cloned()
            .collect();
        for rule in unseen {
            self.look_for_the_secret_of(&rule, session, criteria).await;
        }
        if let Some(error) = self.unread.take() {
            let what = "the rules were not checked";
            self.add_no_answer("rules-not-read", what, error, session);
        }
        let Some(Ok(mut verdicts)) = self.verdicts.join_next().await else {
            return self.findings;
        };
        for rule in self.all.iter().flatten() {
            let prefix = &rule.ecr_repository_prefix;
            let verdict = verdicts.given.remove(prefix);
            if let (Some(Verdict::Invalid(words)), Some(true)) = (verdict, self.seen.get(prefix)) {
                let is_explained = found.iter().any(|finding| {
                    finding.level == Level::Error && finding.secret.as_deref() == rule.secret()
                });
                let finding = invalid(rule, &words, is_explained, criteria);
                self.findings.push(finding);
            }
        }
        if let Some((_, error)) = verdicts.refused {
            let what = "ECR did not say of every rule whether it is valid";
            self.add_no_answer("verdict-not-given", what, error, session);
        }
        self.findings
    }

    /// All that is told of one secret, of which `found` was found.
    pub async fn finish_one(
        self,
        mut found: Vec<Finding>,
        session: &Session,
        criteria: &Criteria,
    ) -> Scan {
        let checked_rules = self.count();
        let of_rules = self.finish(&found, session, criteria).await;
        found.extend(of_rules);
        Scan {
            checked: 1,
            checked_rules,
            findings: found,
        }
    }

    /// ListSecrets may be minutes behind, so a secret that it did not tell is asked for.
    async fn look_for_the_secret_of(
        &mut self,
        rule: &Rule,
        session: &Session,
        criteria: &Criteria,
    ) {
        let arn = rule.credential_arn.as_ref().and_then(CredentialArn::secret);
        let found = match arn.filter(|arn| arn.region() == session.region().as_str()) {
            Some(arn) => session.secrets().describe(arn.as_str()).await,
            None => Ok(None),
        };
        match found {
            Ok(Some(secret)) => {
                self.see(&secret);
                let findings = inspect_in_use(&secret, self.get(), criteria);
                self.findings.extend(findings);
            }
            Ok(None) => self.findings.extend(inspect_rule_alone(rule, criteria)),
            // ECR's verdict is what is left, then.
            Err(_) => {
                self.seen.insert(rule.ecr_repository_prefix.clone(), true);
            }
        }
    }
}
