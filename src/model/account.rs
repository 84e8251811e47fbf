//! [`AccountId`]: the number of an AWS account.

use std::fmt;

use crate::model::invalid::Invalid;

/// The number of an AWS account: exactly twelve digits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccountId(String);

impl AccountId {
    /// The error does not repeat the text.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        let fits = text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit());
        fits.then(|| Self(text.to_owned()))
            .ok_or_else(|| Invalid::new("an account ID that is not 12 digits"))
    }
}

impl fmt::Display for AccountId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_account_is_twelve_digits() {
        assert!(AccountId::parse("000000000000").is_ok());
        for bad in [
            "",
            "00000000000",
            "0000000000000",
            "11112222333a",
            "１１１１２２２２３３３３",
        ] {
            assert!(AccountId::parse(bad).is_err(), "{bad}");
        }
    }
}
