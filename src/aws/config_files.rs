//! [`ConfigFiles`]: the config and the credentials file that the AWS CLI and the SDKs share, read
//! as the CLI reads them. The SDK's own reader passes over what it does not take, without a word.
//!
//! Source: <https://docs.aws.amazon.com/sdkref/latest/guide/file-format.html>

use std::collections::BTreeMap;
use std::path::Path;

use crate::env;
use crate::model::nearest::nearest;
use crate::output::escaped;
use crate::output::failure::Failure;
use crate::output::shell::quote;
use crate::output::status::Status;

mod sections;
#[cfg(test)]
mod tests;

use sections::{sections, Section};

/// The longest file that is read, in bytes.
const MAX_FILE: usize = 16 << 20;

/// What is set in a section, by its key in lower case. A value that goes on in further lines has
/// line breaks in it; one that begins with a line break is a list of settings below it.
pub type Properties = BTreeMap<String, String>;

/// The profiles and what they refer to, one of them selected.
#[derive(Debug, Default)]
pub struct ConfigFiles {
    selected: String,
    profiles: BTreeMap<String, Profile>,
    sso_sessions: BTreeMap<String, Properties>,
    services: BTreeMap<String, Properties>,
    /// Sections that look like profiles and are not taken for ones: what is told of each.
    passed_over: Vec<String>,
}

/// A profile, by what each of the files has of it.
#[derive(Debug, Default)]
pub struct Profile {
    name: String,
    pub config: Properties,
    pub credentials: Properties,
}

impl Profile {
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What is set to more than nothing. The credentials file beats the config file.
    pub fn get(&self, key: &str) -> Option<&str> {
        let files = [&self.credentials, &self.config];
        files.into_iter().find_map(|file| of(file, key))
    }
}

/// What is set to more than nothing.
pub fn of<'a>(properties: &'a Properties, key: &str) -> Option<&'a str> {
    let value = properties.get(key).map(String::as_str);
    value.filter(|value| !value.is_empty())
}

impl ConfigFiles {
    /// Reads the files that the environment names, or those of the home directory. One that does
    /// not exist, or cannot even be seen, is empty, as for the AWS CLI.
    ///
    /// # Errors
    /// Status 4 for a file that cannot be read or understood, with the place, and for a selected
    /// profile that does not exist.
    pub fn read(selected: Option<&str>) -> Result<Self, Failure> {
        let mut files = Self {
            selected: selected.unwrap_or("default").to_owned(),
            ..Self::default()
        };
        if let Some(path) = env::aws_file("AWS_CONFIG_FILE", "config") {
            files.add_config(sections_of(&path)?, &path);
        }
        if let Some(path) = env::aws_file("AWS_SHARED_CREDENTIALS_FILE", "credentials") {
            files.add_credentials(sections_of(&path)?, &path);
        }
        match selected {
            Some(name) if files.profile(name).is_none() => Err(files.no_such_profile(name)),
            _ => Ok(files),
        }
    }

    fn add_config(&mut self, sections: Vec<Section>, path: &Path) {
        // A `[profile default]` beats a `[default]`.
        let is_plain = |section: &Section| section.head == "default";
        let is_prefixed = |section: &Section| section.name_after("profile") == Some("default");
        let no_plain = sections.iter().any(is_prefixed);
        for section in sections {
            let mut pass_over = |why: &str| {
                let told = format!("{} {why}", section.place(path));
                self.passed_over.push(told);
            };
            let (of, name) = match section.head.split_once(char::is_whitespace) {
                None if is_plain(&section) && !no_plain => ("profile", "default"),
                Some((of, name)) => (of, name.trim()),
                None => {
                    if !is_plain(&section) {
                        pass_over("is not a profile there, since it does not begin with profile");
                    }
                    continue;
                }
            };
            let Some(name) = unquoted(name) else {
                if of == "profile" {
                    pass_over("is not taken, since its name has spaces and is not in quotes");
                }
                continue;
            };
            let to = match of {
                "profile" => &mut self.profile_mut(name).config,
                "sso-session" => self.sso_sessions.entry(name.to_owned()).or_default(),
                "services" => self.services.entry(name.to_owned()).or_default(),
                _ => continue,
            };
            to.extend(section.properties);
        }
    }

    fn add_credentials(&mut self, sections: Vec<Section>, path: &Path) {
        for section in sections {
            if section.name_after("profile").is_some() {
                let why = "is not a profile there, since it does not begin with the name";
                self.passed_over
                    .push(format!("{} {why}", section.place(path)));
                continue;
            }
            let profile = self.profile_mut(&section.head);
            profile.credentials.extend(section.properties);
        }
    }

    fn profile_mut(&mut self, name: &str) -> &mut Profile {
        let profile = self.profiles.entry(name.to_owned()).or_default();
        name.clone_into(&mut profile.name);
        profile
    }

    /// The name of the selected profile, which may not exist where it is the default one.
    pub fn selected(&self) -> &str {
        &self.selected
    }

    /// What is set to more than nothing in the selected profile.
    pub fn get(&self, key: &str) -> Option<&str> {
        self.profile(&self.selected)?.get(key)
    }

    pub fn profile(&self, name: &str) -> Option<&Profile> {
        self.profiles.get(name)
    }

    pub fn sso_session(&self, name: &str) -> Option<&Properties> {
        self.sso_sessions.get(name)
    }

    /// The endpoint of a service in the `services` section that the selected profile names.
    pub fn endpoint_of(&self, service: &str) -> Option<&str> {
        let below = of(self.services.get(self.get("services")?)?, service)?;
        below.lines().find_map(|line| {
            let (key, value) = sections::key_and_value(line)?;
            let is_endpoint = key.eq_ignore_ascii_case("endpoint_url");
            (is_endpoint && !value.is_empty()).then_some(value)
        })
    }

    /// Names the profiles that there are, and what was not taken for one.
    pub fn no_such_profile(&self, name: &str) -> Failure {
        let known: Vec<&str> = self.profiles.keys().map(String::as_str).collect();
        let message = format!("there is no AWS profile {name:?}");
        let failure = Failure::new(Status::Configuration, "no-such-profile", message);
        let mut why = match &known[..] {
            [] => "the AWS config and credentials files have no profiles".to_owned(),
            known => format!("the profiles are: {}", known.join(", ")),
        };
        for told in self.passed_over.iter().filter(|told| told.contains(name)) {
            why.push_str("; ");
            why.push_str(told);
        }
        let failure = failure.why(why);
        if known.is_empty() {
            return failure.fix(format!(
                "make it: aws configure --profile {}; or leave out --profile and AWS_PROFILE",
                quote(name)
            ));
        }
        match nearest(name, known) {
            Some(near) => failure.fix(format!("the nearest is: --profile {}", quote(near))),
            None => failure.fix("see the profiles that there are: aws configure list-profiles"),
        }
    }
}

/// A name as it is meant: in quotes, or one word.
fn unquoted(name: &str) -> Option<&str> {
    let inside = ['\'', '"']
        .into_iter()
        .find_map(|quote| name.strip_prefix(quote)?.strip_suffix(quote));
    match inside {
        Some(inside) => Some(inside),
        None => (!name.is_empty() && !name.contains(char::is_whitespace)).then_some(name),
    }
}

fn sections_of(path: &Path) -> Result<Vec<Section>, Failure> {
    let bad = |line: Option<usize>, why: &str| {
        let path = escaped(&path.display().to_string());
        let message = match line {
            None => format!("{path} cannot be read"),
            Some(line) => format!("line {line} of {path} cannot be understood"),
        };
        Failure::new(Status::Configuration, "profile-files", message)
            .why(why)
            .fix("fix the file, or name another by AWS_CONFIG_FILE or AWS_SHARED_CREDENTIALS_FILE")
    };
    if path.metadata().is_err() {
        return Ok(Vec::new());
    }
    let bytes =
        env::read_file_up_to(MAX_FILE, path).map_err(|error| bad(None, &error.to_string()))?;
    let text = std::str::from_utf8(&bytes).map_err(|error| {
        let before = bytes.iter().take(error.valid_up_to());
        let line = before.filter(|byte| **byte == b'\n').count() + 1;
        bad(Some(line), "it has a byte that is not UTF-8")
    })?;
    sections(text).map_err(|fault| bad(Some(fault.line), fault.what))
}
