//! Partly done, or possibly done: status 8 and 130.

use serde_json::json;

use super::aws::once;
use super::reads::denied;
use super::scene::{play, scene, Scene};
use super::states::by_profile;
use super::writes::{create, update, with_replicas, with_rule, words, NAME};
use crate::support::{policy_file, Account, Program};

const LAMBDA: &str = "arn:aws:lambda:us-east-1:111122223333:function:rotate";
const KIND: &str = "application/x-amz-json-1.1";

pub const SCENES: &[Scene] = &[
    scene("status-8/policy-malformed", |account| {
        let code = "MalformedPolicyDocumentException";
        let message = "This resource policy contains a syntax error";
        account.refuse("PutResourcePolicy", 400, code, message);
        with_policy(account).and(&["--rotation-lambda-arn", LAMBDA, "--rotation-days", "7"])
    })
    .and_json(),
    scene("status-8/policy-connection-closed", |account| {
        account.drop("PutResourcePolicy", None);
        once(with_policy(account))
    }),
    scene("status-8/rotation-denied", |account| {
        let message = "Secrets Manager cannot invoke the specified Lambda function. \
                       Ensure that the function policy grants access";
        account.refuse("RotateSecret", 400, "AccessDeniedException", message);
        create(account, &["--rotation-lambda-arn", LAMBDA]).and("--rotation-days 7")
    }),
    scene("status-8/replica-failed", |account| {
        let arn = "arn:aws:secretsmanager:us-east-1:111122223333:secret:\
                   ecr-pullthroughcache/docker-hub-AbCdEf";
        let message = "a secret of this name exists there";
        let answer = json!({
            "ARN": arn, "Name": NAME, "VersionId": "11112222-3333-4444-5555-666677778888",
            "ReplicationStatus": [
                {"Region": "eu-west-1", "Status": "Failed", "StatusMessage": message},
            ],
        });
        account.answer("CreateSecret", 200, KIND, &answer.to_string(), None);
        create(account, "--replica-region eu-west-1")
    }),
    scene("status-8/create-rule-denied", |account| {
        denied(account, "CreatePullThroughCacheRule");
        create(account, "--rule docker-hub")
    }),
    scene("status-8/create-rule-not-validated", |account| {
        account.refuse(
            "ValidatePullThroughCacheRule",
            400,
            "ServerException",
            "oops",
        );
        once(create(account, "--rule docker-hub"))
    }),
    scene("status-8/create-rule-invalid", |account| {
        invalid(account);
        create(account, "--rule docker-hub")
    }),
    scene("status-8/rule-set-invalid", |account| {
        account.made(NAME);
        invalid(account);
        words(account, &["rule", "set", "docker-hub", "--secret", NAME])
    }),
    scene("status-8/update-rule", |account| {
        account.made(NAME);
        let code = "LimitExceededException";
        account.refuse("CreatePullThroughCacheRule", 400, code, "50 rules");
        once(update(account, "--rule docker-hub"))
    }),
    scene("status-8/update-tag", |account| {
        account.made(NAME);
        denied(account, "TagResource");
        update(account, "--expires-on 2099-12-31")
    }),
    scene("status-8/delete-replicas-gone", |account| {
        with_replicas(account);
        denied(account, "DeleteSecret");
        words(account, "delete docker-hub --yes --remove-replicas")
    }),
    scene("status-130/create-looking", |account| {
        account.made(NAME);
        create(account, "--if-exists update")
    })
    .interrupted_at("DescribeSecret"),
    scene("status-130/create-writing", |account| create(account, ""))
        .and_json()
        .interrupted_at("CreateSecret"),
    scene("status-130/create-policy", with_policy).interrupted_at("PutResourcePolicy"),
    scene("status-130/create-rule", |account| {
        create(account, "--rule docker-hub")
    })
    .interrupted_at("CreatePullThroughCacheRule"),
    scene("status-130/update", |account| {
        account.made(NAME);
        update(account, "")
    })
    .interrupted_at("PutSecretValue"),
    scene("status-130/rollback", |account| {
        account.made(NAME);
        update(account, "").run().ok();
        words(account, "update docker-hub --rollback --yes")
    })
    .interrupted_at("UpdateSecretVersionStage"),
    scene("status-130/fix", |account| {
        account.made_with(NAME, r#"{"user":"me","accessToken":"some-token"}"#);
        words(account, "check docker-hub --fix --yes")
    })
    .interrupted_at("PutSecretValue"),
    scene("status-130/delete", |account| {
        account.made(NAME);
        words(account, "delete docker-hub --yes")
    })
    .interrupted_at("DeleteSecret"),
    scene("status-130/restore", |account| {
        account.made(NAME);
        account.ask("DeleteSecret", &json!({"SecretId": NAME}));
        words(account, "restore docker-hub")
    })
    .interrupted_at("RestoreSecret"),
    scene("status-130/rule-set", |account| {
        account.made(NAME);
        words(account, &["rule", "set", "docker-hub", "--secret", NAME])
    })
    .interrupted_at("CreatePullThroughCacheRule"),
    scene("status-130/rule-set-validating", |account| {
        account.made(NAME);
        words(account, &["rule", "set", "docker-hub", "--secret", NAME])
    })
    .interrupted_at("ValidatePullThroughCacheRule"),
    scene("status-130/rule-set-switched", |account| {
        with_rule(account);
        let gone = json!({"SecretId": NAME, "ForceDeleteWithoutRecovery": true});
        account.ask("DeleteSecret", &gone);
        account.made(NAME);
        words(account, &["rule", "set", "docker-hub", "--secret", NAME])
    })
    .interrupted_at("ValidatePullThroughCacheRule"),
    scene("status-130/rule-set-unchanged", |account| {
        with_rule(account);
        words(account, &["rule", "set", "docker-hub", "--secret", NAME])
    })
    .interrupted_at("ValidatePullThroughCacheRule"),
    scene("status-130/create-rule-validating", |account| {
        create(account, "--rule docker-hub")
    })
    .interrupted_at("ValidatePullThroughCacheRule"),
    scene("status-130/update-rule-validating", |account| {
        account.made(NAME);
        update(account, "--rule docker-hub")
    })
    .interrupted_at("ValidatePullThroughCacheRule"),
    scene("status-130/update-rule-tag", |account| {
        account.made(NAME);
        let more = ["--rule", "docker-hub", "--expires-on", "2099-12-31"];
        update(account, &more)
    })
    .interrupted_at("CreatePullThroughCacheRule"),
    scene("status-130/delete-replicas", |account| {
        with_replicas(account);
        let more = ["--yes", "--remove-replicas"];
        words(account, "delete docker-hub").and(&more)
    })
    .interrupted_at("RemoveRegionsFromReplication"),
    scene("status-130/delete-replicas-gone", |account| {
        with_replicas(account);
        let more = ["--yes", "--remove-replicas"];
        words(account, "delete docker-hub").and(&more)
    })
    .interrupted_at("DeleteSecret"),
    scene("status-130/create-by-profile", |account| {
        by_profile(create(account, ""))
    })
    .interrupted_at("CreateSecret"),
    scene("status-130/rule-delete", |account| {
        with_rule(account);
        words(account, "rule delete docker-hub --yes")
    })
    .interrupted_at("DeletePullThroughCacheRule"),
    scene("status-130/list", |account| words(account, "list")).interrupted_at("ListSecrets"),
];

#[test]
fn partly_done() {
    play(SCENES);
}

fn with_policy(account: &Account) -> Program {
    let program = create(account, "--resource-policy");
    let policy = policy_file(&program);
    program.and(&[policy.to_str().unwrap()])
}

/// From now on, ECR says of every rule that it is invalid.
fn invalid(account: &Account) {
    let verdict = json!({
        "ecrRepositoryPrefix": "docker-hub",
        "isValid": false,
        "failure": "could not log in upstream",
    })
    .to_string();
    account.answer("ValidatePullThroughCacheRule", 200, KIND, &verdict, None);
}
