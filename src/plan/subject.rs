//! The secret of a plan: what is known of it before ([`Observed`]), and while the steps run
//! ([`Subject`]).

use crate::model::account::AccountId;
use crate::model::arn::SecretArn;
use crate::model::date::Time;
use crate::model::name::SecretName;
use crate::model::secret::Secret;
use crate::model::stored_value::StoredValue;

/// What is known of the secret before anything is done.
#[derive(Debug)]
pub enum Observed {
    /// Not looked up.
    NotLooked,
    Absent,
    Active(Box<Existing>),
    /// `due` is when it will be deleted.
    PendingDeletion {
        due: String,
    },
}

/// A secret that exists, with the values a request is compared with.
#[derive(Debug)]
pub struct Existing {
    pub secret: Secret,
    /// The current value; `None` if there is none or the caller may not read it.
    pub value: Option<StoredValue>,
    /// The resource policy; only looked up if the request has one.
    pub policy: Option<String>,
}

impl From<Option<Secret>> for Observed {
    /// From the answer of DescribeSecret.
    fn from(described: Option<Secret>) -> Self {
        match described {
            None => Self::Absent,
            Some(Secret {
                deleted: Some(due), ..
            }) => Self::PendingDeletion {
                due: due.to_string(),
            },
            Some(secret) => Self::Active(Box::new(Existing {
                secret,
                value: None,
                policy: None,
            })),
        }
    }
}

/// The secret the steps work on, updated from their answers.
#[derive(Clone, Debug, Default)]
pub struct Subject {
    pub name: String,
    /// `None` before the secret is created.
    pub arn: Option<SecretArn>,
    /// The current version.
    pub version_id: Option<String>,
    /// When a scheduled deletion is due.
    pub deletion_date: Option<Time>,
    /// The account, if a rule reported it.
    pub rule_account: Option<AccountId>,
}

impl Subject {
    /// A secret that may not exist.
    pub fn named(name: &SecretName) -> Self {
        Self {
            name: name.to_string(),
            ..Self::default()
        }
    }

    /// The ARN, or the name if there is none.
    pub fn id(&self) -> &str {
        self.arn.as_ref().map_or(&self.name, SecretArn::as_str)
    }

    /// The account of the secret, else of the rule.
    pub fn account(&self) -> Option<String> {
        let of_secret = self.arn.as_ref().map(|arn| arn.account().to_owned());
        of_secret.or_else(|| Some(self.rule_account.as_ref()?.to_string()))
    }
}

impl From<&Secret> for Subject {
    fn from(secret: &Secret) -> Self {
        Self {
            name: secret.name.clone(),
            arn: Some(secret.arn.clone()),
            version_id: secret.version_with("AWSCURRENT").map(str::to_owned),
            deletion_date: None,
            rule_account: None,
        }
    }
}
