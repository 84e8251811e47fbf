//! The plans of the commands that change a secret.

use super::review::{Review, OF_REPLICAS};
use super::step::Step;
use super::{Existing, PendingRule, Plan, Subject};
use crate::input::request::Request;
use crate::model::attributes::{Description, ResourcePolicy, Tag};
use crate::model::credential::SecretValue;
use crate::model::date::in_days;
use crate::model::invalid::Invalid;
use crate::model::secret::{NewSecret, Recovery, Secret, Version, EXPIRY_TAG, UNKNOWN_EXPIRY};
use crate::model::value_fix::Change;
use crate::model::value_update::ValueUpdate;
use crate::output::report::Verification;

/// A plan to store credentials.
#[derive(Debug)]
pub struct Credentials {
    pub plan: Plan,
    /// Other keys of the stored value that are kept. ECR ignores them.
    pub kept_keys: Vec<String>,
}

impl Plan {
    /// `create` of a new secret. `is_new` is false if it was not looked up.
    pub fn create(
        request: &Request,
        verification: &Verification,
        is_new: bool,
        rule: Option<&PendingRule>,
    ) -> Result<Self, Invalid> {
        let mut steps = vec![Step::CreateSecret(Box::new(new_secret(request)?))];
        steps.extend(request.policy.clone().map(Step::PutResourcePolicy));
        steps.extend(request.rotation.clone().map(Step::RotateSecret));
        steps.extend(rule.iter().flat_map(|rule| rule.steps(None)));
        let mut review = Review::default();
        let state = if is_new { " (new)" } else { "" };
        review.credentials(request, verification, state, Secret::DEFAULT_KEY);
        review.row("description", request.description_or_default().as_str());
        let expiry = request.expiry().map(Tag::value);
        review.row("expires on", expiry.unwrap_or("unknown"));
        review.attributes(request, None);
        review.rule(rule, None);
        if request.overwrite_replicas {
            review.replaces(OF_REPLICAS);
        }
        Ok(Self {
            subject: Subject::named(&request.name),
            steps,
            review,
            is_stored: false,
        })
    }

    /// `update`, or `create` of a secret that exists: only what differs is written.
    pub fn update(
        request: &Request,
        verification: &Verification,
        existing: &Existing,
        rule: Option<&PendingRule>,
    ) -> Result<Credentials, Invalid> {
        let Existing {
            secret,
            value,
            policy,
        } = existing;
        let update = ValueUpdate::new(value.as_ref(), &request.credential)?;
        let is_stored = update.is_unchanged;
        let mut steps = Vec::new();
        if !update.is_unchanged {
            steps.push(Step::PutSecretValue(update.value));
        }
        let description = request.description.as_ref();
        let description = description.filter(|text| !secret.has_description(text));
        steps.extend(description.cloned().map(Step::UpdateDescription));
        let is_missing = |tag: &&Tag| !secret.has_tag(tag);
        let mut tags: Vec<_> = request.tags.iter().filter(is_missing).cloned().collect();
        // The recorded date is that of the old token.
        let is_former = secret.tag(EXPIRY_TAG).is_some() && !secret.has_unknown_expiry();
        if !is_stored && request.expiry().is_none() && is_former {
            tags.extend(Tag::parse(&format!("{EXPIRY_TAG}={UNKNOWN_EXPIRY}")));
        }
        if !tags.is_empty() {
            steps.push(Step::TagResource(tags));
        }
        let regions = secret.lacks(&request.replicas);
        if !regions.is_empty() {
            steps.push(Step::ReplicateSecret {
                regions: regions.into_iter().cloned().collect(),
                overwrite: request.overwrite_replicas,
            });
        }
        let is_new_policy = |wanted: &&ResourcePolicy| {
            !policy
                .as_deref()
                .is_some_and(|policy| wanted.is_same_as(policy))
        };
        let wanted = request.policy.as_ref().filter(is_new_policy);
        steps.extend(wanted.cloned().map(Step::PutResourcePolicy));
        let rotation = request.rotation.as_ref();
        let rotation = rotation.filter(|rotation| !secret.rotates_as(rotation));
        steps.extend(rotation.cloned().map(Step::RotateSecret));
        let mut review = Review::default();
        review.credentials(request, verification, " (exists)", secret.key());
        let text = description.map(Description::as_str);
        review.optional("description", text.or(secret.description.as_deref()));
        match request.expiry() {
            Some(expiry) => review.row("expires on", expiry.value()),
            None if !is_stored && is_former => {
                review.row(
                    "expires on",
                    "unknown (the old token's expiry date will be cleared)",
                );
            }
            None if !is_stored => review.row("expires on", "unknown"),
            None => {}
        }
        review.attributes(request, Some(secret));
        review.replaced(&steps, existing);
        steps.extend(rule.iter().flat_map(|rule| rule.steps(Some(&secret.arn))));
        review.rule(rule, Some(&secret.arn));
        Ok(Credentials {
            plan: Self {
                subject: Subject::from(secret),
                steps,
                review,
                is_stored,
            },
            kept_keys: update.kept,
        })
    }

    /// `create --if-exists skip`: the secret is not changed, and only its rule is created.
    pub fn skip(existing: &Existing, rule: Option<&PendingRule>) -> Self {
        let secret = &existing.secret;
        let mut review = Review::default();
        review.row("secret", &format!("{} (not changed)", secret.name));
        review.rule(rule, Some(&secret.arn));
        Self {
            subject: Subject::from(secret),
            steps: rule
                .iter()
                .flat_map(|rule| rule.steps(Some(&secret.arn)))
                .collect(),
            review,
            is_stored: true,
        }
    }

    /// `update --expires-on` alone: records the date of the stored token.
    pub fn set_expiry(secret: &Secret, expiry: Tag) -> Self {
        let mut review = Review::default();
        review.row("secret", &secret.name);
        review.row("expires on", expiry.value());
        let tags: Vec<Tag> = [expiry]
            .into_iter()
            .filter(|tag| !secret.has_tag(tag))
            .collect();
        let mut steps = Vec::new();
        if !tags.is_empty() {
            if let Some(date) = secret.tag(EXPIRY_TAG) {
                review.replaces(&format!("the recorded date {date}"));
            }
            steps.push(Step::TagResource(tags));
        }
        Self {
            subject: Subject::from(secret),
            steps,
            review,
            is_stored: false,
        }
    }

    /// `update --rollback`; `now` and `then` describe the two versions.
    pub fn roll_back(
        secret: &Secret,
        (from, now): (&Version, &str),
        (to, then): (&Version, &str),
    ) -> Self {
        let mut review = Review::default();
        review.row("secret", &secret.name);
        review.row("now", now);
        review.row("then", then);
        Self {
            subject: Subject::from(secret),
            steps: vec![Step::UpdateVersionStage {
                from: from.id.clone(),
                to: to.id.clone(),
            }],
            review,
            is_stored: false,
        }
    }

    /// `check --fix`.
    pub fn fix(
        secret: &Secret,
        changes: &[Change],
        value: Option<SecretValue>,
        expiry: Option<Tag>,
    ) -> Self {
        let mut review = Review::default();
        review.row("secret", &secret.name);
        for change in changes {
            review.row("change", &change.to_string());
        }
        if value.is_some() {
            review.row("values", "not shown; other keys are not changed");
        }
        let value = value.map(Step::PutSecretValue);
        let expiry = expiry.map(|tag| Step::TagResource(vec![tag]));
        Self {
            subject: Subject::from(secret),
            steps: value.into_iter().chain(expiry).collect(),
            review,
            is_stored: false,
        }
    }

    /// `delete`, with the replicas first. `used_by` are the prefixes of the rules that use the
    /// secret, or why they are unknown.
    pub fn delete(secret: &Secret, recovery: Recovery, used_by: Result<&[&str], &str>) -> Self {
        let mut review = Review::default();
        review.row("secret", &secret.name);
        review.row("arn", secret.arn.as_str());
        let read = secret.last_accessed.map(|time| time.date().to_string());
        review.row("last read", read.as_deref().unwrap_or("never"));
        let used_by = match used_by {
            Ok([]) => "none".to_owned(),
            Ok(prefixes) => {
                let prefixes = prefixes.join(", ");
                format!("{prefixes} (pulls of images that are not cached will fail)")
            }
            Err(why) => format!("unknown ({why})"),
        };
        review.row("used by", &used_by);
        let replicas = secret.all_replica_regions();
        let mut steps = Vec::new();
        if replicas.is_empty() {
            review.row("replicas", "none");
        } else {
            let regions = replicas.join(", ");
            review.row("replicas", &format!("{regions} (deleted immediately)"));
            steps.push(Step::RemoveReplicas(replicas));
        }
        steps.push(Step::DeleteSecret(recovery));
        let recovery = match recovery {
            Recovery::Days(days) => {
                format!("within {}, with ecr-ptc restore", in_days(days.into()))
            }
            Recovery::Never => "none: deleted immediately".to_owned(),
        };
        review.row("recovery", &recovery);
        Self {
            subject: Subject::from(secret),
            steps,
            review,
            is_stored: false,
        }
    }

    /// `restore`.
    pub fn restore(secret: &Secret) -> Self {
        let mut review = Review::default();
        review.row("secret", &secret.name);
        let is_deleted = secret.deleted.is_some();
        Self {
            subject: Subject::from(secret),
            steps: is_deleted
                .then_some(Step::RestoreSecret)
                .into_iter()
                .collect(),
            review,
            is_stored: false,
        }
    }
}

fn new_secret(request: &Request) -> Result<NewSecret, Invalid> {
    Ok(NewSecret {
        name: request.name.clone(),
        value: request.credential.to_value()?,
        description: request.description_or_default(),
        tags: request.tags.clone(),
        replicas: request.replicas.clone(),
        overwrite_replicas: request.overwrite_replicas,
    })
}
