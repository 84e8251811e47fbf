//! The life of a secret after it was made, by whatever tool: `list`, `show`, `delete`, `restore`.

use serde_json::json;

use crate::support::{Account, Program, TOKEN};

/// Makes a secret as another tool would, and gives its ARN.
fn made(account: &Account, name: &str) -> String {
    let body = json!({
        "Name": name,
        "SecretString": json!({"username": "me", "accessToken": TOKEN}).to_string(),
        "ClientRequestToken": uuid(),
    });
    let answer = account.ask("CreateSecret", &body);
    answer["ARN"].as_str().unwrap().to_owned()
}

fn run(account: &Account, words: &[&str]) -> crate::support::Ended {
    Program::new(words).with(account).run()
}

#[test]
fn list_shows_every_secret_of_every_page_by_name() {
    let account = Account::new();
    for number in 0..230 {
        made(
            &account,
            &format!("ecr-pullthroughcache/{:03}", 229 - number),
        );
    }
    made(&account, "other/secret");
    account.ask(
        "DeleteSecret",
        &json!({"SecretId": "ecr-pullthroughcache/007"}),
    );
    let listed = run(&account, &["list", "-o", "json"]).json();
    let names: Vec<&str> = listed
        .as_array()
        .unwrap()
        .iter()
        .map(|secret| secret["name"].as_str().unwrap())
        .collect();
    let expected: Vec<String> = (0..230)
        .map(|number| format!("ecr-pullthroughcache/{number:03}"))
        .collect();
    assert_eq!(names, expected);
    let count = |action: &str| {
        account
            .actions()
            .iter()
            .filter(|done| *done == action)
            .count()
    };
    assert_eq!((count("ListSecrets"), count("DescribeSecret")), (3, 229));
    let asked = account
        .requests()
        .into_iter()
        .find(|request| request.action == "ListSecrets")
        .unwrap()
        .body;
    assert_eq!(
        asked["Filters"],
        json!([{"Key": "name", "Values": ["ecr-pullthroughcache/"]}])
    );
    assert_eq!(asked["IncludePlannedDeletion"], true);
    assert!(listed[7]["deletedDate"].is_string() && listed[8]["deletedDate"].is_null());
}

#[test]
fn list_tells_scripts_what_is_known_and_null_for_the_rest() {
    let account = Account::new();
    let arn = made(&account, "ecr-pullthroughcache/team/ghcr");
    account.ask(
        "TagResource",
        &json!({"SecretId": arn, "Tags": [{"Key": "ecr-ptc:expires-on", "Value": "2031-02-28"}]}),
    );
    account.ask(
        "ReplicateSecretToRegions",
        &json!({"SecretId": arn, "AddReplicaRegions": [{"Region": "eu-west-1"}]}),
    );
    let mut listed = run(&account, &["list", "-o", "json"]).json();
    let entry = listed[0].as_object_mut().unwrap();
    for time in ["created", "lastChanged"] {
        let text = entry.remove(time).unwrap();
        let text = text.as_str().unwrap();
        assert!(
            text.len() == 20 && text.ends_with('Z') && text.contains('T'),
            "{time}: {text}"
        );
    }
    assert_eq!(
        listed[0],
        json!({
            "name": "ecr-pullthroughcache/team/ghcr", "arn": arn, "registry": "github-container-registry",
            "description": null, "lastAccessed": null, "deletedDate": null, "primaryRegion": null,
            "replicaRegions": ["eu-west-1"], "expiresOn": "2031-02-28", "kmsKey": "aws/secretsmanager",
            "rotationEnabled": false, "lastRotated": null, "nextRotation": null,
        })
    );
    let copy = Program::new(&["list", "-o", "json", "--region", "eu-west-1"])
        .with(&account)
        .run()
        .json();
    assert_eq!(
        (&copy[0]["primaryRegion"], &copy[0]["replicaRegions"]),
        (&json!("us-east-1"), &json!([]))
    );
    assert_eq!(
        run(&Account::new(), &["list", "-o", "json"]).json(),
        json!([])
    );
}

#[test]
fn list_is_a_table_for_people() {
    let account = Account::new();
    let entry = |name: &str, more: serde_json::Value| {
        let mut entry = json!({"Name": format!("ecr-pullthroughcache/{name}"), "ARN": format!("arn:aws:secretsmanager:us-east-1:1:secret:{name}-abcdef")});
        entry
            .as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        entry
    };
    let days_ago = |days: u64| {
        let since = std::time::SystemTime::now()
            .duration_since(std::time::UNIX_EPOCH)
            .unwrap();
        since.as_secs() - days * 86_400
    };
    let entries = json!({"SecretList": [
        entry("docker-hub", json!({"LastChangedDate": days_ago(3), "LastAccessedDate": days_ago(1)})),
        entry("old", json!({"LastChangedDate": days_ago(400), "Tags": [{"Key": "ecr-ptc:expires-on", "Value": "2020-01-01"}]})),
        entry("gone", json!({"LastChangedDate": days_ago(0), "DeletedDate": days_ago(0)})),
        entry("\u{1b}[31mred", json!({"Tags": [{"Key": "ecr-ptc:expires-on", "Value": "soon"}]})),
    ]});
    account.answer(
        "ListSecrets",
        200,
        "application/x-amz-json-1.1",
        &entries.to_string(),
        None,
    );
    account.answer(
        "DescribeSecret",
        200,
        "application/x-amz-json-1.1",
        r#"{"ReplicationStatus":[{"Region":"eu-west-1"},{"Region":"eu-west-3"}]}"#,
        Some(1),
    );
    account.refuse(
        "DescribeSecret",
        400,
        "AccessDeniedException",
        "not allowed",
    );
    let listed = run(&account, &["list"]);
    let rows: Vec<&str> = listed.ok().lines().collect();
    assert!(
        rows[0].starts_with("NAME ") && rows[0].contains("  CHANGED   READ  STATE"),
        "{}",
        rows[0]
    );
    assert!(
        rows[1].contains("\\u{1b}[31mred") && rows[1].contains("no date"),
        "{}",
        rows[1]
    );
    assert!(rows[2].contains(" 3 days  1 day "), "{}", rows[2]);
    assert!(
        rows[3].contains("   today  never  scheduled for deletion"),
        "{}",
        rows[3]
    );
    assert!(
        rows[4].contains("400 days  never  expired                 2020-01-01"),
        "{}",
        rows[4]
    );
    assert!(
        listed.stderr.contains("replicas are not told"),
        "{}",
        listed.stderr
    );
}

#[test]
fn list_where_there_is_nothing_or_no_permission() {
    let account = Account::new();
    let listed = run(&account, &["list"]);
    assert_eq!(listed.ok(), "");
    assert!(listed
        .stderr
        .contains("there is no secret under ecr-pullthroughcache/ in us-east-1"));
    account.refuse(
        "ListSecrets",
        400,
        "AccessDeniedException",
        "User: x is not authorized to perform: secretsmanager:ListSecrets because",
    );
    let words = [
        "could not list the secrets",
        r#""Action":"secretsmanager:ListSecrets","Resource":"*""#,
    ];
    run(&account, &["list"]).fails(5, &words);
}

#[test]
fn show_tells_all_but_the_token() {
    let account = Account::new();
    let arn = made(&account, "ecr-pullthroughcache/docker-hub");
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
        let shown = run(&account, &["show", name, "-o", "json"]).json();
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
            json!([{"region": "eu-west-1", "status": "InSync", "message": "Replication succeeded"}])
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
    let shown = run(&account, &["show", "docker-hub"]);
    for row in [
        "registry     Docker Hub (docker-hub)",
        "username     me",
        "accessToken  23 characters, not shown; a Docker Hub personal access token",
        "expires on   2031-02-28 (in ",
        "key          aws/secretsmanager",
        "tag          owner=\\u{1b}[31mred",
        "AWSCURRENT",
        "replica      eu-west-1, InSync, Replication succeeded",
        r#"policy       {"Statement":[]}"#,
    ] {
        assert!(shown.ok().contains(row), "{row}: {}", shown.stdout);
    }
    let actions = account.take_actions();
    assert!(
        actions.iter().all(
            |action| ["DescribeSecret", "GetSecretValue", "GetResourcePolicy"]
                .contains(&action.as_str())
        ),
        "{actions:?}"
    );
}

#[test]
fn show_goes_on_without_permissions_and_says_what_is_missing() {
    let account = Account::new();
    let body = json!({"Name": "ecr-pullthroughcache/x", "SecretString": TOKEN, "KmsKeyId": account.new_key()});
    account.ask("CreateSecret", &body);
    let shown = run(&account, &["show", "x", "-o", "json"]).json();
    assert_eq!(
        (&shown["keyManager"], &shown["username"]),
        (&json!("CUSTOMER"), &json!(null))
    );
    assert!(shown["warnings"][0]
        .as_str()
        .unwrap()
        .contains("not the JSON that ECR reads"));
    assert!(run(&account, &["show", "x"])
        .ok()
        .contains("customer managed: ECR cannot use it"));
    for action in ["GetSecretValue", "GetResourcePolicy", "DescribeKey"] {
        account.refuse(action, 400, "AccessDeniedException", "not allowed");
    }
    let shown = run(&account, &["show", "x"]);
    for part in [
        "whether ECR can use it is not known (DescribeKey: not allowed)",
        "name         ecr-pullthroughcache/x",
    ] {
        assert!(shown.ok().contains(part), "{part}: {}", shown.stdout);
    }
    for part in [
        "what is in the value is not shown (GetSecretValue: not allowed)",
        "the resource policy is not shown",
    ] {
        assert!(shown.stderr.contains(part), "{part}: {}", shown.stderr);
    }
    account.heal();
    account.ask(
        "DeleteSecret",
        &json!({"SecretId": "ecr-pullthroughcache/x"}),
    );
    let shown = run(&account, &["show", "x"]);
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
    run(&account, &["show", "x"]).fails(
        5,
        &[
            "could not look at ecr-pullthroughcache/x",
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
        let shown = run(&account, &["show", "x", "-o", format]);
        shown.hides("another-token");
        assert!(
            shown.ok().contains("the token is [token not shown]"),
            "{}",
            shown.stdout
        );
    }
}

#[test]
fn show_tells_a_token_that_cannot_work_and_a_value_that_is_not_there() {
    let account = Account::new();
    made(&account, "ecr-pullthroughcache/ghcr");
    let shown = run(&account, &["show", "ghcr"]);
    assert!(
        shown.ok().contains(
            "a Docker Hub personal access token, and GitHub Container Registry takes no such token"
        ),
        "{}",
        shown.stdout
    );
    account.ask(
        "CreateSecret",
        &json!({"Name": "ecr-pullthroughcache/empty"}),
    );
    let shown = run(&account, &["show", "empty"]);
    shown.ok();
    assert!(
        shown.stderr.contains("there is no current value"),
        "{}",
        shown.stderr
    );
}

#[test]
fn a_name_that_does_not_exist_is_told_with_the_nearest() {
    let account = Account::new();
    run(&account, &["show", "dockerhub"]).fails(
        3,
        &[
            "there is none under ecr-pullthroughcache/ at all",
            "--name ecr-pullthroughcache/dockerhub",
        ],
    );
    made(&account, "ecr-pullthroughcache/docker-hub");
    made(&account, "ecr-pullthroughcache/ghcr");
    let fix = "ecr-ptc show ecr-pullthroughcache/docker-hub --region us-east-1";
    run(&account, &["show", "dockerhub"]).fails(
        3,
        &[
            "there is no secret ecr-pullthroughcache/dockerhub in us-east-1",
            fix,
        ],
    );
    let error = run(&account, &["show", "dockerhub", "-o", "json"]).error_json();
    assert_eq!(error["error"]["code"], "secret-not-found");
    account.refuse("ListSecrets", 400, "AccessDeniedException", "not allowed");
    run(&account, &["show", "dockerhub"])
        .fails(3, &["ecr-ptc list"])
        .never(&["docker-hub"]);
}

#[test]
fn a_name_that_can_be_none() {
    let account = Account::new();
    let arn = "arn:aws:secretsmanager:eu-west-1:111122223333:secret:ecr-pullthroughcache/x-AbCdEf";
    for (name, words) in [
        ("", "the name is empty"),
        (&*"x".repeat(500), "521 characters"),
        (
            "arn:aws:secretsmanager:us-east-1:1:secret:other-AbCdEf",
            "not one of a secret under",
        ),
        (arn, "--region eu-west-1"),
    ] {
        run(&account, &["show", name]).fails(2, &[words]);
    }
    run(&account, &["show", TOKEN]).fails(2, &["looks like an access token"]);
    run(&account, &["show"]).fails(2, &["<NAME> is missing"]);
    assert!(account.requests().is_empty());
}

/// A request token, for the sake of the local AWS, which makes versions with it.
fn uuid() -> String {
    use std::sync::atomic::{AtomicU64, Ordering};
    static NEXT: AtomicU64 = AtomicU64::new(0);
    format!(
        "00000000-0000-4000-8000-{:012}",
        NEXT.fetch_add(1, Ordering::Relaxed)
    )
}

#[cfg(unix)]
mod at_a_terminal {
    use super::*;
    use crate::support::Screen;

    #[test]
    fn the_table_fits_the_terminal() {
        let account = Account::new();
        made(
            &account,
            &format!("ecr-pullthroughcache/{}", "x".repeat(150)),
        );
        let screen = Screen::new(&account);
        screen.enters("$PTC list").sees("xxx…").status_is(0);
        assert!(!screen.text().contains("CHANGED"), "{}", screen.text());
    }
}
