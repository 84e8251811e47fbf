//! [`Username`]: the username that belongs to a token.

use std::fmt;

use super::{white_space_at, Mistake};
use crate::model::invalid::Invalid;
use crate::model::token_kind::TokenKind;

/// The username at the upstream registry: not empty, without control characters or white space at
/// either end. It cannot be a token, because usernames are shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Username(String);

impl Username {
    /// The error does not repeat the text.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        if text.is_empty() {
            return Err(Invalid::new("the username is empty"));
        }
        if TokenKind::is_in_the_wrong_place(text) {
            return Err(Invalid::new(
                "the username looks like an access token, so it is not shown; username and token \
                 may be swapped; if it is a real token, revoke it",
            ));
        }
        if let Some(mistake) = Mistake::certain(text) {
            let words = mistake.words;
            return Err(Invalid::new(format!("the username {words}")));
        }
        if let Some(position) = text.chars().position(char::is_control) {
            return Err(Invalid::new(format!(
                "the username contains a control character or a line break at character {}",
                position + 1
            )));
        }
        if let Some(end) = white_space_at(text) {
            return Err(Invalid::new(format!(
                "the username {end}s with white space, which the registry would reject"
            )));
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
            ("", "is empty"),
            ("a\tb", "at character 2"),
            ("a ", "ends with white space"),
            ("dckr_pat_abcdef", "like an access token"),
            (" ghp_0123456789\n", "like an access token"),
        ] {
            let found = Username::parse(text).unwrap_err().to_string();
            assert!(found.contains(fault), "{found}");
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

            prop_assert!(!fault.to_string().contains(&rest));
        }
    }
}
