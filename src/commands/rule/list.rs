//! `rule list`: each rule, its secret, and what ECR says of it.

use serde::Serialize;

use crate::aws::{Ecr, Service, Verdict};
use crate::commands::context::Context;
use crate::model::rule::Rule;
use crate::output::failure::Failure;
use crate::output::report::Document;
use crate::output::status::Status;
use crate::output::table::{Side, Table, NONE};
use crate::output::{escaped, Output};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Listed {
    #[serde(flatten)]
    rule: Rule,
    /// The secret's name.
    secret: Option<String>,
    /// None where there is no login, or the verdict could not be had.
    is_valid: Option<bool>,
    failure: Option<String>,
}

pub async fn run(context: &Context<'_>) -> Result<Status, Failure> {
    let output = context.output;
    let session = context.session().await?;
    let (place, ecr) = (session.ecr_service(), session.ecr());
    let rules = ecr.rules().await.map_err(|error| {
        let what = format!("could not list the rules in {}", session.region());
        error.into_failure(&what, &place)
    })?;
    let mut listed: Vec<Listed> = rules.into_iter().map(Listed::from).collect();
    validate(&mut listed, &ecr, &place, output).await;
    let table = (!listed.is_empty()).then(|| table(&listed));
    let documents: Vec<_> = listed.iter().map(Document::new).collect();
    context.show_table(table, &failures(&listed), &documents, "rule list", &session)?;
    if listed.is_empty() {
        let (region, hints) = (session.region(), session.hints());
        let what = format!("There are no rules in {region}");
        let set = hints.command("rule set PREFIX --secret NAME");
        let fill = format!("make one for a secret that is there: {set}");
        output.note(&hints.nothing_there(&what, &fill, "rule list"));
    }
    Ok(Status::Done)
}

/// Asks for a verdict on each rule with a login. Where one cannot be had, the rest is told all the
/// same.
async fn validate(listed: &mut [Listed], ecr: &Ecr, place: &Service, output: &Output) {
    let with_login = listed.iter().filter(|entry| entry.secret.is_some());
    let prefixes = with_login.map(|entry| entry.rule.ecr_repository_prefix.clone());
    let mut verdicts = ecr.verdicts(prefixes.collect()).await;
    for entry in listed {
        match verdicts.given.remove(&entry.rule.ecr_repository_prefix) {
            Some(Verdict::Valid) => entry.is_valid = Some(true),
            Some(Verdict::Invalid(words)) => {
                entry.is_valid = Some(false);
                entry.failure = Some(escaped(&words));
            }
            None => {}
        }
    }
    if let Some((prefix, error)) = verdicts.refused {
        let what = format!("could not validate the rule {}", escaped(&prefix));
        output.warn(&error.into_failure(&what, place).in_one_line());
    }
}

/// A row for each rule. Its verdict is never left out.
fn table(listed: &[Listed]) -> Table {
    let column = |cell: &dyn Fn(&Listed) -> String| listed.iter().map(cell).collect::<Vec<_>>();
    Table::default()
        .kept(
            "PREFIX",
            column(&|entry| escaped(&entry.rule.ecr_repository_prefix)),
        )
        .column(
            "UPSTREAM",
            Side::Left,
            column(&|entry| escaped(&entry.rule.source())),
        )
        .names(
            "SECRET",
            column(&|entry| escaped(entry.secret.as_deref().unwrap_or(NONE))),
        )
        .kept("STATUS", column(&|entry| status(entry).to_owned()))
}

fn status(entry: &Listed) -> &'static str {
    match (&entry.secret, entry.is_valid) {
        (None, _) => "no login needed",
        (_, Some(true)) => "valid",
        (_, Some(false)) => "invalid",
        (_, None) => "not known",
    }
}

/// What ECR says of each invalid rule, a line each.
fn failures(listed: &[Listed]) -> String {
    let failures = listed.iter().filter_map(|entry| {
        let prefix = escaped(&entry.rule.ecr_repository_prefix);
        Some(format!("\n{prefix}: {}", entry.failure.as_ref()?))
    });
    failures.collect()
}

impl From<Rule> for Listed {
    fn from(rule: Rule) -> Self {
        // An ARN of another form still is a login.
        let arn = rule
            .credential_arn
            .as_ref()
            .map(|arn| arn.as_str().to_owned());
        Self {
            secret: rule.secret().map(str::to_owned).or(arn),
            rule,
            is_valid: None,
            failure: None,
        }
    }
}
