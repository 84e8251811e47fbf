//! [`inspect`]: what is wrong with one secret, from what was looked at. It asks nobody.

use super::inspected::Inspected;
use super::metadata::{inspect_key, inspect_manager, inspect_metadata};
use super::rule::{inspect_usage, UNUSED};
use super::value::inspect_value;
use super::{Criteria, Finding};
use crate::model::rule::Rule;
use crate::model::secret::{KeyKind, Secret};
use crate::model::stored_value::Reading;

/// What is wrong with a secret by its name, dates, tags, key, value and rules. `reading` is `None`
/// where its value is told of elsewhere, `rules` where they could not be looked at. Of a secret
/// that is scheduled for deletion only its rules tell something, since nothing can read it.
pub fn inspect(
    secret: &Secret,
    key: &KeyKind,
    reading: Option<&Reading>,
    rules: Option<&[Rule]>,
    criteria: &Criteria,
) -> Vec<Finding> {
    let inspected = Inspected::new(secret, rules, criteria);
    let mut findings = inspect_usage(&inspected);
    if let Some(finding) = inspect_manager(&inspected) {
        // It is there for something else than rules, and is neither to be used nor deleted here.
        findings.retain(|finding| finding.code != UNUSED);
        findings.push(finding);
    } else if secret.deleted.is_none() {
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
