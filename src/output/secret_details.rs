//! [`SecretDetails`]: everything about one secret except the token.

use std::fmt::Write as _;

use serde::Serialize;
use serde_json::Value;

use crate::model::count::count;
use crate::model::date::{in_days, Date, Time};
use crate::model::registries::LoginRegistry;
use crate::model::rule::{Rule, RuleUsage};
use crate::model::secret::{
    CrossAccountReplica, ExistingRotation, KeyKind, Replica, Secret, StoredPolicy, EXPIRY_TAG,
};
use crate::model::stored_value::StoredValue;
use crate::model::token_kind::TokenKind;
use crate::output::escaped;
use crate::output::secret_list::Entry;

/// What is known of a secret, and what could not be looked at.
pub struct SecretDetails<'a> {
    pub secret: &'a Secret,
    /// `None` where there is none, or it may not be read.
    pub value: Option<&'a StoredValue>,
    pub policy: Option<&'a StoredPolicy>,
    pub key: &'a KeyKind,
    pub usage: RuleUsage<'a>,
    /// What is missing, and why.
    pub warnings: Vec<String>,
}

/// What scripts get. Its JSON members are a contract: only ever added to.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct DetailsJson<'a> {
    schema_version: u8,
    #[serde(flatten)]
    entry: Entry<'a>,
    description: Option<&'a str>,
    username: Option<String>,
    token_characters: Option<usize>,
    /// None where it is not of a kind that is known by how it begins.
    token_kind: Option<&'static str>,
    /// `AWS` or `CUSTOMER`; none where KMS could not be asked.
    key_manager: Option<&'static str>,
    tags: Vec<Tag<'a>>,
    versions: Vec<VersionJson<'a>>,
    replicas: Option<&'a [Replica]>,
    rotation: Option<RotationJson<'a>>,
    external_secret_rotation_role_arn: Option<&'a str>,
    external_secret_rotation_metadata: Vec<Tag<'a>>,
    /// The ARN of the secret in another account that this is a replica of.
    cross_account_primary: Option<&'a str>,
    cross_account_replicas: &'a [CrossAccountReplica],
    resource_policy: Option<Value>,
    /// `default` where its owner wrote it.
    resource_policy_name: Option<&'a str>,
    /// Those that use it; none where they could not be looked at.
    rules: Option<Vec<&'a Rule>>,
    /// Those that point at another secret that had its name.
    stale_rules: Option<Vec<&'a Rule>>,
    warnings: &'a [String],
}

#[derive(Serialize)]
struct VersionJson<'a> {
    id: String,
    stages: &'a [String],
}

#[derive(Serialize)]
struct Tag<'a> {
    key: &'a str,
    value: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct RotationJson<'a> {
    lambda_arn: Option<&'a str>,
    days: Option<i64>,
    schedule: Option<&'a str>,
    duration: Option<&'a str>,
    last_rotated: Option<Time>,
    next_rotation: Option<Time>,
}

/// What may be shown of the value.
#[derive(Default)]
struct ValueDetails {
    username: Option<String>,
    characters: Option<usize>,
    kind: Option<&'static TokenKind>,
}

impl<'a> SecretDetails<'a> {
    fn value_details(&self) -> ValueDetails {
        let Some(members) = self.value.and_then(StoredValue::members) else {
            return ValueDetails::default();
        };
        let token = members.text("accessToken");
        ValueDetails {
            // Someone may have mixed the two up.
            username: members
                .text("username")
                .filter(|name| !TokenKind::is_in_the_wrong_place(name))
                .map(|name| name.to_string()),
            characters: token.as_ref().map(|token| token.chars().count()),
            kind: token.as_ref().and_then(|token| TokenKind::of(token)),
        }
    }

    fn versions(&self) -> impl Iterator<Item = VersionJson<'_>> {
        let versions = self.secret.versions.iter();
        versions.map(|version| VersionJson {
            id: escaped(version.id.as_str()),
            stages: &version.stages,
        })
    }

    /// For scripts.
    pub fn to_json(&self) -> impl Serialize + '_ {
        let Self {
            secret,
            key,
            warnings,
            ..
        } = self;
        let value = self.value_details();
        DetailsJson {
            schema_version: 1,
            entry: Entry::new(secret, &self.usage),
            description: secret.description.as_deref(),
            username: value.username,
            token_characters: value.characters,
            token_kind: value.kind.map(|kind| kind.word),
            key_manager: match key {
                KeyKind::Default => Some("AWS"),
                KeyKind::Customer => Some("CUSTOMER"),
                KeyKind::Unknown(_) => None,
            },
            tags: pairs(&secret.tags),
            versions: self.versions().collect(),
            replicas: secret.replicas.as_deref(),
            rotation: secret.rotation.as_ref().map(|rotation| RotationJson {
                lambda_arn: rotation.lambda_arn.as_deref(),
                days: rotation.days,
                schedule: rotation.schedule.as_deref(),
                duration: rotation.duration.as_deref(),
                last_rotated: secret.last_rotated,
                next_rotation: secret.next_rotation,
            }),
            cross_account_primary: self.secret.cross_account_primary.as_deref(),
            cross_account_replicas: &self.secret.cross_account_replicas,
            external_secret_rotation_role_arn: self.secret.external_rotation_role.as_deref(),
            external_secret_rotation_metadata: pairs(&secret.external_rotation_metadata),
            resource_policy: self.policy_json(),
            resource_policy_name: self.policy.and_then(|policy| policy.name.as_deref()),
            rules: self.rules(&self.usage.current),
            stale_rules: self.rules(&self.usage.former),
            warnings,
        }
    }

    fn rules(&self, rules: &[&'a Rule]) -> Option<Vec<&'a Rule>> {
        self.usage.all.map(|_| rules.to_vec())
    }

    /// The policy as JSON; as the text that it is, should it not be JSON.
    fn policy_json(&self) -> Option<Value> {
        let text = self.policy?.text.as_str();
        Some(serde_json::from_str(text).unwrap_or_else(|_| Value::from(text)))
    }

    fn policy_lines(&self) -> Vec<String> {
        let pretty = self.policy_json().map(|policy| format!("{policy:#}"));
        pretty
            .iter()
            .flat_map(|text| text.lines())
            .map(str::to_owned)
            .collect()
    }

    /// For people: a row for each thing that is known.
    pub fn to_text(&self, today: Date) -> String {
        let mut rows = Rows::default();
        self.add_name(&mut rows);
        self.add_value(&mut rows, today);
        self.add_times(&mut rows, today);
        self.add_rest(&mut rows);
        rows.0.truncate(rows.0.trim_end().len());
        rows.0
    }

    fn add_name(&self, rows: &mut Rows) {
        let secret = self.secret;
        rows.add("name", &secret.name);
        rows.add("arn", secret.arn.as_str());
        if let Some(due) = secret.deleted {
            rows.add(
                "state",
                &format!("scheduled for deletion on {}", due.date()),
            );
        }
        if let Some(managed) = secret.managed_by() {
            rows.add("managed", &managed.to_string());
        }
        if let Some(role) = &secret.external_rotation_role {
            rows.add("rotated by", role);
        }
        for (key, value) in &secret.external_rotation_metadata {
            rows.add("rotated with", &format!("{key}={value}"));
        }
        if let Some(upstream) = self.usage.upstream {
            rows.add(
                "registry",
                &format!("{} ({})", upstream.title, upstream.kind),
            );
        }
        if let Some(description) = &secret.description {
            rows.add("description", description);
        }
    }

    fn add_value(&self, rows: &mut Rows, today: Date) {
        let secret = self.secret;
        let value = self.value_details();
        if self.value.is_some() {
            let none = "none that can be shown";
            rows.add("username", value.username.as_deref().unwrap_or(none));
            let token = value.characters.map(|length| {
                let kind = value
                    .kind
                    .map(|kind| kind_to_text(kind, self.usage.upstream, value.username.as_deref()));
                let length = count(length, "character");
                format!("{length}, not shown{}", kind.unwrap_or_default())
            });
            rows.add("accessToken", token.as_deref().unwrap_or(none));
        }
        if let Some((_, end)) = secret.tags.iter().find(|(key, _)| key == EXPIRY_TAG) {
            let end = match secret.expires_on() {
                Some(Ok(date)) => format!("{date} ({})", from_today(today.days_until(date))),
                _ if secret.has_unknown_expiry() => end.clone(),
                _ => format!("{end} (not a date such as 2027-01-31)"),
            };
            rows.add("expires on", &end);
        }
        let key = match self.key {
            KeyKind::Default => "aws/secretsmanager".to_owned(),
            KeyKind::Customer => format!("{}, customer managed: ECR cannot use it", secret.key()),
            KeyKind::Unknown(why) => {
                format!(
                    "{}; it is not known whether ECR can use it ({why})",
                    secret.key()
                )
            }
        };
        rows.add("key", &key);
    }

    fn add_times(&self, rows: &mut Rows, today: Date) {
        let secret = self.secret;
        let times = [
            ("created", secret.created),
            ("changed", secret.last_changed),
            ("last read", secret.last_accessed),
            ("rotated", secret.last_rotated),
            ("rotates next", secret.next_rotation),
        ];
        for (label, time) in times {
            if let Some(time) = time {
                let ago = from_today(today.days_until(time.date()));
                rows.add(label, &format!("{time} ({ago})"));
            }
        }
        if let Some(rotation) = &secret.rotation {
            rows.add("rotation", &rotation_to_text(rotation));
        }
    }

    fn add_rest(&self, rows: &mut Rows) {
        let secret = self.secret;
        for (key, value) in &secret.tags {
            rows.add("tag", &format!("{key}={value}"));
        }
        for VersionJson { id, stages } in self.versions() {
            rows.add("version", format!("{id} {}", stages.join(", ")).trim_end());
        }
        for replica in &secret.cross_account_replicas {
            let status = replica.status.as_deref();
            let status = status.map_or_else(String::new, |status| format!(", {status}"));
            rows.add("replica", &format!("{}{status}", replica.arn));
        }
        if let Some(primary) = secret.replica_of() {
            rows.add("replica of", primary.as_str());
        }
        for replica in secret.replicas.iter().flatten() {
            let key = replica.unknown_key().map(|key| format!("key {key}"));
            let parts = [
                Some(replica.region.as_str()),
                replica.status.as_deref(),
                key.as_deref(),
                replica.message.as_deref(),
            ];
            let parts: Vec<&str> = parts.into_iter().flatten().collect();
            rows.add("replica", &parts.join(", "));
        }
        for rule in &self.usage.current {
            let (prefix, source) = (&rule.ecr_repository_prefix, rule.source());
            rows.add("rule", &format!("{prefix} ({source})"));
        }
        let name = self.policy.and_then(|policy| policy.name.as_deref());
        if let Some(name) = name.filter(|name| *name != "default") {
            rows.add("policy name", name);
        }
        for (index, line) in self.policy_lines().iter().enumerate() {
            let label = if index == 0 { "policy" } else { "" };
            rows.add(label, line);
        }
    }
}

fn pairs(pairs: &[(String, String)]) -> Vec<Tag<'_>> {
    let pairs = pairs.iter();
    pairs.map(|(key, value)| Tag { key, value }).collect()
}

/// Lines of a label and a text, which may be anyone's.
#[derive(Default)]
struct Rows(String);

impl Rows {
    fn add(&mut self, label: &str, text: &str) {
        let indent = &text[..text.len() - text.trim_start_matches(' ').len()];
        let _ = writeln!(self.0, "{label:<12} {indent}{}", escaped(text));
    }
}

/// The kind of a token, and why it cannot work where that is known.
fn kind_to_text(
    kind: &TokenKind,
    upstream: Option<LoginRegistry>,
    username: Option<&str>,
) -> String {
    let trouble = upstream.and_then(|upstream| kind.trouble_at(upstream, username));
    match trouble {
        None => format!("; {}", kind.title),
        Some(trouble) => format!("; {}, and {trouble}", kind.title),
    }
}

fn rotation_to_text(rotation: &ExistingRotation) -> String {
    let schedule = match (&rotation.schedule, rotation.days) {
        (Some(schedule), _) => schedule.clone(),
        (None, Some(days)) => format!("every {}", in_days(days)),
        (None, None) => "at no fixed times".to_owned(),
    };
    let by = rotation
        .lambda_arn
        .as_deref()
        .unwrap_or("an unknown function");
    format!("{schedule}, by {by}")
}

/// How far off a day is: `in 3 days`, `today`, `3 days ago`.
fn from_today(days: i64) -> String {
    match days {
        0 => "today".to_owned(),
        1.. => format!("in {}", in_days(days)),
        ..0 => format!("{} ago", in_days(-days)),
    }
}
