//! [`CreationTemplate`]: what repositories get that Amazon ECR creates for cached images.

use crate::model::name::{longest_prefix, ROOT};

/// A repository creation template that applies to pull through cache.
#[derive(Clone, Debug, Default)]
pub struct CreationTemplate {
    pub prefix: String,
    pub has_tags: bool,
    pub has_key: bool,
    pub has_role: bool,
    pub is_immutable: bool,
    pub has_lifecycle_policy: bool,
}

impl CreationTemplate {
    /// What it sets for which ECR needs a role, if it has no role: then ECR can create no
    /// repository.
    ///
    /// Source: Repository creation templates, in the ECR user guide.
    pub fn lacks_role_for(&self) -> Option<&'static str> {
        match (self.has_tags, self.has_key) {
            _ if self.has_role => None,
            (true, true) => Some("tags and a KMS key"),
            (true, false) => Some("tags"),
            (false, true) => Some("a KMS key"),
            (false, false) => None,
        }
    }

    /// The template that applies to a repository with this path: the one with the longest prefix,
    /// else `ROOT`.
    pub fn for_path<'t>(path: &str, templates: &'t [Self]) -> Option<&'t Self> {
        longest_prefix(path, templates, |template| &template.prefix)
    }

    /// The template that applies to the repositories of a rule with this prefix, unless they have
    /// one of their own.
    pub fn for_prefix<'t>(prefix: &str, templates: &'t [Self]) -> Option<&'t Self> {
        Self::for_path(&start_of_paths(prefix), templates)
    }
}

/// What the paths of repositories with this prefix begin with; empty for `ROOT`.
pub fn start_of_paths(prefix: &str) -> String {
    match prefix.trim_end_matches('/') {
        ROOT => String::new(),
        prefix => format!("{prefix}/"),
    }
}
