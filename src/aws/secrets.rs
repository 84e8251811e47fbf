//! The operations of Secrets Manager that we use, in our own types.

use std::time::Duration;

use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::SdkConfig;
use aws_sdk_secretsmanager::types::{
    ReplicaRegionType, ReplicationStatusType, RotationRulesType, StatusType, Tag,
};
use aws_sdk_secretsmanager::{Client, Config};

use super::answers::secret_arn;
use super::error::{AwsError, Kind};
use crate::arn::SecretArn;
use crate::credential::SecretValue;
use crate::output::foreign;
use crate::plan::{Request, StoredValue};
use crate::region::RegionName;
use crate::setting::{self, ResourcePolicy, Rhythm, Rotation};

/// Secrets Manager in one account and Region.
pub struct Secrets {
    client: Client,
}

/// A version of a secret that was just stored, the first or a later one.
#[derive(Debug)]
pub struct Created {
    pub arn: SecretArn,
    pub version_id: Option<String>,
    /// For each replica that failed at once: its Region, and why.
    pub failed_replicas: Vec<String>,
}

impl Secrets {
    /// At `endpoint`, or where the Region says.
    pub fn new(config: &SdkConfig, endpoint: Option<&str>) -> Self {
        Self {
            client: client(config, endpoint),
        }
    }

    /// CreateSecret, with `request_token` (32 to 64 characters) as its idempotency token.
    /// The key is never named: the service takes aws/secretsmanager.
    pub async fn create(
        &self,
        request: &Request,
        request_token: &str,
    ) -> Result<Created, AwsError> {
        let Request {
            value,
            name,
            description,
            tags,
            replicas,
            overwrite_replicas,
            ..
        } = request;
        let mut call = self
            .client
            .create_secret()
            .name(name.as_str())
            .client_request_token(request_token)
            .secret_string(value.reveal());
        if !description.as_str().is_empty() {
            call = call.description(description.as_str());
        }
        if !tags.is_empty() {
            call = call.set_tags(Some(tags.iter().map(sdk_tag).collect()));
        }
        if !replicas.is_empty() {
            call = call.set_add_replica_regions(Some(replicas.iter().map(sdk_replica).collect()));
        }
        if *overwrite_replicas {
            call = call.force_overwrite_replica_secret(true);
        }
        let answer = call
            .send()
            .await
            .map_err(|error| AwsError::of("CreateSecret", &error))?;
        Ok(Created {
            arn: secret_arn("CreateSecret", answer.arn(), Some(name.as_str()))?,
            version_id: answer.version_id().map(str::to_owned),
            failed_replicas: failed(answer.replication_status()),
        })
    }

    /// After a call without an answer: whether the version that it was to store is there, and then the
    /// secret's ARN and its failed replicas. Asks once or twice, for ten seconds at most.
    pub async fn look_for(&self, name: &str, version: &str) -> Result<Option<Created>, AwsError> {
        let patience = Config::builder()
            .retry_config(RetryConfig::standard().with_max_attempts(2))
            .timeout_config(
                TimeoutConfig::builder()
                    .operation_timeout(Duration::from_secs(10))
                    .build(),
            );
        let call = self.client.describe_secret().secret_id(name);
        match call.customize().config_override(patience).send().await {
            Ok(answer) => {
                let has_version = answer
                    .version_ids_to_stages()
                    .is_some_and(|versions| versions.contains_key(version));
                let arn = secret_arn("DescribeSecret", answer.arn(), answer.name())?;
                Ok(has_version.then(|| Created {
                    arn,
                    version_id: Some(version.to_owned()),
                    failed_replicas: failed(answer.replication_status()),
                }))
            }
            Err(error) => {
                let error = AwsError::of("DescribeSecret", &error);
                if error.kind == Kind::NotFound {
                    Ok(None)
                } else {
                    Err(error)
                }
            }
        }
    }

    /// GetSecretValue, told only as whether it is the value that would be stored.
    pub async fn compare(
        &self,
        arn: &SecretArn,
        value: &SecretValue,
    ) -> Result<StoredValue, AwsError> {
        let call = self.client.get_secret_value().secret_id(arn.as_str());
        let answer = call.send().await;
        match answer.map_err(|error| AwsError::of("GetSecretValue", &error)) {
            Ok(answer)
                if answer
                    .secret_string()
                    .is_some_and(|stored| value.is_same_as(stored)) =>
            {
                Ok(StoredValue::Same)
            }
            Ok(_) => Ok(StoredValue::Different),
            // A secret without any version: what an interrupted creation elsewhere leaves.
            Err(error) if error.kind == Kind::NotFound => Ok(StoredValue::Different),
            Err(error) => Err(error),
        }
    }

    /// GetResourcePolicy: the policy's JSON, where there is one.
    pub async fn policy(&self, arn: &SecretArn) -> Result<Option<String>, AwsError> {
        let answer = self
            .client
            .get_resource_policy()
            .secret_id(arn.as_str())
            .send()
            .await;
        let answer = answer.map_err(|error| AwsError::of("GetResourcePolicy", &error))?;
        Ok(answer.resource_policy().map(str::to_owned))
    }

    /// PutSecretValue: a new version, which becomes AWSCURRENT.
    pub async fn put_value(
        &self,
        arn: &SecretArn,
        value: &SecretValue,
        request_token: &str,
    ) -> Result<Created, AwsError> {
        let call = self
            .client
            .put_secret_value()
            .secret_id(arn.as_str())
            .client_request_token(request_token)
            .secret_string(value.reveal());
        let answer = call
            .send()
            .await
            .map_err(|error| AwsError::of("PutSecretValue", &error))?;
        Ok(Created {
            arn: arn.clone(),
            version_id: answer.version_id().map(str::to_owned),
            failed_replicas: Vec::new(),
        })
    }

    /// UpdateSecret, for the description alone.
    pub async fn update_description(
        &self,
        arn: &SecretArn,
        description: &str,
    ) -> Result<(), AwsError> {
        let call = self
            .client
            .update_secret()
            .secret_id(arn.as_str())
            .description(description);
        call.send()
            .await
            .map_err(|error| AwsError::of("UpdateSecret", &error))?;
        Ok(())
    }

    /// TagResource: sets the tags given, and leaves the others.
    pub async fn tag(&self, arn: &SecretArn, tags: &[setting::Tag]) -> Result<(), AwsError> {
        let call = self
            .client
            .tag_resource()
            .secret_id(arn.as_str())
            .set_tags(Some(tags.iter().map(sdk_tag).collect()));
        call.send()
            .await
            .map_err(|error| AwsError::of("TagResource", &error))?;
        Ok(())
    }

    /// UntagResource: removes one tag.
    pub async fn untag(&self, arn: &SecretArn, key: &str) -> Result<(), AwsError> {
        let call = self
            .client
            .untag_resource()
            .secret_id(arn.as_str())
            .tag_keys(key);
        call.send()
            .await
            .map_err(|error| AwsError::of("UntagResource", &error))?;
        Ok(())
    }

    /// ReplicateSecretToRegions. Gives the replicas that failed at once.
    pub async fn replicate(
        &self,
        arn: &SecretArn,
        regions: &[&RegionName],
        overwrite: bool,
    ) -> Result<Vec<String>, AwsError> {
        let replicas = regions.iter().map(|region| sdk_replica(region)).collect();
        let mut call = self
            .client
            .replicate_secret_to_regions()
            .secret_id(arn.as_str())
            .set_add_replica_regions(Some(replicas));
        if overwrite {
            call = call.force_overwrite_replica_secret(true);
        }
        let answer = call
            .send()
            .await
            .map_err(|error| AwsError::of("ReplicateSecretToRegions", &error))?;
        Ok(failed(answer.replication_status()))
    }

    /// PutResourcePolicy, with public access blocked.
    pub async fn put_policy(
        &self,
        arn: &SecretArn,
        policy: &ResourcePolicy,
    ) -> Result<(), AwsError> {
        let call = self
            .client
            .put_resource_policy()
            .secret_id(arn.as_str())
            .resource_policy(policy.as_str())
            .block_public_policy(true);
        call.send()
            .await
            .map_err(|error| AwsError::of("PutResourcePolicy", &error))?;
        Ok(())
    }

    /// RotateSecret: switches on rotation.
    pub async fn rotate(
        &self,
        arn: &SecretArn,
        rotation: &Rotation,
        request_token: &str,
    ) -> Result<(), AwsError> {
        let Rotation {
            lambda_arn,
            rhythm,
            duration,
            immediately,
        } = rotation;
        let rules = RotationRulesType::builder().set_duration(duration.clone());
        let rules = match rhythm {
            Rhythm::Days(days) => rules.automatically_after_days(i64::from(*days)),
            Rhythm::Schedule(schedule) => rules.schedule_expression(schedule),
        };
        let call = self
            .client
            .rotate_secret()
            .secret_id(arn.as_str())
            .client_request_token(request_token)
            .rotation_lambda_arn(lambda_arn.as_str());
        let mut call = call.rotation_rules(rules.build());
        if !immediately {
            call = call.rotate_immediately(false);
        }
        call.send()
            .await
            .map_err(|error| AwsError::of("RotateSecret", &error))?;
        Ok(())
    }
}

pub fn client(config: &SdkConfig, endpoint: Option<&str>) -> Client {
    let mut config = aws_sdk_secretsmanager::config::Builder::from(config);
    config.set_endpoint_url(endpoint.map(str::to_owned));
    Client::from_conf(config.build())
}

fn sdk_tag(tag: &setting::Tag) -> Tag {
    Tag::builder().key(tag.key()).value(tag.value()).build()
}

fn sdk_replica(region: &RegionName) -> ReplicaRegionType {
    ReplicaRegionType::builder().region(region.as_str()).build()
}

fn failed(replicas: &[ReplicationStatusType]) -> Vec<String> {
    let failed = replicas
        .iter()
        .filter(|replica| replica.status() == Some(&StatusType::Failed));
    let text = |replica: &ReplicationStatusType| {
        let region = replica.region().unwrap_or("a replica Region");
        format!(
            "{region}: {}",
            replica.status_message().unwrap_or("no reason given")
        )
    };
    failed.map(|replica| foreign(&text(replica))).collect()
}
