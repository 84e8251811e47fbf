//! `create`: what is stored, and the exact requests to AWS.

use serde_json::json;

use crate::support::{policy_file, Account, Program, Registry, TOKEN};

const LAMBDA: &str = "arn:aws:lambda:us-east-1:111122223333:function:rotate";

#[test]
fn one_call_with_exactly_the_members_that_are_needed() {
    let account = Account::new();
    let ended = Program::create(&account, &[]).run();
    let arn = ended.ok();
    assert!(
        arn.starts_with("arn:aws:secretsmanager:us-east-1:"),
        "{arn}"
    );
    assert!(
        arn.contains(":secret:ecr-pullthroughcache/docker-hub-"),
        "{arn}"
    );
    let mut body = account.only("CreateSecret");
    let token = body
        .as_object_mut()
        .unwrap()
        .remove("ClientRequestToken")
        .unwrap();
    assert!((32..=64).contains(&token.as_str().unwrap().len()));
    assert_eq!(
        body,
        json!({
            "Name": "ecr-pullthroughcache/docker-hub",
            "Description": "Docker Hub credentials for Amazon ECR pull through cache",
            "SecretString": format!(r#"{{"username":"me","accessToken":{}}}"#, json!(TOKEN)),
        })
    );
    assert_eq!(
        account.value("ecr-pullthroughcache/docker-hub"),
        body["SecretString"]
    );
    assert_eq!(
        account.take_actions_after_two_looks()[..3],
        [
            "DescribePullThroughCacheRules",
            "DescribeSecret",
            "CreateSecret"
        ]
    );
}

#[test]
fn the_next_steps_are_reported_on_standard_error() {
    let account = Account::new();
    let ended = Program::create(&account, &[]).run();
    let arn = ended.ok();
    assert!(ended.stderr.contains("docker pull "), "{}", ended.stderr);
    // The command for the rule works as it stands there.
    let command = ended
        .stderr
        .lines()
        .find_map(|line| line.trim().strip_prefix("ecr-ptc "));
    let words: Vec<&str> = command.unwrap().split_whitespace().collect();
    assert_eq!(words[..2], ["rule", "set"]);
    Program::new(&words).with(&account).run().ok();
    let rules = account.rules();
    assert_eq!(rules[0]["ecrRepositoryPrefix"], "docker-hub");
    assert_eq!(rules[0]["credentialArn"], arn);
    let account = Account::new();
    let quiet = Program::create(&account, "-q").run();
    quiet.ok();
    assert_eq!(quiet.stderr, "");
}

#[test]
fn each_registry_by_each_of_its_words() {
    let registries = [
        (
            "docker-hub",
            "Docker Hub",
            Some("registry-1.docker.io"),
            &[
                "docker-hub",
                "dockerhub",
                "Docker-Hub",
                "docker",
                "docker.io",
                "index.docker.io",
                "hub.docker.com",
                "registry-1.docker.io",
                "registry.hub.docker.com",
                "Docker.io:443",
            ][..],
        ),
        (
            "github-container-registry",
            "GitHub Container Registry",
            Some("ghcr.io"),
            &[
                "github-container-registry",
                "ghcr",
                "github",
                "ghcr.io",
                "docker.pkg.github.com",
            ],
        ),
        (
            "azure-container-registry",
            "Microsoft Azure Container Registry",
            None,
            &["azure-container-registry", "acr", "azure"],
        ),
        (
            "gitlab-container-registry",
            "GitLab Container Registry",
            Some("registry.gitlab.com"),
            &["gitlab-container-registry", "gitlab", "registry.gitlab.com"],
        ),
        (
            "chainguard",
            "Chainguard",
            Some("cgr.dev"),
            &["chainguard", "cgr", "cgr.dev"],
        ),
    ];
    for (kind, title, url, words) in registries {
        for word in words {
            let account = Account::new();
            let run = [
                "create",
                "--registry",
                word,
                "-u",
                "me",
                "--access-token-stdin",
                "-o",
                "json",
            ];
            let report = Program::new(&run).with(&account).stdin(TOKEN).run().json();
            assert_eq!(report["registry"], kind);
            assert_eq!(report["name"], format!("ecr-pullthroughcache/{kind}"));
            assert_eq!(report["upstreamRegistryUrl"], json!(url));
            let description = format!("{title} credentials for Amazon ECR pull through cache");
            assert_eq!(account.only("CreateSecret")["Description"], description);
        }
    }
}

#[test]
fn each_option_becomes_its_member() {
    let account = Account::new();
    let more = [
        "--name",
        "ecr-pullthroughcache/team/hub",
        "--description",
        "für das Team",
        "--tag",
        "team=platform",
        "--tag",
        "empty=",
        "--replica-region",
        "eu-west-1,eu-central-1",
        "--replica-region",
        "us-west-2",
        "--force-overwrite-replica-secret",
    ];
    Program::create(&account, &more).run().ok();
    let mut body = account.only("CreateSecret");
    for member in ["ClientRequestToken", "SecretString"] {
        body.as_object_mut().unwrap().remove(member).unwrap();
    }
    assert_eq!(
        body,
        json!({
            "Name": "ecr-pullthroughcache/team/hub",
            "Description": "für das Team",
            "Tags": [{"Key": "team", "Value": "platform"}, {"Key": "empty", "Value": ""}],
            "AddReplicaRegions": [{"Region": "eu-west-1"}, {"Region": "eu-central-1"}, {"Region": "us-west-2"}],
            "ForceOverwriteReplicaSecret": true,
        })
    );
    assert_eq!(account.actions_but_looks(), ["CreateSecret"]);
    let replica = account.ask_in(
        "eu-west-1",
        "DescribeSecret",
        &json!({"SecretId": "ecr-pullthroughcache/team/hub"}),
    );
    assert_eq!(replica["PrimaryRegion"], "us-east-1");
}

#[test]
fn an_empty_description_is_left_out() {
    let account = Account::new();
    Program::create(&account, &["--description", ""]).run().ok();
    assert!(account.only("CreateSecret").get("Description").is_none());
}

#[test]
fn a_policy_and_rotation_are_calls_of_their_own_after_the_secret() {
    let account = Account::new();
    let program = Program::create(
        &account,
        &["--rotation-lambda-arn", LAMBDA, "--rotation-days", "30"],
    );
    let policy = policy_file(&program);
    let url = format!("file://{}", policy.display());
    let mut more = vec![
        "--rotation-lambda-arn",
        LAMBDA,
        "--rotation-days",
        "30",
        "--resource-policy",
        &url,
        "-o",
        "json",
    ];
    account.answer(
        "RotateSecret",
        200,
        "application/x-amz-json-1.1",
        r#"{"ARN":"x"}"#,
        None,
    );
    let report = Program::create(&account, &more).run().json();
    assert_eq!(
        account.actions_but_looks(),
        ["CreateSecret", "PutResourcePolicy", "RotateSecret"]
    );
    let steps: Vec<_> = report["steps"]
        .as_array()
        .unwrap()
        .iter()
        .map(|step| (&step["step"], &step["status"]))
        .collect();
    let done = json!("done");
    let words = [
        json!("create-secret"),
        json!("put-resource-policy"),
        json!("rotate-secret"),
    ];
    assert_eq!(
        steps,
        words.iter().map(|word| (word, &done)).collect::<Vec<_>>()
    );
    let stored = account.ask("GetResourcePolicy", &json!({"SecretId": report["arn"]}));
    assert_eq!(
        stored["ResourcePolicy"],
        std::fs::read_to_string(&policy).unwrap()
    );

    let account = Account::new();
    account.answer(
        "RotateSecret",
        200,
        "application/x-amz-json-1.1",
        r#"{"ARN":"x"}"#,
        None,
    );
    more.truncate(2);
    more.extend([
        "--rotation-schedule",
        "rate(10 days)",
        "--rotation-duration",
        "3h",
        "--no-rotate-immediately",
        "-o",
        "json",
    ]);
    let report = Program::create(&account, &more).run().json();
    let mut body = account.only("RotateSecret");
    assert!(body
        .as_object_mut()
        .unwrap()
        .remove("ClientRequestToken")
        .is_some());
    assert_eq!(
        body,
        json!({
            "SecretId": report["arn"],
            "RotationLambdaARN": LAMBDA,
            "RotationRules": {"ScheduleExpression": "rate(10 days)", "Duration": "3h"},
            "RotateImmediately": false,
        })
    );
}

#[test]
fn the_members_of_the_policy_and_the_days_of_rotation() {
    let account = Account::new();
    account.answer(
        "RotateSecret",
        200,
        "application/x-amz-json-1.1",
        r#"{"ARN":"x"}"#,
        None,
    );
    let program = Program::new(&[]);
    let path = policy_file(&program);
    let more = [
        "--resource-policy",
        path.to_str().unwrap(),
        "--rotation-lambda-arn",
        LAMBDA,
        "--rotation-days",
        "1000",
    ];
    let arn = Program::create(&account, &more).run().ok().to_owned();
    let policy = account.only("PutResourcePolicy");
    let text = std::fs::read_to_string(&path).unwrap();
    assert_eq!(
        policy,
        json!({"SecretId": arn, "ResourcePolicy": text, "BlockPublicPolicy": true})
    );
    let mut rotation = account.only("RotateSecret");
    rotation
        .as_object_mut()
        .unwrap()
        .remove("ClientRequestToken")
        .unwrap();
    let rules = json!({"AutomaticallyAfterDays": 1000});
    assert_eq!(
        rotation,
        json!({"SecretId": arn, "RotationLambdaARN": LAMBDA, "RotationRules": rules})
    );
}

#[test]
fn the_report_has_every_member_of_the_contract() {
    let account = Account::new();
    let report = Program::create(&account, "-o json --replica-region eu-west-1")
        .run()
        .json();
    let arn = report["arn"].as_str().unwrap();
    let version = report["versionId"].as_str().unwrap();
    let host = Registry::shared().url.strip_prefix("http://");
    let proves = report["verification"]["proves"].as_str().unwrap();
    assert_eq!(
        report,
        json!({
            "schemaVersion": 1, "action": "created", "arn": arn, "name": "ecr-pullthroughcache/docker-hub",
            "versionId": version, "previousVersionId": null, "region": "us-east-1", "registry": "docker-hub", "username": "me",
            "upstreamRegistryUrl": host, "kmsKey": "aws/secretsmanager",
            "replicaRegions": ["eu-west-1"], "expiresOn": null, "steps": [{"step": "create-secret", "status": "done"}], "warnings": [],
            "verification": {"verdict": "accepted", "reason": null, "proves": proves},
        })
    );
    let stored = account.ask("DescribeSecret", &json!({"SecretId": arn}));
    assert_eq!(
        stored["VersionIdsToStages"],
        json!({version: ["AWSCURRENT"]})
    );
}

#[test]
fn a_dry_run_sends_nothing_and_needs_no_credentials() {
    let account = Account::new();
    let more = [
        "--dry-run",
        "--tag",
        "team=platform",
        "--replica-region",
        "eu-west-1",
    ];
    let program = Program::create(&account, &more)
        .without("AWS_ACCESS_KEY_ID")
        .without("AWS_SECRET_ACCESS_KEY");
    let ended = program.run();
    assert_eq!(ended.ok(), "");
    for part in [
        "ecr-pullthroughcache/docker-hub",
        "team=platform",
        "eu-west-1",
        "create-secret",
        "23 characters, not shown",
        "login         accepted by Docker Hub",
        "Dry run: nothing was written; existing secrets and rules were not checked",
    ] {
        assert!(ended.stderr.contains(part), "{part}: {}", ended.stderr);
    }
    assert!(account.requests().is_empty() && account.is_empty());

    let json_run = Program::create(&account, "--dry-run -o json")
        .without("AWS_REGION")
        .run()
        .json();
    assert_eq!(
        (&json_run["action"], &json_run["arn"]),
        (&json!("dry-run"), &json!(null))
    );
    assert_eq!(
        json_run["steps"],
        json!([{"step": "create-secret", "status": "planned"}])
    );
    assert!(json_run["warnings"][0].as_str().unwrap().contains("Region"));
    assert!(account.requests().is_empty());
}

#[test]
fn one_character_is_no_plural() {
    let words = ["create", "--registry", "ghcr", "-u", "me", "--dry-run"];
    let program = Program::new(&words).and("--access-token-stdin");
    let ended = program.stdin("x").env("AWS_REGION", "us-east-1").run();
    ended.ok();
    assert!(
        ended.stderr.contains("1 character, not shown"),
        "{}",
        ended.stderr
    );
}
