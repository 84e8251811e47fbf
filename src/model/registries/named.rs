//! [`NamedRegistry`]: a registry named by a word on the command line.

use super::{canonical_host, LoginRegistry, Registry};

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
    /// Finds any registry, ignoring case.
    pub fn parse_any(word: &str) -> Option<Self> {
        let upstream = Registry::find(word)?;
        let host = canonical_host(word);
        let host = (upstream.fixed_host().is_none() && upstream.owns(&host)).then_some(host);
        Some(Self { upstream, host })
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
}
