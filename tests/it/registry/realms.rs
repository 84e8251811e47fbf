//! Token endpoints from the registry table, or from the challenge if the registry
//! has moved them.

use super::login::{self, verdict_is};
use crate::support::registry::{basic, challenge, json, page, redirect, Heard, Reply};
use crate::support::{Elsewhere, TOKEN};

/// Whether a request is one of a login, and not of what else is asked of the token.
fn is_of_login(heard: &Heard) -> bool {
    let login = heard.authorization.as_deref();
    login.is_none_or(|login| login.starts_with("Basic "))
}

/// The paths asked for a login, in order, and whether there were credentials with them.
fn asked(elsewhere: &Elsewhere) -> Vec<(String, bool)> {
    let heard = elsewhere.registry.heard().into_iter().filter(is_of_login);
    heard
        .map(|heard| (heard.path, heard.authorization.is_some()))
        .collect()
}

/// Each registry by its kind, with its host, and where its token endpoint is.
pub const REALMS: [(&str, &str, &str, &str); 5] = [
    (
        "docker-hub",
        "registry-1.docker.io",
        "auth.docker.io",
        "/token?account=me&service=registry.docker.io",
    ),
    (
        "github-container-registry",
        "ghcr.io",
        "ghcr.io",
        "/token?account=me&service=ghcr.io",
    ),
    (
        "azure-container-registry",
        "contoso.azurecr.io",
        "contoso.azurecr.io",
        "/oauth2/token?account=me&service=contoso.azurecr.io",
    ),
    (
        "gitlab-container-registry",
        "registry.gitlab.com",
        "gitlab.com",
        "/jwt/auth?account=me&service=container_registry",
    ),
    (
        "chainguard",
        "cgr.dev",
        "cgr.dev",
        "/token?account=me&service=cgr.dev",
    ),
];

/// A dry run that logs in at the registry's own host.
fn attempt(kind: &str, host: &str, elsewhere: &Elsewhere) -> crate::support::Ended {
    let program = login::attempt(kind, host, "");
    elsewhere.reached_by(program).run()
}

#[test]
fn each_is_asked_in_one_request_on_one_connection() {
    for (kind, host, realm_host, path) in REALMS {
        for (status, body, verdict) in [
            (200, r#"{"token":"x","access_token":"x"}"#, "accepted"),
            (401, r#"{"details":"no"}"#, "rejected"),
            (403, r#"{"errors":[{"code":"DENIED"}]}"#, "rejected"),
            (429, "{}", "unknown"),
            (503, "{}", "unknown"),
        ] {
            let elsewhere = Elsewhere::answering(&[realm_host], move |_| json(status, body));
            verdict_is(&attempt(kind, host, &elsewhere), verdict, &[]);
            let heard = elsewhere.registry.heard().into_iter();
            let heard: Vec<_> = heard.filter(is_of_login).collect();
            assert_eq!(heard.len(), 1, "{kind} {status}: {heard:?}");
            assert_eq!((&*heard[0].host, &*heard[0].path), (realm_host, path));
            assert_eq!(heard[0].authorization, Some(basic("me", TOKEN)));
        }
    }
}

/// Answers that neither accept nor reject the credentials.
const OTHERWISE: [fn() -> Reply; 5] = [
    || json(404, r#"{"message":"moved"}"#),
    || json(405, "{}"),
    || json(200, "{}"),
    || redirect("https://elsewhere.example/token"),
    || page(200),
];

#[test]
fn where_it_answers_otherwise_the_challenge_reports_where_it_is() {
    for (kind, host, realm_host, path) in REALMS {
        for otherwise in OTHERWISE {
            let script = move |heard: &Heard| match heard.path.as_str() {
                asked if asked == path => otherwise(),
                "/v2/" => challenge(&format!(r#"Bearer realm="https://{host}/new?x=1""#)),
                _ => json(200, r#"{"token":"x"}"#),
            };
            let elsewhere = Elsewhere::answering(&[host, realm_host], script);
            verdict_is(&attempt(kind, host, &elsewhere), "accepted", &[]);
            assert_eq!(
                asked(&elsewhere),
                [
                    (path.to_owned(), true),
                    ("/v2/".to_owned(), false),
                    ("/new?x=1&account=me".to_owned(), true)
                ]
            );
        }
    }
}

/// Many bad logins lock an account: no endpoint gets the same twice.
#[test]
fn an_endpoint_that_the_challenge_names_too_is_not_asked_again() {
    for (kind, host, realm_host, path) in REALMS {
        let script = move |heard: &Heard| {
            if heard.path != "/v2/" {
                return json(404, r#"{"message":"moved"}"#);
            }
            let (realm, service) = path.split_once("?account=me&service=").unwrap();
            let realm = format!("https://{realm_host}{realm}");
            challenge(&format!(r#"Bearer realm="{realm}",service="{service}""#))
        };
        let elsewhere = Elsewhere::answering(&[host, realm_host], script);
        let ended = attempt(kind, host, &elsewhere);
        verdict_is(&ended, "unknown", &["returned 404: moved"]);
        let asked = asked(&elsewhere);
        assert_eq!(asked, [(path.to_owned(), true), ("/v2/".to_owned(), false)]);
    }
}

/// A challenge that leads away is followed no further than before.
#[test]
fn a_challenge_for_another_host_gets_no_credentials() {
    let elsewhere = Elsewhere::answering(&["ghcr.io"], |heard| match heard.path.as_str() {
        "/v2/" => challenge(r#"Bearer realm="https://ghcr.io.example/token""#),
        _ => json(404, "{}"),
    });
    let ended = attempt("ghcr", "ghcr.io", &elsewhere);
    verdict_is(&ended, "unknown", &["not known to belong to it"]);
    assert_eq!(elsewhere.hosts_with_logins(), ["ghcr.io"]);
    let mut hosts = elsewhere.proxy.hosts();
    hosts.retain(|host| host != "api.github.com");
    assert_eq!(hosts, ["ghcr.io"; 2]);
}
