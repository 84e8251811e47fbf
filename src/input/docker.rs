//! Docker's login for a registry, from its configuration or a credential helper. It is never shown.
//!
//! Source: <https://docs.docker.com/reference/cli/docker/login/#credential-stores>

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs::File;
use std::io::ErrorKind;
use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;

use base64::prelude::{Engine, BASE64_STANDARD};
use serde::Deserialize;
use zeroize::Zeroizing;

use super::program;
use super::token::{read_all, showable};
use crate::env;
use crate::model::credential::{AccessToken, Username};
use crate::model::invalid::Invalid;
use crate::model::registries::{canonical_host, Login, LoginRegistry};
use crate::output::escaped;
use crate::registry::Address;

/// Time limit of a helper: long enough to unlock a keychain.
const LIMIT: Duration = Duration::from_secs(30);

/// What a helper prints if it has no credentials.
const NOT_FOUND: &str = "credentials not found";

/// A text that may be a secret.
#[derive(Clone, Default, Deserialize, PartialEq)]
#[serde(from = "Option<String>")]
struct Hidden(Zeroizing<String>);

impl From<Option<String>> for Hidden {
    fn from(text: Option<String>) -> Self {
        Self(text.unwrap_or_default().into())
    }
}

/// The parts of Docker's configuration about logins. Docker writes `null` for an empty part.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Configuration {
    auths: Option<BTreeMap<String, Option<Entry>>>,
    creds_store: Option<String>,
    cred_helpers: Option<BTreeMap<String, String>>,
}

#[derive(Default, Deserialize, PartialEq)]
#[serde(default)]
struct Entry {
    auth: Hidden,
    username: Hidden,
    password: Hidden,
    identitytoken: Hidden,
}

/// What a helper prints.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Answer {
    username: Hidden,
    secret: Hidden,
}

/// Docker's login at one registry.
pub struct Docker {
    upstream: LoginRegistry,
    /// The location of the configuration, for messages.
    place: String,
    /// The keys that Docker may use for the login; helpers get the first one.
    keys: Vec<String>,
    configuration: Configuration,
}

impl Docker {
    /// Reads the configuration. `given` is a file, a directory, or empty for Docker's default.
    pub fn open(
        given: &OsStr,
        upstream: LoginRegistry,
        address: Option<&Address>,
    ) -> Result<Self, Invalid> {
        let keys = keys(upstream, address).ok_or_else(|| {
            Invalid::new("--from-docker-config requires --upstream-registry-url for Azure")
                .fix("add --upstream-registry-url NAME.azurecr.io")
        })?;
        // Docker prefers this variable to its file, and ignores helpers then.
        if let Some(text) = env::docker_auth_config().filter(|_| given.is_empty()) {
            let place = "DOCKER_AUTH_CONFIG".to_owned();
            let mut docker = Self::read(upstream, place, keys.clone(), text.as_bytes())?;
            docker.configuration.creds_store = None;
            docker.configuration.cred_helpers = None;
            if !docker.entries().is_empty() {
                return Ok(docker);
            }
        }
        let mut path = PathBuf::from(given);
        if given.is_empty() {
            path = env::docker_config().ok_or_else(|| {
                Invalid::new(
                    "Docker's configuration was not found, because there is no home directory",
                )
                .fix("name its path: --from-docker-config=PATH")
            })?;
        } else if path.is_dir() {
            path.push("config.json");
        }
        let place = if given.is_empty() {
            escaped(&path.to_string_lossy())
        } else {
            showable(path.as_os_str(), "file named by --from-docker-config")
        };
        let file = File::open(&path).map_err(|error| match error.kind() {
            ErrorKind::NotFound => Invalid::new(format!(
                "{place} does not exist, so Docker is not logged in"
            ))
            .fix(log_in(&keys)),
            _ => format!("could not open Docker's configuration {place}: {error}").into(),
        })?;
        let bytes =
            read_all(file).map_err(|fault| format!("Docker's configuration {place} {fault}"))?;
        Self::read(upstream, place, keys, &bytes)
    }

    fn read(
        upstream: LoginRegistry,
        place: String,
        keys: Vec<String>,
        bytes: &[u8],
    ) -> Result<Self, Invalid> {
        // PowerShell writes a byte order mark.
        let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
        let configuration = serde_json::from_slice(bytes).map_err(|error| {
            // The error itself may quote a value.
            let (line, column) = (error.line(), error.column());
            let fault = format!("cannot be read: line {line}, column {column}");
            format!("Docker's configuration {place} {fault}")
        })?;
        Ok(Self {
            upstream,
            place,
            keys,
            configuration,
        })
    }

    /// Whether Docker seems to have credentials. Runs no helper.
    pub fn may_know(&self) -> bool {
        self.entries().len() == 1 || self.helper_of_registry().is_some()
    }

    /// The credentials, from a helper if one is configured.
    pub async fn credentials(&self) -> Result<(Username, AccessToken), Invalid> {
        let store = self.configuration.creds_store.as_ref();
        let helper = self.helper_of_registry().or(store);
        let (username, secret) = match (helper.filter(|name| !name.is_empty()), &*self.entries()) {
            (Some(helper), _) => self.ask_helper(helper).await?,
            (None, [(_, entry)]) => self.read_entry(entry)?,
            (None, []) => return Err(self.not_logged_in("auths, credHelpers and credsStore")),
            (None, several) => return Err(self.several(several)),
        };
        if *username.0 == "<token>" {
            return Err(self.identity_token());
        }
        let bad = |fault: &dyn std::fmt::Display| {
            let registry = &self.keys[0];
            format!("Docker's credentials for {registry} cannot be used: {fault}")
        };
        let username = Username::parse(&username.0).map_err(|fault| bad(&fault))?;
        let token = AccessToken::from_bytes(secret.0.as_bytes()).map_err(|fault| bad(&fault))?;
        Ok((username, token))
    }

    /// Runs a helper with the registry's name on standard input. Errors never repeat its output,
    /// which may contain the token.
    async fn ask_helper(&self, name: &str) -> Result<(Hidden, Hidden), Invalid> {
        let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
        if !name.bytes().all(is_allowed) {
            let message = "Docker's configuration names a credential helper whose name is not \
                           allowed";
            return Err(Invalid::new(message));
        }
        let name = format!("docker-credential-{name}");
        let bad = |fault: &dyn std::fmt::Display| format!("Docker's helper {name} {fault}");
        let child = program::start(&name, &["get".to_owned()], Stdio::null());
        let child = child.map_err(|fault| bad(&fault))?;
        let ended = program::finish(child, &self.keys[0], LIMIT).await;
        let (status, printed) = ended.map_err(|fault| bad(&fault))?;
        if status.success() {
            let answer = serde_json::from_slice::<Answer>(&printed);
            let answer = answer.map_err(|_| bad(&"returned output that is not valid"))?;
            return Ok((answer.username, answer.secret));
        }
        let mut parts = printed.windows(NOT_FOUND.len());
        if parts.any(|part| part == NOT_FOUND.as_bytes()) {
            return Err(self.not_logged_in(&name));
        }
        Err(bad(&"failed; its output is hidden because it may contain the token").into())
    }

    fn read_entry(&self, entry: &Entry) -> Result<(Hidden, Hidden), Invalid> {
        if !entry.identitytoken.0.is_empty() {
            return Err(self.identity_token());
        }
        if !entry.auth.0.is_empty() {
            return decode(&entry.auth.0).ok_or_else(|| {
                let (place, registry) = (&self.place, &self.keys[0]);
                Invalid::new(format!(
                    "the entry for {registry} in {place} is not a username and password in base64"
                ))
                .fix(log_in(&self.keys))
            });
        }
        if entry.username.0.is_empty() || entry.password.0.is_empty() {
            return Err(self.not_logged_in("an entry without credentials"));
        }
        Ok((entry.username.clone(), entry.password.clone()))
    }

    /// The matching logins: one with an exact key, or all different ones for the host.
    fn entries(&self) -> Vec<(&String, &Entry)> {
        let auths = self.configuration.auths.iter().flatten();
        let auths = auths.filter_map(|(key, entry)| Some((key, entry.as_ref()?)));
        let exact = |own| auths.clone().find(|(key, _)| *key == own);
        if let Some(exact) = self.keys.iter().find_map(exact) {
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

    fn helper_of_registry(&self) -> Option<&String> {
        let helpers = self.configuration.cred_helpers.as_ref()?;
        let helper = self.keys.iter().find_map(|key| helpers.get(key));
        helper.filter(|name| !name.is_empty())
    }

    fn several(&self, entries: &[(&String, &Entry)]) -> Invalid {
        let keys: Vec<_> = entries.iter().map(|(key, _)| escaped(key)).collect();
        Invalid::new(format!(
            "Docker has several logins for {}: {}",
            self.keys[0],
            keys.join(", ")
        ))
        .fix(format!(
            "{}; or enter the username and token yourself",
            log_in(&self.keys)
        ))
    }

    fn not_logged_in(&self, place: &str) -> Invalid {
        Invalid::new(format!(
            "Docker has no credentials for {} in {} ({place})",
            self.keys[0], self.place
        ))
        .fix(log_in(&self.keys))
    }

    fn identity_token(&self) -> Invalid {
        let Login {
            token,
            token_source,
            ..
        } = self.upstream.login;
        Invalid::new(format!(
            "Docker has only an identity token for {}, which expires soon and does not work in ECR",
            self.keys[0]
        ))
        .fix(format!("create {token}: {token_source}"))
    }
}

/// The keys that Docker may use for the registry's login. `None` if its host is unknown.
fn keys(upstream: LoginRegistry, address: Option<&Address>) -> Option<Vec<String>> {
    let usual = Address::of_upstream(upstream);
    if let Some(address) = address.filter(|address| usual.as_ref() != Some(address)) {
        return Some(vec![address.to_string()]);
    }
    let keys = upstream.login.docker_keys.iter();
    usual.map(|_| keys.map(|key| (*key).to_owned()).collect())
}

/// The host of a key, which older versions of Docker write as a URL.
fn host(key: &str) -> String {
    let key = key.split_once("://").map_or(key, |(_, rest)| rest);
    canonical_host(key.split('/').next().unwrap_or_default())
}

/// The command that logs in to Docker.
fn log_in(keys: &[String]) -> String {
    match &keys[0] {
        hub if hub.contains("://") => "docker login".to_owned(),
        host => format!("docker login {host}"),
    }
}

/// Decodes `username:password` from base64, which may have line breaks.
fn decode(text: &str) -> Option<(Hidden, Hidden)> {
    // Full capacity, so that growing leaves no copy in memory.
    let mut packed = Zeroizing::new(Vec::with_capacity(text.len()));
    packed.extend(text.bytes().filter(|byte| !byte.is_ascii_whitespace()));
    let mut bytes = Zeroizing::new(Vec::with_capacity(text.len()));
    BASE64_STANDARD.decode_vec(&*packed, &mut bytes).ok()?;
    let (username, password) = std::str::from_utf8(&bytes).ok()?.split_once(':')?;
    let hidden = |text: &str| Hidden(text.to_owned().into());
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
        assert_eq!(decoded("bWU6\r\neA==\n"), pair("me", "x"));
        assert_eq!(decoded("bWU6eAAA"), pair("me", "x"));
        for bad in ["", "bWU=", "bWU6eA", "%%%", "//79"] {
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
            let upstream = LoginRegistry::find("ghcr").unwrap();
            for bytes in [&bytes[..], text.as_bytes()] {
                let read = Docker::read(upstream, "x".to_owned(), Vec::new(), bytes);
                if let Err(refusal) = read {
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
            let keys = keys(upstream, None).unwrap();
            let docker = Docker::read(upstream, "x".to_owned(), keys, text.as_bytes()).unwrap();
            let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
            if let Err(refusal) = runtime.block_on(docker.credentials()) {
                prop_assert!(!format!("{refusal:?}").contains("S3CRET"), "{}", refusal);
            }
        }
    }
}
