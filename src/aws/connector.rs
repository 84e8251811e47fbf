//! [`Connector`]: requests over connections that are kept and used again, for the SDK and for
//! servers that are not AWS's. The SDK's own reads the trust store twice, and opens no connection
//! before it is needed.

use std::collections::HashSet;
use std::error::Error;
use std::fmt;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use aws_smithy_runtime_api::client::connection::{CaptureSmithyConnection, ConnectionMetadata};
use aws_smithy_runtime_api::client::http::{
    http_client_fn, HttpConnector, HttpConnectorFuture, SharedHttpClient, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::retry::ErrorKind;
use http::Uri;
use hyper_util::client::legacy::connect::{capture_connection, CaptureConnection};
use hyper_util::client::legacy::{self, Client};
use hyper_util::rt::{TokioExecutor, TokioTimer};

use super::connect::Connect;
use super::proxy::Proxy;
use super::transport::{whole_chain, Fault};
use super::trust::Trust;

/// Sends requests. Its clones share their connections.
#[derive(Clone, Debug)]
pub struct Connector {
    connect: Connect,
    clients: Arc<Mutex<Vec<TimedClient>>>,
    sent: Sent,
}

/// How long a connection may take, and the client for that.
type TimedClient = (Option<Duration>, Client<Connect, SdkBody>);

impl Connector {
    pub fn new(trust: Arc<Trust>, proxy: Option<Arc<Proxy>>) -> Self {
        Self {
            connect: Connect::new(trust, proxy),
            clients: Arc::default(),
            sent: Sent::default(),
        }
    }

    /// For the SDK.
    pub fn for_sdk(&self) -> SharedHttpClient {
        let connector = self.clone();
        http_client_fn(move |settings, _| {
            connector.within(settings.connect_timeout(), settings.read_timeout())
        })
    }

    /// What sends requests within a time for the connection, and one for the head of the answer.
    pub fn within(&self, connect: Option<Duration>, read: Option<Duration>) -> SharedHttpConnector {
        let mut clients = self.clients.lock().unwrap_or_else(PoisonError::into_inner);
        let known = clients.iter().find(|(timeout, _)| *timeout == connect);
        let client = known.map(|(_, client)| client.clone());
        let client = client.unwrap_or_else(|| {
            let client = Client::builder(TokioExecutor::new())
                .pool_timer(TokioTimer::new())
                .build(self.connect.within(connect));
            clients.push((connect, client.clone()));
            client
        });
        SharedHttpConnector::new(Within {
            client,
            read,
            sent: self.sent.clone(),
        })
    }

    /// Opens the connection for the first request to a URL, while something else is waited for.
    pub fn open_ahead(&self, url: &Uri, timeout: Option<Duration>) {
        self.connect.within(timeout).open_ahead(url);
    }
}

/// A client with the time that the head of an answer may take.
#[derive(Debug)]
struct Within {
    client: Client<Connect, SdkBody>,
    read: Option<Duration>,
    sent: Sent,
}

/// The calls of which a request may have been sent, by what the SDK calls them in each attempt.
#[derive(Clone, Debug, Default)]
struct Sent(Arc<Mutex<HashSet<String>>>);

/// An attempt at a call, until it ends or is given up.
struct Attempt {
    call: String,
    connection: CaptureConnection,
    sent: Sent,
}

impl Attempt {
    /// Whether a request of the call has got a connection, in this attempt or before.
    fn may_be_sent(&self) -> bool {
        let mut sent = self.sent.0.lock().unwrap_or_else(PoisonError::into_inner);
        if self.connection.connection_metadata().is_some() {
            sent.insert(self.call.clone());
        }
        sent.contains(&self.call)
    }
}

impl Drop for Attempt {
    fn drop(&mut self) {
        self.may_be_sent();
    }
}

/// Why a request failed of whose call nothing was ever sent.
#[derive(Debug)]
pub struct NotSent(Box<dyn Error + Send + Sync>);

impl fmt::Display for NotSent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("no request was sent")
    }
}

impl Error for NotSent {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(&*self.0)
    }
}

impl HttpConnector for Within {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let mut request = match request.try_into_http1x() {
            Ok(request) => request,
            Err(error) => {
                return HttpConnectorFuture::ready(Err(ConnectorError::user(error.into())))
            }
        };
        let connection = capture_connection(&mut request);
        let call = request.headers().get("amz-sdk-invocation-id");
        let attempt = Attempt {
            call: call.map_or_else(String::new, |id| format!("{id:?}")),
            connection: connection.clone(),
            sent: self.sent.clone(),
        };
        if let Some(capture) = request.extensions().get::<CaptureSmithyConnection>() {
            capture.set_connection_retriever(move || metadata_of(&connection));
        }
        let answer = self.client.request(request);
        let read = self.read;
        HttpConnectorFuture::new(async move {
            let answer = match read {
                Some(limit) => tokio::time::timeout(limit, answer)
                    .await
                    .map_err(|error| ConnectorError::timeout(error.into()))?,
                None => answer.await,
            };
            let answer = answer.map_err(|error| failed(error, attempt.may_be_sent()))?;
            let answer = answer.map(SdkBody::from_body_1_x);
            HttpResponse::try_from(answer)
                .map_err(|error| ConnectorError::other(error.into(), None))
        })
    }
}

/// What the SDK does to a connection on which it goes wrong: no further request gets it.
fn metadata_of(connection: &CaptureConnection) -> Option<ConnectionMetadata> {
    connection.connection_metadata().as_ref()?;
    let connection = connection.clone();
    let poison = move || {
        if let Some(connection) = connection.connection_metadata().as_ref() {
            connection.poison();
        }
    };
    let metadata = ConnectionMetadata::builder().proxied(false);
    Some(metadata.poison_fn(poison).build())
}

/// Says of what kind an error is, by which the SDK tries again or not.
fn failed(error: legacy::Error, may_be_sent: bool) -> ConnectorError {
    let fault = Fault::of(&error);
    let is_connect = error.is_connect();
    let mut error: Box<dyn Error + Send + Sync> = error.into();
    if !may_be_sent {
        error = NotSent(error).into();
    }
    let of_http = whole_chain(&*error).find_map(|cause| cause.downcast_ref::<hyper::Error>());
    let is_io = is_connect || whole_chain(&*error).any(<dyn Error>::is::<io::Error>);
    match of_http {
        _ if matches!(fault, Fault::TimedOut | Fault::NoConnection) => {
            ConnectorError::timeout(error)
        }
        _ if fault.is_of_configuration() => ConnectorError::other(error, None),
        Some(http) if http.is_timeout() => ConnectorError::timeout(error),
        Some(http) if http.is_user() => ConnectorError::user(error),
        Some(http) if http.is_closed() || http.is_canceled() => ConnectorError::io(error),
        _ if is_io => ConnectorError::io(error),
        Some(http) if http.is_incomplete_message() => {
            ConnectorError::other(error, Some(ErrorKind::TransientError))
        }
        _ => ConnectorError::other(error, None),
    }
}
