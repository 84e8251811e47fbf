//! `update`: new versions, what is kept, and the way back.

use serde_json::json;

use crate::support::{Account, Program, Registry, Words, TOKEN};

const NAME: &str = "ecr-pullthroughcache/docker-hub";
const OLD: &str = r#"{"username":"old-user","accessToken":"dckr_pat_the-old-one"}"#;

/// `ecr-ptc update docker-hub` with [`TOKEN`] piped in.
fn update(account: &Account, more: &(impl Words + ?Sized)) -> Program {
    Program::new("update docker-hub --access-token-stdin")
        .and(more)
        .stdin(TOKEN)
        .with(account)
}

/// The value that readers get. The local AWS forgets a rollback where no stage is named.
fn current(account: &Account) -> String {
    let stage = json!({"SecretId": NAME, "VersionStage": "AWSCURRENT"});
    let answer = account.ask("GetSecretValue", &stage);
    answer["SecretString"].as_str().unwrap().to_owned()
}

fn stages(account: &Account) -> Vec<(String, String)> {
    let described = account.ask("DescribeSecret", &json!({"SecretId": NAME}));
    let versions = described["VersionIdsToStages"].as_object().unwrap();
    let mut stages: Vec<(String, String)> = versions
        .iter()
        .flat_map(|(id, stages)| {
            let stages = stages.as_array().unwrap().clone();
            let of =
                move |stage: serde_json::Value| (stage.as_str().unwrap().to_owned(), id.clone());
            stages.into_iter().map(of)
        })
        .collect();
    stages.sort();
    stages
}

fn tag_of(account: &Account) -> Option<String> {
    let described = account.ask("DescribeSecret", &json!({"SecretId": NAME}));
    let tags = described["Tags"].as_array().cloned().unwrap_or_default();
    let tag = tags.iter().find(|tag| tag["Key"] == "ecr-ptc:expires-on")?;
    Some(tag["Value"].as_str().unwrap().to_owned())
}

#[test]
fn the_username_stays_and_the_version_before_too() {
    let account = Account::new();
    let arn = account.made_with(NAME, OLD);
    let replicas = json!({"SecretId": arn, "AddReplicaRegions": [{"Region": "eu-west-1"}]});
    account.ask("ReplicateSecretToRegions", &replicas);
    let before = stages(&account);
    let ended = update(&account, "-o json").run();
    let report = ended.json();
    assert_eq!(report["action"], "updated");
    assert_eq!(
        (&report["arn"], &report["name"]),
        (&json!(arn), &json!(NAME))
    );
    assert_eq!(report["username"], "old-user");
    assert_eq!(report["registry"], "docker-hub");
    assert_eq!(report["kmsKey"], "aws/secretsmanager");
    assert_eq!(report["replicaRegions"], json!(["eu-west-1"]));
    assert_eq!(report["previousVersionId"], before[0].1.as_str());
    assert_eq!(
        account.value(NAME),
        format!(
            r#"{{"username":"old-user","accessToken":{}}}"#,
            json!(TOKEN)
        )
    );
    assert_eq!(
        stages(&account),
        [
            (
                "AWSCURRENT".to_owned(),
                report["versionId"].as_str().unwrap().to_owned()
            ),
            ("AWSPREVIOUS".to_owned(), before[0].1.clone()),
        ]
    );
    assert_eq!(
        account.actions(),
        ["DescribeSecret", "GetSecretValue", "PutSecretValue"]
    );
}

#[test]
fn what_is_the_same_already_is_not_written() {
    let account = Account::new();
    let value = format!(r#" {{"accessToken":{}, "username":"me"}}"#, json!(TOKEN));
    account.made_with(NAME, &value);
    for more in ["", "--username me"] {
        let ended = update(&account, more).and("-o json").run();
        assert_eq!(ended.json()["action"], "unchanged");
        assert_eq!(account.take_actions(), ["DescribeSecret", "GetSecretValue"]);
    }
    let ended = update(&account, "--username another -o json").run();
    assert_eq!(ended.json()["action"], "updated");
}

#[test]
fn other_keys_are_kept_and_said() {
    let account = Account::new();
    let old = r#"{"user":"me","token":"old","url":{"a":[1.50]},"note":"x"}"#;
    account.made_with(NAME, old);
    let ended = update(&account, "").stdin("new-token-1").run();
    ended.ok();
    assert!(
        ended
            .stderr
            .contains("other keys of the value are kept, though ECR ignores them: url, note"),
        "{}",
        ended.stderr
    );
    let value = account.value(NAME);
    assert_eq!(
        value,
        r#"{"username":"me","accessToken":"new-token-1","url":{"a":[1.50]},"note":"x"}"#
    );
}

#[test]
fn a_value_that_is_no_json_is_replaced_as_a_whole() {
    let account = Account::new();
    account.made_with(NAME, "dckr_pat_as-plain-text");
    update(&account, "")
        .run()
        .fails(2, &["no username to keep", "--username NAME"]);
    let ended = update(&account, "-u me").run();
    ended.ok();
    assert!(
        ended.stderr.contains("it is replaced, and stays available"),
        "{}",
        ended.stderr
    );
    ended.never(&["as-plain-text"]);
}

#[test]
fn names_and_registries() {
    let account = Account::new();
    let arn = account.made_with(NAME, OLD);
    for words in [
        &["docker-hub"][..],
        &[NAME],
        &[&arn],
        &["--registry", "dockerhub"],
        &["docker-hub", "--registry", "ghcr"],
    ] {
        let words = [&["update"], words, &["--access-token-stdin", "-o", "json"]].concat();
        let ended = Program::new(&words).with(&account).stdin(TOKEN).run();
        assert_eq!(ended.json()["name"], NAME, "{words:?}");
    }
    Program::new("update --access-token-stdin")
        .with(&account)
        .stdin(TOKEN)
        .run()
        .fails(2, &["the name of the secret is missing", "ecr-ptc list"]);
    Program::new("update docker-hub")
        .with(&account)
        .run()
        .fails(
            2,
            &[
                "the access token is missing",
                "ecr-ptc update docker-hub --access-token-stdin",
            ],
        );
    let missing = ["update", "docker-hubb", "--access-token-stdin"];
    Program::new(&missing)
        .with(&account)
        .stdin(TOKEN)
        .run()
        .fails(3, &["no secret", "see the names: ecr-ptc list"]);
}

#[test]
fn the_new_credentials_are_tested_first() {
    let account = Account::new();
    account.made_with(NAME, &OLD.replace("old-user", "me"));
    let registry = Registry::strict();
    let more = [
        "--upstream-registry-url",
        &registry.url,
        "--verify",
        "always",
        "-o",
        "json",
    ];
    let ended = update(&account, &more).stdin("a-bad-token").run();
    ended
        .fails(6, &["rejected the credentials of me"])
        .hides("a-bad-token");
    assert_eq!(account.take_actions(), ["DescribeSecret", "GetSecretValue"]);
    let ended = update(&account, &more).run();
    assert_eq!(ended.json()["verification"]["verdict"], "accepted");
    let other = "ecr-pullthroughcache/team-one";
    account.made_with(other, OLD);
    let words = ["update", "team-one", "--access-token-stdin", "--verify"];
    let run = |when: &str| {
        let words = [&words[..], &[when]].concat();
        Program::new(&words).with(&account).stdin(TOKEN).run()
    };
    run("always").fails(2, &["cannot be tested", "--registry KIND"]);
    let ended = run("auto");
    ended.ok();
    assert!(ended.stderr.contains("were not tested"), "{}", ended.stderr);
}

#[test]
fn the_expiry_date_is_kept_replaced_and_unknown_again() {
    let account = Account::new();
    account.made_with(NAME, OLD);
    let report = update(&account, "--expires-on 2999-01-31 -o json")
        .run()
        .json();
    assert_eq!(report["expiresOn"], "2999-01-31");
    assert_eq!(tag_of(&account).as_deref(), Some("2999-01-31"));
    account.take_actions();
    // Only the date is another.
    let report = update(&account, "--expires-on 2999-02-28 -o json")
        .run()
        .json();
    assert_eq!(
        report["steps"],
        json!([{"step": "tag-resource", "status": "done"}])
    );
    assert_eq!(
        account.take_actions(),
        ["DescribeSecret", "GetSecretValue", "TagResource"]
    );
    // The same token again: nothing is known that was not before.
    let report = update(&account, "-o json").run().json();
    assert_eq!(
        (&report["action"], &report["expiresOn"]),
        (&json!("unchanged"), &json!("2999-02-28"))
    );
    // Another token, of which no end is known.
    let report = update(&account, "-o json")
        .stdin("another-token")
        .run()
        .json();
    assert_eq!(report["expiresOn"], json!(null));
    assert_eq!(tag_of(&account).as_deref(), Some("unknown"));
    for (date, words) in [
        ("2020-01-01", "is in the past"),
        ("2027-02-30", "a calendar day"),
        ("soon", "such as 2027-01-31"),
    ] {
        update(&account, &["--expires-on", date])
            .run()
            .fails(2, &["--expires-on", words]);
    }
}

#[test]
fn create_keeps_the_day_too() {
    let account = Account::new();
    Program::create(&account, "--expires-on 2999-01-31 --tag a=b")
        .run()
        .ok();
    assert_eq!(
        account.only("CreateSecret")["Tags"],
        json!([{"Key": "a", "Value": "b"}, {"Key": "ecr-ptc:expires-on", "Value": "2999-01-31"}])
    );
    let more = ["--if-exists", "update", "-o", "json"];
    Program::create(&account, &more)
        .stdin("another-token")
        .run()
        .ok();
    let unknown = "the date was of the token before";
    assert_eq!(tag_of(&account).as_deref(), Some("unknown"), "{unknown}");
    let both = [
        "--expires-on",
        "2999-01-31",
        "--tag",
        "ecr-ptc:expires-on=2999-01-31",
    ];
    Program::create(&account, &both)
        .run()
        .fails(2, &["set the same tag"]);
    // {"exp":32472144000}: the year 2999.
    let jwt = "eyJhbGciOiJub25lIn0.eyJleHAiOjMyNDcyMTQ0MDAwfQ.c2lnbmF0dXJl";
    let account = Account::new();
    Program::create(&account, &[]).stdin(jwt).run().ok();
    assert_eq!(tag_of(&account).as_deref(), Some("2999-01-01"));
}

#[test]
fn a_tag_that_may_not_be_set_leaves_the_version_and_says_how_to_finish() {
    let account = Account::new();
    account.made_with(NAME, OLD);
    account.refuse(
        "TagResource",
        400,
        "AccessDeniedException",
        "User: x is not authorized to perform: secretsmanager:TagResource",
    );
    let ended = update(&account, "--expires-on 2999-01-31").run();
    ended.fails(
        8,
        &[
            "is stored, but could not set the tags",
            "put-secret-value done",
            "tag-resource failed",
            "finish it with: ecr-ptc update ecr-pullthroughcache/docker-hub --expires-on 2999-01-31",
        ],
    );
    assert!(account.value(NAME).contains("dckr_pat_Zq7"));
}

/// A username from the environment is for new credentials.
#[test]
fn a_username_in_the_environment_asks_for_no_token_and_excludes_no_rollback() {
    let account = Account::new();
    account.made_with(NAME, OLD);
    let run = |more: &[&str]| {
        let words = [&["update", "docker-hub"], more].concat();
        let program = Program::new(&words).with(&account);
        program.env("ECR_PTC_USERNAME", "who").run()
    };
    run(&["--expires-on", "2999-01-31"]).ok();
    assert_eq!(account.value(NAME), OLD);
    let given = ["--expires-on", "2999-01-31", "--username", "who"];
    run(&given).fails(2, &["the access token is missing"]);
    update(&account, "").run().ok();
    run(&["--rollback", "--yes"]).ok();
    assert_eq!(current(&account), OLD);
}

#[test]
fn a_value_that_may_not_be_read() {
    let account = Account::new();
    account.made_with(NAME, OLD);
    account.refuse("GetSecretValue", 400, "AccessDeniedException", "no");
    update(&account, "").run().fails(
        5,
        &["could not read the username stored in", "--username NAME"],
    );
    let ended = update(&account, "-u me").run();
    ended.ok();
    assert!(
        ended.stderr.contains("without comparison"),
        "{}",
        ended.stderr
    );
}

#[test]
fn what_cannot_be_written_is_reported_before() {
    let account = Account::new();
    account.made_with(NAME, OLD);
    account.ask("DeleteSecret", &json!({"SecretId": NAME}));
    update(&account, "")
        .run()
        .fails(3, &["scheduled for deletion", "ecr-ptc restore"]);
    assert_eq!(account.actions(), ["DescribeSecret"]);
}

#[test]
fn a_rotation_that_may_replace_it_is_reported() {
    let account = Account::new();
    let lambda = "arn:aws:lambda:us-east-1:111122223333:function:rotate";
    let more = [
        "--rotation-lambda-arn",
        lambda,
        "--rotation-days",
        "30",
        "--no-rotate-immediately",
    ];
    Program::create(&account, &more).run();
    let ended = update(&account, "").stdin("another-token").run();
    ended.ok();
    assert!(ended.stderr.contains("rotation is on"), "{}", ended.stderr);
}

#[test]
fn the_way_back_and_forth() {
    let account = Account::new();
    account.made_with(NAME, OLD);
    let back = |more: &[&str]| {
        let words = [&["update", "docker-hub", "--rollback"], more].concat();
        Program::new(&words).with(&account).run()
    };
    back(&["--yes"]).fails(3, &["no previous version", "ecr-ptc update"]);
    back(&[]).fails(2, &["--yes"]);
    for other in [&["--username", "x"][..], &["--from-docker-config"]] {
        let more = [&["--yes"], other].concat();
        back(&more).fails(2, &["'--rollback' cannot be used with"]);
    }
    update(&account, "").run().ok();
    let before = stages(&account);
    account.take_actions();
    let report = back(&["--yes", "-o", "json"]).json();
    assert_eq!(report["action"], "updated");
    assert_eq!(report["versionId"], before[1].1.as_str());
    assert_eq!(current(&account), OLD);
    assert_eq!(
        account.take_actions(),
        [
            "DescribeSecret",
            "ListSecretVersionIds",
            "UpdateSecretVersionStage"
        ]
    );
    let ended = back(&["--yes"]);
    assert!(
        ended.stderr.contains("created 20") && ended.stderr.contains("(today)"),
        "{}",
        ended.stderr
    );
    ended.ok();
    assert!(
        current(&account).contains("dckr_pat_Zq7"),
        "a rollback can be rolled back"
    );
    assert_eq!(stages(&account), before);
}

#[cfg(unix)]
mod terminal {
    use super::{current, NAME, OLD, TOKEN};
    use crate::support::{Account, Screen};

    #[test]
    fn it_asks_for_the_token_and_before_it_writes() {
        let account = Account::new();
        account.made_with(NAME, OLD);
        let screen = Screen::new(&account);
        screen
            .enters("$PTC update docker-hub --access-token-stdin --expires-on 2999-01-31")
            .sees("Access token (not shown): ")
            .enters(TOKEN)
            .sees("account  ")
            .sees("old-user")
            .sees("2999-01-31")
            .sees("Store these")
            .enters("y")
            .sees("arn:aws:secretsmanager:")
            .sees("--rollback");
        screen.status_is(0);
        assert!(current(&account).contains("dckr_pat_Zq7"));
        screen
            .enters("$PTC update docker-hub --rollback")
            .sees("(today)")
            .sees("Roll back to the previous version?")
            .enters("n");
        screen.sees("nothing was written").status_is(130);
        screen
            .enters("$PTC update docker-hub --rollback")
            .sees("Roll back to the previous version?")
            .enters("y")
            .sees("arn:aws:");
        screen.status_is(0);
        assert_eq!(current(&account), OLD);
    }
}
