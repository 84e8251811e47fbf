//! What can be found out about a secret by its value. No message has any of it but the names of keys.

use super::{Finding, Level, Measure};
use crate::content::{text_of, Content, Members};
use crate::output::escaped;
use crate::secret::Secret;
use crate::shell::quote;
use crate::token_kind::TokenKind;
use crate::upstream::looks_like_a_token;

/// The two keys that ECR reads.
pub const USERNAME: &str = "username";
pub const ACCESS_TOKEN: &str = "accessToken";

const NO_LOGIN: &str =
    "so ECR cannot log in with it, and pulls of images that it has not cached fail";

/// Findings by the current value; `content` is none where there is no such value.
pub fn of_value(secret: &Secret, content: Option<&Content>, measure: &Measure) -> Vec<Finding> {
    let store = || format!("store the credentials: {}", measure.replace(secret));
    let only = |code, message: String| {
        let message = format!("{message}, {NO_LOGIN}");
        vec![Finding::new(Level::Error, code, secret, message).fix(store())]
    };
    let text = match content {
        None => {
            return only(
                "no-current-value",
                "the secret has no current value".to_owned(),
            )
        }
        Some(Content::Binary) => {
            return only("binary-value", "the value is binary, not text".to_owned())
        }
        Some(Content::Text(text)) => text,
    };
    match content.and_then(Content::members) {
        None => only("not-json", format!("the value is {}", what_it_is(text))),
        Some(members) => of_members(secret, &members, measure),
    }
}

/// That a value could not be read, and why; without a secret, that none could.
pub fn not_read(secret: Option<&Secret>, why: &str, measure: &Measure) -> Finding {
    let (what, whose) = match secret {
        Some(secret) => ("the value was", secret.arn.as_str()),
        None => ("the values were", "the secrets"),
    };
    let fix = match secret {
        Some(secret) if !why.ends_with("not allowed") => {
            format!(
                "see why: ecr-ptc show {} -v{}",
                quote(&secret.name),
                measure.options(secret)
            )
        }
        _ => format!("allow secretsmanager:GetSecretValue on {whose}"),
    };
    Finding {
        level: Level::Warning,
        code: "value-not-read",
        secret: secret.map(|secret| secret.name.clone()),
        rule: None,
        message: format!(
            "{what} not checked, since this caller could not read it ({why}); pulls may fail all the same"
        ),
        fix: Some(fix),
    }
}

/// A key that someone took for one of ours; none where several could be meant, or the right one is
/// there.
pub fn near_miss<'m>(members: &'m Members<'_>, wanted: &str) -> Option<&'m str> {
    if members.get(wanted).is_some() {
        return None;
    }
    let mut near = members.keys().filter(|key| is_near(key, wanted));
    let first = near.next()?;
    near.all(|other| other == first).then_some(first)
}

fn is_near(key: &str, wanted: &str) -> bool {
    let plain = |c: &char| !matches!(c, '_' | '-' | '.' | ' ');
    let word: String = key
        .chars()
        .filter(plain)
        .flat_map(char::to_lowercase)
        .collect();
    let words: &[&str] = if wanted == USERNAME {
        &["username", "user", "userid", "login", "loginname"]
    } else {
        &[
            "accesstoken",
            "token",
            "password",
            "passwd",
            "pass",
            "pwd",
            "authtoken",
            "pat",
            "personalaccesstoken",
        ]
    };
    words.contains(&word.as_str())
}

/// What a value is that is no JSON object.
fn what_it_is(text: &str) -> &'static str {
    if text.contains("Calling [toJSON] on an [Output<T>]") {
        "a message of Pulumi's, which was given an Output where JSON.stringify wants a value"
    } else if text.trim_start().starts_with('{') {
        "meant to be JSON, but is not: most often a shell, such as PowerShell, took the quotes away"
    } else if serde_json::from_str::<serde::de::IgnoredAny>(text).is_ok() {
        "JSON, but not an object with username and accessToken"
    } else {
        "plain text, not the JSON object with username and accessToken"
    }
}

fn of_members(secret: &Secret, members: &Members<'_>, measure: &Measure) -> Vec<Finding> {
    let mut findings = Vec::new();
    for wanted in [USERNAME, ACCESS_TOKEN] {
        findings.extend(of_member(secret, members, wanted, measure));
    }
    findings.extend(of_username(secret, members, measure));
    findings.extend(of_other_keys(secret, members, measure));
    findings.extend(of_token_kind(secret, members, measure));
    findings
}

fn of_member(
    secret: &Secret,
    members: &Members<'_>,
    wanted: &'static str,
    measure: &Measure,
) -> Option<Finding> {
    let error = |code, message: String| {
        Finding::new(Level::Error, code, secret, format!("{message}, {NO_LOGIN}"))
    };
    let store = || format!("store the credentials: {}", measure.replace(secret));
    let Some(value) = members.get(wanted) else {
        return Some(match near_miss(members, wanted) {
            Some(key) => error(
                "wrong-key",
                format!("the value has the key {key} where ECR reads {wanted}"),
            )
            .fix(measure.mend(secret)),
            None => error("missing-key", format!("the value has no key {wanted}")).fix(store()),
        });
    };
    let Some(text) = text_of(value) else {
        return Some(error("not-text", format!("{wanted} is not a text")).fix(store()));
    };
    if text.trim().is_empty() {
        return Some(error("empty-value", format!("{wanted} is empty")).fix(store()));
    }
    let found = ends(&text)?;
    Some(error("white-space", format!("{wanted} has {found}")).fix(measure.mend(secret)))
}

/// That a token stands where the username belongs, be it under a near miss of that key.
fn of_username(secret: &Secret, members: &Members<'_>, measure: &Measure) -> Option<Finding> {
    let key = near_miss(members, USERNAME).unwrap_or(USERNAME);
    let text = members.text(key)?;
    if !TokenKind::is_in_the_wrong_place(&text) {
        return None;
    }
    let message =
        "username begins like an access token, so it is not shown here: where the two are mixed up, ECR \
         cannot log in with them, and pulls of images that it has not cached fail; other tools show a \
         username as no secret";
    let finding = Finding::new(Level::Error, "username-is-token", secret, message);
    Some(finding.fix(format!(
        "revoke it where it is a real one, and store the credentials again: {}",
        measure.replace(secret)
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

fn of_other_keys(secret: &Secret, members: &Members<'_>, measure: &Measure) -> Option<Finding> {
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
        "the value has keys beside username and accessToken: {}; ECR is documented to read a secret with \
         these two alone, so pulls may fail",
        showable(&others)
    );
    let finding = Finding::new(Level::Warning, "other-keys", secret, message);
    Some(finding.fix(format!("store the two alone: {}", measure.replace(secret))))
}

/// Keys by name, but for those that may be part of someone's credentials.
pub fn showable(keys: &[&str]) -> String {
    let is_plain = |key: &str| {
        key.chars().count() <= 24
            && !looks_like_a_token(key)
            && key
                .chars()
                .all(|c| c.is_alphanumeric() || "_-. ".contains(c))
    };
    let plain: Vec<String> = keys
        .iter()
        .copied()
        .filter(|key| is_plain(key))
        .map(escaped)
        .collect();
    match (plain.len(), keys.len() - plain.len()) {
        (_, 0) => plain.join(", "),
        (0, more) => format!("{more} that are not shown"),
        (_, more) => format!("{} and {more} more", plain.join(", ")),
    }
}

fn of_token_kind(secret: &Secret, members: &Members<'_>, measure: &Measure) -> Option<Finding> {
    let upstream = secret.registry()?;
    let token = members.text(ACCESS_TOKEN)?;
    let username = members.text(USERNAME);
    let kind = TokenKind::of(token.trim())?;
    let trouble = kind.trouble_at(upstream, username.as_deref().map(|name| name.trim()))?;
    let message = format!("the token is {}, and {trouble}: pulls may fail", kind.title);
    let finding = Finding::new(Level::Warning, "unfit-token", secret, message);
    Some(finding.fix(format!(
        "make {}, and store it: {}",
        upstream.token,
        measure.store(secret, "")
    )))
}

#[cfg(test)]
mod tests {
    use super::*;
    use zeroize::Zeroizing;

    fn content(text: &str) -> Content {
        Content::Text(Zeroizing::new(text.to_owned()))
    }

    #[test]
    fn near_misses_and_nothing_further_away() {
        let near = |text: &str, wanted: &str| {
            let content = content(text);
            let members = content.members().unwrap();
            near_miss(&members, wanted).map(str::to_owned)
        };
        for key in [
            "access_token",
            "accesstoken",
            "AccessToken",
            "password",
            "token",
            "ACCESS-TOKEN",
        ] {
            assert_eq!(
                near(&format!(r#"{{"{key}":"x"}}"#), ACCESS_TOKEN).as_deref(),
                Some(key)
            );
        }
        for key in ["user", "userName", "Username", "user_name"] {
            assert_eq!(
                near(&format!(r#"{{"{key}":"x"}}"#), USERNAME).as_deref(),
                Some(key)
            );
        }
        assert_eq!(near(r#"{"email":"x"}"#, USERNAME), None);
        assert_eq!(
            near(r#"{"token":"x","password":"y"}"#, ACCESS_TOKEN),
            None,
            "which one is a guess"
        );
        assert_eq!(
            near(r#"{"token":"x","accessToken":"y"}"#, ACCESS_TOKEN),
            None
        );
    }

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

    #[test]
    fn keys_that_may_be_credentials_are_not_shown() {
        assert_eq!(showable(&["url", "e-mail"]), "url, e-mail");
        assert_eq!(showable(&["url", "dckr_pat_abcdefgh"]), "url and 1 more");
        assert_eq!(showable(&["a:b"]), "1 that are not shown");
    }
}
