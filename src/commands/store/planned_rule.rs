//! Looks up the rules and plans the requested one.

use crate::aws::{AwsError, Session};
use crate::commands::find::{find_rule, pending_rule};
use crate::input::create_input::CreateInput;
use crate::model::name::RepositoryPrefix;
use crate::model::rule::{free_prefix, Rule};
use crate::output::failure::Failure;
use crate::output::Warnings;
use crate::plan::PendingRule;

/// The rules, as far as they were looked up.
pub enum Rules {
    NotLooked,
    /// The rule with the prefix of `--rule`, if it exists.
    One(Option<Rule>),
    /// All rules of the Region, or why they are unknown.
    All(Result<Vec<Rule>, AwsError>),
}

/// What will be done with the rule.
#[derive(Default)]
pub struct PlannedRule {
    pub pending: Option<PendingRule>,
    /// Why none is created, for the review.
    pub why_not: Option<String>,
    /// Whether another prefix would work.
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
    /// Looks up the rule with the prefix of `--rule`, unless it is only printed.
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

    /// Looks up all rules of the Region. With a `prefix`, failing to do so is a failure.
    pub async fn of_region(
        prefix: Option<&RepositoryPrefix>,
        session: &Session,
    ) -> Result<Self, Failure> {
        match (prefix, session.rules_in_passing().await) {
            (Some(prefix), Err(error)) => {
                let what = format!("could not look up rule {prefix}");
                Err(error.into_failure(&what, &session.ecr_service()))
            }
            (_, rules) => Ok(Self::All(rules)),
        }
    }

    /// All rules, if they are known.
    pub fn all(&self) -> Option<&[Rule]> {
        match self {
            Self::All(rules) => rules.as_deref().ok(),
            Self::NotLooked | Self::One(_) => None,
        }
    }

    /// Proposes a rule if none is requested: one that uses a secret with this name, or else a new
    /// one with a free prefix. Warns about other rules for this name.
    pub fn propose(&self, input: &mut CreateInput, session: &Session, warnings: &mut Warnings<'_>) {
        let (Some(upstream), Some(name), None) =
            (input.upstream, input.name_or_default(), &input.rule)
        else {
            return;
        };
        let rules = self.all().unwrap_or_default();
        // A rule for another registry cannot use these credentials.
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

    /// Plans the requested rule. If all rules were looked up, the review says why there will be
    /// none.
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
            let why = format!("{prefix} ({url}), printed, not created");
            return Ok(PlannedRule::none(why));
        }
        let rules = match rules {
            Ok(rules) => rules,
            Err(error) => {
                let why = error.summary();
                let why = format!("none: could not list the rules ({why})");
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
