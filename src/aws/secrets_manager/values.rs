//! The values of many secrets at once.

use std::collections::HashMap;

use super::read::content;
use super::SecretsManager;
use crate::aws::error::{Answer, AwsError};
use crate::model::arn::SecretArn;
use crate::model::stored_value::Reading;
use crate::output::escaped;

/// How many values one call gives. Source: BatchGetSecretValue, Secrets Manager API reference.
pub const BATCH: usize = 20;

const OPERATION: &str = "BatchGetSecretValue";

impl SecretsManager {
    /// BatchGetSecretValue for up to [`BATCH`] secrets, by their ARNs.
    ///
    /// # Errors
    /// Where the call as a whole is refused or fails; what is refused of single secrets is told
    /// with each.
    pub async fn values(
        &self,
        arns: &[SecretArn],
    ) -> Result<HashMap<SecretArn, Reading>, AwsError> {
        // What nobody asked for is not kept.
        let asked = |id: Option<String>| {
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
            let answer = page.answer_to(OPERATION)?;
            for entry in answer.secret_values.unwrap_or_default() {
                let value = content(entry.secret_string, entry.secret_binary);
                let reading = value.map_or(Reading::Nothing, Reading::Value);
                readings.extend(asked(entry.arn).map(|arn| (arn, reading)));
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
                readings.extend(asked(error.secret_id).map(|arn| (arn, reading)));
            }
        }
        Ok(readings)
    }
}
