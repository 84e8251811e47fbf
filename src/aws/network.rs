//! [`Network`]: how requests leave this machine. It is the HTTP client of the SDK, with the proxy,
//! the trusted certificates and the time-outs of the AWS CLI.

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
        HttpClient {
            connector: self.connector(&settings),
        }
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

/// Sends GET requests, and follows no redirect. Keeps its connections for as long as it lives.
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

/// The longest body that is read, in bytes.
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
    /// Sends a GET request. The header values may be secret: they are in no error.
    ///
    /// # Errors
    /// The [`Fault`] of the way there or back.
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
