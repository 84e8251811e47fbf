//! The operations of Secrets Manager that look at secrets of any origin, in our own types.

use std::pin::pin;

use aws_sdk_secretsmanager::config::Builder;
use aws_sdk_secretsmanager::operation::describe_secret::builders::DescribeSecretFluentBuilder;
use aws_sdk_secretsmanager::operation::describe_secret::DescribeSecretOutput;
use aws_sdk_secretsmanager::primitives::{Blob, DateTime};
use aws_sdk_secretsmanager::types::{
    ExternalSecretRotationMetadataItem, Filter, FilterNameStringType, ReplicationStatusType,
    RotationRulesType, SecretListEntry, Tag,
};
use futures_util::{stream, StreamExt};
use zeroize::{Zeroize, Zeroizing};

use super::SecretsManager;
use crate::aws::answers::{region, secret_arn};
use crate::aws::error::{Answer, AwsError};
use crate::aws::kind::Kind;
use crate::model::arn::SecretArn;
use crate::model::date::Time;
use crate::model::name::PREFIX;
use crate::model::secret::{ExistingRotation, Replica, Secret, Version, VersionId};
use crate::model::stored_value::StoredValue;

/// How many calls of DescribeSecret are under way at once. The service takes 10,000 a second.
const DESCRIPTIONS_IN_FLIGHT: usize = 16;

const LIST: &str = "ListSecrets";

impl SecretsManager {
    /// ListSecrets: gives up to 100 secrets under [`PREFIX`] at each call, those scheduled for
    /// deletion too; `None` after the last. Their replicas are not told. The service may be up to
    /// five minutes behind.
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

    /// All secrets, by name, without what a list of many has no place for.
    pub async fn all(&self) -> Result<Vec<Secret>, AwsError> {
        let mut secrets = Vec::new();
        let mut pages = self.pages();
        while let Some(page) = pages().await? {
            secrets.extend(page.into_iter().map(Secret::in_brief));
        }
        secrets.sort_by(|one: &Secret, other| one.name.cmp(&other.name));
        Ok(secrets)
    }

    /// DescribeSecret; none where there is no such secret.
    pub async fn describe(&self, id: &str) -> Result<Option<Secret>, AwsError> {
        self.described(self.client.describe_secret().secret_id(id), None)
            .await
    }

    /// What a call of DescribeSecret tells, with its own patience; none where there is no such
    /// secret.
    pub(super) async fn described(
        &self,
        call: DescribeSecretFluentBuilder,
        patience: Option<Builder>,
    ) -> Result<Option<Secret>, AwsError> {
        let mut call = call.customize();
        if let Some(patience) = patience {
            call = call.config_override(patience);
        }
        let answer = call.send().await;
        let answer = answer.answer_unless(Kind::NotFound, "DescribeSecret")?;
        answer.map(from_description).transpose()
    }

    /// DescribeSecret, for the replicas alone; none where there is no such secret.
    async fn replicas(&self, arn: &SecretArn) -> Result<Option<Vec<Replica>>, AwsError> {
        let call = self.client.describe_secret().secret_id(arn.as_str());
        let answer = call.send().await;
        let answer = answer.answer_unless(Kind::NotFound, "DescribeSecret")?;
        Ok(answer.map(|answer| replicas(answer.replication_status)))
    }

    /// GetSecretValue of the current version; none where there is no such version. It is hidden
    /// from then on.
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

    /// Looks up the replicas of each secret, a call for each, side by side; `told` hears how many
    /// are done.
    ///
    /// # Errors
    /// A refusal of the very first answers, or any failure. What is refused later stays unknown.
    pub async fn look_up_replicas(
        &self,
        secrets: &mut [Secret],
        told: impl Fn(usize),
    ) -> Result<(), AwsError> {
        let mut waiting = Vec::new();
        for (index, secret) in secrets.iter_mut().enumerate() {
            // Neither can have any: a primary loses its replicas before it can be deleted.
            if secret.deleted.is_some() || secret.replica_of().is_some() {
                secret.replicas = Some(Vec::new());
            } else {
                waiting.push((index, secret.arn.clone()));
            }
        }
        let calls = stream::iter(waiting)
            .map(async |(index, arn)| (index, self.replicas(&arn).await))
            .buffer_unordered(DESCRIPTIONS_IN_FLIGHT);
        let (mut calls, mut done) = (pin!(calls), 0);
        while let Some((index, answer)) = calls.next().await {
            match answer {
                Ok(replicas) => {
                    done += 1;
                    told(done);
                    secrets[index].replicas = replicas;
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
        versions: versions(entry.secret_versions_to_stages.into_iter().flatten()),
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
        versions: versions(answer.version_ids_to_stages.into_iter().flatten()),
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

fn replicas(told: Option<Vec<ReplicationStatusType>>) -> Vec<Replica> {
    let told = told.unwrap_or_default().into_iter();
    told.filter_map(replica).collect()
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
    let tags = tags.unwrap_or_default().into_iter();
    tags.map(|tag| (tag.key.unwrap_or_default(), tag.value.unwrap_or_default()))
        .collect()
}

fn metadata(items: Option<Vec<ExternalSecretRotationMetadataItem>>) -> Vec<(String, String)> {
    let items = items.unwrap_or_default().into_iter();
    items
        .map(|item| (item.key.unwrap_or_default(), item.value.unwrap_or_default()))
        .collect()
}

/// The newest labels first, then by id, since the service tells them in any order.
fn versions(versions: impl Iterator<Item = (String, Vec<String>)>) -> Vec<Version> {
    let mut versions: Vec<Version> = versions
        .map(|(id, mut stages)| {
            stages.sort_unstable();
            let id = VersionId::new(&id);
            Version { id, stages }
        })
        .collect();
    let is_older = |version: &Version| !version.stages.iter().any(|stage| stage == "AWSCURRENT");
    versions.sort_by(|one, other| {
        (is_older(one), one.stages.is_empty(), &one.id).cmp(&(
            is_older(other),
            other.stages.is_empty(),
            &other.id,
        ))
    });
    versions
}

fn replica(replica: ReplicationStatusType) -> Option<Replica> {
    Some(Replica {
        region: replica.region?,
        kms_key_id: replica.kms_key_id,
        status: replica.status.map(|status| status.as_str().to_owned()),
        message: replica.status_message,
    })
}

fn rotation(lambda_arn: Option<String>, rules: Option<RotationRulesType>) -> ExistingRotation {
    ExistingRotation {
        lambda_arn,
        days: rules
            .as_ref()
            .and_then(|rules| rules.automatically_after_days),
        schedule: rules
            .as_ref()
            .and_then(|rules| rules.schedule_expression.clone()),
        duration: rules.and_then(|rules| rules.duration),
    }
}
