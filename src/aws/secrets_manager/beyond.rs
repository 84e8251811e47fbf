//! [`Beyond`]: what an answer tells beyond what the SDK reads of it.
//!
//! aws-sdk-secretsmanager 1.125 has no members for replicas in other accounts, nor for the names of
//! policies, which the service has had since. They are read from the body of the answer, where no
//! secret value is.

use std::fmt::Debug;
use std::sync::{Arc, Mutex, PoisonError};

use aws_sdk_secretsmanager::config::interceptors::AfterDeserializationInterceptorContextRef;
use aws_sdk_secretsmanager::config::{ConfigBag, Intercept, RuntimeComponents};
use aws_sdk_secretsmanager::error::BoxError;
use serde::de::DeserializeOwned;
use serde::Deserialize;

use crate::model::secret::{CrossAccountReplica, Secret};

/// Reads along with one call, whose answer has a `T` in it.
#[derive(Clone, Debug, Default)]
pub struct Beyond<T>(Arc<Mutex<T>>);

/// Of `DescribeSecretOutput`. Source: botocore's model of the service, 1.44.5.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct OfOtherAccounts {
    cross_account_primary: Option<Primary>,
    cross_account_replicas: Vec<Replica>,
}

/// Of `GetResourcePolicyOutput`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct PolicyOrigin {
    pub policy_name: Option<String>,
}

/// Of `CrossAccountPrimaryType`.
#[derive(Clone, Debug, Deserialize)]
struct Primary {
    #[serde(rename = "PrimarySecretARN")]
    arn: Option<String>,
}

/// Of `CrossAccountReplicaEntry`.
#[derive(Clone, Debug, Deserialize)]
struct Replica {
    #[serde(rename = "ReplicaSecretARN")]
    arn: Option<String>,
    #[serde(rename = "ReplicationStatus")]
    status: Option<String>,
}

impl<T: Default> Beyond<T> {
    /// What was told with the answer.
    pub fn told(&self) -> T {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl OfOtherAccounts {
    /// Adds it to what the SDK has read.
    pub fn add_to(self, secret: &mut Secret) {
        let Self {
            cross_account_primary: primary,
            cross_account_replicas: replicas,
        } = self;
        secret.cross_account_primary =
            primary.map(|primary| primary.arn.unwrap_or_else(|| "another account".to_owned()));
        let replicas = replicas.into_iter().filter_map(|replica| {
            Some(CrossAccountReplica {
                arn: replica.arn?,
                status: replica.status,
            })
        });
        secret.cross_account_replicas = replicas.collect();
    }
}

impl<T: DeserializeOwned + Default + Debug + Send> Intercept for Beyond<T> {
    fn name(&self) -> &'static str {
        "Beyond"
    }

    fn read_after_deserialization(
        &self,
        context: &AfterDeserializationInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        // By now the body is in memory. What is not of this form the SDK has refused already.
        let body = context.response().body().bytes().unwrap_or_default();
        let told = serde_json::from_slice(body).unwrap_or_default();
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = told;
        Ok(())
    }
}
