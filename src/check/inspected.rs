//! [`Inspected`]: a secret under inspection, by the [`Criteria`] of the check.

use super::finding::{Finding, Level};
use crate::model::date::Date;
use crate::model::rule::{Rule, RuleUsage};
use crate::model::secret::Secret;
use crate::output::hint::Hints;

/// The limits and the Region of a check.
#[derive(Clone, Debug)]
pub struct Criteria {
    pub today: Date,
    /// The largest age of a secret, in days since its last change; `None` for no limit.
    pub max_age: Option<i64>,
    /// How many days before a token expires the warning begins.
    pub expiring_within: i64,
    /// The Region that is checked.
    pub region: String,
    /// The commands that fix what is found.
    pub hints: Hints,
}

/// A secret under inspection, with the rules that refer to it.
pub struct Inspected<'a> {
    pub secret: &'a Secret,
    pub usage: RuleUsage<'a>,
    pub criteria: &'a Criteria,
    /// Commands for the Region in which the secret can be changed.
    pub hints: Hints,
}

impl<'a> Inspected<'a> {
    /// `rules` are all rules of the Region; `None` if they could not be listed.
    pub fn new(secret: &'a Secret, rules: Option<&'a [Rule]>, criteria: &'a Criteria) -> Self {
        Self {
            secret,
            usage: RuleUsage::new(secret, rules),
            criteria,
            hints: criteria.hints.for_secret(secret),
        }
    }

    pub fn finding(&self, level: Level, code: &'static str, message: impl Into<String>) -> Finding {
        Finding::new(level, code, message).of_secret(&self.secret.name)
    }

    /// The command that stores credentials, whatever the secret holds.
    pub fn replace(&self) -> String {
        let command = self.hints.replace(&self.secret.name, self.usage.upstream);
        format!("store the credentials: {command}")
    }

    /// The command that stores a new token.
    pub fn renew(&self) -> String {
        let command = self.hints.update(&self.secret.name, "");
        format!("store a new token: {command}")
    }
}
