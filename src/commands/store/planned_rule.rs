//! What ECR says of the rules, and what becomes of the one that is wanted.

use crate::aws::{AwsError, Session};
use crate::commands::find::{find_rule, pending_rule};
use crate::input::create_input::CreateInput;
use crate::model::name::RepositoryPrefix;
use crate::model::rule::{free_prefix, Rule};
use crate::output::failure::Failure;
use crate::output::Warnings;
use crate::plan::PendingRule;

/// The rules, as far as they were looked at.
pub enum Rules {
    NotLooked,
    /// The one with the prefix of `--rule`, if it exists.
    One(Option<Rule>),
    /// All of the Region, for the review or only in passing.
    All(Result<Vec<Rule>, AwsError>),
}

/// What becomes of the rule.
#[derive(Default)]
pub struct PlannedRule {
    pub pending: Option<PendingRule>,
    /// Why none is created, for the review.
    pub why_not: Option<String>,
    /// Whether another prefix would do.
    pub needs_other_prefix: bool,
}

impl PlannedRule {
    fn none(why: impl Into<String>) -> Self {
        Self {
            why_not: Some(why.into()),
            ..Self::default()
        }
    }
}

impl Rules {
    /// The rule with the prefix of `--rule`; nothing is looked up if it is only printed.
    pub async fn one(
        prefix: &RepositoryPrefix,
        input: &CreateInput,
        session: &Session,
    ) -> Result<Self, Failure> {
        if input.print.is_some() {
            return Ok(Self::NotLooked);
        }
        let rule = find_rule(prefix, &session.ecr_service(), session).await?;
        Ok(Self::One(rule))
    }

    /// All rules of the Region; if `prefix` is asked for, they must be looked at.
    pub async fn of_region(
        prefix: Option<&RepositoryPrefix>,
        session: &Session,
    ) -> Result<Self, Failure> {
        match (prefix, session.rules_in_passing().await) {
            (Some(prefix), Err(error)) => {
                let what = format!("could not see whether there is a rule {prefix}");
                Err(error.into_failure(&what, &session.ecr_service()))
            }
            (_, rules) => Ok(Self::All(rules)),
        }
    }

    /// All rules, if they could be looked at.
    pub fn all(&self) -> Option<&[Rule]> {
        match self {
            Self::All(rules) => rules.as_deref().ok(),
            Self::NotLooked | Self::One(_) => None,
        }
    }

    /// Proposes a rule if none is asked for: the one that points at a secret of this name, or else
    /// one with a free prefix. Warns of further rules for this name.
    pub fn propose(&self, input: &mut CreateInput, session: &Session, warnings: &mut Warnings<'_>) {
        let (Some(upstream), Some(name), None) =
            (input.upstream, input.name_or_default(), &input.rule)
        else {
            return;
        };
        let rules = self.all().unwrap_or_default();
        // These credentials are no use to a rule for another registry.
        let mut same = rules.iter().filter(|rule| {
            rule.secret() == Some(name.as_str()) && rule.upstream() == Some(upstream)
        });
        let first = same.next().map(|rule| rule.ecr_repository_prefix.clone());
        let prefix = first.unwrap_or_else(|| free_prefix(&upstream, rules));
        input.rule = RepositoryPrefix::parse(&prefix).ok();
        for other in same {
            let hints = session.hints();
            warnings.add(&hints.repoint_warning(other, name.as_str()));
        }
    }

    /// What becomes of the rule that is wanted now. If all rules were looked at, the review says
    /// why there will be none.
    ///
    /// # Errors
    /// Status 2 if no rule can use the secret, 3 if the prefix belongs to another registry's rule.
    pub fn planned(&self, input: &CreateInput, session: &Session) -> Result<PlannedRule, Failure> {
        let rules = match self {
            Self::NotLooked => return Ok(PlannedRule::default()),
            Self::One(observed) => {
                let wanted = input.rule_request()?;
                let pending = wanted.map(|wanted| pending_rule(wanted, observed.clone(), session));
                return Ok(PlannedRule {
                    pending: pending.transpose()?,
                    ..PlannedRule::default()
                });
            }
            Self::All(rules) => rules,
        };
        let wanted = match input.rule_request() {
            Ok(None) => return Ok(PlannedRule::none("none")),
            Ok(Some(wanted)) => wanted,
            Err(failure) => return Ok(PlannedRule::none(format!("none: {}", failure.message()))),
        };
        let (prefix, url) = (&wanted.prefix, &wanted.url);
        if input.print.is_some() {
            let why = format!("{prefix} ({url}), printed and not made");
            return Ok(PlannedRule::none(why));
        }
        let rules = match rules {
            Ok(rules) => rules,
            Err(error) => {
                let why = error.summary();
                let why = format!("none: the rules could not be looked at ({why})");
                return Ok(PlannedRule::none(why));
            }
        };
        let mut same = rules
            .iter()
            .filter(|rule| rule.ecr_repository_prefix == prefix.as_str());
        let observed = same.next().cloned();
        Ok(match PendingRule::new(wanted, observed) {
            Ok(pending) => PlannedRule {
                pending: Some(pending),
                ..PlannedRule::default()
            },
            Err(conflict) => PlannedRule {
                needs_other_prefix: true,
                ..PlannedRule::none(format!("none: {conflict}; choose another prefix"))
            },
        })
    }
}
