//! [`CheckReport`]: the findings of a check, for people and as JSON.

use std::fmt::Write as _;

use serde::Serialize;

use super::finding::{Finding, Level};
use super::pull_proof::ProvenPull;
use super::rules::UNUSED;
use crate::model::count::count;
use crate::output::hint::Hints;
use crate::output::report::Report;
use crate::output::{escaped, paint, Color};

/// The report of `check`. The JSON members are a contract: only ever added to.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CheckReport {
    /// How many secrets were checked.
    pub checked: usize,
    /// How many rules were checked; `None` if they could not be listed.
    pub checked_rules: Option<usize>,
    pub region: String,
    pub findings: Vec<Finding>,
    /// With `--pull`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pulls: Option<Vec<ProvenPull>>,
    /// With `--fix`.
    #[serde(flatten)]
    pub fix: Option<Report<FixedSecrets>>,
}

/// What `check --fix` did.
#[derive(Debug, Serialize)]
pub struct FixedSecrets {
    /// What was changed, in words; after the name of the secret if none was named.
    pub fixed: Vec<String>,
}

/// If more secrets than this are unused, they are listed together.
const MOST_UNUSED: usize = 3;

/// How many unused secrets the text names.
const MOST_NAMES: usize = 10;

/// The findings for people, grouped by secret, in the order they come in.
pub fn to_text(findings: &[Finding], hints: &Hints) -> String {
    let is_unused = |finding: &&Finding| finding.code == UNUSED;
    let unused: Vec<&Finding> = findings.iter().filter(is_unused).collect();
    let together = unused.len() > MOST_UNUSED;
    let mut text = String::new();
    let mut last = None;
    for finding in findings {
        if together && finding.code == UNUSED {
            continue;
        }
        let about = match (&finding.secret, &finding.rule) {
            (Some(secret), _) => secret.clone(),
            (None, Some(rule)) => format!("rule {rule}"),
            (None, None) => "all".to_owned(),
        };
        if last.as_ref() != Some(&about) {
            let _ = writeln!(text, "{}", paint(Color::Bold, &escaped(&about)));
            last = Some(about);
        }
        let _ = writeln!(
            text,
            "  {} {}: {}",
            finding.level.label(),
            finding.code,
            escaped(&finding.message)
        );
        for (index, line) in finding.fix.iter().flat_map(|fix| fix.lines()).enumerate() {
            let label = if index == 0 { "fix:" } else { "" };
            let _ = writeln!(text, "    {label:<6} {}", escaped(line));
        }
    }
    if together {
        let names = unused
            .iter()
            .filter_map(|finding| finding.secret.as_deref());
        let names: Vec<String> = names.take(MOST_NAMES).map(escaped).collect();
        let _ = writeln!(
            text,
            "{}\n  {} {UNUSED}: no rule uses these {} secrets, and each costs money:",
            paint(Color::Bold, "unused secrets"),
            Level::Note.label(),
            unused.len()
        );
        for name in &names {
            let _ = writeln!(text, "    - {name}");
        }
        if let more @ 1.. = unused.len() - names.len() {
            let _ = writeln!(text, "    and {more} more; -o json lists them all");
        }
        let delete = hints.delete("NAME", "");
        let _ = writeln!(text, "    fix:   delete those you don't need: {delete}");
    }
    text.truncate(text.trim_end().len());
    text
}

/// The number of findings of each level: `1 error, 2 warnings`, or `no problems found`.
pub fn summary(findings: &[Finding]) -> String {
    let counts = Level::ALL.iter().filter_map(|level| {
        let of_level = findings.iter().filter(|finding| finding.level == *level);
        let number = of_level.count();
        (number > 0).then(|| count(number, level.word()))
    });
    let counts: Vec<String> = counts.collect();
    if counts.is_empty() {
        "no problems found".to_owned()
    } else {
        counts.join(", ")
    }
}
