//! From where credentials come to what gets them: providers of the SDK and ours, put together.

use aws_config::credential_process::CredentialProcessProvider;
use aws_config::ecs::EcsCredentialsProvider;
use aws_config::environment::EnvironmentVariableCredentialsProvider;
use aws_config::imds::credentials::ImdsCredentialsProvider;
use aws_config::login::LoginCredentialsProvider;
use aws_config::provider_config::ProviderConfig;
use aws_config::sso::SsoCredentialsProvider;
use aws_config::Region;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_smithy_runtime_api::client::http::SharedHttpClient;

use super::fetched::Fetched;
use super::metadata::Metadata;
use super::roles::{AssumedRole, RoleByWebIdentity, Sts};
use super::sources::Source;
use crate::output::failure::Failure;

/// What the providers are made with.
#[derive(Debug)]
pub struct Ways {
    pub providers: ProviderConfig,
    pub metadata: Metadata,
    pub http_client: SharedHttpClient,
    pub sts: Sts,
    /// What an MFA device shows, for the roles that need it.
    pub mfa_code: Option<String>,
}

impl Ways {
    /// What gets the credentials of a source. Nothing is asked yet.
    ///
    /// # Errors
    /// Status 4 for an endpoint of the metadata service that cannot be used.
    pub fn to(&self, source: Source) -> Result<Fetched, Failure> {
        let of = &self.providers;
        Ok(Fetched::by(match source {
            Source::Environment => {
                SharedCredentialsProvider::new(EnvironmentVariableCredentialsProvider::new())
            }
            Source::Keys(keys) => SharedCredentialsProvider::new(keys),
            Source::Role(role, source) => SharedCredentialsProvider::new(AssumedRole {
                role,
                of: SharedCredentialsProvider::new(self.to(*source)?),
                code: self.mfa_code.clone(),
                sts: self.sts.clone(),
            }),
            Source::WebIdentity(identity) => SharedCredentialsProvider::new(RoleByWebIdentity {
                identity,
                sts: self.sts.clone(),
            }),
            Source::Sso(sso) => {
                let mut provider = SsoCredentialsProvider::builder();
                provider.set_session_name(sso.session);
                let provider = provider
                    .account_id(sso.account_id)
                    .role_name(sso.role_name)
                    .start_url(sso.start_url)
                    .region(Region::new(sso.region));
                SharedCredentialsProvider::new(provider.configure(of).build())
            }
            Source::Login(login) => {
                let provider = LoginCredentialsProvider::builder(login.arn).configure(of);
                SharedCredentialsProvider::new(provider.build())
            }
            Source::Process(command) => {
                SharedCredentialsProvider::new(CredentialProcessProvider::new(command))
            }
            Source::Container => {
                let provider = EcsCredentialsProvider::builder().configure(of);
                SharedCredentialsProvider::new(provider.build())
            }
            Source::Instance => {
                let provider = ImdsCredentialsProvider::builder().configure(of);
                let metadata = self.metadata.client(of, &self.http_client)?;
                SharedCredentialsProvider::new(provider.imds_client(metadata).build())
            }
        }))
    }
}
