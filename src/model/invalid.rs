//! [`Invalid`]: why a value is not taken.

/// What is wrong with a value, in words that may be shown: lower case, no full stop. For what is
/// only ever told; where a caller tells cases apart, the error is an enum.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Invalid {
    pub message: String,
    /// What fixes it, where this very fault has a fix of its own.
    pub fix: Option<String>,
}

impl Invalid {
    pub fn new(what: impl Into<String>) -> Self {
        Self {
            message: what.into(),
            fix: None,
        }
    }

    /// What fixes it: the option with a value that works, or a command.
    #[must_use]
    pub fn fix(mut self, fix: impl Into<String>) -> Self {
        self.fix = Some(fix.into());
        self
    }
}

impl From<String> for Invalid {
    fn from(what: String) -> Self {
        Self::new(what)
    }
}

/// So that a [`crate::output::failure::Failure`] takes it as its message.
impl From<Invalid> for String {
    fn from(invalid: Invalid) -> Self {
        invalid.message
    }
}
