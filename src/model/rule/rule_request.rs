//! [`RuleRequest`]: a rule that is wanted.

use super::{RoleArn, Rule, UpstreamUrl};
use crate::model::arn::SecretArn;
use crate::model::name::{RepositoryPrefix, ROOT};
use crate::model::registries::{Registry, PLACEHOLDER};

/// A rule that is wanted; what is in it is valid.
#[derive(Clone, Debug)]
pub struct RuleRequest {
    pub prefix: RepositoryPrefix,
    pub upstream: &'static Registry,
    pub url: UpstreamUrl,
    /// The part of the registry that it is for; none where that is not said: all of a new one, or
    /// as it is.
    pub upstream_prefix: Option<RepositoryPrefix>,
    /// The role by which ECR pulls from another account; none where it is not said.
    pub role: Option<RoleArn>,
}

impl RuleRequest {
    /// Whether ECR logs in upstream with a secret.
    pub fn has_login(&self) -> bool {
        self.upstream.with_login().is_some()
    }

    /// The ARN that the rule is to have as its credentials.
    pub fn credential<'a>(&self, arn: Option<&'a SecretArn>) -> Option<&'a SecretArn> {
        arn.filter(|_| self.has_login())
    }

    /// Whether a rule that is there pulls from the same registry, and the same part of it where
    /// that was said.
    pub fn is_for_source_of(&self, rule: &Rule) -> bool {
        let there = rule.upstream_prefix().trim_end_matches('/');
        let wanted = self.upstream_prefix.as_ref().map(RepositoryPrefix::as_str);
        rule.upstream_registry_url == self.url
            && wanted.is_none_or(|wanted| wanted.trim_end_matches('/') == there)
    }

    /// Whether a rule that is there logs in upstream as this one is to, with the secret of this ARN
    /// or by its role.
    pub fn has_login_of(&self, rule: &Rule, arn: Option<&SecretArn>) -> bool {
        let wanted = self.role.as_ref().map(RoleArn::as_str);
        let has_role = wanted.is_none_or(|arn| rule.custom_role_arn.as_deref() == Some(arn));
        has_role && (!self.has_login() || arn.is_some_and(|arn| rule.uses(arn)))
    }

    /// The same, with what was left open as the rule that is there has it.
    #[must_use]
    pub fn with_rest_of(mut self, rule: &Rule) -> Self {
        let prefix = RepositoryPrefix::parse(rule.upstream_prefix()).ok();
        self.upstream_prefix = self.upstream_prefix.or(prefix);
        let given = rule.custom_role_arn.as_deref();
        let given = given.and_then(|arn| RoleArn::parse(arn).ok());
        self.role = self.role.or(given);
        self
    }

    /// What it pulls from: the host, and the part of it where it is for one alone.
    pub fn source(&self) -> String {
        source(
            &self.url,
            self.upstream_prefix.as_ref().map(RepositoryPrefix::as_str),
        )
    }

    /// An image to try it with, as it is named after the rule's prefix.
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

/// A registry, and the part of it that a rule is for where it has an upstream repository prefix.
pub(super) fn source(url: &UpstreamUrl, upstream_prefix: Option<&str>) -> String {
    match upstream_prefix.filter(|prefix| *prefix != ROOT) {
        Some(prefix) => format!("{url}/{}", prefix.trim_end_matches('/')),
        None => url.to_string(),
    }
}
