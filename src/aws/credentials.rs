//! Chooses the source of the AWS credentials, in the order of the AWS CLI. The SDK's own chain
//! would silently fall back to other credentials.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use aws_config::ecs::EcsCredentialsProvider;
use aws_config::environment::EnvironmentVariableCredentialsProvider;
use aws_config::imds::client::error::ImdsError;
use aws_config::imds::credentials::ImdsCredentialsProvider;
use aws_config::imds::Client;
use aws_config::profile::{Profile, ProfileFileCredentialsProvider};
use aws_config::provider_config::ProviderConfig;
use aws_config::web_identity_token::WebIdentityTokenCredentialsProvider;
use aws_credential_types::provider::error::CredentialsError;
use aws_credential_types::provider::{future, ProvideCredentials, SharedCredentialsProvider};
use aws_credential_types::Credentials;
use aws_sdk_sts::Config;
use tokio::sync::Mutex;

use super::profiles::{misconfigured, setting, Profiles};
use super::roles::RolesWithMfa;
use crate::env;
use crate::output::escaped;
use crate::output::failure::Failure;
use crate::output::shell::quote;
use crate::output::status::Status;

/// The source of the AWS credentials.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// Keys in the environment.
    Environment,
    /// The selected profile only.
    Profile,
    /// A web identity token named in the environment, as in a Kubernetes pod.
    WebIdentity,
    Container,
    Instance,
}

/// The settings that make a profile a source of credentials.
const KEYS_OF_SOURCES: [&str; 8] = [
    "role_arn",
    "web_identity_token_file",
    "sso_account_id",
    "sso_role_name",
    "aws_access_key_id",
    "aws_secret_access_key",
    "login_session",
    "credential_process",
];

impl Source {
    /// Chooses the source; `is_explicit` if the command line names the profile, which then takes
    /// precedence over the environment. Fails if settings are incomplete.
    pub fn of(profiles: &Profiles, is_explicit: bool) -> Result<Self, Failure> {
        let has = |key: &str| profiles.get(key).is_some();
        if !is_explicit && env::aws("AWS_ACCESS_KEY_ID").is_some() {
            return Ok(Self::Environment);
        }
        let source = if has("role_arn") && !has("web_identity_token_file") {
            Self::Profile
        } else if !is_explicit && env::aws("AWS_WEB_IDENTITY_TOKEN_FILE").is_some() {
            if env::aws("AWS_ROLE_ARN").is_none() {
                return Err(misconfigured(
                    "AWS_WEB_IDENTITY_TOKEN_FILE is set, but AWS_ROLE_ARN is not".to_owned(),
                    "set both, or unset AWS_WEB_IDENTITY_TOKEN_FILE to use other credentials",
                ));
            }
            Self::WebIdentity
        } else if KEYS_OF_SOURCES.into_iter().any(has) {
            Self::Profile
        } else if container_variable().is_some() {
            Self::Container
        } else {
            Self::Instance
        };
        if source == Self::Profile {
            for profile in profiles.chain()? {
                check_keys(profile)?;
            }
        }
        Ok(source)
    }

    /// Whether the SDK fetches the credentials from AWS, at an endpoint that can be configured.
    pub fn asks_aws(self, profiles: &Profiles) -> bool {
        let asks = |profile: &&Profile| {
            ["role_arn", "sso_account_id", "login_session"]
                .into_iter()
                .any(|key| setting(profile, key).is_some())
        };
        match self {
            Self::WebIdentity => true,
            Self::Profile => profiles.chain().unwrap_or_default().iter().any(asks),
            Self::Environment | Self::Container | Self::Instance => false,
        }
    }

    /// The serial number of the MFA device whose code is required; `None` if no code is.
    pub fn mfa_serial(self, profiles: &Profiles) -> Option<&str> {
        let roles = profiles
            .roles()
            .into_iter()
            .filter(|_| self == Self::Profile);
        { roles }.find_map(|profile| setting(profile, "mfa_serial"))
    }

    /// The command that renews the session that the credentials come from; `None` without one.
    pub fn login_command(self, profiles: &Profiles) -> Option<String> {
        let chain = profiles.chain().unwrap_or_default();
        let base = chain.last().filter(|_| self == Self::Profile)?;
        let command = if base
            .get("sso_account_id")
            .or(base.get("sso_session"))
            .is_some()
        {
            "aws sso login --profile"
        } else {
            base.get("login_session").map(|_| "aws login --profile")?
        };
        Some(format!("{command} {}", quote(base.name())))
    }
}

/// Rejects keys that make the SDK panic when it assumes a role.
fn check_keys(profile: &Profile) -> Result<(), Failure> {
    let keys = ["aws_access_key_id", "aws_session_token"];
    match keys
        .into_iter()
        .find(|key| !profile.get(key).is_none_or(is_one_word))
    {
        None => Ok(()),
        Some(key) => Err(misconfigured(
            format!(
                "{key} of the profile {} {ODD_CHARACTER}",
                escaped(profile.name())
            ),
            "set it again: aws configure",
        )),
    }
}

/// The variable, if set, that holds the location of a container's credentials.
pub fn container_variable() -> Option<&'static str> {
    let variables = [
        "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
        "AWS_CONTAINER_CREDENTIALS_FULL_URI",
    ];
    variables.into_iter().find(|name| env::aws(name).is_some())
}

/// Rejects half a key pair and unusable values in the environment; the SDK would silently use other
/// credentials. Not called if the command line names a profile. The errors show no value.
pub fn check_environment() -> Result<(), Failure> {
    let [id, secret, token] = [
        "AWS_ACCESS_KEY_ID",
        "AWS_SECRET_ACCESS_KEY",
        "AWS_SESSION_TOKEN",
    ];
    let bad = |message: String, name: &str, what: &str| {
        Err(
            Failure::new(Status::Configuration, "bad-credentials", message)
                .fix(format!("{what}, or unset {name}")),
        )
    };
    if env::is_empty("AWS_PROFILE".as_ref()) {
        let message = "AWS_PROFILE is empty".to_owned();
        return bad(message, "AWS_PROFILE", "set it to the name of a profile");
    }
    let names = ["AWS_PROFILE", "AWS_DEFAULT_PROFILE", id, secret, token];
    for name in names {
        if env::is_not_text(name) {
            let message = format!("{name} is not valid UTF-8");
            return bad(message, name, "set it again");
        }
    }
    for name in [id, token] {
        if env::aws(name).is_some_and(|value| !is_one_word(value.trim())) {
            let message = format!("{name} {ODD_CHARACTER}");
            return bad(message, name, "set it again");
        }
    }
    match (env::aws(id), env::aws(secret)) {
        (Some(_), None) => bad(format!("{id} is set, but {secret} is not"), id, "set both"),
        (None, Some(_)) => bad(
            format!("{secret} is set, but {id} is not"),
            secret,
            "set both",
        ),
        _ => Ok(()),
    }
}

const ODD_CHARACTER: &str =
    "contains a character that AWS credentials never have, such as a space or a newline";

/// Whether a text is printable ASCII without spaces, so it can be sent in a header.
fn is_one_word(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_graphic())
}

/// Builds credentials providers. Building sends no request.
pub struct Providers<'a> {
    pub profiles: &'a Profiles,
    pub config: &'a ProviderConfig,
}

impl Providers<'_> {
    pub fn of(&self, source: Source) -> SharedCredentialsProvider {
        match source {
            Source::Environment => {
                SharedCredentialsProvider::new(EnvironmentVariableCredentialsProvider::new())
            }
            Source::Profile => self.of_profile(self.profiles.selected()),
            Source::WebIdentity => {
                let provider = WebIdentityTokenCredentialsProvider::builder();
                SharedCredentialsProvider::new(provider.configure(self.config).build())
            }
            Source::Container => {
                let provider = EcsCredentialsProvider::builder().configure(self.config);
                SharedCredentialsProvider::new(provider.build())
            }
            Source::Instance => SharedCredentialsProvider::new(Instance(self.config.clone())),
        }
    }

    fn of_profile(&self, name: &str) -> SharedCredentialsProvider {
        let provider = ProfileFileCredentialsProvider::builder()
            .configure(self.config)
            .profile_files(self.profiles.files.clone())
            .profile_name(name)
            .with_custom_provider("Ec2InstanceMetadata", Instance(self.config.clone()));
        SharedCredentialsProvider::new(provider.build())
    }

    /// The provider for a selected profile with an MFA device. `sts` is a config without
    /// credentials.
    pub fn with_mfa(&self, code: String, sts: Config) -> SharedCredentialsProvider {
        let chain = self.profiles.chain().unwrap_or_default();
        let last = chain.last();
        let of = |key: &str| last.and_then(|last| setting(last, key));
        let keys = of("aws_access_key_id").zip(of("aws_secret_access_key"));
        let base = match (keys, of("credential_source")) {
            (Some((id, secret)), _) => {
                let token = of("aws_session_token").map(str::to_owned);
                let keys = Credentials::new(id, secret, token, None, "Profile");
                SharedCredentialsProvider::new(keys)
            }
            (None, Some("Ec2InstanceMetadata")) => self.of(Source::Instance),
            (None, Some("EcsContainer")) => self.of(Source::Container),
            (None, Some(_)) => self.of(Source::Environment),
            (None, None) => self.of_profile(last.map_or("default", |last| last.name())),
        };
        let roles = self.profiles.roles().into_iter().rev();
        SharedCredentialsProvider::new(RolesWithMfa {
            base,
            roles: roles.cloned().collect(),
            code,
            sts,
        })
    }
}

/// The credentials of an EC2 instance. Checks the role's name, because the SDK panics if it cannot
/// be part of a path.
#[derive(Debug)]
struct Instance(ProviderConfig);

impl Instance {
    async fn get(&self) -> Result<Credentials, CredentialsError> {
        let provider = ImdsCredentialsProvider::builder().configure(&self.0);
        let is_off = env::aws("AWS_EC2_METADATA_DISABLED");
        if is_off.is_some_and(|value| env::is_word_for_yes(&value)) {
            return Err(CredentialsError::not_loaded("it is disabled"));
        }
        let client = Client::builder().configure(&self.0).build();
        let role = client.get("/latest/meta-data/iam/security-credentials/");
        let role = role.await.map_err(|error| match &error {
            ImdsError::ErrorResponse(answer) if answer.response().status().as_u16() == 404 => {
                CredentialsError::not_loaded("the instance has no role")
            }
            ImdsError::FailedToLoadToken(fault) if fault.is_dispatch_failure() => {
                CredentialsError::not_loaded(error)
            }
            _ => CredentialsError::provider_error(error),
        })?;
        let role = role.as_ref().trim();
        if !role
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"+=,.@_-".contains(&byte))
        {
            return Err(CredentialsError::invalid_configuration(
                "the instance metadata service returned an invalid role name",
            ));
        }
        let provider = provider.imds_client(client).profile(role).build();
        provider.provide_credentials().await
    }
}

impl ProvideCredentials for Instance {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        future::ProvideCredentials::new(self.get())
    }
}

/// Credentials that all clients share. The provider is called once, and again only when they are
/// about to expire, because it may prompt or open a browser.
#[derive(Clone, Debug)]
pub struct SharedCredentials {
    provider: SharedCredentialsProvider,
    known: Arc<Mutex<Option<Credentials>>>,
}

impl SharedCredentials {
    pub fn by(provider: SharedCredentialsProvider) -> Self {
        Self {
            provider,
            known: Arc::default(),
        }
    }

    /// Returns the cached credentials, or fetches new ones if those expire within this time.
    pub async fn lasting(&self, time: Duration) -> Result<Credentials, CredentialsError> {
        let mut known = self.known.lock().await;
        let until = SystemTime::now() + time;
        let lasts = |credentials: &&Credentials| credentials.expiry().is_none_or(|end| end > until);
        if let Some(credentials) = known.as_ref().filter(lasts) {
            return Ok(credentials.clone());
        }
        let credentials = usable(&self.provider.provide_credentials().await?)?;
        *known = Some(credentials.clone());
        Ok(credentials)
    }
}

impl ProvideCredentials for SharedCredentials {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        future::ProvideCredentials::new(self.lasting(Duration::from_secs(10)))
    }
}

/// Removes an empty session token, and rejects characters that make the SDK panic.
fn usable(credentials: &Credentials) -> Result<Credentials, CredentialsError> {
    let id = credentials.access_key_id();
    let token = credentials.session_token();
    let token = token.filter(|token| !token.is_empty());
    if id.is_empty() || !is_one_word(id) || !token.is_none_or(is_one_word) {
        return Err(CredentialsError::invalid_configuration(format!(
            "the access key ID or the session token is empty or {ODD_CHARACTER}"
        )));
    }
    let (secret, token) = (credentials.secret_access_key(), token.map(str::to_owned));
    Ok(Credentials::new(
        id,
        secret,
        token,
        credentials.expiry(),
        "Shared",
    ))
}
