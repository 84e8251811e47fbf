//! The operations of Secrets Manager that take a secret away and back.

use super::SecretsManager;
use crate::aws::error::{Answer, AwsError};
use crate::model::arn::SecretArn;
use crate::model::date::Time;
use crate::model::secret::Recovery;

impl SecretsManager {
    /// DeleteSecret. Gives the moment from which the secret cannot be restored. Deleting without
    /// recovery is no error where the secret is gone already.
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

    /// RestoreSecret. It is no error where nothing was scheduled.
    pub async fn restore(&self, arn: &SecretArn) -> Result<(), AwsError> {
        let call = self.client.restore_secret().secret_id(arn.as_str());
        call.send().await.answer_to("RestoreSecret")?;
        Ok(())
    }

    /// RemoveRegionsFromReplication: deletes the replicas in these Regions at once.
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
