//! [`Source`]: where AWS credentials come from, as the environment and the profiles have it. The
//! order is the one of the AWS CLI (botocore 1.44.5), and so is what it is an error about: the SDK
//! would go on to other credentials without a word. Nothing is sent for it.

use aws_credential_types::Credentials;

use super::config_files::{of, ConfigFiles, Profile, Properties};
use super::variables::{container_variable, has_keys_in_environment};
use crate::env;
use crate::output::failure::Failure;
use crate::output::shell::quote;
use crate::output::status::Status;

/// Where credentials come from.
#[derive(Debug)]
pub enum Source {
    /// Keys in the environment.
    Environment,
    /// Keys in a file.
    Keys(Credentials),
    Role(Role, Box<Source>),
    WebIdentity(WebIdentity),
    Sso(Sso),
    Login(Login),
    /// A command that prints them.
    Process(String),
    Container,
    Instance,
}

/// A role that is taken with other credentials.
#[derive(Debug)]
pub struct Role {
    pub profile: String,
    pub arn: String,
    pub session_name: Option<String>,
    pub external_id: Option<String>,
    /// In seconds.
    pub duration: Option<i32>,
    pub mfa_serial: Option<String>,
}

/// A role that is taken with a token of another identity provider.
#[derive(Debug)]
pub struct WebIdentity {
    pub token_file: String,
    pub role_arn: String,
    pub session_name: Option<String>,
}

/// A session of IAM Identity Center.
#[derive(Debug)]
pub struct Sso {
    profile: String,
    /// The name of its `sso-session` section, where it has one.
    pub session: Option<String>,
    pub account_id: String,
    pub role_name: String,
    pub start_url: String,
    pub region: String,
}

/// A session of `aws login`.
#[derive(Debug)]
pub struct Login {
    profile: String,
    pub arn: String,
}

impl Source {
    /// `is_explicit` where the command line names the profile, which then beats the environment.
    ///
    /// # Errors
    /// Status 4 for settings that contradict each other, or are not whole.
    pub fn of(files: &ConfigFiles, is_explicit: bool) -> Result<Self, Failure> {
        if !is_explicit && has_keys_in_environment() {
            return Ok(Self::Environment);
        }
        let none = Profile::default();
        let profile = files.profile(files.selected()).unwrap_or(&none);
        if let Some(role) = role_of(profile, files, &mut Vec::new())? {
            return Ok(role);
        }
        let found = beneath_roles(profile, files, !is_explicit)?;
        Ok(found.unwrap_or_else(|| {
            if container_variable().is_some() {
                Self::Container
            } else {
                Self::Instance
            }
        }))
    }

    /// The MFA device of the role that needs one.
    pub fn mfa_serial(&self) -> Option<&str> {
        match self {
            Self::Role(role, of) => role.mfa_serial.as_deref().or_else(|| of.mfa_serial()),
            _ => None,
        }
    }

    /// What the first credentials come from.
    pub fn base(&self) -> &Self {
        match self {
            Self::Role(_, of) => of.base(),
            base => base,
        }
    }

    /// Whether STS is asked for them.
    pub fn asks_sts(&self) -> bool {
        matches!(self, Self::Role(..) | Self::WebIdentity(_))
    }

    /// The command that begins a new session, where they come from one.
    pub fn login_command(&self) -> Option<String> {
        let (command, profile) = match self.base() {
            Self::Sso(sso) => ("aws sso login", &sso.profile),
            Self::Login(login) => ("aws login", &login.profile),
            _ => return None,
        };
        Some(format!("{command} --profile {}", quote(profile)))
    }
}

fn misconfigured(message: String, fix: &str) -> Failure {
    Failure::new(Status::Configuration, "misconfigured", message).fix(fix)
}

/// The role that a profile asks for, upon the profiles that its credentials come from; `above` are
/// the profiles that led here.
fn role_of<'a>(
    profile: &'a Profile,
    files: &'a ConfigFiles,
    above: &mut Vec<&'a str>,
) -> Result<Option<Source>, Failure> {
    let name = profile.name();
    let text = |key: &str| profile.get(key).map(str::to_owned);
    let Some(arn) = text("role_arn").filter(|_| !has_web_identity(profile)) else {
        return Ok(None);
    };
    let bad = |message: String, fix: &str| Err(misconfigured(message, fix));
    let duration = match text("duration_seconds").map(|seconds| seconds.parse()) {
        None => None,
        Some(Ok(seconds @ 900..=43_200)) => Some(seconds),
        Some(_) => {
            return bad(
                format!("duration_seconds of the profile {name} is not a number of seconds"),
                "set it to a whole number from 900 to 43200, or take it out",
            )
        }
    };
    let of = match (
        profile.get("source_profile"),
        profile.get("credential_source"),
    ) {
        (None, None) => {
            return bad(
                format!("the profile {name} has a role_arn, and nothing to take the role with"),
                "add source_profile = PROFILE to it, or credential_source",
            )
        }
        (Some(_), Some(_)) => {
            return bad(
                format!("the profile {name} has both a source_profile and a credential_source"),
                "take out one of them",
            )
        }
        (None, Some("Environment")) if has_keys_in_environment() => Source::Environment,
        (None, Some("Environment")) => {
            return bad(
                format!(
                    "the profile {name} takes its role with keys in the environment, and there \
                     are none"
                ),
                "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY",
            )
        }
        (None, Some("EcsContainer")) => Source::Container,
        (None, Some("Ec2InstanceMetadata")) => Source::Instance,
        (None, Some(_)) => {
            return bad(
                format!("the credential_source of the profile {name} is not known"),
                "set it to Environment, EcsContainer or Ec2InstanceMetadata",
            )
        }
        (Some(source), None) => {
            above.push(name);
            source_of(source, name, files, above)?
        }
    };
    let role = Role {
        profile: name.to_owned(),
        arn,
        session_name: text("role_session_name"),
        external_id: text("external_id"),
        duration,
        mfa_serial: text("mfa_serial"),
    };
    Ok(Some(Source::Role(role, Box::new(of))))
}

/// The credentials of the profile that another takes its role with.
fn source_of<'a>(
    source: &'a str,
    of: &str,
    files: &'a ConfigFiles,
    above: &mut Vec<&'a str>,
) -> Result<Source, Failure> {
    let profile = files.profile(source).ok_or_else(|| {
        let why = format!("the profile {of} names it as its source_profile");
        files.no_such_profile(source).why(why)
    })?;
    let has_keys = ["aws_access_key_id", "aws_secret_access_key"]
        .into_iter()
        .any(|key| profile.get(key).is_some());
    let is_role = profile.get("role_arn").is_some() && !has_web_identity(profile);
    let found = if is_role && !has_keys {
        if above.contains(&source) {
            let message = format!("the profile {source} leads back to itself by source_profile");
            let fix = "let one of them have credentials of its own";
            return Err(misconfigured(message, fix));
        }
        role_of(profile, files, above)?
    } else {
        beneath_roles(profile, files, false)?
    };
    found.ok_or_else(|| {
        misconfigured(
            format!("the profile {source} has no credentials, and {of} takes its role with them"),
            "add them to it, or name another source_profile",
        )
    })
}

/// What a profile has besides a role, in the order of the AWS CLI.
fn beneath_roles(
    profile: &Profile,
    files: &ConfigFiles,
    with_environment: bool,
) -> Result<Option<Source>, Failure> {
    if let Some(source) = web_identity(profile, with_environment)? {
        return Ok(Some(source));
    }
    if let Some(source) = sso(profile, files)? {
        return Ok(Some(source));
    }
    if let Some(source) = keys(&profile.credentials, profile.name(), "credentials")? {
        return Ok(Some(source));
    }
    if let Some(arn) = profile.get("login_session") {
        return Ok(Some(Source::Login(Login {
            profile: profile.name().to_owned(),
            arn: arn.to_owned(),
        })));
    }
    if let Some(command) = profile.get("credential_process") {
        return Ok(Some(Source::Process(command.to_owned())));
    }
    keys(&profile.config, profile.name(), "config")
}

fn has_web_identity(profile: &Profile) -> bool {
    profile.get("web_identity_token_file").is_some()
}

fn web_identity(profile: &Profile, with_environment: bool) -> Result<Option<Source>, Failure> {
    let setting = |variable: &str, key: &str| {
        let of_environment = env::aws(variable).filter(|_| with_environment);
        of_environment.or_else(|| profile.get(key).map(str::to_owned))
    };
    let token_file = setting("AWS_WEB_IDENTITY_TOKEN_FILE", "web_identity_token_file");
    let Some(token_file) = token_file else {
        return Ok(None);
    };
    let Some(role_arn) = setting("AWS_ROLE_ARN", "role_arn") else {
        return Err(if has_web_identity(profile) {
            let message = format!(
                "the profile {} has a web_identity_token_file and no role_arn",
                profile.name()
            );
            misconfigured(message, "add role_arn = ARN to it")
        } else {
            misconfigured(
                "AWS_WEB_IDENTITY_TOKEN_FILE is set, and AWS_ROLE_ARN is not".to_owned(),
                "set both, or unset AWS_WEB_IDENTITY_TOKEN_FILE for other credentials",
            )
        });
    };
    Ok(Some(Source::WebIdentity(WebIdentity {
        token_file,
        role_arn,
        session_name: setting("AWS_ROLE_SESSION_NAME", "role_session_name"),
    })))
}

fn sso(profile: &Profile, files: &ConfigFiles) -> Result<Option<Source>, Failure> {
    let name = profile.name();
    let is_sso = ["sso_account_id", "sso_role_name"]
        .into_iter()
        .any(|key| profile.get(key).is_some());
    if !is_sso {
        return Ok(None);
    }
    let session_name = profile.get("sso_session");
    let session = match session_name.map(|session| (session, files.sso_session(session))) {
        None => None,
        Some((_, Some(session))) => Some(session),
        Some((session, None)) => {
            let message =
                format!("there is no sso-session {session:?}, which the profile {name} uses");
            let failure = Failure::new(Status::Configuration, "no-such-profile", message);
            return Err(failure.fix("aws configure sso-session"));
        }
    };
    let setting = |key: &str| {
        let of_profile = profile.get(key);
        let of_session = session.and_then(|session| of(session, key));
        match (of_profile, of_session) {
            (Some(one), Some(other)) if one != other => Err(misconfigured(
                format!(
                    "the profile {name} and its sso-session {} have different {key}s",
                    session_name.unwrap_or_default()
                ),
                &format!("take {key} out of the profile"),
            )),
            (Some(value), _) | (None, Some(value)) => Ok(value.to_owned()),
            (None, None) => Err(misconfigured(
                format!("the profile {name} has no {key}, which its other settings need"),
                &format!("aws configure sso --profile {}", quote(name)),
            )),
        }
    };
    Ok(Some(Source::Sso(Sso {
        profile: name.to_owned(),
        session: session_name.map(str::to_owned),
        account_id: setting("sso_account_id")?,
        role_name: setting("sso_role_name")?,
        start_url: setting("sso_start_url")?,
        region: setting("sso_region")?,
    })))
}

/// The keys that one file has for a profile.
fn keys(properties: &Properties, name: &str, file: &str) -> Result<Option<Source>, Failure> {
    let Some(id) = of(properties, "aws_access_key_id") else {
        return Ok(None);
    };
    let Some(secret) = of(properties, "aws_secret_access_key") else {
        return Err(misconfigured(
            format!(
                "the profile {name} has an aws_access_key_id in the {file} file and no \
                 aws_secret_access_key"
            ),
            "set both there, or take out aws_access_key_id for other credentials",
        ));
    };
    let token =
        of(properties, "aws_session_token").or_else(|| of(properties, "aws_security_token"));
    let token = token.map(str::to_owned);
    Ok(Some(Source::Keys(Credentials::new(
        id, secret, token, None, "Profile",
    ))))
}
