//! [`Subject`]: what the steps of a plan work on.

use crate::model::account::AccountId;
use crate::model::arn::SecretArn;
use crate::model::date::Time;
use crate::model::name::SecretName;
use crate::model::secret::{Secret, VersionId};

/// The secret that the steps work on, and what their answers have told of it so far.
#[derive(Clone, Debug, Default)]
pub struct Subject {
    pub name: String,
    /// `None` before the secret is created.
    pub arn: Option<SecretArn>,
    /// The version that readers get.
    pub version_id: Option<VersionId>,
    /// When a scheduled deletion falls due.
    pub deletion_date: Option<Time>,
    /// The account, where a rule told it.
    pub rule_account: Option<AccountId>,
}

impl Subject {
    /// By its name, before it is known whether it exists.
    pub fn named(name: &SecretName) -> Self {
        Self {
            name: name.to_string(),
            ..Self::default()
        }
    }

    /// The ARN, or the name as long as there is none.
    pub fn id(&self) -> &str {
        self.arn.as_ref().map_or(&self.name, SecretArn::as_str)
    }

    /// The account of the secret, or else of the rule.
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
            version_id: secret.version_with("AWSCURRENT").cloned(),
            deletion_date: None,
            rule_account: None,
        }
    }
}
