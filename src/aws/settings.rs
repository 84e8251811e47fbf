//! [`Settings`]: what the options, the environment and the profile say of the AWS side, by the
//! rules of the AWS CLI. Nothing is sent for it.

use std::borrow::Cow;
use std::str::FromStr;
use std::time::Duration;

use aws_config::profile::ProfileSet;
use aws_config::retry::{RetryConfig, RetryMode};
use aws_runtime::env_config::file::EnvConfigFiles;
use aws_types::os_shim_internal::{Env, Fs};

use super::endpoints::Endpoints;
use super::network::{Network, Timeouts};
use super::options::Options;
use super::roles::Roles;
use super::target::Target;
use crate::env;
use crate::model::nearest::nearest;
use crate::model::region::Region;
use crate::output::failure::Failure;
use crate::output::shell::quote;
use crate::output::status::Status;
use crate::output::Redactor;

/// What is known of the AWS side before anything is sent.
#[derive(Debug)]
pub struct Settings {
    pub(super) profile: Option<String>,
    /// Whether the profile was named on the command line, and so beats keys in the environment.
    pub(super) profile_is_explicit: bool,
    pub(super) region: Option<Region>,
    pub(super) endpoints: Endpoints,
    pub(super) network: Network,
    pub(super) timeouts: Timeouts,
    pub(super) retry: RetryConfig,
    pub(super) fips: bool,
    pub(super) dual_stack: bool,
    pub(super) files: ProfileSet,
    pub(super) redactor: Redactor,
}

impl Settings {
    /// What is hidden by the redactor is in no word that comes of it.
    ///
    /// # Errors
    /// Status 4 for a profile that does not exist, or a setting that cannot be used; 2 for an
    /// option that is malformed.
    pub async fn read(options: &Options, redactor: &Redactor) -> Result<Self, Failure> {
        if options.profile.is_none() {
            check_environment()?;
        }
        let profile = options
            .profile
            .clone()
            .or_else(|| env::aws("AWS_PROFILE"))
            .or_else(|| env::aws("AWS_DEFAULT_PROFILE"));
        let files = load_files(profile.as_deref()).await?;
        if let Some(name) = &profile {
            if files.get_profile(name).is_none() {
                return Err(no_such_profile(name, &files));
            }
        }
        if options.profile.is_some() || !has_keys_in_environment() {
            check_references(&files)?;
        }
        let from_profile = |key: &str| {
            files
                .get(key)
                .filter(|value| !value.is_empty())
                .map(str::to_owned)
        };
        let ca_bundle = options
            .ca_bundle
            .clone()
            .or_else(|| env::aws("AWS_CA_BUNDLE"))
            .or_else(|| from_profile("ca_bundle"))
            // As the AWS CLI has it, whose HTTP library this was.
            .or_else(|| env::aws("REQUESTS_CA_BUNDLE"));
        let is_on = |variable: &str, key: &str| {
            let value = env::aws(variable).or_else(|| from_profile(key));
            value.is_some_and(|value| value.eq_ignore_ascii_case("true"))
        };
        Ok(Self {
            region: region(options, &from_profile)?,
            endpoints: Endpoints::read(options, &files)?,
            network: Network::new(ca_bundle.as_deref(), redactor.clone())?,
            timeouts: timeouts(options)?,
            retry: retry(&from_profile)?,
            fips: is_on("AWS_USE_FIPS_ENDPOINT", "use_fips_endpoint"),
            dual_stack: is_on("AWS_USE_DUALSTACK_ENDPOINT", "use_dualstack_endpoint"),
            profile_is_explicit: options.profile.is_some(),
            profile,
            files,
            redactor: redactor.clone(),
        })
    }

    /// The way out of this machine.
    pub fn network(&self) -> &Network {
        &self.network
    }

    /// For the review: where things will be done, as far as that is known without asking AWS.
    pub fn target(&self) -> Target {
        Target {
            region: self.region.clone(),
            profile: self.profile.clone(),
            endpoint: self.endpoints.secrets_manager.clone(),
            caller: None,
        }
    }

    /// The serial number of the MFA device whose code is needed for the credentials; none where no
    /// code is.
    pub fn mfa_serial(&self) -> Option<&str> {
        self.roles_by_hand()?.mfa_serial()
    }

    /// The roles of the profile, where the SDK cannot take them: those that need an MFA code.
    pub(super) fn roles_by_hand(&self) -> Option<Roles<'_>> {
        if !self.profile_is_explicit && has_keys_in_environment() {
            return None;
        }
        Roles::of(&self.files).filter(|roles| roles.mfa_serial().is_some())
    }

    /// The command that begins a new session, where the profile's credentials come from one.
    pub(super) fn login_command(&self) -> Option<String> {
        if !self.profile_is_explicit && has_keys_in_environment() {
            return None;
        }
        let roles = Roles::of(&self.files);
        let base = roles.as_ref().map_or_else(
            || self.files.get_profile(self.files.selected_profile()),
            |roles| Some(roles.base()),
        )?;
        let command = if base.get("sso_session").is_some() || base.get("sso_start_url").is_some() {
            "aws sso login"
        } else if base.get("login_session").is_some() {
            "aws login"
        } else {
            return None;
        };
        Some(format!("{command} --profile {}", quote(base.name())))
    }

    /// Where credentials are looked for, and why there are none, for when there are none.
    pub(super) fn places_of_credentials(&self) -> String {
        let state = |variable: &str| match env::aws(variable) {
            Some(_) => format!("{variable} (set)"),
            None => format!("{variable} (not set)"),
        };
        let mut places = Vec::new();
        if !self.profile_is_explicit {
            places.push(state("AWS_ACCESS_KEY_ID"));
        }
        let name = self.files.selected_profile();
        places.push(match self.files.get_profile(name) {
            Some(_) => format!("the profile {name} (has no credentials)"),
            None => format!("the profile {name} (does not exist)"),
        });
        if !self.profile_is_explicit {
            places.push(state("AWS_WEB_IDENTITY_TOKEN_FILE"));
        }
        let container = [
            "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
            "AWS_CONTAINER_CREDENTIALS_FULL_URI",
        ];
        places.push(
            match container.into_iter().find(|name| env::aws(name).is_some()) {
                Some(name) => state(name),
                None => "AWS_CONTAINER_CREDENTIALS_… (not set)".to_owned(),
            },
        );
        let off = env::aws("AWS_EC2_METADATA_DISABLED")
            .is_some_and(|value| value.eq_ignore_ascii_case("true"));
        places.push(if off {
            "the instance metadata service (switched off by AWS_EC2_METADATA_DISABLED)".to_owned()
        } else {
            "the instance metadata service (no answer, or no role)".to_owned()
        });
        places.join(", ")
    }
}

fn region(
    options: &Options,
    from_profile: &dyn Fn(&str) -> Option<String>,
) -> Result<Option<Region>, Failure> {
    if let Some(region) = &options.region {
        let region = Region::parse(region);
        return region.map(Some).map_err(|fault| {
            Failure::usage(format!("--region: {fault}"))
                .fix("give the Region by its code, such as --region us-east-1")
        });
    }
    let name = env::aws("AWS_REGION")
        .or_else(|| env::aws("AWS_DEFAULT_REGION"))
        .or_else(|| from_profile("region"));
    let Some(name) = name else {
        return Ok(None);
    };
    Region::from_host_label(&name).map(Some).ok_or_else(|| {
        let fault =
            format!("{name:?} is not the name of a Region; a Region looks like eu-central-1");
        Failure::new(Status::Configuration, "no-such-region", fault)
            .fix("fix AWS_REGION, AWS_DEFAULT_REGION or the region of the profile, or add --region")
    })
}

fn timeouts(options: &Options) -> Result<Timeouts, Failure> {
    let parse = |option: &str, text: &Option<String>, default| match text {
        None => Ok(default),
        Some(text) => match text.parse() {
            Ok(0) => Ok(None),
            Ok(seconds @ 1..=86_400) => Ok(Some(Duration::from_secs(seconds))),
            _ => Err(Failure::usage(format!(
                "{option} takes whole seconds, up to 86400; 0 waits forever"
            ))
            .fix(format!("for example: {option} 15"))),
        },
    };
    let default = Timeouts::default();
    Ok(Timeouts {
        connect: parse(
            "--cli-connect-timeout",
            &options.cli_connect_timeout,
            default.connect,
        )?,
        attempt: parse(
            "--cli-read-timeout",
            &options.cli_read_timeout,
            default.attempt,
        )?,
    })
}

/// The SDK would end the program over a value that it does not know, such as the CLI's `legacy`.
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

async fn load_files(profile: Option<&str>) -> Result<ProfileSet, Failure> {
    let selected = profile.map(|name| Cow::Owned(name.to_owned()));
    aws_config::profile::load(
        &Fs::real(),
        &Env::real(),
        &EnvConfigFiles::default(),
        selected,
    )
    .await
    .map_err(|error| {
        let source = std::error::Error::source(&error).map(ToString::to_string);
        Failure::new(
            Status::Configuration,
            "profile-files",
            "the AWS config or credentials file cannot be read",
        )
        .why(source.unwrap_or_else(|| error.to_string()))
        .fix("fix the file, or name another by AWS_CONFIG_FILE or AWS_SHARED_CREDENTIALS_FILE")
    })
}

fn no_such_profile(name: &str, files: &ProfileSet) -> Failure {
    let mut known: Vec<&str> = files.profiles().collect();
    known.sort_unstable();
    let message = format!("there is no AWS profile {name:?}");
    let failure = Failure::new(Status::Configuration, "no-such-profile", message);
    if known.is_empty() {
        return failure
            .why("the AWS config and credentials files have no profiles")
            .fix(format!(
                "make it: aws configure --profile {}; or leave out --profile and AWS_PROFILE",
                quote(name)
            ));
    }
    let failure = failure.why(format!("the profiles are: {}", known.join(", ")));
    match nearest(name, known) {
        Some(near) => failure.fix(format!("the nearest is: --profile {}", quote(near))),
        None => failure.fix("see the profiles that there are: aws configure list-profiles"),
    }
}

fn has_keys_in_environment() -> bool {
    env::aws("AWS_ACCESS_KEY_ID").is_some() && env::aws("AWS_SECRET_ACCESS_KEY").is_some()
}

/// What the environment says of the credentials must be whole, where the command line names no
/// profile: by what is passed over, other credentials would be taken without a word. No value is
/// told.
fn check_environment() -> Result<(), Failure> {
    let bad = |message: String, fix: &str| {
        Err(Failure::new(Status::Configuration, "bad-credentials", message).fix(fix))
    };
    let keys = ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"];
    let token = "AWS_SESSION_TOKEN";
    if env::is_empty("AWS_PROFILE".as_ref()) {
        let fix = "unset AWS_PROFILE, or set it to the name of a profile";
        return bad(
            "AWS_PROFILE is set to nothing, which names no profile".to_owned(),
            fix,
        );
    }
    if let Some(name) = [
        "AWS_PROFILE",
        "AWS_DEFAULT_PROFILE",
        keys[0],
        keys[1],
        token,
    ]
    .into_iter()
    .find(|name| env::is_not_text(name))
    {
        let message = format!("{name} has bytes that are not UTF-8");
        return bad(message, &format!("set {name} anew, or unset it"));
    }
    for name in [keys[0], token] {
        if env::aws(name).is_some_and(|value| !is_one_word(value.trim())) {
            let message = format!(
                "{name} has a character that AWS never puts there, such as a space or a line end"
            );
            return bad(message, &format!("set {name} anew, or unset it"));
        }
    }
    if env::aws(keys[0]).is_some() && env::aws(keys[1]).is_none() {
        let message = format!("{} is set, and {} is not", keys[0], keys[1]);
        let fix = format!("set both, or unset {} for other credentials", keys[0]);
        return bad(message, &fix);
    }
    Ok(())
}

/// Whether a text can be in a header as it is.
pub(super) fn is_one_word(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_graphic())
}

/// What the profile refers to must be there: the SDK would go on to other credentials without a
/// word.
fn check_references(files: &ProfileSet) -> Result<(), Failure> {
    let mut name = files.selected_profile();
    let mut seen = Vec::new();
    while let Some(profile) = files.get_profile(name) {
        seen.push(name);
        if let Some(session) = profile.get("sso_session") {
            if files.sso_session(session).is_none() {
                let message =
                    format!("there is no sso-session {session:?}, which the profile {name} uses");
                return Err(
                    Failure::new(Status::Configuration, "no-such-profile", message)
                        .fix("aws configure sso-session"),
                );
            }
        }
        let is_role = profile.get("role_arn").is_some();
        match profile.get("source_profile").filter(|_| is_role) {
            Some(source) if files.get_profile(source).is_none() => {
                return Err(no_such_profile(source, files)
                    .why(format!("the profile {name} names it as its source_profile")))
            }
            Some(source) if !seen.contains(&source) => name = source,
            _ => break,
        }
    }
    Ok(())
}
