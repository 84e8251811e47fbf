//! Every command that writes, when it succeeds.

use serde_json::json;

use super::placeholders::{date, today};
use super::scene::{play, scene, Scene};
use crate::support::{policy_file, Account, Elsewhere, Program, Words, TOKEN};

pub const NAME: &str = "ecr-pullthroughcache/docker-hub";

pub const SCENES: &[Scene] = &[
    scene("create/new", |account| create(account, "")).and_json(),
    scene("create/verified", |account| {
        let elsewhere = Elsewhere::at(&["auth.docker.io"]);
        elsewhere.reached_by(create(account, "")).beside(elsewhere)
    }),
    scene("create/everything", everything).and_json(),
    scene("create/in-eu-west-1", |account| {
        create(account, "--region eu-west-1")
    }),
    scene("create/rule", |account| {
        create(account, "--rule docker-hub")
    })
    .and_json(),
    scene("create/rule-as-terraform", |account| {
        create(account, "--rule docker-hub --print terraform")
    })
    .and_json(),
    scene("create/skipped", |account| {
        account.made(NAME);
        create(account, "--if-exists skip")
    })
    .and_json(),
    scene("create/updated", |account| {
        account.made(NAME);
        create(account, "--if-exists update").stdin("another-token")
    })
    .and_json(),
    scene("create/unchanged", |account| {
        account.made(NAME);
        create(account, "--if-exists update")
    })
    .and_json(),
    scene("create/only-tagged", |account| {
        account.made(NAME);
        create(account, "--if-exists update --tag team=build")
    }),
    scene("create/dry-run", |account| create(account, "--dry-run")).and_json(),
    scene("create/dry-run-with-everything", |account| {
        everything(account).and("--dry-run")
    }),
    scene("create/dry-run-with-a-rule", |account| {
        create(account, "--rule docker-hub --dry-run")
    }),
    scene("update/new-version", |account| {
        account.made(NAME);
        update(account, "")
    })
    .and_json(),
    scene("update/unchanged", |account| {
        account.made(NAME);
        update(account, "").stdin(TOKEN)
    })
    .and_json(),
    scene("update/username-and-end", |account| {
        account.made(NAME);
        update(
            account,
            &["-u", "you", "--expires-on", &date(today() + 500)],
        )
    }),
    scene("update/rule", |account| {
        account.made(NAME);
        update(account, "--rule docker-hub")
    }),
    scene("update/rollback", |account| {
        account.made(NAME);
        update(account, "").run().ok();
        words(account, "update docker-hub --rollback --yes")
    })
    .and_json(),
    scene("check/fix", |account| {
        let value = json!({"user": "me", "access_token": format!("{TOKEN}\n"), "url": 1});
        account.made_with(NAME, &value.to_string());
        words(account, "check docker-hub --fix --yes")
    })
    .and_json(),
    scene("check/fix-nothing", |account| {
        account.made(NAME);
        words(account, "check docker-hub --fix --yes")
    })
    .and_json(),
    scene("check/fix-guessing", |account| {
        account.made_with(NAME, "plain");
        words(account, "check docker-hub --fix --yes")
    }),
    scene("delete/scheduled", |account| {
        account.made(NAME);
        words(account, "delete docker-hub --yes")
    })
    .and_json(),
    scene("delete/scheduled-in-use", |account| {
        with_rule(account);
        words(account, "delete docker-hub --yes")
    }),
    scene("delete/at-once", |account| {
        account.made(NAME);
        let at_once = "--force-without-recovery";
        words(account, &["delete", "docker-hub", "--yes", at_once])
    })
    .and_json(),
    scene("delete/with-replicas", |account| {
        with_replicas(account);
        let replicas = "--remove-replicas";
        words(account, &["delete", "docker-hub", "--yes", replicas])
    })
    .and_json(),
    scene("restore/restored", |account| {
        account.made(NAME);
        account.ask("DeleteSecret", &json!({"SecretId": NAME}));
        words(account, "restore docker-hub")
    })
    .and_json(),
    scene("restore/unchanged", |account| {
        account.made(NAME);
        words(account, "restore docker-hub")
    })
    .and_json(),
    scene("rule-set/made", |account| {
        account.made(NAME);
        words(account, &["rule", "set", "docker-hub", "--secret", NAME])
    })
    .and_json(),
    scene("rule-set/repointed", |account| {
        with_rule(account);
        account.made("ecr-pullthroughcache/other");
        let rule = ["rule", "set", "docker-hub", "--registry", "docker-hub"];
        words(account, &rule).and("--secret ecr-pullthroughcache/other --yes")
    })
    .and_json(),
    scene("rule-set/unchanged", |account| {
        with_rule(account);
        words(account, &["rule", "set", "docker-hub", "--secret", NAME])
    })
    .and_json(),
    scene("rule-set/as-terraform", |account| {
        let rule = ["rule", "set", "docker-hub", "--secret", NAME];
        words(account, &rule).and("--print terraform")
    })
    .and_json(),
    scene("rule-set/as-cloudformation", |account| {
        let rule = ["rule", "set", "docker-hub", "--secret", NAME];
        words(account, &rule).and("--print cloudformation")
    }),
    scene("rule-delete/deleted", |account| {
        with_rule(account);
        words(account, "rule delete docker-hub --yes")
    })
    .and_json(),
];

#[test]
fn commands_that_write() {
    play(SCENES);
}

/// These words, in this account.
pub fn words(account: &Account, words: &(impl Words + ?Sized)) -> Program {
    Program::new(words).with(account)
}

/// `create` for Docker Hub with a token piped in.
pub fn create(account: &Account, more: &(impl Words + ?Sized)) -> Program {
    let all = ["create", "--registry", "docker-hub", "--username", "me"];
    words(account, &all)
        .and("--access-token-stdin")
        .and(more)
        .stdin(TOKEN)
}

/// `update` with another token.
pub fn update(account: &Account, more: &(impl Words + ?Sized)) -> Program {
    let all = ["update", "docker-hub", "--access-token-stdin"];
    words(account, &all).and(more).stdin("another-token")
}

/// Makes a secret, and a rule that uses it.
pub fn with_rule(account: &Account) {
    let arn = account.made(NAME);
    let rule = json!({
        "ecrRepositoryPrefix": "docker-hub", "upstreamRegistry": "docker-hub",
        "upstreamRegistryUrl": "registry-1.docker.io", "credentialArn": arn,
    });
    account.ask_ecr("CreatePullThroughCacheRule", &rule);
}

/// Makes a secret that is replicated to two Regions.
pub fn with_replicas(account: &Account) {
    let arn = account.made(NAME);
    let regions = json!([{"Region": "eu-west-1"}, {"Region": "us-east-2"}]);
    account.ask(
        "ReplicateSecretToRegions",
        &json!({"SecretId": arn, "AddReplicaRegions": regions}),
    );
}

/// `create` with most of its options.
fn everything(account: &Account) -> Program {
    let lambda = "arn:aws:lambda:us-east-1:111122223333:function:rotate";
    let answer = json!({"ARN": "x", "Name": NAME}).to_string();
    let kind = "application/x-amz-json-1.1";
    // The local AWS would look for the function.
    account.answer("RotateSecret", 200, kind, &answer, None);
    let options = [
        "--description",
        "the pulls of CI",
        "--tag",
        "team=build",
        "--expires-on",
        &date(today() + 500),
        "--replica-region",
        "eu-west-1,us-east-2",
        "--rotation-lambda-arn",
        lambda,
        "--rotation-days",
        "30",
        "--resource-policy",
    ];
    let program = create(account, &options);
    let policy = policy_file(&program);
    program.and(&[policy.to_str().unwrap()])
}
