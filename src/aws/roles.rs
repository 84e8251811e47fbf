//! Roles that need an MFA code. The SDK does not support `mfa_serial`.

use std::time::SystemTime;

use aws_config::profile::Profile;
use aws_credential_types::provider::error::CredentialsError;
use aws_credential_types::provider::{future, ProvideCredentials, SharedCredentialsProvider};
use aws_credential_types::Credentials;
use aws_sdk_sts::{Client, Config};

use super::profiles::setting;

/// The session name in CloudTrail, unless the profile sets one.
const SESSION_NAME: &str = "ecr-ptc";

/// The role of a profile.
#[derive(Debug)]
pub struct Role {
    arn: String,
    session_name: String,
    external_id: Option<String>,
    duration: Option<i32>,
    mfa_serial: Option<String>,
}

impl Role {
    /// `None` if the profile has none.
    pub fn of(profile: &Profile) -> Option<Self> {
        let text = |key: &str| setting(profile, key).map(str::to_owned);
        Some(Self {
            arn: text("role_arn")?,
            session_name: text("role_session_name").unwrap_or_else(|| SESSION_NAME.to_owned()),
            external_id: text("external_id"),
            duration: text("duration_seconds").and_then(|seconds| seconds.parse().ok()),
            mfa_serial: text("mfa_serial"),
        })
    }
}

/// Assumes roles one after another; the last one is the role of the selected profile.
#[derive(Debug)]
pub struct RolesWithMfa {
    pub base: SharedCredentialsProvider,
    pub roles: Vec<Role>,
    /// The code from the MFA device.
    pub code: String,
    /// Without credentials.
    pub sts: Config,
}

impl RolesWithMfa {
    async fn get(&self) -> Result<Credentials, CredentialsError> {
        let mut credentials = self.base.provide_credentials().await?;
        for role in &self.roles {
            let config = self.sts.to_builder().credentials_provider(credentials);
            let code = role.mfa_serial.is_some().then(|| self.code.clone());
            let answer = Client::from_conf(config.build())
                .assume_role()
                .role_arn(&role.arn)
                .role_session_name(&role.session_name)
                .set_external_id(role.external_id.clone())
                .set_duration_seconds(role.duration)
                .set_serial_number(role.mfa_serial.clone())
                .set_token_code(code)
                .send()
                .await
                .map_err(CredentialsError::provider_error)?;
            let given = answer.credentials().ok_or_else(|| {
                CredentialsError::unhandled("AWS answered AssumeRole with no credentials")
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
