//! Many secrets, as `list` shows them: [`Entry`] for scripts, [`table`] for people.

use serde::Serialize;

use crate::arn::SecretArn;
use crate::date::{in_days, Date, Time};
use crate::output::escaped;
use crate::region::RegionName;
use crate::rule::{referring, Reference, Rule};
use crate::secret::Secret;
use crate::table::{Side, Table};

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
    primary_region: Option<&'a RegionName>,
    /// None where they could not be looked up.
    replica_regions: Option<Vec<&'a str>>,
    expires_on: Option<Date>,
    /// `aws/secretsmanager`, or the key as AWS tells it, which may still be that one's id.
    kms_key: &'a str,
    rotation_enabled: bool,
    last_rotated: Option<Time>,
    next_rotation: Option<Time>,
}

impl<'a> Entry<'a> {
    pub fn of(secret: &'a Secret) -> Self {
        Self {
            name: &secret.name,
            arn: &secret.arn,
            registry: secret.registry().map(|upstream| upstream.kind),
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
        }
    }
}

/// What scripts get of one secret among many.
#[derive(Serialize)]
pub struct Listed<'a> {
    #[serde(flatten)]
    entry: Entry<'a>,
    /// The prefixes of the rules that use it; none where they could not be looked at.
    rules: Option<Vec<&'a str>>,
}

impl<'a> Listed<'a> {
    pub fn of(secret: &'a Secret, rules: Option<&'a [Rule]>) -> Self {
        Self {
            entry: Entry::of(secret),
            rules: rules.map(|rules| prefixes(rules, secret)),
        }
    }
}

/// The prefixes of the rules that use a secret.
pub fn prefixes<'a>(rules: &'a [Rule], secret: &Secret) -> Vec<&'a str> {
    let using = referring(rules, secret, Reference::Current).into_iter();
    using
        .map(|rule| rule.ecr_repository_prefix.as_str())
        .collect()
}

/// A row for each secret.
pub fn table(secrets: &[Secret], rules: Option<&[Rule]>, today: Date) -> Table {
    let column = |cell: &dyn Fn(&Secret) -> String| {
        let cells = secrets.iter().map(|secret| escaped(&cell(secret)));
        cells.collect::<Vec<_>>()
    };
    let age = |time: Option<Time>, never: &str| match time.map(|time| time.date().days_until(today))
    {
        None => never.to_owned(),
        Some(..=0) => "today".to_owned(),
        Some(days) => in_days(days),
    };
    Table::new()
        .column("NAME", Side::Left, column(&|secret| secret.name.clone()))
        .column(
            "CHANGED",
            Side::Right,
            column(&|secret| age(secret.last_changed, "")),
        )
        .column(
            "READ",
            Side::Right,
            column(&|secret| age(secret.last_accessed, "never")),
        )
        .column("STATE", Side::Left, column(&|secret| state(secret, today)))
        .column("EXPIRES", Side::Left, column(&expiry))
        .column(
            "RULES",
            Side::Left,
            column(&|secret| prefixes(rules.unwrap_or_default(), secret).join(",")),
        )
        .column(
            "REPLICAS",
            Side::Left,
            column(&|secret| secret.replica_regions().unwrap_or_default().join(",")),
        )
        .column(
            "REGISTRY",
            Side::Left,
            column(&|secret| {
                secret
                    .registry()
                    .map_or("", |upstream| upstream.title)
                    .to_owned()
            }),
        )
}

fn state(secret: &Secret, today: Date) -> String {
    if secret.deleted.is_some() {
        "scheduled for deletion".to_owned()
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
        Some(Err(_)) => "no date".to_owned(),
    }
}
