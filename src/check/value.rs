//! Findings about the value of a secret. Messages show nothing of it but the names of its keys.

use super::finding::{Finding, Level};
use super::inspected::Inspected;
use crate::aws::{AwsError, Session};
use crate::model::credential::Mistake;
use crate::model::stored_value::{
    near_miss, showable, Members, Reading, StoredValue, ACCESS_TOKEN, USERNAME,
};
use crate::model::token_kind::TokenKind;

const NO_LOGIN: &str =
    "so ECR cannot log in with it, and pulls fail for images that ECR has not cached";

/// Findings about the current value.
pub fn inspect_value(inspected: &Inspected<'_>, reading: &Reading) -> Vec<Finding> {
    let (code, message) = match reading {
        Reading::Refused(why) => return vec![not_read(inspected, why)],
        Reading::Nothing => ("no-current-value", "the secret has no current value"),
        Reading::Value(StoredValue::Binary) => ("binary-value", "the value is binary, not text"),
        Reading::Value(value @ StoredValue::Text(text)) => match value.members() {
            Some(members) => return inspect_members(inspected, &members),
            None => ("not-json", describe_non_object(text)),
        },
    };
    let finding = inspected.finding(Level::Error, code, format!("{message}, {NO_LOGIN}"));
    vec![finding.fix(inspected.replace())]
}

const NOT_READ: &str = "value-not-read";
const PERMISSION: &str = "secretsmanager:GetSecretValue on";

/// The finding if the value could not be read.
fn not_read(inspected: &Inspected<'_>, why: &str) -> Finding {
    let secret = inspected.secret;
    let message = not_checked("the value was", why);
    let finding = inspected.finding(Level::Warning, NOT_READ, message);
    finding.fix(if why.ends_with("not allowed") {
        format!("allow {PERMISSION} {}", secret.arn)
    } else {
        format!("see why: {}", inspected.hints.show_causes(&secret.name))
    })
}

/// The finding if BatchGetSecretValue was denied, so no value could be read.
pub fn none_read(error: AwsError, session: &Session) -> Finding {
    let message = not_checked("the values were", &error.summary());
    let fix = error.into_failure("", session.service()).into_fix();
    Finding {
        fix: fix.map(|fix| format!("{fix}\nand {PERMISSION} each of the secrets")),
        ..Finding::new(Level::Warning, NOT_READ, message)
    }
}

/// Replaces the findings that a value could not be read with one, if they all have the same reason.
pub fn collapse_unread(findings: &mut Vec<Finding>) {
    let mut unread = findings.iter().filter(|finding| finding.code == NOT_READ);
    let Some(first) = unread.next() else {
        return;
    };
    let message = first
        .message
        .replacen("the value was", "the values were", 1);
    let mut others = unread.peekable();
    if others.peek().is_none() || !others.all(|other| other.message == first.message) {
        return;
    }
    findings.retain(|finding| finding.code != NOT_READ);
    let finding = Finding::new(Level::Warning, NOT_READ, message);
    findings.push(finding.fix(format!("allow {PERMISSION} the secrets")));
}

fn not_checked(what: &str, why: &str) -> String {
    format!("{what} not checked: this caller could not read it ({why}); pulls may still fail")
}

/// Describes a value that is not a JSON object.
fn describe_non_object(text: &str) -> &'static str {
    if text.contains("Calling [toJSON] on an [Output<T>]") {
        "the value is an error message of Pulumi (JSON.stringify was called with an Output)"
    } else if text.trim_start().starts_with('{') {
        "the value is not valid JSON (a shell, such as PowerShell, may have removed the quotation \
         marks)"
    } else {
        "the value is not a JSON object with username and accessToken"
    }
}

fn inspect_members(inspected: &Inspected<'_>, members: &Members<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for wanted in [USERNAME, ACCESS_TOKEN] {
        findings.extend(inspect_member(inspected, members, wanted));
    }
    findings.extend(inspect_username(inspected, members));
    findings.extend(inspect_mistakes(inspected, members));
    findings.extend(inspect_other_keys(inspected, members));
    findings.extend(inspect_token_kind(inspected, members));
    findings
}

fn inspect_member(
    inspected: &Inspected<'_>,
    members: &Members<'_>,
    wanted: &'static str,
) -> Option<Finding> {
    let error = |code, message: String| {
        inspected.finding(Level::Error, code, format!("{message}, {NO_LOGIN}"))
    };
    let fix = || inspected.hints.fix(&inspected.secret.name);
    let Some(text) = members.text(wanted) else {
        return Some(match near_miss(members, wanted) {
            Some(key) => error(
                "wrong-key",
                format!("the value has the key {key}, but ECR expects {wanted}"),
            )
            .fix(fix()),
            None => error(
                "missing-key",
                format!("{wanted} is missing or not a string"),
            )
            .fix(inspected.replace()),
        });
    };
    if text.trim().is_empty() {
        return Some(error("empty-value", format!("{wanted} is empty")).fix(inspected.replace()));
    }
    let ends = if text.ends_with(['\n', '\r']) {
        "ends with a newline"
    } else if text.trim() != text.as_str() {
        "starts or ends with white space"
    } else {
        return None;
    };
    Some(error("white-space", format!("{wanted} {ends}")).fix(fix()))
}

/// A finding if the username looks like a token.
fn inspect_username(inspected: &Inspected<'_>, members: &Members<'_>) -> Option<Finding> {
    let key = near_miss(members, USERNAME).unwrap_or(USERNAME);
    let text = members.text(key)?;
    if !TokenKind::is_in_the_wrong_place(&text) {
        return None;
    }
    let message = "username looks like an access token, so it is not shown here; if username and \
                   token are swapped, ECR cannot log in, and pulls fail for images that ECR has \
                   not cached; other tools don't hide a username";
    let finding = inspected.finding(Level::Error, "username-is-token", message);
    Some(finding.fix(format!(
        "if it is a real token, revoke it; {}",
        inspected.replace()
    )))
}

/// Findings about a username or a token that is a placeholder, or contains more than that.
fn inspect_mistakes(inspected: &Inspected<'_>, members: &Members<'_>) -> Vec<Finding> {
    let username = members.text(USERNAME);
    let username = username.as_ref().map(|text| text.trim());
    let of_member = |key: &'static str| {
        let other = username.filter(|_| key == ACCESS_TOKEN);
        let mistake = Mistake::of(&members.text(key)?, other)?;
        let (level, then) = if mistake.is_certain {
            (Level::Error, NO_LOGIN)
        } else {
            (Level::Warning, "so pulls may fail")
        };
        let message = format!("{key} {}, {then}", mistake.words);
        let finding = inspected.finding(level, mistake.code, message);
        Some(finding.fix(inspected.replace()))
    };
    [USERNAME, ACCESS_TOKEN]
        .into_iter()
        .filter_map(of_member)
        .collect()
}

fn inspect_other_keys(inspected: &Inspected<'_>, members: &Members<'_>) -> Option<Finding> {
    let near = [
        near_miss(members, USERNAME),
        near_miss(members, ACCESS_TOKEN),
    ];
    let is_other =
        |key: &&str| *key != USERNAME && *key != ACCESS_TOKEN && !near.contains(&Some(key));
    let others: Vec<&str> = members.keys().filter(is_other).collect();
    if others.is_empty() {
        return None;
    }
    let message = format!(
        "the value has keys other than username and accessToken: {}; ECR documents only these \
         two, so pulls may fail",
        showable(&others)
    );
    let finding = inspected.finding(Level::Warning, "other-keys", message);
    let (name, hints) = (&inspected.secret.name, &inspected.hints);
    let steps = [
        hints.delete_at_once(name),
        hints.create(name, inspected.usage.upstream, ""),
    ];
    let rules = inspected.usage.current.iter();
    let steps = steps
        .into_iter()
        .chain(rules.map(|rule| hints.rule_repoint(rule, name)));
    let steps: Vec<String> = steps.collect();
    Some(finding.fix(format!(
        "if pulls fail, create the secret again with only these two: {}",
        steps.join("\nthen: ")
    )))
}

fn inspect_token_kind(inspected: &Inspected<'_>, members: &Members<'_>) -> Option<Finding> {
    let upstream = inspected.usage.upstream?;
    let token = members.text(ACCESS_TOKEN)?;
    let username = members.text(USERNAME);
    let kind = TokenKind::of(token.trim())?;
    let trouble = kind.trouble_at(upstream, username.as_deref().map(|name| name.trim()))?;
    let message = format!(
        "the token is {}, and {trouble}, so pulls may fail",
        kind.title
    );
    let finding = inspected.finding(Level::Warning, "unfit-token", message);
    Some(finding.fix(format!(
        "create {}, and store it: {}",
        upstream.login.token,
        inspected.hints.update(&inspected.secret.name, "")
    )))
}
