//! `check --fix`: what it shows, asks and writes.

use serde_json::{json, Value};

use crate::support::{told, Account, Program, TOKEN};

const NAME: &str = "ecr-pullthroughcache/docker-hub";

fn spoiled(account: &Account) -> String {
    let value = format!(
        r#"{{"user":"me","access_token":{},"url":{{"n":1.50}}}}"#,
        json!(format!("{TOKEN}\n"))
    );
    account.made_with(NAME, &value)
}

fn sorted(mut actions: Vec<String>) -> Vec<String> {
    actions.sort();
    actions
}

fn count(account: &Account, action: &str) -> usize {
    account
        .actions()
        .iter()
        .filter(|done| *done == action)
        .count()
}

#[test]
fn fix_fixes_the_value_and_keeps_the_rest() {
    let account = Account::new();
    spoiled(&account);
    let mended = account.run("check docker-hub --fix --yes");
    assert!(
        mended.ok().contains("warning  other-keys"),
        "{}",
        mended.stdout
    );
    for part in [
        "change        rename the key user to username",
        "change        rename the key access_token to accessToken",
        "change        remove white space and newlines from the ends of accessToken",
        "AWS calls     put-secret-value",
        "1 secret and 0 rules checked after the fix: 1 warning, 1 note",
    ] {
        assert!(mended.stderr.contains(part), "{part}: {}", mended.stderr);
    }
    let value = format!(
        r#"{{"username":"me","accessToken":{},"url":{{"n":1.50}}}}"#,
        json!(TOKEN)
    );
    assert_eq!(account.value(NAME), value);
    assert_eq!(
        sorted(account.take_actions()),
        [
            "DescribePullThroughCacheRules",
            "DescribeSecret",
            "GetSecretValue",
            "PutSecretValue"
        ]
    );
    let again = account.run("check docker-hub --fix --yes -o json");
    assert_eq!(again.json()["fixed"], json!([]));
    assert!(
        again.stderr.contains("nothing was written"),
        "{}",
        again.stderr
    );
    assert_eq!(
        sorted(account.actions()),
        [
            "DescribePullThroughCacheRules",
            "DescribeSecret",
            "GetSecretValue"
        ]
    );
}

#[test]
fn fix_reports_a_foreign_key_and_does_not_change_it() {
    let account = Account::new();
    let body = json!({"Name": NAME, "SecretString": r#"{"username":"me","token":"x"}"#, "KmsKeyId": account.new_key()});
    account.ask("CreateSecret", &body);
    let mended = account.run("check docker-hub --fix --yes -o json");
    let report: Value = serde_json::from_str(&mended.stdout).unwrap();
    assert_eq!(
        (mended.status, &report["fixed"]),
        (9, &json!(["rename the key token to accessToken"]))
    );
    assert_eq!(told(&report)[0]["code"], "customer-managed-key");
    assert_eq!(count(&account, "UpdateSecret"), 0);
}

#[test]
fn what_was_fixed_is_reported_beside_what_is_left() {
    let account = Account::new();
    let body = json!({"Name": NAME, "SecretString": r#"{"user":"me","token":"x"}"#, "KmsKeyId": account.new_key()});
    account.ask("CreateSecret", &body);
    let ended = account.run("check docker-hub --fix --yes");
    assert_eq!(ended.status, 9);
    let fixed = format!(
        "Fixed {NAME}:\n  renamed the key user to username\n  renamed the key token to accessToken\n{NAME}\n  error    customer-managed-key: "
    );
    assert!(ended.stdout.starts_with(&fixed), "{}", ended.stdout);
    let left = "1 secret and 0 rules checked after the fix: 1 error, 1 note\n";
    assert!(ended.stderr.ends_with(left), "{}", ended.stderr);
}

#[test]
fn fix_where_nothing_can_be_written() {
    let account = Account::new();
    let arn = spoiled(&account);
    account.ask(
        "ReplicateSecretToRegions",
        &json!({"SecretId": arn, "AddReplicaRegions": [{"Region": "eu-west-1"}]}),
    );
    let fix = format!("change it there: ecr-ptc check {NAME} --fix --region us-east-1");
    account
        .run("check docker-hub --fix -y --region eu-west-1")
        .fails(3, &["is a replica of the secret in us-east-1", &fix]);
    let message = format!("the value {TOKEN} is refused, and {} too", json!(TOKEN));
    account.refuse("PutSecretValue", 400, "InvalidParameterException", &message);
    for more in [&[][..], &["-v"], &["-o", "json", "-v"]] {
        let words = [&["check", "docker-hub", "--fix", "-y"], more].concat();
        account.run(&words).fails(
            1,
            &[
                "could not store a new version of ecr-pullthroughcache/docker-hub",
                "[token not shown]",
            ],
        );
    }
    account.heal();
    account.lose("PutSecretValue", None);
    Program::new("check docker-hub --fix -y")
        .with(&account)
        .env("AWS_MAX_ATTEMPTS", "2")
        .run()
        .ok();
    account.heal();
    assert!(account.value(NAME).contains("\"accessToken\""));
    let account = Account::new();
    spoiled(&account);
    account.refuse(
        "PutSecretValue",
        400,
        "AccessDeniedException",
        "not allowed",
    );
    account
        .run("check docker-hub --fix -y")
        .fails(5, &["secretsmanager:PutSecretValue"]);
    account.ask("DeleteSecret", &json!({"SecretId": NAME}));
    account
        .run("check docker-hub --fix -y")
        .fails(3, &["is scheduled for deletion", "ecr-ptc restore"]);
}

const WELL: &str = r#"{"username":"me","accessToken":"x"}"#;

/// Two secrets to fix, and four to leave alone.
fn several_spoiled(account: &Account) {
    let name = |name: &str| format!("ecr-pullthroughcache/{name}");
    account.made_with(&name("b"), r#"{"user":"me","accessToken":"x"}"#);
    account.made_with(&name("a"), r#"{"username":"me","access_token":" x"}"#);
    account.made_with(&name("well"), WELL);
    account.made_with(&name("broken"), "plain");
    account.made_with(&name("gone"), r#"{"user":"me","token":"x"}"#);
    account.ask("DeleteSecret", &json!({"SecretId": name("gone")}));
    account.made_with("elsewhere/a", r#"{"user":"me","token":"x"}"#);
}

#[test]
fn i_fix_all_secrets_of_the_account_at_once() {
    let account = Account::new();
    several_spoiled(&account);
    account
        .run("check --fix")
        .fails(2, &["check --fix needs confirmation", "add --yes"]);
    assert_eq!(count(&account, "PutSecretValue"), 0);
    let ended = account.run("check --fix --yes");
    assert_eq!(ended.status, 9, "{ended:?}");
    let review = "
  secret        ecr-pullthroughcache/a
  change        rename the key access_token to accessToken
  change        remove white space and newlines from the ends of accessToken
  values        not shown; other keys are not changed
  AWS calls     put-secret-value

  secret        ecr-pullthroughcache/b
  change        rename the key user to username
  values        not shown; other keys are not changed
  AWS calls     put-secret-value
";
    assert!(ended.stderr.contains(review), "{}", ended.stderr);
    assert_eq!(ended.stderr.matches("Review:").count(), 1);
    let fixed = "Fixed ecr-pullthroughcache/a:
  renamed the key access_token to accessToken
  removed white space and newlines from the ends of accessToken
Fixed ecr-pullthroughcache/b:
  renamed the key user to username
ecr-pullthroughcache/broken
  error    not-json";
    assert!(ended.stdout.starts_with(fixed), "{}", ended.stdout);
    assert!(
        ended
            .stderr
            .contains("5 secrets and 0 rules checked after the fix"),
        "{ended:?}"
    );
    for name in ["a", "b", "well"] {
        assert_eq!(account.value(&format!("ecr-pullthroughcache/{name}")), WELL);
    }
    assert_eq!(account.value("elsewhere/a"), r#"{"user":"me","token":"x"}"#);
    assert_eq!(count(&account, "PutSecretValue"), 2);
    // Then there is nothing left to fix.
    let ended = account.run("check --fix --yes -o json");
    let report: Value = serde_json::from_str(&ended.stdout).unwrap();
    assert_eq!(
        (&report["action"], &report["fixed"], &report["checked"]),
        (&json!("unchanged"), &json!([]), &json!(5))
    );
    assert!(
        ended.stderr.contains("nothing was written"),
        "{}",
        ended.stderr
    );
    assert_eq!(count(&account, "PutSecretValue"), 2);
}

#[test]
fn my_script_reads_which_secrets_were_fixed() {
    let account = Account::new();
    several_spoiled(&account);
    let ended = account.run("check --fix --yes -o json");
    let report: Value = serde_json::from_str(&ended.stdout).unwrap();
    assert_eq!(report["action"], "fixed");
    let a = "ecr-pullthroughcache/a: ";
    assert_eq!(
        report["fixed"],
        json!([
            format!("{a}rename the key access_token to accessToken"),
            format!("{a}remove white space and newlines from the ends of accessToken"),
            "ecr-pullthroughcache/b: rename the key user to username"
        ])
    );
    assert_eq!(report["steps"].as_array().unwrap().len(), 2);
}

#[test]
fn what_of_several_is_fixed_before_a_failure_is_reported() {
    let account = Account::new();
    several_spoiled(&account);
    account.refuse(
        "PutSecretValue",
        400,
        "AccessDeniedException",
        "not allowed",
    );
    account
        .run("check --fix --yes")
        .fails(
            5,
            &["could not store a new version of ecr-pullthroughcache/a"],
        )
        .never(&["finish it with"]);
    account.heal();
    let arn = account.ask(
        "DescribeSecret",
        &json!({"SecretId": "ecr-pullthroughcache/a"}),
    );
    let stored = json!({"ARN": arn["ARN"], "Name": arn["Name"],
        "VersionId": "11112222-3333-4444-5555-666677778888"});
    let kind = "application/x-amz-json-1.1";
    account.answer("PutSecretValue", 200, kind, &stored.to_string(), Some(1));
    account.refuse(
        "PutSecretValue",
        400,
        "AccessDeniedException",
        "not allowed",
    );
    account.run("check --fix --yes").fails(
        8,
        &[
            "ecr-pullthroughcache/a is stored, but could not store a new version of \
             ecr-pullthroughcache/b",
            "step: put-secret-value done",
            "step: put-secret-value failed",
            "finish it with: ecr-ptc check --fix --yes --region us-east-1",
        ],
    );
    account.heal();
    account.refuse(
        "BatchGetSecretValue",
        400,
        "AccessDeniedException",
        "not allowed",
    );
    account.run("check --fix --yes").fails(
        5,
        &[
            "could not read the secrets to fix",
            "secretsmanager:BatchGetSecretValue",
        ],
    );
    assert!(account
        .value("ecr-pullthroughcache/a")
        .contains("access_token"));
}

#[cfg(unix)]
mod at_a_terminal {
    use super::*;
    use crate::support::Screen;

    #[test]
    fn fix_shows_what_it_will_do_and_asks() {
        let account = Account::new();
        spoiled(&account);
        let screen = Screen::new(&account);
        for no in ["", "n", "\x03"] {
            screen
                .enters("$PTC check docker-hub --fix")
                .sees("rename the key user to username")
                .sees("Fix it?")
                .enters(no);
            screen.sees("canceled; nothing was written").status_is(130);
        }
        assert_eq!(count(&account, "PutSecretValue"), 0);
        screen
            .enters("$PTC check docker-hub --fix")
            .sees("Fix it?")
            .enters("y")
            .sees("1 secret and 0 rules checked")
            .status_is(0);
        assert_eq!(count(&account, "PutSecretValue"), 1);
        assert!(!screen.text().contains("dckr_pat"), "{}", screen.text());
    }

    #[test]
    fn several_are_asked_about_once() {
        let account = Account::new();
        several_spoiled(&account);
        let screen = Screen::new(&account);
        screen
            .enters("$PTC check --fix")
            .sees("ecr-pullthroughcache/a")
            .sees("ecr-pullthroughcache/b")
            .sees("Fix them?")
            .enters("n");
        screen.sees("canceled; nothing was written").status_is(130);
        assert_eq!(count(&account, "PutSecretValue"), 0);
        screen
            .enters("$PTC check --fix")
            .sees("Fix them?")
            .enters("y")
            .sees("5 secrets and 0 rules checked after the fix")
            .status_is(9);
        assert_eq!(count(&account, "PutSecretValue"), 2);
    }

    #[test]
    fn refusing_the_host_writes_nothing() {
        let account = Account::new();
        spoiled(&account);
        let screen = Screen::new(&account);
        screen
            .enters("$PTC check docker-hub --fix --verify always --upstream-registry-url a.example")
            .sees("a.example is not a host of")
            .sees("Send the credentials there anyway?")
            .enters("n")
            .sees("canceled; nothing was written")
            .status_is(130);
        assert_eq!(count(&account, "PutSecretValue"), 0);
        assert!(!screen.text().contains("Fix it?"), "{}", screen.text());
    }
}
