//! [`SecretList`]: the table of `list`.

use crate::model::date::{in_days, Date, Time};
use crate::model::rule::{Rule, RuleUsage};
use crate::model::secret::{ManagedBy, Secret};
use crate::output::document::Document;
use crate::output::escaped;
use crate::output::facts::Facts;
use crate::output::secret_details::facts_of;
use crate::output::table::{Side, Table};

/// Secrets, each with the rules that use it.
pub struct SecretList<'a> {
    secrets: Vec<(&'a Secret, RuleUsage<'a>)>,
    today: Date,
}

impl<'a> SecretList<'a> {
    /// `rules` are all rules of the Region; `None` if they are unknown.
    pub fn new(secrets: &'a [Secret], rules: Option<&'a [Rule]>, today: Date) -> Self {
        let secrets = secrets.iter();
        let secrets = secrets.map(|secret| (secret, RuleUsage::new(secret, rules)));
        Self {
            secrets: secrets.collect(),
            today,
        }
    }

    /// For scripts.
    pub fn entries(&self) -> Vec<Document<Facts>> {
        let secrets = self.secrets.iter();
        let entries = secrets.map(|(secret, usage)| {
            let mut facts = facts_of(secret, usage, self.today);
            facts.member("rules", usage.prefixes());
            Document::new(facts)
        });
        entries.collect()
    }

    /// The table for people, with a row for each secret.
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
        let registry = column(&|secret, usage| {
            let upstream = usage.upstream.or_else(|| secret.described_registry());
            upstream.map_or("", |it| it.short_title).to_owned()
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
        let (ManagedBy::Rotation(by) | ManagedBy::Service(by)) = managed;
        format!("managed: {}", escaped(by))
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
        Some(Err(_)) => "not a date".to_owned(),
    }
}
