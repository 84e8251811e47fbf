//! What `check` finds.

use serde_json::json;

use super::placeholders::{date, today};
use super::reads::denied;
use super::scene::{play, scene, Scene};
use super::writes::{with_rule, words, NAME};
use crate::support::registry::{json as answer, manifest_list, Heard, Reply};
use crate::support::{Account, Elsewhere, Program, Registry, TOKEN};

pub const SCENES: &[Scene] = &[
    scene("check/none", |account| words(account, "check")),
    scene("check/nothing-wrong", |account| {
        with_rule(account);
        account.with_lifecycle_policy();
        words(account, "check")
    })
    .and_json(),
    scene("check/unused", |account| {
        account.made(NAME);
        words(account, "check docker-hub")
    })
    .and_json(),
    scene("check/values", |account| {
        for (name, value) in [
            ("no-json", "plain".to_owned()),
            ("no-object", "[]".to_owned()),
            (
                "wrong-keys",
                json!({"user": "me", "password": TOKEN}).to_string(),
            ),
            (
                "empty",
                json!({"username": "", "accessToken": ""}).to_string(),
            ),
            (
                "spaces",
                json!({"username": " me", "accessToken": format!("{TOKEN}\n")}).to_string(),
            ),
            (
                "other-keys",
                json!({"username": "me", "accessToken": TOKEN, "url": "x"}).to_string(),
            ),
            (
                "swapped",
                json!({"username": TOKEN, "accessToken": "me"}).to_string(),
            ),
            (
                "ghcr",
                json!({"username": "me", "accessToken": "github_pat_0123456789"}).to_string(),
            ),
        ] {
            account.made_with(&format!("ecr-pullthroughcache/{name}"), &value);
        }
        words(account, "check")
    })
    .and_json(),
    scene("check/ends", |account| {
        for (name, end) in [
            ("ended", date(today() - 10)),
            ("ends-soon", date(today() + 10)),
            ("ends-later", date(today() + 500)),
            ("ends-never", "soon".to_owned()),
        ] {
            let arn = account.made(&format!("ecr-pullthroughcache/{name}"));
            let tags = json!([{"Key": "ecr-ptc:expires-on", "Value": end}]);
            account.ask("TagResource", &json!({"SecretId": arn, "Tags": tags}));
        }
        words(account, "check")
    }),
    scene("check/names-and-keys", |account| {
        account.made_with_key("ecr-pullthroughcache/key");
        account.made("ecr-pullthroughcache/hub-public");
        account.made("ecr-pullthroughcache/two words");
        words(account, "check")
    }),
    scene("check/rules", |account| {
        let url = "registry-1.docker.io";
        let rule = |prefix: &str, arn: &str| {
            account.ask_ecr(
                "CreatePullThroughCacheRule",
                &json!({"ecrRepositoryPrefix": prefix, "upstreamRegistry": "docker-hub",
                        "upstreamRegistryUrl": url, "credentialArn": arn}),
            );
        };
        let at_once = "ForceDeleteWithoutRecovery";
        let again = account.made("ecr-pullthroughcache/again");
        rule("again", &again);
        account.ask("DeleteSecret", &json!({"SecretId": again, at_once: true}));
        account.made("ecr-pullthroughcache/again");
        let gone = account.made("ecr-pullthroughcache/gone");
        rule("gone", &gone);
        account.ask("DeleteSecret", &json!({"SecretId": gone, at_once: true}));
        let pending = account.made("ecr-pullthroughcache/pending");
        rule("pending", &pending);
        account.ask("DeleteSecret", &json!({"SecretId": pending}));
        rule(
            "wrong",
            &account.made_with("ecr-pullthroughcache/wrong", "plain"),
        );
        words(account, "check")
    })
    .and_json(),
    scene("check/without-the-right-to-see-all", |account| {
        with_rule(account);
        for action in ["GetSecretValue", "DescribePullThroughCacheRules"] {
            denied(account, action);
        }
        words(account, "check docker-hub")
    }),
    scene("check/pull", |account| {
        with_rule(account);
        account.with_lifecycle_policy();
        pull(account, |_| manifest_list())
    })
    .and_json(),
    scene("check/pull-denied", |account| {
        with_rule(account);
        account.with_lifecycle_policy();
        let body =
            r#"{"errors":[{"code":"MANIFEST_UNKNOWN","message":"Requested image not found"}]}"#;
        pull(account, |_| answer(404, body)).and("--pull ghcr.io/org/app")
    }),
    scene("check/login-accepted", |account| {
        with_rule(account);
        account.with_lifecycle_policy();
        login(account)
    }),
    scene("check/login-refused", |account| {
        account.made_with(NAME, r#"{"username":"me","accessToken":"another-token"}"#);
        login(account)
    }),
];

#[test]
fn what_check_finds() {
    play(SCENES);
}

/// `check` with a pull, where this answers for the account's registry.
fn pull(account: &Account, script: impl Fn(&Heard) -> Reply + Send + Sync + 'static) -> Program {
    let host = format!("{}.dkr.ecr.us-east-1.amazonaws.com", account.id);
    let elsewhere = Elsewhere::answering(&[&host], script);
    let program = words(account, "check --pull nginx:1.27");
    elsewhere.reached_by(program).beside(elsewhere)
}

/// `check` that logs in.
fn login(account: &Account) -> Program {
    let registry = Registry::strict();
    let check = ["check", "docker-hub", "--verify", "always"];
    let program = words(account, &check).and(&["--upstream-registry-url", &registry.url]);
    program.beside(registry)
}
