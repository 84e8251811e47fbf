//! `rule list`: each rule with its secret and ECR's verdict.

use serde::Serialize;

use crate::aws::{Ecr, Service, Verdict};
use crate::commands::context::Context;
use crate::model::arn::SecretArn;
use crate::model::creation_template::CreationTemplate;
use crate::model::name::SecretName;
use crate::model::rule::{Language, Rule, RuleInCode, RuleRequest};
use crate::output::document::Document;
use crate::output::failure::Failure;
use crate::output::report::RuleCode;
use crate::output::status::Status;
use crate::output::table::{Side, Table, NONE};
use crate::output::{escaped, Output, Text};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Listed {
    #[serde(flatten)]
    rule: Rule,
    /// The secret's name.
    secret: Option<String>,
    /// `None` without login, or if ECR gave no verdict.
    is_valid: Option<bool>,
    failure: Option<String>,
}

/// Lists the rules; `print` writes them as code instead.
pub async fn run(print: Option<Language>, context: &Context<'_>) -> Result<Status, Failure> {
    let output = context.output;
    let session = context.session().await?;
    let (place, ecr) = (session.ecr_service(), session.ecr());
    let templates = async {
        match print {
            Some(_) => ecr.creation_templates().await.ok(),
            None => None,
        }
    };
    let (rules, templates) = tokio::join!(ecr.rules(), templates);
    let rules = rules.map_err(|error| {
        let what = format!("could not list the rules in {}", session.region());
        error.into_failure(&what, &place)
    })?;
    let is_empty = rules.is_empty();
    if let Some(language) = print {
        let code = code(language, &rules, templates.as_deref(), output);
        let rule_code = code.as_deref().unwrap_or_default();
        let text = code.as_deref().map(Text::Exact);
        context.show(text, &Document::new(RuleCode { rule_code }))?;
    } else {
        let mut listed: Vec<Listed> = rules.into_iter().map(Listed::from).collect();
        validate(&mut listed, &ecr, &place, output).await;
        let table = (!is_empty).then(|| table(&listed));
        let documents: Vec<_> = listed.iter().map(Document::new).collect();
        context.show_table(table, &failures(&listed), &documents, "rule list", &session)?;
    }
    if is_empty {
        let (region, hints) = (session.region(), session.hints());
        let what = format!("No rules in {region}");
        let set = hints.command("rule set PREFIX --secret NAME");
        let fill = format!("create one for an existing secret: {set}");
        output.note(&hints.nothing_there(&what, &fill, "rule list"));
    }
    Ok(Status::Done)
}

/// The rules as code; `None` if there are none. It warns about rules it cannot write. `templates`
/// are `None` if they are unknown.
fn code(
    language: Language,
    rules: &[Rule],
    templates: Option<&[CreationTemplate]>,
    output: &Output,
) -> Option<String> {
    let has_template = |rule: &RuleRequest| {
        templates.is_none_or(|templates| {
            CreationTemplate::for_prefix(rule.prefix.as_str(), templates).is_some()
        })
    };
    let valid = rules.iter().filter_map(|rule| {
        let left_out = |why: &str| {
            let prefix = escaped(&rule.ecr_repository_prefix);
            output.warn(&format!("rule {prefix} is missing in the code: {why}"));
        };
        valid_for_code(rule).map_err(left_out).ok()
    });
    let valid: Vec<ValidRule<'_>> = valid.collect();
    let in_code = valid.iter().map(|(rule, secret)| RuleInCode {
        rule,
        secret: secret.as_ref().and_then(|(name, _)| name.for_rule().ok()),
        arn: secret.as_ref().map(|(_, arn)| *arn),
        exists: true,
        has_template: has_template(rule),
    });
    let in_code: Vec<RuleInCode<'_>> = in_code.collect();
    (!in_code.is_empty()).then(|| language.code(&in_code))
}

/// A rule with the name and ARN of its secret, in types whose values are safe in code.
type ValidRule<'r> = (RuleRequest, Option<(SecretName, &'r SecretArn)>);

/// The rule in such types, or why it cannot be written.
fn valid_for_code(rule: &Rule) -> Result<ValidRule<'_>, &'static str> {
    let wanted = rule.as_wanted();
    let wanted = wanted.ok_or("its prefix or its upstream registry is unknown")?;
    let Some(credential) = &rule.credential_arn else {
        return Ok((wanted, None));
    };
    let arn = credential.secret();
    let arn = arn.ok_or("its credential ARN does not name a secret")?;
    let name = SecretName::parse(arn.name()).ok();
    let name = name.filter(|name| name.for_rule().is_ok());
    let name = name.ok_or("rules cannot use a secret with that name")?;
    Ok((wanted, Some((name, arn))))
}

/// Asks ECR for a verdict on each rule with a login, and warns if ECR gives none.
async fn validate(listed: &mut [Listed], ecr: &Ecr, place: &Service, output: &Output) {
    let with_login = listed.iter().filter(|entry| entry.secret.is_some());
    let prefixes = with_login.map(|entry| entry.rule.ecr_repository_prefix.clone());
    let mut verdicts = ecr.verdicts(prefixes.collect()).await;
    for entry in listed {
        match verdicts.given.remove(&entry.rule.ecr_repository_prefix) {
            Some(Verdict::Valid) => entry.is_valid = Some(true),
            Some(Verdict::Invalid(words)) => {
                entry.is_valid = Some(false);
                entry.failure = Some(escaped(words.as_deref().unwrap_or("no reason is given")));
            }
            None => {}
        }
    }
    if let Some((prefix, error)) = verdicts.failed {
        let what = format!("could not validate rule {}", escaped(&prefix));
        output.warn(&error.into_failure(&what, place).in_one_line());
    }
}

/// A row for each rule. Its status is never hidden.
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
        (_, None) => "unknown",
    }
}

/// Why ECR calls a rule invalid, a line for each.
fn failures(listed: &[Listed]) -> String {
    let failures = listed.iter().filter_map(|entry| {
        let prefix = escaped(&entry.rule.ecr_repository_prefix);
        Some(format!("\n{prefix}: {}", entry.failure.as_ref()?))
    });
    failures.collect()
}

impl From<Rule> for Listed {
    fn from(rule: Rule) -> Self {
        // An ARN in another form is a login too.
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
