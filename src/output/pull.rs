//! [`Pull`]: how to pull through a rule, once it is there.

use super::hint::Hints;
use crate::model::arn::SecretArn;
use crate::model::name::RepositoryPrefix;
use crate::model::region::Region;
use crate::model::rule::RuleRequest;
use crate::model::upstream::PLACEHOLDER;

/// What images are named once a rule is there, and how one is pulled.
#[derive(Debug)]
pub struct Pull {
    registry: String,
    prefix: RepositoryPrefix,
    image: &'static str,
}

impl Pull {
    /// `arn` is that of the secret, in the account and Region of the rule.
    pub fn new(rule: &RuleRequest, arn: &SecretArn, region: &Region) -> Self {
        let account = arn.account();
        Self {
            registry: format!("{account}.dkr.ecr.{region}.{}", region.dns_suffix()),
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
    use crate::model::rule::UpstreamUrl;
    use crate::model::upstream::Upstream;

    #[test]
    fn a_rule_for_the_root_adds_nothing_to_an_image() {
        let arn = SecretArn::parse(
            "arn:aws:secretsmanager:us-east-1:111122223333:secret:ecr-pullthroughcache/github-AbCdEf",
        );
        let (arn, region) = (arn.unwrap(), Region::parse("us-east-1").unwrap());
        let registry = "docker pull 111122223333.dkr.ecr.us-east-1.amazonaws.com";
        for (prefix, path) in [("github", "/github/"), ("ROOT", "/")] {
            let rule = RuleRequest {
                prefix: RepositoryPrefix::parse(prefix).unwrap(),
                upstream: Upstream::find("ghcr").unwrap(),
                url: UpstreamUrl::parse("ghcr.io").unwrap(),
            };
            let pull = Pull::new(&rule, &arn, &region).pull();
            let image = rule.upstream.example_image;
            assert_eq!(pull, format!("{registry}{path}{image}"));
        }
    }
}
