//! Roles, taken with the credentials of another source or with the token of another identity
//! provider. The SDK's own cannot ask for an MFA code, and give an attempt's time to what gets the
//! credentials.

use std::time::SystemTime;

use aws_credential_types::provider::error::CredentialsError;
use aws_credential_types::provider::{future, ProvideCredentials, SharedCredentialsProvider};
use aws_credential_types::Credentials;
use aws_sdk_sts::{types, Client, Config};

use super::error::{AwsError, RoleRefused};
use super::sources::{Role, WebIdentity};
use crate::env;
use crate::output::Redactor;

/// The longest token of an identity provider, in bytes; the API takes 20,000 characters.
const MAX_TOKEN: usize = 1 << 20;

/// What the sessions of roles are called in CloudTrail, where nothing else is asked for.
const SESSION_NAME: &str = "ecr-ptc";

/// STS, for those who ask it for credentials.
#[derive(Clone, Debug)]
pub struct Sts {
    /// Without credentials.
    pub config: Config,
    pub redactor: Redactor,
}

/// Takes a role: STS AssumeRole.
#[derive(Debug)]
pub struct AssumedRole {
    pub role: Role,
    pub of: SharedCredentialsProvider,
    /// What an MFA device shows, where the role needs it.
    pub code: Option<String>,
    pub sts: Sts,
}

impl AssumedRole {
    async fn get(&self) -> Result<Credentials, CredentialsError> {
        let role = &self.role;
        // Before the call, which has the time of an attempt only.
        let credentials = self.of.provide_credentials().await?;
        let config = self.sts.config.to_builder();
        let client = Client::from_conf(config.credentials_provider(credentials).build());
        let code = self.code.clone().filter(|_| role.mfa_serial.is_some());
        let answer = client
            .assume_role()
            .role_arn(&role.arn)
            .role_session_name(role.session_name.as_deref().unwrap_or(SESSION_NAME))
            .set_external_id(role.external_id.clone())
            .set_duration_seconds(role.duration)
            .set_serial_number(role.mfa_serial.clone())
            .set_token_code(code)
            .send()
            .await;
        let of = format!("the role of the profile {}", role.profile);
        match answer {
            Ok(answer) => given("AssumeRole", answer.credentials(), of),
            Err(error) => {
                let error = AwsError::of("AssumeRole", &error, &self.sts.redactor);
                Err(CredentialsError::provider_error(RoleRefused { of, error }))
            }
        }
    }
}

/// Takes a role with a web identity: STS AssumeRoleWithWebIdentity, which needs no credentials.
#[derive(Debug)]
pub struct RoleByWebIdentity {
    pub identity: WebIdentity,
    pub sts: Sts,
}

impl RoleByWebIdentity {
    async fn get(&self) -> Result<Credentials, CredentialsError> {
        let identity = &self.identity;
        // Each time: whoever put it there puts a new one before it ends.
        let token = self.token()?;
        let session = identity.session_name.as_deref();
        let answer = Client::from_conf(self.sts.config.clone())
            .assume_role_with_web_identity()
            .role_arn(&identity.role_arn)
            .role_session_name(session.unwrap_or(SESSION_NAME))
            .web_identity_token(token)
            .send()
            .await;
        let operation = "AssumeRoleWithWebIdentity";
        let of = format!("the role {}", identity.role_arn);
        match answer {
            Ok(answer) => given(operation, answer.credentials(), of),
            Err(error) => {
                let error = AwsError::of(operation, &error, &self.sts.redactor);
                Err(CredentialsError::provider_error(RoleRefused { of, error }))
            }
        }
    }

    fn token(&self) -> Result<String, CredentialsError> {
        let path = &self.identity.token_file;
        let bad = |why: String| {
            CredentialsError::invalid_configuration(format!(
                "the web identity token file {path} cannot be read: {why}"
            ))
        };
        let bytes = env::read_file_up_to(MAX_TOKEN, env::expand_home(path))
            .map_err(|error| bad(error.to_string()))?;
        let token = std::str::from_utf8(&bytes).map_err(|_| bad("it is not text".to_owned()))?;
        match token.trim() {
            "" => Err(bad("it is empty".to_owned())),
            token => Ok(token.to_owned()),
        }
    }
}

impl ProvideCredentials for AssumedRole {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        future::ProvideCredentials::new(self.get())
    }
}

impl ProvideCredentials for RoleByWebIdentity {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        future::ProvideCredentials::new(self.get())
    }
}

/// The credentials in an answer.
fn given(
    operation: &'static str,
    credentials: Option<&types::Credentials>,
    of: String,
) -> Result<Credentials, CredentialsError> {
    let Some(given) = credentials else {
        let error = AwsError::malformed(operation, "no credentials");
        return Err(CredentialsError::provider_error(RoleRefused { of, error }));
    };
    Ok(Credentials::new(
        given.access_key_id(),
        given.secret_access_key(),
        Some(given.session_token().to_owned()),
        SystemTime::try_from(*given.expiration()).ok(),
        operation,
    ))
}
