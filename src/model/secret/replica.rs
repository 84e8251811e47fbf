//! [`Replica`]: a copy of a secret in another Region.

use serde::Serialize;

use super::unless_default;

/// A copy of the secret in another Region.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Replica {
    pub region: String,
    /// The key in any form that AWS uses: an ID, an ARN or an alias.
    pub kms_key_id: Option<String>,
    /// The service's value, such as `InSync`.
    pub status: Option<String>,
    pub message: Option<String>,
}

impl Replica {
    /// Whether it exists or is being created. False if that failed, or if it was detached from its
    /// primary.
    ///
    /// Source: `StatusType` in the Secrets Manager API reference.
    pub fn works(&self) -> bool {
        !matches!(self.status.as_deref(), Some("Failed" | "Detached"))
    }

    /// The key, unless it is the default key by name.
    pub fn unknown_key(&self) -> Option<&str> {
        unless_default(self.kms_key_id.as_deref())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_replica_works_unless_it_failed_or_was_detached() {
        for (status, works) in [
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
            assert_eq!(replica.works(), works, "{status:?}");
        }
    }
}
