//! The Secrets Manager API calls that write.

use aws_sdk_secretsmanager::types::{
    ReplicaRegionType, ReplicationStatusType, RotationRulesType, StatusType, Tag,
};

use super::read::{content, secret_arn};
use super::SecretsManager;
use crate::aws::error::{Answer, AwsError};
use crate::aws::kind::Kind;
use crate::model::arn::SecretArn;
use crate::model::attributes::{self, ResourcePolicy, Rotation, Schedule};
use crate::model::credential::SecretValue;
use crate::model::date::Time;
use crate::model::region::Region;
use crate::model::secret::{NewSecret, Recovery};
use crate::output::escaped;

/// The result of creating a secret.
#[derive(Debug)]
pub struct Created {
    pub arn: SecretArn,
    pub version_id: Option<String>,
    /// The Region of each replica that failed immediately, and why.
    pub failed_replicas: Vec<String>,
}

impl SecretsManager {
    /// CreateSecret, with `request_token` (32 to 64 characters) as its idempotency token.
    /// No key is given, so the service uses aws/secretsmanager.
    pub async fn create(
        &self,
        secret: &NewSecret,
        request_token: &str,
    ) -> Result<Created, AwsError> {
        let NewSecret {
            name,
            value,
            description,
            tags,
            replicas,
            overwrite_replicas,
        } = secret;
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
        let answer = call.send().await.answer_to("CreateSecret")?;
        Ok(Created {
            arn: secret_arn("CreateSecret", answer.arn(), Some(name.as_str()))?,
            failed_replicas: failed(answer.replication_status()),
            version_id: answer.version_id,
        })
    }

    /// GetResourcePolicy; `None` if the secret has no policy.
    pub async fn policy(&self, arn: &SecretArn) -> Result<Option<String>, AwsError> {
        let call = self.client.get_resource_policy().secret_id(arn.as_str());
        let answer = call.send().await.answer_to("GetResourcePolicy")?;
        Ok(answer.resource_policy)
    }

    /// PutSecretValue: stores a new version, which becomes AWSCURRENT. Returns its id.
    pub async fn put_value(
        &self,
        arn: &SecretArn,
        value: &SecretValue,
        request_token: &str,
    ) -> Result<Option<String>, AwsError> {
        let call = self
            .client
            .put_secret_value()
            .secret_id(arn.as_str())
            .client_request_token(request_token)
            .secret_string(value.reveal());
        let answer = call.send().await.answer_to("PutSecretValue")?;
        Ok(answer.version_id)
    }

    /// Tests that PutSecretValue works by sending the current version's id with its unchanged
    /// value, which has no effect. `false` if this caller cannot read the value.
    ///
    /// Source: `ClientRequestToken` of PutSecretValue, Secrets Manager API reference.
    pub async fn prove_put(&self, arn: &SecretArn) -> Result<bool, AwsError> {
        let read = self.client.get_secret_value().secret_id(arn.as_str());
        let answer = match read.send().await.answer_to("GetSecretValue") {
            Err(error) if matches!(error.kind, Kind::Denied | Kind::NotFound) => return Ok(false),
            answer => answer?,
        };
        let Some(version) = answer.version_id else {
            return Ok(false);
        };
        let value = content(answer.secret_string.clone(), None);
        if let Some(value) = &value {
            self.redactor.hide_value(value);
        }
        let call = self
            .client
            .put_secret_value()
            .secret_id(arn.as_str())
            .client_request_token(version)
            .set_secret_string(answer.secret_string)
            .set_secret_binary(answer.secret_binary);
        call.send().await.answer_to("PutSecretValue")?;
        Ok(true)
    }

    /// UpdateSecret: changes only the description.
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
        call.send().await.answer_to("UpdateSecret")?;
        Ok(())
    }

    /// TagResource: sets these tags and keeps the others.
    pub async fn tag(&self, arn: &SecretArn, tags: &[attributes::Tag]) -> Result<(), AwsError> {
        let call = self
            .client
            .tag_resource()
            .secret_id(arn.as_str())
            .set_tags(Some(tags.iter().map(sdk_tag).collect()));
        call.send().await.answer_to("TagResource")?;
        Ok(())
    }

    /// ReplicateSecretToRegions. Returns the replicas that failed immediately.
    pub async fn replicate(
        &self,
        arn: &SecretArn,
        regions: &[Region],
        overwrite: bool,
    ) -> Result<Vec<String>, AwsError> {
        let replicas = regions.iter().map(sdk_replica).collect();
        let mut call = self
            .client
            .replicate_secret_to_regions()
            .secret_id(arn.as_str())
            .set_add_replica_regions(Some(replicas));
        if overwrite {
            call = call.force_overwrite_replica_secret(true);
        }
        let answer = call.send().await.answer_to("ReplicateSecretToRegions")?;
        Ok(failed(answer.replication_status()))
    }

    /// PutResourcePolicy. The service rejects a policy that allows public access.
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
        call.send().await.answer_to("PutResourcePolicy")?;
        Ok(())
    }

    /// RotateSecret: turns on rotation.
    pub async fn rotate(
        &self,
        arn: &SecretArn,
        rotation: &Rotation,
        request_token: &str,
    ) -> Result<(), AwsError> {
        let Rotation {
            lambda_arn,
            schedule,
            duration,
            immediately,
        } = rotation;
        let rules = RotationRulesType::builder().set_duration(duration.clone());
        let rules = match schedule {
            Schedule::Days(days) => rules.automatically_after_days(i64::from(*days)),
            Schedule::Expression(schedule) => rules.schedule_expression(schedule),
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
        call.send().await.answer_to("RotateSecret")?;
        Ok(())
    }

    /// UpdateSecretVersionStage: makes another version AWSCURRENT. The one that was current becomes
    /// AWSPREVIOUS.
    pub async fn make_current(
        &self,
        arn: &SecretArn,
        version: &str,
        instead_of: &str,
    ) -> Result<(), AwsError> {
        let call = self
            .client
            .update_secret_version_stage()
            .secret_id(arn.as_str())
            .version_stage("AWSCURRENT")
            .move_to_version_id(version)
            .remove_from_version_id(instead_of);
        call.send().await.answer_to("UpdateSecretVersionStage")?;
        Ok(())
    }

    /// DeleteSecret. Returns the time after which the secret cannot be restored. With
    /// [`Recovery::Never`], a secret that does not exist is not an error.
    pub async fn delete(
        &self,
        arn: &SecretArn,
        recovery: Recovery,
    ) -> Result<Option<Time>, AwsError> {
        let call = self.client.delete_secret().secret_id(arn.as_str());
        let call = match recovery {
            Recovery::Days(days) => call.recovery_window_in_days(i64::from(days)),
            Recovery::Never => call.force_delete_without_recovery(true),
        };
        let answer = call.send().await.answer_to("DeleteSecret")?;
        Ok(answer.deletion_date().map(|date| Time::at(date.secs())))
    }

    /// RestoreSecret. Succeeds even if the secret is not scheduled for deletion.
    pub async fn restore(&self, arn: &SecretArn) -> Result<(), AwsError> {
        let call = self.client.restore_secret().secret_id(arn.as_str());
        call.send().await.answer_to("RestoreSecret")?;
        Ok(())
    }

    /// RemoveRegionsFromReplication: deletes the replicas in these Regions immediately.
    pub async fn remove_replicas(
        &self,
        arn: &SecretArn,
        regions: &[String],
    ) -> Result<(), AwsError> {
        let call = self
            .client
            .remove_regions_from_replication()
            .secret_id(arn.as_str())
            .set_remove_replica_regions(Some(regions.to_vec()));
        call.send()
            .await
            .answer_to("RemoveRegionsFromReplication")?;
        Ok(())
    }
}

/// The Region of each failed replica, and why it failed.
fn failed(replicas: &[ReplicationStatusType]) -> Vec<String> {
    let failed = replicas
        .iter()
        .filter(|replica| replica.status() == Some(&StatusType::Failed));
    let text = |replica: &ReplicationStatusType| {
        let region = replica.region().unwrap_or("a replica Region");
        let why = replica.status_message().unwrap_or("no reason was given");
        escaped(&format!("{region}: {why}"))
    };
    failed.map(text).collect()
}

fn sdk_tag(tag: &attributes::Tag) -> Tag {
    Tag::builder().key(tag.key()).value(tag.value()).build()
}

fn sdk_replica(region: &Region) -> ReplicaRegionType {
    ReplicaRegionType::builder().region(region.as_str()).build()
}
