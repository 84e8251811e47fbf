//! Finds the name under which an image is pulled through a pull through cache rule.

use std::collections::HashMap;

use super::ImageReference;
use crate::model::name::{longest_prefix, RepositoryPrefix, ROOT};
use crate::model::registries::{canonical_host, upstream_host, Registry, REGISTRIES};
use crate::model::rule::Rule;

/// Rules indexed by the host they pull from.
pub struct RulesByHost<'r> {
    all: &'r [Rule],
    by_host: HashMap<String, Vec<&'r Rule>>,
}

impl<'r> RulesByHost<'r> {
    pub fn new(all: &'r [Rule]) -> Self {
        let mut by_host: HashMap<String, Vec<&Rule>> = HashMap::new();
        for rule in all {
            let (host, _) = host_and_path(rule);
            by_host.entry(upstream_host(host)).or_default().push(rule);
        }
        Self { all, by_host }
    }
}

impl ImageReference {
    /// The upstream registry that has the image; `None` if ECR does not support it.
    pub fn upstream(&self) -> Option<&'static Registry> {
        Registry::of_images_at(&self.domain)
    }

    /// The same image at an upstream registry, if its host is a known mirror.
    pub fn mirrored(&self) -> Option<Self> {
        let name = format!("{}/{}", canonical_host(&self.domain), self.path);
        let is_in = |mirror: &&str| {
            let rest = name.strip_prefix(*mirror);
            rest.is_some_and(|rest| rest.starts_with('/'))
        };
        let mut registries = REGISTRIES.iter();
        let registry = registries.find(|registry| registry.mirrors.iter().any(is_in))?;
        Some(Self {
            domain: (*registry.image_hosts.first()?).to_owned(),
            ..self.clone()
        })
    }

    /// The name of the image in the ECR registry at `host`, and the rule that pulls it; `None` if
    /// no rule does. If several rules match, the most specific one wins, then one with a prefix
    /// other than `ROOT`, then the first alphabetically. A rule is skipped if ECR would use another
    /// rule for the resulting name.
    pub fn cached<'r>(&self, rules: &RulesByHost<'r>, host: &str) -> Option<(String, &'r Rule)> {
        let same_host = rules.by_host.get(&upstream_host(&self.domain))?;
        let fits = same_host.iter().filter_map(|&rule| {
            let prefix = RepositoryPrefix::parse(&rule.ecr_repository_prefix).ok()?;
            let rest = self.after(rule)?;
            let path = match prefix.path() {
                Some(before) => format!("{before}/{rest}"),
                None => rest.to_owned(),
            };
            let is_its_own = rule_of(&path, rules.all).is_some_and(|own| std::ptr::eq(own, rule));
            let order = (
                rest.len(),
                prefix.path().is_none(),
                &rule.ecr_repository_prefix,
            );
            is_its_own.then_some((order, path, rule))
        });
        let (_, path, rule) = fits.min_by_key(|(order, _, _)| *order)?;
        Some((format!("{host}/{path}{}", self.end()), rule))
    }

    /// The path after the part of the registry that a rule is for; `None` if that is another part.
    fn after(&self, rule: &Rule) -> Option<&str> {
        let (_, path) = host_and_path(rule);
        let part = rule.upstream_prefix();
        let part = if part == ROOT { "" } else { part };
        let parts = [path, part].into_iter().flat_map(|part| part.split('/'));
        let mut rest = self.path.as_str();
        for component in parts.filter(|component| !component.is_empty()) {
            rest = rest.strip_prefix(component)?.strip_prefix('/')?;
        }
        Some(rest)
    }
}

/// The host and the path that a rule pulls from.
fn host_and_path(rule: &Rule) -> (&str, &str) {
    let url = rule.upstream_registry_url.as_str();
    url.split_once('/').unwrap_or((url, ""))
}

/// The rule that ECR uses for this path in its registry: the one with the longest prefix, or else
/// `ROOT`.
///
/// Source: Customizing repository prefixes for ECR to ECR pull through cache, ECR user guide. It
/// documents `ROOT`; that the longest prefix wins is an assumption.
pub fn rule_of<'r>(path: &str, rules: &'r [Rule]) -> Option<&'r Rule> {
    longest_prefix(path, rules, |rule| &rule.ecr_repository_prefix)
}
