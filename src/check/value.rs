//! What can be found out about a secret by its value. No message has any of it but the names of
//! keys.

use super::inspected::Inspected;
use super::{Finding, Level};
use crate::model::secret::Secret;
use crate::model::stored_value::{
    near_miss, showable, text_of, Members, Reading, StoredValue, ACCESS_TOKEN, USERNAME,
};
use crate::model::token_kind::TokenKind;
use crate::output::hint::Hints;
use crate::output::shell::quote;

const NO_LOGIN: &str =
    "so ECR cannot log in with it, and pulls fail for images that ECR has not cached";

/// Findings by the current value.
pub fn inspect_value(inspected: &Inspected<'_>, reading: &Reading) -> Vec<Finding> {
    let value = match reading {
        Reading::Value(value) => Some(value),
        Reading::Nothing => None,
        Reading::Refused(why) => return vec![not_read(inspected.secret, why, &inspected.hints)],
    };
    let only = |code, message: String| {
        let message = format!("{message}, {NO_LOGIN}");
        let finding = inspected.finding(Level::Error, code, message);
        vec![finding.fix(format!("store the credentials: {}", inspected.replace()))]
    };
    let text = match value {
        None => {
            let message = "the secret has no current value";
            return only("no-current-value", message.to_owned());
        }
        Some(StoredValue::Binary) => {
            return only("binary-value", "the value is binary, not text".to_owned());
        }
        Some(StoredValue::Text(text)) => text,
    };
    match value.and_then(StoredValue::members) {
        None => only("not-json", format!("the value is {}", what_it_is(text))),
        Some(members) => inspect_members(inspected, &members),
    }
}

/// That a value could not be read, and why.
pub fn not_read(secret: &Secret, why: &str, hints: &Hints) -> Finding {
    let fix = if why.ends_with("not allowed") {
        allow_reading(secret.arn.as_str())
    } else {
        let show = hints.command(&format!("show {} -v", quote(&secret.name)));
        format!("see why: {show}")
    };
    let finding = Finding::new(
        Level::Warning,
        NOT_READ,
        secret,
        not_checked("the value was", why),
    );
    finding.fix(fix)
}

/// That no value could be read, and why.
pub fn none_read(why: &str) -> Finding {
    Finding {
        level: Level::Warning,
        code: NOT_READ,
        secret: None,
        rule: None,
        message: not_checked("the values were", why),
        fix: Some(allow_reading("the secrets")),
    }
}

const NOT_READ: &str = "value-not-read";

fn not_checked(what: &str, why: &str) -> String {
    format!("{what} not checked: this caller could not read it ({why}); pulls may still fail")
}

fn allow_reading(whose: &str) -> String {
    format!("allow secretsmanager:GetSecretValue on {whose}")
}

/// What a value is that is no JSON object.
fn what_it_is(text: &str) -> &'static str {
    if text.contains("Calling [toJSON] on an [Output<T>]") {
        "an error message of Pulumi: JSON.stringify was given an Output"
    } else if text.trim_start().starts_with('{') {
        "nearly JSON, but not valid: most often a shell, such as PowerShell, has removed the \
         quotation marks"
    } else if serde_json::from_str::<serde::de::IgnoredAny>(text).is_ok() {
        "JSON, but not an object with username and accessToken"
    } else {
        "plain text, not the JSON object with username and accessToken"
    }
}

fn inspect_members(inspected: &Inspected<'_>, members: &Members<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for wanted in [USERNAME, ACCESS_TOKEN] {
        findings.extend(inspect_member(inspected, members, wanted));
    }
    findings.extend(inspect_username(inspected, members));
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
    let store = || format!("store the credentials: {}", inspected.replace());
    let Some(value) = members.get(wanted) else {
        return Some(match near_miss(members, wanted) {
            Some(key) => error(
                "wrong-key",
                format!("the value has the key {key} where ECR reads {wanted}"),
            )
            .fix(inspected.fix("")),
            None => error("missing-key", format!("the value has no key {wanted}")).fix(store()),
        });
    };
    let Some(text) = text_of(value) else {
        return Some(error("not-text", format!("{wanted} is not a string")).fix(store()));
    };
    if text.trim().is_empty() {
        return Some(error("empty-value", format!("{wanted} is empty")).fix(store()));
    }
    let found = ends(&text)?;
    Some(error("white-space", format!("{wanted} has {found}")).fix(inspected.fix("")))
}

/// That a token stands where the username belongs, be it under a near miss of that key.
fn inspect_username(inspected: &Inspected<'_>, members: &Members<'_>) -> Option<Finding> {
    let key = near_miss(members, USERNAME).unwrap_or(USERNAME);
    let text = members.text(key)?;
    if !TokenKind::is_in_the_wrong_place(&text) {
        return None;
    }
    let message = "username begins like an access token, so it is not shown here; if username \
                   and token are mixed up, ECR cannot log in, and pulls fail for images that \
                   ECR has not cached; other tools do not hide a username";
    let finding = inspected.finding(Level::Error, "username-is-token", message);
    Some(finding.fix(format!(
        "if it is a real token, revoke it, and store the credentials again: {}",
        inspected.replace()
    )))
}

/// What is at the ends of a text that does not belong there: `a line end at its end`.
fn ends(text: &str) -> Option<String> {
    let start = &text[..text.len() - text.trim_start().len()];
    let end = &text[text.trim_end().len()..];
    let what = |ends: &str| match ends {
        "" => None,
        ends if ends.contains(['\n', '\r']) => Some("a line end"),
        _ => Some("white space"),
    };
    match (what(start), what(end)) {
        (None, None) => None,
        (Some(start), None) => Some(format!("{start} at its start")),
        (None, Some(end)) => Some(format!("{end} at its end")),
        (Some(start), Some(end)) => Some(format!("{start} at its start and {end} at its end")),
    }
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
        "the value has other keys than username and accessToken: {}; ECR documents a secret with \
         these two alone, so pulls may fail",
        showable(&others)
    );
    let finding = inspected.finding(Level::Warning, "other-keys", message);
    let name = &inspected.secret.name;
    let delete = inspected.hints.delete(name, " --force-without-recovery");
    let create = inspected.hints.create(name, inspected.usage.upstream, "");
    Some(finding.fix(format!(
        "if pulls fail, make the secret again with these two alone: {delete}\nthen, with --rule \
         PREFIX for each rule that uses it: {create}"
    )))
}

fn inspect_token_kind(inspected: &Inspected<'_>, members: &Members<'_>) -> Option<Finding> {
    let upstream = inspected.usage.upstream?;
    let token = members.text(ACCESS_TOKEN)?;
    let username = members.text(USERNAME);
    let kind = TokenKind::of(token.trim())?;
    let trouble = kind.trouble_at(upstream, username.as_deref().map(|name| name.trim()))?;
    let message = format!("the token is {}, and {trouble}: pulls may fail", kind.title);
    let finding = inspected.finding(Level::Warning, "unfit-token", message);
    Some(finding.fix(format!(
        "make {}, and store it: {}",
        upstream.login.token,
        inspected.update("")
    )))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ends_are_told_by_what_they_have() {
        assert_eq!(ends("x"), None);
        assert_eq!(ends("a b"), None);
        assert_eq!(ends("x\r\n").unwrap(), "a line end at its end");
        assert_eq!(
            ends(" x\t").unwrap(),
            "white space at its start and white space at its end"
        );
    }
}
