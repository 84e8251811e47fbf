//! [`CredentialArn`]: the `credentialArn` of a rule.

use serde::{Serialize, Serializer};

use crate::model::arn::SecretArn;

/// The `credentialArn` of a rule, which may hold any text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CredentialArn {
    Secret(SecretArn),
    /// Anything else, such as the ARN of a secret without its random characters.
    Other(String),
}

impl CredentialArn {
    pub fn of(text: &str) -> Self {
        SecretArn::parse(text).map_or_else(|_| Self::Other(text.to_owned()), Self::Secret)
    }

    pub fn as_str(&self) -> &str {
        match self {
            Self::Secret(arn) => arn.as_str(),
            Self::Other(text) => text,
        }
    }

    /// The Region in the ARN; empty if there is none.
    pub fn region(&self) -> &str {
        self.as_str().split(':').nth(3).unwrap_or_default()
    }

    pub fn secret(&self) -> Option<&SecretArn> {
        match self {
            Self::Secret(arn) => Some(arn),
            Self::Other(_) => None,
        }
    }
}

impl Serialize for CredentialArn {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &str = "arn:aws:secretsmanager:us-east-1:111122223333:secret:x";

    #[test]
    fn a_rule_may_point_at_anything() {
        let of = |text: &str| {
            let arn = CredentialArn::of(text);
            assert_eq!(arn.as_str(), text);
            (
                arn.region().to_owned(),
                arn.secret().map(|arn| arn.name().to_owned()),
            )
        };
        assert_eq!(
            of(&format!("{SECRET}-AbCdEf")),
            ("us-east-1".into(), Some("x".into()))
        );
        assert_eq!(of(SECRET), ("us-east-1".into(), None));
        assert_eq!(
            of("arn:aws:iam::111122223333:role/x"),
            (String::new(), None)
        );
        assert_eq!(of("\u{1b}[2J"), (String::new(), None));
    }
}
