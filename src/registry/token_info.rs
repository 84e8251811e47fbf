//! [`TokenInfo`]: what a registry reports about a token besides accepting or rejecting it.

use std::time::Duration;

use serde::Deserialize;

use super::Address;
use crate::aws::{Answer, Network};
use crate::model::credential::AccessToken;
use crate::model::date::{Date, Time};
use crate::model::registries::{LoginRegistry, TokenApi};

/// The time limit for the API call.
const LONGEST: Duration = Duration::from_secs(10);

/// What is known about a token. Empty if its registry does not report anything.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TokenInfo {
    /// The expiry date.
    pub expires: Option<Date>,
    /// Reasons why the token may not work, as messages.
    pub doubts: Vec<String>,
}

impl TokenInfo {
    /// Calls the API of the registry's owner, if there is one, `address` is the registry's own and
    /// the token does not contain its expiry date. Redirects are not followed, so the token goes to
    /// that API only. Empty if the call fails.
    pub async fn of(
        network: &Network,
        upstream: LoginRegistry,
        address: &Address,
        token: &AccessToken,
    ) -> Self {
        let api = upstream
            .login
            .token_api
            .filter(|_| address.is_own_of(upstream));
        let Some(api) = api.filter(|_| token.ends_at().is_none()) else {
            return Self::default();
        };
        let header = token.bearer();
        let headers = [
            ("user-agent", concat!("ecr-ptc/", env!("CARGO_PKG_VERSION"))),
            ("accept", "application/json"),
            ("authorization", header.as_str()),
        ];
        let client = network.http_client();
        let answer = tokio::time::timeout(LONGEST, client.get(api.url(), &headers)).await;
        match (api, answer) {
            (TokenApi::GitHub, Ok(Ok(answer))) if answer.status == 200 => {
                Self::by_github(&answer, token)
            }
            (TokenApi::GitLab, Ok(Ok(answer))) if answer.status == 200 => Self::by_gitlab(&answer),
            _ => Self::default(),
        }
    }

    fn by_github(answer: &Answer, token: &AccessToken) -> Self {
        let mut dates = answer.header("github-authentication-token-expiration");
        let expires = dates.find_map(Time::parse).map(Time::date);
        let scopes = answer.header("x-oauth-scopes").next();
        let can_read =
            |scopes: &str| has_one_of(split(scopes), &["read:packages", "write:packages", "repo"]);
        let doubt = match scopes {
            Some(scopes) if can_read(scopes) => None,
            Some(_) => {
                Some("the token lacks the scope read:packages, so pulls of private packages fail")
            }
            // For other kinds, `TokenKind` already says so.
            None if token
                .kind()
                .is_some_and(|kind| kind.word != "github-classic") =>
            {
                None
            }
            None => Some("the token is not a classic one, and GitHub's registry accepts no others"),
        };
        let doubts = doubt.map(str::to_owned).into_iter().collect();
        Self { expires, doubts }
    }

    fn by_gitlab(answer: &Answer) -> Self {
        #[derive(Deserialize)]
        struct Token {
            expires_at: Option<String>,
            scopes: Option<Vec<String>>,
            #[serde(default)]
            revoked: bool,
        }
        let Ok(token) = serde_json::from_slice::<Token>(&answer.body) else {
            return Self::default();
        };
        let can_read = |scopes: &[String]| {
            let scopes = scopes.iter().map(String::as_str);
            has_one_of(scopes, &["read_registry", "write_registry", "api"])
        };
        let mut doubts = Vec::new();
        if token.scopes.is_some_and(|scopes| !can_read(&scopes)) {
            doubts.push("the token lacks the scope read_registry, so pulls fail".to_owned());
        }
        if token.revoked {
            doubts.push("GitLab reports that the token was revoked".to_owned());
        }
        let expires = token.expires_at.and_then(|date| Date::parse(&date).ok());
        Self { expires, doubts }
    }
}

fn split(scopes: &str) -> impl Iterator<Item = &str> {
    scopes.split(',').map(str::trim)
}

fn has_one_of<'s>(mut scopes: impl Iterator<Item = &'s str>, wanted: &[&str]) -> bool {
    scopes.any(|scope| wanted.contains(&scope))
}
