//! Input that is missing, malformed or conflicting: status 2.

use super::scene::{play, scene, Scene};
use super::writes::{create, with_replicas, with_rule, words, NAME};
use crate::support::{Account, Program};

const LAMBDA: &str = "arn:aws:lambda:us-east-1:111122223333:function:rotate";

pub const SCENES: &[Scene] = &[
    scene("status-2/no-subcommand", |account| words(account, "")),
    scene("status-2/no-subcommand-of-rule", |account| {
        words(account, "rule --region us-east-1")
    }),
    scene("status-2/registry-twice", |account| {
        words(account, "create ghcr --registry gitlab")
    }),
    scene("status-2/rule-code-of-two-names", |account| {
        let code = ["--secret", "ghcr", "--print", "terraform"];
        words(account, "rule set github").and(&code)
    }),
    scene("status-2/nothing-given", |account| words(account, "create")).and_json(),
    scene("status-2/something-given", |account| {
        let name = ["--name", "ecr-pullthroughcache/it's", "--tag", "a=b c"];
        words(account, "create --registry ghcr").and(&name)
    }),
    scene("status-2/many-things-wrong", |account| {
        let wrong = ["--name", "hub", "--tag", "a=1", "--tag", "a=2"];
        let more = ["--resource-policy", "/no/such"];
        create(account, &wrong).and(&more).stdin(" tok")
    }),
    scene("status-2/unknown-subcommand", |account| {
        words(account, "crate")
    }),
    scene("status-2/unknown-option", |account| {
        words(account, "create --regisry x")
    }),
    scene("status-2/option-of-a-subcommand", |account| {
        words(account, "--registry ghcr")
    }),
    scene("status-2/unknown-registry", |account| {
        words(account, "create --registry gcr")
    }),
    scene("status-2/registry-without-a-login", |account| {
        words(account, "create --registry quay")
    }),
    scene("status-2/registry-near-miss", |account| {
        words(account, "create --registry dokcer-hub")
    }),
    scene("status-2/registry-and-another-host", |account| {
        let azure = ["create", "--registry", "contoso.azurecr.io", "-u", "me"];
        let host = ["--upstream-registry-url", "fabrikam.azurecr.io"];
        words(account, &azure)
            .and(&host)
            .and("--access-token-stdin")
            .stdin("some-token")
    }),
    scene("status-2/value-missing", |account| {
        words(account, "show docker-hub --region")
    }),
    scene("status-2/option-twice", |account| {
        let twice = ["create", "--registry", "ghcr", "--registry", "acr"];
        words(account, &twice)
    }),
    scene("status-2/flag-with-a-value", |account| {
        words(account, "create --dry-run=yes")
    }),
    scene("status-2/name-missing", |account| words(account, "show")),
    scene("status-2/name-too-many", |account| {
        words(account, "show a b")
    }),
    scene("status-2/token-as-an-option", |account| {
        words(account, "create --access-token x")
    }),
    scene("status-2/password-as-an-option", |account| {
        words(account, "create --password=x")
    }),
    scene("status-2/kms-key", |account| {
        create(account, "--kms-key-id alias/mine")
    }),
    scene("status-2/two-sources", |account| {
        create(account, "--access-token-env TOKEN")
    }),
    scene("status-2/token-empty", |account| {
        create(account, "").stdin("")
    }),
    scene("status-2/token-with-a-line-break", |account| {
        create(account, "").stdin("one\ntwo")
    }),
    scene("status-2/token-in-utf-16", |account| {
        create(account, "").stdin(b"\xff\xfet\0o\0k\0")
    }),
    scene("status-2/token-not-utf-8", |account| {
        create(account, "").stdin(b"to\xffk")
    }),
    scene("status-2/token-with-a-control-character", |account| {
        create(account, "").stdin(b"to\x1bk")
    }),
    scene("status-2/token-too-long", |account| {
        create(account, "").stdin("x".repeat(65_536))
    }),
    scene("status-2/token-file-missing", |account| {
        let file = ["--access-token-file", "/no/such"];
        hub(account).and(&file)
    }),
    scene("status-2/token-variable-missing", |account| {
        hub(account).and("--access-token-env HUB_TOKEN")
    }),
    scene("status-2/token-in-a-tag", |account| {
        create(account, "--tag team=some-token").stdin("some-token")
    }),
    scene("status-2/token-as-the-username", |account| {
        let user = "dckr_pat_0123456789abcdefghijklmnopq";
        let source = ["--username", user, "--access-token-stdin"];
        words(account, "create --registry docker-hub")
            .and(&source)
            .stdin("some-token")
    }),
    scene("status-2/name-without-prefix", |account| {
        create(account, "--name docker-hub")
    }),
    scene("status-2/tags", |account| {
        let tags = ["--tag", "a", "--tag", "=v", "--tag", "aws:x=1"];
        create(account, &tags)
    }),
    scene("status-2/policy-not-json", |account| {
        let program = create(account, "--resource-policy");
        let path = program.file("policy.json", "{");
        program.and(&[path.to_str().unwrap()])
    }),
    scene("status-2/policy-missing", |account| {
        create(account, "--resource-policy /no/such")
    }),
    scene("status-2/rotation-without-a-function", |account| {
        create(account, "--rotation-days 30")
    }),
    scene("status-2/rotation-twice", |account| {
        let twice = ["--rotation-days", "1", "--rotation-schedule", "rate(1 day)"];
        create(account, &["--rotation-lambda-arn", LAMBDA]).and(&twice)
    }),
    scene("status-2/replica-at-home", |account| {
        create(account, "--replica-region us-east-1")
    }),
    scene("status-2/region-by-its-city", |account| {
        create(account, "--region Frankfurt")
    }),
    scene("status-2/endpoint-malformed", |account| {
        create(account, "--endpoint-url localhost:5000")
    }),
    scene("status-2/azure-without-a-host", |account| {
        let azure = ["create", "--registry", "acr", "-u", "me", "--rule", "az"];
        words(account, &azure)
            .and("--access-token-stdin")
            .stdin("some-token")
    }),
    scene("status-2/host-of-others", |account| {
        let host = ["--upstream-registry-url", "example.com"];
        create(account, &host).env("ECR_PTC_VERIFY", "auto")
    }),
    scene("status-2/rule-prefix", |account| {
        create(account, "--rule a..b")
    }),
    scene("status-2/rule-with-a-name-that-ecr-refuses", |account| {
        let name = ["--name", "ecr-pullthroughcache/é"];
        create(account, "--rule hub").and(&name)
    }),
    scene("status-2/rule-of-which-registry", |account| {
        account.made("ecr-pullthroughcache/build");
        let rule = ["rule", "set", "hub"];
        words(account, &rule).and("--secret ecr-pullthroughcache/build")
    }),
    scene("status-2/update-without-a-name", |account| {
        words(account, "update")
    }),
    scene("status-2/update-without-a-token", |account| {
        words(account, "update docker-hub")
    }),
    scene("status-2/update-and-rollback", |account| {
        let both = ["update", "docker-hub", "--rollback", "--access-token-stdin"];
        words(account, &both)
    }),
    scene("status-2/window-out-of-bounds", |account| {
        let window = ["--yes", "--recovery-window-days", "6"];
        words(account, "delete docker-hub").and(&window)
    }),
    scene("status-2/window-and-at-once", |account| {
        let window = ["--recovery-window-days", "7", "--force-without-recovery"];
        words(account, "delete docker-hub --yes").and(&window)
    }),
    scene("status-2/delete-with-replicas", |account| {
        with_replicas(account);
        words(account, "delete docker-hub --yes")
    }),
    scene("status-2/delete-without-a-yes", |account| {
        account.made(NAME);
        words(account, "delete docker-hub")
    }),
    scene("status-2/rollback-without-a-yes", |account| {
        account.made(NAME);
        words(account, "update docker-hub --rollback")
    }),
    scene("status-2/fix-without-a-yes", |account| {
        account.made(NAME);
        words(account, "check docker-hub --fix")
    }),
    scene("status-2/rule-delete-without-a-yes", |account| {
        with_rule(account);
        words(account, "rule delete docker-hub")
    }),
];

#[test]
fn wrong_usage() {
    play(SCENES);
}

/// `create` for Docker Hub, without a source of the token.
fn hub(account: &Account) -> Program {
    words(account, "create --registry docker-hub -u me")
}
