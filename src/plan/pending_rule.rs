//! [`PendingRule`]: a rule that is wanted, beside the one that is there.

use super::review::Review;
use super::step::Step;
use super::Plan;
use super::Subject;
use crate::model::account::AccountId;
use crate::model::arn::SecretArn;
use crate::model::name::RepositoryPrefix;
use crate::model::rule::{Rule, RuleRequest};
use crate::output::escaped;
use crate::output::report::Action;

/// A rule that is wanted, and what was there before.
#[derive(Clone, Debug)]
pub struct PendingRule {
    pub wanted: RuleRequest,
    observed: Option<Rule>,
}

/// The prefix belongs to a rule for another registry or another part of it, which never changes.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "the rule {prefix} is for {upstream} already, and ECR cannot change the upstream of a rule"
)]
pub struct OtherUpstream {
    prefix: RepositoryPrefix,
    /// Safe to show.
    upstream: String,
}

impl PendingRule {
    /// What is left open stays as the rule that is there has it.
    ///
    /// # Errors
    /// [`OtherUpstream`] where the rule that is there is for another registry, or for another part
    /// of it than is said.
    pub fn new(wanted: RuleRequest, observed: Option<Rule>) -> Result<Self, OtherUpstream> {
        match &observed {
            Some(rule) if !wanted.is_for_source_of(rule) => Err(OtherUpstream {
                prefix: wanted.prefix,
                upstream: escaped(&rule.source()),
            }),
            Some(rule) => Ok(Self {
                wanted: wanted.with_rest_of(rule),
                observed,
            }),
            None => Ok(Self { wanted, observed }),
        }
    }

    /// The calls that make it log in with the secret of this ARN, or by its role; `None` where the
    /// secret is still to be created, so that no rule can use it yet. A rule with a login that is
    /// right already is validated; ECR validates no other.
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
}

impl PendingRule {
    /// The name of the secret that the rule uses now.
    pub fn secret_before(&self) -> Option<&str> {
        self.observed.as_ref()?.secret()
    }

    /// The rule as it is and the secret it uses, if it is to be switched to one of another name.
    pub fn switched_from(&self, name: &str) -> Option<(&Rule, &str)> {
        let rule = self.observed.as_ref().filter(|_| self.wanted.has_login())?;
        let credential = rule.credential_arn.as_ref()?;
        let used = rule.secret().unwrap_or(credential.as_str());
        (used != name).then_some((rule, used))
    }

    /// What those calls make of the rule.
    pub fn action(&self, arn: Option<&SecretArn>) -> Action {
        match &self.observed {
            None => Action::Created,
            Some(rule) if self.wanted.has_login_of(rule, arn) => Action::Unchanged,
            Some(_) => Action::Updated,
        }
    }

    /// The account of the rule that is there.
    pub fn account(&self) -> Option<AccountId> {
        let id = self.observed.as_ref()?.registry_id.as_deref()?;
        AccountId::parse(id).ok()
    }
}

impl Plan {
    /// `rule set`: for a secret that exists, or without one where there is no login.
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
