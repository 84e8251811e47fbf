//! [`Expiry`]: what becomes of the tag that says when the token ends.

use crate::arn::SecretArn;
use crate::aws::{AwsError, Secrets};
use crate::date::Date;
use crate::input::draft::expiry_tag;
use crate::secret::{Secret, EXPIRY_TAG};
use crate::shell::option;

/// What becomes of the tag that says when the token ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expiry {
    Keep,
    Set(Date),
    /// It is of the token before.
    Remove,
}

impl Expiry {
    /// `said` is when the new token ends, where that is known.
    pub fn of(secret: &Secret, said: Option<Date>, is_unchanged: bool) -> Self {
        let had = secret.expires_on();
        match said {
            Some(date) if had == Some(Ok(date)) => Self::Keep,
            Some(date) => Self::Set(date),
            None if had.is_some() && !is_unchanged => Self::Remove,
            None => Self::Keep,
        }
    }

    /// The word for scripts of the call that it takes.
    pub fn step(self) -> Option<&'static str> {
        match self {
            Self::Keep => None,
            Self::Set(_) => Some("tag-resource"),
            Self::Remove => Some("untag-resource"),
        }
    }

    pub async fn apply(self, secrets: &Secrets, arn: &SecretArn) -> Result<(), AwsError> {
        match self {
            Self::Keep => Ok(()),
            Self::Set(date) => {
                let tag: Vec<_> = expiry_tag(date).into_iter().collect();
                secrets.tag(arn, &tag).await
            }
            Self::Remove => secrets.untag(arn, EXPIRY_TAG).await,
        }
    }

    /// The command that does it by hand; `options` with a space before each.
    pub fn command_line(self, name: &str, options: &str) -> String {
        let id = option("--secret-id", name);
        match self {
            Self::Set(date) => {
                format!("aws secretsmanager tag-resource {id} --tags Key={EXPIRY_TAG},Value={date}{options}")
            }
            _ => format!("aws secretsmanager untag-resource {id} --tag-keys {EXPIRY_TAG}{options}"),
        }
    }
}
