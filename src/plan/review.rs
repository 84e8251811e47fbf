//! [`Review`]: what a person is asked to confirm, in rows.

use super::step::Step;
use super::{Existing, Plan};
use crate::aws::Target;
use crate::input::request::Request;
use crate::model::count::count;
use crate::model::credential::Credential;
use crate::model::region::Region;
use crate::model::registries::Registry;
use crate::model::secret::{Secret, EXPIRY_TAG};
use crate::output::report::Verification;
use crate::output::{escaped, paint, Color};

/// What `--force-overwrite-replica-secret` replaces.
pub const OF_REPLICAS: &str = "any secret of this name in the Regions of the replicas";

/// Rows of a label and a text.
#[derive(Debug, Default)]
pub struct Review(Vec<(&'static str, String)>);

impl Review {
    pub fn row(&mut self, label: &'static str, text: &str) {
        self.0.push((label, escaped(text)));
    }

    /// Adds a row if there is a text.
    pub fn optional(&mut self, label: &'static str, text: Option<&str>) {
        if let Some(text) = text {
            self.row(label, text);
        }
    }

    /// Adds a row for something that will be replaced.
    pub fn replaces(&mut self, what: &str) {
        self.row("replaces", what);
    }

    /// Adds the rows of the credentials; `state` says whether the secret exists, and `key` is its
    /// encryption key.
    pub fn credentials(
        &mut self,
        request: &Request,
        verification: &Verification,
        state: &str,
        key: &str,
    ) {
        self.row("secret", &format!("{}{state}", request.name));
        self.row("key", key);
        if let Some(Registry { title, kind, .. }) = request.upstream.as_deref() {
            self.row("registry", &format!("{title} ({kind})"));
        }
        let Credential { username, token } = &request.credential;
        self.row("username", username.as_str());
        let length = count(token.characters(), "character");
        self.row("access token", &format!("{length}, not shown"));
        let title = request
            .upstream
            .map_or("the registry", |upstream| upstream.title);
        self.row("login", &verification.in_review(title));
    }

    /// Adds the rows of everything but the value; `stored` is the secret if it exists.
    pub fn attributes(&mut self, request: &Request, stored: Option<&Secret>) {
        for tag in request.tags.iter().filter(|tag| tag.key() != EXPIRY_TAG) {
            self.row("tag", &tag.to_string());
        }
        let is_kept = |key: &str| {
            let mut tags = request.tags.iter();
            key != EXPIRY_TAG && !tags.any(|tag| tag.key() == key)
        };
        let stored = stored.iter().flat_map(|secret| &secret.tags);
        for (key, value) in stored.filter(|(key, _)| is_kept(key)) {
            self.row("tag", &format!("{key}={value} (stored)"));
        }
        if let Some(policy) = &request.policy {
            self.row(
                "policy",
                &format!("{} (public access blocked)", policy.path),
            );
        }
        if !request.replicas.is_empty() {
            let regions: Vec<&str> = request.replicas.iter().map(Region::as_str).collect();
            self.row("replicas", &regions.join(", "));
        }
        let rotation = request.rotation.as_ref().map(ToString::to_string);
        self.optional("rotation", rotation.as_deref());
    }

    /// Adds a row for everything that these steps replace.
    pub fn replaced(&mut self, steps: &[Step], existing: &Existing) {
        let secret = &existing.secret;
        for step in steps {
            match step {
                Step::PutSecretValue(_) if secret.has_current_version() => self
                    .replaces("the username and token (the old ones stay as the previous version)"),
                Step::UpdateDescription(_) => {
                    let description = secret.description.as_deref();
                    if let Some(text) = description.filter(|text| !text.is_empty()) {
                        self.replaces(&format!("the description (now: {text})"));
                    }
                }
                Step::TagResource(tags) => {
                    for tag in tags {
                        if let Some(value) = secret.tag(tag.key()) {
                            self.replaces(&format!("the tag {}={value}", tag.key()));
                        }
                    }
                }
                Step::ReplicateSecret {
                    overwrite: true, ..
                } => self.replaces(OF_REPLICAS),
                Step::PutResourcePolicy(_) if existing.policy.is_some() => {
                    self.replaces("the resource policy");
                }
                Step::RotateSecret(_) if secret.rotation.is_some() => {
                    self.replaces("the rotation");
                }
                _ => {}
            }
        }
    }

    fn lines(&self) -> impl Iterator<Item = String> + '_ {
        let rows = self.0.iter();
        rows.map(|(label, text)| {
            let text = match *label {
                "secret" | "rule" => bold_name(text),
                _ => text.clone(),
            };
            format!("  {} {text}", paint(Color::Dim, &format!("{label:<13}")))
        })
    }
}

/// A text with its first word, which is a name, in bold.
fn bold_name(text: &str) -> String {
    let end = text.find([' ', ',']).unwrap_or(text.len());
    let (name, rest) = text.split_at(end);
    format!("{}{rest}", paint(Color::Bold, name))
}

impl Plan {
    /// The review: account and Region, and for each plan what will be done and the AWS calls.
    pub fn review(plans: &[Self], target: &Target) -> String {
        let mut place = Review::default();
        if let Some(caller) = &target.caller {
            place.row("account", &format!("{} ({})", caller.account, caller.arn));
        }
        let region = target.region.as_ref().map(ToString::to_string);
        place.row("region", region.as_deref().unwrap_or("not set"));
        place.optional("profile", target.profile.as_deref());
        place.optional("endpoint", target.endpoint.as_deref());
        let of_plan = |plan: &Self| {
            let mut calls = Review::default();
            let words: Vec<&str> = plan.steps.iter().map(Step::word).collect();
            calls.row("AWS calls", &words.join(", then "));
            let lines = plan.review.lines().chain(calls.lines());
            lines.collect::<Vec<_>>().join("\n")
        };
        let place: Vec<String> = place.lines().collect();
        let plans: Vec<String> = plans.iter().map(of_plan).collect();
        format!("{}\n{}", place.join("\n"), plans.join("\n\n"))
    }
}
