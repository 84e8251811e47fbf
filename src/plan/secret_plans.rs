//! The plans of the commands that change a secret.

use super::review::{Review, OF_REPLICAS};
use super::step::Step;
use super::Subject;
use super::{PendingRule, Plan};
use crate::input::request::Request;
use crate::model::attributes::{Description, ResourcePolicy, Tag};
use crate::model::credential::{SecretValue, TooLarge};
use crate::model::date::in_days;
use crate::model::secret::{NewSecret, Recovery, Secret, Version, EXPIRY_TAG, UNKNOWN_EXPIRY};
use crate::model::stored_value::StoredValue;
use crate::model::value_fix::Change;
use crate::model::value_update::ValueUpdate;

/// What is there before anything is done.
#[derive(Debug)]
pub enum Observed {
    /// Nobody looked: the first call tells.
    NotLooked,
    Absent,
    Active(Box<Existing>),
    /// `due` is when the name becomes free.
    PendingDeletion {
        due: String,
    },
}

/// A secret that exists, with what a request has to be compared with.
#[derive(Debug)]
pub struct Existing {
    pub secret: Secret,
    /// The current value; `None` where there is none, or the caller may not read it.
    pub value: Option<StoredValue>,
    /// The resource policy, looked up only where the request has one.
    pub policy: Option<String>,
}

/// The plan to store credentials, and what is left of the value before.
#[derive(Debug)]
pub struct Credentials {
    pub plan: Plan,
    /// Other keys of the value that are kept: ECR does not read them.
    pub kept_keys: Vec<String>,
}

impl From<Option<Secret>> for Observed {
    /// Reads what DescribeSecret told.
    fn from(described: Option<Secret>) -> Self {
        match described {
            None => Self::Absent,
            Some(Secret {
                deleted: Some(due), ..
            }) => Self::PendingDeletion {
                due: due.to_string(),
            },
            Some(secret) => Self::Active(Box::new(Existing {
                secret,
                value: None,
                policy: None,
            })),
        }
    }
}

impl Plan {
    /// `create` of a secret that does not exist: one call, and one more for each option that needs
    /// it.
    ///
    /// # Errors
    /// [`TooLarge`] where the value is over what a secret takes.
    pub fn create(
        request: &Request,
        is_new: bool,
        rule: Option<&PendingRule>,
    ) -> Result<Self, TooLarge> {
        let mut steps = vec![Step::CreateSecret(Box::new(new_secret(request)?))];
        steps.extend(request.policy.clone().map(Step::PutResourcePolicy));
        steps.extend(request.rotation.clone().map(Step::RotateSecret));
        steps.extend(rule.iter().flat_map(|rule| rule.steps(None)));
        let mut review = Review::default();
        let state = if is_new { " (new)" } else { "" };
        review.credentials(request, state, Secret::DEFAULT_KEY);
        review.row("description", request.description_or_default().as_str());
        let expiry = request.expiry().map(Tag::value);
        review.row("expires on", expiry.unwrap_or("not known"));
        review.attributes(request);
        review.rule(rule, None);
        if request.overwrite_replicas {
            review.overwrites(OF_REPLICAS);
        }
        Ok(Self {
            subject: Subject::named(&request.name),
            steps,
            review,
            is_stored: false,
        })
    }

    /// `update`, and `create` of a secret that exists: only what is not so already.
    ///
    /// # Errors
    /// [`TooLarge`] where the value is over what a secret takes.
    pub fn update(
        request: &Request,
        existing: &Existing,
        rule: Option<&PendingRule>,
    ) -> Result<Credentials, TooLarge> {
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
        // The recorded date is that of the previous token.
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
        let is_new_policy = |wanted: &&ResourcePolicy| !is_same_policy(wanted, policy.as_deref());
        let wanted = request.policy.as_ref().filter(is_new_policy);
        steps.extend(wanted.cloned().map(Step::PutResourcePolicy));
        let rotation = request.rotation.as_ref();
        let rotation = rotation.filter(|rotation| !secret.rotates_as(rotation));
        steps.extend(rotation.cloned().map(Step::RotateSecret));
        let mut review = Review::default();
        review.credentials(request, " (exists)", secret.key());
        review.optional("description", description.map(Description::as_str));
        match request.expiry() {
            Some(expiry) => review.row("expires on", expiry.value()),
            None if !is_stored && is_former => {
                review.row(
                    "expires on",
                    "unknown (the recorded date is that of the previous token)",
                );
            }
            None if !is_stored => review.row("expires on", "not known"),
            None => {}
        }
        review.attributes(request);
        review.overwritten(&steps, existing);
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

    /// `create --if-exists skip`: the secret is left as it is, and only its rule is made.
    pub fn skip(existing: &Existing, rule: Option<&PendingRule>) -> Self {
        let secret = &existing.secret;
        let mut review = Review::default();
        review.row("secret", &format!("{} (left as it is)", secret.name));
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

    /// `update --expires-on` alone: the date of the token that is there.
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
                review.overwrites(&format!("the date that is there, {date}"));
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

    /// `update --rollback`: `now` and `then` say of the two versions when they were made.
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
            review.row("values", "not shown; other keys stay as they are");
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

    /// `delete`: the replicas first, since a secret with replicas cannot be deleted. `used_by` are
    /// the prefixes of the rules that use it, or why they are not known.
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
                format!("{prefixes}: pulls will fail for images that are not cached")
            }
            Err(why) => format!("not known ({why})"),
        };
        review.row("used by", &used_by);
        let replicas = secret.all_replica_regions();
        let mut steps = Vec::new();
        if replicas.is_empty() {
            review.row("replicas", "none");
        } else {
            let regions = replicas.join(", ");
            review.row("replicas", &format!("{regions}, deleted at once"));
            steps.push(Step::RemoveReplicas(replicas));
        }
        steps.push(Step::DeleteSecret(recovery));
        let recovery = match recovery {
            Recovery::Days(days) => {
                format!("within {}, with ecr-ptc restore", in_days(days.into()))
            }
            Recovery::Never => "none: it is gone at once".to_owned(),
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

fn new_secret(request: &Request) -> Result<NewSecret, TooLarge> {
    Ok(NewSecret {
        name: request.name.clone(),
        value: request.credential.to_value()?,
        description: request.description_or_default(),
        tags: request.tags.clone(),
        replicas: request.replicas.clone(),
        overwrite_replicas: request.overwrite_replicas,
    })
}

fn is_same_policy(wanted: &ResourcePolicy, stored: Option<&str>) -> bool {
    stored.is_some_and(|stored| wanted.is_same_as(stored))
}
