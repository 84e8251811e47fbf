//! [`inspect`]: what is wrong with one secret, from what was looked at. It asks nobody.

use super::metadata::{inspect_key, inspect_metadata};
use super::rule::{inspect_usage, UNUSED};
use super::value::inspect_value;
use super::{Criteria, Finding, Level};
use crate::model::rule::{Rule, RuleUsage};
use crate::model::secret::{KeyKind, Secret};
use crate::model::stored_value::Reading;
use crate::output::hint::Hints;

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

    /// The command that stores credentials, whatever the value is.
    pub fn replace(&self) -> String {
        let (name, more) = (&self.secret.name, " --if-exists update");
        self.hints.create(name, self.usage.upstream, more)
    }

    /// The command that checks the secret again; `more` options with a space before each.
    pub fn check(&self, more: &str) -> String {
        self.hints.check(&self.secret.name, more)
    }

    /// The command that fixes what can be fixed without guessing.
    pub fn fix(&self) -> String {
        self.hints.check(&self.secret.name, " --fix")
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

/// What is wrong with a secret by its name, dates, tags, key, value and rules. `reading` is `None` where
/// its value is told of elsewhere, `rules` where they could not be looked at. Of a secret that is
/// scheduled for deletion only its rules tell something, since nothing can read it.
pub fn inspect(
    secret: &Secret,
    key: &KeyKind,
    reading: Option<&Reading>,
    rules: Option<&[Rule]>,
    criteria: &Criteria,
) -> Vec<Finding> {
    let inspected = Inspected::new(secret, rules, criteria);
    let mut findings = inspect_usage(&inspected);
    if secret.deleted.is_none() {
        findings.extend(inspect_metadata(&inspected));
        findings.extend(inspect_key(&inspected, key));
        findings.extend(
            reading
                .into_iter()
                .flat_map(|value| inspect_value(&inspected, value)),
        );
    }
    findings
}

/// The same by its rules alone, for a secret that is used.
pub fn inspect_in_use(
    secret: &Secret,
    rules: Option<&[Rule]>,
    criteria: &Criteria,
) -> Vec<Finding> {
    let mut findings = inspect_usage(&Inspected::new(secret, rules, criteria));
    findings.retain(|finding| finding.code != UNUSED);
    findings
}
