//! [`PlannedRule`]: the rule that `create` makes with the secret, or why it makes none.

use crate::aws::{AwsError, Session};
use crate::commands::context::Context;
use crate::commands::find::find_pending_rule;
use crate::commands::rule::refuse_switch_without_yes;
use crate::input::create_input::CreateInput;
use crate::model::name::{RepositoryPrefix, SecretName};
use crate::model::rule::{free_prefix, Rule};
use crate::output::failure::Failure;
use crate::output::Warnings;
use crate::plan::PendingRule;

/// What is known of the rule, and what becomes of it.
#[derive(Debug, Default)]
pub struct PlannedRule {
    pub pending: Option<PendingRule>,
    /// Why none is made, for the review.
    pub why_not: Option<WhyNot>,
    /// All rules of the Region, where they were looked at for the review.
    looked_at: Option<Result<Vec<Rule>, AwsError>>,
    /// The same where no rule is asked for: only to say whether one uses the secret.
    seen: Option<Vec<Rule>>,
}

/// Why no rule is made.
#[derive(Debug, PartialEq, Eq)]
pub enum WhyNot {
    /// None is wanted, or none is possible there.
    Told(String),
    /// Another prefix would do.
    OtherPrefix(String),
}

impl PlannedRule {
    /// The rule of `--rule`, looked up before anything is written. Without it, the rules are looked
    /// at in passing.
    ///
    /// # Errors
    /// As of [`find_pending_rule`] and [`refuse_switch_without_yes`].
    pub async fn asked_for(
        input: &CreateInput,
        session: &Session,
        context: &Context<'_>,
    ) -> Result<Self, Failure> {
        let pending = match input.rule_request()? {
            Some(_) if input.print.is_some() => None,
            None => {
                let seen = session.rules_in_passing().await.ok();
                return Ok(Self {
                    seen,
                    ..Self::default()
                });
            }
            Some(wanted) => Some(find_pending_rule(wanted, session).await?),
        };
        let name = input.name_or_default();
        let name = name.as_ref().map_or("", SecretName::as_str);
        refuse_switch_without_yes(pending.as_ref(), name, input.yes, context)?;
        Ok(Self {
            pending,
            ..Self::default()
        })
    }

    /// Takes over what ECR says of all rules.
    ///
    /// # Errors
    /// Where the rules may not be looked at, and one is asked for by its prefix.
    pub fn see(
        &mut self,
        rules: Result<Vec<Rule>, AwsError>,
        input: &CreateInput,
        session: &Session,
    ) -> Result<(), Failure> {
        if let (Err(_), Some(prefix)) = (&rules, &input.rule) {
            let place = session.ecr_service();
            let what = format!("could not see whether there is a rule {prefix}");
            return rules
                .map(drop)
                .map_err(|error| error.into_failure(&what, &place));
        }
        self.looked_at = Some(rules);
        Ok(())
    }

    /// The rules, where they were looked at.
    pub fn rules(&self) -> Option<&[Rule]> {
        match &self.looked_at {
            Some(rules) => rules.as_deref().ok(),
            None => self.seen.as_deref(),
        }
    }

    /// Proposes a rule where none is asked for: the one that points at a secret of this name, or
    /// else one with a prefix that no rule has. Of further such rules it is warned.
    pub fn propose(&self, input: &mut CreateInput, session: &Session, warnings: &mut Warnings<'_>) {
        let (Some(upstream), Some(name)) = (input.upstream, input.name_or_default()) else {
            return;
        };
        // These credentials are no use to a rule for another registry.
        let is_of_this_name = |rule: &&Rule| {
            rule.secret() == Some(name.as_str()) && rule.upstream() == Some(upstream)
        };
        let mut there = self
            .rules()
            .unwrap_or_default()
            .iter()
            .filter(is_of_this_name);
        let first = there.next().map(|rule| rule.ecr_repository_prefix.clone());
        let rules = self.rules().unwrap_or_default();
        let prefix = first.unwrap_or_else(|| free_prefix(&upstream, rules));
        input.rule = RepositoryPrefix::parse(&prefix).ok();
        for other in there {
            let hints = session.hints();
            warnings.add(&hints.repoint_warning(other, name.as_str()));
        }
    }

    /// Settles what becomes of the rule that is wanted now, where the rules were looked at.
    pub fn settle(&mut self, input: &CreateInput) {
        let Some(rules) = &self.looked_at else {
            return;
        };
        (self.pending, self.why_not) = match decide(rules, input) {
            Ok(pending) => (Some(pending), None),
            Err(why) => (None, Some(why)),
        };
    }
}

fn decide(rules: &Result<Vec<Rule>, AwsError>, input: &CreateInput) -> Result<PendingRule, WhyNot> {
    let told = |why: &str| WhyNot::Told(why.to_owned());
    let prefix = input.rule.clone().ok_or_else(|| told("none"))?;
    let wanted = input.rule_with(prefix);
    let wanted = wanted.map_err(|failure| told(&format!("none: {}", failure.message())))?;
    if input.print.is_some() {
        let (prefix, url) = (&wanted.prefix, &wanted.url);
        return Err(WhyNot::Told(format!(
            "{prefix} ({url}), printed and not made"
        )));
    }
    let rules = rules.as_ref().map_err(|error| {
        let why = error.summary();
        WhyNot::Told(format!("none: the rules could not be looked at ({why})"))
    })?;
    let is_there = |rule: &&Rule| rule.ecr_repository_prefix == wanted.prefix.as_str();
    let observed = rules.iter().find(is_there).cloned();
    PendingRule::new(wanted, observed)
        .map_err(|conflict| WhyNot::OtherPrefix(format!("none: {conflict}; choose another prefix")))
}
