//! [`Username`]: the name that goes with a token, and never a token.

use std::fmt;

use super::white_space_at;
use crate::model::token_kind::TokenKind;

/// The account or token name at the upstream registry: not empty, no control characters, no white
/// space at either end, and no token in its place, since a username is shown and stands in URLs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Username(String);

/// Why a text is not a [`Username`].
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum UsernameFault {
    #[error("the username is empty")]
    Empty,
    #[error("the username has a control character or a line break at character {0}")]
    Control(usize),
    #[error("the username has white space at its {0}; the registry would refuse it")]
    WhiteSpace(&'static str),
    #[error(
        "the username begins like an access token, so it is not repeated here; username and \
         token may be mixed up; if it is a real token, revoke it"
    )]
    Token,
}

impl Username {
    /// # Errors
    /// A [`UsernameFault`] that says what is wrong and where, without showing any of it.
    pub fn parse(text: &str) -> Result<Self, UsernameFault> {
        if text.is_empty() {
            return Err(UsernameFault::Empty);
        }
        if TokenKind::is_in_the_wrong_place(text) {
            return Err(UsernameFault::Token);
        }
        if let Some(position) = text.chars().position(char::is_control) {
            return Err(UsernameFault::Control(position + 1));
        }
        if let Some(end) = white_space_at(text) {
            return Err(UsernameFault::WhiteSpace(end));
        }
        Ok(Self(text.to_owned()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Username {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn each_fault_says_what_and_where() {
        for (text, fault) in [
            ("", UsernameFault::Empty),
            ("a\tb", UsernameFault::Control(2)),
            ("a ", UsernameFault::WhiteSpace("end")),
            ("dckr_pat_abcdef", UsernameFault::Token),
            (" ghp_0123456789\n", UsernameFault::Token),
        ] {
            assert_eq!(Username::parse(text), Err(fault), "{text}");
        }
        assert_eq!(Username::parse("a b:c").unwrap().as_str(), "a b:c");
    }

    proptest! {
        #[test]
        fn a_token_is_no_username_and_no_fault_repeats_it(
            before in "[ \t\"'(<\u{feff}]{0,3}|[a-z]{1,8}:",
            beginning in proptest::sample::select(&["dckr_pat_", "dckr_oat_", "ghp_", "github_pat_", "ghs_", "gho_", "ghu_", "glpat-", "gldt-", "glcbt-"][..]),
            rest in "[a-zA-Z0-9_-]{8,60}",
        ) {
            let fault = Username::parse(&format!("{before}{beginning}{rest}")).unwrap_err();
            prop_assert_eq!(&fault, &UsernameFault::Token);
            prop_assert!(!fault.to_string().contains(&rest));
        }
    }
}
