//! [`TokenInfo`]: what a registry tells of a token, beside whether it takes it.

use std::time::Duration;

use serde::Deserialize;

use super::Address;
use crate::aws::{Answer, Network};
use crate::model::credential::AccessToken;
use crate::model::date::{Date, Time};
use crate::model::registries::{LoginRegistry, TokenApi};

/// The longest that it is waited for.
const LONGEST: Duration = Duration::from_secs(10);

/// What is known of a token. Nothing is, where nobody tells.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TokenInfo {
    /// When it ends.
    pub ends: Option<Date>,
    /// What makes it doubtful that it works, a sentence for each.
    pub doubts: Vec<String>,
}

impl TokenInfo {
    /// Asks the API of the registry's owner, where it has one that tells and the registry is at its
    /// own host. A token that ends by what it says itself needs nobody to be asked. The token goes
    /// to that API alone: no redirect is followed. Whatever goes wrong, nothing is known.
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
        let mut ends = answer.header("github-authentication-token-expiration");
        let ends = ends.find_map(Time::parse).map(Time::date);
        let scopes = answer.header("x-oauth-scopes").next();
        let can_read =
            |scopes: &str| has_one_of(split(scopes), &["read:packages", "write:packages", "repo"]);
        let doubt = match scopes {
            Some(scopes) if can_read(scopes) => None,
            Some(_) => {
                Some("the token has no scope read:packages, so pulls of private packages fail")
            }
            // Of the other kinds it is said by how they begin.
            None if token
                .kind()
                .is_some_and(|kind| kind.word != "github-classic") =>
            {
                None
            }
            None => Some(
                "GitHub does not know the token as a classic one, and its registry takes no others",
            ),
        };
        let doubts = doubt.map(str::to_owned).into_iter().collect();
        Self { ends, doubts }
    }

    fn by_gitlab(answer: &Answer) -> Self {
        #[derive(Deserialize)]
        struct Token {
            expires_at: Option<String>,
            scopes: Option<Vec<String>>,
            #[serde(default)]
            revoked: bool,
        }
        let Ok(told) = serde_json::from_slice::<Token>(&answer.body) else {
            return Self::default();
        };
        let can_read = |scopes: &[String]| {
            let scopes = scopes.iter().map(String::as_str);
            has_one_of(scopes, &["read_registry", "write_registry", "api"])
        };
        let mut doubts = Vec::new();
        if told.scopes.is_some_and(|scopes| !can_read(&scopes)) {
            doubts.push("the token has no scope read_registry, so pulls fail".to_owned());
        }
        if told.revoked {
            doubts.push("GitLab says that the token is revoked".to_owned());
        }
        let ends = told.expires_at.and_then(|date| Date::parse(&date).ok());
        Self { ends, doubts }
    }
}

fn split(scopes: &str) -> impl Iterator<Item = &str> {
    scopes.split(',').map(str::trim)
}

fn has_one_of<'s>(mut scopes: impl Iterator<Item = &'s str>, wanted: &[&str]) -> bool {
    scopes.any(|scope| wanted.contains(&scope))
}
