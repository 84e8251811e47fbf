//! What can be found out about the rules, and about the secrets by the rules that use them.

use super::inspected::Inspected;
use super::{Criteria, Finding, Level};
use crate::model::name::first_refused;
use crate::model::rule::{free_prefix, Rule};
use crate::output::escaped;

/// What the rules tell of a secret.
pub fn inspect_usage(inspected: &Inspected<'_>) -> Vec<Finding> {
    let Inspected { secret, usage, .. } = inspected;
    let made_again = usage.former.iter().map(|rule| made_again(rule, inspected));
    let mut findings: Vec<Finding> = made_again.collect();
    if secret.deleted.is_none() {
        let is_meant = !usage.current.is_empty() || !usage.former.is_empty();
        if usage.all.is_some() && !is_meant {
            findings.push(unused(inspected));
        }
        return findings;
    }
    let restore = inspected.hints.restore(&secret.name);
    findings.extend(usage.current.iter().map(|rule| {
        let prefix = escaped(&rule.ecr_repository_prefix);
        let message = format!(
            "the secret is scheduled for deletion, and the rule {prefix} uses it: pulls through \
             it fail for images that ECR has not cached"
        );
        Finding::for_rule("pending-deletion-in-use", rule, message).fix(restore.clone())
    }));
    if usage.current.is_empty() {
        let message =
            "the secret is scheduled for deletion: ECR cannot read it, and pulls that need it \
             fail";
        let note = inspected.finding(Level::Note, "pending-deletion", message);
        findings.push(note.fix(format!("to keep it: {restore}")));
    }
    findings
}

fn made_again(rule: &Rule, inspected: &Inspected<'_>) -> Finding {
    let message = format!(
        "the rule {} points at a secret that is gone; the secret of that name was made again and \
         has another ARN, so pulls through it fail for images that ECR has not cached",
        escaped(&rule.ecr_repository_prefix)
    );
    let hints = &inspected.criteria.hints;
    let fix = hints.rule_repoint(rule, &inspected.secret.name);
    Finding::for_rule("rule-secret-made-again", rule, message).fix(fix)
}

fn unused(inspected: &Inspected<'_>) -> Finding {
    let Inspected {
        secret,
        usage,
        criteria,
        ..
    } = inspected;
    let message = format!(
        "no rule in {} uses the secret, and it costs money while it exists",
        criteria.region
    );
    let delete = criteria.hints.delete(&secret.name, "");
    let finding = inspected.finding(Level::Note, UNUSED, message);
    match usage.upstream {
        Some(upstream) if first_refused(&secret.name).is_none() => {
            let prefix = free_prefix(&upstream, usage.all.unwrap_or_default());
            let (host, name) = (upstream.shown_host(), Some(&*secret.name));
            let set = criteria.hints.new_rule(&prefix, &upstream, host, name);
            finding.fix(format!("make a rule for it: {set}\nor delete it: {delete}"))
        }
        _ => finding.fix(format!("if nobody needs it: {delete}")),
    }
}

/// The word for a secret that no rule uses.
pub const UNUSED: &str = "unused";

/// A rule whose secret was found nowhere; none where it needs no login.
pub fn inspect_rule_alone(rule: &Rule, criteria: &Criteria) -> Option<Finding> {
    let prefix = escaped(&rule.ecr_repository_prefix);
    let fails = "so pulls through it fail for images that ECR has not cached";
    let (code, message) = match &rule.credential_arn {
        None if rule.upstream().is_none() => return None,
        None => (
            "rule-without-secret",
            format!(
                "the rule {prefix} has no secret, and {} needs a login, {fails}",
                rule.upstream_registry_url
            ),
        ),
        Some(arn) if arn.region() != criteria.region => (
            "rule-secret-elsewhere",
            format!(
                "the rule {prefix} points at a secret that is not in {}, where the rule is, \
                 {fails}",
                criteria.region
            ),
        ),
        Some(_) => (
            "rule-secret-gone",
            format!("the rule {prefix} points at a secret that is gone, {fails}"),
        ),
    };
    let create = criteria.hints.create_for_rule(rule);
    Some(Finding::for_rule(code, rule, message).fix(format!(
        "store the credentials, and point the rule at them: {create}"
    )))
}

/// What ECR says against a rule; `is_explained` where something else that was found explains it.
pub fn invalid(rule: &Rule, words: &str, is_explained: bool, criteria: &Criteria) -> Finding {
    let message = format!(
        "ECR says that the rule {} is invalid, so pulls through it fail for images that ECR has \
         not cached; ECR's reason: {}",
        escaped(&rule.ecr_repository_prefix),
        escaped(words)
    );
    let finding = Finding::for_rule("rule-invalid", rule, message);
    if is_explained {
        return finding.fix("first fix the other findings about its secret");
    }
    let name = rule.secret().unwrap_or("NAME");
    finding.fix(format!(
        "the likely causes: the token has expired, was revoked or may not pull, or the username \
         is wrong:\n{}\nthen store new credentials: {}",
        criteria.hints.check(name, " --verify always"),
        criteria.hints.update(name, "")
    ))
}

/// That the rules, or ECR's verdicts on them, could not be had; `fix` is what fixes that.
pub fn no_answer(code: &'static str, what: &str, why: &str, fix: Option<String>) -> Finding {
    Finding {
        level: Level::Warning,
        code,
        secret: None,
        rule: None,
        message: format!("{what} ({why}); pulls may still fail"),
        fix,
    }
}
