//! [`Observed`]: what is known of a secret before anything is planned.

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
