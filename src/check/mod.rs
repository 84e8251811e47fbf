//! [`Finding`]: something that ECR would trip over, or that someone should know of.

mod inspect;
mod login_check;
mod metadata;
mod rules;
mod scan;
mod value;

pub use login_check::{expiry_to_keep, LoginCheck};
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

    /// Its word in colour, as wide as the widest.
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

/// What is wrong with a secret, what that means for a pull, and what fixes it. Its JSON members are
/// a contract: only ever added to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    pub level: Level,
    /// A word for scripts, such as `not-json`. Words are only ever added.
    pub code: &'static str,
    /// The secret's name; none where it is about all of them.
    pub secret: Option<String>,
    /// The prefix of the rule that it is about.
    pub rule: Option<String>,
    /// Lower case, no full stop.
    pub message: String,
    /// The command or the change that fixes it.
    pub fix: Option<String>,
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
}

/// What `check` found. Its JSON members are a contract: only ever added to.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CheckReport {
    /// How many secrets were looked at.
    pub checked: usize,
    /// How many rules were looked at; none where they could not be.
    pub checked_rules: Option<usize>,
    pub region: String,
    pub findings: Vec<Finding>,
    /// With `--fix`.
    #[serde(flatten)]
    pub fix: Option<Report<FixedSecret>>,
}

/// What `check --fix` did.
#[derive(Debug, Serialize)]
pub struct FixedSecret {
    /// What was changed, in words.
    pub mended: Vec<String>,
}

/// By what secrets and rules are judged.
#[derive(Clone, Debug)]
pub struct Criteria {
    pub today: Date,
    /// Days from the last change on after which a secret is too old; `None` where age does not
    /// matter.
    pub max_age: Option<i64>,
    /// Days before the end of a token from which on it is warned of.
    pub expiring_within: i64,
    /// The Region that is checked.
    pub region: String,
    /// The commands that fix what is found.
    pub hints: Hints,
}

/// More secrets than these, which no rule uses, are told together.
const MOST_UNUSED: usize = 3;

/// The findings for people, by secret; the worst of a secret first.
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
        let names: Vec<String> = names.take(10).map(escaped).collect();
        let more = match unused.len() - names.len() {
            0 => String::new(),
            more => format!(" and {more} more (-o json names them all)"),
        };
        let _ = writeln!(
            text,
            "secrets that no rule uses\n  {} {UNUSED}: {}{more}; each costs money while it \
             exists\n    fix:   delete what nobody needs: {}",
            Level::Note.label(),
            names.join(", "),
            hints.delete("NAME", "")
        );
    }
    text.truncate(text.trim_end().len());
    text
}

/// How many there are of each level: `1 error, 2 warnings`, or `nothing found`.
pub fn summary(findings: &[Finding]) -> String {
    let counts = Level::ALL.iter().filter_map(|level| {
        let of_level = findings.iter().filter(|finding| finding.level == *level);
        let number = of_level.count();
        (number > 0).then(|| count(number, level.word()))
    });
    let counts: Vec<String> = counts.collect();
    if counts.is_empty() {
        "nothing found".to_owned()
    } else {
        counts.join(", ")
    }
}
