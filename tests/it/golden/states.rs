//! A secret or rule exists, is missing or scheduled for deletion: status 3. A rejected login: 6.

use serde_json::json;

use super::reads::denied;
use super::scene::{play, scene, Scene};
use super::writes::{create, update, with_replicas, with_rule, words, NAME};
use crate::support::{Account, Elsewhere, Program, Registry};

pub const SCENES: &[Scene] = &[
    scene("status-3/create-exists", |account| {
        account.made(NAME);
        create(account, "")
    })
    .and_json(),
    scene("status-3/create-exists-and-not-seen", |account| {
        account.made(NAME);
        denied(account, "DescribeSecret");
        create(account, "")
    }),
    scene("status-3/create-to-be-deleted", |account| {
        to_be_deleted(account);
        create(account, "")
    }),
    scene("status-3/create-rule-of-another-registry", |account| {
        rule_of_quay(account);
        create(account, "--rule docker-hub")
    }),
    scene("status-3/update-none", |account| update(account, "")),
    scene("status-3/update-to-be-deleted", |account| {
        to_be_deleted(account);
        update(account, "")
    }),
    scene("status-3/rollback-none-before", |account| {
        account.made(NAME);
        words(account, "update docker-hub --rollback --yes")
    }),
    scene("status-3/show-none", |account| {
        words(account, "show docker-hub")
    }),
    scene("status-3/show-none-by-profile", |account| {
        by_profile(words(account, "show docker-hub"))
    }),
    scene("status-3/check-none", |account| {
        words(account, "check docker-hub")
    }),
    scene("status-3/fix-to-be-deleted", |account| {
        to_be_deleted(account);
        words(account, "check docker-hub --fix --yes")
    }),
    scene("status-3/delete-none", |account| {
        words(account, "delete docker-hub --yes")
    }),
    scene("status-3/delete-again", |account| {
        to_be_deleted(account);
        words(account, "delete docker-hub --yes")
    }),
    scene("status-3/delete-a-replica", |account| {
        with_replicas(account);
        let there = ["--region", "eu-west-1"];
        words(account, "delete docker-hub --yes").and(&there)
    }),
    scene("status-3/restore-none", |account| {
        words(account, "restore docker-hub")
    }),
    scene("status-3/rule-set-no-secret", |account| {
        words(account, &["rule", "set", "docker-hub", "--secret", NAME])
    }),
    scene("status-3/rule-set-to-be-deleted", |account| {
        to_be_deleted(account);
        words(account, &["rule", "set", "docker-hub", "--secret", NAME])
    }),
    scene("status-3/rule-set-of-another-registry", |account| {
        account.made(NAME);
        rule_of_quay(account);
        words(account, &["rule", "set", "docker-hub", "--secret", NAME])
    }),
    scene("status-3/rule-delete-none", |account| {
        with_rule(account);
        words(account, "rule delete hub --yes")
    }),
    scene("status-6/create", |account| {
        let registry = Registry::strict();
        create(account, &["--upstream-registry-url", &registry.url])
            .without("ECR_PTC_VERIFY")
            .stdin("another-token")
            .beside(registry)
    })
    .and_json(),
    scene("status-6/update", |account| {
        account.made(NAME);
        let registry = Registry::strict();
        update(account, &["--upstream-registry-url", &registry.url])
            .without("ECR_PTC_VERIFY")
            .beside(registry)
    }),
    scene("create/registry-not-reached", |account| {
        // The certificate is for another host.
        let elsewhere = Elsewhere::at(&["ghcr.io"]);
        elsewhere.reached_by(create(account, "")).beside(elsewhere)
    }),
];

#[test]
fn states_that_prevent_a_command() {
    play(SCENES);
}

/// With a profile and a Region on the command line, where printed commands have to lead to as well.
pub fn by_profile(program: Program) -> Program {
    let keys = "aws_access_key_id = x\naws_secret_access_key = x\n";
    program.file("config", format!("[profile prod]\n{keys}"));
    program.and("--profile prod --region eu-west-1")
}

fn to_be_deleted(account: &Account) {
    account.made(NAME);
    account.ask("DeleteSecret", &json!({"SecretId": NAME}));
}

fn rule_of_quay(account: &Account) {
    let rule = json!({"ecrRepositoryPrefix": "docker-hub", "upstreamRegistryUrl": "quay.io"});
    account.ask_ecr("CreatePullThroughCacheRule", &rule);
}
