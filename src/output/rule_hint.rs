//! Commands for people to copy that create, switch and delete rules.

use super::escaped;
use super::hint::Hints;
use super::shell::{quote, spaced_option};
use crate::model::name::PREFIX;
use crate::model::registries::{account_of_ecr, Registry};
use crate::model::rule::{Rule, RuleRequest};

impl Hints {
    pub fn rule_delete(&self, prefix: &str) -> String {
        self.command(&format!("rule delete {}", quote(prefix)))
    }

    /// Creates a rule or switches it to the secret with this name, if it has a login.
    pub fn rule_set(&self, rule: &RuleRequest, secret: &str) -> String {
        let RuleRequest {
            prefix,
            upstream,
            url,
            upstream_prefix,
            role,
        } = rule;
        let mut words = registry(Some(upstream), upstream.kind, url.as_str());
        let part = upstream_prefix
            .as_ref()
            .filter(|part| part.path().is_some());
        words.extend(part.map(|part| spaced_option("--upstream-repository-prefix", part.as_str())));
        words.extend(
            role.iter()
                .map(|role| spaced_option("--custom-role-arn", role.as_str())),
        );
        let secret = rule.has_login().then_some(secret);
        self.rule_set_words(prefix.as_str(), secret, &words)
    }

    /// The same for a switch that was confirmed, so it works in a pipe too.
    pub fn rule_switch(&self, rule: &RuleRequest, secret: &str) -> String {
        self.rule_set(rule, secret) + " --yes"
    }

    /// Creates the usual rule of a registry without login.
    pub fn open_rule(&self, upstream: &Registry) -> String {
        let prefix = upstream.rule_prefix;
        self.new_rule(prefix, upstream, upstream.shown_host(), None)
    }

    /// Creates a rule for a registry at this host, with the secret with this name.
    pub fn new_rule(
        &self,
        prefix: &str,
        upstream: &Registry,
        host: &str,
        secret: Option<&str>,
    ) -> String {
        let words = registry(Some(upstream), upstream.kind, host);
        self.rule_set_words(prefix, secret, &words)
    }

    /// Switches an existing rule to the secret with this name.
    pub fn rule_repoint(&self, rule: &Rule, secret: &str) -> String {
        self.rule_set_words(
            &rule.ecr_repository_prefix,
            Some(secret),
            &registry_of(rule),
        )
    }

    /// Gives a rule the role that it needs to pull from another account's Amazon ECR. `None` if it
    /// needs none.
    pub fn rule_role(&self, rule: &Rule, account: &str) -> Option<String> {
        let missing = role_for(rule.upstream_registry_url.as_str(), account)?;
        let part = rule.upstream_repository_prefix.as_deref();
        let part = part.map(|part| spaced_option("--upstream-repository-prefix", part));
        let words = format!(
            "{}{} {missing}",
            registry_of(rule),
            part.unwrap_or_default()
        );
        Some(self.rule_set_words(&rule.ecr_repository_prefix, None, &words))
    }

    /// Switches a rule back to the secret it uses now; works in a pipe too.
    pub fn rule_switch_back(&self, rule: &Rule, secret: &str) -> String {
        let more = format!("{} --yes", registry_of(rule));
        self.rule_set_words(&rule.ecr_repository_prefix, Some(secret), &more)
    }

    fn rule_set_words(&self, prefix: &str, secret: Option<&str>, more: &str) -> String {
        let secret = secret.map(|name| spaced_option("--secret", name));
        let (prefix, secret) = (quote(prefix), secret.unwrap_or_default());
        self.command(&format!("rule set {prefix}{secret}{more}"))
    }

    /// A warning that a rule uses a deleted secret with the same name.
    pub fn repoint_warning(&self, rule: &Rule, secret: &str) -> String {
        format!(
            "rule {} uses a deleted secret with the same name; switch it to this one: {}",
            escaped(&rule.ecr_repository_prefix),
            self.rule_repoint(rule, secret)
        )
    }

    /// Creates a secret for a rule and switches the rule to it.
    pub fn create_for_rule(&self, rule: &Rule) -> String {
        let name = rule.secret().filter(|name| name.starts_with(PREFIX));
        let name = name.map(|name| spaced_option("--name", name));
        let name = name.unwrap_or_default();
        let prefix = spaced_option("--rule", &rule.ecr_repository_prefix);
        self.command(&format!("create{}{name}{prefix}", registry_of(rule)))
    }
}

/// The role option that a rule of this account needs to pull from another account's Amazon ECR.
/// `None` if it needs none.
pub fn role_for(host: &str, account: &str) -> Option<String> {
    account_of_ecr(host).filter(|other| *other != account)?;
    Some(format!(
        "--custom-role-arn arn:aws:iam::{account}:role/NAME"
    ))
}

/// `--registry`, and the host if each customer has its own; with a space before each.
fn registry(upstream: Option<&Registry>, kind: &str, url: &str) -> String {
    let mut words = spaced_option("--registry", kind);
    if upstream.is_some_and(|upstream| upstream.fixed_host().is_none()) {
        words.push_str(&spaced_option("--upstream-registry-url", url));
    }
    words
}

fn registry_of(rule: &Rule) -> String {
    let upstream = rule.any_upstream();
    let kind = upstream.map_or(rule.upstream_registry.as_str(), |upstream| upstream.kind);
    registry(upstream, kind, rule.upstream_registry_url.as_str())
}
