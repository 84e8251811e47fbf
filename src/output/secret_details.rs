//! [`SecretDetails`]: everything about one secret except the token.

use serde::Serialize;
use serde_json::Value;

use crate::model::count::count;
use crate::model::date::{in_days, Date, Time};
use crate::model::registries::LoginRegistry;
use crate::model::rule::RuleUsage;
use crate::model::secret::{ExistingRotation, KeyKind, Secret, Version, EXPIRY_TAG};
use crate::model::stored_value::{StoredValue, ACCESS_TOKEN, USERNAME};
use crate::model::token_kind::TokenKind;
use crate::output::escaped;
use crate::output::facts::Facts;
use crate::output::secret_list::facts_of;

/// What is known of a secret, and what could not be looked at.
pub struct SecretDetails<'a> {
    pub secret: &'a Secret,
    /// `None` where there is none, or it may not be read.
    pub value: Option<&'a StoredValue>,
    /// The JSON of the resource policy.
    pub policy: Option<&'a str>,
    pub key: &'a KeyKind,
    pub usage: RuleUsage<'a>,
    /// What is missing, and why.
    pub warnings: Vec<String>,
}

#[derive(Serialize)]
struct VersionJson<'a> {
    id: &'a str,
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

impl SecretDetails<'_> {
    /// Every fact once, in the order in which people read it. The names of the members are a
    /// contract: only ever added to.
    pub fn facts(&self, today: Date) -> Facts {
        let mut facts = facts_of(self.secret, &self.usage);
        self.add_name(&mut facts);
        self.add_value(&mut facts, today);
        self.add_times(&mut facts, today);
        self.add_rest(&mut facts);
        facts.member("warnings", &self.warnings);
        facts
    }

    fn add_name(&self, facts: &mut Facts) {
        let secret = self.secret;
        facts.row("name", &secret.name);
        facts.row("arn", secret.arn.as_str());
        if let Some(due) = secret.deleted {
            let state = format!("scheduled for deletion on {}", due.date());
            facts.row("state", &state);
        }
        if let Some(managed) = secret.managed_by() {
            facts.row("managed", &managed.to_string());
        }
        let role = secret.external_rotation_role.as_deref();
        facts.text("externalSecretRotationRoleArn", "rotated by", role);
        let metadata = &secret.external_rotation_metadata;
        add_pairs(
            facts,
            "externalSecretRotationMetadata",
            "rotated with",
            metadata,
        );
        if let Some(upstream) = self.usage.upstream {
            let registry = format!("{} ({})", upstream.title, upstream.kind);
            facts.row("registry", &registry);
        }
        facts.text("description", "description", secret.description.as_deref());
    }

    fn add_value(&self, facts: &mut Facts, today: Date) {
        let secret = self.secret;
        let members = self.value.and_then(StoredValue::members);
        let members = members.as_ref();
        let username = members.and_then(|members| members.text(USERNAME));
        // Someone may have mixed the two up.
        let username = username.filter(|name| !TokenKind::is_in_the_wrong_place(name));
        let username = username.as_ref().map(|name| name.as_str());
        let token = members.and_then(|members| members.text(ACCESS_TOKEN));
        let characters = token.as_ref().map(|token| token.chars().count());
        let kind = token.as_ref().and_then(|token| TokenKind::of(token));
        facts.member("username", username);
        facts.member("tokenCharacters", characters);
        facts.member("tokenKind", kind.map(|kind| kind.word));
        if self.value.is_some() {
            let none = "none that can be shown";
            facts.row("username", username.unwrap_or(none));
            let token = characters.map(|length| {
                let kind = kind.map(|kind| kind_to_text(kind, self.usage.upstream, username));
                let length = count(length, "character");
                format!("{length}, not shown{}", kind.unwrap_or_default())
            });
            facts.row("accessToken", token.as_deref().unwrap_or(none));
        }
        if let Some(expiry) = secret.tag(EXPIRY_TAG) {
            let expiry = match secret.expires_on() {
                Some(Ok(date)) => format!("{date} ({})", from_today(today.days_until(date))),
                _ if secret.has_unknown_expiry() => expiry.to_owned(),
                _ => format!("{expiry} (not a date such as 2027-01-31)"),
            };
            facts.row("expires on", &expiry);
        }
        let key = secret.key();
        let (manager, key) = match self.key {
            KeyKind::Default => (Some("AWS"), Secret::DEFAULT_KEY.to_owned()),
            KeyKind::Customer => {
                let key = format!("{key}, customer managed: ECR cannot use it");
                (Some("CUSTOMER"), key)
            }
            KeyKind::Unknown(why) => {
                let key = format!("{key}; it is not known whether ECR can use it ({why})");
                (None, key)
            }
        };
        facts.member("keyManager", manager);
        facts.row("key", &key);
    }

    fn add_times(&self, facts: &mut Facts, today: Date) {
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
                facts.row(label, &format!("{time} ({ago})"));
            }
        }
        let rotation = secret.rotation.as_ref();
        let json = rotation.map(|rotation| RotationJson {
            lambda_arn: rotation.lambda_arn.as_deref(),
            days: rotation.days,
            schedule: rotation.schedule.as_deref(),
            duration: rotation.duration.as_deref(),
            last_rotated: secret.last_rotated,
            next_rotation: secret.next_rotation,
        });
        facts.member("rotation", json);
        if let Some(rotation) = rotation {
            facts.row("rotation", &rotation_to_text(rotation));
        }
    }

    fn add_rest(&self, facts: &mut Facts) {
        let (secret, usage) = (self.secret, &self.usage);
        add_pairs(facts, "tags", "tag", &secret.tags);
        let mut versions = Vec::new();
        for Version { id, stages } in &secret.versions {
            let id = escaped(id.as_str());
            facts.row("version", format!("{id} {}", stages.join(", ")).trim_end());
            versions.push((id, stages));
        }
        let versions = versions
            .iter()
            .map(|(id, stages)| VersionJson { id, stages });
        facts.member("versions", versions.collect::<Vec<_>>());
        if let Some(primary) = secret.replica_of() {
            facts.row("replica of", primary.as_str());
        }
        facts.member("replicas", &secret.replicas);
        for replica in secret.replicas.iter().flatten() {
            let key = replica.unknown_key().map(|key| format!("key {key}"));
            let parts = [
                Some(replica.region.as_str()),
                replica.status.as_deref(),
                key.as_deref(),
                replica.message.as_deref(),
            ];
            let parts: Vec<&str> = parts.into_iter().flatten().collect();
            facts.row("replica", &parts.join(", "));
        }
        facts.member("rules", usage.all.map(|_| &usage.current));
        facts.member("staleRules", usage.all.map(|_| &usage.former));
        for rule in &usage.current {
            let (prefix, source) = (&rule.ecr_repository_prefix, rule.source());
            facts.row("rule", &format!("{prefix} ({source})"));
        }
        let policy = self
            .policy
            .map(|text| serde_json::from_str(text).unwrap_or_else(|_| Value::from(text)));
        let lines = policy.as_ref().map(|policy| format!("{policy:#}"));
        for (index, line) in lines.iter().flat_map(|text| text.lines()).enumerate() {
            let label = if index == 0 { "policy" } else { "" };
            facts.row(label, line);
        }
        facts.member("resourcePolicy", policy);
    }
}

/// Adds a list of keys with their values, and a line for each.
fn add_pairs(facts: &mut Facts, name: &'static str, label: &str, pairs: &[(String, String)]) {
    let tags = pairs.iter().map(|(key, value)| Tag { key, value });
    facts.member(name, tags.collect::<Vec<_>>());
    for (key, value) in pairs {
        facts.row(label, &format!("{key}={value}"));
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
