//! How much of an answer of AWS is read: whoever answers in its place must not fill the memory.

use aws_smithy_runtime_api::client::http::{
    http_client_fn, HttpClient, HttpConnector, HttpConnectorFuture, SharedHttpClient,
    SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_types::body::SdkBody;
use http_body_util::Limited;

/// The longest answer that is read, in bytes. The longest that AWS gives are pages of a listing,
/// and 20 values of up to 65,536 bytes, each escaped as JSON.
const MAX_BODY: usize = 16 << 20;

/// The same client, which ends an answer that is longer with an error.
pub fn with_limited_answers(client: SharedHttpClient) -> SharedHttpClient {
    http_client_fn(move |settings, components| {
        SharedHttpConnector::new(LimitedConnector(
            client.http_connector(settings, components),
        ))
    })
}

#[derive(Debug)]
struct LimitedConnector(SharedHttpConnector);

impl HttpConnector for LimitedConnector {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let answer = self.0.call(request);
        HttpConnectorFuture::new(async move {
            let limited = |body| SdkBody::from_body_1_x(Limited::new(body, MAX_BODY));
            Ok(answer.await?.map(limited))
        })
    }
}
