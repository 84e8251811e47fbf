//! Secrets that AWS rotates itself: told as such, and never changed.

use serde_json::json;

use crate::support::{Account, Program};

const NAME: &str = "ecr-pullthroughcache/gitlab";
const VALUE: &str = r#"{"token":"not-real","tokenId":"7","gitlabUrl":"https://gitlab.com"}"#;

fn account() -> Account {
    let account = Account::new();
    let secret = json!({"Name": NAME, "SecretString": VALUE, "Type": "GitLabAccessToken"});
    account.ask("CreateSecret", &secret);
    account.take_actions();
    account
}

#[test]
fn check_says_why_ecr_cannot_read_it_and_never_offers_to_fix_it() {
    let account = account();
    for words in [&["check", "-o", "json"][..], &["check", NAME, "-o", "json"]] {
        let ended = account.run(words);
        assert_eq!(ended.status, 9, "{ended:?}");
        let report: serde_json::Value = serde_json::from_str(&ended.stdout).unwrap();
        let findings = report["findings"].as_array().unwrap().iter();
        let codes: Vec<_> = findings.map(|finding| finding["code"].clone()).collect();
        assert_eq!(codes, [json!("managed-external-secret")], "{report}");
        assert!(!ended.stdout.contains("--fix"), "{report}");
        assert!(ended.stdout.contains("GitLabAccessToken"), "{report}");
    }
}

#[test]
fn nothing_changes_it() {
    let account = account();
    let token = [
        "--access-token-stdin",
        "--verify",
        "never",
        "--username",
        "me",
    ];
    let update = [&["update", NAME], &token[..]].concat();
    let rollback = vec!["update", NAME, "--rollback", "--yes"];
    let expiry = vec!["update", NAME, "--expires-on", "2099-01-31"];
    let fix = vec!["check", NAME, "--fix", "--yes"];
    let create = [
        "create",
        "--registry",
        "gitlab",
        "--name",
        NAME,
        "--if-exists",
        "update",
    ];
    let create = [&create[..], &token[..]].concat();
    let rule = vec!["rule", "set", "gitlab", "--secret", NAME];
    let skip = ["create", "--registry", "gitlab", "--name", NAME];
    let skip = [
        &skip[..],
        &["--if-exists", "skip", "--rule", "gitlab"],
        &token[..],
    ]
    .concat();
    for words in [update, rollback, expiry, fix, create, rule, skip] {
        let ended = Program::new(&words).with(&account).stdin("glpat-new").run();
        ended.fails(
            3,
            &[
                "is a managed external secret of type GitLabAccessToken",
                "other keys would break the rotation",
                "choose another --name",
            ],
        );
    }
    assert_eq!(account.value(NAME), VALUE);
    let writes = ["Put", "Update", "Tag", "Untag", "CreatePull"];
    let actions = account.take_actions();
    assert!(!actions
        .iter()
        .any(|action| writes.iter().any(|verb| action.starts_with(verb))));
}

#[test]
fn list_and_show_name_it() {
    let account = account();
    let table = account.run("list");
    assert!(
        table.ok().contains("managed: GitLabAccessToken"),
        "{}",
        table.stdout
    );
    let listed = account.run("list -o json").json();
    assert_eq!(listed[0]["type"], "GitLabAccessToken");
    let shown = account.run(&["show", NAME]);
    let role = format!("rotated by   arn:aws:iam::{}:role/rotation", account.id);
    for row in [
        "managed      a managed external secret of type GitLabAccessToken",
        &role,
        "rotated with groupId=17",
    ] {
        assert!(shown.ok().contains(row), "{row}: {}", shown.stdout);
    }
    let shown = account.run(&["show", NAME, "-o", "json"]).json();
    assert_eq!(shown["type"], "GitLabAccessToken");
    let metadata = json!([{"key": "groupId", "value": "17"}]);
    assert_eq!(shown["externalSecretRotationMetadata"], metadata);
}

#[test]
fn show_names_the_key_of_a_replica_that_is_not_the_default_one() {
    let account = Account::new();
    account.made(NAME);
    let replica = |key: &str| json!({"Region": "eu-west-1", "Status": "InSync", "KmsKeyId": key});
    let mut secret = account.ask("DescribeSecret", &json!({"SecretId": NAME}));
    for (key, row) in [
        ("alias/aws/secretsmanager", "replica      eu-west-1, InSync"),
        (
            "alias/mine",
            "replica      eu-west-1, InSync, key alias/mine",
        ),
    ] {
        secret["ReplicationStatus"] = json!([replica(key)]);
        let kind = "application/x-amz-json-1.1";
        account.answer("DescribeSecret", 200, kind, &secret.to_string(), Some(1));
        let shown = account.run(&["show", NAME]);
        let has_it = shown.ok().lines().any(|line| line == row);
        assert!(has_it, "{row}: {}", shown.stdout);
    }
}

#[cfg(unix)]
#[test]
fn at_a_terminal_another_name_is_the_way_on() {
    let account = account();
    let screen = crate::support::Screen::new(&account);
    screen
        .enters("$PTC create gitlab --name ecr-pullthroughcache/gitlab")
        .sees("It is a managed external secret of type GitLabAccessToken")
        .sees("Use another name");
    let text = screen.text();
    assert!(!text.contains("next version"), "{text}");
    screen.types("\x03").status_is(130).is_as_before();
}
