//! [`Reference`]: how a rule refers to a secret.

use super::{upstream_url, Rule, RuleRequest};
use crate::name::{RepositoryPrefix, PREFIX};
use crate::output::escaped;
use crate::secret::Secret;
use crate::shell::{option, quote};
use crate::upstream::{Upstream, UPSTREAMS};

/// How a rule refers to a secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reference {
    /// By its ARN.
    Current,
    /// By the ARN that a secret of the same name had before it was deleted and made again: Secrets
    /// Manager gives each another random end, and the rule goes on pointing at the old one.
    Former,
}

impl Rule {
    pub fn refers_to(&self, secret: &Secret) -> Option<Reference> {
        if self.uses(&secret.arn) {
            Some(Reference::Current)
        } else if self.secret() == Some(&secret.name) {
            Some(Reference::Former)
        } else {
            None
        }
    }

    /// The command that points it at the secret of this name; `options` with a space before each.
    pub fn set_command(&self, secret: &str, options: &str) -> String {
        format!(
            "ecr-ptc rule set {} {}{}{options}",
            quote(&self.ecr_repository_prefix),
            option("--secret", secret),
            self.registry_options()
        )
    }

    /// That it points at a secret of this name that is gone.
    pub fn repoint_warning(&self, secret: &str, options: &str) -> String {
        format!(
            "the rule {} points at another secret that had this name and is gone; point it at this one: {}",
            escaped(&self.ecr_repository_prefix),
            self.set_command(secret, options)
        )
    }

    /// The command that makes a secret for it, and points it there.
    pub fn create_command(&self, options: &str) -> String {
        let name = self.secret().filter(|name| name.starts_with(PREFIX));
        let name = name.map(|name| format!(" {}", option("--name", name)));
        format!(
            "ecr-ptc create{}{} {}{options}",
            self.registry_options(),
            name.unwrap_or_default(),
            option("--rule", &self.ecr_repository_prefix)
        )
    }

    fn registry_options(&self) -> String {
        let upstream = self.upstream();
        let kind = upstream.map_or(self.upstream_registry.as_str(), |upstream| upstream.kind);
        let registry = option("--registry", kind);
        match upstream {
            Some(Upstream { url: None, .. }) => {
                let host = option(
                    "--upstream-registry-url",
                    self.upstream_registry_url.as_str(),
                );
                format!(" {registry} {host}")
            }
            _ => format!(" {registry}"),
        }
    }

    /// The same rule as one that is wanted; none where it is not for a registry with a login.
    pub fn as_wanted(&self) -> Option<RuleRequest> {
        Some(RuleRequest {
            prefix: RepositoryPrefix::parse(&self.ecr_repository_prefix).ok()?,
            upstream: self.upstream()?,
            url: self.upstream_registry_url.clone(),
        })
    }

    /// The customer's own host, where the registry has one for each; none where it is not of the form
    /// that those have, since credentials are tried there.
    pub fn own_host(&self) -> Option<&str> {
        let upstream = self.upstream().filter(|upstream| upstream.url.is_none())?;
        let host = self.upstream_registry_url.as_str();
        upstream_url(upstream, Some(host)).is_ok().then_some(host)
    }

    /// The registry that it is for; none for one without a login. By its host, where ECR does not tell
    /// its `upstreamRegistry`.
    pub fn upstream(&self) -> Option<&'static Upstream> {
        let url = self.upstream_registry_url.as_str();
        let has_host = |upstream: &&Upstream| upstream_url(upstream, Some(url)).is_ok();
        Upstream::find(&self.upstream_registry).or_else(|| UPSTREAMS.iter().find(has_host))
    }
}

/// The rules that refer to a secret in that way.
pub fn referring<'a>(rules: &'a [Rule], secret: &Secret, how: Reference) -> Vec<&'a Rule> {
    let refers = |rule: &&Rule| rule.refers_to(secret) == Some(how);
    rules.iter().filter(refers).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::arn::SecretArn;
    use crate::rule::{CredentialArn, UpstreamUrl};

    #[test]
    fn a_rule_refers_by_the_whole_arn_or_by_the_name_in_another() {
        let arn = |end: &str| {
            format!(
                "arn:aws:secretsmanager:us-east-1:111122223333:secret:ecr-pullthroughcache/{end}"
            )
        };
        let secret = Secret::new(SecretArn::parse(&arn("github-AbCdEf")).unwrap());
        for (end, expected) in [
            ("github-AbCdEf", Some(Reference::Current)),
            ("github-abcdef", Some(Reference::Former)),
            ("github2-AbCdEf", None),
            ("github-a-AbCdEf", None),
        ] {
            let rule = Rule {
                ecr_repository_prefix: "github".to_owned(),
                upstream_registry: "github-container-registry".to_owned(),
                upstream_registry_url: UpstreamUrl::parse("ghcr.io").unwrap(),
                credential_arn: Some(CredentialArn::of(&arn(end))),
            };
            assert_eq!(rule.refers_to(&secret), expected, "{end}");
            let found = referring(std::slice::from_ref(&rule), &secret, Reference::Former);
            assert_eq!(
                found.len(),
                usize::from(expected == Some(Reference::Former))
            );
        }
    }

    #[test]
    fn the_host_tells_the_registry_where_ecr_does_not() {
        for (url, kind) in [
            ("registry-1.docker.io", Some("docker-hub")),
            ("me.azurecr.io", Some("azure-container-registry")),
            ("quay.io", None),
        ] {
            let rule = Rule {
                ecr_repository_prefix: "x".to_owned(),
                upstream_registry: String::new(),
                upstream_registry_url: UpstreamUrl::parse(url).unwrap(),
                credential_arn: None,
            };
            assert_eq!(rule.upstream().map(|upstream| upstream.kind), kind, "{url}");
            let command = rule.set_command("ecr-pullthroughcache/x", "");
            assert!(kind.is_none_or(|kind| command.contains(kind)), "{command}");
        }
    }
}
