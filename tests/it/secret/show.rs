//! `show`: everything about one secret except the token, and how a secret is named.

use serde_json::json;

use crate::support::{Account, TOKEN};

#[test]
fn show_reports_all_but_the_token() {
    let account = Account::new();
    let arn = account.made("ecr-pullthroughcache/docker-hub");
    let tags = json!([{"Key": "ecr-ptc:expires-on", "Value": "2031-02-28"}, {"Key": "owner", "Value": "\u{1b}[31mred"}]);
    account.ask("TagResource", &json!({"SecretId": arn, "Tags": tags}));
    account.ask(
        "ReplicateSecretToRegions",
        &json!({"SecretId": arn, "AddReplicaRegions": [{"Region": "eu-west-1"}]}),
    );
    account.ask(
        "PutResourcePolicy",
        &json!({"SecretId": arn, "ResourcePolicy": r#"{"Statement":[]}"#}),
    );
    for name in ["docker-hub", "ecr-pullthroughcache/docker-hub", &arn] {
        let shown = account.run(&["show", name, "-o", "json"]).json();
        assert_eq!(
            (&shown["arn"], &shown["name"]),
            (&json!(arn), &json!("ecr-pullthroughcache/docker-hub"))
        );
        assert_eq!(
            (&shown["username"], &shown["tokenCharacters"]),
            (&json!("me"), &json!(TOKEN.chars().count()))
        );
        assert_eq!(
            (&shown["tokenKind"], &shown["registry"]),
            (&json!("docker-hub-personal"), &json!("docker-hub"))
        );
        assert_eq!(
            (&shown["kmsKey"], &shown["keyManager"]),
            (&json!("aws/secretsmanager"), &json!("AWS"))
        );
        assert_eq!(shown["versions"][0]["stages"], json!(["AWSCURRENT"]));
        assert_eq!(
            shown["replicas"],
            json!([{"region": "eu-west-1", "kmsKeyId": "alias/aws/secretsmanager",
                "status": "InSync", "message": "Replication succeeded"}])
        );
        assert_eq!(
            shown["tags"][0],
            json!({"key": "ecr-ptc:expires-on", "value": "2031-02-28"})
        );
        assert_eq!(
            (&shown["resourcePolicy"], &shown["expiresOn"]),
            (&json!({"Statement": []}), &json!("2031-02-28"))
        );
        assert_eq!(
            (&shown["rotation"], &shown["warnings"]),
            (&json!(null), &json!([]))
        );
    }
    let shown = account.run("show docker-hub");
    for row in [
        "registry     Docker Hub (docker-hub)",
        "username     me",
        "accessToken  23 characters, not shown; a Docker Hub personal access token",
        "expires on   2031-02-28 (in ",
        "key          aws/secretsmanager",
        "tag          owner=\\u{1b}[31mred",
        "AWSCURRENT",
        "replica      eu-west-1, InSync, Replication succeeded",
        "policy       {\n               \"Statement\": []\n             }",
    ] {
        assert!(shown.ok().contains(row), "{row}: {}", shown.stdout);
    }
    let actions = account.take_actions();
    assert!(
        actions.iter().all(|action| [
            "DescribeSecret",
            "GetSecretValue",
            "GetResourcePolicy",
            "DescribePullThroughCacheRules"
        ]
        .contains(&action.as_str())),
        "{actions:?}"
    );
}

#[test]
fn show_goes_on_without_permissions_and_says_what_is_missing() {
    let account = Account::new();
    let body = json!({"Name": "ecr-pullthroughcache/x", "SecretString": TOKEN, "KmsKeyId": account.new_key()});
    account.ask("CreateSecret", &body);
    let shown = account.run("show x -o json").json();
    assert_eq!(
        (&shown["keyManager"], &shown["username"]),
        (&json!("CUSTOMER"), &json!(null))
    );
    assert!(shown["warnings"][0]
        .as_str()
        .unwrap()
        .contains("not in the format ECR expects"));
    assert!(account
        .run("show x")
        .ok()
        .contains("customer managed: not supported by ECR"));
    for action in ["GetSecretValue", "GetResourcePolicy", "DescribeKey"] {
        account.refuse(action, 400, "AccessDeniedException", "not allowed");
    }
    let shown = account.run("show x");
    for part in [
        "unknown whether ECR can use it (DescribeKey: not allowed)",
        "name         ecr-pullthroughcache/x",
    ] {
        assert!(shown.ok().contains(part), "{part}: {}", shown.stdout);
    }
    for part in [
        "warning: the value is not shown (GetSecretValue: not allowed)",
        "the resource policy is not shown",
    ] {
        assert!(shown.stderr.contains(part), "{part}: {}", shown.stderr);
    }
    account.heal();
    account.ask(
        "DeleteSecret",
        &json!({"SecretId": "ecr-pullthroughcache/x"}),
    );
    let shown = account.run("show x");
    assert!(
        shown.ok().contains("state        scheduled for deletion"),
        "{}",
        shown.stdout
    );
    account.refuse(
        "DescribeSecret",
        400,
        "AccessDeniedException",
        "not allowed",
    );
    account.run("show x").fails(
        5,
        &[
            "could not look up ecr-pullthroughcache/x",
            "secretsmanager:DescribeSecret",
        ],
    );
}

#[test]
fn show_hides_the_token_wherever_else_someone_put_it() {
    let account = Account::new();
    let body = json!({
        "Name": "ecr-pullthroughcache/x",
        "SecretString": json!({"username": "me", "password": TOKEN, "accessToken": "another-token"}).to_string(),
        "Description": format!("the token is {TOKEN}"), "Tags": [{"Key": "token", "Value": "another-token"}],
    });
    account.ask("CreateSecret", &body);
    for format in ["text", "json"] {
        let shown = account.run(&["show", "x", "-o", format]);
        shown.hides("another-token");
        assert!(
            shown.ok().contains("the token is [token not shown]"),
            "{}",
            shown.stdout
        );
    }
}

#[test]
fn show_reports_a_token_that_cannot_work_and_a_value_that_does_not_exist() {
    let account = Account::new();
    account.made("ecr-pullthroughcache/ghcr");
    let shown = account.run("show ghcr");
    assert!(
        shown.ok().contains(
            "a Docker Hub personal access token, and GitHub Container Registry does not accept such tokens"
        ),
        "{}",
        shown.stdout
    );
    account.ask(
        "CreateSecret",
        &json!({"Name": "ecr-pullthroughcache/empty"}),
    );
    let shown = account.run("show empty");
    shown.ok();
    assert!(
        shown.stderr.contains("no current value"),
        "{}",
        shown.stderr
    );
}

#[test]
fn a_name_that_does_not_exist_is_reported_with_the_command_that_lists_them() {
    let account = Account::new();
    account.made("ecr-pullthroughcache/docker-hub");
    account.refuse("ListSecrets", 400, "AccessDeniedException", "not allowed");
    account
        .run("show docker-hbu")
        .fails(
            3,
            &[
                "no secret ecr-pullthroughcache/docker-hbu in us-east-1",
                "fix: see the names: ecr-ptc list --region us-east-1",
            ],
        )
        .never(&["docker-hub"]);
    let error = account.run("show docker-hbu -o json").error_json();
    assert_eq!(error["error"]["code"], "secret-not-found");
}

#[test]
fn a_secret_that_was_recreated_has_another_arn() {
    let account = Account::new();
    let old = account.made("ecr-pullthroughcache/docker-hub");
    account.ask(
        "DeleteSecret",
        &json!({"SecretId": old, "ForceDeleteWithoutRecovery": true}),
    );
    account.made("ecr-pullthroughcache/docker-hub");
    account.run(&["show", &old]).fails(
        3,
        &[
            "no secret with that ARN",
            "was deleted and created again has a new ARN",
            "ecr-ptc show ecr-pullthroughcache/docker-hub",
        ],
    );
}

#[test]
fn names_that_no_secret_can_have() {
    let account = Account::new();
    let arn = "arn:aws:secretsmanager:eu-west-1:111122223333:secret:ecr-pullthroughcache/x-AbCdEf";
    for (name, words) in [
        ("", "the name is empty"),
        (&*"x".repeat(500), "521 characters"),
        (
            "arn:aws:secretsmanager:us-east-1:1:secret:other-AbCdEf",
            "not the ARN of a secret under",
        ),
        (arn, "--region eu-west-1"),
    ] {
        account.run(&["show", name]).fails(2, &[words]);
    }
    account
        .run(&["show", TOKEN])
        .fails(2, &["looks like an access token"]);
    account
        .run("show")
        .fails(2, &["the name of the secret is missing"]);
    assert!(account.requests().is_empty());
}

#[test]
fn rotation_and_the_ids_of_versions_are_reported_as_aws_has_them() {
    let account = Account::new();
    let name = "ecr-pullthroughcache/docker-hub";
    let arn = account.made(name);
    let id = "chosen\u{202e}by someone";
    let lambda = "arn:aws:lambda:us-east-1:111122223333:function:rotate";
    let described = json!({"ARN": arn, "Name": name, "RotationEnabled": true,
        "VersionIdsToStages": {id: ["AWSCURRENT"]}, "RotationLambdaARN": lambda,
        "RotationRules": {"AutomaticallyAfterDays": 30, "Duration": "3h"}});
    let kind = "application/x-amz-json-1.1";
    account.answer("DescribeSecret", 200, kind, &described.to_string(), None);
    let shown = account.run("show docker-hub -o json");
    assert_eq!(
        shown.json()["rotation"],
        json!({"lambdaArn": lambda, "days": 30, "schedule": null, "duration": "3h",
            "lastRotated": null, "nextRotation": null})
    );
    let versions = json!([{"id": id, "stages": ["AWSCURRENT"]}]);
    assert_eq!(shown.json()["versions"], versions);
    assert!(!shown.stdout.contains('\u{202e}'), "{}", shown.stdout);
    let shown = account.run("show docker-hub");
    assert!(
        shown
            .ok()
            .contains("version      chosen\\u{202e}by someone AWSCURRENT"),
        "{}",
        shown.stdout
    );
}
