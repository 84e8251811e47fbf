//! [`PendingRule`]: a requested rule, with the rule that exists.

use super::review::Review;
use super::step::Step;
use super::{Plan, Subject};
use crate::model::account::AccountId;
use crate::model::arn::SecretArn;
use crate::model::name::RepositoryPrefix;
use crate::model::rule::{Rule, RuleRequest};
use crate::output::escaped;
use crate::output::report::Action;

/// A requested rule, and the rule that exists with its prefix.
#[derive(Clone, Debug)]
pub struct PendingRule {
    pub wanted: RuleRequest,
    observed: Option<Rule>,
    is_looked_up: bool,
}

/// The prefix belongs to a rule with another upstream, which ECR cannot change.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "rule {prefix} already exists for {upstream}, and ECR cannot change the upstream of a rule"
)]
pub struct OtherUpstream {
    prefix: RepositoryPrefix,
    /// Safe to show.
    upstream: String,
}

impl PendingRule {
    /// Takes everything the request leaves open from the existing rule.
    pub fn new(wanted: RuleRequest, observed: Option<Rule>) -> Result<Self, OtherUpstream> {
        match &observed {
            Some(rule) if !wanted.is_for_source_of(rule) => Err(OtherUpstream {
                prefix: wanted.prefix,
                upstream: escaped(&rule.source()),
            }),
            Some(rule) => Ok(Self {
                wanted: wanted.with_rest_of(rule),
                observed,
                is_looked_up: true,
            }),
            None => Ok(Self {
                wanted,
                observed,
                is_looked_up: true,
            }),
        }
    }

    /// For a dry run, which does not look up whether the rule exists.
    pub fn without_lookup(wanted: RuleRequest) -> Self {
        Self {
            wanted,
            observed: None,
            is_looked_up: false,
        }
    }

    /// The calls that create or switch the rule, and validate it if it has a login. `arn` is that
    /// of the secret, `None` if it is still to be created.
    pub fn steps(&self, arn: Option<&SecretArn>) -> Vec<Step> {
        let wanted = || self.wanted.clone();
        let mut steps = match self.action(arn) {
            Action::Created => vec![Step::CreateRule(wanted())],
            Action::Updated => vec![Step::UpdateRule(wanted())],
            _ => Vec::new(),
        };
        steps.extend(
            self.wanted
                .has_login()
                .then(|| Step::ValidateRule(wanted())),
        );
        steps
    }

    /// The existing rule and its secret, if the rule will switch to a secret with another name.
    pub fn switched_from(&self, name: &str) -> Option<(&Rule, &str)> {
        let rule = self.observed.as_ref().filter(|_| self.wanted.has_login())?;
        let credential = rule.credential_arn.as_ref()?;
        let used = rule.secret().unwrap_or(credential.as_str());
        (used != name).then_some((rule, used))
    }

    /// What the calls do with the rule.
    pub fn action(&self, arn: Option<&SecretArn>) -> Action {
        match &self.observed {
            None => Action::Created,
            Some(rule) if self.wanted.has_login_of(rule, arn) => Action::Unchanged,
            Some(_) => Action::Updated,
        }
    }

    /// The account of the existing rule.
    pub fn account(&self) -> Option<AccountId> {
        let id = self.observed.as_ref()?.registry_id.as_deref()?;
        AccountId::parse(id).ok()
    }
}

impl Review {
    /// Adds the rows of a rule; `arn` is that of the secret, `None` if it is still to be created.
    pub fn rule(&mut self, rule: Option<&PendingRule>, arn: Option<&SecretArn>) {
        let Some(rule) = rule else {
            return;
        };
        let (prefix, source) = (&rule.wanted.prefix, rule.wanted.source());
        let state = match (rule.action(arn), rule.wanted.has_login()) {
            _ if !rule.is_looked_up => "",
            (Action::Created, _) => ", new",
            (Action::Updated, true) => ", exists; will switch to this secret",
            (Action::Updated, false) => ", exists; will switch to this role",
            (_, true) => ", already uses this secret",
            (_, false) => ", already exists",
        };
        self.row("rule", &format!("{prefix} ({source}){state}"));
        if rule.wanted.has_login() && rule.action(arn) == Action::Updated {
            let used = rule.observed.as_ref().and_then(Rule::secret);
            let used = used.unwrap_or("none");
            self.replaces(&format!("the secret of rule {prefix} (now {used})"));
        }
    }
}

impl Plan {
    /// `rule set`. `secret` is empty for a registry without login.
    pub fn set_rule(rule: &PendingRule, secret: Subject) -> Self {
        let mut review = Review::default();
        if rule.wanted.has_login() {
            review.row("secret", &secret.name);
        }
        review.rule(Some(rule), secret.arn.as_ref());
        Self {
            steps: rule.steps(secret.arn.as_ref()),
            subject: secret,
            review,
            is_stored: false,
        }
    }

    /// `rule delete`.
    pub fn delete_rule(prefix: RepositoryPrefix, rule: &Rule) -> Self {
        let mut review = Review::default();
        review.row("rule", &format!("{prefix} ({})", rule.source()));
        review.row("secret", rule.secret().unwrap_or("none"));
        review.row("images", "cached images stay; no new ones are pulled");
        Self {
            subject: Subject::default(),
            steps: vec![Step::DeleteRule(prefix)],
            review,
            is_stored: false,
        }
    }
}
