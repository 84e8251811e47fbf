//! [`Pull`]: how to pull an image through a rule.

use super::hint::Hints;
use crate::model::name::RepositoryPrefix;
use crate::model::region::Region;
use crate::model::registries::PLACEHOLDER;
use crate::model::rule::RuleRequest;

/// The image names of a rule, and the commands that pull through it.
#[derive(Debug)]
pub struct Pull {
    registry: String,
    prefix: RepositoryPrefix,
    image: &'static str,
}

impl Pull {
    /// `account` and `region` are those of the rule.
    pub fn new(rule: &RuleRequest, account: &str, region: &Region) -> Self {
        Self {
            registry: registry_host(account, region),
            prefix: rule.prefix.clone(),
            image: rule.example_image(),
        }
    }

    /// The start of every image name.
    pub fn base(&self) -> String {
        match self.prefix.path() {
            Some(path) => format!("{}/{path}", self.registry),
            None => self.registry.clone(),
        }
    }

    pub fn pull(&self) -> String {
        format!("docker pull {}", self.example())
    }

    fn example(&self) -> String {
        format!("{}/{}", self.base(), self.image)
    }

    /// The commands to copy; the last one is the pull.
    pub fn commands(&self, hints: &Hints) -> String {
        let Self { registry, .. } = self;
        let options = hints.options();
        format!(
            "{}:\n  {}\n\
             Log Docker in to ECR:\n  aws ecr get-login-password{options} |\n    docker login \
             --username AWS --password-stdin {registry}\n\
             Then pull through it:\n  {}",
            for_example("Prove that a pull works", self.image),
            hints.check_pull(&self.example()),
            self.pull()
        )
    }
}

/// The host of an account's private ECR registry.
///
/// Source: Amazon ECR private registry, in the ECR user guide.
pub fn registry_host(account: &str, region: &Region) -> String {
    let [host, ..] = registry_hosts(account, region);
    host
}

/// The hosts of that registry: the usual one, with FIPS, for IPv6 too, and with both.
///
/// Source: Making requests to Amazon ECR registries, in the ECR user guide.
pub fn registry_hosts(account: &str, region: &Region) -> [String; 4] {
    let suffix = region.dns_suffix();
    [
        format!("{account}.dkr.ecr.{region}.{suffix}"),
        format!("{account}.dkr.ecr-fips.{region}.{suffix}"),
        format!("{account}.dkr-ecr.{region}.on.aws"),
        format!("{account}.dkr-ecr-fips.{region}.on.aws"),
    ]
}

/// Whether this is a host of that registry.
pub fn is_registry_host(host: &str, account: &str, region: &Region) -> bool {
    let hosts = registry_hosts(account, region);
    hosts.iter().any(|ours| ours == host)
}

/// The words above a command with an example image, which is not known for every registry.
pub fn for_example(words: &str, example_image: &str) -> String {
    let own = if example_image == PLACEHOLDER {
        ", replacing REPOSITORY:TAG with an image of your registry"
    } else {
        ""
    };
    format!("{words}{own}")
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
