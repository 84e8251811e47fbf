//! The Secrets Manager API calls that read.

use std::collections::HashMap;
use std::pin::pin;
use std::time::Duration;

use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_sdk_secretsmanager::config::Builder;
use aws_sdk_secretsmanager::operation::describe_secret::DescribeSecretOutput;
use aws_sdk_secretsmanager::primitives::{Blob, DateTime};
use aws_sdk_secretsmanager::types::{
    ExternalSecretRotationMetadataItem, Filter, FilterNameStringType, ReplicationStatusType,
    RotationRulesType, SecretListEntry, Tag,
};
use futures_util::{stream, StreamExt};
use zeroize::{Zeroize, Zeroizing};

use super::SecretsManager;
use crate::aws::error::{Answer, AwsError};
use crate::aws::kind::Kind;
use crate::model::arn::SecretArn;
use crate::model::date::Time;
use crate::model::name::PREFIX;
use crate::model::region::Region;
use crate::model::secret::{ExistingRotation, Replica, Secret, Version};
use crate::model::stored_value::{Reading, StoredValue};
use crate::output::escaped;

/// How many values one call returns. Source: BatchGetSecretValue, Secrets Manager API reference.
pub const BATCH: usize = 20;

/// How many DescribeSecret calls run at once. The service allows 10,000 per second.
const DESCRIPTIONS_IN_FLIGHT: usize = 16;

const LIST: &str = "ListSecrets";

impl SecretsManager {
    /// ListSecrets: each call returns up to 100 secrets under [`PREFIX`], including those scheduled
    /// for deletion, without their replicas; `None` after the last. The list may be five minutes
    /// old.
    pub fn pages(&self) -> impl AsyncFnMut() -> Result<Option<Vec<Secret>>, AwsError> {
        let filter = Filter::builder()
            .key(FilterNameStringType::Name)
            .values(PREFIX)
            .build();
        let call = self
            .client
            .list_secrets()
            .filters(filter)
            .include_planned_deletion(true)
            .max_results(100);
        let mut pages = call.into_paginator().send();
        async move || {
            let Some(page) = pages.next().await else {
                return Ok(None);
            };
            let secrets = page.answer_to(LIST)?.secret_list.unwrap_or_default();
            let is_ours = |entry: &SecretListEntry| {
                let name = entry.name.as_deref().unwrap_or_default();
                name.starts_with(PREFIX)
            };
            let secrets = secrets.into_iter().filter(is_ours);
            let secrets = secrets.map(from_list);
            Ok(Some(secrets.collect::<Result<_, _>>()?))
        }
    }

    /// All secrets sorted by name, shortened by [`Secret::in_brief`].
    pub async fn all(&self) -> Result<Vec<Secret>, AwsError> {
        let mut secrets = Vec::new();
        let mut pages = self.pages();
        while let Some(page) = pages().await? {
            secrets.extend(page.into_iter().map(Secret::in_brief));
        }
        secrets.sort_by(|one: &Secret, other| one.name.cmp(&other.name));
        Ok(secrets)
    }

    /// DescribeSecret; `None` if the secret does not exist.
    pub async fn describe(&self, id: &str) -> Result<Option<Secret>, AwsError> {
        self.describe_by(id, Builder::new()).await
    }

    /// DescribeSecret after a call that got no response: up to two attempts and ten seconds.
    pub async fn describe_patiently(&self, id: &str) -> Result<Option<Secret>, AwsError> {
        let timeouts = TimeoutConfig::builder().operation_timeout(Duration::from_secs(10));
        let patience = Builder::new()
            .retry_config(RetryConfig::standard().with_max_attempts(2))
            .timeout_config(timeouts.build());
        self.describe_by(id, patience).await
    }

    async fn describe_by(&self, id: &str, patience: Builder) -> Result<Option<Secret>, AwsError> {
        let call = self.client.describe_secret().secret_id(id).customize();
        let answer = call.config_override(patience).send().await;
        let answer = answer.answer_unless(Kind::NotFound, "DescribeSecret")?;
        answer.map(from_description).transpose()
    }

    /// GetSecretValue: the current value, which is hidden in all output from then on. `None` if
    /// there is no current version.
    pub async fn value(&self, arn: &SecretArn) -> Result<Option<StoredValue>, AwsError> {
        let call = self.client.get_secret_value().secret_id(arn.as_str());
        let answer = call.send().await;
        let answer = answer.answer_unless(Kind::NotFound, "GetSecretValue")?;
        let value = answer.and_then(|answer| content(answer.secret_string, answer.secret_binary));
        if let Some(value) = &value {
            self.redactor.hide_value(value);
        }
        Ok(value)
    }

    /// BatchGetSecretValue for up to [`BATCH`] secrets. An error for a single secret is its
    /// [`Reading`].
    pub async fn values(
        &self,
        arns: &[SecretArn],
    ) -> Result<HashMap<SecretArn, Reading>, AwsError> {
        // Other secrets in the response are ignored.
        let requested = |id: Option<String>| {
            let id = id.unwrap_or_default();
            arns.iter().find(|arn| arn.as_str() == id).cloned()
        };
        let ids: Vec<String> = arns.iter().map(ToString::to_string).collect();
        let mut readings = HashMap::new();
        let mut pages = self
            .client
            .batch_get_secret_value()
            .set_secret_id_list(Some(ids))
            .into_paginator()
            .send();
        while let Some(page) = pages.next().await {
            let answer = page.answer_to("BatchGetSecretValue")?;
            for entry in answer.secret_values.unwrap_or_default() {
                let value = content(entry.secret_string, entry.secret_binary);
                let reading = value.map_or(Reading::Nothing, Reading::Value);
                readings.extend(requested(entry.arn).map(|arn| (arn, reading)));
            }
            for error in answer.errors.unwrap_or_default() {
                let code = error.error_code.unwrap_or_default();
                let message = error.message.unwrap_or_default();
                let reading = match code.as_str() {
                    "ResourceNotFoundException" if message.contains("staging label") => {
                        Reading::Nothing
                    }
                    "AccessDeniedException" => {
                        Reading::Refused("GetSecretValue: not allowed".to_owned())
                    }
                    _ => Reading::Refused(escaped(&format!("GetSecretValue: {code}"))),
                };
                readings.extend(requested(error.secret_id).map(|arn| (arn, reading)));
            }
        }
        Ok(readings)
    }

    /// ListSecretVersionIds: the creation time of each version that has a label.
    pub async fn version_times(&self, arn: &SecretArn) -> Result<HashMap<String, Time>, AwsError> {
        let mut times = HashMap::new();
        let mut pages = self
            .client
            .list_secret_version_ids()
            .secret_id(arn.as_str())
            .into_paginator()
            .send();
        while let Some(page) = pages.next().await {
            let answer = page.answer_to("ListSecretVersionIds")?;
            for version in answer.versions.unwrap_or_default() {
                if let (Some(id), Some(date)) = (version.version_id, version.created_date) {
                    times.insert(id, Time::at(date.secs()));
                }
            }
        }
        Ok(times)
    }

    /// Looks up the replicas of each secret with one call per secret; `progress` gets the number
    /// done. If access to some is denied, their replicas stay unknown; if access to the first is,
    /// it fails.
    pub async fn look_up_replicas(
        &self,
        secrets: &mut [Secret],
        progress: impl Fn(usize),
    ) -> Result<(), AwsError> {
        let mut waiting = Vec::new();
        for (index, secret) in secrets.iter_mut().enumerate() {
            // A secret can be deleted only after its replicas, and a replica has none.
            if secret.deleted.is_some() || secret.replica_of().is_some() {
                secret.replicas = Some(Vec::new());
            } else {
                waiting.push((index, secret.arn.clone()));
            }
        }
        let calls = stream::iter(waiting)
            .map(async |(index, arn)| (index, self.describe(arn.as_str()).await))
            .buffer_unordered(DESCRIPTIONS_IN_FLIGHT);
        let (mut calls, mut done) = (pin!(calls), 0);
        while let Some((index, answer)) = calls.next().await {
            match answer {
                Ok(described) => {
                    done += 1;
                    progress(done);
                    secrets[index].replicas = described.and_then(|secret| secret.replicas);
                }
                Err(error) if done > 0 && error.kind == Kind::Denied => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }
}

fn from_list(entry: SecretListEntry) -> Result<Secret, AwsError> {
    let arn = secret_arn("ListSecrets", entry.arn.as_deref(), None)?;
    Ok(Secret {
        name: entry.name.unwrap_or_default(),
        description: entry.description.filter(|text| !text.is_empty()),
        kms_key_id: entry.kms_key_id,
        created: time(entry.created_date),
        last_changed: time(entry.last_changed_date),
        last_accessed: time(entry.last_accessed_date),
        deleted: time(entry.deleted_date),
        primary_region: region("ListSecrets", entry.primary_region)?,
        tags: tags(entry.tags),
        versions: versions(entry.secret_versions_to_stages),
        rotation: entry
            .rotation_enabled
            .unwrap_or_default()
            .then(|| rotation(entry.rotation_lambda_arn, entry.rotation_rules)),
        last_rotated: time(entry.last_rotated_date),
        next_rotation: time(entry.next_rotation_date),
        external_type: entry.r#type,
        external_rotation_role: entry.external_secret_rotation_role_arn,
        external_rotation_metadata: metadata(entry.external_secret_rotation_metadata),
        owning_service: entry.owning_service,
        ..Secret::new(arn)
    })
}

fn from_description(answer: DescribeSecretOutput) -> Result<Secret, AwsError> {
    let arn = secret_arn(
        "DescribeSecret",
        answer.arn.as_deref(),
        answer.name.as_deref(),
    )?;
    Ok(Secret {
        description: answer.description.filter(|text| !text.is_empty()),
        kms_key_id: answer.kms_key_id,
        created: time(answer.created_date),
        last_changed: time(answer.last_changed_date),
        last_accessed: time(answer.last_accessed_date),
        deleted: time(answer.deleted_date),
        primary_region: region("DescribeSecret", answer.primary_region)?,
        replicas: Some(replicas(answer.replication_status)),
        tags: tags(answer.tags),
        versions: versions(answer.version_ids_to_stages),
        rotation: answer
            .rotation_enabled
            .unwrap_or_default()
            .then(|| rotation(answer.rotation_lambda_arn, answer.rotation_rules)),
        last_rotated: time(answer.last_rotated_date),
        next_rotation: time(answer.next_rotation_date),
        external_type: answer.r#type,
        external_rotation_role: answer.external_secret_rotation_role_arn,
        external_rotation_metadata: metadata(answer.external_secret_rotation_metadata),
        owning_service: answer.owning_service,
        ..Secret::new(arn)
    })
}

fn replicas(statuses: Option<Vec<ReplicationStatusType>>) -> Vec<Replica> {
    let replica = |replica: ReplicationStatusType| {
        Some(Replica {
            region: replica.region?,
            kms_key_id: replica.kms_key_id,
            status: replica.status.map(|status| status.as_str().to_owned()),
            message: replica.status_message,
        })
    };
    statuses.into_iter().flatten().filter_map(replica).collect()
}

pub(super) fn content(text: Option<String>, binary: Option<Blob>) -> Option<StoredValue> {
    match (text, binary) {
        (Some(text), _) => Some(StoredValue::Text(Zeroizing::new(text))),
        (None, Some(binary)) => {
            binary.into_inner().zeroize();
            Some(StoredValue::Binary)
        }
        (None, None) => None,
    }
}

fn time(date: Option<DateTime>) -> Option<Time> {
    date.map(|date| Time::at(date.secs()))
}

fn tags(tags: Option<Vec<Tag>>) -> Vec<(String, String)> {
    let tags = tags.into_iter().flatten();
    tags.map(|tag| (tag.key.unwrap_or_default(), tag.value.unwrap_or_default()))
        .collect()
}

fn metadata(items: Option<Vec<ExternalSecretRotationMetadataItem>>) -> Vec<(String, String)> {
    let items = items.into_iter().flatten();
    items
        .map(|item| (item.key.unwrap_or_default(), item.value.unwrap_or_default()))
        .collect()
}

/// Sorts the versions, which the service returns in any order: the current one first, those without
/// a label last, then by id.
fn versions(stages_by_id: Option<HashMap<String, Vec<String>>>) -> Vec<Version> {
    let version = |(id, mut stages): (String, Vec<String>)| {
        stages.sort_unstable();
        Version { id, stages }
    };
    let mut versions: Vec<Version> = stages_by_id.into_iter().flatten().map(version).collect();
    versions.sort_by_cached_key(|version| {
        let is_current = version.stages.iter().any(|stage| stage == "AWSCURRENT");
        (!is_current, version.stages.is_empty(), version.id.clone())
    });
    versions
}

fn rotation(lambda_arn: Option<String>, rules: Option<RotationRulesType>) -> ExistingRotation {
    let rules = rules.unwrap_or_else(|| RotationRulesType::builder().build());
    ExistingRotation {
        lambda_arn,
        days: rules.automatically_after_days,
        schedule: rules.schedule_expression,
        duration: rules.duration,
    }
}

/// Parses the ARN of a secret in a response. If `name` is given, it must be that secret's.
pub fn secret_arn(
    operation: &'static str,
    arn: Option<&str>,
    name: Option<&str>,
) -> Result<SecretArn, AwsError> {
    let arn = SecretArn::parse(arn.unwrap_or_default())
        .map_err(|fault| AwsError::malformed(operation, &fault.to_string()))?;
    match name {
        Some(name) if arn.name() != name => {
            let what = "the ARN of another secret";
            Err(AwsError::malformed(operation, what))
        }
        _ => Ok(arn),
    }
}

/// Parses the Region in a response; `None` if it names none.
fn region(operation: &'static str, name: Option<String>) -> Result<Option<Region>, AwsError> {
    let Some(name) = name.filter(|name| !name.is_empty()) else {
        return Ok(None);
    };
    let region = Region::from_host_label(&name);
    let region =
        region.ok_or_else(|| AwsError::malformed(operation, "a value that is not a Region"))?;
    Ok(Some(region))
}
