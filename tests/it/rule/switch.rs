//! Switching a rule to another secret needs confirmation.

use serde_json::{json, Value};

#[cfg(unix)]
use crate::support::Screen;
use crate::support::{Account, Ended, Program};

const OLD: &str = "ecr-pullthroughcache/team";
const NEW: &str = "ecr-pullthroughcache/docker-hub";
const SET: [&str; 5] = ["rule", "set", "docker-hub", "--registry", "docker-hub"];

/// An account with a rule that uses the old secret, whose ARN is the other value.
fn account() -> (Account, String) {
    let account = Account::new();
    let arn = account.made(OLD);
    let rule = json!({"ecrRepositoryPrefix": "docker-hub", "credentialArn": arn,
        "upstreamRegistry": "docker-hub", "upstreamRegistryUrl": "registry-1.docker.io"});
    account.ask_ecr("CreatePullThroughCacheRule", &rule);
    account.take_actions();
    (account, arn)
}

fn credential(account: &Account) -> Value {
    account.rules()[0]["credentialArn"].clone()
}

/// The last command that switches the rule to the old secret, carried out.
fn switch_back(account: &Account, ended: &Ended) {
    let start = format!("ecr-ptc rule set docker-hub --secret {OLD}");
    let at = ended.stderr.rfind(&start).unwrap();
    let command = ended.stderr[at..].lines().next().unwrap();
    let words: Vec<&str> = command.split(' ').skip(1).collect();
    account.run(&words).ok();
}

fn is_write(action: &str) -> bool {
    !["Describe", "Get", "List"]
        .iter()
        .any(|verb| action.starts_with(verb))
}

/// By each command that switches a rule, with credentials for those that store some.
fn commands(account: &Account) -> Vec<Program> {
    let create =
        |more: &[&str]| Program::create(account, &[&["--rule", "docker-hub"], more].concat());
    let update = [
        "update",
        NEW,
        "--access-token-stdin",
        "--verify",
        "never",
        "--rule",
        "docker-hub",
    ];
    vec![
        Program::new(&SET).with(account),
        create(&["--if-exists", "update"]),
        create(&["--if-exists", "skip"]),
        Program::new(&update).with(account).stdin("new-token"),
    ]
}

#[test]
fn without_a_terminal_a_switch_needs_a_yes_before_anything_is_written() {
    let (account, old) = account();
    let new = account.made(NEW);
    for command in commands(&account) {
        account.take_actions();
        let ended = command.run();
        let what = format!("switching rule docker-hub from {OLD} to {NEW}");
        ended.fails(2, &[&what, "add --yes"]);
        assert!(!account.take_actions().iter().any(|action| is_write(action)));
        assert_eq!(credential(&account), json!(old));
    }
    for command in commands(&account) {
        let ended = command.and("--yes").run();
        ended.ok();
        let overwrites = format!("the secret of rule docker-hub (now {OLD})");
        assert!(ended.stderr.contains(&overwrites), "{ended:?}");
        assert_eq!(credential(&account), json!(new));
        switch_back(&account, &ended);
        assert_eq!(credential(&account), json!(old));
    }
}

#[test]
fn a_credential_command_does_not_run_for_a_switch_that_is_refused() {
    let (account, _) = account();
    account.made(NEW);
    let command = [
        "--credential-command",
        "/no/such/command",
        "--rule",
        "docker-hub",
    ];
    let create = [
        "create",
        "--registry",
        "docker-hub",
        "--if-exists",
        "update",
    ];
    for words in [&create[..], &["update", NEW]] {
        let ended = Program::new(&[words, &command].concat())
            .with(&account)
            .run();
        ended.fails(2, &["switching rule docker-hub from", "add --yes"]);
    }
}

#[test]
fn a_rule_whose_secret_was_recreated_needs_no_yes() {
    let (account, old) = account();
    let gone = json!({"SecretId": old, "ForceDeleteWithoutRecovery": true});
    account.ask("DeleteSecret", &gone);
    let new = account.made(OLD);
    let ended = account.run(&[&SET[..], &["--secret", OLD]].concat());
    ended.ok();
    ended.never(&["switch back"]);
    assert_eq!(credential(&account), json!(new));
    let other = [
        "rule",
        "set",
        "hub",
        "--registry",
        "docker-hub",
        "--secret",
        OLD,
    ];
    account.run(&other).ok();
}

#[test]
fn a_switch_to_a_secret_that_ecr_cannot_use_says_how_to_switch_back() {
    let (account, _) = account();
    account.made_with(NEW, "{}");
    let ended = account.run(&[&SET[..], &["--yes"]].concat());
    ended.fails(
        8,
        &[
            "invalid",
            "or switch back: ecr-ptc rule set docker-hub --secret",
        ],
    );
    switch_back(&account, &ended);
}

#[test]
fn the_next_step_proposes_no_prefix_that_serves_another_secret() {
    let (account, old) = account();
    let ended = Program::create(&account, &[]).run();
    let new = ended.ok();
    let (_, next) = ended
        .stderr
        .split_once("ecr-ptc rule set docker-hub-2")
        .unwrap();
    assert!(
        ended.stderr.contains("/docker-hub-2/library/alpine:latest"),
        "{ended:?}"
    );
    let words = next.lines().next().unwrap().split_whitespace();
    let words: Vec<&str> = ["rule", "set", "docker-hub-2"]
        .into_iter()
        .chain(words)
        .collect();
    account.run(&words).ok();
    let rules = account.rules();
    let credential = |rule: &Value| rule["credentialArn"].as_str().unwrap().to_owned();
    let mut used: Vec<String> = rules.as_array().unwrap().iter().map(credential).collect();
    used.sort();
    let mut expected = [old, new.to_owned()];
    expected.sort();
    assert_eq!(used, expected);
}

#[cfg(unix)]
#[test]
fn at_a_terminal_a_switch_is_reviewed_and_asked_for() {
    let (account, old) = account();
    let new = account.made(NEW);
    let screen = Screen::new(&account);
    let line = format!("$PTC {}", SET.join(" "));
    for (answer, status, uses) in [("n", 130, &old), ("y", 0, &new)] {
        screen
            .enters(&line)
            .sees(&format!("the secret of rule docker-hub (now {OLD})"))
            .sees("switch back")
            .sees("Switch it?")
            .enters(answer)
            .status_is(status)
            .is_as_before();
        assert_eq!(credential(&account), json!(uses));
    }
}

#[cfg(unix)]
#[test]
fn at_a_terminal_a_free_prefix_is_proposed() {
    let (account, _) = account();
    Screen::new(&account)
        .enters("$PTC create --registry docker-hub -u me")
        .enters_a_token()
        .sees("docker-hub-2 (registry-1.docker.io), new")
        .sees("Store these")
        .enters("n")
        .status_is(130);
}
