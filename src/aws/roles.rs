//! [`Roles`]: the roles that a profile asks for, one upon the other. The SDK takes them by itself,
//! but for an MFA code, which it cannot ask for.

use aws_config::ecs::EcsCredentialsProvider;
use aws_config::environment::EnvironmentVariableCredentialsProvider;
use aws_config::imds::credentials::ImdsCredentialsProvider;
use aws_config::profile::{Profile, ProfileFileCredentialsProvider, ProfileSet};
use aws_config::provider_config::ProviderConfig;
use aws_config::SdkConfig;
use aws_credential_types::provider::{ProvideCredentials, SharedCredentialsProvider};
use aws_credential_types::Credentials;

use super::error::AwsError;
use super::service::Service;
use crate::output::failure::Failure;
use crate::output::Redactor;

/// The profiles with a `role_arn`, from the selected one down to the one that has the credentials.
#[derive(Debug)]
pub struct Roles<'a> {
    /// The selected profile first.
    roles: Vec<&'a Profile>,
    base: &'a Profile,
}

impl<'a> Roles<'a> {
    /// None where the selected profile has no role, or one that is taken with a web identity.
    pub fn of(files: &'a ProfileSet) -> Option<Self> {
        let mut roles: Vec<&Profile> = Vec::new();
        let mut profile = files.get_profile(files.selected_profile())?;
        loop {
            let is_role = profile.get("role_arn").is_some()
                && profile.get("web_identity_token_file").is_none();
            let seen = roles.iter().any(|role| role.name() == profile.name());
            if !is_role || seen {
                break;
            }
            roles.push(profile);
            match profile.get("source_profile") {
                // A profile may be the source of its own role: its keys are meant then.
                Some(name) if name != profile.name() => profile = files.get_profile(name)?,
                _ => break,
            }
        }
        (!roles.is_empty()).then_some(Self {
            roles,
            base: profile,
        })
    }

    /// The profile that the first credentials come from.
    pub fn base(&self) -> &'a Profile {
        self.base
    }

    /// The MFA device of the role that needs one.
    pub fn mfa_serial(&self) -> Option<&'a str> {
        self.roles.iter().find_map(|role| role.get("mfa_serial"))
    }

    /// Takes the roles, one upon the other, with `code` for those that need one.
    ///
    /// # Errors
    /// Status 4 or 5 where the credentials, the code or a role are refused, 7 where AWS cannot be
    /// reached.
    pub async fn assume(
        &self,
        code: &str,
        config: &SdkConfig,
        providers: &ProviderConfig,
        sts_endpoint: Option<&str>,
        service: &Service,
        redactor: &Redactor,
    ) -> Result<Credentials, Failure> {
        let mut credentials = self.base_credentials(providers, service, redactor).await?;
        for role in self.roles.iter().rev() {
            let config = config
                .to_builder()
                .credentials_provider(SharedCredentialsProvider::new(credentials))
                .build();
            let mut sts = aws_sdk_sts::config::Builder::from(&config);
            sts.set_endpoint_url(sts_endpoint.map(str::to_owned));
            let session = role.get("role_session_name").unwrap_or("ecr-ptc");
            let needs_code = role.get("mfa_serial").is_some();
            let answer = aws_sdk_sts::Client::from_conf(sts.build())
                .assume_role()
                .set_role_arn(role.get("role_arn").map(str::to_owned))
                .role_session_name(session)
                .set_external_id(role.get("external_id").map(str::to_owned))
                .set_duration_seconds(
                    role.get("duration_seconds")
                        .and_then(|seconds| seconds.parse().ok()),
                )
                .set_serial_number(role.get("mfa_serial").map(str::to_owned))
                .set_token_code(needs_code.then(|| code.to_owned()))
                .send()
                .await;
            let what = format!("could not assume the role of the profile {}", role.name());
            let answer = answer.map_err(|error| {
                AwsError::of("AssumeRole", &error, redactor).into_failure(&what, service)
            })?;
            let given = answer.credentials().ok_or_else(|| {
                Failure::new(crate::output::status::Status::Failed, "failed", what)
                    .why("AWS answered without credentials")
            })?;
            credentials = Credentials::new(
                given.access_key_id(),
                given.secret_access_key(),
                Some(given.session_token().to_owned()),
                None,
                "AssumeRole",
            );
        }
        Ok(credentials)
    }

    async fn base_credentials(
        &self,
        providers: &ProviderConfig,
        service: &Service,
        redactor: &Redactor,
    ) -> Result<Credentials, Failure> {
        let provider = match self.base.get("credential_source") {
            Some("Environment") => {
                SharedCredentialsProvider::new(EnvironmentVariableCredentialsProvider::new())
            }
            Some("EcsContainer") => SharedCredentialsProvider::new(
                EcsCredentialsProvider::builder()
                    .configure(providers)
                    .build(),
            ),
            Some("Ec2InstanceMetadata") => SharedCredentialsProvider::new(
                ImdsCredentialsProvider::builder()
                    .configure(providers)
                    .build(),
            ),
            _ if self.base.get("role_arn").is_some() => {
                let keys = |key| self.base.get(key).unwrap_or_default().to_owned();
                let token = self.base.get("aws_session_token").map(str::to_owned);
                SharedCredentialsProvider::new(Credentials::new(
                    keys("aws_access_key_id"),
                    keys("aws_secret_access_key"),
                    token,
                    None,
                    "Profile",
                ))
            }
            _ => SharedCredentialsProvider::new(
                ProfileFileCredentialsProvider::builder()
                    .configure(providers)
                    .profile_name(self.base.name())
                    .build(),
            ),
        };
        let credentials = provider.provide_credentials().await;
        credentials.map_err(|error| {
            let what = format!("the profile {} gives no credentials", self.base.name());
            AwsError::of_credentials(&error, redactor).into_failure(&what, service)
        })
    }
}
