//! [`Subject`]: the secret the steps of a plan work on.

use crate::model::account::AccountId;
use crate::model::arn::SecretArn;
use crate::model::date::Time;
use crate::model::name::SecretName;
use crate::model::secret::Secret;

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
