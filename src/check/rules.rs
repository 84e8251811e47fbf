//! [`Rules`]: checks the rules, with ECR's validation and the secrets they refer to.

use std::cell::RefCell;
use std::collections::HashMap;

use tokio::task::JoinSet;

use super::finding::{Finding, Level};
use super::inspected::{Criteria, Inspected};
use super::templates::inspect_templates;
use crate::aws::{AwsError, Session, Verdict, Verdicts};
use crate::model::creation_template::CreationTemplate;
use crate::model::name::first_unsupported;
use crate::model::registries::account_of_ecr;
use crate::model::rule::{free_prefix, CredentialArn, Rule};
use crate::model::secret::Secret;
use crate::output::escaped;

/// The code for a secret that no rule uses.
pub const UNUSED: &str = "unused";

const SO_PULLS_FAIL: &str = "so pulls through it fail for images that ECR has not cached";

/// The rules, and what is known about their secrets so far.
pub struct Rules {
    /// All rules of the Region; `None` if they could not be listed.
    all: Option<Vec<Rule>>,
    /// All rules, or those that refer to the one secret being checked.
    checked: Vec<Rule>,
    /// Why they could not be listed. Reported last, because AWS's message may repeat a value that
    /// is hidden only once it is read.
    unread: Option<AwsError>,
    /// ECR's verdicts, requested while the secrets are inspected.
    verdicts: JoinSet<Verdicts>,
    /// The repository creation templates, requested at the same time if there are rules to check.
    templates: JoinSet<Result<Vec<CreationTemplate>, AwsError>>,
    /// By the prefix of each rule whose secret was seen: whether ECR can find that secret.
    seen: RefCell<HashMap<String, bool>>,
}

impl Rules {
    /// Starts validating each rule that has a secret; with `only`, those that refer to it.
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
        let mut templates = JoinSet::new();
        if !checked.is_empty() {
            let ecr = session.ecr();
            templates.spawn(async move { ecr.creation_templates().await });
        }
        Self {
            all,
            checked,
            unread,
            verdicts,
            templates,
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

    /// Records that this secret exists, and whether ECR can find it for the rules that refer to it.
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

    /// The rules that pull from another account's Amazon ECR and have no role for it. Their own
    /// account is known from them, or else from the caller.
    async fn without_role(&self, session: &Session, criteria: &Criteria) -> Vec<Finding> {
        let host = |rule: &Rule| account_of_ecr(rule.upstream_registry_url.as_str()).is_some();
        let rules = self.checked.iter();
        let rules: Vec<&Rule> = rules
            .filter(|rule| rule.custom_role_arn.is_none() && host(rule))
            .collect();
        let mut caller = None;
        if rules.iter().any(|rule| rule.registry_id.is_none()) {
            caller = session.account().await.map(|account| account.to_string());
        }
        let findings = rules.into_iter().filter_map(|rule| {
            let account = rule.registry_id.as_ref().or(caller.as_ref())?;
            let fix = criteria.hints.rule_role(rule, account)?;
            let message = format!(
                "the rule {} is for another account's Amazon ECR and has no IAM role, \
                 {SO_PULLS_FAIL}",
                escaped(&rule.ecr_repository_prefix)
            );
            let finding = for_rule("rule-without-role", rule, message);
            Some(finding.fix(format!("give it a role of this account: {fix}")))
        });
        findings.collect()
    }

    /// The findings about the rules, once all secrets are inspected, and the repository creation
    /// templates. `found` are the findings about the secrets.
    pub async fn finish(
        mut self,
        found: &[Finding],
        session: &Session,
        criteria: &Criteria,
    ) -> (Vec<Finding>, Vec<CreationTemplate>) {
        let (mut findings, mut templates) = (Vec::new(), Vec::new());
        for rule in &self.checked {
            if !self.seen.borrow().contains_key(&rule.ecr_repository_prefix) {
                findings.extend(self.look_for_secret_of(rule, session, criteria).await);
            }
        }
        findings.extend(self.without_role(session, criteria).await);
        if let Some(error) = self.unread.take() {
            let what = "the rules were not checked";
            findings.push(no_answer("rules-not-read", what, error, session));
        }
        match self.templates.join_next().await {
            Some(Ok(Ok(all))) => {
                findings.extend(inspect_templates(&self.checked, &all, criteria));
                templates = all;
            }
            Some(Ok(Err(error))) => {
                let what = "the repository creation templates were not checked";
                findings.push(Finding {
                    level: Level::Note,
                    ..no_answer("template-not-read", what, error, session)
                });
            }
            _ => {}
        }
        let Some(Ok(mut verdicts)) = self.verdicts.join_next().await else {
            return (findings, templates);
        };
        let seen = self.seen.borrow();
        for rule in &self.checked {
            let prefix = &rule.ecr_repository_prefix;
            let verdict = verdicts.given.remove(prefix);
            if let (Some(Verdict::Invalid(words)), Some(true)) = (verdict, seen.get(prefix)) {
                let is_explained = found.iter().any(|finding| {
                    finding.level == Level::Error && finding.secret.as_deref() == rule.secret()
                });
                findings.push(invalid(rule, words.as_deref(), is_explained, criteria));
            }
        }
        if let Some((_, error)) = verdicts.failed {
            let what = "ECR did not validate every rule";
            findings.push(no_answer("verdict-not-given", what, error, session));
        }
        (findings, templates)
    }

    /// Looks up a secret that ListSecrets did not return, since its list may be minutes old.
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
            // Then only ECR's verdict can tell.
            Err(_) => {
                self.note(rule, true);
                Vec::new()
            }
        }
    }
}

/// The findings about a secret's rules.
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
            "the rule {prefix} uses this secret, which is scheduled for deletion, {SO_PULLS_FAIL}"
        );
        for_rule("pending-deletion-in-use", rule, message).fix(restore.clone())
    }));
    if usage.current.is_empty() {
        let message =
            "the secret is scheduled for deletion, so ECR cannot read it, and pulls that \
                       use it fail";
        let note = inspected.finding(Level::Note, "pending-deletion", message);
        findings.push(note.fix(format!("to keep it: {restore}")));
    }
    findings
}

/// An error about a rule and the secret it refers to, whether or not that exists.
fn for_rule(code: &'static str, rule: &Rule, message: String) -> Finding {
    Finding {
        secret: rule.secret().map(str::to_owned),
        rule: Some(rule.ecr_repository_prefix.clone()),
        ..Finding::new(Level::Error, code, message)
    }
}

fn recreated(rule: &Rule, inspected: &Inspected<'_>) -> Finding {
    let message = format!(
        "the rule {} uses a secret that was deleted; the secret of that name was created again \
         and has another ARN, {SO_PULLS_FAIL}",
        escaped(&rule.ecr_repository_prefix)
    );
    let hints = &inspected.criteria.hints;
    let fix = hints.rule_repoint(rule, &inspected.secret.name);
    for_rule("rule-secret-made-again", rule, message).fix(fix)
}

fn unused(inspected: &Inspected<'_>) -> Finding {
    let (secret, usage) = (inspected.secret, &inspected.usage);
    let Criteria { region, hints, .. } = inspected.criteria;
    let message = format!("no rule in {region} uses the secret, and it costs money");
    let delete = hints.delete(&secret.name, "");
    let finding = inspected.finding(Level::Note, UNUSED, message);
    match usage.upstream {
        Some(upstream) if first_unsupported(&secret.name).is_none() => {
            let prefix = free_prefix(&upstream, usage.all.unwrap_or_default());
            let (host, name) = (upstream.shown_host(), Some(&*secret.name));
            let set = hints.new_rule(&prefix, &upstream, host, name);
            finding.fix(format!(
                "create a rule for it: {set}\nor delete it: {delete}"
            ))
        }
        _ => finding.fix(format!("if you don't need it: {delete}")),
    }
}

/// The finding about a rule whose secret was not found; `None` if its registry requires no login.
fn inspect_rule_alone(rule: &Rule, criteria: &Criteria) -> Option<Finding> {
    let prefix = escaped(&rule.ecr_repository_prefix);
    let region = &criteria.region;
    let (code, what) = match &rule.credential_arn {
        None if rule.upstream().is_none() => return None,
        None => {
            let host = &rule.upstream_registry_url;
            let what = format!("has no secret, but {host} requires login");
            ("rule-without-secret", what)
        }
        Some(arn) if arn.region() != region => {
            let what = format!("uses a secret that is not in {region}, the Region of the rule");
            ("rule-secret-elsewhere", what)
        }
        Some(_) => (
            "rule-secret-gone",
            "uses a secret that does not exist".to_owned(),
        ),
    };
    let create = criteria.hints.create_for_rule(rule);
    let finding = for_rule(
        code,
        rule,
        format!("the rule {prefix} {what}, {SO_PULLS_FAIL}"),
    );
    Some(finding.fix(format!(
        "store the credentials and switch the rule to them: {create}"
    )))
}

/// The finding about a rule that ECR reports as invalid; `is_explained` if another finding says
/// why.
fn invalid(rule: &Rule, reason: Option<&str>, is_explained: bool, criteria: &Criteria) -> Finding {
    let message = format!(
        "ECR reports that the rule {} is invalid, {SO_PULLS_FAIL}; ECR's reason: {}",
        escaped(&rule.ecr_repository_prefix),
        reason.map_or("none is given".to_owned(), escaped)
    );
    let finding = for_rule("rule-invalid", rule, message);
    if is_explained {
        return finding.fix("first fix the other findings about its secret");
    }
    let (name, hints) = (rule.secret().unwrap_or("NAME"), &criteria.hints);
    let (test, store) = (hints.check_login(name), hints.update(name, ""));
    finding.fix(match reason {
        Some(_) => format!(
            "correct what ECR names; to test the credentials:\n{test}\nif they are rejected, \
             store \
             new ones: {store}"
        ),
        None => format!(
            "likely causes: the token expired, was revoked or lacks permission, or the \
             username is \
         wrong; test the credentials:\n{test}\nthen store new ones: {store}"
        ),
    })
}

/// The finding about an error of ECR, with that error's fix.
fn no_answer(code: &'static str, what: &str, error: AwsError, session: &Session) -> Finding {
    let why = error.summary();
    let fix = error.into_failure(what, &session.ecr_service()).into_fix();
    let message = format!("{what} ({why}); pulls may still fail");
    Finding {
        fix,
        ..Finding::new(Level::Warning, code, message)
    }
}
