//! [`Session`]: AWS clients for one Region.

use std::time::Duration;

use aws_config::identity::IdentityCache;
use aws_config::imds::region::ImdsRegionProvider;
use aws_config::provider_config::ProviderConfig;
use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, SdkConfig};
use aws_credential_types::provider::SharedCredentialsProvider;

use super::credentials::{Providers, SharedCredentials};
use super::ecr::Ecr;
use super::endpoints::Endpoints;
use super::error::AwsError;
use super::kind::Kind;
use super::kms::Keys;
use super::secrets_manager::SecretsManager;
use super::service::Service;
use super::settings::Settings;
use super::target::{Caller, Target};
use crate::model::account::AccountId;
use crate::model::arn::Arn;
use crate::model::region::Region;
use crate::model::rule::Rule;
use crate::output::aws_hint;
use crate::output::failure::Failure;
use crate::output::hint::Hints;
use crate::output::pull::registry_hosts;
use crate::output::shell::quote;
use crate::output::status::Status;
use crate::output::{escaped, Redactor};

/// AWS clients for one Region. Credentials are fetched with the first call.
pub struct Session {
    config: SdkConfig,
    credentials: SharedCredentials,
    endpoints: Endpoints,
    service: Service,
    target: Target,
}

impl Session {
    /// `mfa_code` is required if [`Settings::mfa_serial`] names a device. Fails if it or the Region
    /// is missing.
    pub async fn open(mut settings: Settings, mfa_code: Option<String>) -> Result<Self, Failure> {
        let http_client = settings.network.client();
        let providers = ProviderConfig::without_region()
            .with_http_client(http_client.clone())
            .with_retry_config(settings.retry.clone())
            .with_timeout_config(settings.timeouts.clone())
            .with_use_fips(Some(settings.fips))
            .with_use_dual_stack(Some(settings.dual_stack));
        if settings.region.is_none() {
            settings.region = region_of_instance(&providers).await?;
        }
        let Some(region) = settings.region.clone() else {
            return Err(no_region());
        };
        let target = settings.target();
        let partition = settings.partition_of_credentials();
        let service = Service::new(
            region.clone(),
            settings
                .profile
                .as_deref()
                .filter(|_| settings.profile_is_explicit),
            settings.source.login_command(&settings.profiles),
            settings.places_of_credentials(),
            settings.endpoints.secrets_manager.as_deref(),
            settings.redactor.clone(),
        );
        let service = Service {
            partition,
            ..service
        };
        let config = SdkConfig::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(aws_config::Region::new(region.to_string()))
            .http_client(http_client.clone())
            .retry_config(settings.retry.clone())
            .timeout_config(settings.timeouts.clone())
            .use_fips(settings.fips)
            .use_dual_stack(settings.dual_stack)
            .build();
        if let (Some(serial), None) = (settings.mfa_serial(), &mfa_code) {
            return Err(needs_mfa(serial, &settings));
        }
        let mut sts = aws_sdk_sts::config::Builder::from(&config);
        sts.set_endpoint_url(settings.endpoints.sts_of_credentials.clone());
        let region = aws_config::Region::new(region.to_string());
        let providers = providers.with_region(Some(region));
        let providers = Providers {
            profiles: &settings.profiles,
            config: &providers,
        };
        let credentials = SharedCredentials::by(match mfa_code {
            Some(code) => providers.with_mfa(code, sts.build()),
            None => providers.of(settings.source),
        });
        let config = config
            .to_builder()
            .credentials_provider(SharedCredentialsProvider::new(credentials.clone()))
            // The clients' own caches would fetch credentials once for each client.
            .identity_cache(IdentityCache::no_cache());
        Ok(Self {
            config: config.build(),
            credentials,
            target,
            endpoints: settings.endpoints,
            service,
        })
    }

    pub fn region(&self) -> &Region {
        &self.service.region
    }

    /// The context of calls to Secrets Manager, for error messages.
    pub fn service(&self) -> &Service {
        &self.service
    }

    /// Commands for the same Region and profile.
    pub fn hints(&self) -> Hints {
        self.service.hints.clone()
    }

    /// The account and Region, for a review.
    pub fn target(&self) -> &Target {
        &self.target
    }

    /// Looks up the caller with STS GetCallerIdentity, which requires no permission. It stays
    /// unknown if STS cannot be reached, as in a network with an endpoint for Secrets Manager only.
    pub async fn identify_caller(&mut self) -> Result<(), Failure> {
        self.target.caller = self.caller().await?;
        Ok(())
    }

    /// The caller's account. `None` if STS does not report it.
    pub async fn account(&self) -> Option<AccountId> {
        Some(self.caller().await.ok()??.account)
    }

    async fn caller(&self) -> Result<Option<Caller>, Failure> {
        let mut sts = aws_sdk_sts::config::Builder::from(&self.config);
        sts.set_endpoint_url(self.endpoints.sts.clone());
        sts.set_timeout_config(Some(
            TimeoutConfig::builder()
                .connect_timeout(Duration::from_secs(3))
                .operation_timeout(Duration::from_secs(10))
                .build(),
        ));
        let answer = aws_sdk_sts::Client::from_conf(sts.build())
            .get_caller_identity()
            .send()
            .await;
        let identity = match answer {
            Ok(identity) => identity,
            Err(error) => {
                let error = AwsError::of("GetCallerIdentity", &error);
                let is_named = self.endpoints.sts.is_some();
                return match error.kind {
                    Kind::TimedOut | Kind::Unreachable | Kind::Service => Ok(None),
                    Kind::NotAws | Kind::Refused if is_named => Ok(None),
                    _ => {
                        Err(error.into_failure("could not look up the AWS account", &self.service))
                    }
                };
            }
        };
        // A missing value is unknown; a present value must be valid.
        let (Some(account), Some(arn)) = (identity.account(), identity.arn()) else {
            return Ok(None);
        };
        let malformed = |fault: String| {
            let error = AwsError::malformed("GetCallerIdentity", &fault);
            error.into_failure("could not look up the AWS account", &self.service)
        };
        Ok(Some(Caller {
            account: AccountId::parse(account).map_err(|fault| malformed(fault.to_string()))?,
            arn: Arn::parse(arn).map_err(|fault| malformed(fault.to_string()))?,
        }))
    }

    /// Fetches AWS credentials before any call, so that the call's timeout does not apply.
    /// Credentials that expire within five minutes are fetched again.
    pub async fn fetch_credentials(&self) -> Result<(), Failure> {
        let fetched = self.credentials.lasting(Duration::from_mins(5)).await;
        fetched.map(drop).map_err(|error| {
            let error = AwsError::of_credentials(&error);
            let what = match error.operation {
                "AssumeRole" | "AssumeRoleWithWebIdentity" => "could not assume the role",
                _ => "could not get AWS credentials",
            };
            error.into_failure(what, &self.service)
        })
    }

    /// The context of calls to ECR, for error messages.
    pub fn ecr_service(&self) -> Service {
        Service {
            endpoint: self.endpoints.ecr.clone(),
            ..self.service.clone()
        }
    }

    pub fn ecr(&self) -> Ecr {
        Ecr::new(&self.config, self.endpoints.ecr.as_deref())
    }

    /// The host of the account's registry, over IPv6 and with FIPS if those are configured.
    pub fn registry_host(&self, account: &str) -> String {
        let is_on = |setting: Option<bool>| usize::from(setting.unwrap_or_default());
        let number = is_on(self.config.use_fips()) + 2 * is_on(self.config.use_dual_stack());
        registry_hosts(account, self.region())[number].clone()
    }

    /// The longest time for an answer of the registry, which may have to fetch it first: twice that
    /// for an answer of AWS.
    pub fn registry_time_out(&self) -> Duration {
        let timeouts = self.config.timeout_config();
        let attempt = timeouts.and_then(TimeoutConfig::operation_attempt_timeout);
        attempt.unwrap_or(Duration::from_secs(15)) * 2
    }

    /// All rules of the Region, sorted by prefix. Empty in a Region that does not support pull
    /// through cache.
    pub async fn rules(&self) -> Result<Vec<Rule>, AwsError> {
        self.rules_of(&self.ecr()).await
    }

    /// Best effort: one attempt, 3 seconds. Some networks can reach Secrets Manager but not ECR.
    pub async fn rules_in_passing(&self) -> Result<Vec<Rule>, AwsError> {
        let timeouts = self.config.timeout_config().map(TimeoutConfig::to_builder);
        let timeouts = timeouts
            .unwrap_or_default()
            .operation_timeout(Duration::from_secs(3));
        let config = self
            .config
            .to_builder()
            .retry_config(RetryConfig::disabled())
            .timeout_config(timeouts.build());
        let ecr = Ecr::new(&config.build(), self.endpoints.ecr.as_deref());
        self.rules_of(&ecr).await
    }

    async fn rules_of(&self, ecr: &Ecr) -> Result<Vec<Rule>, AwsError> {
        match ecr.rules().await {
            Err(error) if error.is_unknown_operation() && !self.region().has_documented_rules() => {
                Ok(Vec::new())
            }
            rules => rules,
        }
    }

    /// Hides tokens in texts of other services.
    pub fn redactor(&self) -> &Redactor {
        &self.service.redactor
    }

    pub fn secrets(&self) -> SecretsManager {
        let endpoint = self.endpoints.secrets_manager.as_deref();
        SecretsManager::new(&self.config, endpoint, self.redactor().clone())
    }

    pub fn keys(&self) -> Keys {
        let endpoint = self.endpoints.kms.as_deref();
        Keys::new(&self.config, endpoint)
    }
}

/// The Region of the EC2 instance; `None` elsewhere.
async fn region_of_instance(providers: &ProviderConfig) -> Result<Option<Region>, Failure> {
    let provider = ImdsRegionProvider::builder().configure(providers).build();
    let Some(name) = provider.region().await.map(|region| region.to_string()) else {
        return Ok(None);
    };
    let region = Region::from_host_label(&name);
    region.map(Some).ok_or_else(|| {
        let message = "the instance metadata service returned an invalid Region";
        Failure::new(Status::Configuration, "no-such-region", message).fix(aws_hint::ADD_REGION)
    })
}

/// The error code for a missing Region.
pub const NO_REGION: &str = "no-region";

fn no_region() -> Failure {
    Failure::new(Status::Configuration, NO_REGION, "no AWS Region is set")
        .why(aws_hint::REGION_NOT_SET)
        .fix(aws_hint::ADD_REGION_OF_RULE)
}

fn needs_mfa(serial: &str, settings: &Settings) -> Failure {
    let name = settings.profiles.selected();
    let message = format!(
        "the profile {} requires an MFA code, but there is no terminal to ask for it",
        quote(name)
    );
    Failure::new(Status::Configuration, "mfa", message)
        .why(format!("its mfa_serial is {}", escaped(serial)))
        .fix(aws_hint::get_session(name))
}
