//! Roles that require an MFA code; the SDK does not support `mfa_serial`.

use std::time::SystemTime;

use aws_config::profile::Profile;
use aws_credential_types::provider::error::CredentialsError;
use aws_credential_types::provider::{future, ProvideCredentials, SharedCredentialsProvider};
use aws_credential_types::Credentials;
use aws_sdk_sts::{Client, Config};

use super::profiles::setting;

/// The session name in CloudTrail, unless the profile sets one.
const SESSION_NAME: &str = "ecr-ptc";

/// Assumes a chain of roles. The last one is the role of the selected profile.
#[derive(Debug)]
pub struct RolesWithMfa {
    pub base: SharedCredentialsProvider,
    /// The profiles with the roles.
    pub roles: Vec<Profile>,
    /// The code from the MFA device.
    pub code: String,
    /// Without credentials.
    pub sts: Config,
}

impl RolesWithMfa {
    async fn get(&self) -> Result<Credentials, CredentialsError> {
        let mut credentials = self.base.provide_credentials().await?;
        for profile in &self.roles {
            let text = |key: &str| setting(profile, key).map(str::to_owned);
            let serial = text("mfa_serial");
            let config = self.sts.to_builder().credentials_provider(credentials);
            let code = serial.is_some().then(|| self.code.clone());
            let seconds = text("duration_seconds").and_then(|seconds| seconds.parse().ok());
            let answer = Client::from_conf(config.build())
                .assume_role()
                .set_role_arn(text("role_arn"))
                .role_session_name(setting(profile, "role_session_name").unwrap_or(SESSION_NAME))
                .set_external_id(text("external_id"))
                .set_duration_seconds(seconds)
                .set_serial_number(serial)
                .set_token_code(code)
                .send()
                .await
                .map_err(CredentialsError::provider_error)?;
            let given = answer.credentials().ok_or_else(|| {
                CredentialsError::unhandled("AWS returned no credentials for AssumeRole")
            })?;
            credentials = Credentials::new(
                given.access_key_id(),
                given.secret_access_key(),
                Some(given.session_token().to_owned()),
                SystemTime::try_from(*given.expiration()).ok(),
                "AssumeRole",
            );
        }
        Ok(credentials)
    }
}

impl ProvideCredentials for RolesWithMfa {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        future::ProvideCredentials::new(self.get())
    }
}
