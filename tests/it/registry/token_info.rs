//! The expiry date and scopes that a registry reports of a token.

use serde_json::{json, Value};

use crate::support::registry::{base64_of, json, redirect, silence, Heard, Reply};
use crate::support::{Account, Elsewhere, Ended, Program, Words};

/// Of no known kind.
const TOKEN: &str = "a-token-of-no-known-kind-Zq7";

const GITHUB: [&str; 2] = ["ghcr.io", "api.github.com"];
const GITLAB: &str = "gitlab.com";
const SELF: &str = "/api/v4/personal_access_tokens/self";

fn accepted() -> Reply {
    json(200, r#"{"token":"x"}"#)
}

/// GitHub, whose API answers with this status and these headers.
fn github(status: u16, headers: &'static [(&'static str, &'static str)]) -> Elsewhere {
    Elsewhere::answering(&GITHUB, move |heard| {
        if heard.host != "api.github.com" {
            return accepted();
        }
        let (status, mut all, body) = json(status, "{}");
        all.extend(
            headers
                .iter()
                .map(|(name, value)| (*name, (*value).to_owned())),
        );
        (status, all, body)
    })
}

/// GitLab, whose API answers so.
fn gitlab(answer: impl Fn(&Heard) -> Reply + Send + Sync + 'static) -> Elsewhere {
    Elsewhere::answering(&[GITLAB], move |heard| match heard.path.as_str() {
        SELF => answer(heard),
        _ => accepted(),
    })
}

fn create(
    elsewhere: &Elsewhere,
    account: &Account,
    kind: &str,
    more: &(impl Words + ?Sized),
) -> Ended {
    let program = Program::new("create -u me --access-token-stdin -o json")
        .and(&["--registry", kind])
        .and(more)
        .with(account);
    let ended = elsewhere.reached_by(program.stdin(TOKEN)).run();
    ended.hides(TOKEN);
    ended
}

/// The tag with the expiry date, as it was sent.
fn tag(account: &Account) -> Value {
    let tags = account.only("CreateSecret")["Tags"].clone();
    let mut tags = tags.as_array().cloned().unwrap_or_default().into_iter();
    let found = tags.find(|tag| tag["Key"] == "ecr-ptc:expires-on");
    found.map_or(Value::Null, |tag| tag["Value"].clone())
}

fn warnings(ended: &Ended) -> String {
    ended.json()["warnings"].to_string()
}

const EXPIRATION: &str = "GitHub-Authentication-Token-Expiration";
const SCOPES: &str = "X-OAuth-Scopes";

#[test]
fn github_reports_the_expiry_date_and_the_scopes() {
    for (headers, end, words) in [
        (
            &[
                (EXPIRATION, "2999-01-31 00:00:00 UTC"),
                (SCOPES, "read:packages"),
            ][..],
            json!("2999-01-31"),
            "[]",
        ),
        (
            &[
                (EXPIRATION, "2999-01-31 00:30:00 +0100"),
                (SCOPES, "gist, repo"),
            ],
            json!("2999-01-30"),
            "[]",
        ),
        (&[(SCOPES, "write:packages")], json!(null), "[]"),
        (
            &[(SCOPES, "gist, user")],
            json!(null),
            "lacks the scope read:packages",
        ),
        (
            &[(SCOPES, "")],
            json!(null),
            "lacks the scope read:packages",
        ),
        (&[], json!(null), "is not a classic one"),
        (&[(EXPIRATION, "soon"), (SCOPES, "repo")], json!(null), "[]"),
        (
            &[(EXPIRATION, "2999-02-30 00:00:00 UTC"), (SCOPES, "repo")],
            json!(null),
            "[]",
        ),
    ] {
        let (elsewhere, account) = (github(200, headers), Account::new());
        let ended = create(&elsewhere, &account, "ghcr", "");
        assert!(warnings(&ended).contains(words), "{headers:?}: {ended:?}");
        assert_eq!(tag(&account), end, "{headers:?}");
        let heard = elsewhere.registry.heard();
        let api = heard.iter().find(|heard| heard.host == "api.github.com");
        let login = Some(format!("Bearer {TOKEN}"));
        assert_eq!(
            api.map(|heard| (&*heard.path, &heard.authorization)),
            Some(("/", &login))
        );
        assert_eq!(heard.len(), 2);
    }
}

#[test]
fn gitlab_reports_the_expiry_date_and_the_scopes() {
    for (body, end, words) in [
        (
            r#"{"expires_at":"2999-01-31","scopes":["read_registry"],"revoked":false,"active":true}"#,
            json!("2999-01-31"),
            "[]",
        ),
        (
            r#"{"expires_at":null,"scopes":["api"],"revoked":false}"#,
            json!(null),
            "[]",
        ),
        (
            r#"{"expires_at":"2999-01-31","scopes":["read_api"]}"#,
            json!("2999-01-31"),
            "lacks the scope read_registry",
        ),
        (
            r#"{"scopes":["write_registry"],"revoked":true}"#,
            json!(null),
            "reports that the token was revoked",
        ),
        (r#"{"expires_at":"31.01.2999"}"#, json!(null), "[]"),
        (r#"{"expires_at":7}"#, json!(null), "[]"),
        ("[]", json!(null), "[]"),
        ("nonsense", json!(null), "[]"),
    ] {
        let (elsewhere, account) = (gitlab(move |_| json(200, body)), Account::new());
        let ended = create(&elsewhere, &account, "gitlab", "");
        assert!(warnings(&ended).contains(words), "{body}: {ended:?}");
        assert_eq!(tag(&account), end, "{body}");
        assert_eq!(elsewhere.proxy.hosts(), [GITLAB; 2]);
    }
}

/// Deploy tokens, a limit, a fault, a page in between: then nothing is known, and that is all.
#[test]
fn a_failing_token_api_means_unknown() {
    let answers: [fn() -> Reply; 6] = [
        || json(401, r#"{"message":"401 Unauthorized"}"#),
        || json(403, r#"{"message":"API rate limit exceeded"}"#),
        || json(429, "{}"),
        || json(503, "{}"),
        || redirect("https://elsewhere.example/self"),
        || (200, Vec::new(), vec![b'x'; 3_000_000]),
    ];
    for answer in answers {
        let (elsewhere, account) = (gitlab(move |_| answer()), Account::new());
        let ended = create(&elsewhere, &account, "gitlab", "--verify always");
        assert_eq!(warnings(&ended), "[]");
        assert_eq!(ended.json()["verification"]["verdict"], "accepted");
        assert_eq!(tag(&account), json!(null));
        assert!(elsewhere.proxy.hosts().iter().all(|host| host == GITLAB));
    }
    for status in [401, 403, 429, 500, 302] {
        let headers = &[
            (EXPIRATION, "2999-01-31 00:00:00 UTC"),
            ("Location", "https://x.example/"),
        ];
        let (elsewhere, account) = (github(status, headers), Account::new());
        let ended = create(&elsewhere, &account, "ghcr", "");
        assert_eq!(warnings(&ended), "[]");
        assert_eq!(tag(&account), json!(null));
    }
}

/// Takes as long as a login may take at most.
pub fn an_api_that_stalls_is_waited_for_only_so_long() {
    let (elsewhere, account) = (gitlab(|_| silence()), Account::new());
    let ended = create(&elsewhere, &account, "gitlab", "");
    assert_eq!(ended.json()["verification"]["verdict"], "accepted");
    assert_eq!(tag(&account), json!(null));
}

#[test]
fn a_response_that_repeats_the_token_is_not_shown() {
    let elsewhere = Elsewhere::answering(&GITHUB, |heard| {
        let (status, mut headers, body) = accepted();
        if heard.host == "api.github.com" {
            headers.push((SCOPES, format!("gist, {TOKEN}")));
            headers.push((EXPIRATION, TOKEN.to_owned()));
        }
        (status, headers, body)
    });
    let account = Account::new();
    let ended = create(&elsewhere, &account, "ghcr", "-v");
    assert!(warnings(&ended).contains("lacks the scope"), "{ended:?}");
    assert!(!account.only("CreateSecret")["Tags"]
        .to_string()
        .contains(TOKEN));
}

#[test]
fn the_registrys_date_beats_one_that_was_given() {
    const TOLD: [(&str, &str); 2] = [(EXPIRATION, "2999-01-31 00:00:00 UTC"), (SCOPES, "repo")];
    for (more, is_other) in [
        (&["--expires-on", "2999-02-01"][..], true),
        (&["--tag", "ecr-ptc:expires-on=2998-01-31"], true),
        (&["--expires-on", "2999-01-31"], false),
    ] {
        let (elsewhere, account) = (github(200, &TOLD), Account::new());
        let ended = create(&elsewhere, &account, "ghcr", more);
        let told = "GitHub Container Registry reports the expiry date 2999-01-31, so";
        assert_eq!(warnings(&ended).contains(told), is_other, "{ended:?}");
        assert_eq!(tag(&account), json!("2999-01-31"));
    }
    // Where nobody is asked, what was given is kept.
    let (elsewhere, account) = (github(200, &TOLD), Account::new());
    let more = ["--verify", "never", "--expires-on", "2999-02-01"];
    create(&elsewhere, &account, "ghcr", &more).ok();
    assert!(elsewhere.is_untouched());
    assert_eq!(tag(&account), json!("2999-02-01"));
}

#[test]
fn a_token_of_another_hosts_registry_is_asked_of_nobody() {
    let host = "ghcr.io.example";
    let elsewhere = Elsewhere::at(&[host]);
    let account = Account::new();
    let more = ["--upstream-registry-url", host, "--yes"];
    create(&elsewhere, &account, "ghcr", &more).ok();
    assert!(elsewhere.proxy.hosts().iter().all(|asked| asked == host));
}

#[test]
fn an_update_keeps_the_date_too() {
    let elsewhere = github(
        200,
        &[(EXPIRATION, "2999-01-31 00:00:00 UTC"), (SCOPES, "repo")],
    );
    let account = Account::new();
    account.made("ecr-pullthroughcache/ghcr");
    let words = ["update", "ghcr", "--access-token-stdin", "-o", "json"];
    let program = Program::new(&words).with(&account).stdin("another-token");
    let report = elsewhere.reached_by(program).run().json();
    assert_eq!(report["expiresOn"], "2999-01-31");
}

#[test]
fn a_check_compares_the_tag_with_the_truth_and_sets_it() {
    let elsewhere = github(
        200,
        &[(EXPIRATION, "2999-01-31 00:00:00 UTC"), (SCOPES, "gist")],
    );
    let account = Account::new();
    let value = json!({"username": "me", "accessToken": TOKEN}).to_string();
    let arn = account.made_with("ecr-pullthroughcache/ghcr", &value);
    let check = |more: &[&str]| {
        let words = [&["check", "ghcr", "--verify", "always", "-o", "json"], more].concat();
        elsewhere
            .reached_by(Program::new(&words).with(&account))
            .run()
    };
    let codes = |ended: &Ended| {
        let findings = ended.json()["findings"].as_array().cloned().unwrap();
        let code = |finding: &Value| finding["code"].as_str().unwrap().to_owned();
        findings.iter().map(code).collect::<Vec<_>>()
    };
    let ended = check(&[]);
    assert_eq!(
        codes(&ended),
        ["expiry-differs", "token-doubtful", "unused"]
    );
    let finding = ended.json()["findings"][0].clone();
    assert_eq!(
        finding["message"],
        "the token expires on 2999-01-31, but the tag ecr-ptc:expires-on is missing"
    );
    let fix = finding["fix"].as_str().unwrap();
    assert!(
        fix.contains("ecr-ptc check ecr-pullthroughcache/ghcr --fix --verify always"),
        "{fix}"
    );
    // With --verify never, no request is sent.
    let before = elsewhere.registry.heard().len();
    let plain = ["check", "ghcr", "--fix", "--yes"];
    let ended = elsewhere
        .reached_by(Program::new(&plain).with(&account))
        .run();
    assert!(ended.stderr.contains("nothing was written"), "{ended:?}");
    assert_eq!(elsewhere.registry.heard().len(), before);
    let tags = json!([{"Key": "ecr-ptc:expires-on", "Value": "2998-01-31"}]);
    account.ask("TagResource", &json!({"SecretId": arn, "Tags": tags}));
    account.take_actions();
    let ended = check(&["--fix", "--yes"]);
    assert_eq!(codes(&ended), ["token-doubtful", "unused"]);
    assert_eq!(
        ended.json()["fixed"],
        json!(["set the tag ecr-ptc:expires-on to 2999-01-31"])
    );
    assert!(account.actions().contains(&"TagResource".to_owned()));
    assert!(!account.actions().contains(&"PutSecretValue".to_owned()));
    // Before the fix, and after it.
    let asked = elsewhere.registry.heard().into_iter().skip(before);
    assert_eq!(
        asked.filter(|heard| heard.host == "api.github.com").count(),
        2
    );
    assert_eq!(codes(&check(&[])), ["token-doubtful", "unused"]);
}

#[test]
fn where_docker_hub_and_azure_show_the_date_is_said() {
    for (kind, host, place) in [
        (
            "docker-hub",
            "auth.docker.io",
            "https://app.docker.com/settings/",
        ),
        ("acr", "contoso.azurecr.io", "az acr token show"),
    ] {
        let elsewhere = Elsewhere::answering(&[host], |_| accepted());
        let at = match kind {
            "acr" => &["--upstream-registry-url", host][..],
            _ => &[],
        };
        let ended = create(&elsewhere, &Account::new(), kind, at);
        assert!(ended.stderr.contains(place), "{ended:?}");
        let dated = [at, &["--expires-on", "2999-01-31"]].concat();
        let ended = create(&elsewhere, &Account::new(), kind, &dated);
        assert!(!ended.stderr.contains(place), "{ended:?}");
    }
}

/// A Chainguard pull token contains its expiry date.
#[test]
fn a_token_with_its_own_expiry_date_needs_no_request() {
    let claims = base64_of(r#"{"exp":32474736000}"#).replace('=', "");
    let token = format!("eyJhbGciOiJSUzI1NiJ9.{claims}.c2ln");
    for (kind, host) in [("cgr", "cgr.dev"), ("ghcr", "ghcr.io")] {
        let elsewhere = Elsewhere::answering(&[host], |_| accepted());
        let account = Account::new();
        let words = ["create", "--registry", kind, "-u", "me", "-o", "json"];
        let more = ["--access-token-stdin", "--expires-on", "2999-02-01"];
        let program = Program::new(&[&words[..], &more].concat()).with(&account);
        let ended = elsewhere.reached_by(program.stdin(&token)).run();
        let says = "the token itself reports the expiry date 2999-01-31, so 2999-02-01";
        assert!(warnings(&ended).contains(says), "{ended:?}");
        assert_eq!(tag(&account), json!("2999-01-31"));
        assert_eq!(elsewhere.proxy.hosts(), [host]);
    }
}
