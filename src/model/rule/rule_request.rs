//! [`RuleRequest`]: a rule to create or update.

use super::{Rule, UpstreamUrl};
use crate::model::arn::{RoleArn, SecretArn};
use crate::model::name::{RepositoryPrefix, ROOT};
use crate::model::registries::{Registry, PLACEHOLDER};

/// A rule to create or update, with valid values.
#[derive(Clone, Debug)]
pub struct RuleRequest {
    pub prefix: RepositoryPrefix,
    pub upstream: &'static Registry,
    pub url: UpstreamUrl,
    /// The part of the registry. `None` means all of it for a new rule, and no change for an
    /// existing one.
    pub upstream_prefix: Option<RepositoryPrefix>,
    /// The role that ECR uses to pull from another account. `None` means no role for a new rule,
    /// and no change for an existing one.
    pub role: Option<RoleArn>,
}

impl RuleRequest {
    /// Whether the registry requires login.
    pub fn has_login(&self) -> bool {
        self.upstream.with_login().is_some()
    }

    /// The ARN for the rule's `credentialArn`; `None` if the registry requires no login.
    pub fn credential<'a>(&self, arn: Option<&'a SecretArn>) -> Option<&'a SecretArn> {
        arn.filter(|_| self.has_login())
    }

    /// Whether an existing rule pulls from the same registry and, if requested, the same part.
    pub fn is_for_source_of(&self, rule: &Rule) -> bool {
        let existing = rule.upstream_prefix().trim_end_matches('/');
        let wanted = self.upstream_prefix.as_ref().map(RepositoryPrefix::as_str);
        rule.upstream_registry_url == self.url
            && wanted.is_none_or(|wanted| wanted.trim_end_matches('/') == existing)
    }

    /// Whether an existing rule already uses the secret with this ARN and the requested role.
    pub fn has_login_of(&self, rule: &Rule, arn: Option<&SecretArn>) -> bool {
        let wanted = self.role.as_ref().map(RoleArn::as_str);
        let has_role = wanted.is_none_or(|arn| rule.custom_role_arn.as_deref() == Some(arn));
        has_role && (!self.has_login() || arn.is_some_and(|arn| rule.uses(arn)))
    }

    /// Fills in what was not requested from an existing rule.
    #[must_use]
    pub fn with_rest_of(mut self, rule: &Rule) -> Self {
        let prefix = RepositoryPrefix::parse(rule.upstream_prefix()).ok();
        self.upstream_prefix = self.upstream_prefix.or(prefix);
        let given = rule.custom_role_arn.as_deref();
        let given = given.and_then(|arn| RoleArn::parse(arn).ok());
        self.role = self.role.or(given);
        self
    }

    /// What the rule pulls from: the host, and the part of the registry if not all of it.
    pub fn source(&self) -> String {
        source(
            &self.url,
            self.upstream_prefix.as_ref().map(RepositoryPrefix::as_str),
        )
    }

    /// An image to test the rule with, as the path after the rule's prefix.
    pub fn example_image(&self) -> &'static str {
        let image = self.upstream.example_image;
        match self
            .upstream_prefix
            .as_ref()
            .and_then(RepositoryPrefix::path)
        {
            None => image,
            Some(path) => {
                let rest = image.strip_prefix(path);
                let rest = rest.and_then(|rest| rest.strip_prefix('/'));
                rest.unwrap_or(PLACEHOLDER)
            }
        }
    }
}

/// The host, followed by the upstream repository prefix if it is not `ROOT`.
pub(super) fn source(url: &UpstreamUrl, upstream_prefix: Option<&str>) -> String {
    match upstream_prefix.filter(|prefix| *prefix != ROOT) {
        Some(prefix) => format!("{url}/{}", prefix.trim_end_matches('/')),
        None => url.to_string(),
    }
}
