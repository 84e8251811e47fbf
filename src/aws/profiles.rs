//! [`Profiles`]: the config and credentials files shared by the AWS CLI and SDKs. The SDK parses
//! them. Mistakes that it ignores are errors here, because other credentials would be used.

use aws_config::profile::{load, Profile, ProfileSet};
use aws_runtime::env_config::file::{EnvConfigFileKind, EnvConfigFiles};
use aws_runtime::env_config::property::PropertiesKey;
use futures_util::FutureExt;

use crate::env;
use crate::output::failure::Failure;
use crate::output::status::Status;
use crate::output::{aws_hint, escaped};

/// The largest file that is read, in bytes.
const MAX_FILE: usize = 16 << 20;

/// How many profiles an error lists.
const MOST_PROFILES: usize = 20;

/// The profiles, one of them selected.
#[derive(Debug)]
pub struct Profiles {
    set: ProfileSet,
    /// The same files for the SDK's own providers.
    pub files: EnvConfigFiles,
    /// The names of the `services` sections in the config file.
    services: Vec<String>,
}

/// A value of a profile, unless it is empty.
pub fn setting<'a>(profile: &'a Profile, key: &str) -> Option<&'a str> {
    profile.get(key).filter(|value| !value.is_empty())
}

/// Whether a profile assumes a role with other credentials.
fn is_role(profile: &Profile) -> bool {
    setting(profile, "role_arn").is_some() && profile.get("web_identity_token_file").is_none()
}

/// Whether a profile has a pair of keys.
fn has_keys(profile: &Profile) -> bool {
    ["aws_access_key_id", "aws_secret_access_key"]
        .into_iter()
        .all(|key| profile.get(key).is_some())
}

impl Profiles {
    /// Reads the files named by the environment, or those in the home directory; a missing file
    /// counts as empty. Fails if a file is invalid or the selected profile does not exist.
    pub fn read(selected: Option<&str>) -> Result<Self, Failure> {
        let config = text_of("AWS_CONFIG_FILE", "config", EnvConfigFileKind::Config)?;
        let kind = EnvConfigFileKind::Credentials;
        let credentials = text_of("AWS_SHARED_CREDENTIALS_FILE", "credentials", kind)?;
        let heads = config.lines().filter_map(|line| {
            let head = line.strip_prefix('[')?.split(']').next()?.trim();
            let (word, name) = head.split_once([' ', '\t'])?;
            (word == "services").then(|| name.trim().to_owned())
        });
        let files = EnvConfigFiles::builder()
            .with_contents(EnvConfigFileKind::Config, config.as_str())
            .with_contents(EnvConfigFileKind::Credentials, credentials)
            .build();
        let name = selected.unwrap_or("default");
        let profiles = Self {
            set: parse(&files, name).map_err(|_| Failure::bug("the AWS config files"))?,
            files,
            services: heads.collect(),
        };
        if selected.is_some() && profiles.profile(name).is_none() {
            return Err(profiles.no_such_profile(name));
        }
        Ok(profiles)
    }

    /// The name of the selected profile. The default profile may not exist.
    pub fn selected(&self) -> &str {
        self.set.selected_profile()
    }

    pub fn profile(&self, name: &str) -> Option<&Profile> {
        self.set.get_profile(name)
    }

    /// A value of the selected profile, unless it is empty.
    pub fn get(&self, key: &str) -> Option<&str> {
        setting(self.profile(self.selected())?, key)
    }

    /// Whether endpoints in the environment and the profile are ignored.
    pub fn ignores_endpoints(&self) -> bool {
        let of_environment = env::aws("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS");
        match &of_environment {
            Some(value) => env::is_word_for_yes(value),
            None => self
                .get("ignore_configured_endpoint_urls")
                .is_some_and(env::is_word_for_yes),
        }
    }

    /// The endpoint of a service in the `services` section of the selected profile, under the
    /// SDK's name (`secrets-manager`) or the AWS CLI's (`secrets_manager`). Fails if the section
    /// does not exist.
    pub fn endpoint_of(&self, service: &str) -> Result<Option<&str>, Failure> {
        let Some(section) = self.get("services") else {
            return Ok(None);
        };
        if !self.services.iter().any(|name| name == section) {
            let message = format!(
                "the section [services {}] of the profile {} does not exist",
                escaped(section),
                escaped(self.selected())
            );
            return Err(misconfigured(
                message,
                "add the section to the AWS config file, or remove services from the profile",
            ));
        }
        let of = |service: String| {
            let key = PropertiesKey::builder()
                .section_key("services")
                .section_name(section)
                .property_name(service)
                .sub_property_name("endpoint_url")
                .build();
            self.set.other_sections().get(&key.ok()?)
        };
        let found = of(service.to_owned()).or_else(|| of(service.replace('_', "-")));
        Ok(found.map(String::as_str).filter(|url| !url.is_empty()))
    }

    /// The selected profile, its source profile, and so on. Empty if no profile is selected. Fails
    /// if a source profile does not exist or leads back to itself.
    pub fn chain(&self) -> Result<Vec<&Profile>, Failure> {
        let mut chain: Vec<&Profile> = self.profile(self.selected()).into_iter().collect();
        while let Some(last) = chain.last().copied() {
            let next = setting(last, "source_profile");
            let next = next.filter(|_| is_role(last) && (chain.len() == 1 || !has_keys(last)));
            let Some(next) = next.filter(|next| *next != last.name() || !has_keys(last)) else {
                break;
            };
            let profile = self.profile(next).ok_or_else(|| {
                let why = format!(
                    "it is the source_profile of the profile {}",
                    escaped(last.name())
                );
                self.no_such_profile(next).why(why)
            })?;
            if chain.iter().any(|above| above.name() == next) {
                let message = format!(
                    "the source_profile of the profile {} leads back to itself",
                    escaped(next)
                );
                let fix = "add credentials to one of these profiles";
                return Err(misconfigured(message, fix));
            }
            chain.push(profile);
        }
        Ok(chain)
    }

    /// The profiles in the chain whose role is assumed. The role of a source profile that has keys
    /// is not.
    pub fn roles(&self) -> Vec<&Profile> {
        let mut chain = self.chain().unwrap_or_default();
        let first = self.selected();
        chain.retain(|profile| is_role(profile) && (profile.name() == first || !has_keys(profile)));
        chain
    }

    /// The error for a missing profile, with the names of existing ones.
    fn no_such_profile(&self, name: &str) -> Failure {
        let mut known: Vec<&str> = self.set.profiles().collect();
        known.sort_unstable();
        let message = format!("the AWS profile \"{}\" does not exist", escaped(name));
        let failure = Failure::new(Status::Configuration, "no-such-profile", message);
        if known.is_empty() {
            return failure
                .why("the AWS config and credentials files have no profiles")
                .fix(aws_hint::create_profile(name));
        }
        let more = match known.len().saturating_sub(MOST_PROFILES) {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        known.truncate(MOST_PROFILES);
        let fix = format!("use one that exists: {}{more}", escaped(&known.join(", ")));
        let is_plain = |c: char| c.is_ascii_alphanumeric() || "_-/.%@:+".contains(c);
        if name.chars().all(is_plain) {
            return failure.fix(fix);
        }
        let rename = "if the files have it, rename it: the name of a profile can have only \
                      letters, digits and _ - / . % @ : +";
        failure.fix(rename).or_fix(&fix)
    }
}

pub fn misconfigured(message: String, fix: &str) -> Failure {
    Failure::new(Status::Configuration, "misconfigured", message).fix(fix)
}

/// Parses the contents of the files. The error is the SDK's message.
fn parse(files: &EnvConfigFiles, selected: &str) -> Result<ProfileSet, Option<String>> {
    let selected = Some(selected.to_owned().into());
    let (fs, env) = Default::default();
    let loaded = load(&fs, &env, files, selected).now_or_never();
    loaded.ok_or(None)?.map_err(|error| {
        let source = std::error::Error::source(&error);
        source.map(ToString::to_string)
    })
}

/// The text of one of the files, checked by the SDK's parser.
fn text_of(variable: &str, name: &str, kind: EnvConfigFileKind) -> Result<String, Failure> {
    let Some(path) = env::aws_file(variable, name).filter(|path| path.metadata().is_ok()) else {
        return Ok(String::new());
    };
    let shown = escaped(&path.display().to_string());
    let bad = |message: String, why: &str| {
        let fix =
            "fix the file, or set AWS_CONFIG_FILE or AWS_SHARED_CREDENTIALS_FILE to another one";
        Failure::new(Status::Configuration, "profile-files", message)
            .why(why)
            .fix(fix)
    };
    let line_is_bad =
        |line: usize, why: &str| bad(format!("line {line} of {shown} is invalid"), why);
    let bytes = env::read_file_up_to(MAX_FILE, &path)
        .map_err(|error| bad(format!("{shown} cannot be read"), &error.to_string()))?;
    let text = std::str::from_utf8(&bytes).map_err(|error| {
        let before = bytes.iter().take(error.valid_up_to());
        let line = before.filter(|byte| **byte == b'\n').count() + 1;
        line_is_bad(line, "it is not valid UTF-8")
    })?;
    let file = EnvConfigFiles::builder().with_contents(kind, text).build();
    let Err(fault) = parse(&file, "default") else {
        return Ok(text.to_owned());
    };
    // The SDK's description ends with "on line N:" and the fault. It does not show the line.
    let fault = fault.unwrap_or_default();
    let (line, what) = fault
        .rsplit_once("on line ")
        .and_then(|(_, rest)| rest.split_once(':'))
        .unwrap_or(("1", "it cannot be read"));
    let line: usize = line.parse().unwrap_or(1);
    let failure = line_is_bad(line, what.trim());
    let is_indented = |line: &str| line.starts_with([' ', '\t']);
    Err(match text.lines().nth(line.saturating_sub(1)) {
        Some(line) if is_indented(line) => failure.first_fix(
            "remove the indentation: a line that starts with a space or a tab continues the \
             previous line",
        ),
        _ => failure,
    })
}
