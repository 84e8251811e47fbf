//! Many secrets, as `list` shows them: [`Entry`] for scripts, a table for people.

use serde::Serialize;

use crate::model::arn::SecretArn;
use crate::model::date::{in_days, Date, Time};
use crate::model::region::Region;
use crate::model::rule::{Rule, RuleUsage};
use crate::model::secret::{ManagedBy, Secret};
use crate::output::escaped;
use crate::output::table::{Side, Table};

/// What scripts get of a secret. Its JSON members are a contract: only ever added to.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Entry<'a> {
    name: &'a str,
    arn: &'a SecretArn,
    /// By the rules that use it, or the name; none where neither tells.
    registry: Option<&'static str>,
    created: Option<Time>,
    last_changed: Option<Time>,
    last_accessed: Option<Time>,
    deleted_date: Option<Time>,
    primary_region: Option<&'a Region>,
    /// None where they could not be looked up.
    replica_regions: Option<Vec<&'a str>>,
    expires_on: Option<Date>,
    /// `aws/secretsmanager`, or the key as AWS tells it, which may still be that one's id.
    kms_key: &'a str,
    rotation_enabled: bool,
    last_rotated: Option<Time>,
    next_rotation: Option<Time>,
    /// The partner's kind of a managed external secret.
    #[serde(rename = "type")]
    external_type: Option<&'a str>,
    owning_service: Option<&'a str>,
}

impl<'a> Entry<'a> {
    pub fn new(secret: &'a Secret, usage: &RuleUsage<'_>) -> Self {
        Self {
            name: &secret.name,
            arn: &secret.arn,
            registry: usage.upstream.map(|upstream| upstream.kind),
            created: secret.created,
            last_changed: secret.last_changed,
            last_accessed: secret.last_accessed,
            deleted_date: secret.deleted,
            primary_region: secret.primary_region.as_ref(),
            replica_regions: secret.replica_regions(),
            expires_on: secret.expires_on().and_then(Result::ok),
            kms_key: secret.key(),
            rotation_enabled: secret.rotation.is_some(),
            last_rotated: secret.last_rotated,
            next_rotation: secret.next_rotation,
            external_type: secret.external_type.as_deref(),
            owning_service: secret.owning_service.as_deref(),
        }
    }
}

/// What scripts get of one secret among many.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Listed<'a> {
    schema_version: u8,
    #[serde(flatten)]
    entry: Entry<'a>,
    /// The prefixes of the rules that use it; `None` where they could not be looked at.
    rules: Option<Vec<&'a str>>,
}

/// Many secrets, each with the rules that use it.
pub struct SecretList<'a> {
    secrets: Vec<(&'a Secret, RuleUsage<'a>)>,
    today: Date,
}

impl<'a> SecretList<'a> {
    /// `rules` are all of the Region; `None` where they could not be looked at.
    pub fn new(secrets: &'a [Secret], rules: Option<&'a [Rule]>, today: Date) -> Self {
        let secrets = secrets.iter();
        let secrets = secrets.map(|secret| (secret, RuleUsage::new(secret, rules)));
        Self {
            secrets: secrets.collect(),
            today,
        }
    }

    /// For scripts.
    pub fn entries(&self) -> Vec<Listed<'a>> {
        let secrets = self.secrets.iter();
        let entries = secrets.map(|(secret, usage)| Listed {
            schema_version: 1,
            entry: Entry::new(secret, usage),
            rules: usage.prefixes(),
        });
        entries.collect()
    }

    /// For people: a row for each secret.
    pub fn table(&self) -> Table {
        let column = |cell: &dyn Fn(&Secret, &RuleUsage<'_>) -> String| {
            let cells = self.secrets.iter();
            cells
                .map(|(secret, usage)| escaped(&cell(secret, usage)))
                .collect::<Vec<_>>()
        };
        let age = |time: Option<Time>, never: &str| match time
            .map(|time| time.date().days_until(self.today))
        {
            None => never.to_owned(),
            Some(..=0) => "today".to_owned(),
            Some(days) => in_days(days),
        };
        let changed = column(&|secret, _| age(secret.last_changed, ""));
        let read = column(&|secret, _| age(secret.last_accessed, "never"));
        let rules = column(&|_, usage| usage.prefixes().unwrap_or_default().join(","));
        let replicas = column(&|secret, _| secret.replica_regions().unwrap_or_default().join(","));
        let registry = column(&|_, usage| {
            let title = usage.upstream.map_or("", |upstream| upstream.short_title);
            title.to_owned()
        });
        Table::default()
            .names("NAME", column(&|secret, _| secret.name.clone()))
            .column("CHANGED", Side::Right, changed)
            .column("READ", Side::Right, read)
            .column(
                "STATE",
                Side::Left,
                column(&|secret, _| state(secret, self.today)),
            )
            .column("EXPIRES", Side::Left, column(&|secret, _| expiry(secret)))
            .column("RULES", Side::Left, rules)
            .column("REPLICAS", Side::Left, replicas)
            .column("REGISTRY", Side::Left, registry)
    }
}

fn state(secret: &Secret, today: Date) -> String {
    if let Some(due) = secret.deleted {
        format!("deletion on {}", due.date())
    } else if let Some(managed) = secret.managed_by() {
        match managed {
            ManagedBy::Rotation(by) | ManagedBy::Service(by) => format!("managed: {}", escaped(by)),
            ManagedBy::Primary(arn) => format!("replica of {}", escaped(arn)),
        }
    } else if matches!(secret.expires_on(), Some(Ok(date)) if date < today) {
        "expired".to_owned()
    } else {
        let primary = secret.replica_of();
        primary.map_or_else(String::new, |primary| format!("replica of {primary}"))
    }
}

fn expiry(secret: &Secret) -> String {
    match secret.expires_on() {
        None => String::new(),
        Some(Ok(date)) => date.to_string(),
        Some(Err(_)) if secret.has_unknown_expiry() => "unknown".to_owned(),
        Some(Err(_)) => "no date".to_owned(),
    }
}
