//! [`Address`]: the address of a registry, and which hosts may get its credentials.

use std::fmt;

use http::Uri;

use crate::env::is_this_machine;
use crate::model::invalid::Invalid;
use crate::model::registries::LoginRegistry;

/// A host that belongs neither to the registry nor to this machine. Its owner would get the
/// credentials.
#[derive(Debug)]
pub struct ForeignHost {
    pub address: Address,
    pub upstream: LoginRegistry,
}

impl fmt::Display for ForeignHost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { address, upstream } = self;
        let (title, own) = (upstream.title, upstream.shown_host());
        write!(
            f,
            "{address} is not a host of {title}; ECR pulls only from {own}"
        )
    }
}

/// A registry's host and port. Only a loopback address may be reached over plain HTTP.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address {
    plain: bool,
    /// In lower case; an IPv6 address is in brackets.
    host: String,
    /// `None` for the default port of the scheme.
    port: Option<u16>,
}

impl Address {
    /// Parses a host, or a URL without a path. `http` is allowed only for loopback addresses. The
    /// error does not repeat the text.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        let whole = if text.contains("://") {
            text.to_owned()
        } else {
            format!("https://{text}")
        };
        let uri = whole.parse::<Uri>().map_err(|_| Invalid::new(FORM))?;
        let is_bare = matches!(uri.path(), "" | "/") && uri.query().is_none();
        let address = Self::of(&uri).filter(|_| is_bare && !whole.contains('#'));
        let address = address.ok_or_else(|| Invalid::new(FORM))?;
        if address.plain && !address.is_on_loopback() {
            return Err(Invalid::new(
                "allows http only for loopback addresses, because the credentials would be sent \
                 unencrypted",
            ));
        }
        Ok(address)
    }

    /// The address of a registry with a fixed host.
    pub fn of_upstream(upstream: LoginRegistry) -> Option<Self> {
        Self::parse(upstream.fixed_host()?).ok()
    }

    /// The scheme, host and port of a URL. `None` if it has no host, or a user before the host.
    pub fn of(uri: &Uri) -> Option<Self> {
        let authority = uri.authority()?;
        let plain = match uri.scheme_str()? {
            "http" => true,
            "https" => false,
            _ => return None,
        };
        let host = authority.host().to_ascii_lowercase();
        let is_name = |byte: u8| byte.is_ascii_alphanumeric() || b"-._".contains(&byte);
        let is_host = host.starts_with('[') || (!host.is_empty() && host.bytes().all(is_name));
        let usual = if plain { 80 } else { 443 };
        let port = authority.port_u16();
        let whole = match port {
            Some(port) => format!("{}:{port}", authority.host()),
            None => authority.host().to_owned(),
        };
        // Rejects a user before the host, and a port that is not a number.
        let is_whole = authority.as_str() == whole;
        (is_host && is_whole).then_some(Self {
            plain,
            host,
            port: port.filter(|port| *port != usual),
        })
    }

    /// Whether requests go over plain HTTP. True only for loopback addresses.
    pub fn is_plain(&self) -> bool {
        self.plain
    }

    /// The host as an option value: with the scheme if that is http.
    pub fn spelled(&self) -> String {
        if self.plain {
            self.origin()
        } else {
            self.to_string()
        }
    }

    /// `scheme://host:port`.
    pub fn origin(&self) -> String {
        format!("{}://{self}", if self.plain { "http" } else { "https" })
    }

    /// Whether it is a loopback address, so requests stay on this machine.
    pub fn is_on_loopback(&self) -> bool {
        is_this_machine(&self.host)
    }

    /// Whether it is one of the registry's own hosts, according to the registry table.
    pub fn is_own_of(&self, upstream: LoginRegistry) -> bool {
        !self.plain && self.port.is_none() && upstream.owns(&self.host)
    }

    /// The foreign host, if this is neither one of the registry's own nor a loopback address.
    pub fn foreign_to(&self, upstream: LoginRegistry) -> Option<ForeignHost> {
        (!self.is_own_of(upstream) && !self.is_on_loopback()).then(|| ForeignHost {
            address: self.clone(),
            upstream,
        })
    }

    /// The token endpoint and the service of the registry's challenge, from the registry table.
    /// `None` if this is not one of the registry's own hosts.
    pub fn known_realm(&self, upstream: LoginRegistry) -> Option<(String, String)> {
        let realm = match upstream.login.realm.strip_prefix('/') {
            Some(path) => format!("{}/{path}", self.origin()),
            None => upstream.login.realm.to_owned(),
        };
        let service = upstream
            .login
            .service
            .map_or_else(|| self.host.clone(), str::to_owned);
        self.is_own_of(upstream).then_some((realm, service))
    }

    /// Whether a token endpoint may get the credentials for the registry at this address: it has
    /// the same scheme, host and port, or the table lists it for this registry.
    pub fn trusts(&self, realm: &Self, upstream: LoginRegistry) -> bool {
        let is_named = |(url, _): (String, String)| {
            let known = url.parse().ok().and_then(|url| Self::of(&url));
            known.as_ref() == Some(realm)
        };
        realm == self || self.known_realm(upstream).is_some_and(is_named)
    }
}

const FORM: &str = "is not the host of a registry";

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.host)?;
        match self.port {
            Some(port) => write!(f, ":{port}"),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn address(text: &str) -> Address {
        Address::parse(text).unwrap_or_else(|fault| panic!("{text}: {fault}"))
    }

    #[test]
    fn hosts_and_urls() {
        for (text, origin) in [
            ("Name.azurecr.io", "https://name.azurecr.io"),
            ("https://ghcr.io/", "https://ghcr.io"),
            ("ghcr.io:443", "https://ghcr.io"),
            ("mirror.example:8443", "https://mirror.example:8443"),
            ("http://127.0.0.1:5000", "http://127.0.0.1:5000"),
            ("http://127.8.9.1", "http://127.8.9.1"),
            ("http://localhost:80/", "http://localhost"),
            ("http://[::1]:5000", "http://[::1]:5000"),
        ] {
            assert_eq!(address(text).origin(), origin, "{text}");
        }
        for text in [
            "",
            " ",
            "a b",
            "https://",
            "ftp://ghcr.io",
            "ghcr.io/path",
            "ghcr.io?x",
            "ghcr.io#x",
            "me@ghcr.io",
            "https://me:secret@ghcr.io",
            "http://ghcr.io",
            "http://192.168.0.1:5000",
            "http://127.0.0.1.example",
            "http://localhost.example",
            "http://[::2]",
            "ghcr.io:99999",
            "ghcr.io:",
            "http://0x7f.1",
            "//ghcr.io",
        ] {
            assert!(Address::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn credentials_go_only_to_known_hosts() {
        let hub = LoginRegistry::find("docker-hub").unwrap();
        let registry = address("registry-1.docker.io");
        let trusts = |registry: &Address, realm: &str, upstream| {
            let realm = Address::of(&realm.parse().unwrap());
            realm.is_some_and(|realm| registry.trusts(&realm, upstream))
        };
        assert!(trusts(&registry, "https://auth.docker.io/token", hub));
        assert!(trusts(
            &registry,
            "https://REGISTRY-1.docker.io:443/token",
            hub
        ));
        for realm in [
            "http://auth.docker.io/token",
            "https://auth.docker.io:8443/token",
            "https://auth.docker.io.example/token",
            "https://auth.docker.io@evil.example/",
            "https://gitlab.com/jwt/auth",
            "http://registry-1.docker.io/token",
            "https://docker.io/token",
            "/token",
        ] {
            assert!(!trusts(&registry, realm, hub), "{realm}");
        }
        // The table's token endpoint is for Docker Hub only.
        assert!(!trusts(
            &address("mirror.example"),
            "https://auth.docker.io/token",
            hub
        ));
        let local = address("http://127.0.0.1:5000");
        assert!(trusts(&local, "http://127.0.0.1:5000/token", hub));
        for realm in [
            "http://127.0.0.1:5001/token",
            "https://127.0.0.1:5000/token",
            "http://127.0.0.2:5000/",
            "https://auth.docker.io/token",
        ] {
            assert!(!trusts(&local, realm, hub), "{realm}");
        }
    }

    #[test]
    fn foreign_hosts_belong_neither_to_the_registry_nor_to_this_machine() {
        let is_foreign = |host: &str, kind: &str| {
            let upstream = LoginRegistry::find(kind).unwrap();
            address(host).foreign_to(upstream).is_some()
        };
        for (host, kind) in [
            ("registry-1.docker.io", "docker-hub"),
            ("https://REGISTRY-1.docker.io:443/", "docker-hub"),
            ("Me.AzureCR.io", "acr"),
            ("http://127.0.0.1:5000", "acr"),
            ("localhost:5000", "ghcr"),
        ] {
            assert!(!is_foreign(host, kind), "{host}");
        }
        for (host, kind) in [
            ("registry-1.docker.io:8443", "docker-hub"),
            ("registry-1.docker.io.evil.com", "docker-hub"),
            ("ghcr.io", "docker-hub"),
            ("me.azurecr.io", "ghcr"),
            ("me.azurecr.io.evil.com", "acr"),
            ("me.azurecr.io:8443", "acr"),
            ("192.168.0.1", "acr"),
            ("localhost.evil.com", "acr"),
        ] {
            assert!(is_foreign(host, kind), "{host}");
        }
    }

    proptest! {
        /// Only hosts under azurecr.io are Azure's, whatever text surrounds that name.
        #[test]
        fn no_spelling_makes_another_domain_azures(
            before in "[a-zA-Z0-9._-]{0,12}",
            middle in "[a-zA-Z0-9._-]{0,3}",
            after in "[.:]?[a-zA-Z0-9._-]{0,12}",
        ) {
            let azure = LoginRegistry::find("acr").unwrap();
            let text = format!("{before}.azurecr{middle}io{after}");
            if let Ok(address) = Address::parse(&text) {
                let host = address.origin();
                let (name, domain) = host["https://".len()..].split_once('.').unwrap();
                let is_azures = domain == "azurecr.io" && !name.is_empty() && !name.contains('_');
                prop_assert_eq!(address.foreign_to(azure).is_none(), is_azures, "{}", text);
            }
        }
    }

    #[test]
    fn every_registry_of_the_table_has_an_address() {
        for upstream in LoginRegistry::all().filter(|r| r.fixed_host().is_some()) {
            let address = Address::of_upstream(upstream).unwrap();
            assert_eq!(Some(address.to_string().as_str()), upstream.fixed_host());
        }
    }
}
