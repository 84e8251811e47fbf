//! [`NamedRegistry`]: a registry named by a word on the command line.

use std::iter::successors;

use super::{canonical_host, without_scheme, LoginRegistry, Registry, REGISTRIES};
use crate::model::invalid::Invalid;

/// A registry named by its kind, an alias or a host. By default one that requires login.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamedRegistry<U = LoginRegistry> {
    pub upstream: U,
    /// The customer's own host, if that was the word.
    pub host: Option<String>,
}

impl NamedRegistry {
    /// Finds a registry that requires login, ignoring case.
    pub fn parse(word: &str) -> Option<Self> {
        let NamedRegistry { upstream, host } = NamedRegistry::parse_any(word)?;
        let upstream = upstream.with_login()?;
        Some(Self { upstream, host })
    }

    /// Converts it to the type for all registries.
    pub fn to_any(&self) -> NamedRegistry<&'static Registry> {
        NamedRegistry {
            upstream: self.upstream.registry,
            host: self.host.clone(),
        }
    }
}

impl NamedRegistry<&'static Registry> {
    /// Finds any registry, ignoring case. A host may be given as its `https` URL.
    pub fn parse_any(word: &str) -> Option<Self> {
        let word = without_scheme(word);
        let upstream = Registry::find(word)?;
        let host = canonical_host(word);
        let host = (upstream.fixed_host().is_none() && upstream.owns(&host)).then_some(host);
        Some(Self { upstream, host })
    }
}

/// Why a word that is a host names no registry: ECR does not support it, or the word is more than a
/// host. `None` for other words.
pub fn why_unsupported(word: &str) -> Option<Invalid> {
    let host = host_in(word)?;
    if NamedRegistry::parse_any(&host).is_some() {
        let message = "a registry is given by its host alone, without http:// or a path";
        return Some(Invalid::new(message).fix(format!("use {host}")));
    }
    let kinds: Vec<&str> = REGISTRIES.iter().map(|registry| registry.kind).collect();
    let message = format!(
        "ECR pull through cache does not support {host}; it supports {}",
        kinds.join(", ")
    );
    let fix = match near(&host) {
        Some(known) => format!("did you mean {known}?"),
        None => format!("pull directly from {host}"),
    };
    Some(Invalid::new(message).fix(fix))
}

/// The host in a word such as `gcr.io` or `https://harbor.example.com/team`, in lower case. Its
/// labels are too short for a token.
fn host_in(word: &str) -> Option<String> {
    const LONGEST_LABEL: usize = 24;
    let word = word.to_ascii_lowercase();
    let rest = word.split_once("://").map_or(&*word, |(_, rest)| rest);
    let host = rest.split(['/', ':']).next()?;
    let is_label = |label: &str| {
        let allowed = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
        (1..=LONGEST_LABEL).contains(&label.len()) && label.bytes().all(allowed)
    };
    let (_, last) = host.rsplit_once('.')?;
    let is_host = host.split('.').all(is_label) && last.bytes().all(|b| b.is_ascii_lowercase());
    is_host.then(|| host.to_owned())
}

/// The host of the registry that was probably meant: the word is its website or a mirror of it, or
/// differs in one letter that is missing or too many.
fn near(host: &str) -> Option<&'static str> {
    // Both are ASCII.
    let lacks_one = |long: &str, short: &str| {
        (0..long.len()).any(|at| short == [&long[..at], &long[at + 1..]].concat())
    };
    let registry = REGISTRIES.iter().find(|registry| {
        let own = [registry.shown_host()];
        let hosts = [registry.image_hosts, registry.old_hosts, &own].concat();
        registry
            .mirrors
            .iter()
            .any(|mirror| mirror.split('/').next() == Some(host))
            || hosts.iter().any(|known| {
                let mut parents = successors(Some(*known), |host| Some(host.split_once('.')?.1));
                parents
                    .any(|known| known == host || lacks_one(known, host) || lacks_one(host, known))
            })
    })?;
    let usual = registry.image_hosts.first().copied();
    Some(usual.unwrap_or(registry.shown_host()))
}

impl<U> From<U> for NamedRegistry<U> {
    fn from(upstream: U) -> Self {
        let host = None;
        Self { upstream, host }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unsupported_host_is_named_with_what_is_near() {
        for (word, host, fix) in [
            ("gcr.io", "gcr.io", "did you mean ghcr.io?"),
            ("https://GCR.io/a/app", "gcr.io", "did you mean ghcr.io?"),
            ("mirror.gcr.io", "mirror.gcr.io", "did you mean docker.io?"),
            ("lscr.io", "lscr.io", "did you mean ghcr.io?"),
            ("github.com", "github.com", "did you mean ghcr.io?"),
            ("docker.com", "docker.com", "did you mean docker.io?"),
            ("azurecr.io", "azurecr.io", "did you mean NAME.azurecr.io?"),
            (
                "gitlab.com",
                "gitlab.com",
                "did you mean registry.gitlab.com?",
            ),
            ("nvcr.io", "nvcr.io", "pull directly from nvcr.io"),
            ("my.io:8443", "my.io", "pull directly from my.io"),
        ] {
            let why = why_unsupported(word).unwrap();
            let start = format!("ECR pull through cache does not support {host}; it supports ");
            assert!(why.message.starts_with(&start), "{why:?}");
            assert_eq!(why.fix.as_deref(), Some(fix));
        }
        for word in ["https://ghcr.io/acme/app", "http://ghcr.io"] {
            let why = why_unsupported(word).unwrap();
            assert!(why.message.contains("by its host alone"), "{why:?}");
            assert_eq!(why.fix.as_deref(), Some("use ghcr.io"));
        }
        let long = format!("{}.io", "a1b2".repeat(8));
        for word in ["", "dockerhb", "localhost:5000", "10.0.0.1", "a..io", &long] {
            assert_eq!(why_unsupported(word), None, "{word}");
        }
    }

    #[test]
    fn the_host_of_a_customer_names_the_registry_and_its_host() {
        let named = |word: &str| {
            let named = NamedRegistry::parse(word)?;
            Some((named.upstream.kind, named.host))
        };
        let contoso = Some("contoso.azurecr.io".to_owned());
        let azure = "azure-container-registry";
        assert_eq!(named("Contoso.azurecr.io"), Some((azure, contoso)));
        assert_eq!(named("acr"), Some((azure, None)));
        let url = "https://contoso.azurecr.io/";
        assert_eq!(named(url), named("contoso.azurecr.io"));
        for word in ["GHCR.io", "https://ghcr.io", "HTTPS://GHCR.IO:443/v2/"] {
            assert_eq!(named(word), Some(("github-container-registry", None)));
        }
        assert_eq!(
            named("https://index.docker.io/v1/"),
            Some(("docker-hub", None))
        );
        for word in [
            "",
            "quay",
            "azurecr.io",
            "a.b.azurecr.io",
            "gcr.io.evil",
            "http://ghcr.io",
            "https://ghcr.io/acme/app",
            "https://",
        ] {
            assert_eq!(named(word), None, "{word}");
        }
        let host = "111122223333.dkr.ecr.us-east-1.amazonaws.com";
        let ecr = NamedRegistry::parse_any(host).unwrap();
        assert_eq!(
            (ecr.upstream.kind, ecr.host.as_deref()),
            ("ecr", Some(host))
        );
    }
}
