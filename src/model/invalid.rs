//! [`Invalid`]: why a value is not taken.

/// What is wrong with a value, in words that may be shown: lower case, no full stop. For what is
/// only ever told; where a caller tells cases apart, the error is an enum.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Invalid(String);

impl Invalid {
    pub fn new(what: impl Into<String>) -> Self {
        Self(what.into())
    }
}

/// So that a [`crate::output::failure::Failure`] takes it as its message.
impl From<Invalid> for String {
    fn from(invalid: Invalid) -> Self {
        invalid.0
    }
}
