//! [`Metadata`]: how the metadata service of an instance is asked. The SDK knows it in version 2
//! alone; where there is only version 1, the AWS CLI asks that.
//!
//! Source: <https://docs.aws.amazon.com/sdkref/latest/guide/feature-imds-credentials.html>

use std::time::Duration;

use aws_config::imds::client::{EndpointMode, ImdsResponseRetryClassifier};
use aws_config::imds::region::ImdsRegionProvider;
use aws_config::imds::Client;
use aws_config::provider_config::ProviderConfig;
use aws_smithy_runtime_api::client::http::{
    http_client_fn, HttpClient, HttpConnector, HttpConnectorFuture, SharedHttpClient,
    SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::retries::classifiers::SharedRetryClassifier;
use aws_smithy_types::body::SdkBody;

use super::config_files::ConfigFiles;
use crate::env;
use crate::output::failure::Failure;
use crate::output::status::Status;

const TOKEN_PATH: &str = "/latest/api/token";
const TOKEN_HEADER: &str = "x-aws-ec2-metadata-token";
const LIFETIME_HEADER: &str = "x-aws-ec2-metadata-token-ttl-seconds";

/// What stands for a token where the service has none. It is never sent.
const NO_TOKEN: &str = "none";

/// How the metadata service is asked.
#[derive(Clone, Debug)]
pub struct Metadata {
    /// Of connecting, and of waiting for an answer.
    timeout: Duration,
    attempts: u32,
    endpoint: Option<String>,
    mode: Option<EndpointMode>,
    /// Whether version 1 is not to be asked.
    no_version_1: bool,
}

impl Metadata {
    /// The variables, then the profile.
    ///
    /// # Errors
    /// Status 4 for a setting that cannot be used.
    pub fn read(files: &ConfigFiles) -> Result<Self, Failure> {
        let setting = |variable: &'static str, key: &'static str| {
            let of_environment = env::aws(variable).map(|value| (variable, value));
            of_environment.or_else(|| Some((key, files.get(key)?.to_owned())))
        };
        let bad = |origin: &str, what: &str| {
            let message = format!("{origin} is not {what}");
            Failure::new(Status::Configuration, "misconfigured", message)
                .fix(format!("fix or unset {origin}"))
        };
        let number = |found: Option<(&'static str, String)>| match found {
            None => Ok(1),
            Some((origin, text)) => match text.parse() {
                Ok(number @ 1..=3_600) => Ok(number),
                _ => Err(bad(origin, "a whole number from 1 to 3600")),
            },
        };
        let mode = setting(
            "AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE",
            "ec2_metadata_service_endpoint_mode",
        );
        let mode = mode.map(|(origin, mode)| {
            let mode = mode.parse();
            mode.map_err(|_| bad(origin, "IPv4 or IPv6"))
        });
        let endpoint = setting(
            "AWS_EC2_METADATA_SERVICE_ENDPOINT",
            "ec2_metadata_service_endpoint",
        );
        if let Some((origin, url)) = &endpoint {
            let uri = url.parse::<http::Uri>().ok();
            if uri.and_then(|uri| uri.host().map(|_| ())).is_none() {
                return Err(bad(origin, "a URL such as http://169.254.169.254"));
            }
        }
        let no_version_1 = setting("AWS_EC2_METADATA_V1_DISABLED", "ec2_metadata_v1_disabled");
        let timeout = setting("AWS_METADATA_SERVICE_TIMEOUT", "metadata_service_timeout");
        let attempts = setting(
            "AWS_METADATA_SERVICE_NUM_ATTEMPTS",
            "metadata_service_num_attempts",
        );
        Ok(Self {
            timeout: Duration::from_secs(number(timeout)?.into()),
            attempts: number(attempts)?,
            endpoint: endpoint.map(|(_, url)| url),
            mode: mode.transpose()?,
            no_version_1: no_version_1.is_some_and(|(_, value)| env::is_word_for_yes(&value)),
        })
    }

    /// Where nothing answers, there is nothing, and that is soon known.
    ///
    /// # Errors
    /// Status 4 for an endpoint that cannot be used.
    pub fn client(
        &self,
        providers: &ProviderConfig,
        http_client: &SharedHttpClient,
    ) -> Result<Client, Failure> {
        let mut http_client = http_client.clone();
        if !self.no_version_1 {
            http_client = with_version_1(http_client);
        }
        let providers = providers.clone().with_http_client(http_client);
        let classifier =
            ImdsResponseRetryClassifier::default().with_retry_connect_timeouts(self.attempts > 1);
        let mut client = Client::builder()
            .configure(&providers)
            .max_attempts(self.attempts)
            .retry_classifier(SharedRetryClassifier::new(classifier))
            .connect_timeout(self.timeout)
            .read_timeout(self.timeout)
            .operation_attempt_timeout(self.timeout * 5 / 2);
        if self.attempts == 1 {
            client = client.operation_timeout(self.timeout * 5 / 2);
        }
        if let Some(url) = &self.endpoint {
            client = client.endpoint(url).map_err(|_| {
                let message = "the endpoint of the instance metadata service is not a URL";
                Failure::new(Status::Configuration, "misconfigured", message)
                    .fix("set AWS_EC2_METADATA_SERVICE_ENDPOINT to one, or unset it")
            })?;
        } else if let Some(mode) = &self.mode {
            client = client.endpoint_mode(mode.clone());
        }
        Ok(client.build())
    }
}

/// The Region of the instance; none where this is none.
pub async fn region(client: &Client) -> Option<String> {
    let provider = ImdsRegionProvider::builder().imds_client(client.clone());
    let region = provider.build().region().await?;
    Some(region.to_string())
}

/// The same client, which goes on without a token where the service has none to give.
fn with_version_1(client: SharedHttpClient) -> SharedHttpClient {
    http_client_fn(move |settings, components| {
        let connector = client.http_connector(settings, components);
        SharedHttpConnector::new(Version1(connector))
    })
}

#[derive(Debug)]
struct Version1(SharedHttpConnector);

impl HttpConnector for Version1 {
    fn call(&self, mut request: HttpRequest) -> HttpConnectorFuture {
        if request.headers().get(TOKEN_HEADER) == Some(NO_TOKEN) {
            request.headers_mut().remove(TOKEN_HEADER);
        }
        let asks_for_token = request.uri().ends_with(TOKEN_PATH);
        let answer = self.0.call(request);
        HttpConnectorFuture::new(async move {
            let mut answer: HttpResponse = answer.await?;
            if asks_for_token && matches!(answer.status().as_u16(), 403..=405) {
                answer = HttpResponse::new(http::StatusCode::OK.into(), SdkBody::from(NO_TOKEN));
                answer.headers_mut().insert(LIFETIME_HEADER, "21600");
            }
            Ok(answer)
        })
    }
}
