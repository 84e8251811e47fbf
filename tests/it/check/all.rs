//! `check` of all secrets: in few calls, without permissions, for scripts, and keys of KMS.

use serde_json::{json, Value};

use super::one::found;
use crate::support::{told, Account, Ended, Program, TOKEN};

const NAME: &str = "ecr-pullthroughcache/docker-hub";

fn count(account: &Account, action: &str) -> usize {
    account
        .actions()
        .iter()
        .filter(|done| *done == action)
        .count()
}

#[test]
fn all_secrets_of_every_page_in_few_calls() {
    let account = Account::new();
    for number in 0..230 {
        account.made_with(
            &format!("ecr-pullthroughcache/{number:03}"),
            r#"{"username":"me","accessToken":"x"}"#,
        );
    }
    account.made_with("ecr-pullthroughcache/zzz", "plain text");
    account.made_with("other/secret", "plain text");
    let checked = account.run("check");
    assert_eq!(checked.status, 9);
    let text = "ecr-pullthroughcache/zzz\n  error    not-json: the value is not a JSON object with username and accessToken, \
                so ECR cannot log in with it, and pulls fail for images that ECR has not cached\n    \
                fix:   store the credentials: ecr-ptc create --name ecr-pullthroughcache/zzz --if-exists update --region us-east-1\n";
    let unused = "unused secrets\n  note     unused: no rule uses these 231 secrets, and each costs money:\n    \
                  - ecr-pullthroughcache/000\n    - ecr-pullthroughcache/001\n";
    let (before, after) = checked.stdout.split_once(unused).unwrap();
    assert_eq!(before, text);
    assert!(
        after.contains(
            "    - ecr-pullthroughcache/009\n    and 221 more; -o json lists them all\n    fix:"
        ),
        "{after}"
    );
    assert_eq!(
        checked.stderr,
        "231 secrets and 0 rules checked: 1 error, 231 notes\n"
    );
    assert_eq!(
        (
            count(&account, "ListSecrets"),
            count(&account, "BatchGetSecretValue"),
            account.actions().len()
        ),
        (3, 12, 16)
    );
    let largest = account
        .requests()
        .iter()
        .filter_map(|request| request.body["SecretIdList"].as_array().map(Vec::len))
        .max();
    assert_eq!(largest, Some(20));
}

#[test]
fn a_list_that_is_behind_is_not_believed() {
    let account = Account::new();
    let arn = account.made(NAME);
    let behind = json!({"SecretList": [{"Name": NAME, "ARN": arn}]}).to_string();
    account.answer(
        "ListSecrets",
        200,
        "application/x-amz-json-1.1",
        &behind,
        None,
    );
    assert_eq!(told(&account.run("check -o json").json()), json!([]));
    account.refuse(
        "GetSecretValue",
        400,
        "AccessDeniedException",
        "not allowed",
    );
    for words in [&["check", "-o", "json"][..], &["check", NAME, "-o", "json"]] {
        let report = account.run(words).json();
        assert_eq!(told(&report)[0]["code"], "value-not-read");
    }
}

#[test]
fn an_answer_in_parts_is_taken_whole() {
    let account = Account::new();
    account.made_with(NAME, "plain text");
    account.answer(
        "BatchGetSecretValue",
        200,
        "application/x-amz-json-1.1",
        r#"{"SecretValues":[],"NextToken":"0"}"#,
        Some(1),
    );
    let checked = account.run("check -o json");
    let report: Value = serde_json::from_str(&checked.stdout).unwrap();
    assert_eq!(
        (
            &told(&report)[0]["code"],
            count(&account, "BatchGetSecretValue")
        ),
        (&json!("not-json"), 2)
    );
}

#[test]
fn scripts_get_the_same_members_always() {
    let account = Account::new();
    assert_eq!(
        account.run("check -o json").json(),
        json!({"schemaVersion": 1, "checked": 0, "checkedRules": 0, "region": "us-east-1", "findings": []})
    );
    let none = account.run("check");
    assert_eq!(
        (none.ok(), none.stderr.as_str()),
        ("", "0 secrets and 0 rules checked: no problems found\n")
    );
    account.made_with(NAME, r#"{"username":"me","password":"x"}"#);
    let checked = account.run("check -o json -q");
    assert_eq!((checked.status, checked.stderr.as_str()), (9, ""));
    let report: Value = serde_json::from_str(&checked.stdout).unwrap();
    assert_eq!(
        report,
        json!({"schemaVersion": 1, "checked": 1, "checkedRules": 0, "region": "us-east-1", "findings": [{
            "level": "error", "code": "wrong-key", "secret": NAME, "rule": null,
            "message": "the value has the key password, but ECR expects accessToken, so ECR cannot log in with it, and pulls fail for images that ECR has not cached",
            "fix": format!("ecr-ptc check {NAME} --fix --region us-east-1"),
        }, {
            "level": "note", "code": "unused", "secret": NAME, "rule": null,
            "message": "no rule in us-east-1 uses the secret, and it costs money",
            "fix": format!("create a rule for it: ecr-ptc rule set docker-hub --secret {NAME} --registry docker-hub --region us-east-1\nor delete it: ecr-ptc delete {NAME} --region us-east-1"),
        }]})
    );
}

#[test]
fn without_permission_to_read_values_the_rest_is_checked() {
    let account = Account::new();
    for number in 0..50 {
        account.made(&format!("ecr-pullthroughcache/{number}"));
    }
    account.made("ecr-pullthroughcache/a!");
    let codes = |ended: &Ended| {
        let report: Value = serde_json::from_str(&ended.stdout).unwrap();
        let findings = told(&report).as_array().unwrap().clone();
        let codes = findings.iter().map(|finding| {
            (
                finding["secret"].clone(),
                finding["code"].as_str().unwrap().to_owned(),
            )
        });
        codes.collect::<Vec<_>>()
    };
    let expected = vec![
        (json!(null), "value-not-read".to_owned()),
        (
            json!("ecr-pullthroughcache/a!"),
            "name-not-accepted".to_owned(),
        ),
    ];
    account.refuse(
        "BatchGetSecretValue",
        400,
        "AccessDeniedException",
        "not allowed",
    );
    let checked = account.run("check -o json");
    assert_eq!((checked.status, codes(&checked)), (9, expected.clone()));
    for part in [
        "to allow secretsmanager:BatchGetSecretValue;",
        "BatchGetSecretValue: not allowed",
    ] {
        assert!(checked.stdout.contains(part), "{part}: {}", checked.stdout);
    }
    account.heal();
    let denied = |names: &[&str]| {
        let errors = names.iter().map(|arn| json!({"SecretId": arn, "ErrorCode": "AccessDeniedException", "Message": "not allowed"}));
        json!({"SecretValues": [], "Errors": errors.collect::<Vec<_>>()}).to_string()
    };
    account.answer(
        "BatchGetSecretValue",
        200,
        "application/x-amz-json-1.1",
        &denied(&[]),
        None,
    );
    assert_eq!(codes(&account.run("check -o json")), expected);
    let account = Account::new();
    let arn = account.made(NAME);
    account.answer(
        "BatchGetSecretValue",
        200,
        "application/x-amz-json-1.1",
        &denied(&[&arn]),
        None,
    );
    account.refuse(
        "GetSecretValue",
        400,
        "AccessDeniedException",
        "not allowed",
    );
    for words in [
        &["check", "-o", "json"][..],
        &["check", "docker-hub", "-o", "json"],
    ] {
        let checked = account.run(words);
        assert_eq!(
            (checked.status, codes(&checked)),
            (0, vec![(json!(NAME), "value-not-read".to_owned())])
        );
        assert!(
            checked.stdout.contains("GetSecretValue: not allowed"),
            "{}",
            checked.stdout
        );
    }
    account.run("check docker-hub --fix --yes").fails(
        5,
        &["could not read the value", "secretsmanager:GetSecretValue"],
    );
}

#[test]
fn a_value_that_is_refused_among_others_is_reported_by_its_secret() {
    let account = Account::new();
    let arns = [
        account.made("ecr-pullthroughcache/a"),
        account.made("ecr-pullthroughcache/b"),
        account.made("ecr-pullthroughcache/c"),
    ];
    let answer = json!({
        "SecretValues": [{"ARN": arns[0], "SecretString": r#"{"username":"me","accessToken":"x"}"#}],
        "Errors": [
            {"SecretId": arns[1], "ErrorCode": "DecryptionFailure", "Message": "cannot"},
            {"SecretId": arns[2], "ErrorCode": "ResourceNotFoundException", "Message": "can't find the specified secret value for staging label: AWSCURRENT"},
        ],
    });
    account.answer(
        "BatchGetSecretValue",
        200,
        "application/x-amz-json-1.1",
        &answer.to_string(),
        None,
    );
    let checked = account.run("check");
    assert_eq!(checked.status, 9);
    let lines = [
        "ecr-pullthroughcache/b\n  warning  value-not-read: the value was not checked: this caller could not read it (GetSecretValue: DecryptionFailure)",
        "fix:   see why: ecr-ptc show ecr-pullthroughcache/b -v --region us-east-1",
        "ecr-pullthroughcache/c\n  error    no-current-value",
    ];
    for part in lines {
        assert!(checked.stdout.contains(part), "{part}: {}", checked.stdout);
    }
    assert!(
        checked
            .stdout
            .starts_with("ecr-pullthroughcache/a\n  note     unused"),
        "{}",
        checked.stdout
    );
}

#[test]
fn what_fails_as_a_whole_is_a_failure() {
    let account = Account::new();
    account.run("check docker-hub").fails(3, &["no secret"]);
    account.made(NAME);
    account.refuse("BatchGetSecretValue", 500, "InternalServiceError", "broken");
    let program = Program::new("check")
        .with(&account)
        .env("AWS_MAX_ATTEMPTS", "1");
    program
        .run()
        .fails(7, &["could not check the secrets", "try again"]);
    account.refuse("ListSecrets", 400, "AccessDeniedException", "not allowed");
    account
        .run("check")
        .fails(5, &["to allow secretsmanager:ListSecrets;"]);
    account.refuse(
        "DescribeSecret",
        400,
        "AccessDeniedException",
        "not allowed",
    );
    account
        .run("check docker-hub")
        .fails(5, &["secretsmanager:DescribeSecret"]);
}

#[test]
fn options_that_cannot_be() {
    let account = Account::new();
    for (words, said) in [
        (&["check", "--fix"][..], "there is no terminal"),
        (
            &["check", "docker-hub", "--yes"],
            "--yes has no effect without --fix",
        ),
        (&["check", "--max-age", "-1"], "-1 is not in 0 to 65535"),
        (
            &["check", "--expiring-within", "soon"],
            "invalid value 'soon' for '--expiring-within <DAYS>'",
        ),
        (&["check", "docker-hub", "--fix"], "there is no terminal"),
        (&["check", TOKEN], "looks like an access token"),
    ] {
        account.run(words).fails(2, &[said]);
    }
    assert!(account.requests().is_empty());
}

#[test]
fn keys_of_kms_are_asked_for_once() {
    let account = Account::new();
    let key = account.new_key();
    for number in 0..3 {
        let body = json!({"Name": format!("ecr-pullthroughcache/{number}"), "SecretString": r#"{"username":"me","accessToken":"x"}"#, "KmsKeyId": key});
        account.ask("CreateSecret", &body);
    }
    account.ask("CreateSecret", &json!({"Name": "ecr-pullthroughcache/9", "SecretString": r#"{"username":"me","accessToken":"x"}"#, "KmsKeyId": "alias/aws/secretsmanager"}));
    let checked = account.run("check -o json");
    let report: Value = serde_json::from_str(&checked.stdout).unwrap();
    let findings = told(&report).as_array().unwrap().clone();
    assert_eq!((checked.status, findings.len()), (9, 3));
    assert_eq!(
        (&findings[0]["level"], &findings[0]["code"]),
        (&json!("error"), &json!("customer-managed-key"))
    );
    let fix = "aws secretsmanager update-secret --secret-id ecr-pullthroughcache/0 --kms-key-id alias/aws/secretsmanager --region us-east-1";
    assert_eq!(findings[0]["fix"], fix);
    assert_eq!(
        account
            .actions()
            .iter()
            .filter(|action| *action == "DescribeKey")
            .count(),
        1
    );
    account.refuse("DescribeKey", 400, "AccessDeniedException", "not allowed");
    let findings = found(&account, "ecr-pullthroughcache/0");
    assert_eq!(
        (&findings[0]["level"], &findings[0]["code"]),
        (&json!("warning"), &json!("unknown-key"))
    );
    assert!(findings[0]["fix"]
        .as_str()
        .unwrap()
        .contains("allow kms:DescribeKey"));
    account.heal();
    account.take_actions();
    let body = json!({"Name": "ecr-pullthroughcache/8", "SecretString": "x", "KmsKeyId": account.new_key()});
    account.ask("CreateSecret", &body);
    account.refuse("DescribeKey", 500, "InternalFailure", "broken");
    let program = Program::new("check")
        .with(&account)
        .env("AWS_MAX_ATTEMPTS", "1");
    assert!(program.run().stdout.contains("DescribeKey: broken"));
    assert_eq!(
        account
            .actions()
            .iter()
            .filter(|action| *action == "DescribeKey")
            .count(),
        1,
        "one silence is enough"
    );
    account.heal();
    let managed = r#"{"KeyMetadata":{"KeyId":"x","KeyManager":"AWS"}}"#;
    account.answer(
        "DescribeKey",
        200,
        "application/x-amz-json-1.1",
        managed,
        None,
    );
    assert_eq!(
        found(&account, "ecr-pullthroughcache/0"),
        Vec::<Value>::new()
    );
}

#[cfg(unix)]
mod at_a_terminal {
    use super::*;
    use crate::support::Screen;

    #[test]
    fn progress_goes_away_and_can_be_interrupted() {
        let account = Account::new();
        account.made(NAME);
        let screen = Screen::new(&account);
        screen
            .enters("$PTC check")
            .sees("1 secret and 0 rules checked: 1 note")
            .status_is(0);
        let text = screen.text();
        assert!(!text.contains("Secrets checked"), "{text}");
        account.take_actions();
        account.stall("ListSecrets");
        screen.enters("$PTC check");
        account.wait_for("ListSecrets");
        screen
            .types("\x03")
            .sees("canceled; nothing was written")
            .status_is(130);
    }
}

#[test]
fn my_nightly_job_wants_to_hear_of_a_token_that_expires_soon() {
    let account = Account::new();
    let status = |more: &[&str]| account.run(&[&["check"][..], more].concat()).status;
    let fail_on = |level: &str| status(&["--fail-on", level]);
    for level in ["error", "warning", "note"] {
        assert_eq!(fail_on(level), 0, "nothing is there");
    }
    let arn = account.made("ecr-pullthroughcache/docker-hub");
    assert_eq!(
        [fail_on("error"), fail_on("warning"), fail_on("note")],
        [0, 0, 9]
    );
    let expires = |date: String| {
        let tags = json!([{"Key": "ecr-ptc:expires-on", "Value": date}]);
        account.ask("TagResource", &json!({"SecretId": arn, "Tags": tags}));
    };
    expires(crate::renewal::due::in_days(5));
    assert_eq!(status(&[]), 0);
    assert_eq!(
        [fail_on("error"), fail_on("warning"), fail_on("note")],
        [0, 9, 9]
    );
    expires("2020-01-31".to_owned());
    for level in ["error", "warning", "note"] {
        assert_eq!(fail_on(level), 9);
    }
    account
        .run("check --fail-on never")
        .fails(2, &["--fail-on", "note"]);
}
