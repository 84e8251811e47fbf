//! What Docker has: username and token of a registry, from its configuration or from the credential
//! helper that it names. Nothing of it is shown.

mod helper;

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use base64::alphabet;
use base64::engine::{DecodePaddingMode, Engine, GeneralPurpose, GeneralPurposeConfig};
use serde::{Deserialize, Deserializer};
use zeroize::Zeroizing;

use self::helper::ask_helper;
use super::hidden::Hidden;
use super::token::{read_all, showable};
use crate::env;
use crate::model::credential::{AccessToken, Username};
use crate::model::invalid::Invalid;
use crate::model::registries::{canonical_host, Login, LoginRegistry};
use crate::output::escaped;
use crate::registry::Address;

/// Docker's configuration, as far as it is about logins.
/// Source: <https://docs.docker.com/reference/cli/docker/login/#credential-stores>
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Configuration {
    #[serde(deserialize_with = "or_none")]
    auths: BTreeMap<String, Entry>,
    creds_store: Option<String>,
    #[serde(deserialize_with = "or_none")]
    cred_helpers: BTreeMap<String, String>,
}

/// `null`, which Go programs write for what is empty, is nothing.
fn or_none<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: Default + Deserialize<'de>,
{
    Option::deserialize(deserializer).map(Option::unwrap_or_default)
}

#[derive(Default, Deserialize, PartialEq)]
#[serde(default)]
struct Entry {
    auth: Hidden,
    username: Hidden,
    password: Hidden,
    identitytoken: Hidden,
}

/// Why nothing can be taken over, without any part of it.
pub type Refusal = Invalid;

/// Docker's login at one registry.
pub struct Docker {
    upstream: LoginRegistry,
    /// Where the configuration is, for people.
    place: String,
    /// The keys that Docker may have it under, the one for helpers first.
    keys: Vec<String>,
    configuration: Configuration,
}

impl Docker {
    /// Reads the configuration; `given` is a file or its directory, or empty for Docker's own.
    ///
    /// # Errors
    /// A [`Refusal`] that says where it looked, and how to log in.
    pub fn open(
        given: &OsStr,
        upstream: LoginRegistry,
        address: Option<&Address>,
    ) -> Result<Self, Refusal> {
        let keys = keys(upstream, address).ok_or_else(|| {
            Refusal::new("--from-docker-config needs --upstream-registry-url")
                .fix("add --upstream-registry-url NAME.azurecr.io")
        })?;
        if given.is_empty() {
            if let Some(docker) = Self::in_variable(upstream, &keys)? {
                return Ok(docker);
            }
        }
        let path = if given.is_empty() {
            env::docker_config().ok_or_else(|| {
                Refusal::new("there is no home directory to find Docker's configuration in")
                    .fix("add the path: --from-docker-config=PATH")
            })?
        } else if Path::new(given).is_dir() {
            Path::new(given).join("config.json")
        } else {
            PathBuf::from(given)
        };
        let place = if given.is_empty() {
            escaped(&path.to_string_lossy())
        } else {
            showable(path.as_os_str(), "file named by --from-docker-config")
        };
        let file = std::fs::File::open(&path).map_err(|error| match error.kind() {
            std::io::ErrorKind::NotFound => {
                Refusal::from(format!("there is no {place}, so Docker has no login"))
                    .fix(log_in(&keys))
            }
            _ => format!("Docker's configuration {place} cannot be opened: {error}").into(),
        })?;
        let bytes =
            read_all(file).map_err(|fault| format!("Docker's configuration {place} {fault}"))?;
        let configuration = read(&bytes, &place)?;
        Ok(Self {
            upstream,
            place,
            keys,
            configuration,
        })
    }

    /// The login in `DOCKER_AUTH_CONFIG`, which Docker takes before its file, and without a helper;
    /// none where there is none for this registry.
    ///
    /// Source: <https://docs.docker.com/reference/cli/docker/#environment-variables>
    fn in_variable(upstream: LoginRegistry, keys: &[String]) -> Result<Option<Self>, Refusal> {
        let Some(text) = env::docker_auth_config() else {
            return Ok(None);
        };
        let place = "DOCKER_AUTH_CONFIG".to_owned();
        let read: Configuration = read(text.as_bytes(), &place)?;
        let docker = Self {
            upstream,
            place,
            keys: keys.to_vec(),
            configuration: Configuration {
                auths: read.auths,
                ..Configuration::default()
            },
        };
        Ok(Some(docker).filter(|docker| !docker.entries().is_empty()))
    }

    /// Whether Docker seems to have credentials. No helper is asked.
    pub fn may_know(&self) -> bool {
        self.entries().len() == 1 || self.helper_of_registry().is_some()
    }

    /// The credentials. A helper gets the registry's name on standard input, and nothing else.
    ///
    /// # Errors
    /// A [`Refusal`] that says what is wrong and how to log in.
    pub fn credentials(&self) -> Result<(Username, AccessToken), Refusal> {
        let registry = &self.keys[0];
        let config = &self.configuration;
        let helper = self.helper_of_registry().or(config
            .creds_store
            .as_deref()
            .filter(|name| !name.is_empty()));
        let (username, secret) = match (helper, &self.entries()[..]) {
            (Some(helper), _) => match ask_helper(helper, registry)? {
                Some(answer) => answer,
                None => return Err(self.not_logged_in(&format!("docker-credential-{helper}"))),
            },
            (None, [(_, entry)]) => self.read_entry(entry)?,
            (None, []) => return Err(self.not_logged_in("auths, credHelpers and credsStore")),
            (None, several) => return Err(self.several(several)),
        };
        if *username.0 == "<token>" {
            return Err(self.identity_token());
        }
        let bad = |fault: &dyn std::fmt::Display| {
            format!("what Docker has for {registry} cannot be used: {fault}")
        };
        let username = Username::parse(&username.0).map_err(|fault| bad(&fault))?;
        let token = AccessToken::from_bytes(secret.0.as_bytes()).map_err(|fault| bad(&fault))?;
        Ok((username, token))
    }

    fn read_entry(&self, entry: &Entry) -> Result<(Hidden, Hidden), Refusal> {
        if !entry.identitytoken.0.is_empty() {
            return Err(self.identity_token());
        }
        let copy = |text: &Hidden| Hidden(text.0.clone());
        if entry.auth.0.is_empty() {
            if entry.username.0.is_empty() || entry.password.0.is_empty() {
                return Err(self.not_logged_in("an entry without credentials"));
            }
            return Ok((copy(&entry.username), copy(&entry.password)));
        }
        decode(&entry.auth.0).ok_or_else(|| {
            let registry = &self.keys[0];
            let message = format!(
                "{} has an entry for {registry} that is not username and password in base64",
                self.place
            );
            Refusal::from(message).fix(log_in(&self.keys))
        })
    }

    /// The logins that may be meant, by their keys: one that is exact, or those of the host that
    /// are not the same.
    fn entries(&self) -> Vec<(&String, &Entry)> {
        let auths = &self.configuration.auths;
        if let Some(exact) = self.keys.iter().find_map(|key| auths.get_key_value(key)) {
            return vec![exact];
        }
        let mut entries: Vec<(&String, &Entry)> = Vec::new();
        for (key, entry) in auths {
            let is_meant = self.keys.iter().any(|own| host(own) == host(key));
            if is_meant && entries.iter().all(|(_, known)| *known != entry) {
                entries.push((key, entry));
            }
        }
        entries
    }

    fn several(&self, entries: &[(&String, &Entry)]) -> Refusal {
        let keys: Vec<_> = entries.iter().map(|(key, _)| escaped(key)).collect();
        let registry = &self.keys[0];
        let message = format!(
            "Docker has several logins for {registry}, and which is meant is not known: {}",
            keys.join(", ")
        );
        Refusal::from(message).fix(format!(
            "{}; or give the username and the token of one",
            log_in(&self.keys)
        ))
    }

    fn helper_of_registry(&self) -> Option<&str> {
        let helpers = &self.configuration.cred_helpers;
        let mut found = self.keys.iter().filter_map(|key| helpers.get(key));
        found
            .next()
            .map(String::as_str)
            .filter(|name| !name.is_empty())
    }

    fn not_logged_in(&self, place: &str) -> Refusal {
        let message = format!(
            "Docker has no credentials for {}; looked in {} ({})",
            self.keys[0],
            self.place,
            escaped(place)
        );
        Refusal::from(message).fix(log_in(&self.keys))
    }

    fn identity_token(&self) -> Refusal {
        let message = format!(
            "Docker has an identity token for {}, which expires soon and with which ECR cannot \
             log in",
            self.keys[0]
        );
        let Login {
            token,
            token_source,
            ..
        } = self.upstream.login;
        Refusal::from(message).fix(format!("make {token}: {token_source}"))
    }
}

/// `place` is where it is, for people.
fn read(bytes: &[u8], place: &str) -> Result<Configuration, Refusal> {
    serde_json::from_slice(bytes).map_err(|error| {
        // Not the error itself: it may quote a value.
        let (line, column) = (error.line(), error.column());
        let fault = format!("cannot be read: line {line}, column {column}");
        format!("Docker's configuration {place} {fault}").into()
    })
}

/// The names that Docker may have the registry's login under. `None` if its host is not known.
fn keys(upstream: LoginRegistry, address: Option<&Address>) -> Option<Vec<String>> {
    let usual = Address::of_upstream(upstream);
    match address {
        Some(address) if usual.as_ref() != Some(address) => Some(vec![address.to_string()]),
        _ => {
            usual?;
            let keys = upstream.login.docker_keys.iter();
            Some(keys.map(|key| (*key).to_owned()).collect())
        }
    }
}

/// The host in a key, which older versions of Docker write as a URL.
fn host(key: &str) -> String {
    let key = key.split_once("://").map_or(key, |(_, rest)| rest);
    canonical_host(key.split('/').next().unwrap_or_default())
}

/// The command that logs Docker in.
fn log_in(keys: &[String]) -> String {
    match &keys[0] {
        hub if hub.contains("://") => "docker login".to_owned(),
        host => format!("docker login {host}"),
    }
}

/// Username and password, with a colon between them.
fn decode(text: &str) -> Option<(Hidden, Hidden)> {
    let config =
        GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
    let engine = GeneralPurpose::new(&alphabet::STANDARD, config);
    // Room for all of it, so that growing leaves no copy behind in memory.
    let mut bytes = Zeroizing::new(Vec::with_capacity(text.len()));
    engine.decode_vec(text.trim(), &mut bytes).ok()?;
    let (username, password) = std::str::from_utf8(&bytes).ok()?.split_once(':')?;
    let hidden = |text: &str| Hidden(Zeroizing::new(text.to_owned()));
    Some((hidden(username), hidden(password.trim_end_matches('\0'))))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_base64_holds() {
        let decoded =
            |text: &str| decode(text).map(|(user, word)| (user.0.to_string(), word.0.to_string()));
        let pair = |user: &str, word: &str| Some((user.to_owned(), word.to_owned()));
        assert_eq!(decoded("bWU6YTpi"), pair("me", "a:b"));
        assert_eq!(decoded("bWU6eA=="), pair("me", "x"));
        assert_eq!(decoded("bWU6eA"), pair("me", "x"));
        assert_eq!(decoded("bWU6eAAA"), pair("me", "x"));
        for bad in ["", "bWU=", "%%%", "//79"] {
            assert_eq!(decoded(bad), None, "{bad}");
        }
    }

    #[test]
    fn keys_of_registries() {
        let of = |kind: &str, given: Option<&str>| {
            let given = given.map(|given| Address::parse(given).unwrap());
            keys(LoginRegistry::find(kind).unwrap(), given.as_ref())
        };
        for given in [None, Some("Registry-1.docker.io:443")] {
            assert_eq!(
                of("docker", given).unwrap()[0],
                "https://index.docker.io/v1/"
            );
        }
        let other = Some("http://127.0.0.1:5000");
        assert_eq!(of("docker", other).unwrap(), ["127.0.0.1:5000"]);
        assert_eq!(
            of("azure", Some("me.azurecr.io")).unwrap(),
            ["me.azurecr.io"]
        );
        assert_eq!(of("azure", None), None);
        assert_eq!(host("https://ghcr.io/v1/"), "ghcr.io");
        assert_eq!(host("GHCR.io:443"), "ghcr.io");
    }
    proptest! {
        #[test]
        fn any_bytes_are_a_configuration_or_refused_by_their_place(bytes: Vec<u8>, text in "\\PC{0,80}") {
            for bytes in [&bytes[..], text.as_bytes()] {
                if let Err(refusal) = read(bytes, "x") {
                    prop_assert!(refusal.to_string().contains("x cannot be read: line "));
                }
            }
        }

        #[test]
        fn no_refusal_repeats_what_is_secret(
            key in "(https://)?(ghcr\\.io|docker\\.io)(/[a-z]{0,4})?",
            other in "(ghcr\\.io)?(/[a-z]{0,4})?",
            login in "[a-zA-Z<>:]{0,12}",
            secret in "S3CRET[!-~]{0,20}[ \n\u{e9}]{0,2}",
            in_base64: bool,
        ) {
            use base64::prelude::*;

            let auth = format!("{login}:{secret}");
            let auth = if in_base64 { BASE64_STANDARD.encode(&auth) } else { auth };
            let text = serde_json::json!({"auths": {
                key: {"auth": auth, "username": login},
                other: {"auth": BASE64_STANDARD.encode("a:b")},
            }}).to_string();
            let upstream = LoginRegistry::find("ghcr").unwrap();
            let docker = Docker {
                upstream,
                place: "x".to_owned(),
                keys: keys(upstream, None).unwrap(),
                configuration: read(text.as_bytes(), "x").unwrap(),
            };
            if let Err(refusal) = docker.credentials() {
                prop_assert!(!format!("{refusal:?}").contains("S3CRET"), "{}", refusal);
            }
        }
    }
}
