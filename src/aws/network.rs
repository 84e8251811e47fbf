//! [`Network`]: the one HTTP client, with the proxies, the trust store and the time-outs that the
//! AWS CLI has. The SDK's own default client knows neither proxies nor a CA bundle.

use std::sync::Arc;
use std::time::Duration;

use aws_config::timeout::TimeoutConfig;
use aws_smithy_http_client::proxy::ProxyConfig;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use aws_smithy_http_client::tls::{Provider, TlsContext, TrustStore};
use aws_smithy_http_client::{Builder, Connector, ConnectorBuilder};
use aws_smithy_runtime_api::client::http::{
    http_client_fn, HttpClient as _, SharedHttpClient, SharedHttpConnector,
};
use aws_smithy_runtime_api::shared::IntoShared;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::CertificateDer;

use super::body_limit::with_limited_answers;
use super::http_client::HttpClient;
use super::proxy::{ByHost, Proxy, Way};
use crate::env;
use crate::output::failure::Failure;
use crate::output::status::Status;
use crate::output::Redactor;

/// How long to wait; none is for ever.
#[derive(Clone, Copy, Debug)]
pub struct Timeouts {
    /// For a connection.
    pub connect: Option<Duration>,
    /// For one attempt at a call, its connection included.
    pub attempt: Option<Duration>,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self {
            connect: Some(Duration::from_secs(5)),
            attempt: Some(Duration::from_secs(15)),
        }
    }
}

impl Timeouts {
    /// For the SDK: a call with all its attempts takes a minute at most, or four attempts where
    /// those are longer.
    pub fn for_calls(self) -> TimeoutConfig {
        let mut config = TimeoutConfig::builder()
            .connect_timeout(self.connect.unwrap_or(FOR_EVER))
            .operation_attempt_timeout(self.attempt.unwrap_or(FOR_EVER));
        if let Some(attempt) = self.attempt {
            config = config.operation_timeout(Duration::from_mins(1).max(attempt * 4));
        }
        config.build()
    }
}

/// Longer than anyone waits; the SDK has a default of its own where nothing is set.
const FOR_EVER: Duration = Duration::from_hours(24 * 365);

/// The way out of this machine.
#[derive(Clone, Debug)]
pub struct Network {
    tls: TlsContext,
    /// None where none is asked for.
    proxy: Option<Arc<Proxy>>,
    redactor: Redactor,
}

impl Network {
    /// # Errors
    /// Status 4 where the CA bundle cannot be used.
    pub fn new(ca_bundle: Option<&str>, redactor: Redactor) -> Result<Self, Failure> {
        let proxy = Proxy::of_environment().map(Arc::new);
        let store = match ca_bundle {
            Some(path) => TrustStore::empty().with_pem_certificate(read_ca_bundle(path)?),
            None => TrustStore::default(),
        };
        let tls = TlsContext::builder().with_trust_store(store).build();
        let tls = tls.map_err(|error| bad_trust_store("the trust store", &error.to_string()))?;
        Ok(Self {
            tls,
            proxy,
            redactor,
        })
    }

    /// What makes the words of a server safe to show.
    pub fn redactor(&self) -> &Redactor {
        &self.redactor
    }

    /// The same way, for what is hidden by another redactor.
    pub fn redacted_by(&self, redactor: Redactor) -> Self {
        Self {
            tls: self.tls.clone(),
            proxy: self.proxy.clone(),
            redactor,
        }
    }

    /// For the SDK. The trust store is read at the first connection over TLS.
    pub fn client(&self) -> SharedHttpClient {
        let direct = self.client_by(ProxyConfig::disabled());
        let Some(proxy) = self.proxy.clone() else {
            return with_limited_answers(direct);
        };
        let by_proxy = self.client_by(proxy.config());
        with_limited_answers(http_client_fn(move |settings, components| {
            let way = |client: &SharedHttpClient| {
                let (client, settings) = (client.clone(), settings.clone());
                let components = components.clone();
                let way = move || client.http_connector(&settings, &components);
                Way::new(Box::new(way))
            };
            SharedHttpConnector::new(ByHost {
                proxy: Arc::clone(&proxy),
                by_proxy: way(&by_proxy),
                direct: way(&direct),
            })
        }))
    }

    fn client_by(&self, proxy: ProxyConfig) -> SharedHttpClient {
        let tls = self.tls.clone();
        let client = Builder::new().build_with_connector_fn(move |settings, components| {
            let mut connector = Connector::builder();
            connector.set_connector_settings(settings.cloned());
            connector.set_sleep_impl(
                components.and_then(aws_sdk_secretsmanager::config::RuntimeComponents::sleep_impl),
            );
            finish(connector, &tls, &proxy)
        });
        client.into_shared()
    }

    /// For servers that are not AWS's.
    pub fn http_client(&self) -> HttpClient {
        let way = |proxy: ProxyConfig| {
            let tls = self.tls.clone();
            let way = move || finish(Connector::builder(), &tls, &proxy).into_shared();
            Way::new(Box::new(way))
        };
        let direct = way(ProxyConfig::disabled());
        let connector = match self.proxy.clone() {
            None => direct.clone(),
            Some(proxy) => SharedHttpConnector::new(ByHost {
                by_proxy: way(proxy.config()),
                proxy,
                direct,
            }),
        };
        HttpClient::of(connector, self.redactor.clone())
    }

    /// The same, never through a proxy: for servers on this machine.
    pub fn direct_http_client(&self) -> HttpClient {
        let direct = Self {
            proxy: None,
            ..self.clone()
        };
        direct.http_client()
    }
}

fn finish(builder: ConnectorBuilder, tls: &TlsContext, proxy: &ProxyConfig) -> Connector {
    builder
        .proxy_config(proxy.clone())
        .tls_provider(Provider::Rustls(CryptoMode::Ring))
        .tls_context(tls.clone())
        .build()
}

fn bad_trust_store(what: &str, why: &str) -> Failure {
    Failure::new(
        Status::Configuration,
        "trust-store",
        format!("{what} cannot be used"),
    )
    .why(why)
    .fix(
        "name a PEM file by --ca-bundle, AWS_CA_BUNDLE, ca_bundle of the profile or \
         REQUESTS_CA_BUNDLE",
    )
}

/// The longest CA bundle that is read, in bytes; the one of a system has some 250,000.
const MAX_CA_BUNDLE: usize = 16 << 20;

/// Reads the certificates of a PEM file. Those that cannot be an authority's are left out, as
/// OpenSSL leaves them unused; the HTTP client would end the program over one.
fn read_ca_bundle(path: &str) -> Result<Vec<u8>, Failure> {
    const BEGIN: &str = "-----BEGIN CERTIFICATE-----";
    const END: &str = "-----END CERTIFICATE-----";
    let bad = |why: &str| bad_trust_store(&format!("the CA bundle {path}"), why);
    let mut bytes = Vec::new();
    std::fs::File::open(env::expand_home(path))
        .and_then(|file| env::read_up_to(MAX_CA_BUNDLE, file, &mut bytes))
        .map_err(|error| bad(&error.to_string()))?;
    let text = String::from_utf8_lossy(&bytes);
    let mut usable = String::new();
    let mut found = false;
    for section in text.split(BEGIN).skip(1) {
        found = true;
        let inside = section.split(END).next().unwrap_or_default();
        let pem = format!("{BEGIN}{inside}{END}\n");
        let certificate = CertificateDer::from_pem_slice(pem.as_bytes());
        let certificate = certificate.map_err(|error| {
            bad(&format!(
                "a certificate in it is not in PEM form: {error:?}"
            ))
        })?;
        if rustls::RootCertStore::empty().add(certificate).is_ok() {
            usable.push_str(&pem);
        }
    }
    match (found, usable.is_empty()) {
        (false, _) => Err(bad("it has no certificate in PEM form")),
        (true, true) => Err(bad("none of its certificates can be used")),
        _ => Ok(usable.into_bytes()),
    }
}
