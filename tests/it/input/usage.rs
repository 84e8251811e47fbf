//! Missing or wrong input: all errors at once, before anything is sent.

use crate::support::{Account, Program, Words};

fn refused(more: &(impl Words + ?Sized), words: &[&str]) {
    let account = Account::new();
    Program::create(&account, more).run().fails(2, words);
    assert!(account.requests().is_empty());
}

fn taken(more: &(impl Words + ?Sized)) -> String {
    let account = Account::new();
    let ended = Program::create(&account, more).run();
    ended.ok();
    ended.stderr
}

#[test]
fn what_is_missing_is_named_together_with_a_command_that_works() {
    let words = [
        "--registry, --username and the access token are missing",
        "not a terminal",
        "printf %s \"$TOKEN\" | ecr-ptc create",
    ];
    Program::new("create").run().fails(2, &words);
    Program::new(&[]).run().fails(2, &words);
    let run = [
        "create",
        "--registry",
        "ghcr",
        "--name",
        "ecr-pullthroughcache/it's",
        "--tag",
        "a=b c",
    ];
    let kept = [
        "--username and the access token are missing",
        "--registry github-container-registry",
        r"'ecr-pullthroughcache/it'\''s'",
        "'a=b c'",
    ];
    Program::new(&run).run().fails(2, &kept);
}

#[test]
fn the_command_that_works_leads_where_the_options_lead() {
    let place = [
        "--region",
        "eu-west-1",
        "--endpoint-url",
        "http://127.0.0.1:1",
    ];
    let update = [
        "update",
        "build",
        "--registry",
        "cgr",
        "--renew-within",
        "9",
    ];
    let words = [
        "fix: printf %s \"$TOKEN\" | ecr-ptc update build --renew-within 9 --registry chainguard \
         --access-token-stdin --endpoint-url http://127.0.0.1:1 --region eu-west-1\n",
    ];
    let update = [&update[..], &place].concat();
    Program::new(&update).run().fails(2, &words);
    let unread = ["create", "-u", "me", "--access-token-env", "Zq7hunter2"];
    let ended = Program::new(&unread).run();
    ended
        .fails(2, &["--access-token-env VAR"])
        .never(&["Zq7hunter2"]);
}

/// AWS would reject it after the secret is created.
#[test]
fn bounds_are_checked_before_anything_is_sent() {
    let long = format!(
        "arn:aws:lambda:us-east-1:111122223333:function:{}",
        "x".repeat(2_048)
    );
    let rotation = ["--rotation-days", "30", "--rotation-lambda-arn", &long];
    refused(&rotation, &["not the ARN of a Lambda function"]);
    refused("--tag a#b=1", &["contains '#'"]);
    refused("--tag team=aws:x", &["a tag value starts with aws:"]);
    refused("--region us-e4st-1", &["--region", "us-e4st-1"]);
    let program = Program::new(&[]);
    let policy = program.file("policy.json", r#"{"Version":"2012-10-17"}"#);
    refused(
        &["--resource-policy", policy.to_str().unwrap()],
        &["not a JSON object with a Statement"],
    );
}

#[test]
fn variables_stand_in_for_options() {
    let account = Account::new();
    let program = Program::new("create --access-token-stdin")
        .with(&account)
        .stdin("some-token");
    let report = program
        .env("ECR_PTC_REGISTRY", "cgr")
        .env("ECR_PTC_USERNAME", "who")
        .env("ECR_PTC_OUTPUT", "json")
        .run()
        .json();
    assert_eq!(
        (report["registry"].as_str(), report["username"].as_str()),
        (Some("chainguard"), Some("who"))
    );
    Program::new("create")
        .env("ECR_PTC_REGISTRY", "")
        .run()
        .fails(
            2,
            &["--registry, --username and the access token are missing"],
        );
}

/// Clap reports the first mistake; ours are reported together.
#[test]
fn what_is_wrong_besides_single_values_is_reported_at_once() {
    let more = [
        "--tag",
        "a=1",
        "--tag",
        "a=2",
        "--resource-policy",
        "/no/such",
    ];
    let account = Account::new();
    let ended = Program::create(&account, &more).stdin(" tok").run();
    ended.fails(
        2,
        &[
            "found 3 problems",
            "more than once",
            "could not read the resource policy /no/such",
            "starts with white space",
        ],
    );
}

#[test]
fn names_at_their_bounds() {
    let prefix = "ecr-pullthroughcache/";
    let name = |length: usize| format!("{prefix}{}", "é".repeat(length - prefix.len()));
    assert!(taken(&["--name", &name(512)]).contains("warning: the name contains 'é'"));
    refused(&["--name", &name(513)], &["513 characters", "512"]);
    refused(&["--name", ""], &["the name is empty"]);
    refused(
        "--name docker-hub",
        &["use ecr-pullthroughcache/docker-hub"],
    );
    assert!(taken("--name ecr-pullthroughcache/prod-github").contains("hyphen and six characters"));
    assert!(!taken("--name ecr-pullthroughcache/github").contains("warning"));
    assert!(taken(&["--name", prefix]).contains("nothing after"));
}

#[test]
fn a_name_that_the_service_rejects_is_reported_in_its_words() {
    let account = Account::new();
    let message = "Invalid name. Must be a valid name containing alphanumeric characters, or any of the following: -/_+=.@!";
    account.refuse("CreateSecret", 400, "ValidationException", message);
    let ended = Program::create(&account, &["--name", "ecr-pullthroughcache/two words"]).run();
    ended.fails(
        1,
        &[
            "warning: the name contains ' '",
            message,
            "ValidationException",
        ],
    );
}

#[test]
fn descriptions_and_tags_at_their_bounds() {
    taken(&["--description", &"é".repeat(2_048)]);
    refused(
        &["--description", &"é".repeat(2_049)],
        &["2049 characters", "2048"],
    );
    taken(&["--tag", &format!("{}={}", "k".repeat(128), "v".repeat(256))]);
    refused(
        &["--tag", &format!("{}=v", "k".repeat(129))],
        &["129 characters", "128"],
    );
    refused(
        &["--tag", &format!("k={}", "v".repeat(257))],
        &["257 characters", "256"],
    );
    refused("--tag =v", &["empty key"]);
    refused("--tag aws:x=1", &["aws:"]);
    refused("--tag AWS:x=1", &["aws:"]);
    refused("--tag a=1 --tag a=2", &["more than once"]);
    let tags: Vec<String> = (0..51)
        .map(|number| format!("--tag=key{number}=value"))
        .collect();
    let tags: Vec<&str> = tags.iter().map(String::as_str).collect();
    taken(&tags[..50]);
    refused(&tags, &["51 tags", "50"]);
}

#[test]
fn policies_are_read_and_checked_first() {
    let program = Program::new(&[]);
    let policy = |text: &str| program.file("p.json", text).to_str().unwrap().to_owned();
    let fit = |length: usize| format!("{{\"Statement\":[]{}}}", " ".repeat(length - 16));
    taken(&["--resource-policy", &policy(&fit(20_480))]);
    refused(
        &["--resource-policy", &policy(&fit(20_481))],
        &["20481 characters", "20480"],
    );
    refused(
        &["--resource-policy", &policy("{")],
        &["p.json is not JSON"],
    );
    refused(
        &["--resource-policy", &policy("[]")],
        &["not a JSON object"],
    );
    refused(
        "--resource-policy /no/such",
        &["could not read the resource policy /no/such"],
    );
}

#[test]
fn rotation_and_replication_options_belong_together() {
    let arn = "arn:aws:lambda:us-east-1:111122223333:function:rotate";
    refused("--rotation-days 30", &["--rotation-lambda-arn"]);
    refused("--no-rotate-immediately", &["--rotation-lambda-arn"]);
    refused(
        &["--rotation-lambda-arn", arn],
        &["--rotation-days <N>|--rotation-schedule <EXPR>"],
    );
    refused(
        &[
            "--rotation-lambda-arn",
            arn,
            "--rotation-days",
            "1",
            "--rotation-schedule",
            "rate(1 day)",
        ],
        &["cannot be used with"],
    );
    refused(
        "--rotation-lambda-arn rotate --rotation-days 1",
        &["the ARN of a Lambda function"],
    );
    for days in ["0", "1001", "-1"] {
        refused(
            &["--rotation-lambda-arn", arn, "--rotation-days", days],
            &["1 to 1000"],
        );
    }
    refused(
        &[
            "--rotation-lambda-arn",
            arn,
            "--rotation-days",
            "1",
            "--rotation-duration",
            "25h",
        ],
        &["1h to 24h"],
    );
    refused(
        &["--rotation-lambda-arn", arn, "--rotation-schedule", "soon"],
        &["rate(10 days)"],
    );
    refused("--force-overwrite-replica-secret", &["--replica-region"]);
    refused(&["--replica-region", "eu-west-1,,x"], &["Region"]);
}

#[test]
fn usernames() {
    let run = |username: &str| {
        Program::new(&[
            "create",
            "--registry",
            "ghcr",
            "--username",
            username,
            "--access-token-stdin",
        ])
        .stdin("some-token")
        .run()
    };
    run("").fails(2, &["username is empty"]);
    run(" me").fails(2, &["starts with white space"]);
    run("me\n").fails(2, &["line break"]);
}

#[test]
fn wrong_words_are_reported_as_such() {
    let run = |words: &[&str]| Program::new(words).run();
    run(&["create", "--regisry", "x"]).fails(2, &["argument '--regisry'", "'--registry'"]);
    run(&["--registry", "ghcr"]).fails(2, &["argument '--registry'", "ecr-ptc create"]);
    run(&["crate"]).fails(2, &["unrecognized subcommand 'crate'", "'create'"]);
    run(&["create", "--registry", "gcr"]).fails(2, &["unknown registry 'gcr'", "docker-hub"]);
    run(&["create", "--region", "Frankfurt"]).fails(2, &["--registry"]);
    run(&["delete", "x", "--recovery-window-days", "6"]).fails(2, &["6 is not in 7 to 30"]);
    run(&["create", "--bogus"]).fails(2, &["fix: see: ecr-ptc create --help"]);
}

/// `-o json` counts before and after the mistake.
#[test]
fn a_mistake_is_reported_as_json_where_that_is_asked_for() {
    for words in [
        &["create", "--bogus", "-o", "json"][..],
        &["-o", "json", "create", "--bogus"],
        &["create", "--bogus", "-qojson"],
        &["create", "-yo", "json", "--bogus"],
        &["list", "--output=json", "--bogus"],
        &["crate", "--output", "json"],
        &["-o", "json", "-o", "json"],
    ] {
        let ended = Program::new(words).run();
        let error = ended.fails(2, &[]).error_json();
        assert_eq!(error["error"]["code"], "usage", "{words:?}");
        assert_eq!(error["error"]["exitCode"], 2, "{words:?}");
    }
    let by_variable = |words: &[&str]| {
        let program = Program::new(words).env("ECR_PTC_OUTPUT", "json");
        program.run().stderr.starts_with('{')
    };
    assert!(by_variable(&["create", "--bogus"]));
    assert!(!by_variable(&["create", "--bogus", "-o", "text"]));
}

/// A misplaced word may be a token, so it is repeated only if it cannot be one.
#[test]
fn an_unknown_value_is_not_repeated() {
    const WORD: &str = "Zq7hunter2";
    for words in [
        &["create", "docker-hub", WORD][..],
        &["create", WORD],
        &[WORD],
        &["create", "--registry", WORD],
        &["create", "--dry-run=Zq7hunter2"],
        &["create", "--Zq7hunter2"],
        &["check", "--max-age", WORD],
        &["create", "--tag", WORD],
        &["help", WORD],
        &["completions", WORD],
    ] {
        let ended = Program::new(words).run();
        ended.fails(2, &["(not shown)"]).never(&[WORD]);
    }
}

#[test]
fn what_is_missing_is_reported_without_waiting_for_a_token() {
    use std::process::Stdio;
    for more in [&["--username", "me"][..], &["--registry", "ghcr"]] {
        let program = Program::new(&[&["create", "--access-token-stdin"], more].concat());
        let mut command = program.command();
        let mut child = command
            .stdin(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let held_open = child.stdin.take();
        assert_eq!(child.wait().unwrap().code(), Some(2));
        drop(held_open);
    }
}

#[test]
fn a_replica_in_the_region_of_the_secret_itself() {
    refused(
        &["--replica-region", "eu-west-1,us-east-1"],
        &["us-east-1 is the Region of the secret itself"],
    );
    refused(
        "--replica-region us-east-1 --dry-run",
        &["the Region of the secret itself"],
    );
}

#[test]
fn a_token_in_the_place_of_another_value_is_to_be_revoked() {
    const TOKEN: &str = "dckr_pat_abcdefghijklmnopqrst";
    for words in [
        &["create", TOKEN][..],
        &["create", "--registry", TOKEN],
        &["update", "x", "--registry", TOKEN],
        &["check", "--verify", TOKEN],
        &["list", "-o", TOKEN],
    ] {
        let ended = Program::new(words).run();
        ended.fails(
            2,
            &["looks like an access token", "revoke it at the registry"],
        );
        ended.never(&[TOKEN]);
    }
    let ended = Program::new("create --registry nonsense").run();
    ended.fails(2, &["possible values"]);
    ended.never(&["revoke"]);
}
