//! [`Inspected`]: a secret under inspection.

use super::{Criteria, Finding, Level};
use crate::model::rule::{Rule, RuleUsage};
use crate::model::secret::Secret;
use crate::output::hint::Hints;
use crate::output::is_at_a_terminal;

/// A secret under inspection, with what its rules tell of it.
pub(super) struct Inspected<'a> {
    pub secret: &'a Secret,
    pub usage: RuleUsage<'a>,
    pub criteria: &'a Criteria,
    /// Commands that lead to where the secret can be changed.
    pub hints: Hints,
}

impl Inspected<'_> {
    pub fn finding(&self, level: Level, code: &'static str, message: impl Into<String>) -> Finding {
        Finding::new(level, code, self.secret, message)
    }

    /// The command that stores a new token; `more` options with a space before each.
    pub fn update(&self, more: &str) -> String {
        self.hints.update(&self.secret.name, more)
    }

    /// The command that stores a new token: it asks for it, or reads it where it can't ask.
    pub fn store(&self) -> String {
        self.update(if is_at_a_terminal() {
            ""
        } else {
            " --access-token-stdin"
        })
    }

    /// The command that stores credentials, whatever the value is.
    pub fn replace(&self) -> String {
        let (name, more) = (&self.secret.name, " --if-exists update");
        self.hints.create(name, self.usage.upstream, more)
    }

    /// The command that checks the secret again; `more` options with a space before each.
    pub fn check(&self, more: &str) -> String {
        self.hints.check(&self.secret.name, more)
    }

    /// The command that fixes what can be fixed without guessing; `more` as of the others.
    pub fn fix(&self, more: &str) -> String {
        self.check(&format!(" --fix{more}"))
    }
}

impl<'a> Inspected<'a> {
    pub fn new(secret: &'a Secret, rules: Option<&'a [Rule]>, criteria: &'a Criteria) -> Self {
        Self {
            secret,
            usage: RuleUsage::new(secret, rules),
            criteria,
            hints: criteria.hints.for_secret(secret),
        }
    }
}
