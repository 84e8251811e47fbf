//! [`Network`]: the SDK's HTTP client, with the proxy, the trusted certificates and the timeouts of
//! the AWS CLI.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

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
use aws_smithy_types::byte_stream::ByteStream;

use super::proxy::proxy_of_environment;
use super::transport::Fault;
use super::trust::{read_ca_bundle, system_trust};
use crate::output::failure::Failure;

/// The network settings. Clones share their connections.
#[derive(Clone, Debug)]
pub struct Network {
    /// The certificates of a CA bundle; `None` for the system's.
    bundle: Option<TrustStore>,
    proxy: Result<ProxyConfig, Fault>,
    connectors: Arc<Mutex<Vec<(Limits, SharedHttpConnector)>>>,
}

/// Whether a connector uses TLS, and its timeouts for connecting and for the headers of a response.
type Limits = (bool, Option<Duration>, Option<Duration>);

impl Network {
    /// Fails if the CA bundle cannot be used.
    pub fn new(ca_bundle: Option<&str>) -> Result<Self, Failure> {
        Ok(Self {
            bundle: ca_bundle.map(read_ca_bundle).transpose()?,
            proxy: proxy_of_environment(),
            connectors: Arc::default(),
        })
    }

    /// The client for the SDK.
    pub fn client(&self) -> SharedHttpClient {
        let network = self.clone();
        http_client_fn(move |settings, _| network.connector(settings.clone()))
    }

    /// The client for other servers, such as registries.
    pub fn http_client(&self) -> HttpClient {
        HttpClient {
            connector: self.connector(HttpConnectorSettings::builder().build()),
        }
    }

    fn connector(&self, settings: HttpConnectorSettings) -> SharedHttpConnector {
        SharedHttpConnector::new(ByScheme {
            network: self.clone(),
            settings,
        })
    }

    /// The connector with these timeouts. It is created once, at its first use: reading the
    /// system's certificates takes some milliseconds, and plain HTTP needs none. Fails if TLS
    /// cannot be used.
    fn built(
        &self,
        settings: &HttpConnectorSettings,
        is_tls: bool,
    ) -> Result<SharedHttpConnector, Fault> {
        let limits = (is_tls, settings.connect_timeout(), settings.read_timeout());
        let known = self.connectors.lock();
        let mut known = known.unwrap_or_else(PoisonError::into_inner);
        if let Some((_, connector)) = known.iter().find(|(of, _)| *of == limits) {
            return Ok(connector.clone());
        }
        let builder = Connector::builder().connector_settings(settings.clone());
        let connector = SharedHttpConnector::new(if is_tls {
            let trust = self.bundle.clone().map_or_else(system_trust, Ok)?;
            let tls = TlsContext::builder().with_trust_store(trust).build();
            builder
                .proxy_config(self.proxy.clone()?)
                .tls_provider(Provider::Rustls(CryptoMode::Ring))
                .tls_context(tls.expect("it has no part that can be wrong"))
                .build()
        } else {
            builder.proxy_config(ProxyConfig::disabled()).build_http()
        });
        known.push((limits, connector.clone()));
        Ok(connector)
    }
}

/// Sends each request over TLS or in plain HTTP, as its URL says.
#[derive(Debug)]
struct ByScheme {
    network: Network,
    settings: HttpConnectorSettings,
}

impl HttpConnector for ByScheme {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let is_tls = !request.uri().starts_with("http://");
        match self.network.built(&self.settings, is_tls) {
            Ok(connector) => connector.call(request),
            Err(fault) => {
                HttpConnectorFuture::ready(Err(ConnectorError::other(fault.into(), None)))
            }
        }
    }
}

/// Sends GET requests, without following redirects. Keeps its connections until it is dropped.
#[derive(Debug)]
pub struct HttpClient {
    connector: SharedHttpConnector,
}

/// An answer of a server that is not AWS's.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    headers: Vec<(String, String)>,
    /// Up to [`MAX_BODY`] bytes.
    pub body: Vec<u8>,
}

/// How much of a body is read, in bytes.
const MAX_BODY: usize = 1_000_000;

impl Answer {
    /// The values of a header, in order.
    pub fn header<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.headers
            .iter()
            .filter(move |(key, _)| key.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }
}

impl HttpClient {
    /// Sends a GET request. Errors do not show the header values, which may be secret.
    pub async fn get(&self, url: &str, headers: &[(&'static str, &str)]) -> Result<Answer, Fault> {
        let mut request = HttpRequest::get(url).map_err(|_| Fault::BadRequest)?;
        for (name, value) in headers {
            let kept = request.headers_mut().try_insert(*name, (*value).to_owned());
            kept.map_err(|_| Fault::BadRequest)?;
        }
        let answer = self.connector.call(request).await;
        let answer = answer.map_err(|error| Fault::of(&error))?;
        let headers = answer.headers().iter();
        let headers = headers
            .map(|(key, value)| (key.to_owned(), value.to_owned()))
            .collect();
        let status = answer.status().as_u16();
        let mut stream = ByteStream::new(answer.into_body());
        let mut body = Vec::new();
        while let Some(chunk) = stream.next().await {
            body.extend(chunk.map_err(|error| Fault::of(&error))?);
            if body.len() > MAX_BODY {
                body.truncate(MAX_BODY);
                break;
            }
        }
        Ok(Answer {
            status,
            headers,
            body,
        })
    }
}
