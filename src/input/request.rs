//! [`Request`]: the complete, valid input for storing a secret.

use crate::model::attributes::{Description, ResourcePolicy, Rotation, Tag};
use crate::model::credential::Credential;
use crate::model::date::Date;
use crate::model::name::SecretName;
use crate::model::region::Region;
use crate::model::registries::LoginRegistry;
use crate::model::secret::{default_description, Secret, EXPIRY_TAG};

/// The credentials and settings of a secret to store.
#[derive(Debug)]
pub struct Request {
    /// `None` if the registry of an existing secret is unknown.
    pub upstream: Option<LoginRegistry>,
    /// ECR's `upstreamRegistryUrl`; `None` if unknown.
    pub upstream_url: Option<String>,
    pub credential: Credential,
    pub name: SecretName,
    /// `None` for the default, or to keep the description of an existing secret.
    pub description: Option<Description>,
    pub tags: Vec<Tag>,
    pub policy: Option<ResourcePolicy>,
    pub replicas: Vec<Region>,
    pub overwrite_replicas: bool,
    pub rotation: Option<Rotation>,
}

impl Request {
    /// The description for a new secret.
    pub fn description_or_default(&self) -> Description {
        let given = self.description.clone();
        given.unwrap_or_else(|| default_description(self.upstream))
    }

    /// The tag with the token's expiry date, if known.
    pub fn expiry(&self) -> Option<&Tag> {
        self.tags.iter().find(|tag| tag.key() == EXPIRY_TAG)
    }

    /// The token's expiry date after the request is carried out.
    pub fn expiry_after(&self, secret: Option<&Secret>, is_new_token: bool) -> Option<Date> {
        match self.expiry() {
            Some(tag) => Date::parse(tag.value()).ok(),
            None if is_new_token => None,
            None => secret?.expires_on()?.ok(),
        }
    }
}
