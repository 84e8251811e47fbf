//! [`Finding`]: a problem that breaks pulls, may break them, or is worth knowing.

use serde::Serialize;

use crate::output::{paint, Color};

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
    pub const ALL: [Self; 3] = [Self::Error, Self::Warning, Self::Note];

    pub fn word(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Note => "note",
        }
    }

    /// The level's word in color, padded to a common width.
    pub fn label(self) -> String {
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
