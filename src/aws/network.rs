//! [`Network`]: how requests leave this machine. It is the HTTP client of the SDK, with the proxy,
//! the trusted certificates and the time-outs of the AWS CLI.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use aws_config::timeout::TimeoutConfig;
use aws_smithy_http_client::proxy::ProxyConfig;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use aws_smithy_http_client::tls::{Provider, TlsContext, TrustStore};
use aws_smithy_http_client::Connector;
use aws_smithy_runtime_api::client::http::{
    http_client_fn, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient,
    SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_runtime_api::client::result::ConnectorError;

use super::http_client::HttpClient;
use super::proxy::proxy_of_environment;
use super::transport::Fault;
use super::trust::{read_ca_bundle, system_trust};
use crate::output::failure::Failure;

/// How long to wait; `None` waits forever.
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
    /// those are longer. A connection that never comes is told as that, so it has less time than
    /// an attempt.
    pub fn for_calls(self) -> TimeoutConfig {
        let within = self.attempt.map(|attempt| attempt.mul_f64(0.9));
        let connect = self.connect.into_iter().chain(within).min();
        let mut config = TimeoutConfig::builder()
            .connect_timeout(connect.unwrap_or(FOREVER))
            .operation_attempt_timeout(self.attempt.unwrap_or(FOREVER));
        if let Some(attempt) = self.attempt {
            config = config.operation_timeout(Duration::from_mins(1).max(attempt * 4));
        }
        config.build()
    }
}

/// Longer than anyone waits; the SDK has a default of its own where nothing is set.
const FOREVER: Duration = Duration::from_hours(24 * 365);

/// How requests leave this machine. Its clones share their connections.
#[derive(Clone, Debug)]
pub struct Network {
    /// The certificates of a CA bundle; `None` stands for the system's.
    bundle: Option<TrustStore>,
    proxy: Result<ProxyConfig, Fault>,
    connectors: Arc<Mutex<Vec<(Limits, SharedHttpConnector)>>>,
}

/// The time-outs of a connector, for a connection and for the head of an answer.
type Limits = (Option<Duration>, Option<Duration>);

impl Network {
    /// # Errors
    /// Status 4 where the CA bundle cannot be used.
    pub fn new(ca_bundle: Option<&str>) -> Result<Self, Failure> {
        Ok(Self {
            bundle: ca_bundle.map(read_ca_bundle).transpose()?,
            proxy: proxy_of_environment(),
            connectors: Arc::default(),
        })
    }

    /// For the SDK.
    pub fn client(&self) -> SharedHttpClient {
        let network = self.clone();
        http_client_fn(move |settings, _| network.connector(settings))
    }

    /// For servers that are not AWS's.
    pub fn http_client(&self) -> HttpClient {
        let settings = HttpConnectorSettings::builder().build();
        HttpClient::of(self.connector(&settings))
    }

    /// The connector with these time-outs. It is made once; the SDK's own cache would parse the
    /// trusted certificates again for each client.
    fn connector(&self, settings: &HttpConnectorSettings) -> SharedHttpConnector {
        let limits = (settings.connect_timeout(), settings.read_timeout());
        let known = self.connectors.lock();
        let mut known = known.unwrap_or_else(PoisonError::into_inner);
        if let Some((_, connector)) = known.iter().find(|(of, _)| *of == limits) {
            return connector.clone();
        }
        let (trust, proxy, without_tls) = match self.tls() {
            Ok((trust, proxy)) => (trust, proxy, None),
            Err(fault) => (TrustStore::empty(), ProxyConfig::disabled(), Some(fault)),
        };
        let tls = TlsContext::builder().with_trust_store(trust).build();
        let connector = SharedHttpConnector::new(Guarded {
            connector: Connector::builder()
                .connector_settings(settings.clone())
                .proxy_config(proxy)
                .tls_provider(Provider::Rustls(CryptoMode::Ring))
                .tls_context(tls.expect("it has no part that can be wrong"))
                .build(),
            without_tls,
        });
        known.push((limits, connector.clone()));
        connector
    }

    /// The trusted certificates and the proxy, or why TLS cannot be used.
    fn tls(&self) -> Result<(TrustStore, ProxyConfig), Fault> {
        let trust = self.bundle.clone().map_or_else(system_trust, Ok)?;
        Ok((trust, self.proxy.clone()?))
    }
}

/// Sends nothing over TLS if TLS cannot be used.
#[derive(Debug)]
struct Guarded {
    connector: Connector,
    without_tls: Option<Fault>,
}

impl HttpConnector for Guarded {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        match &self.without_tls {
            Some(fault) if !request.uri().starts_with("http://") => {
                let fault = ConnectorError::other(fault.clone().into(), None);
                HttpConnectorFuture::ready(Err(fault))
            }
            _ => self.connector.call(request),
        }
    }
}
