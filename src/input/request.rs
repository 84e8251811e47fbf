//! [`Request`]: everything that is asked for of a secret, complete and valid.

use crate::model::attributes::{Description, ResourcePolicy, Rotation, Tag};
use crate::model::credential::Credential;
use crate::model::date::Date;
use crate::model::name::SecretName;
use crate::model::region::Region;
use crate::model::registries::LoginRegistry;
use crate::model::secret::{Secret, EXPIRY_TAG};

/// Credentials, and what the secret is to have beside them.
#[derive(Debug)]
pub struct Request {
    /// `None` where the registry of a secret that exists is not known.
    pub upstream: Option<LoginRegistry>,
    /// ECR's `upstreamRegistryUrl`; `None` where it is not known.
    pub upstream_url: Option<String>,
    pub credential: Credential,
    pub name: SecretName,
    /// `None` for the default, and to leave that of a secret that exists.
    pub description: Option<Description>,
    pub tags: Vec<Tag>,
    pub policy: Option<ResourcePolicy>,
    pub replicas: Vec<Region>,
    pub overwrite_replicas: bool,
    pub rotation: Option<Rotation>,
}

impl Request {
    /// The description of a secret that is created.
    pub fn description_or_default(&self) -> Description {
        let given = self.description.clone();
        given.unwrap_or_else(|| default_description(self.upstream))
    }

    /// The tag that says when the token ends, where that is known.
    pub fn expiry(&self) -> Option<&Tag> {
        self.tags.iter().find(|tag| tag.key() == EXPIRY_TAG)
    }

    /// When the token ends, once the request is carried out for a secret.
    pub fn expiry_after(&self, secret: Option<&Secret>, is_new_token: bool) -> Option<Date> {
        match self.expiry() {
            Some(tag) => Date::parse(tag.value()).ok(),
            None if is_new_token => None,
            None => secret?.expires_on()?.ok(),
        }
    }
}

/// The description of a registry's secret, where none is given.
pub fn default_description(upstream: Option<LoginRegistry>) -> Description {
    let title = upstream.map_or("Registry", |upstream| upstream.title);
    let text = format!("{title} credentials for Amazon ECR pull through cache");
    Description::parse(&text).unwrap_or_else(|_| unreachable!("the titles in the table are short"))
}
