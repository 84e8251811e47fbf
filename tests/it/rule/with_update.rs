//! `update --rule`: new credentials, and the rule that uses them.

use serde_json::json;

use crate::support::{Account, Program, Words, TOKEN};

const NAME: &str = "ecr-pullthroughcache/docker-hub";

fn update(account: &Account, words: &(impl Words + ?Sized)) -> Program {
    Program::new("update --access-token-stdin")
        .and(words)
        .with(account)
        .stdin("another-token")
}

fn writes(account: &Account) -> Vec<String> {
    let mut actions = account.take_actions();
    let looks = ["Describe", "Get", "List"];
    actions.retain(|action| !looks.iter().any(|look| action.starts_with(look)));
    actions
}

#[test]
fn the_version_is_stored_then_the_rule_is_created_and_validated() {
    let account = Account::new();
    let arn = account.made(NAME);
    let updated = update(&account, "docker-hub --rule hub").run();
    assert_eq!(updated.ok(), arn);
    let registry = format!("{}.dkr.ecr.us-east-1.amazonaws.com", account.id);
    let pull = format!("docker pull {registry}/hub/library/alpine:latest");
    assert_eq!(
        updated.stderr.trim_end().lines().last().map(str::trim),
        Some(&*pull)
    );
    assert_eq!(
        writes(&account),
        [
            "PutSecretValue",
            "CreatePullThroughCacheRule",
            "ValidatePullThroughCacheRule"
        ]
    );
    let again = update(&account, "docker-hub --rule hub -o json").run();
    let report = again.json();
    assert_eq!(
        (
            &report["action"],
            &report["rule"]["action"],
            &report["rule"]["isValid"]
        ),
        (&json!("unchanged"), &json!("unchanged"), &json!(true))
    );
    assert_eq!(
        report["steps"],
        json!([{"step": "validate-pull-through-cache-rule", "status": "done"}])
    );
    assert_eq!(writes(&account), ["ValidatePullThroughCacheRule"]);
}

#[test]
fn a_rule_of_a_secret_that_was_recreated_is_switched() {
    let account = Account::new();
    let old = account.made(NAME);
    account.ask_ecr(
        "CreatePullThroughCacheRule",
        &json!({"ecrRepositoryPrefix": "hub", "upstreamRegistryUrl": "registry-1.docker.io", "credentialArn": old}),
    );
    account.ask(
        "DeleteSecret",
        &json!({"SecretId": old, "ForceDeleteWithoutRecovery": true}),
    );
    let new = account.made(NAME);
    let report = update(&account, "docker-hub --rule hub -o json")
        .run()
        .json();
    assert_eq!(report["rule"]["action"], "updated");
    assert_eq!(account.rules()[0]["credentialArn"], json!(new));
}

#[test]
fn what_stands_against_the_rule_is_reported_before_anything_is_written() {
    let account = Account::new();
    account.made(NAME);
    account.made("ecr-pullthroughcache/build");
    account.ask_ecr(
        "CreatePullThroughCacheRule",
        &json!({"ecrRepositoryPrefix": "public", "upstreamRegistryUrl": "quay.io"}),
    );
    for (words, status, parts) in [
        (&["docker-hub", "--rule", "a..b"][..], 2, &["--rule"][..]),
        (
            &["docker-hub", "--rule", "public"],
            3,
            &["already exists for quay.io", "ecr-ptc rule delete public"],
        ),
        (
            &["build", "--rule", "build"],
            2,
            &["is unknown", "--registry KIND"],
        ),
        (
            &["build", "--registry", "acr", "--rule", "az"],
            2,
            &["add --upstream-registry-url NAME.azurecr.io"],
        ),
    ] {
        update(&account, words).run().fails(status, parts);
        assert_eq!(writes(&account), [""; 0], "{words:?}");
    }
    let words = ["update", "docker-hub", "--rollback", "--rule", "hub"];
    account
        .run(&words)
        .fails(2, &["'--rollback' cannot be used with '--rule <PREFIX>'"]);
}

#[test]
fn the_rule_that_exists_reports_the_registry_and_its_host() {
    let account = Account::new();
    let arn = account.made("ecr-pullthroughcache/build");
    account.ask_ecr(
        "CreatePullThroughCacheRule",
        &json!({"ecrRepositoryPrefix": "az", "upstreamRegistryUrl": "me.azurecr.io",
                "upstreamRegistry": "azure-container-registry", "credentialArn": arn}),
    );
    let report = update(&account, "build --rule az -o json").run().json();
    assert_eq!(
        (&report["registry"], &report["rule"]["upstreamRegistryUrl"]),
        (&json!("azure-container-registry"), &json!("me.azurecr.io"))
    );
}

#[test]
fn a_rule_that_fails_leaves_the_credentials_and_says_how_to_finish() {
    let account = Account::new();
    let arn = account.made(NAME);
    account.refuse(
        "CreatePullThroughCacheRule",
        400,
        "LimitExceededException",
        "50 rules",
    );
    // The SDK retries this error.
    let failed = update(&account, "docker-hub --rule hub")
        .env("AWS_MAX_ATTEMPTS", "1")
        .run();
    failed.fails(
        8,
        &[
            "ecr-pullthroughcache/docker-hub is stored, but could not create rule hub",
            &arn,
            "step: put-secret-value done",
            "step: create-pull-through-cache-rule failed",
            "step: validate-pull-through-cache-rule not tried",
        ],
    );
    failed.hides("another-token").hides(TOKEN);
    account.heal();
    let (_, command) = failed.stderr.trim_end().rsplit_once("ecr-ptc ").unwrap();
    Program::new(&command.split(' ').collect::<Vec<_>>())
        .with(&account)
        .run()
        .ok();
    assert_eq!(account.rules()[0]["credentialArn"], json!(arn));
}
