//! [`HttpClient`]: the HTTP client, for servers that are not AWS's.

use aws_sdk_secretsmanager::config::http::HttpRequest;
use aws_smithy_runtime_api::client::http::{HttpConnector, SharedHttpConnector};
use aws_smithy_types::byte_stream::ByteStream;

use super::transport::Fault;

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
    pub(super) fn of(connector: SharedHttpConnector) -> Self {
        Self { connector }
    }

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
