//! What can be found out about the rules, and about the secrets by the rules that use them.

use super::{Finding, Level, Measure};
use crate::name::first_refused;
use crate::output::escaped;
use crate::rule::{referring, Reference, Rule};
use crate::secret::Secret;
use crate::shell::{option, quote};

/// What the rules tell of a secret; `rules` is none where they could not be looked at. Of a secret that
/// is scheduled for deletion nothing else is told, since nothing can read it.
pub fn of_use(secret: &Secret, rules: Option<&[Rule]>, measure: &Measure) -> Vec<Finding> {
    let using = |how| referring(rules.unwrap_or_default(), secret, how);
    let (current, former) = (using(Reference::Current), using(Reference::Former));
    let is_used = !current.is_empty();
    let is_meant = is_used || !former.is_empty();
    let mut findings: Vec<Finding> = former
        .into_iter()
        .map(|rule| made_again(rule, secret, measure))
        .collect();
    if secret.deleted.is_none() {
        if rules.is_some() && !is_meant {
            findings.push(unused(secret, measure));
        }
        return findings;
    }
    let restore = measure.restore(secret);
    findings.extend(current.into_iter().map(|rule| {
        let prefix = escaped(&rule.ecr_repository_prefix);
        let message = format!(
            "the secret is scheduled for deletion, and the rule {prefix} uses it: pulls through it of \
             images that ECR has not cached fail"
        );
        Finding::of_rule("pending-deletion-in-use", rule, message).fix(restore.clone())
    }));
    if !is_used {
        let message =
            "the secret is scheduled for deletion: ECR cannot read it, and pulls that need it fail";
        let note = Finding::new(Level::Note, "pending-deletion", secret, message);
        findings.push(note.fix(format!("to keep it: {restore}")));
    }
    findings
}

fn made_again(rule: &Rule, secret: &Secret, measure: &Measure) -> Finding {
    let message = format!(
        "the rule {} points at a secret that is gone; the secret of that name was made again and has \
         another ARN, so pulls through it of images that ECR has not cached fail",
        escaped(&rule.ecr_repository_prefix)
    );
    let fix = rule.set_command(&secret.name, &measure.here());
    Finding::of_rule("rule-secret-made-again", rule, message).fix(fix)
}

fn unused(secret: &Secret, measure: &Measure) -> Finding {
    let message = format!(
        "no rule in {} uses the secret, and it costs money as long as it is there",
        measure.region
    );
    let name = quote(&secret.name);
    let here = measure.here();
    let delete = format!("ecr-ptc delete {name}{here}");
    let finding = Finding::new(Level::Note, UNUSED, secret, message);
    match secret.registry() {
        Some(upstream) if first_refused(&secret.name).is_none() => {
            let host = match upstream.url {
                Some(_) => "",
                None => " --upstream-registry-url NAME.azurecr.io",
            };
            finding.fix(format!(
                "make its rule: ecr-ptc rule set {} {} --registry {}{host}{here}\nor delete it: {delete}",
                upstream.rule_prefix,
                option("--secret", &secret.name),
                upstream.kind
            ))
        }
        _ => finding.fix(format!("where nobody needs it: {delete}")),
    }
}

/// The word for a secret that no rule uses.
pub const UNUSED: &str = "unused";

/// A rule whose secret was found nowhere; none where it needs no login.
pub fn of_rule_alone(rule: &Rule, measure: &Measure) -> Option<Finding> {
    let prefix = escaped(&rule.ecr_repository_prefix);
    let fails = "so pulls through it of images that ECR has not cached fail";
    let (code, message) = match &rule.credential_arn {
        None if rule.upstream().is_none() => return None,
        None => (
            "rule-without-secret",
            format!(
                "the rule {prefix} has no secret, and {} wants a login, {fails}",
                rule.upstream_registry_url
            ),
        ),
        Some(arn) if arn.region() != measure.region.as_str() => (
            "rule-secret-elsewhere",
            format!(
                "the rule {prefix} points at a secret that is not in {}, where the rule is, {fails}",
                measure.region
            ),
        ),
        Some(_) => (
            "rule-secret-gone",
            format!("the rule {prefix} points at a secret that is gone, {fails}"),
        ),
    };
    let create = rule.create_command(&measure.here());
    Some(Finding::of_rule(code, rule, message).fix(format!(
        "store the credentials, and point the rule at them: {create}"
    )))
}

/// What ECR says against a rule; `is_explained` where something else that was found explains it.
pub fn of_verdict(rule: &Rule, words: &str, is_explained: bool, measure: &Measure) -> Finding {
    let message = format!(
        "ECR says that the rule {} is invalid, so pulls through it of images that it has not cached fail; \
         in its words: {}",
        escaped(&rule.ecr_repository_prefix),
        escaped(words)
    );
    let finding = Finding::of_rule("rule-invalid", rule, message);
    if is_explained {
        return finding.fix("mend first what else is found of its secret");
    }
    let name = quote(rule.secret().unwrap_or("NAME"));
    let here = measure.here();
    finding.fix(format!(
        "most often the token has ended, was revoked or may not pull, or the username is not the token's:\n\
         ecr-ptc check {name} --verify always{here}\n\
         then store new credentials: ecr-ptc update {name}{here}"
    ))
}

/// That the rules, or ECR's verdicts on them, could not be had; `fix` is what mends that.
pub fn of_no_answer(code: &'static str, what: &str, why: &str, fix: Option<String>) -> Finding {
    Finding {
        level: Level::Warning,
        code,
        secret: None,
        rule: None,
        message: format!("{what} ({why}); pulls may fail all the same"),
        fix,
    }
}
