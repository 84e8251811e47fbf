//! [`RuleUsage`]: the rules that use a secret, and the registry they show it is for.

use super::{Rule, RuleRequest};
use crate::model::name::RepositoryPrefix;
use crate::model::registries::{LoginRegistry, Registry, REGISTRIES};
use crate::model::secret::{registry_of, Secret};

/// The rules that refer to a secret.
#[derive(Clone, Debug)]
pub struct RuleUsage<'r> {
    /// All rules of the Region. `None` if they could not be listed.
    pub all: Option<&'r [Rule]>,
    /// The rules that use the secret.
    pub current: Vec<&'r Rule>,
    /// The rules that use a deleted secret of the same name.
    pub former: Vec<&'r Rule>,
    /// The registry of `current`, if they agree; else the one in the secret's name.
    pub upstream: Option<LoginRegistry>,
    /// The customer's own host of the registry, if the rules agree.
    pub host: Option<&'r str>,
}

impl<'r> RuleUsage<'r> {
    /// `rules` are all of the Region; `None` if they could not be listed.
    pub fn new(secret: &Secret, rules: Option<&'r [Rule]>) -> Self {
        let referring = rules.unwrap_or_default().iter();
        let referring = referring.filter(|rule| rule.refers_to(secret));
        let (current, former): (Vec<&Rule>, Vec<&Rule>) =
            referring.partition(|rule| rule.uses(&secret.arn));
        let same = |rule: &&Rule| {
            current
                .iter()
                .all(|other| other.upstream() == rule.upstream())
        };
        let at_same = |rule: &&Rule| {
            current
                .iter()
                .all(|other| other.own_host() == rule.own_host())
        };
        let first = current.first().copied();
        Self {
            all: rules,
            upstream: first
                .filter(same)
                .and_then(Rule::upstream)
                .or_else(|| registry_of(&secret.name)),
            host: first.filter(at_same).and_then(Rule::own_host),
            current,
            former,
        }
    }

    /// The prefixes of the rules that use the secret; `None` if they could not be listed.
    pub fn prefixes(&self) -> Option<Vec<&'r str>> {
        let prefixes = self.current.iter();
        let prefixes = prefixes.map(|rule| rule.ecr_repository_prefix.as_str());
        self.all.map(|_| prefixes.collect())
    }
}

impl Rule {
    /// Whether the rule uses the secret, or a deleted secret of the same name, whose ARN has other
    /// random characters.
    pub fn refers_to(&self, secret: &Secret) -> bool {
        self.uses(&secret.arn) || self.secret() == Some(&secret.name)
    }

    /// The rule as a request; `None` if its registry is unknown.
    pub fn as_wanted(&self) -> Option<RuleRequest> {
        let wanted = RuleRequest {
            prefix: RepositoryPrefix::parse(&self.ecr_repository_prefix).ok()?,
            upstream: self.any_upstream()?,
            url: self.upstream_registry_url.clone(),
            upstream_prefix: None,
            role: None,
        };
        Some(wanted.with_rest_of(self))
    }

    /// The customer's own host, if the registry has one per customer. `None` if it does not belong
    /// to the registry, because credentials are tested there.
    pub fn own_host(&self) -> Option<&str> {
        let upstream = self.upstream()?;
        let host = self.upstream_registry_url.as_str();
        (upstream.fixed_host().is_none() && upstream.owns(host)).then_some(host)
    }

    /// The registry of the rule, if it requires login.
    pub fn upstream(&self) -> Option<LoginRegistry> {
        self.any_upstream()?.with_login()
    }

    /// The registry of the rule, from its `upstreamRegistry` or else its host; `None` if unknown.
    pub fn any_upstream(&self) -> Option<&'static Registry> {
        let url = self.upstream_registry_url.as_str();
        let by_word = Registry::find(&self.upstream_registry);
        by_word.or_else(|| REGISTRIES.iter().find(|upstream| upstream.owns(url)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::arn::SecretArn;
    use crate::model::rule::{CredentialArn, UpstreamUrl};

    #[test]
    fn a_rule_refers_by_the_arn_or_by_the_name_in_another() {
        let arn = |end: &str| {
            format!(
                "arn:aws:secretsmanager:us-east-1:111122223333:secret:ecr-pullthroughcache/{end}"
            )
        };
        let secret = Secret::new(SecretArn::parse(&arn("github-AbCdEf")).unwrap());
        for (end, current, former) in [
            ("github-AbCdEf", 1, 0),
            ("github-abcdef", 0, 1),
            ("github2-AbCdEf", 0, 0),
            ("github-a-AbCdEf", 0, 0),
        ] {
            let url = UpstreamUrl::parse("ghcr.io").unwrap();
            let rule = Rule {
                credential_arn: Some(CredentialArn::of(&arn(end))),
                ..Rule::new("github", "github-container-registry", url)
            };
            let usage = RuleUsage::new(&secret, Some(std::slice::from_ref(&rule)));
            let found = (usage.current.len(), usage.former.len());
            assert_eq!(found, (current, former), "{end}");
        }
    }

    #[test]
    fn the_host_identifies_the_registry_if_ecr_does_not() {
        for (url, kind) in [
            ("registry-1.docker.io", Some("docker-hub")),
            ("me.azurecr.io", Some("azure-container-registry")),
            ("quay.io", None),
        ] {
            let rule = Rule::new("x", "", UpstreamUrl::parse(url).unwrap());
            assert_eq!(rule.upstream().map(|upstream| upstream.kind), kind, "{url}");
        }
    }

    #[test]
    fn rules_take_precedence_over_the_name_of_a_secret() {
        let arn = |end: &str| {
            let text = format!(
                "arn:aws:secretsmanager:us-east-1:111122223333:secret:ecr-pullthroughcache/docker-hub-{end}"
            );
            SecretArn::parse(&text).unwrap()
        };
        let secret = Secret::new(arn("AbCdEf"));
        let rule = |kind: &str, end: &str| Rule {
            credential_arn: Some(CredentialArn::Secret(arn(end))),
            ..Rule::new("x", kind, UpstreamUrl::parse("x").unwrap())
        };
        let (hub, chainguard) = (rule("docker-hub", "AbCdEf"), rule("chainguard", "AbCdEf"));
        for (rules, registry) in [
            (vec![rule("chainguard", "GhIjKl")], "docker-hub"),
            (vec![chainguard.clone(), chainguard.clone()], "chainguard"),
            (vec![chainguard, hub], "docker-hub"),
        ] {
            let usage = RuleUsage::new(&secret, Some(&rules));
            assert_eq!(usage.upstream.map(|upstream| upstream.kind), Some(registry));
        }
        assert!(RuleUsage::new(&secret, None).prefixes().is_none());
    }
}
