//! [`SecretsManager`]: its operations that we use, in our own types.

mod beyond;
mod deletion;
mod read;
mod values;
mod versions;
mod write;

pub use values::BATCH;

use aws_config::SdkConfig;
use aws_sdk_secretsmanager::config::endpoint::{DefaultResolver, Params, ResolveEndpoint};
use aws_sdk_secretsmanager::config::Builder;
use aws_sdk_secretsmanager::Client;
use futures_util::FutureExt;
use http::Uri;

use crate::aws::answers::AnswerCheck;
use crate::output::Redactor;

/// The secrets of one account and Region.
#[derive(Clone)]
pub struct SecretsManager {
    client: Client,
    redactor: Redactor,
}

impl SecretsManager {
    pub fn new(config: &SdkConfig, endpoint: Option<&str>, redactor: Redactor) -> Self {
        let mut config = Builder::from(config);
        config.set_endpoint_url(endpoint.map(str::to_owned));
        Self {
            client: Client::from_conf(config.interceptor(AnswerCheck).build()),
            redactor,
        }
    }
}

/// Where calls of Secrets Manager go; none where that is no place.
pub fn url(config: &SdkConfig, endpoint: Option<&str>) -> Option<Uri> {
    let place = Params::builder()
        .set_region(config.region().map(ToString::to_string))
        .set_use_fips(config.use_fips())
        .set_use_dual_stack(config.use_dual_stack())
        .set_endpoint(endpoint.map(str::to_owned));
    let (resolver, place) = (DefaultResolver::new(), place.build().ok()?);
    let found = resolver.resolve_endpoint(&place).now_or_never()?;
    found.ok()?.url().parse().ok()
}
