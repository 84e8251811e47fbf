//! [`AccountId`]: the number of an AWS account.

use std::fmt;

/// Why a text is not an [`AccountId`]; it does not repeat the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("something that is not an account ID of 12 digits")]
pub struct NoAccountId;

/// The number of an AWS account: exactly twelve digits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccountId(String);

impl AccountId {
    /// # Errors
    /// [`NoAccountId`].
    pub fn parse(text: &str) -> Result<Self, NoAccountId> {
        if text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit()) {
            Ok(Self(text.to_owned()))
        } else {
            Err(NoAccountId)
        }
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
            assert_eq!(AccountId::parse(bad), Err(NoAccountId), "{bad}");
        }
    }
}
