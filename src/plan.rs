//! [`Plan`]: what will be done, as a value that can be shown before it is done.

use std::fmt;

use crate::arn::{AccountId, Arn};
use crate::credential::{SecretValue, Username};
use crate::name::SecretName;
use crate::region::RegionName;
use crate::report::StepReport;
use crate::rule::{Change, RuleRequest};
use crate::secret::{Secret, EXPIRY_TAG};
use crate::setting::{Description, ResourcePolicy, Rhythm, Rotation, Tag};
use crate::upstream::Upstream;

/// Everything that a person asked for, complete and valid.
#[derive(Debug)]
pub struct Request {
    pub upstream: &'static Upstream,
    /// ECR's `upstreamRegistryUrl`; none where it is not known.
    pub upstream_url: Option<String>,
    pub username: Username,
    /// The length of the token, in characters.
    pub token_characters: usize,
    pub value: SecretValue,
    pub name: SecretName,
    pub description: Description,
    /// Whether the description was asked for, or is our default.
    pub description_given: bool,
    pub tags: Vec<Tag>,
    pub policy: Option<ResourcePolicy>,
    pub replicas: Vec<RegionName>,
    pub overwrite_replicas: bool,
    pub rotation: Option<Rotation>,
}

/// Where it will be done.
#[derive(Debug, Default)]
pub struct Target {
    /// The Region; none is known in a dry run without one.
    pub region: Option<RegionName>,
    pub profile: Option<String>,
    pub endpoint: Option<String>,
    /// The account and the caller's ARN, where they were asked for.
    pub caller: Option<Caller>,
}

/// Who AWS says is calling.
#[derive(Debug)]
pub struct Caller {
    pub account: AccountId,
    pub arn: Arn,
}

/// What is there before anything is done.
#[derive(Debug)]
pub enum Observed {
    Absent,
    Active(Box<Existing>),
    /// `due` is when the name becomes free.
    PendingDeletion {
        due: String,
    },
}

impl Observed {
    /// Reads what DescribeSecret told.
    pub fn of(described: Option<Secret>) -> Self {
        match described {
            None => Self::Absent,
            Some(Secret {
                deleted: Some(due), ..
            }) => Self::PendingDeletion {
                due: due.to_string(),
            },
            Some(secret) => Self::Active(Box::new(Existing {
                secret,
                policy: None,
                value: StoredValue::Unknown,
            })),
        }
    }
}

/// A secret that exists, with what a request may have to be compared with.
#[derive(Debug)]
pub struct Existing {
    pub secret: Secret,
    /// The resource policy, looked up only where the request has one.
    pub policy: Option<String>,
    /// The stored value, looked up only to be compared.
    pub value: StoredValue,
}

/// What is known of the stored value.
#[derive(Debug, Default, PartialEq, Eq)]
pub enum StoredValue {
    /// Not looked up, or the caller may not read it.
    #[default]
    Unknown,
    Same,
    Different,
}

/// One call that changes something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    CreateSecret,
    PutSecretValue,
    UpdateDescription,
    TagResource,
    /// Removes the date of the token before.
    UntagExpiry,
    ReplicateSecret,
    PutResourcePolicy,
    RotateSecret,
}

impl Step {
    /// The word for scripts.
    pub fn word(self) -> &'static str {
        match self {
            Self::CreateSecret => "create-secret",
            Self::PutSecretValue => "put-secret-value",
            Self::UpdateDescription => "update-secret",
            Self::TagResource => "tag-resource",
            Self::UntagExpiry => "untag-resource",
            Self::ReplicateSecret => "replicate-secret-to-regions",
            Self::PutResourcePolicy => "put-resource-policy",
            Self::RotateSecret => "rotate-secret",
        }
    }

    /// Whether the credentials are not stored before this step is done.
    pub fn stores_the_value(self) -> bool {
        matches!(self, Self::CreateSecret | Self::PutSecretValue)
    }

    /// What the step does, in words that follow "could not".
    pub fn purpose(self) -> &'static str {
        match self {
            Self::CreateSecret => "create the secret",
            Self::PutSecretValue => "store the new version",
            Self::UpdateDescription => "change the description",
            Self::TagResource => "set the tags",
            Self::UntagExpiry => "remove the tag with the date of the token before",
            Self::ReplicateSecret => "replicate the secret",
            Self::PutResourcePolicy => "put the resource policy",
            Self::RotateSecret => "switch on rotation",
        }
    }
}

/// The steps that bring what was observed to what was requested, in order.
#[derive(Debug)]
pub struct Plan<'a> {
    pub request: &'a Request,
    pub steps: Vec<Step>,
    /// The secret that the steps change; none where the first step creates it.
    pub existing: Option<Box<Existing>>,
}

impl<'a> Plan<'a> {
    /// For a secret that does not exist: one call, and one more for each option that needs it.
    pub fn to_create(request: &'a Request) -> Self {
        let mut steps = vec![Step::CreateSecret];
        if request.policy.is_some() {
            steps.push(Step::PutResourcePolicy);
        }
        if request.rotation.is_some() {
            steps.push(Step::RotateSecret);
        }
        Self {
            request,
            steps,
            existing: None,
        }
    }

    /// For a secret that exists: only what is not so already.
    pub fn to_update(request: &'a Request, existing: Box<Existing>) -> Self {
        let mut steps = Vec::new();
        if existing.value != StoredValue::Same {
            steps.push(Step::PutSecretValue);
        }
        if request.description_given
            && Some(request.description.as_str()).filter(|text| !text.is_empty())
                != existing.secret.description.as_deref()
        {
            steps.push(Step::UpdateDescription);
        }
        if !request.tags.iter().all(|tag| existing.has_tag(tag)) {
            steps.push(Step::TagResource);
        }
        let says_when = |key: &str| key == EXPIRY_TAG;
        if steps.contains(&Step::PutSecretValue)
            && existing.secret.tags.iter().any(|(key, _)| says_when(key))
            && !request.tags.iter().any(|tag| says_when(tag.key()))
        {
            steps.push(Step::UntagExpiry);
        }
        if !existing.lacks(&request.replicas).is_empty() {
            steps.push(Step::ReplicateSecret);
        }
        if request.policy.as_ref().is_some_and(|policy| {
            !existing
                .policy
                .as_deref()
                .is_some_and(|text| policy.is_same_as(text))
        }) {
            steps.push(Step::PutResourcePolicy);
        }
        if request
            .rotation
            .as_ref()
            .is_some_and(|rotation| !existing.rotates_as(rotation))
        {
            steps.push(Step::RotateSecret);
        }
        Self {
            request,
            steps,
            existing: Some(existing),
        }
    }

    pub fn reports(&self, status: crate::report::StepStatus) -> Vec<StepReport> {
        self.steps
            .iter()
            .map(|step| StepReport::new(*step, status))
            .collect()
    }
}

impl Existing {
    fn has_tag(&self, tag: &Tag) -> bool {
        self.secret
            .tags
            .iter()
            .any(|(key, value)| key == tag.key() && value == tag.value())
    }

    /// The Regions in which it has a replica, or is about to.
    pub fn replica_regions(&self) -> Vec<&str> {
        let replicas = self.secret.replicas.iter().flatten();
        replicas
            .filter(|replica| replica.status.as_deref() != Some("Failed"))
            .map(|replica| replica.region.as_str())
            .collect()
    }

    /// The Regions of a request in which the secret has no replica yet.
    pub fn lacks<'r>(&self, regions: &'r [RegionName]) -> Vec<&'r RegionName> {
        let have = self.replica_regions();
        regions
            .iter()
            .filter(|region| !have.contains(&region.as_str()))
            .collect()
    }

    fn rotates_as(&self, wanted: &Rotation) -> bool {
        let Rotation {
            lambda_arn,
            rhythm,
            duration,
            immediately: _,
        } = wanted;
        let Some(now) = &self.secret.rotation else {
            return false;
        };
        let same_rhythm = match rhythm {
            Rhythm::Days(days) => now.days == Some(i64::from(*days)) && now.schedule.is_none(),
            Rhythm::Schedule(schedule) => now.schedule.as_ref() == Some(schedule),
        };
        now.lambda_arn.as_deref() == Some(lambda_arn.as_str())
            && same_rhythm
            && (duration.is_none() || now.duration == *duration)
    }
}

/// The review: what a person says yes to.
pub struct Review<'a> {
    pub plan: &'a Plan<'a>,
    pub target: &'a Target,
    /// Whether someone looked, and there is no secret of that name.
    pub is_new: bool,
    /// The rule, and what it needs.
    pub rule: Option<(&'a RuleRequest, Change)>,
}

impl fmt::Display for Review<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { plan, target, .. } = self;
        let request = plan.request;
        let mut row = |label: &str, value: &str| {
            writeln!(f, "  {label:<12} {}", crate::output::escaped(value))
        };
        if let Some(Caller { account, arn }) = &target.caller {
            row("account", &format!("{account} ({arn})"))?;
        }
        let region = target.region.as_ref().map(RegionName::as_str);
        row("region", region.unwrap_or("not set"))?;
        if let Some(profile) = &target.profile {
            row("profile", profile)?;
        }
        if let Some(endpoint) = &target.endpoint {
            row("endpoint", endpoint)?;
        }
        let state = if plan.existing.is_some() {
            " (exists)"
        } else if self.is_new {
            " (new)"
        } else {
            ""
        };
        row("name", &format!("{}{state}", request.name))?;
        row(
            "registry",
            &format!("{} ({})", request.upstream.title, request.upstream.kind),
        )?;
        row("username", request.username.as_str())?;
        row(
            "accessToken",
            &format!("{} characters, not shown", request.token_characters),
        )?;
        if plan.existing.is_none() || plan.steps.contains(&Step::UpdateDescription) {
            row("description", request.description.as_str())?;
        }
        for tag in &request.tags {
            row("tag", &tag.to_string())?;
        }
        if let Some(policy) = &request.policy {
            row(
                "policy",
                &format!("{} (public access blocked)", policy.path),
            )?;
        }
        if !request.replicas.is_empty() {
            let regions: Vec<&str> = request.replicas.iter().map(RegionName::as_str).collect();
            let overwrite = if request.overwrite_replicas {
                " (overwriting)"
            } else {
                ""
            };
            row("replicas", &format!("{}{overwrite}", regions.join(", ")))?;
        }
        if let Some(rotation) = &request.rotation {
            row("rotation", &rotation.to_string())?;
        }
        if plan.existing.is_none() {
            row("key", "aws/secretsmanager")?;
        }
        let mut words: Vec<&str> = plan.steps.iter().map(|step| step.word()).collect();
        if let Some((rule, change)) = self.rule {
            row("rule", &format!("{} ({})", rule.prefix, rule.url))?;
            words.extend(change.steps().iter().map(|step| step.word()));
        }
        write!(f, "  {:<12} {}", "AWS calls", words.join(", then "))
    }
}

impl fmt::Display for Rotation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.rhythm {
            Rhythm::Days(days) => write!(f, "every {days} days")?,
            Rhythm::Schedule(schedule) => f.write_str(schedule)?,
        }
        if let Some(duration) = &self.duration {
            write!(f, " for {duration}")?;
        }
        write!(f, " by {}", self.lambda_arn)?;
        f.write_str(if self.immediately {
            ", first at once"
        } else {
            ", first in the next window"
        })
    }
}
