//! [`Replica`]: a copy of a secret in another Region.

use serde::Serialize;

use super::unless_default;

/// A copy of the secret in another Region.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Replica {
    pub region: String,
    /// As AWS tells it: any form of a key's name there.
    pub kms_key_id: Option<String>,
    /// The service's own word, such as `InSync`.
    pub status: Option<String>,
    pub message: Option<String>,
}

impl Replica {
    /// Whether it is there, or will be: not where making it failed, or where it was cut off from
    /// its primary.
    ///
    /// Source: `StatusType` in the Secrets Manager API reference.
    pub fn is_made(&self) -> bool {
        !matches!(self.status.as_deref(), Some("Failed" | "Detached"))
    }

    /// Its key, where the name does not tell whether ECR can use it.
    pub fn unknown_key(&self) -> Option<&str> {
        unless_default(self.kms_key_id.as_deref())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_replica_is_made_unless_it_failed_or_was_cut_off() {
        for (status, is_made) in [
            (Some("InSync"), true),
            (Some("InProgress"), true),
            (Some("Pending"), true),
            (None, true),
            (Some("Failed"), false),
            (Some("Detached"), false),
        ] {
            let replica = Replica {
                region: "eu-west-1".to_owned(),
                kms_key_id: None,
                status: status.map(str::to_owned),
                message: None,
            };
            assert_eq!(replica.is_made(), is_made, "{status:?}");
        }
    }
}
