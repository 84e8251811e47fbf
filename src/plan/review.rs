//! [`Review`]: what a person says yes to, in rows.

use super::step::Step;
use super::{Existing, PendingRule, Plan};
use crate::aws::Target;
use crate::input::request::Request;
use crate::model::arn::SecretArn;
use crate::model::count::count;
use crate::model::credential::Credential;
use crate::model::region::Region;
use crate::model::registries::Registry;
use crate::model::secret::EXPIRY_TAG;
use crate::output::escaped;
use crate::output::report::Action;

/// What becomes something else where replicas are made with `--force-overwrite-replica-secret`.
pub const OF_REPLICAS: &str = "secrets of this name in the Regions of the replicas";

/// Rows of a label and a text.
#[derive(Debug, Default)]
pub struct Review(Vec<(&'static str, String)>);

impl Review {
    pub fn row(&mut self, label: &'static str, text: &str) {
        self.0.push((label, escaped(text)));
    }

    /// Adds a row where there is something to say.
    pub fn optional(&mut self, label: &'static str, text: Option<&str>) {
        if let Some(text) = text {
            self.row(label, text);
        }
    }

    /// What is there and will be something else then: each has a row of its own.
    pub fn overwrites(&mut self, what: &str) {
        self.row("overwrites", what);
    }

    /// What becomes of a rule; `arn` is that of the secret, where there is one already.
    pub fn rule(&mut self, rule: Option<&PendingRule>, arn: Option<&SecretArn>) {
        let Some(rule) = rule else {
            return;
        };
        let (prefix, source) = (&rule.wanted.prefix, rule.wanted.source());
        let state = match (rule.action(arn), rule.wanted.has_login()) {
            (Action::Created, _) => "new",
            (Action::Updated, true) => "there already, and pointed at this secret",
            (Action::Updated, false) => "there already, and given this role",
            (_, true) => "uses this secret already",
            (_, false) => "is there already",
        };
        self.row("rule", &format!("{prefix} ({source}), {state}"));
        if rule.wanted.has_login() && rule.action(arn) == Action::Updated {
            let used = rule.secret_before().unwrap_or("none");
            self.overwrites(&format!(
                "the secret of the rule {prefix}, which is {used} now"
            ));
        }
    }

    /// The rows of the credentials; `state` says whether the secret is there already, and `key`
    /// what it is encrypted with.
    pub fn credentials(&mut self, request: &Request, state: &str, key: &str) {
        self.row("secret", &format!("{}{state}", request.name));
        self.row("key", key);
        if let Some(Registry { title, kind, .. }) = request.upstream.as_deref() {
            self.row("registry", &format!("{title} ({kind})"));
        }
        let Credential { username, token } = &request.credential;
        self.row("username", username.as_str());
        let length = count(token.characters(), "character");
        self.row("access token", &format!("{length}, not shown"));
    }

    /// The rows of what the secret has beside its value.
    pub fn attributes(&mut self, request: &Request) {
        for tag in request.tags.iter().filter(|tag| tag.key() != EXPIRY_TAG) {
            self.row("tag", &tag.to_string());
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

    /// The rows of what is there and becomes something else by these steps.
    pub fn overwritten(&mut self, steps: &[Step], existing: &Existing) {
        let secret = &existing.secret;
        for step in steps {
            match step {
                Step::PutSecretValue(_) if secret.has_current_version() => self.overwrites(
                    "the username and the access token; they stay as the previous version",
                ),
                Step::UpdateDescription(_) => {
                    let description = secret.description.as_deref();
                    if let Some(text) = description.filter(|text| !text.is_empty()) {
                        self.overwrites(&format!("the description, which is: {text}"));
                    }
                }
                Step::TagResource(tags) => {
                    for tag in tags {
                        if let Some(value) = secret.tag(tag.key()) {
                            self.overwrites(&format!("the tag {}={value}", tag.key()));
                        }
                    }
                }
                Step::ReplicateSecret {
                    overwrite: true, ..
                } => self.overwrites(OF_REPLICAS),
                Step::PutResourcePolicy(_) if existing.policy.is_some() => {
                    self.overwrites("the resource policy");
                }
                Step::RotateSecret(_) if secret.rotation.is_some() => {
                    self.overwrites("the rotation");
                }
                _ => {}
            }
        }
    }

    fn lines(&self) -> impl Iterator<Item = String> + '_ {
        let rows = self.0.iter();
        rows.map(|(label, text)| format!("  {label:<13} {text}"))
    }
}

impl Plan {
    /// The review, without a line end: where it will be done, what, and by which calls.
    pub fn review(&self, target: &Target) -> String {
        let mut place = Review::default();
        if let Some(caller) = &target.caller {
            place.row("account", &format!("{} ({})", caller.account, caller.arn));
        }
        let region = target.region.as_ref().map(ToString::to_string);
        place.row("region", region.as_deref().unwrap_or("not set"));
        place.optional("profile", target.profile.as_deref());
        place.optional("endpoint", target.endpoint.as_deref());
        let mut calls = Review::default();
        let words: Vec<&str> = self.steps.iter().map(super::step::Step::word).collect();
        calls.row("AWS calls", &words.join(", then "));
        let all = place.lines().chain(self.review.lines());
        all.chain(calls.lines()).collect::<Vec<_>>().join("\n")
    }
}
