//! The operations of Secrets Manager on the versions of a secret, and on single tags.

use std::collections::HashMap;

use super::SecretsManager;
use crate::aws::error::{Answer, AwsError};
use crate::model::arn::SecretArn;
use crate::model::date::Time;
use crate::model::secret::VersionId;

const LIST: &str = "ListSecretVersionIds";

impl SecretsManager {
    /// ListSecretVersionIds, every page: when each version with a label was made, by its id.
    pub async fn version_times(
        &self,
        arn: &SecretArn,
    ) -> Result<HashMap<VersionId, Time>, AwsError> {
        let mut times = HashMap::new();
        let mut pages = self
            .client
            .list_secret_version_ids()
            .secret_id(arn.as_str())
            .into_paginator()
            .send();
        while let Some(page) = pages.next().await {
            let answer = page.answer_to(LIST)?;
            for version in answer.versions.unwrap_or_default() {
                if let (Some(id), Some(date)) = (version.version_id, version.created_date) {
                    times.insert(VersionId::new(&id), Time::at(date.secs()));
                }
            }
        }
        Ok(times)
    }

    /// UpdateSecretVersionStage: makes another version AWSCURRENT. The service makes the one that
    /// was AWSPREVIOUS by itself.
    pub async fn make_current(
        &self,
        arn: &SecretArn,
        version: &VersionId,
        instead_of: &VersionId,
    ) -> Result<(), AwsError> {
        let call = self
            .client
            .update_secret_version_stage()
            .secret_id(arn.as_str())
            .version_stage("AWSCURRENT")
            .move_to_version_id(version.as_str())
            .remove_from_version_id(instead_of.as_str());
        call.send().await.answer_to("UpdateSecretVersionStage")?;
        Ok(())
    }
}
