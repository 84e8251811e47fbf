//! Pull through cache rules as plain values: what is wanted, what is there, and what to change.

mod code;
mod credential;
mod secret_name;
mod url;
mod usage;

pub use code::Language;
pub use credential::CredentialArn;
pub use secret_name::RuleSecretName;
pub use url::UpstreamUrl;
pub use usage::RuleUsage;

use serde::Serialize;

use crate::model::arn::SecretArn;
use crate::model::invalid::Invalid;
use crate::model::name::{RepositoryPrefix, SecretName, PREFIX};
use crate::model::upstream::Upstream;

/// A rule that is wanted; what is in it is valid.
#[derive(Clone, Debug)]
pub struct RuleRequest {
    pub prefix: RepositoryPrefix,
    pub upstream: &'static Upstream,
    pub url: UpstreamUrl,
}

/// A rule as ECR has it. The JSON members are ECR's own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Rule {
    pub ecr_repository_prefix: String,
    pub upstream_registry: String,
    pub upstream_registry_url: UpstreamUrl,
    /// None for an upstream without a login.
    pub credential_arn: Option<CredentialArn>,
}

impl Rule {
    /// Whether it points at the secret of this ARN.
    pub fn uses(&self, arn: &SecretArn) -> bool {
        self.secret_arn() == Some(arn)
    }

    fn secret_arn(&self) -> Option<&SecretArn> {
        self.credential_arn.as_ref()?.secret()
    }

    /// The name of the secret, where there is one.
    pub fn secret(&self) -> Option<&str> {
        self.secret_arn().map(SecretArn::name)
    }
}

/// The registry whose credentials a secret has, by the secret's name.
pub fn upstream_of(secret: &SecretName) -> Option<&'static Upstream> {
    Upstream::find(secret.as_str().strip_prefix(PREFIX)?)
}

/// The host of an upstream, as ECR wants it: that of the registry, or for Azure the customer's own.
///
/// # Errors
/// A sentence that says which host is wanted.
pub fn upstream_url(upstream: &Upstream, given: Option<&str>) -> Result<UpstreamUrl, Invalid> {
    let checked =
        |url: &str| UpstreamUrl::parse(url).map_err(|fault| Invalid::new(fault.to_string()));
    let Some(host) = upstream.url else {
        return match given {
            Some(url) if upstream.owns(url) => checked(url),
            Some(_) => Err(Invalid::new(
                "--upstream-registry-url is not the login server of a registry of Azure",
            )
            .fix("for example: --upstream-registry-url NAME.azurecr.io")),
            None => Err(Invalid::new(format!(
                "{} has a host for each customer, and --upstream-registry-url is missing",
                upstream.title
            ))
            .fix("add --upstream-registry-url NAME.azurecr.io")),
        };
    };
    match given {
        Some(url) if url != host => Err(Invalid::new(format!(
            "--upstream-registry-url: ECR takes only {host} for {}",
            upstream.title
        ))
        .fix("leave out --upstream-registry-url")),
        _ => checked(host),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ARN: &str =
        "arn:aws:secretsmanager:us-east-1:111122223333:secret:ecr-pullthroughcache/github-AbCdEf";

    fn there(url: &str, arn: Option<&str>) -> Rule {
        Rule {
            ecr_repository_prefix: "github".to_owned(),
            upstream_registry: "github-container-registry".to_owned(),
            upstream_registry_url: UpstreamUrl::parse(url).unwrap(),
            credential_arn: arn.map(CredentialArn::of),
        }
    }

    #[test]
    fn the_secret_of_a_rule_is_named_without_its_random_end() {
        let name = "ecr-pullthroughcache/github";
        assert_eq!(there("ghcr.io", Some(ARN)).secret(), Some(name));
        assert_eq!(there("ghcr.io", Some("arn:aws:x")).secret(), None);
        assert_eq!(there("ghcr.io", Some("arn:aws:secret:é")).secret(), None);
        let without_an_end = ARN.strip_suffix("-AbCdEf");
        assert_eq!(there("ghcr.io", without_an_end).secret(), None);
        assert_eq!(there("ghcr.io", None).secret(), None);
    }

    #[test]
    fn hosts() {
        let azure = Upstream::find("azure").unwrap();
        let hub = Upstream::find("docker-hub").unwrap();
        assert_eq!(
            upstream_url(azure, Some("me-1.azurecr.io")),
            Ok(UpstreamUrl::parse("me-1.azurecr.io").unwrap())
        );
        for url in [
            None,
            Some(".azurecr.io"),
            Some("https://me.azurecr.io"),
            Some("me.azurecr.io/x"),
            Some("ghcr.io"),
        ] {
            assert!(upstream_url(azure, url).is_err(), "{url:?}");
        }
        for url in [None, Some("registry-1.docker.io")] {
            assert_eq!(
                upstream_url(hub, url),
                Ok(UpstreamUrl::parse("registry-1.docker.io").unwrap())
            );
        }
        assert!(upstream_url(hub, Some("docker.io")).is_err());
    }
}
