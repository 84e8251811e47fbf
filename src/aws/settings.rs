//! [`Settings`]: the AWS settings from options, environment and profile, with the AWS CLI's
//! precedence. Reading them sends no request.

use std::str::FromStr;
use std::time::Duration;

use aws_config::profile::Profile;
use aws_config::retry::{RetryConfig, RetryMode};
use aws_config::timeout::TimeoutConfig;

use super::credentials::{check_environment, container_variable, Source};
use super::endpoints::Endpoints;
use super::network::Network;
use super::profiles::{setting, Profiles};
use super::service::NO_INSTANCE;
use super::target::Target;
use crate::env;
use crate::model::region::{Partition, Region};
use crate::output::failure::Failure;
use crate::output::status::Status;
use crate::output::Redactor;
use crate::output::{aws_hint, escaped};

/// The AWS options of the command line, of which only the Region is checked.
#[derive(Clone, Debug, Default)]
pub struct Options {
    pub profile: Option<String>,
    pub region: Option<Region>,
    pub endpoint_url: Option<String>,
    pub ca_bundle: Option<String>,
    pub cli_connect_timeout: Option<u64>,
    pub cli_read_timeout: Option<u64>,
}

/// The AWS settings, checked.
#[derive(Debug)]
pub struct Settings {
    pub(super) profile: Option<String>,
    /// Whether the command line names the profile, which then takes precedence over keys in the
    /// environment.
    pub(super) profile_is_explicit: bool,
    /// The source of the AWS credentials.
    pub(super) source: Source,
    pub(super) region: Option<Region>,
    pub(super) endpoints: Endpoints,
    pub(super) network: Network,
    pub(super) timeouts: TimeoutConfig,
    pub(super) retry: RetryConfig,
    pub(super) fips: bool,
    pub(super) dual_stack: bool,
    pub(super) profiles: Profiles,
    pub(super) redactor: Redactor,
}

impl Settings {
    /// Reads the settings. Fails with status 2 for an invalid option, and 4 for any other invalid
    /// setting.
    pub fn read(options: &Options, redactor: &Redactor) -> Result<Self, Failure> {
        if options.profile.is_none() {
            check_environment()?;
        }
        let profile = options
            .profile
            .clone()
            .or_else(|| env::aws("AWS_PROFILE"))
            .or_else(|| env::aws("AWS_DEFAULT_PROFILE"));
        let profiles = Profiles::read(profile.as_deref())?;
        let source = Source::of(&profiles, options.profile.is_some())?;
        let from_profile = |key: &str| profiles.get(key).map(str::to_owned);
        let ca_bundle = options
            .ca_bundle
            .clone()
            .or_else(|| env::aws("AWS_CA_BUNDLE"))
            .or_else(|| from_profile("ca_bundle"))
            // The AWS CLI supports it too.
            .or_else(|| env::aws("REQUESTS_CA_BUNDLE"));
        let endpoint_url = options.endpoint_url.as_deref();
        let is_on = |variable: &str, key: &str| {
            let value = env::aws(variable).or_else(|| from_profile(key));
            value.is_some_and(|value| env::is_word_for_yes(&value))
        };
        Ok(Self {
            region: region(options, &from_profile)?,
            endpoints: Endpoints::read(endpoint_url, &profiles, source.asks_aws(&profiles))?,
            network: Network::new(ca_bundle.as_deref())?,
            timeouts: timeouts(options),
            retry: retry(&from_profile)?,
            fips: is_on("AWS_USE_FIPS_ENDPOINT", "use_fips_endpoint"),
            dual_stack: is_on("AWS_USE_DUALSTACK_ENDPOINT", "use_dualstack_endpoint"),
            source,
            profile_is_explicit: options.profile.is_some(),
            profile,
            profiles,
            redactor: redactor.clone(),
        })
    }

    /// The network settings, for requests to other servers.
    pub fn network(&self) -> &Network {
        &self.network
    }

    /// The Region and profile, for a review; the account is not looked up.
    pub fn target(&self) -> Target {
        Target {
            region: self.region.clone(),
            profile: self.profile.clone(),
            endpoint: self.endpoints.secrets_manager.clone(),
            caller: None,
        }
    }

    /// The serial number of the MFA device whose code is required; `None` if no code is.
    pub fn mfa_serial(&self) -> Option<&str> {
        self.source.mfa_serial(&self.profiles)
    }

    /// The warning to show before anything is sent.
    pub fn warning(&self) -> Option<&str> {
        self.endpoints.warning.as_deref()
    }

    /// The partition of the credentials' account: that of their role, or of the Region that the
    /// profile or the environment names. `None` if neither is known.
    pub(super) fn partition_of_credentials(&self) -> Option<&'static Partition> {
        let of_region = |name: &str| Some(Region::from_host_label(name)?.partition());
        let of_profile = |profile: &&Profile| {
            let region = || setting(profile, "sso_region").or_else(|| setting(profile, "region"));
            let role = setting(profile, "role_arn").and_then(Partition::of_arn);
            role.or_else(|| of_region(region()?))
        };
        match self.source {
            Source::Profile => self.profiles.chain().ok()?.iter().find_map(of_profile),
            Source::WebIdentity => Partition::of_arn(&env::aws("AWS_ROLE_ARN")?),
            Source::Environment => {
                let region = env::aws("AWS_REGION").or_else(|| env::aws("AWS_DEFAULT_REGION"));
                of_region(&region?)
            }
            Source::Container | Source::Instance => None,
        }
    }

    /// The places where credentials are looked for, and why each has none, for the error message.
    pub(super) fn places_of_credentials(&self) -> String {
        let state = |variable: &str| match env::aws(variable) {
            Some(_) => format!("{variable} (set)"),
            None => format!("{variable} (not set)"),
        };
        let mut places = Vec::new();
        if !self.profile_is_explicit {
            places.push(state("AWS_ACCESS_KEY_ID"));
        }
        let name = self.profiles.selected();
        places.push(match self.profiles.profile(name) {
            Some(_) => format!("the profile {} (has no credentials)", escaped(name)),
            None => format!("the profile {} (does not exist)", escaped(name)),
        });
        if !self.profile_is_explicit {
            places.push(state("AWS_WEB_IDENTITY_TOKEN_FILE"));
        }
        places.push(match container_variable() {
            Some(name) => state(name),
            None => "AWS_CONTAINER_CREDENTIALS_… (not set)".to_owned(),
        });
        let off =
            env::aws("AWS_EC2_METADATA_DISABLED").is_some_and(|value| env::is_word_for_yes(&value));
        places.push(if off {
            "the instance metadata service (disabled by AWS_EC2_METADATA_DISABLED)".to_owned()
        } else {
            NO_INSTANCE.to_owned()
        });
        places.join(", ")
    }
}

fn region(
    options: &Options,
    from_profile: &dyn Fn(&str) -> Option<String>,
) -> Result<Option<Region>, Failure> {
    if let Some(region) = &options.region {
        return Ok(Some(region.clone()));
    }
    let name = env::aws("AWS_REGION")
        .or_else(|| env::aws("AWS_DEFAULT_REGION"))
        .or_else(|| from_profile("region"));
    let Some(name) = name else {
        return Ok(None);
    };
    Region::from_host_label(&name).map(Some).ok_or_else(|| {
        let fault = format!("{name:?} is not a Region; a Region looks like eu-central-1");
        Failure::new(Status::Configuration, "no-such-region", fault).fix(aws_hint::FIX_REGION)
    })
}

/// The timeouts: 15 seconds per attempt and 5 for connecting by default, and a minute (or four
/// attempts, if longer) for a call. 0 means no limit. Connecting gets less time than an attempt, so
/// that its timeout is reported as such.
fn timeouts(options: &Options) -> TimeoutConfig {
    let limit = |seconds: Option<u64>, default| match seconds.unwrap_or(default) {
        0 => FOREVER,
        seconds => Duration::from_secs(seconds).min(FOREVER),
    };
    let attempt = limit(options.cli_read_timeout, 15);
    let connect = limit(options.cli_connect_timeout, 5);
    TimeoutConfig::builder()
        .connect_timeout(connect.min(attempt.mul_f64(0.9)))
        .operation_attempt_timeout(attempt)
        .operation_timeout(Duration::from_mins(1).max(attempt * 4))
        .build()
}

/// Stands for no limit.
const FOREVER: Duration = Duration::from_hours(24 * 100);

/// Reads the retry settings, because the SDK panics over an unknown value, such as the CLI's
/// `legacy`.
fn retry(from_profile: &dyn Fn(&str) -> Option<String>) -> Result<RetryConfig, Failure> {
    let setting = |variable: &'static str, key: &str| {
        let from_profile =
            || from_profile(key).map(|value| (format!("{key} of the profile"), value));
        env::aws(variable)
            .map(|value| (variable.to_owned(), value))
            .or_else(from_profile)
    };
    let bad = |origin: &str, what: &str| {
        Failure::new(
            Status::Configuration,
            "misconfigured",
            format!("{origin} is not {what}"),
        )
        .fix(format!("fix or unset {origin}"))
    };
    let mut retry = RetryConfig::standard();
    if let Some((origin, mode)) = setting("AWS_RETRY_MODE", "retry_mode") {
        let mode = match mode.to_ascii_lowercase().as_str() {
            "legacy" => RetryMode::Standard,
            mode => RetryMode::from_str(mode)
                .map_err(|_| bad(&origin, "legacy, standard or adaptive"))?,
        };
        retry = retry.with_retry_mode(mode);
    }
    if let Some((origin, attempts)) = setting("AWS_MAX_ATTEMPTS", "max_attempts") {
        let attempts = attempts.parse().ok().filter(|attempts| *attempts > 0);
        let attempts = attempts.ok_or_else(|| bad(&origin, "a whole number of at least 1"))?;
        retry = retry.with_max_attempts(attempts);
    }
    Ok(retry)
}
