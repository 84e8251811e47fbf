//! Under which name an image is pulled through a registry that has pull through cache rules.

use super::{ImageReference, HUB};
use crate::model::name::{RepositoryPrefix, ROOT};
use crate::model::rule::Rule;
use crate::model::upstream::AnyUpstream;

impl ImageReference {
    /// The upstream registry of ECR's that the image is at; none where ECR has none for it.
    pub fn upstream(&self) -> Option<AnyUpstream> {
        AnyUpstream::find(&self.domain)
    }

    /// The name of the image in the registry at `host`, and the rule by which it is pulled there:
    /// of those that fit, the one for the smallest part of the upstream registry; then one with a
    /// prefix of its own before `ROOT`; then the first of the alphabet. Without a rule that fits,
    /// none.
    pub fn cached<'r>(&self, rules: &'r [Rule], host: &str) -> Option<(String, &'r Rule)> {
        let fits = rules.iter().filter_map(|rule| {
            let rest = self.after(rule)?;
            let is_root = rule.ecr_repository_prefix == ROOT;
            Some((rest.len(), is_root, &rule.ecr_repository_prefix, rest, rule))
        });
        let (_, _, _, rest, rule) = fits.min_by_key(|fit| (fit.0, fit.1, fit.2))?;
        let prefix = RepositoryPrefix::parse(&rule.ecr_repository_prefix).ok()?;
        let path = prefix.path();
        let path = path.map_or_else(String::new, |path| format!("{path}/"));
        Some((format!("{host}/{path}{rest}{}", self.end()), rule))
    }

    /// What follows the part of the registry that a rule is for; none where it is not for this one.
    fn after(&self, rule: &Rule) -> Option<&str> {
        let url = rule.upstream_registry_url.as_str();
        let (host, path) = url.split_once('/').unwrap_or((url, ""));
        let domain = match host {
            "registry-1.docker.io" => HUB,
            host => host,
        };
        if !domain.eq_ignore_ascii_case(&self.domain) {
            return None;
        }
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
