//! [`Finding`]: a problem that breaks pulls, may break them, or is worth knowing.

mod inspected;
mod login_check;
mod metadata;
mod pull_proof;
mod rules;
mod scan;
mod templates;
mod value;

pub use login_check::{expiry_to_keep, LoginCheck};
pub use pull_proof::{not_tried, statement_to_add, ProvenPull, PullProof, PullTarget};
pub use scan::{scan, unreadable, OneSecret, Scan};

use std::fmt::Write as _;

use serde::Serialize;

use crate::model::count::count;
use crate::model::date::Date;
use crate::output::hint::Hints;
use crate::output::report::Report;
use crate::output::{escaped, paint, Color};
use rules::UNUSED;

/// How much a finding matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Level {
    /// Pulls fail, or no rule can use the secret.
    Error,
    /// Pulls may fail, now or later.
    Warning,
    Note,
}

impl Level {
    const ALL: [Self; 3] = [Self::Error, Self::Warning, Self::Note];

    fn word(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Note => "note",
        }
    }

    /// The level's word in color, padded to a common width.
    fn label(self) -> String {
        let color = match self {
            Self::Error => Color::Red,
            Self::Warning => Color::Yellow,
            Self::Note => Color::Cyan,
        };
        let word = self.word();
        format!("{}{:2$}", paint(color, word), "", 8 - word.len())
    }
}

/// A problem with a secret or a rule, what it means for pulls, and the fix. The JSON members are a
/// contract: only ever added to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    pub level: Level,
    /// A word for scripts, such as `not-json`. Words are only ever added.
    pub code: &'static str,
    /// The secret's name; `None` if the finding is about all secrets.
    pub secret: Option<String>,
    /// The prefix of the rule.
    pub rule: Option<String>,
    /// Lower case, no full stop.
    pub message: String,
    /// The command or the change that fixes it.
    pub fix: Option<String>,
    /// Whether it may be gone at another try, as when a registry could not be reached.
    #[serde(skip)]
    pub is_temporary: bool,
}

impl Finding {
    pub fn new(level: Level, code: &'static str, message: impl Into<String>) -> Self {
        Self {
            level,
            code,
            secret: None,
            rule: None,
            message: message.into(),
            fix: None,
            is_temporary: false,
        }
    }

    pub fn of_secret(mut self, name: &str) -> Self {
        self.secret = Some(name.to_owned());
        self
    }

    pub fn fix(mut self, fix: impl Into<String>) -> Self {
        self.fix = Some(fix.into());
        self
    }

    pub fn temporary(mut self) -> Self {
        self.is_temporary = true;
        self
    }
}

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
            let _ = writeln!(text, "{}", escaped(&about));
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
            "unused secrets\n  {} {UNUSED}: no rule uses these {} secrets, and each costs money:",
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
