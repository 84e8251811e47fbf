//! [`Fetched`]: AWS credentials that are got once for a whole run.

use std::time::{Duration, SystemTime};

use aws_credential_types::provider::error::CredentialsError;
use aws_credential_types::provider::{future, ProvideCredentials, SharedCredentialsProvider};
use aws_credential_types::Credentials;
use tokio::sync::Mutex;

use super::variables::is_one_word;

/// How long before their end credentials are got anew, as in the SDK's own cache.
const BEFORE_THE_END: Duration = Duration::from_secs(10);

/// Asks a provider once, and again only when the credentials end. Each asking may be a prompt of a
/// program's, or a page in a browser, so that no two are under way at once.
#[derive(Debug)]
pub struct Fetched {
    provider: SharedCredentialsProvider,
    credentials: Mutex<Option<Credentials>>,
}

impl Fetched {
    pub fn by(provider: SharedCredentialsProvider) -> Self {
        Self {
            provider,
            credentials: Mutex::new(None),
        }
    }

    async fn get(&self) -> Result<Credentials, CredentialsError> {
        let mut known = self.credentials.lock().await;
        let soon = SystemTime::now() + BEFORE_THE_END;
        let lasts = |credentials: &&Credentials| credentials.expiry().is_none_or(|end| end > soon);
        if let Some(credentials) = known.as_ref().filter(lasts) {
            return Ok(credentials.clone());
        }
        let credentials = usable(self.provider.provide_credentials().await?)?;
        *known = Some(credentials.clone());
        Ok(credentials)
    }
}

/// An empty session token is none. The SDK would end the program over a character that cannot be
/// in a header.
fn usable(credentials: Credentials) -> Result<Credentials, CredentialsError> {
    let id = credentials.access_key_id();
    let token = credentials.session_token();
    let token = token.filter(|token| !token.is_empty());
    if !is_one_word(id) || !token.is_none_or(is_one_word) {
        return Err(CredentialsError::invalid_configuration(
            "the access key ID or the session token has a character that AWS never puts there, \
             such as a space or a line end",
        ));
    }
    if token == credentials.session_token() {
        return Ok(credentials);
    }
    let (secret, expiry) = (credentials.secret_access_key(), credentials.expiry());
    Ok(Credentials::new(id, secret, None, expiry, "WithoutToken"))
}

impl ProvideCredentials for Fetched {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        future::ProvideCredentials::new(self.get())
    }
}
