//! [`NamedRegistry`]: a registry as people name it.

use super::{canonical_host, LoginRegistry, Registry};
use crate::model::invalid::Invalid;

/// A registry as it is named by one word: ECR's own, an alias, or a host. By default it is one that
/// requires login.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamedRegistry<U = LoginRegistry> {
    pub upstream: U,
    /// The customer's own host, where the registry was named by that.
    pub host: Option<String>,
}

impl NamedRegistry {
    /// `None` where the word names no registry with a login; letter case does not matter.
    pub fn parse(word: &str) -> Option<Self> {
        let NamedRegistry { upstream, host } = NamedRegistry::parse_any(word)?;
        let upstream = upstream.with_login()?;
        Some(Self { upstream, host })
    }

    /// The same among all registries.
    pub fn to_any(&self) -> NamedRegistry<&'static Registry> {
        NamedRegistry {
            upstream: self.upstream.registry,
            host: self.host.clone(),
        }
    }
}

impl NamedRegistry<&'static Registry> {
    /// `None` where the word names no registry; letter case does not matter.
    pub fn parse_any(word: &str) -> Option<Self> {
        let upstream = Registry::find(word)?;
        let host = canonical_host(word);
        let host = (upstream.fixed_host().is_none() && upstream.owns(&host)).then_some(host);
        Some(Self { upstream, host })
    }
}

impl<U> NamedRegistry<U> {
    /// The host that is meant where `--upstream-registry-url` may give it too.
    ///
    /// # Errors
    /// A sentence that says that the two differ.
    pub fn host_or<'h>(&'h self, given: Option<&'h str>) -> Result<Option<&'h str>, Invalid> {
        let (Some(own), Some(text)) = (self.host.as_deref(), given) else {
            return Ok(given.or(self.host.as_deref()));
        };
        let bare = text.strip_prefix("https://").unwrap_or(text);
        if canonical_host(bare.trim_end_matches('/')) == own {
            return Ok(given);
        }
        Err(Invalid::new(format!(
            "the registry is {own}, and --upstream-registry-url names another host; leave one of \
             them out"
        )))
    }
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
    fn the_host_of_a_customer_names_the_registry_and_its_host() {
        let named = |word: &str| {
            let named = NamedRegistry::parse(word)?;
            Some((named.upstream.kind, named.host))
        };
        let contoso = Some("contoso.azurecr.io".to_owned());
        let azure = "azure-container-registry";
        assert_eq!(named("Contoso.azurecr.io"), Some((azure, contoso)));
        assert_eq!(named("acr"), Some((azure, None)));
        assert_eq!(named("GHCR.io"), Some(("github-container-registry", None)));
        for word in ["", "quay", "azurecr.io", "a.b.azurecr.io", "gcr.io.evil"] {
            assert_eq!(named(word), None, "{word}");
        }
        let host = "111122223333.dkr.ecr.us-east-1.amazonaws.com";
        let ecr = NamedRegistry::parse_any(host).unwrap();
        assert_eq!(
            (ecr.upstream.kind, ecr.host.as_deref()),
            ("ecr", Some(host))
        );
    }

    #[test]
    fn a_host_that_is_given_twice_is_one() {
        let azure = NamedRegistry::parse("me.azurecr.io").unwrap();
        for given in [
            "me.azurecr.io",
            "ME.azurecr.io:443",
            "https://me.azurecr.io/",
        ] {
            assert_eq!(azure.host_or(Some(given)), Ok(Some(given)));
        }
        assert_eq!(azure.host_or(None), Ok(Some("me.azurecr.io")));
        assert!(azure.host_or(Some("other.azurecr.io")).is_err());
        let hub = NamedRegistry::parse("docker").unwrap();
        let mirror = Some("mirror.example");
        assert_eq!(hub.host_or(mirror), Ok(mirror));
    }
}
