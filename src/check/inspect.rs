//! [`Inspected`]: a secret under inspection, and [`inspect`], which sends no request.

use super::metadata::{inspect_key, inspect_manager, inspect_metadata};
use super::rules::{inspect_usage, UNUSED};
use super::value::inspect_value;
use super::{Criteria, Finding, Level};
use crate::model::rule::{Rule, RuleUsage};
use crate::model::secret::{KeyKind, Secret};
use crate::model::stored_value::Reading;
use crate::output::hint::Hints;

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

/// The findings about a secret's name, dates, tags, key, value and rules. `reading` is `None` if
/// the value is reported separately. For a secret scheduled for deletion, only the rules matter.
pub fn inspect(
    inspected: &Inspected<'_>,
    key: &KeyKind,
    reading: Option<&Reading>,
) -> Vec<Finding> {
    let mut findings = inspect_usage(inspected);
    if let Some(finding) = inspect_manager(inspected) {
        // Something other than a rule uses it, so don't suggest deleting or changing it.
        findings.retain(|finding| finding.code != UNUSED);
        findings.push(finding);
    } else if inspected.secret.deleted.is_none() {
        findings.extend(inspect_metadata(inspected));
        findings.extend(inspect_key(inspected, key));
        let of_value = reading.map(|reading| inspect_value(inspected, reading));
        findings.extend(of_value.into_iter().flatten());
    }
    findings
}
