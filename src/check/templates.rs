//! Repository creation templates that break or change what is cached through a rule.

use super::finding::{Finding, Level};
use super::inspected::Criteria;
use crate::model::creation_template::{start_of_paths, CreationTemplate};
use crate::model::rule::Rule;
use crate::output::escaped;

/// The most rules that a finding names.
const MOST_NAMED: usize = 5;

const LIFECYCLE_PAGE: &str =
    "https://docs.aws.amazon.com/AmazonECR/latest/userguide/repository-creation-templates.html";

/// The findings on the templates that apply to repositories of these rules.
pub fn inspect_templates(
    rules: &[Rule],
    templates: &[CreationTemplate],
    criteria: &Criteria,
) -> Vec<Finding> {
    let hints = &criteria.hints;
    let mut findings = Vec::new();
    for template in templates {
        let affected = rules
            .iter()
            .filter(|rule| affects(template, rule, templates));
        let affected: Vec<&Rule> = affected.collect();
        if affected.is_empty() {
            continue;
        }
        let (name, through) = (escaped(&template.prefix), names(&affected));
        if let Some(what) = template.lacks_role_for() {
            let message = format!(
                "the repository creation template {name} sets {what} and has no role, so ECR \
                 cannot create new repositories, and their first pull fails ({through})"
            );
            let finding = of_rules(Level::Error, "template-without-role", &affected, message);
            findings.push(finding.fix(format!(
                "give it a role: {}",
                hints.template_role(&template.prefix)
            )));
        }
        if template.is_immutable {
            let message = format!(
                "the repository creation template {name} makes tags immutable, so a cached tag is \
                 never updated ({through})"
            );
            let finding = of_rules(Level::Warning, "template-immutable", &affected, message);
            findings.push(finding.fix(format!(
                "make the tags of new repositories mutable: {}",
                hints.template_mutable(&template.prefix)
            )));
        }
    }
    let template_of =
        |rule: &Rule| CreationTemplate::for_prefix(&rule.ecr_repository_prefix, templates);
    let keeps_images =
        |rule: &&Rule| !template_of(rule).is_some_and(|template| template.has_lifecycle_policy);
    let kept: Vec<&Rule> = rules.iter().filter(keeps_images).collect();
    if !kept.is_empty() {
        let message = format!(
            "no repository creation template with a lifecycle policy applies, so cached images are \
             never removed ({})",
            names(&kept)
        );
        let finding = of_rules(Level::Note, "template-without-lifecycle", &kept, message);
        let start = if kept.iter().any(|rule| template_of(rule).is_none()) {
            format!("\nstart from the template in: {}", hints.rule_code())
        } else {
            String::new()
        };
        findings.push(finding.fix(format!("add one: {LIFECYCLE_PAGE}{start}")));
    }
    findings
}

/// Whether a template applies to repositories of a rule: to all but those with a template of their
/// own, or to a part of them.
fn affects(template: &CreationTemplate, rule: &Rule, templates: &[CreationTemplate]) -> bool {
    let path = start_of_paths(&rule.ecr_repository_prefix);
    let usual = CreationTemplate::for_path(&path, templates);
    let is_usual = usual.is_some_and(|usual| std::ptr::eq(usual, template));
    is_usual || (!path.is_empty() && template.prefix.starts_with(&path))
}

fn names(rules: &[&Rule]) -> String {
    let (shown, rest) = rules.split_at(rules.len().min(MOST_NAMED));
    let shown = shown
        .iter()
        .map(|rule| escaped(&rule.ecr_repository_prefix));
    let shown: Vec<String> = shown.collect();
    let (word, more) = match rest.len() {
        0 if shown.len() == 1 => ("rule", String::new()),
        0 => ("rules", String::new()),
        more => ("rules", format!(" and {more} more")),
    };
    format!("{word} {}{more}", shown.join(", "))
}

fn of_rules(level: Level, code: &'static str, rules: &[&Rule], message: String) -> Finding {
    let only = (rules.len() == 1).then(|| rules[0].ecr_repository_prefix.clone());
    Finding {
        rule: only,
        ..Finding::new(level, code, message)
    }
}
