//! Pull through cache rules as plain values: what is wanted, what is there, and what to change.

mod code;
mod credential;
mod reference;
mod secret_name;
mod url;

pub use code::Language;
pub use credential::CredentialArn;
pub use reference::{referring, Reference};
pub use secret_name::RuleSecretName;
pub use url::UpstreamUrl;

use serde::Serialize;

use crate::arn::SecretArn;
use crate::name::{RepositoryPrefix, SecretName, PREFIX};
use crate::region::{dns_suffix, RegionName};
use crate::report::{StepReport, StepStatus};
use crate::upstream::{Upstream, PLACEHOLDER};

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

/// What a rule needs to be as it is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    Create,
    /// The rule points at another secret.
    Update,
    Nothing,
}

/// One call of ECR's for a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RuleStep {
    Create,
    Update,
    Validate,
}

impl RuleStep {
    /// The word for scripts.
    pub fn word(self) -> &'static str {
        match self {
            Self::Create => "create-pull-through-cache-rule",
            Self::Update => "update-pull-through-cache-rule",
            Self::Validate => "validate-pull-through-cache-rule",
        }
    }

    /// What the step does with the rule, in words that follow "could not".
    pub fn purpose(self) -> &'static str {
        match self {
            Self::Create => "make",
            Self::Update => "repoint",
            Self::Validate => "validate",
        }
    }
}

impl Change {
    /// In order. A rule that needs no change is validated too.
    pub fn steps(self) -> &'static [RuleStep] {
        match self {
            Self::Create => &[RuleStep::Create, RuleStep::Validate],
            Self::Update => &[RuleStep::Update, RuleStep::Validate],
            Self::Nothing => &[RuleStep::Validate],
        }
    }

    pub fn reports(self, status: StepStatus) -> Vec<StepReport> {
        let report = |step: &RuleStep| StepReport {
            step: step.word(),
            status,
        };
        self.steps().iter().map(report).collect()
    }
}

impl RuleRequest {
    /// For a secret of this ARN; none where the secret is still to be made, so that no rule can
    /// point at it yet.
    ///
    /// # Errors
    /// A sentence, where the prefix belongs to a rule for another registry: that never changes.
    pub fn change(
        &self,
        observed: Option<&Rule>,
        arn: Option<&SecretArn>,
    ) -> Result<Change, String> {
        let Some(rule) = observed else {
            return Ok(Change::Create);
        };
        if rule.upstream_registry_url != self.url {
            return Err(format!(
                "the rule {} is for {} already, and ECR cannot change the upstream of a rule",
                self.prefix, rule.upstream_registry_url
            ));
        }
        if arn.is_some_and(|arn| rule.uses(arn)) {
            Ok(Change::Nothing)
        } else {
            Ok(Change::Update)
        }
    }
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
pub fn upstream_url(upstream: &Upstream, given: Option<&str>) -> Result<UpstreamUrl, String> {
    let checked = |url: &str| UpstreamUrl::parse(url).map_err(|fault| fault.to_string());
    let Some(host) = upstream.url else {
        return match given {
            Some(url) if upstream.owns(url) => checked(url),
            Some(_) => Err(
                "--upstream-registry-url takes NAME.azurecr.io, the login server of the registry"
                    .to_owned(),
            ),
            None => Err(format!(
                "{} has a host for each customer: --upstream-registry-url NAME.azurecr.io",
                upstream.title
            )),
        };
    };
    match given {
        Some(url) if url != host => Err(format!(
            "--upstream-registry-url: ECR takes only {host} for {}",
            upstream.title
        )),
        _ => checked(host),
    }
}

/// How to use a rule, once it is there.
#[derive(Debug)]
pub struct Usage {
    registry: String,
    region: RegionName,
    prefix: RepositoryPrefix,
    image: &'static str,
}

impl Usage {
    /// `arn` is that of the secret, in the account and Region of the rule.
    pub fn of(rule: &RuleRequest, arn: &SecretArn, region: &RegionName) -> Self {
        let account = arn.account();
        Self {
            registry: format!("{account}.dkr.ecr.{region}.{}", dns_suffix(region)),
            region: region.clone(),
            prefix: rule.prefix.clone(),
            image: rule.upstream.example_image,
        }
    }

    /// What the names of the images begin with.
    pub fn base(&self) -> String {
        match self.prefix.path() {
            Some(path) => format!("{}/{path}", self.registry),
            None => self.registry.clone(),
        }
    }

    pub fn pull(&self) -> String {
        format!("docker pull {}/{}", self.base(), self.image)
    }

    /// The commands, for people; the last line is the pull. `profile` is an option with a space
    /// before it, or nothing.
    pub fn commands(&self, profile: &str) -> String {
        let Self {
            registry, region, ..
        } = self;
        format!(
            "Log Docker in to ECR:\n  aws ecr get-login-password --region {region}{profile} |\n    docker login --username AWS --password-stdin {registry}\n\
             {}:\n  {}",
            pull_words(self.image),
            self.pull()
        )
    }
}

/// What stands above the pull. No image is in every customer's registry of Azure.
pub fn pull_words(example_image: &str) -> &'static str {
    if example_image == PLACEHOLDER {
        "Then pull through it, with a repository and a tag of your registry in place of REPOSITORY:TAG"
    } else {
        "Then pull through it"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ARN: &str =
        "arn:aws:secretsmanager:us-east-1:111122223333:secret:ecr-pullthroughcache/github-AbCdEf";

    fn wanted() -> RuleRequest {
        RuleRequest {
            prefix: RepositoryPrefix::parse("github").unwrap(),
            upstream: Upstream::find("ghcr").unwrap(),
            url: UpstreamUrl::parse("ghcr.io").unwrap(),
        }
    }

    fn there(url: &str, arn: Option<&str>) -> Rule {
        Rule {
            ecr_repository_prefix: "github".to_owned(),
            upstream_registry: "github-container-registry".to_owned(),
            upstream_registry_url: UpstreamUrl::parse(url).unwrap(),
            credential_arn: arn.map(CredentialArn::of),
        }
    }

    #[test]
    fn only_what_is_not_so_is_changed() {
        let change = |rule: Option<&Rule>, arn: Option<&str>| {
            let arn = arn.map(|arn| SecretArn::parse(arn).unwrap());
            wanted().change(rule, arn.as_ref())
        };
        let other = there("ghcr.io", Some("arn:x"));
        assert_eq!(change(None, Some(ARN)), Ok(Change::Create));
        assert_eq!(change(None, None), Ok(Change::Create));
        assert_eq!(change(Some(&other), Some(ARN)), Ok(Change::Update));
        assert_eq!(change(Some(&other), None), Ok(Change::Update));
        assert_eq!(
            change(Some(&there("ghcr.io", None)), None),
            Ok(Change::Update)
        );
        let same = there("ghcr.io", Some(ARN));
        assert_eq!(change(Some(&same), Some(ARN)), Ok(Change::Nothing));
        assert!(change(Some(&there("quay.io", None)), Some(ARN))
            .unwrap_err()
            .contains("quay.io"));
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

    #[test]
    fn a_rule_for_the_root_adds_nothing_to_an_image() {
        let mut rule = wanted();
        let arn = SecretArn::parse(ARN).unwrap();
        let region = RegionName::parse("us-east-1").unwrap();
        let pull = |rule: &RuleRequest| Usage::of(rule, &arn, &region).pull();
        let registry = "docker pull 111122223333.dkr.ecr.us-east-1.amazonaws.com";
        assert!(pull(&rule).starts_with(&format!("{registry}/github/")));
        rule.prefix = RepositoryPrefix::parse("ROOT").unwrap();
        assert_eq!(
            pull(&rule),
            format!("{registry}/{}", rule.upstream.example_image)
        );
    }
}
