//! [`Invalid`]: a validation error.

/// A message that says what is wrong with a value: lower case, no full stop, safe to show. Parsers
/// whose callers distinguish cases return an enum instead.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Invalid {
    pub message: String,
    /// The fix, if this error has a specific one.
    pub fix: Option<String>,
}

impl Invalid {
    pub fn new(what: impl Into<String>) -> Self {
        Self {
            message: what.into(),
            fix: None,
        }
    }

    /// Sets the fix: an option with a valid value, or a command.
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

/// Lets [`crate::output::failure::Failure`] use it as a message.
impl From<Invalid> for String {
    fn from(invalid: Invalid) -> Self {
        invalid.message
    }
}
