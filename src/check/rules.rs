//! [`Rules`]: the rules that are checked, ECR's verdicts on them, and the secrets they refer to.

use std::cell::RefCell;
use std::collections::HashMap;

use tokio::task::JoinSet;

use super::inspect::Inspected;
use super::{Criteria, Finding, Level};
use crate::aws::{AwsError, Session, Verdict, Verdicts};
use crate::model::name::first_refused;
use crate::model::rule::{free_prefix, CredentialArn, Rule};
use crate::model::secret::Secret;
use crate::output::escaped;

/// The code for a secret that no rule uses.
pub const UNUSED: &str = "unused";

const SO_PULLS_FAIL: &str = "so pulls through it fail for images that ECR has not cached";

/// The rules, and what is known of their secrets so far.
pub struct Rules {
    /// All rules of the Region; `None` if they could not be listed.
    all: Option<Vec<Rule>>,
    /// Those that are checked: all, or those that refer to the one secret that is checked.
    checked: Vec<Rule>,
    /// Why they could not be listed. Reported last: by then the values are known that AWS's words
    /// could repeat.
    unread: Option<AwsError>,
    /// ECR's verdicts, asked for while the secrets are inspected.
    verdicts: JoinSet<Verdicts>,
    /// The prefixes of the rules whose secret was seen, and whether ECR could find it.
    seen: RefCell<HashMap<String, bool>>,
}

impl Rules {
    /// Starts to ask for ECR's verdict on each rule with a secret; with `only`, on those that refer
    /// to that secret.
    pub fn new(
        rules: Result<Vec<Rule>, AwsError>,
        only: Option<&Secret>,
        session: &Session,
    ) -> Self {
        let (all, unread) = match rules {
            Ok(rules) => (Some(rules), None),
            Err(error) => (None, Some(error)),
        };
        let is_checked = |rule: &&Rule| only.is_none_or(|secret| rule.refers_to(secret));
        let checked = all.iter().flatten().filter(is_checked);
        let checked: Vec<Rule> = checked.cloned().collect();
        let mut verdicts = JoinSet::new();
        if all.is_some() {
            let with_secret = checked.iter().filter(|rule| rule.credential_arn.is_some());
            let prefixes = with_secret.map(|rule| rule.ecr_repository_prefix.clone());
            let (ecr, prefixes) = (session.ecr(), prefixes.collect());
            verdicts.spawn(async move { ecr.verdicts(prefixes).await });
        }
        Self {
            all,
            checked,
            unread,
            verdicts,
            seen: RefCell::default(),
        }
    }

    /// All rules of the Region; `None` if they could not be listed.
    pub fn all(&self) -> Option<&[Rule]> {
        self.all.as_deref()
    }

    /// How many rules are checked; `None` if they could not be listed.
    pub fn count(&self) -> Option<usize> {
        self.all.as_ref().map(|_| self.checked.len())
    }

    /// Remembers that this secret was seen, and whether ECR can find it for the rules that refer to
    /// it.
    pub fn see(&self, secret: &Secret) {
        for rule in &self.checked {
            if rule.refers_to(secret) {
                let is_found = rule.uses(&secret.arn) && secret.deleted.is_none();
                self.note(rule, is_found);
            }
        }
    }

    fn note(&self, rule: &Rule, is_found: bool) {
        let prefix = rule.ecr_repository_prefix.clone();
        self.seen.borrow_mut().insert(prefix, is_found);
    }

    /// The findings on the rules themselves, once all secrets are inspected; `found` was found in
    /// those.
    pub async fn finish(
        mut self,
        found: &[Finding],
        session: &Session,
        criteria: &Criteria,
    ) -> Vec<Finding> {
        let mut findings = Vec::new();
        for rule in &self.checked {
            if !self.seen.borrow().contains_key(&rule.ecr_repository_prefix) {
                findings.extend(self.look_for_secret_of(rule, session, criteria).await);
            }
        }
        if let Some(error) = self.unread.take() {
            let what = "the rules were not checked";
            findings.push(no_answer("rules-not-read", what, error, session));
        }
        let Some(Ok(mut verdicts)) = self.verdicts.join_next().await else {
            return findings;
        };
        let seen = self.seen.borrow();
        for rule in &self.checked {
            let prefix = &rule.ecr_repository_prefix;
            let verdict = verdicts.given.remove(prefix);
            if let (Some(Verdict::Invalid(words)), Some(true)) = (verdict, seen.get(prefix)) {
                let is_explained = found.iter().any(|finding| {
                    finding.level == Level::Error && finding.secret.as_deref() == rule.secret()
                });
                findings.push(invalid(rule, &words, is_explained, criteria));
            }
        }
        if let Some((_, error)) = verdicts.refused {
            let what = "ECR did not say of every rule whether it is valid";
            findings.push(no_answer("verdict-not-given", what, error, session));
        }
        findings
    }

    /// ListSecrets may be minutes behind, so a secret that it did not list is asked for.
    async fn look_for_secret_of(
        &self,
        rule: &Rule,
        session: &Session,
        criteria: &Criteria,
    ) -> Vec<Finding> {
        let arn = rule.credential_arn.as_ref().and_then(CredentialArn::secret);
        let found = match arn.filter(|arn| arn.region() == session.region().as_str()) {
            Some(arn) => session.secrets().describe(arn.as_str()).await,
            None => Ok(None),
        };
        match found {
            Ok(Some(secret)) => {
                self.see(&secret);
                let inspected = Inspected::new(&secret, self.all(), criteria);
                inspect_usage(&inspected)
            }
            Ok(None) => inspect_rule_alone(rule, criteria).into_iter().collect(),
            // ECR's verdict is what is left, then.
            Err(_) => {
                self.note(rule, true);
                Vec::new()
            }
        }
    }
}

/// What the rules tell about a secret.
pub fn inspect_usage(inspected: &Inspected<'_>) -> Vec<Finding> {
    let Inspected { secret, usage, .. } = inspected;
    let recreated = usage.former.iter().map(|rule| recreated(rule, inspected));
    let mut findings: Vec<Finding> = recreated.collect();
    if secret.deleted.is_none() {
        if usage.all.is_some() && usage.current.is_empty() && usage.former.is_empty() {
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
        for_rule("pending-deletion-in-use", rule, message).fix(restore.clone())
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

/// An error of a rule; the secret is the one it refers to, whether it exists or not.
fn for_rule(code: &'static str, rule: &Rule, message: String) -> Finding {
    Finding {
        secret: rule.secret().map(str::to_owned),
        rule: Some(rule.ecr_repository_prefix.clone()),
        ..Finding::new(Level::Error, code, message)
    }
}

fn recreated(rule: &Rule, inspected: &Inspected<'_>) -> Finding {
    let message = format!(
        "the rule {} points at a secret that is gone; the secret of that name was made again and \
         has another ARN, {SO_PULLS_FAIL}",
        escaped(&rule.ecr_repository_prefix)
    );
    let hints = &inspected.criteria.hints;
    let fix = hints.rule_repoint(rule, &inspected.secret.name);
    for_rule("rule-secret-made-again", rule, message).fix(fix)
}

fn unused(inspected: &Inspected<'_>) -> Finding {
    let (secret, usage) = (inspected.secret, &inspected.usage);
    let Criteria { region, hints, .. } = inspected.criteria;
    let message =
        format!("no rule in {region} uses the secret, and it costs money while it exists");
    let delete = hints.delete(&secret.name, "");
    let finding = inspected.finding(Level::Note, UNUSED, message);
    match usage.upstream {
        Some(upstream) if first_refused(&secret.name).is_none() => {
            let prefix = free_prefix(&upstream, usage.all.unwrap_or_default());
            let (host, name) = (upstream.shown_host(), Some(&*secret.name));
            let set = hints.new_rule(&prefix, &upstream, host, name);
            finding.fix(format!("make a rule for it: {set}\nor delete it: {delete}"))
        }
        _ => finding.fix(format!("if nobody needs it: {delete}")),
    }
}

/// A rule whose secret was not found; `None` if it needs no login.
fn inspect_rule_alone(rule: &Rule, criteria: &Criteria) -> Option<Finding> {
    let prefix = escaped(&rule.ecr_repository_prefix);
    let region = &criteria.region;
    let (code, what) = match &rule.credential_arn {
        None if rule.upstream().is_none() => return None,
        None => {
            let host = &rule.upstream_registry_url;
            let what = format!("has no secret, and {host} needs a login");
            ("rule-without-secret", what)
        }
        Some(arn) if arn.region() != region => {
            let what = format!("points at a secret that is not in {region}, where the rule is");
            ("rule-secret-elsewhere", what)
        }
        Some(_) => (
            "rule-secret-gone",
            "points at a secret that is gone".to_owned(),
        ),
    };
    let create = criteria.hints.create_for_rule(rule);
    let finding = for_rule(
        code,
        rule,
        format!("the rule {prefix} {what}, {SO_PULLS_FAIL}"),
    );
    Some(finding.fix(format!(
        "store the credentials, and point the rule at them: {create}"
    )))
}

/// ECR calls the rule invalid; `is_explained` if another finding explains it.
fn invalid(rule: &Rule, words: &str, is_explained: bool, criteria: &Criteria) -> Finding {
    let message = format!(
        "ECR says that the rule {} is invalid, {SO_PULLS_FAIL}; ECR's reason: {}",
        escaped(&rule.ecr_repository_prefix),
        escaped(words)
    );
    let finding = for_rule("rule-invalid", rule, message);
    if is_explained {
        return finding.fix("first fix the other findings about its secret");
    }
    let (name, hints) = (rule.secret().unwrap_or("NAME"), &criteria.hints);
    finding.fix(format!(
        "the likely causes: the token has expired, was revoked or may not pull, or the username \
         is wrong:\n{}\nthen store new credentials: {}",
        hints.check_login(name),
        hints.update(name, "")
    ))
}

/// ECR did not answer; the fix is that of its error.
fn no_answer(code: &'static str, what: &str, error: AwsError, session: &Session) -> Finding {
    let why = error.summary();
    let fix = error.into_failure(what, &session.ecr_service()).into_fix();
    let message = format!("{what} ({why}); pulls may still fail");
    Finding {
        fix,
        ..Finding::new(Level::Warning, code, message)
    }
}
