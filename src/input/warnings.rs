//! Warnings about credentials that probably don't work, before they are tested. Only a token whose
//! own expiry date has passed is an error.

use super::token::TokenSource;
use crate::model::credential::{AccessToken, Mistake, Username};
use crate::model::date::{in_days, Date, Time};
use crate::model::invalid::Invalid;
use crate::model::registries::LoginRegistry;

/// Warn about a token that expires within this many days.
const SOON: i64 = 31;

/// Tokens with a known prefix are far shorter than this, in characters.
const LONG: usize = 255;

/// The warning about an e-mail address as the username for Docker Hub.
pub const NO_EMAIL: &str =
    "Docker Hub expects your Docker ID as the username, not an e-mail address";

/// Variables that hold the job's own token in GitLab CI.
const JOB_TOKEN_VARIABLES: [&str; 2] = ["CI_REGISTRY_PASSWORD", "CI_JOB_TOKEN"];

/// Rejects a token whose own expiry date has passed.
pub fn check_expiry(token: &AccessToken, upstream: Option<LoginRegistry>) -> Result<(), Invalid> {
    match token.ends_at() {
        Some(end) if end <= Time::now() => {
            let message =
                format!("the access token expired at {end}, according to the token itself");
            let source = upstream.map_or("at the registry", |upstream| upstream.login.token_source);
            Err(Invalid::new(message).fix(format!("create a new token: {source}")))
        }
        _ => Ok(()),
    }
}

/// Reasons why these credentials may not work. `upstream` is `None` if the registry is unknown.
pub fn warnings(
    upstream: Option<LoginRegistry>,
    username: &Username,
    token: &AccessToken,
    source: Option<&TokenSource>,
) -> Vec<String> {
    let username = username.as_str();
    let of_username = Mistake::of(username, None);
    let of_token = Mistake::of(token.reveal(), Some(username));
    let mistakes = [("username", of_username), ("token", of_token)];
    let mistakes = mistakes
        .iter()
        .filter_map(|(what, mistake)| Some(format!("the {what} {}", mistake.as_ref()?.words)));
    let mut found: Vec<String> = mistakes.collect();
    if let Some(kind) = token.kind() {
        let trouble = upstream.and_then(|upstream| kind.trouble_at(upstream, Some(username)));
        if let Some(trouble) = trouble {
            found.push(format!(
                "the token looks like {}, and {trouble}",
                kind.title
            ));
        }
        if kind.belongs_to_a_registry() && token.characters() > LONG {
            found.push(format!(
                "the token starts like {}, but is much longer: {} characters",
                kind.title,
                token.characters()
            ));
        }
    }
    if of_token.is_none() && token.has_white_space() {
        found.push("the token contains white space, unlike any registry's tokens".to_owned());
    }
    let is_hub = upstream.is_some_and(|upstream| upstream.kind == "docker-hub");
    if is_hub && username.contains('@') {
        found.push(NO_EMAIL.to_owned());
    }
    if let Some(TokenSource::Variable(name)) = source {
        if JOB_TOKEN_VARIABLES.contains(&name.as_str()) {
            found.push(format!("the token in {name} expires when the job ends"));
        }
    }
    if let Some(end) = token.ends_at() {
        found.extend(ends_soon(end.date(), &format!("at {end}")));
    }
    found
}

/// A warning if the token expires within a month; `at` is added to the text.
pub fn ends_soon(end: Date, at: &str) -> Option<String> {
    let when = match Date::today().days_until(end) {
        ..=0 => "today".to_owned(),
        days @ ..SOON => format!("in {}", in_days(days)),
        _ => return None,
    };
    Some(format!("the token expires {when}, {at}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    use base64::Engine;

    fn found(registry: &str, username: &str, token: &str) -> String {
        let token = AccessToken::from_bytes(token.as_bytes()).unwrap();
        let username = Username::parse(username).unwrap();
        warnings(LoginRegistry::find(registry), &username, &token, None).join("; ")
    }

    const SECONDS_PER_DAY: i64 = 86_400;

    fn expiring_in(seconds: i64) -> String {
        let now = std::time::UNIX_EPOCH.elapsed().unwrap().as_secs();
        let claims = format!(r#"{{"exp":{}}}"#, now.strict_add_signed(seconds));
        format!(
            "eyJhbGciOiJIUzI1NiJ9.{}.c2ln",
            URL_SAFE_NO_PAD.encode(claims)
        )
    }

    #[test]
    fn valid_tokens_give_no_warning() {
        for (registry, token) in [
            ("docker-hub", "dckr_pat_abcdefghijklmnopqrstuvwxyz0"),
            ("docker-hub", "0a0a0a0a-1234-1234-1234-0a0a0a0a0a0a"),
            ("ghcr", "ghp_0123456789012345678901234567890123456"),
            ("gitlab", "glpat-01234567890123456789"),
            ("acr", "abc8Q~Zxy.12345678901234567890"),
            ("cgr", &expiring_in(90 * SECONDS_PER_DAY)),
            ("cgr", &"x".repeat(5_000)),
        ] {
            assert_eq!(found(registry, "me", token), "", "{token}");
        }
    }

    #[test]
    fn each_likely_mistake_gives_a_warning() {
        for (registry, username, token, words) in [
            ("ghcr", "me", "github_pat_x", "classic"),
            ("ghcr", "me", "ghs_x", "cannot read private packages"),
            ("gitlab", "me", "glcbt-x", "expires when the job ends"),
            (
                "docker-hub",
                "me",
                "ghp_x",
                "Docker Hub does not accept such tokens",
            ),
            ("docker-hub", "me@example.com", "dckr_pat_x", "e-mail"),
            (
                "acr",
                "00000000-0000-0000-0000-000000000000",
                "eyJx",
                "3 hours",
            ),
            ("ghcr", "me", "two words", "contains white space"),
            (
                "ghcr",
                "me",
                "Calling [toJSON] on an [Output<T>] is not supported.",
                "Pulumi",
            ),
            (
                "cgr",
                "me",
                &expiring_in(10 * SECONDS_PER_DAY),
                "expires in 10 days",
            ),
            (
                "cgr",
                "me",
                &expiring_in(SECONDS_PER_DAY),
                "expires in 1 day, at",
            ),
            (
                "docker-hub",
                "me",
                &format!("dckr_pat_{}", "x".repeat(300)),
                "much longer",
            ),
        ] {
            let found = found(registry, username, token);
            assert!(found.contains(words), "{token}: {found}");
        }
    }

    #[test]
    fn only_an_expired_token_is_rejected() {
        let check =
            |token: &str| check_expiry(&AccessToken::from_bytes(token.as_bytes()).unwrap(), None);
        assert!(check(&expiring_in(-60)).is_err_and(|why| why.to_string().contains("expired at 2")));
        assert_eq!(check(&expiring_in(60)), Ok(()));
        assert_eq!(check("dckr_pat_x"), Ok(()));
    }
}
