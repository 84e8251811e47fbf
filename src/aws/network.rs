//! [`Network`]: how requests leave this machine. It is the HTTP client of the SDK, with the proxy,
//! the trusted certificates and the time-outs of the AWS CLI.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
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
use super::transport::{is_without_connection, Fault};
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
    /// those are longer. A connection does not outlast an attempt: whether something was sent
    /// would not be known then.
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
        let mut known = locked(&self.connectors);
        if let Some((_, connector)) = known.iter().find(|(of, _)| *of == limits) {
            return connector.clone();
        }
        let (tls, without_tls) = match self.tls() {
            Ok(tls) => (tls, None),
            Err(fault) => ((TrustStore::empty(), ProxyConfig::disabled()), Some(fault)),
        };
        let (trust, proxy) = tls;
        let tls = TlsContext::builder().with_trust_store(trust).build();
        let connector = SharedHttpConnector::new(Watched {
            connector: Connector::builder()
                .connector_settings(settings.clone())
                .proxy_config(proxy)
                .tls_provider(Provider::Rustls(CryptoMode::Ring))
                .tls_context(tls.expect("it has no part that can be wrong"))
                .build(),
            without_tls,
            sent: Arc::default(),
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

/// Remembers for each call of the SDK whether one of its attempts may have been sent.
#[derive(Debug)]
struct Watched {
    connector: Connector,
    /// Why no request can be sent over TLS.
    without_tls: Option<Fault>,
    /// The calls of which an attempt may have been sent.
    sent: Arc<Mutex<HashSet<String>>>,
}

impl HttpConnector for Watched {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let is_plain = request.uri().starts_with("http://");
        if let Some(fault) = self.without_tls.as_ref().filter(|_| !is_plain) {
            let fault = ConnectorError::other(fault.clone().into(), None);
            return HttpConnectorFuture::ready(Err(not_sent(fault)));
        }
        let call = request.headers().get("amz-sdk-invocation-id");
        let call = call.unwrap_or_default().to_owned();
        let sent = Arc::clone(&self.sent);
        let is_first = locked(&sent).insert(call.clone());
        let answer = self.connector.call(request);
        HttpConnectorFuture::new(async move {
            let error = match answer.await {
                Err(error) if is_first && is_without_connection(&error) => error,
                answer => return answer,
            };
            locked(&sent).remove(&call);
            Err(not_sent(error))
        })
    }
}

/// The error of an attempt if no attempt of its call was ever sent.
#[derive(Debug, thiserror::Error)]
#[error("no request was sent")]
pub struct NotSent(#[source] ConnectorError);

/// Marks an error. The SDK retries it unless it is a fault of configuration.
fn not_sent(error: ConnectorError) -> ConnectorError {
    let is_timeout = error.is_timeout();
    let is_of_configuration = Fault::of(&error).is_of_configuration();
    let marked = NotSent(error).into();
    match is_of_configuration {
        true => ConnectorError::other(marked, None),
        false if is_timeout => ConnectorError::timeout(marked),
        false => ConnectorError::io(marked),
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
