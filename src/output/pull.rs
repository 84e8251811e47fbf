//! [`Pull`]: how to pull through a rule, once it is there.

use super::hint::Hints;
use crate::model::name::RepositoryPrefix;
use crate::model::region::Region;
use crate::model::registries::PLACEHOLDER;
use crate::model::rule::RuleRequest;

/// What images are named once a rule is there, and how one is pulled.
#[derive(Debug)]
pub struct Pull {
    registry: String,
    prefix: RepositoryPrefix,
    image: &'static str,
}

impl Pull {
    /// In the account and Region of the rule.
    pub fn new(rule: &RuleRequest, account: &str, region: &Region) -> Self {
        Self {
            registry: registry_host(account, region),
            prefix: rule.prefix.clone(),
            image: rule.example_image(),
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

    /// The commands, for people; the last line is the pull.
    pub fn commands(&self, hints: &Hints) -> String {
        let Self { registry, .. } = self;
        let options = hints.options();
        format!(
            "Log Docker in to ECR:\n  aws ecr get-login-password{options} |\n    docker login \
             --username AWS --password-stdin {registry}\n\
             {}:\n  {}",
            pull_words(self.image),
            self.pull()
        )
    }
}

/// The host of an account's private registry of ECR.
///
/// Source: Amazon ECR private registry, in the ECR user guide.
pub fn registry_host(account: &str, region: &Region) -> String {
    format!("{account}.dkr.ecr.{region}.{}", region.dns_suffix())
}

/// Whether this is a host of that registry, by which it is also reached over IPv6 or with FIPS.
///
/// Source: Making requests to Amazon ECR registries, in the ECR user guide.
pub fn is_registry_host(host: &str, account: &str, region: &Region) -> bool {
    let suffix = region.dns_suffix();
    [
        registry_host(account, region),
        format!("{account}.dkr.ecr-fips.{region}.{suffix}"),
        format!("{account}.dkr-ecr.{region}.on.aws"),
        format!("{account}.dkr-ecr-fips.{region}.on.aws"),
    ]
    .iter()
    .any(|ours| ours == host)
}

/// What stands above the pull. No image is in every customer's registry of Azure.
pub fn pull_words(example_image: &str) -> &'static str {
    if example_image == PLACEHOLDER {
        "Then pull through it, with a repository and a tag of your registry in place of \
         REPOSITORY:TAG"
    } else {
        "Then pull through it"
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::registries::NamedRegistry;
    use crate::model::rule::UpstreamUrl;

    #[test]
    fn an_image_is_named_by_what_the_rule_adds_and_takes_off() {
        let region = Region::parse("us-east-1").unwrap();
        let pull = |prefix: &str, part: Option<&str>, registry: &str| {
            let named = NamedRegistry::parse_any(registry).unwrap();
            let rule = RuleRequest {
                prefix: RepositoryPrefix::parse(prefix).unwrap(),
                upstream: named.upstream,
                url: UpstreamUrl::parse(named.upstream.shown_host()).unwrap(),
                upstream_prefix: part.map(|part| RepositoryPrefix::parse(part).unwrap()),
                role: None,
            };
            let pull = Pull::new(&rule, "111122223333", &region).pull();
            let host = "docker pull 111122223333.dkr.ecr.us-east-1.amazonaws.com/";
            pull.strip_prefix(host).unwrap().to_owned()
        };
        let podinfo = "stefanprodan/podinfo:latest";
        assert_eq!(pull("github", None, "ghcr"), format!("github/{podinfo}"));
        assert_eq!(pull("ROOT", None, "ghcr"), podinfo);
        assert_eq!(
            pull("github", Some("ROOT"), "ghcr"),
            format!("github/{podinfo}")
        );
        assert_eq!(
            pull("gh", Some("stefanprodan"), "ghcr"),
            "gh/podinfo:latest"
        );
        assert_eq!(pull("cgr", Some("your.org"), "cgr"), "cgr/REPOSITORY:TAG");
        assert_eq!(pull("k8s", None, "k8s"), "k8s/pause:3.10");
        let ecr = "444455556666.dkr.ecr.eu-west-1.amazonaws.com";
        assert_eq!(pull("ecr", None, ecr), "ecr/REPOSITORY:TAG");
    }
}
