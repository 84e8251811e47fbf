//! [`PendingRule`]: a rule that is wanted, beside the one that is there.

use super::review::Review;
use super::step::{Step, Subject};
use super::Plan;
use crate::model::arn::SecretArn;
use crate::model::name::RepositoryPrefix;
use crate::model::rule::{Rule, RuleRequest, UpstreamUrl};
use crate::output::report::Action;

/// A rule that is wanted, and what was there before.
#[derive(Clone, Debug)]
pub struct PendingRule {
    pub wanted: RuleRequest,
    observed: Option<Rule>,
}

/// The prefix belongs to a rule for another registry, which never changes.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("the rule {prefix} is for {url} already, and ECR cannot change the upstream of a rule")]
pub struct OtherUpstream {
    prefix: RepositoryPrefix,
    url: UpstreamUrl,
}

impl PendingRule {
    /// # Errors
    /// [`OtherUpstream`] where the rule that is there is for another registry.
    pub fn new(wanted: RuleRequest, observed: Option<Rule>) -> Result<Self, OtherUpstream> {
        match &observed {
            Some(rule) if rule.upstream_registry_url != wanted.url => Err(OtherUpstream {
                prefix: wanted.prefix,
                url: rule.upstream_registry_url.clone(),
            }),
            _ => Ok(Self { wanted, observed }),
        }
    }

    /// The calls that make it use the secret of this ARN; `None` where the secret is still to be
    /// created, so that no rule can use it yet. A rule that is right already is validated.
    pub fn steps(&self, arn: Option<&SecretArn>) -> Vec<Step> {
        let wanted = || self.wanted.clone();
        let mut steps = match &self.observed {
            None => vec![Step::CreateRule(wanted())],
            Some(rule) if arn.is_some_and(|arn| rule.uses(arn)) => Vec::new(),
            Some(_) => vec![Step::UpdateRule(wanted())],
        };
        steps.push(Step::ValidateRule(wanted()));
        steps
    }
}

impl PendingRule {
    /// The name of the secret that the rule uses now.
    pub fn secret_before(&self) -> Option<&str> {
        self.observed.as_ref()?.secret()
    }

    /// What those calls make of the rule.
    pub fn action(&self, arn: Option<&SecretArn>) -> Action {
        match &self.observed {
            None => Action::Created,
            Some(rule) if arn.is_some_and(|arn| rule.uses(arn)) => Action::Unchanged,
            Some(_) => Action::Updated,
        }
    }
}

impl Plan {
    /// `rule set`: for a secret that exists.
    pub fn set_rule(rule: &PendingRule, secret: Subject) -> Self {
        let mut review = Review::default();
        review.row("secret", &secret.name);
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
        let url = &rule.upstream_registry_url;
        review.row("rule", &format!("{prefix} ({url})"));
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
