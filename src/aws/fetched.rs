//! [`Fetched`]: AWS credentials that were asked for before they were needed.

use std::sync::Mutex;

use aws_credential_types::provider::error::CredentialsError;
use aws_credential_types::provider::{future, ProvideCredentials, SharedCredentialsProvider};
use aws_credential_types::Credentials;

/// Gives the first answer of a provider, got beforehand, then asks it as before.
#[derive(Debug)]
pub struct Fetched {
    first: Mutex<Option<Result<Credentials, CredentialsError>>>,
    provider: SharedCredentialsProvider,
}

impl Fetched {
    pub async fn from(provider: SharedCredentialsProvider) -> Self {
        let first = provider.provide_credentials().await;
        Self {
            first: Mutex::new(Some(first)),
            provider,
        }
    }
}

impl ProvideCredentials for Fetched {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        match self.first.lock().ok().and_then(|mut first| first.take()) {
            Some(first) => future::ProvideCredentials::ready(first),
            None => self.provider.provide_credentials(),
        }
    }
}
