//! [`Network`]: the way out of this machine, with the proxies, the trust store and the time-outs
//! that the AWS CLI has.

use std::sync::Arc;
use std::time::Duration;

use aws_config::timeout::TimeoutConfig;
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use http::Uri;

use super::body_limit::with_limited_answers;
use super::connector::Connector;
use super::http_client::HttpClient;
use super::proxy::Proxy;
use super::trust::Trust;
use crate::output::failure::Failure;
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
    /// For a connection, which an attempt does not outlast: whether something was sent would not be
    /// known then.
    pub fn for_connections(self) -> Option<Duration> {
        let within = self.attempt.map(|attempt| attempt.mul_f64(0.9));
        self.connect.into_iter().chain(within).min()
    }

    /// For the SDK: a call with all its attempts takes a minute at most, or four attempts where
    /// those are longer.
    pub fn for_calls(self) -> TimeoutConfig {
        let mut config = TimeoutConfig::builder()
            .connect_timeout(self.for_connections().unwrap_or(FOR_EVER))
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
    connector: Connector,
    /// The same, never by a proxy.
    direct: Connector,
    redactor: Redactor,
}

impl Network {
    /// # Errors
    /// Status 4 where the CA bundle cannot be used.
    pub fn new(ca_bundle: Option<&str>, redactor: Redactor) -> Result<Self, Failure> {
        let trust = Arc::new(Trust::read(ca_bundle)?);
        let proxy = Proxy::of_environment().map(Arc::new);
        Ok(Self {
            connector: Connector::new(Arc::clone(&trust), proxy),
            direct: Connector::new(trust, None),
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
            redactor,
            ..self.clone()
        }
    }

    /// For the SDK.
    pub fn client(&self) -> SharedHttpClient {
        with_limited_answers(self.connector.for_sdk())
    }

    /// For servers that are not AWS's.
    pub fn http_client(&self) -> HttpClient {
        HttpClient::of(self.connector.within(None, None), self.redactor.clone())
    }

    /// The same, never through a proxy: for servers on this machine.
    pub fn direct_http_client(&self) -> HttpClient {
        HttpClient::of(self.direct.within(None, None), self.redactor.clone())
    }

    /// Opens a connection for the first request to a URL, while something else is waited for.
    pub fn open_ahead(&self, url: &Uri, timeout: Option<Duration>) {
        self.connector.open_ahead(url, timeout);
    }
}
