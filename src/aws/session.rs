//! Who calls AWS, and where: profile, Region, endpoint, trust store and HTTP client.

use std::borrow::Cow;
use std::time::Duration;

use aws_config::profile::{ProfileFileCredentialsProvider, ProfileSet};
use aws_config::provider_config::ProviderConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_runtime::env_config::file::EnvConfigFiles;
use aws_smithy_http_client::proxy::ProxyConfig;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use aws_smithy_http_client::tls::{Provider, TlsContext, TrustStore};
use aws_smithy_http_client::{Builder, Connector};
use aws_types::os_shim_internal::{Env, Fs};

use super::error::{AwsError, Kind};
use super::inventory::Inventory;
use super::keys::Keys;
use super::secrets::Secrets;
use crate::cli::Global;
use crate::env;
use crate::failure::Failure;
use crate::output::foreign;
use crate::plan::{Caller, Target};
use crate::setting::RegionName;
use crate::shell::quote;
use crate::status::Status;

/// What the options, the environment and the profile say of the AWS side; nothing is sent for it.
#[derive(Debug)]
pub struct Settings {
    profile: Option<String>,
    /// Whether the profile was named on the command line, and so beats keys in the environment.
    profile_is_explicit: bool,
    region: Option<String>,
    endpoint: Option<String>,
    ca_bundle: Option<Vec<u8>>,
}

impl Settings {
    /// # Errors
    /// Status 4 for a profile that does not exist or a trust store that cannot be read, 2 for an
    /// option that is malformed.
    pub async fn read(global: &Global) -> Result<Self, Failure> {
        let profile = global
            .profile
            .clone()
            .or_else(|| env::aws("AWS_PROFILE"))
            .or_else(|| env::aws("AWS_DEFAULT_PROFILE"));
        let mut region = global
            .region
            .clone()
            .or_else(|| env::aws("AWS_REGION"))
            .or_else(|| env::aws("AWS_DEFAULT_REGION"));
        if let Some(region) = &global.region {
            RegionName::parse(region)
                .map_err(|fault| Failure::usage(format!("--region: {fault}")))?;
        }
        let endpoint = global.endpoint_url.clone();
        if let Some(url) = &endpoint {
            check_endpoint("--endpoint-url", url).map_err(Failure::usage)?;
        }
        for variable in [
            "AWS_ENDPOINT_URL",
            "AWS_ENDPOINT_URL_SECRETS_MANAGER",
            "AWS_ENDPOINT_URL_STS",
        ] {
            if let Some(url) = env::aws(variable) {
                check_endpoint(variable, &url)
                    .map_err(|fault| Failure::new(Status::Configuration, "endpoint", fault))?;
            }
        }
        let mut ca_path = global
            .ca_bundle
            .clone()
            .or_else(|| env::aws("AWS_CA_BUNDLE"));
        if profile.is_some() || region.is_none() || ca_path.is_none() {
            let files = load_profiles(profile.as_deref()).await?;
            if let Some(name) = &profile {
                if files.get_profile(name).is_none() {
                    return Err(no_such_profile(name, &files));
                }
            }
            let of_profile = |key| {
                files
                    .get(key)
                    .filter(|value| !value.is_empty())
                    .map(str::to_owned)
            };
            region = region.or_else(|| of_profile("region"));
            ca_path = ca_path.or_else(|| of_profile("ca_bundle"));
        }
        if let Some(name) = region.as_deref().filter(|name| !is_host_label(name)) {
            let fault = format!(
                "the AWS Region {name:?} is not a name of one; they look like eu-central-1"
            );
            return Err(Failure::new(Status::Configuration, "no-such-region", fault)
                .fix("mend AWS_REGION, AWS_DEFAULT_REGION or the region of the profile, or add --region"));
        }
        let ca_bundle = ca_path.map(|path| read_ca_bundle(&path)).transpose()?;
        Ok(Self {
            profile_is_explicit: global.profile.is_some(),
            profile,
            region,
            endpoint,
            ca_bundle,
        })
    }

    /// For the review: where things will be done, as far as that is known without asking AWS.
    pub fn target(&self) -> Target {
        Target {
            region: self.region.clone(),
            profile: self.profile.clone(),
            endpoint: self
                .endpoint
                .clone()
                .or_else(|| env::aws("AWS_ENDPOINT_URL")),
            caller: None,
        }
    }
}

/// The AWS side, ready for calls. Credentials are looked for at the first call.
pub struct Session {
    config: SdkConfig,
    region: String,
    has_endpoint: bool,
}

impl Session {
    /// # Errors
    /// Status 4 where no Region is known.
    pub async fn open(settings: Settings) -> Result<Self, Failure> {
        let Settings {
            profile,
            profile_is_explicit,
            region,
            endpoint,
            ca_bundle,
        } = settings;
        let Some(region) = region else {
            return Err(Failure::new(Status::Configuration, "no-region", "no AWS Region is set")
                .why("looked at --region, AWS_REGION, AWS_DEFAULT_REGION and the region of the profile")
                .fix("add --region REGION: the Region in which the pull through cache rule is, or will be"));
        };
        let http_client = Builder::new().build_with_connector_fn({
            let tls = tls_context(ca_bundle)?;
            move |settings, components| {
                let mut connector = Connector::builder();
                connector.set_connector_settings(settings.cloned());
                connector.set_sleep_impl(
                    components
                        .and_then(aws_sdk_secretsmanager::config::RuntimeComponents::sleep_impl),
                );
                connector
                    .proxy_config(ProxyConfig::from_env())
                    .tls_provider(Provider::Rustls(CryptoMode::Ring))
                    .tls_context(tls.clone())
                    .build()
            }
        });
        let timeouts = TimeoutConfig::builder()
            .connect_timeout(Duration::from_secs(5))
            .operation_attempt_timeout(Duration::from_secs(15))
            .operation_timeout(Duration::from_mins(1))
            .build();
        let mut loader = aws_config::defaults(BehaviorVersion::latest())
            .region(Region::new(region.clone()))
            .http_client(http_client.clone())
            .timeout_config(timeouts);
        let has_endpoint = endpoint.is_some();
        if let Some(url) = endpoint {
            loader = loader.endpoint_url(url);
        }
        if let Some(name) = profile {
            if profile_is_explicit {
                let provider_config = ProviderConfig::without_region()
                    .with_region(Some(Region::new(region.clone())))
                    .with_http_client(http_client);
                let provider = ProfileFileCredentialsProvider::builder()
                    .configure(&provider_config)
                    .profile_name(&name);
                loader = loader.credentials_provider(provider.build());
            }
            loader = loader.profile_name(name);
        }
        Ok(Self {
            config: loader.load().await,
            region,
            has_endpoint,
        })
    }

    pub fn region(&self) -> &str {
        &self.region
    }

    /// Asks AWS who is calling: STS GetCallerIdentity, which needs no permission. None where an
    /// endpoint was named that is not one of STS, such as a VPC endpoint of Secrets Manager.
    ///
    /// # Errors
    /// Status 4 where there are no usable credentials, 7 where AWS cannot be reached.
    pub async fn caller(&self) -> Result<Option<Caller>, Failure> {
        let answer = aws_sdk_sts::Client::new(&self.config)
            .get_caller_identity()
            .send()
            .await;
        let identity = match answer {
            Ok(identity) => identity,
            Err(error) => {
                let error = AwsError::of("GetCallerIdentity", &error);
                if self.has_endpoint && matches!(error.kind, Kind::NotAws | Kind::Refused) {
                    return Ok(None);
                }
                return Err(error.into_failure("could not ask AWS who is calling", &self.region));
            }
        };
        Ok(Some(Caller {
            account: foreign(identity.account().unwrap_or("unknown")),
            arn: foreign(identity.arn().unwrap_or("unknown")),
        }))
    }

    pub fn secrets(&self) -> Secrets {
        Secrets::new(&self.config)
    }

    pub fn keys(&self) -> Keys {
        Keys::new(&self.config)
    }

    pub fn inventory(&self) -> Inventory {
        Inventory::new(&self.config)
    }
}

async fn load_profiles(profile: Option<&str>) -> Result<ProfileSet, Failure> {
    let selected = profile.map(|name| Cow::Owned(name.to_owned()));
    aws_config::profile::load(
        &Fs::real(),
        &Env::real(),
        &EnvConfigFiles::default(),
        selected,
    )
    .await
    .map_err(|error| {
        let mut failure = Failure::new(
            Status::Configuration,
            "profile-files",
            "the AWS config or credentials file cannot be read",
        );
        let source = std::error::Error::source(&error).map(ToString::to_string);
        failure.why = Some(source.unwrap_or_else(|| error.to_string()));
        failure
    })
}

fn no_such_profile(name: &str, files: &ProfileSet) -> Failure {
    let mut known: Vec<&str> = files.profiles().collect();
    known.sort_unstable();
    let message = format!("there is no AWS profile {name:?}");
    let failure = Failure::new(Status::Configuration, "no-such-profile", message);
    let distance = |other: &&&str| strsim::damerau_levenshtein(name, other);
    match known.iter().min_by_key(distance) {
        None => failure
            .why("the AWS config and credentials files have no profiles")
            .fix("aws configure --profile NAME"),
        Some(nearest) => failure
            .why(format!("the profiles are: {}", known.join(", ")))
            .fix(format!("the nearest is: --profile {}", quote(nearest))),
    }
}

fn check_endpoint(what: &str, url: &str) -> Result<(), String> {
    let uri = url.parse::<http::Uri>().ok();
    let fits = uri.is_some_and(|uri| {
        matches!(uri.scheme_str(), Some("http" | "https"))
            && uri.host().is_some_and(|host| !host.is_empty())
    });
    if fits {
        Ok(())
    } else {
        Err(format!("{what} is not a URL such as https://host:port"))
    }
}

fn is_host_label(name: &str) -> bool {
    !name.starts_with('-')
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

fn read_ca_bundle(path: &str) -> Result<Vec<u8>, Failure> {
    let bad = |why: String| {
        Failure::new(
            Status::Configuration,
            "trust-store",
            format!("the CA bundle {path} cannot be used"),
        )
        .why(why)
        .fix("name a PEM file by --ca-bundle, AWS_CA_BUNDLE or ca_bundle of the profile")
    };
    let bytes = std::fs::read(path).map_err(|error| bad(error.to_string()))?;
    if bytes
        .windows(27)
        .any(|window| window == b"-----BEGIN CERTIFICATE-----")
    {
        Ok(bytes)
    } else {
        Err(bad("it has no certificate in PEM form".to_owned()))
    }
}

fn tls_context(ca_bundle: Option<Vec<u8>>) -> Result<TlsContext, Failure> {
    let store = match ca_bundle {
        Some(pem) => TrustStore::empty().with_pem_certificate(pem),
        None => TrustStore::default(),
    };
    TlsContext::builder()
        .with_trust_store(store)
        .build()
        .map_err(|error| {
            Failure::new(
                Status::Configuration,
                "trust-store",
                "the CA bundle cannot be used",
            )
            .why(error.to_string())
        })
}
