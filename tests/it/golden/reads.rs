//! The commands that only read: `list`, `show` and `rule list`.

use serde_json::{json, Value};

use super::placeholders::{date, today};
use super::scene::{play, scene, Scene};
use super::writes::{create, update, with_replicas, with_rule, words, NAME};
use crate::support::{Account, TOKEN};

pub const SCENES: &[Scene] = &[
    scene("list/none", |account| words(account, "list")),
    scene("list/several", |account| {
        with_rule(account);
        several(account);
        words(account, "list")
    })
    .and_json(),
    scene("list/replicas", |account| {
        several(account);
        words(account, "list --replicas")
    })
    .and_json(),
    scene("list/without-the-right-to-see-rules", |account| {
        account.made(NAME);
        denied(account, "DescribePullThroughCacheRules");
        words(account, "list")
    }),
    scene("show/plain", |account| {
        create(account, "").run().ok();
        words(account, "show docker-hub")
    }),
    scene("show/everything", |account| {
        with_replicas(account);
        update(
            account,
            &["--rule", "docker-hub", "--expires-on", &date(today() + 500)],
        )
        .run()
        .ok();
        let tags = json!([{"Key": "team", "Value": "build"}]);
        account.ask("TagResource", &json!({"SecretId": NAME, "Tags": tags}));
        let policy = json!({"Version": "2012-10-17", "Statement": [
            {"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::111122223333:role/ci"},
             "Action": "secretsmanager:GetSecretValue", "Resource": "*"},
        ]});
        let body = json!({"SecretId": NAME, "ResourcePolicy": policy.to_string()});
        account.ask("PutResourcePolicy", &body);
        words(account, "show docker-hub")
    })
    .and_json(),
    scene("show/scheduled-for-deletion", |account| {
        with_rule(account);
        account.ask("DeleteSecret", &json!({"SecretId": NAME}));
        words(account, "show docker-hub")
    }),
    scene("show/without-the-right-to-see-all", |account| {
        account.made_with_key(NAME);
        for action in [
            "GetSecretValue",
            "GetResourcePolicy",
            "DescribeKey",
            "DescribePullThroughCacheRules",
        ] {
            denied(account, action);
        }
        words(account, "show docker-hub")
    }),
    scene("rule-list/none", |account| words(account, "rule list")),
    scene("rule-list/several", |account| {
        with_rule(account);
        for (prefix, registry, url, secret) in [
            ("ghcr", "github-container-registry", "ghcr.io", "ghcr"),
            ("public", "quay", "quay.io", ""),
        ] {
            let mut rule = json!({
                "ecrRepositoryPrefix": prefix, "upstreamRegistry": registry,
                "upstreamRegistryUrl": url,
            });
            if !secret.is_empty() {
                let name = format!("ecr-pullthroughcache/{secret}");
                rule["credentialArn"] = Value::from(account.made_with(&name, "not JSON"));
            }
            account.ask_ecr("CreatePullThroughCacheRule", &rule);
        }
        words(account, "rule list")
    })
    .and_json(),
    scene("rule-list/without-a-verdict", |account| {
        with_rule(account);
        denied(account, "ValidatePullThroughCacheRule");
        words(account, "rule list")
    }),
];

#[test]
fn commands_that_only_read() {
    play(SCENES);
}

/// From now on, the caller is not allowed this.
pub fn denied(account: &Account, action: &str) {
    let service = if action.ends_with("Rule") || action.ends_with("Rules") {
        "ecr"
    } else if action == "DescribeKey" {
        "kms"
    } else {
        "secretsmanager"
    };
    let message = format!(
        "User: arn:aws:iam::111122223333:user/ci is not authorized to perform: {service}:{action} \
         because no identity-based policy allows the {service}:{action} action"
    );
    account.refuse(action, 400, "AccessDeniedException", &message);
}

/// Secrets with a known registry, with an expired token, and scheduled for deletion.
fn several(account: &Account) {
    account.made("ecr-pullthroughcache/ghcr");
    let arn = account.made("ecr-pullthroughcache/team/build");
    let tags = json!([{"Key": "ecr-ptc:expires-on", "Value": date(today() + 500)}]);
    account.ask("TagResource", &json!({"SecretId": arn, "Tags": tags}));
    let regions = json!([{"Region": "eu-west-1"}]);
    let replicate = json!({"SecretId": arn, "AddReplicaRegions": regions});
    account.ask("ReplicateSecretToRegions", &replicate);
    let old = account.made_with("ecr-pullthroughcache/old", TOKEN);
    account.ask("DeleteSecret", &json!({"SecretId": old}));
    account.made("another/secret");
}
