//! [`Elsewhere`]: registries at hosts that are not this machine, reached through a proxy.

use super::registry::{challenge, json, Heard, Reply};
use super::{Authority, Program, Proxy, Registry};

/// One registry answers for every host, over TLS, and accepts any credentials.
pub struct Elsewhere {
    pub registry: Registry,
    pub proxy: Proxy,
    pem: String,
}

impl Elsewhere {
    /// With a certificate for these hosts.
    pub fn at(hosts: &[&str]) -> Self {
        Self::answering(hosts, |heard| match heard.path.as_str() {
            "/v2/" => challenge(&format!(
                r#"Bearer realm="https://{0}/token",service="{0}""#,
                heard.host
            )),
            _ => json(200, r#"{"token":"t0ken"}"#),
        })
    }

    /// The same, with answers by this script.
    pub fn answering(
        hosts: &[&str],
        script: impl Fn(&Heard) -> Reply + Send + Sync + 'static,
    ) -> Self {
        let authority = Authority::new();
        let registry = Registry::new(script);
        Self {
            proxy: Proxy::to(&authority.serve(hosts, &registry.url)),
            registry,
            pem: authority.pem(),
        }
    }

    /// A run that can reach it, and is to log in there.
    pub fn reached_by(&self, program: Program) -> Program {
        let bundle = program.file("ca.pem", &self.pem);
        let proxy = format!("http://{}", self.proxy.address);
        program
            .without("ECR_PTC_VERIFY")
            .env("HTTPS_PROXY", proxy)
            .env("AWS_CA_BUNDLE", bundle)
    }

    /// The hosts that got credentials, in order.
    pub fn hosts_with_logins(&self) -> Vec<String> {
        let heard = self.registry.heard().into_iter();
        heard
            .filter(|heard| heard.authorization.is_some())
            .map(|heard| heard.host)
            .collect()
    }

    /// Whether no request arrived.
    pub fn is_untouched(&self) -> bool {
        self.proxy.seen().is_empty() && self.registry.heard().is_empty()
    }
}
