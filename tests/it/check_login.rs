//! `check --verify always`: stored credentials, tried at their registry.

use serde_json::json;

use crate::support::registry::json as answer;
use crate::support::{told, Account, Program, Registry, TOKEN};

const NAME: &str = "ecr-pullthroughcache/docker-hub";

fn check(account: &Account, registry: &Registry, more: &[&str]) -> Program {
    let words = [
        "check",
        "--upstream-registry-url",
        &registry.url,
        "-o",
        "json",
    ];
    Program::new(&[&words[..], more].concat())
        .with(account)
        .without("ECR_PTC_VERIFY")
}

fn holding(account: &Account, name: &str, token: &str) {
    let value = json!({"username": "me", "accessToken": token});
    account.made_with(name, &value.to_string());
}

#[test]
fn what_the_registry_refuses_is_an_error() {
    let account = Account::new();
    let registry = Registry::strict();
    holding(&account, NAME, TOKEN);
    holding(
        &account,
        "ecr-pullthroughcache/team/dockerhub",
        "dckr_pat_expired",
    );
    for more in [&["--verify", "auto"][..], &["--verify", "never"], &[]] {
        let report = check(&account, &registry, more).run().json();
        assert_eq!(told(&report), json!([]));
    }
    assert_eq!(registry.logins(), 0, "nobody asked for it");
    let ended = check(&account, &registry, &["--verify", "always"]).run();
    assert_eq!(ended.status, 9, "{ended:?}");
    ended.hides("dckr_pat_expired");
    let report: serde_json::Value = serde_json::from_str(&ended.stdout).unwrap();
    let findings = told(&report).as_array().unwrap().clone();
    assert_eq!(findings.len(), 1, "{findings:?}");
    assert_eq!(
        (
            &findings[0]["level"],
            &findings[0]["code"],
            &findings[0]["secret"]
        ),
        (
            &json!("error"),
            &json!("login-refused"),
            &json!("ecr-pullthroughcache/team/dockerhub")
        )
    );
    let message = findings[0]["message"].as_str().unwrap();
    assert!(
        message.contains("Docker Hub refuses the credentials of me"),
        "{message}"
    );
    let fix = findings[0]["fix"].as_str().unwrap();
    assert!(
        fix.contains("ecr-ptc update ecr-pullthroughcache/team/dockerhub"),
        "{fix}"
    );
    assert_eq!(registry.logins(), 2, "once with each");
    let words = ["update", "team/dockerhub", "--access-token-stdin"];
    Program::new(&words).with(&account).stdin(TOKEN).run().ok();
    let one = check(
        &account,
        &registry,
        &["team/dockerhub", "--verify", "always"],
    )
    .run();
    assert_eq!(told(&one.json()), json!([]));
}

#[test]
fn a_registry_that_cannot_be_asked_is_a_warning() {
    let account = Account::new();
    let registry = Registry::new(|_| answer(503, "{}"));
    holding(&account, NAME, TOKEN);
    holding(&account, "ecr-pullthroughcache/team-one", TOKEN);
    let report = check(&account, &registry, &["--verify", "always"])
        .run()
        .json();
    let findings = told(&report).as_array().unwrap().clone();
    let seen: Vec<_> = findings
        .iter()
        .map(|finding| {
            (
                finding["level"].as_str().unwrap(),
                finding["code"].as_str().unwrap(),
            )
        })
        .collect();
    assert_eq!(seen, [("warning", "login-not-tried"); 2]);
    let messages = told(&report).to_string();
    assert!(
        messages.contains("does not tell the registry") && messages.contains("503"),
        "{messages}"
    );
    // What is no login at all is another finding, and is not tried.
    let account = Account::new();
    account.made_with(NAME, "plain");
    let registry = Registry::strict();
    let ended = check(&account, &registry, &["--verify", "always"]).run();
    assert!(ended.stdout.contains("not-json") && !ended.stdout.contains("login-"));
    assert_eq!(registry.logins(), 0);
}

#[test]
fn azure_needs_its_host() {
    let account = Account::new();
    holding(&account, "ecr-pullthroughcache/azure", TOKEN);
    let words = ["check", "azure", "--verify", "always", "-o", "json"];
    let report = Program::new(&words).with(&account).run().json();
    let finding = &told(&report)[0];
    assert_eq!(finding["code"], "login-not-tried");
    let fix = finding["fix"].as_str().unwrap();
    assert!(
        fix.ends_with("--upstream-registry-url NAME.azurecr.io"),
        "{fix}"
    );
}
