//! A secret that exists, and work that an earlier run did not finish.

use serde_json::json;

use crate::support::{policy_file, Account, Program, TOKEN};

const NAME: &str = "ecr-pullthroughcache/docker-hub";

#[test]
fn fail_shows_the_two_ways_on() {
    let account = Account::new();
    let arn = Program::create(&account, &[]).run().ok().to_owned();
    account.take_actions();
    Program::create(&account, &[]).run().fails(
        3,
        &[
            "already exists",
            &arn,
            "--if-exists update",
            "--if-exists skip",
        ],
    );
    assert_eq!(account.actions_but_looks(), [""; 0]);
    account.refuse("DescribeSecret", 400, "AccessDeniedException", "no");
    Program::create(&account, &[])
        .run()
        .fails(3, &["already exists", "--if-exists update"]);
}

#[test]
fn skip_leaves_it_and_prints_its_arn() {
    let account = Account::new();
    let arn = Program::create(&account, &[]).run().ok().to_owned();
    let skipped = Program::create(&account, "--if-exists skip")
        .stdin("another-token")
        .run();
    assert_eq!(skipped.ok(), arn);
    assert!(account.value(NAME).contains("dckr_pat_"));
    let report = Program::create(&account, "--if-exists skip -o json")
        .run()
        .json();
    assert_eq!(report["username"], json!(null), "it was not looked at");
    assert_eq!(
        (&report["action"], &report["arn"]),
        (&json!("skipped"), &json!(arn))
    );
}

#[test]
fn update_stores_a_new_version_only_where_the_credentials_differ() {
    let account = Account::new();
    let update = ["--if-exists", "update", "-o", "json"];
    let created = Program::create(&account, &update).run().json();
    assert_eq!(created["action"], "created");
    account.take_actions();

    let same = Program::create(&account, &update).run().json();
    assert_eq!(
        (&same["action"], &same["versionId"]),
        (&json!("unchanged"), &created["versionId"])
    );
    assert_eq!(same["steps"], json!([]));
    let reads = account.take_actions();
    let expected = [
        "CreateSecret",
        "DescribeSecret",
        "GetSecretValue",
        "DescribePullThroughCacheRules",
    ];
    let is_expected = |action: &String| expected.contains(&action.as_str());
    assert!(reads.iter().all(is_expected), "{reads:?}");

    let other = Program::create(&account, &update)
        .stdin("another-token")
        .run()
        .json();
    assert_eq!(
        (&other["action"], &other["arn"]),
        (&json!("updated"), &created["arn"])
    );
    assert_ne!(other["versionId"], created["versionId"]);
    assert_eq!(
        account.value(NAME),
        r#"{"username":"me","accessToken":"another-token"}"#
    );
    let previous = account.ask(
        "GetSecretValue",
        &json!({"SecretId": NAME, "VersionStage": "AWSPREVIOUS"}),
    );
    assert_eq!(previous["VersionId"], created["versionId"]);
}

#[test]
fn update_fixes_what_another_tool_stored_in_a_wrong_form() {
    let account = Account::new();
    for wrong in [
        r#"{"username":"me","password":"x"}"#,
        "plain",
        r#"{"username":"me","accessToken":"another-token","x":"y"}"#,
    ] {
        account.ask(
            "CreateSecret",
            &json!({"Name": NAME, "SecretString": wrong}),
        );
        account.ask(
            "PutSecretValue",
            &json!({"SecretId": NAME, "SecretString": wrong}),
        );
        let report = Program::create(&account, "--if-exists update -o json")
            .stdin("a-third-token")
            .run()
            .json();
        assert_eq!(report["action"], "updated", "{wrong}");
        let kept = if wrong.contains("\"x\"") && !wrong.contains("password") {
            r#","x":"y""#
        } else {
            ""
        };
        assert_eq!(
            account.value(NAME),
            format!(r#"{{"username":"me","accessToken":"a-third-token"{kept}}}"#)
        );
    }
}

#[test]
fn update_brings_tags_description_replicas_and_policy_to_what_is_asked_and_nothing_else() {
    let account = Account::new();
    Program::create(&account, "--tag keep=1 --tag change=1")
        .run()
        .ok();
    account.take_actions();
    let program = Program::new(&[]);
    let policy = policy_file(&program);
    let more = [
        "--if-exists",
        "update",
        "--tag",
        "change=2",
        "--description",
        "new",
        "--replica-region",
        "eu-west-1",
        "--resource-policy",
        policy.to_str().unwrap(),
        "-o",
        "json",
    ];
    let report = Program::create(&account, &more).run().json();
    assert_eq!(report["action"], "updated");
    let writes = |actions: Vec<String>| -> Vec<String> {
        let reads = [
            "CreateSecret",
            "DescribeSecret",
            "GetSecretValue",
            "GetResourcePolicy",
            "DescribePullThroughCacheRules",
        ];
        actions
            .into_iter()
            .filter(|action| !reads.contains(&action.as_str()))
            .collect()
    };
    let expected = [
        "UpdateSecret",
        "TagResource",
        "ReplicateSecretToRegions",
        "PutResourcePolicy",
    ];
    assert_eq!(writes(account.take_actions()), expected);
    let secret = account.ask("DescribeSecret", &json!({"SecretId": NAME}));
    assert_eq!(secret["Description"], "new");
    let tags = secret["Tags"].as_array().unwrap();
    assert!(
        tags.contains(&json!({"Key": "keep", "Value": "1"}))
            && tags.contains(&json!({"Key": "change", "Value": "2"}))
    );
    assert!(account.value(NAME).contains("dckr_pat_"));

    let again = Program::create(&account, &more).run().json();
    assert_eq!(
        (&again["action"], &again["steps"]),
        (&json!("unchanged"), &json!([]))
    );
    assert_eq!(writes(account.take_actions()), Vec::<String>::new());
}

#[test]
fn the_default_description_does_not_replace_one_that_exists() {
    let account = Account::new();
    Program::create(&account, "--description ours").run().ok();
    Program::create(&account, "--if-exists update").run().ok();
    let secret = account.ask("DescribeSecret", &json!({"SecretId": NAME}));
    assert_eq!(secret["Description"], "ours");
}

#[test]
fn update_without_the_right_to_read_stores_a_new_version_and_says_so() {
    let account = Account::new();
    Program::create(&account, &[]).run().ok();
    account.refuse(
        "GetSecretValue",
        400,
        "AccessDeniedException",
        "User is not authorized",
    );
    let report = Program::create(&account, "--if-exists update -o json")
        .run()
        .json();
    assert_eq!(report["action"], "updated");
    assert!(report["warnings"][0]
        .as_str()
        .unwrap()
        .contains("GetSecretValue"));
}

#[test]
fn a_secret_with_a_key_of_its_own_is_warned_of() {
    let account = Account::new();
    let secret = json!({"Name": NAME, "SecretString": "{}", "KmsKeyId": "alias/mine"});
    account.ask("CreateSecret", &secret);
    let report = Program::create(&account, "--if-exists update -o json")
        .run()
        .json();
    assert_eq!(report["kmsKey"], "alias/mine");
    assert!(report["warnings"][0].as_str().unwrap().contains("KMS"));
}

#[test]
fn scheduled_for_deletion_says_how_to_restore() {
    let words = [
        "scheduled for deletion",
        "ecr-ptc restore ecr-pullthroughcache/docker-hub",
    ];
    let account = Account::new();
    Program::create(&account, &[]).run().ok();
    account.ask("DeleteSecret", &json!({"SecretId": NAME}));
    for if_exists in ["fail", "skip", "update"] {
        Program::create(&account, &["--if-exists", if_exists])
            .run()
            .fails(3, &words);
    }
    // As the service itself answers, where the caller may not look.
    let message = "You can't create this secret because a secret with this name is already scheduled for deletion.";
    account.refuse("CreateSecret", 400, "InvalidRequestException", message);
    account.refuse("DescribeSecret", 400, "AccessDeniedException", "no");
    Program::create(&account, &[]).run().fails(3, &words);
}

/// The report of a command that runs in a shell as it is printed.
#[cfg(unix)]
fn printed(command: &str, account: &Account) -> serde_json::Value {
    let program = Program::new(&[]).with(account).env("TOKEN", TOKEN);
    let program = program.env("ECR_PTC_OUTPUT", "json").command();
    let variables = program.get_envs();
    let variables = variables.filter_map(|(name, value)| Some((name, value?)));
    let built = std::path::Path::new(env!("CARGO_BIN_EXE_ecr-ptc")).parent();
    let path = std::env::var("PATH").unwrap();
    let output = std::process::Command::new("sh")
        .args(["-c", command])
        .env_clear()
        .envs(variables)
        .env("PATH", format!("{}:{path}", built.unwrap().display()))
        .stdin(std::process::Stdio::null())
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
    serde_json::from_slice(&output.stdout).unwrap()
}

#[cfg(unix)]
#[test]
fn a_later_step_that_fails_leaves_the_secret_and_says_how_to_finish() {
    let account = Account::new();
    account.refuse(
        "PutResourcePolicy",
        400,
        "MalformedPolicyDocumentException",
        "This resource policy is malformed",
    );
    let program = Program::new(&[]);
    let policy = policy_file(&program);
    let lambda = "arn:aws:lambda:us-east-1:111122223333:function:rotate";
    let more = [
        "--resource-policy",
        policy.to_str().unwrap(),
        "--rotation-lambda-arn",
        lambda,
        "--rotation-days",
        "7",
    ];
    let ended = Program::create(&account, &more).run();
    ended.fails(
        8,
        &[
            "is stored",
            "could not set the resource policy",
            "This resource policy is malformed",
            "arn:aws:secretsmanager:",
            "create-secret done",
            "put-resource-policy failed",
            "rotate-secret not tried",
        ],
    );
    let error = Program::create(
        &account,
        &[
            &more[..],
            &["--name", "ecr-pullthroughcache/b", "-o", "json"],
        ]
        .concat(),
    )
    .run();
    let error = error.fails(8, &[]).error_json();
    assert_eq!(error["error"]["code"], "partial");
    assert!(error["error"]["arn"].as_str().unwrap().starts_with("arn:"));
    assert_eq!(
        error["error"]["steps"][2],
        json!({"step": "rotate-secret", "status": "not-tried"})
    );

    // Run again before it is mended, it is still the later step that fails.
    Program::create(&account, &[&more[..], &["--if-exists", "update"]].concat())
        .run()
        .fails(
            8,
            &[
                "could not set the resource policy",
                "rotate-secret not tried",
            ],
        );

    // The command that it shows finishes the work.
    account.heal();
    account.answer(
        "RotateSecret",
        200,
        "application/x-amz-json-1.1",
        r#"{"ARN":"x"}"#,
        None,
    );
    account.take_actions();
    let fix = ended
        .stderr
        .split("finish it with: ")
        .nth(1)
        .unwrap()
        .lines()
        .next()
        .unwrap();
    assert!(
        fix.starts_with("printf %s \"$TOKEN\" | ecr-ptc create"),
        "{fix}"
    );
    assert!(fix.contains(" --yes "), "{fix}");
    let report = printed(fix, &account);
    assert_eq!(report["action"], "updated");
    let steps = json!([{"step": "put-resource-policy", "status": "done"}, {"step": "rotate-secret", "status": "done"}]);
    assert_eq!(report["steps"], steps);
}

#[test]
fn a_replica_that_fails_at_once_is_reported() {
    let account = Account::new();
    let arn = "arn:aws:secretsmanager:us-east-1:111122223333:secret:ecr-pullthroughcache/docker-hub-AbCdEf";
    let answer = json!({
        "ARN": arn, "Name": NAME, "VersionId": "11112222-3333-4444-5555-666677778888",
        "ReplicationStatus": [{"Region": "eu-west-1", "Status": "Failed", "StatusMessage": "a secret of this name exists there"}],
    });
    account.answer(
        "CreateSecret",
        200,
        "application/x-amz-json-1.1",
        &answer.to_string(),
        None,
    );
    let ended = Program::create(&account, "--replica-region eu-west-1").run();
    ended.fails(
        8,
        &[
            arn,
            "eu-west-1",
            "a secret of this name exists there",
            "--if-exists update",
        ],
    );
}

#[test]
fn a_replica_that_failed_before_is_retried() {
    let account = Account::new();
    let arn = Program::create(&account, &[]).run().ok().to_owned();
    let described = json!({
        "ARN": arn, "Name": NAME, "VersionIdsToStages": {"1": ["AWSCURRENT"]},
        "ReplicationStatus": [{"Region": "eu-west-1", "Status": "Failed"}, {"Region": "eu-west-2", "Status": "InSync"}],
    });
    account.answer(
        "DescribeSecret",
        200,
        "application/x-amz-json-1.1",
        &described.to_string(),
        None,
    );
    account.answer(
        "ReplicateSecretToRegions",
        200,
        "application/x-amz-json-1.1",
        r#"{"ARN":"x"}"#,
        None,
    );
    let more = [
        "--if-exists",
        "update",
        "--replica-region",
        "eu-west-1,eu-west-2",
    ];
    Program::create(&account, &more).run().ok();
    let regions = json!([{"Region": "eu-west-1"}]);
    assert_eq!(
        account.only("ReplicateSecretToRegions")["AddReplicaRegions"],
        regions
    );
}
