//! [`SecretsManager`]: the Secrets Manager API calls, in our own types.

mod read;
mod write;

pub use read::BATCH;

use aws_config::SdkConfig;
use aws_sdk_secretsmanager::config::Builder;
use aws_sdk_secretsmanager::Client;

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
