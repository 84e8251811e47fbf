//! [`SecretDetails`]: everything `show` reports about a secret. The token is left out.

use serde::Serialize;
use serde_json::Value;

use crate::model::count::count;
use crate::model::date::{in_days, Date, Time};
use crate::model::registries::LoginRegistry;
use crate::model::rule::RuleUsage;
use crate::model::secret::{ExistingRotation, KeyKind, Secret, EXPIRY_TAG};
use crate::model::stored_value::{StoredValue, ACCESS_TOKEN, USERNAME};
use crate::model::token_kind::TokenKind;
use crate::output::facts::Facts;

/// Everything known about a secret.
pub struct SecretDetails<'a> {
    pub secret: &'a Secret,
    /// `None` if there is none or the caller may not read it.
    pub value: Option<&'a StoredValue>,
    /// The JSON of the resource policy.
    pub policy: Option<&'a str>,
    pub key: &'a KeyKind,
    pub usage: RuleUsage<'a>,
    /// What could not be read, and why.
    pub warnings: Vec<String>,
}

#[derive(Serialize)]
struct Tag<'a> {
    key: &'a str,
    value: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct RotationJson<'a> {
    #[serde(flatten)]
    rotation: &'a ExistingRotation,
    last_rotated: Option<Time>,
    next_rotation: Option<Time>,
}

/// The facts that `list` and `show` share, in order.
pub fn facts_of(secret: &Secret, usage: &RuleUsage<'_>, today: Date) -> Facts {
    let from_today = |date| from_today(today.days_until(date));
    let day = |time: Option<Time>| time.map(|time| format!("{time} ({})", from_today(time.date())));
    let mut facts = Facts::default();
    facts.text("name", "name", Some(&secret.name));
    facts.text("arn", "arn", Some(secret.arn.as_str()));
    let registry = usage.upstream.map(|upstream| upstream.kind);
    let title = usage.upstream.map(|upstream| upstream.title);
    let title = title
        .zip(registry)
        .map(|(title, kind)| format!("{title} ({kind})"));
    facts.add("registry", "registry", registry, title);
    facts.add("created", "created", secret.created, day(secret.created));
    let changed = secret.last_changed;
    facts.add("lastChanged", "changed", changed, day(changed));
    let read = secret.last_accessed;
    facts.add("lastAccessed", "last read", read, day(read));
    let state = |due: Time| format!("scheduled for deletion on {}", due.date());
    facts.add(
        "deletedDate",
        "state",
        secret.deleted,
        secret.deleted.map(state),
    );
    let primary = secret.replica_of().map(ToString::to_string);
    facts.add(
        "primaryRegion",
        "replica of",
        &secret.primary_region,
        primary,
    );
    facts.member("replicaRegions", secret.replica_regions());
    let date = secret.expires_on().and_then(Result::ok);
    let expiry = secret.tag(EXPIRY_TAG).map(|tag| match date {
        Some(date) => format!("{date} ({})", from_today(date)),
        None if secret.has_unknown_expiry() => tag.to_owned(),
        None => format!("{tag} (not a date such as 2027-01-31)"),
    });
    facts.add("expiresOn", "expires on", date, expiry);
    // This may be the ID of the default key.
    facts.member("kmsKey", secret.key());
    facts.member("rotationEnabled", secret.rotation.is_some());
    let (last, next) = (secret.last_rotated, secret.next_rotation);
    facts.add("lastRotated", "rotated", last, day(last));
    facts.add("nextRotation", "rotates next", next, day(next));
    let managed = secret.managed_by().map(|managed| managed.to_string());
    facts.add("type", "managed", &secret.external_type, managed);
    facts.member("owningService", &secret.owning_service);
    facts
}

impl SecretDetails<'_> {
    /// Every fact once, in the order people read it.
    pub fn facts(&self, today: Date) -> Facts {
        let (secret, usage) = (self.secret, &self.usage);
        let mut facts = facts_of(secret, usage, today);
        let role = secret.external_rotation_role.as_deref();
        facts.text("externalSecretRotationRoleArn", "rotated by", role);
        let metadata = tags(&secret.external_rotation_metadata);
        let name = "externalSecretRotationMetadata";
        facts.each(name, "rotated with", Some(&metadata), Tag::to_text);
        facts.text("description", "description", secret.description.as_deref());
        self.add_value(&mut facts);
        let rotation = secret.rotation.as_ref().map(|rotation| RotationJson {
            rotation,
            last_rotated: secret.last_rotated,
            next_rotation: secret.next_rotation,
        });
        let text = secret.rotation.as_ref().map(rotation_to_text);
        facts.add("rotation", "rotation", rotation, text);
        facts.each("tags", "tag", Some(&tags(&secret.tags)), Tag::to_text);
        facts.each("versions", "version", Some(&secret.versions), |version| {
            format!("{} {}", version.id, version.stages.join(", "))
        });
        facts.each(
            "replicas",
            "replica",
            secret.replicas.as_deref(),
            |replica| {
                let key = replica.unknown_key().map(|key| format!("key {key}"));
                let parts = [
                    Some(replica.region.as_str()),
                    replica.status.as_deref(),
                    key.as_deref(),
                    replica.message.as_deref(),
                ];
                let parts: Vec<&str> = parts.into_iter().flatten().collect();
                parts.join(", ")
            },
        );
        let current = usage.all.map(|_| &*usage.current);
        facts.each("rules", "rule", current, |rule| {
            format!("{} ({})", rule.ecr_repository_prefix, rule.source())
        });
        facts.member("staleRules", usage.all.map(|_| &usage.former));
        self.add_policy(&mut facts);
        facts.member("warnings", &self.warnings);
        facts
    }

    fn add_value(&self, facts: &mut Facts) {
        let members = self.value.and_then(StoredValue::members);
        let members = members.as_ref();
        let username = members.and_then(|members| members.text(USERNAME));
        // The username may be a token by mistake.
        let username = username.filter(|name| !TokenKind::is_in_the_wrong_place(name));
        let username = username.as_ref().map(|name| name.as_str());
        let token = members.and_then(|members| members.text(ACCESS_TOKEN));
        let characters = token.as_ref().map(|token| token.chars().count());
        let kind = token.as_ref().and_then(|token| TokenKind::of(token));
        let shown = |text: Option<&str>| {
            let none = "none that can be shown";
            self.value.map(|_| text.unwrap_or(none).to_owned())
        };
        facts.add("username", "username", username, shown(username));
        let token = characters.map(|length| {
            let kind = kind.map(|kind| kind_to_text(kind, self.usage.upstream, username));
            let length = count(length, "character");
            format!("{length}, not shown{}", kind.unwrap_or_default())
        });
        let token = shown(token.as_deref());
        facts.add("tokenCharacters", "accessToken", characters, token);
        facts.member("tokenKind", kind.map(|kind| kind.word));
        let key = self.secret.key();
        let (manager, key) = match self.key {
            KeyKind::Default => (Some("AWS"), Secret::DEFAULT_KEY.to_owned()),
            KeyKind::Customer => {
                let key = format!("{key}, customer managed: not supported by ECR");
                (Some("CUSTOMER"), key)
            }
            KeyKind::Unknown(why) => {
                let key = format!("{key}; unknown whether ECR can use it ({why})");
                (None, key)
            }
        };
        facts.add("keyManager", "key", manager, Some(key));
    }

    fn add_policy(&self, facts: &mut Facts) {
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

impl Tag<'_> {
    fn to_text(&self) -> String {
        format!("{}={}", self.key, self.value)
    }
}

fn tags(pairs: &[(String, String)]) -> Vec<Tag<'_>> {
    let tags = pairs.iter().map(|(key, value)| Tag { key, value });
    tags.collect()
}

/// The kind of a token, and why it can't work, if that is known.
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
        (None, None) => "without a schedule".to_owned(),
    };
    let by = rotation
        .lambda_arn
        .as_deref()
        .unwrap_or("an unknown function");
    format!("{schedule}, by {by}")
}

/// The distance to a day: `in 3 days`, `today`, `3 days ago`.
fn from_today(days: i64) -> String {
    match days {
        0 => "today".to_owned(),
        1.. => format!("in {}", in_days(days)),
        ..0 => format!("{} ago", in_days(-days)),
    }
}
