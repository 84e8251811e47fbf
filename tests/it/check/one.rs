//! `check`: each finding with its message and fix, for one secret and for all.

use serde_json::{json, Value};

use crate::support::{side_by_side, told, Account, Program, TOKEN};

const NAME: &str = "ecr-pullthroughcache/docker-hub";

/// What is found in one secret, and the same by checking all.
pub fn found(account: &Account, name: &str) -> Vec<Value> {
    let one = account.run(&["check", name, "-o", "json"]);
    let all = account.run("check -o json");
    let findings = |ended: &crate::support::Ended| {
        let report: Value = serde_json::from_str(&ended.stdout).unwrap();
        let findings = told(&report).as_array().unwrap().clone();
        let has_errors = findings.iter().any(|finding| finding["level"] == "error");
        assert_eq!(ended.status, if has_errors { 9 } else { 0 }, "{ended:?}");
        findings
    };
    let of_one = findings(&one);
    let mut of_all = findings(&all);
    of_all.retain(|finding| finding["secret"] == name);
    assert_eq!(of_one, of_all);
    of_one
}

/// Runs the command of ours that a finding's fix has.
fn carry_out(account: &Account, finding: &Value) {
    let fix = finding["fix"].as_str().unwrap();
    let command = &fix[fix.find("ecr-ptc ").unwrap()..];
    let command = command
        .lines()
        .next()
        .unwrap()
        .replace("--expires-on END", "--expires-on 2099-12-31");
    let mut words: Vec<&str> = command
        .split_whitespace()
        .skip(1)
        .map(|word| word.trim_matches('\''))
        .collect();
    match words[0] {
        "create" if !command.contains("--registry") => {
            words.extend([
                "--registry",
                "docker-hub",
                "--username",
                "me",
                "--access-token-stdin",
            ]);
        }
        // Only the date is recorded.
        "update" if command.contains("--expires-on") => {}
        "create" | "update" => {
            words.retain(|word| *word != "--access-token-stdin");
            words.extend(["--username", "me", "--access-token-stdin"]);
        }
        "check" | "delete" => words.push("--yes"),
        _ => {}
    }
    let ended = Program::new(&words)
        .with(account)
        .stdin("dckr_pat_another-token")
        .run();
    assert_eq!(ended.status, 0, "{ended:?}");
}

/// Expects one finding, and that its fix removes it.
fn one_finding(account: &Account, name: &str, level: &str, code: &str, message: &str) {
    let findings = found(account, name);
    assert_eq!(findings.len(), 1, "{findings:?}");
    let finding = &findings[0];
    assert_eq!(
        (&finding["level"], &finding["code"], &finding["rule"]),
        (&json!(level), &json!(code), &json!(null))
    );
    let said = finding["message"].as_str().unwrap();
    assert!(said.contains(message) && said.contains("pull"), "{said}");
    carry_out(account, finding);
    // A new token that came without a date: it is to be recorded.
    for finding in found(account, name) {
        assert!(code.starts_with("token-expir"), "{finding}");
        assert_eq!(finding["code"], "expiry-unknown");
        carry_out(account, &finding);
    }
    assert_eq!(found(account, name), Vec::<Value>::new());
}

#[test]
fn each_fault_of_a_value() {
    let pulumi = "Calling [toJSON] on an [Output<T>] is not supported.";
    let cases = [
        (TOKEN, "not-json", "not a JSON object"),
        (
            "{username:me,accessToken:x}",
            "not-json",
            "may have removed the quotation marks",
        ),
        (pulumi, "not-json", "Pulumi"),
        (r#"["me","x"]"#, "not-json", "not a JSON object"),
        (
            r#"{"username":"me"}"#,
            "missing-key",
            "accessToken is missing",
        ),
        (
            r#"{"accessToken":"x"}"#,
            "missing-key",
            "username is missing or not a string",
        ),
        (
            r#"{"username":"me","token":"x","password":"y"}"#,
            "missing-key",
            "accessToken is missing",
        ),
        (
            r#"{"username":"me","access_token":"x"}"#,
            "wrong-key",
            "the key access_token, but ECR expects accessToken",
        ),
        (
            r#"{"userName":"me","accessToken":"x"}"#,
            "wrong-key",
            "the key userName, but ECR expects username",
        ),
        (
            r#"{"username":7,"accessToken":"x"}"#,
            "missing-key",
            "username is missing or not a string",
        ),
        (
            r#"{"username":"me","accessToken":""}"#,
            "empty-value",
            "accessToken is empty",
        ),
        (
            r#"{"username":" ","accessToken":"x"}"#,
            "empty-value",
            "username is empty",
        ),
        (
            r#"{"username":"me","accessToken":"x\n"}"#,
            "white-space",
            "accessToken ends with a newline",
        ),
        (
            r#"{"username":" me","accessToken":"x"}"#,
            "white-space",
            "username starts or ends with white space",
        ),
    ];
    side_by_side(cases, |(value, code, message)| {
        let account = Account::new();
        account.made_with(NAME, value);
        let findings = found(&account, NAME);
        if value.contains("password") {
            // What is left out is a key beside the two as well.
            assert_eq!(findings[1]["code"], "other-keys");
            carry_out(&account, &findings[0]);
            // Storing credentials keeps other keys, so that warning stays.
            let left = found(&account, NAME);
            assert_eq!((left.len(), &left[0]["code"]), (1, &json!("other-keys")));
        } else {
            one_finding(&account, NAME, "error", code, message);
        }
    });
}

/// The same list applies to input.
#[test]
fn what_stands_for_a_token_or_has_more_in_it() {
    let (template, placeholder, wrapped) = ("not-filled-in", "placeholder", "more-than-a-token");
    let pulumi = "Calling [toJSON] on an [Output<T>] is not supported.";
    let errors = [
        ("${HUB_TOKEN}", template, "a variable that"),
        ("$(HUB_TOKEN)", template, "a variable that"),
        ("{{ token }}", template, "a variable that"),
        ("op://vault/hub/token", template, "a reference to a secret"),
        ("Bearer abc", wrapped, "an HTTP header"),
        ("***", placeholder, "consists of asterisks"),
        (r#"{"token":"x"}"#, wrapped, "a JSON object"),
    ];
    let warnings = [
        (pulumi, template, "an error message of Pulumi"),
        ("null", placeholder, "a placeholder"),
        ("CHANGEME", placeholder, "a placeholder"),
        ("<token>", placeholder, "a placeholder"),
        ("'abc'", wrapped, "a quotation mark"),
        ("$ghp_0123456789", wrapped, "has other text before it"),
        ("bob:abc", wrapped, "has other text before it"),
        ("Ym9iOmFiYw==", wrapped, "a username and a token in base64"),
    ];
    let errors = errors.map(|case| ("error", case));
    let warnings = warnings.map(|case| ("warning", case));
    for (level, (token, code, message)) in errors.into_iter().chain(warnings) {
        let account = Account::new();
        let value = json!({"username": "bob", "accessToken": token});
        account.made_with(NAME, &value.to_string());
        one_finding(&account, NAME, level, code, message);
    }
    for (username, level, code, message) in [
        ("${HUB_USER}", "error", template, "username is a variable"),
        ("None", "warning", placeholder, "username is a placeholder"),
    ] {
        let account = Account::new();
        let value = json!({"username": username, "accessToken": "abc"});
        account.made_with(NAME, &value.to_string());
        one_finding(&account, NAME, level, code, message);
    }
    let account = Account::new();
    account.made_with(NAME, r#"{"username":"bob","accessToken":"alice:abc"}"#);
    assert_eq!(found(&account, NAME), [json!(null); 0]);
}

#[test]
fn keys_beside_the_two() {
    let account = Account::new();
    account.made_with(
        NAME,
        &json!({"username": "me", "accessToken": "x", "url": "y", TOKEN: "z"}).to_string(),
    );
    let findings = found(&account, NAME);
    assert_eq!(findings.len(), 1, "{findings:?}");
    let finding = &findings[0];
    assert_eq!(
        (&finding["level"], &finding["code"]),
        (&json!("warning"), &json!("other-keys"))
    );
    assert!(
        finding["message"]
            .as_str()
            .unwrap()
            .contains("url and 1 more"),
        "{finding}"
    );
    // Its fix is two commands: nothing else takes keys away that someone else put there.
    let fix = finding["fix"].as_str().unwrap();
    for line in fix.lines() {
        carry_out(&account, &json!({ "fix": line }));
    }
    assert_eq!(found(&account, NAME), Vec::<Value>::new());
}

#[test]
fn a_value_that_is_binary_or_not_there() {
    let account = Account::new();
    account.ask(
        "CreateSecret",
        &json!({"Name": NAME, "SecretBinary": "c2VjcmV0"}),
    );
    one_finding(&account, NAME, "error", "binary-value", "binary");
    let account = Account::new();
    account.ask("CreateSecret", &json!({"Name": NAME}));
    one_finding(
        &account,
        NAME,
        "error",
        "no-current-value",
        "no current value",
    );
}

#[test]
fn a_token_that_cannot_work_for_the_registry() {
    for (rest, token, message) in [
        (
            "docker-hub",
            "ghp_abcdefgh",
            "Docker Hub does not accept such tokens",
        ),
        ("ghcr", "github_pat_abcdefgh", "accepts only classic ones"),
        (
            "team/gitlab",
            "glcbt-abcdefgh",
            "it expires when the job ends",
        ),
    ] {
        let account = Account::new();
        let name = format!("ecr-pullthroughcache/{rest}");
        account.made_with(
            &name,
            &json!({"username": "me", "accessToken": token}).to_string(),
        );
        let findings = found(&account, &name);
        assert_eq!(
            (&findings[0]["level"], &findings[0]["code"]),
            (&json!("warning"), &json!("unfit-token"))
        );
        assert!(
            findings[0]["message"].as_str().unwrap().contains(message),
            "{findings:?}"
        );
        if rest == "docker-hub" {
            carry_out(&account, &findings[0]);
            assert_eq!(found(&account, &name), Vec::<Value>::new());
        }
    }
    let account = Account::new();
    account.made_with(
        "ecr-pullthroughcache/mine",
        r#"{"username":"me","accessToken":"glcbt-abcdefgh"}"#,
    );
    assert_eq!(
        found(&account, "ecr-pullthroughcache/mine"),
        Vec::<Value>::new(),
        "the registry is not known"
    );
}

#[test]
fn names_that_ecr_does_not_accept() {
    let cases = [
        (
            "ecr-pullthroughcache/two!words",
            "error",
            "name-not-accepted",
            "ecr-pullthroughcache/two_words",
        ),
        (
            "ecr-pullthroughcache/prod-github",
            "warning",
            "name-like-an-arn",
            "ecr-pullthroughcache/prod_github",
        ),
    ];
    side_by_side(cases, |(name, level, code, better)| {
        let account = Account::new();
        account.made_with(name, r#"{"username":"me","accessToken":"x"}"#);
        let findings = found(&account, name);
        assert_eq!(
            (&findings[0]["level"], &findings[0]["code"]),
            (&json!(level), &json!(code))
        );
        let fix = findings[0]["fix"].as_str().unwrap();
        assert!(
            fix.contains(&format!(
                "ecr-ptc create --name {better} --region us-east-1"
            )),
            "{fix}"
        );
        carry_out(&account, &findings[0]);
        carry_out(&account, &json!({"fix": fix.lines().nth(1).unwrap()}));
        assert_eq!(found(&account, better), Vec::<Value>::new());
        assert_eq!(found(&account, name)[0]["code"], "pending-deletion");
    });
}

#[test]
fn the_expiry_date_of_a_token() {
    let cases = [
        (-1, "error", "token-expired", "1 day ago"),
        (0, "warning", "token-expiring", "today"),
        (30, "warning", "token-expiring", "in 30 days"),
    ];
    side_by_side(cases, |(days, level, code, message)| {
        let account = Account::new();
        let arn = account.made(NAME);
        account.ask("TagResource", &json!({"SecretId": arn, "Tags": [{"Key": "ecr-ptc:expires-on", "Value": in_days(days)}]}));
        one_finding(&account, NAME, level, code, message);
    });
    let account = Account::new();
    let arn = account.made(NAME);
    account.ask(
        "TagResource",
        &json!({"SecretId": arn, "Tags": [{"Key": "ecr-ptc:expires-on", "Value": in_days(40)}]}),
    );
    assert_eq!(found(&account, NAME), Vec::<Value>::new());
    let report = account.run("check --expiring-within 40 -o json").json();
    assert_eq!(told(&report)[0]["code"], "token-expiring");
    account.ask(
        "TagResource",
        &json!({"SecretId": arn, "Tags": [{"Key": "ecr-ptc:expires-on", "Value": TOKEN}]}),
    );
    let findings = found(&account, NAME);
    assert_eq!(
        (&findings[0]["level"], &findings[0]["code"]),
        (&json!("warning"), &json!("expiry-not-a-date"))
    );
}

#[test]
fn a_secret_that_was_long_not_changed() {
    let account = Account::new();
    let arn = account.made(NAME);
    assert_eq!(
        told(&account.run("check --max-age 0 -o json").json()),
        json!([])
    );
    let seconds = std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .unwrap()
        .as_secs();
    let old = json!({"Name": NAME, "ARN": arn, "LastChangedDate": seconds - 91 * 86_400, "SecretVersionsToStages": {"v": ["AWSCURRENT"]}});
    account.answer(
        "ListSecrets",
        200,
        "application/x-amz-json-1.1",
        &json!({"SecretList": [old]}).to_string(),
        None,
    );
    let checked = account.run("check --max-age 90");
    for part in [
        "warning  too-old: the secret was last changed 91 days ago",
        "the limit is 90 days",
        "ecr-ptc update ecr-pullthroughcache/docker-hub",
    ] {
        assert!(checked.ok().contains(part), "{part}: {}", checked.stdout);
    }
    assert_eq!(
        told(&account.run("check --max-age 91 -o json").json()),
        json!([])
    );
}

#[test]
fn what_is_scheduled_for_deletion_is_a_note() {
    let account = Account::new();
    account.made(NAME);
    account.ask("DeleteSecret", &json!({"SecretId": NAME}));
    one_finding(
        &account,
        NAME,
        "note",
        "pending-deletion",
        "scheduled for deletion, so ECR cannot read it",
    );
}

/// A day so many days from now, as YYYY-MM-DD.
fn in_days(days: i64) -> String {
    let since = std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .unwrap();
    let mut left = i64::try_from(since.as_secs() / 86_400).unwrap() + days;
    let is_leap = |year: i64| year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let mut year = 1970;
    while left >= 365 + i64::from(is_leap(year)) {
        left -= 365 + i64::from(is_leap(year));
        year += 1;
    }
    let february = 28 + i64::from(is_leap(year));
    let mut month = 1;
    for length in [31, february, 31, 30, 31, 30, 31, 31, 30, 31, 30] {
        if left < length {
            break;
        }
        left -= length;
        month += 1;
    }
    format!("{year}-{month:02}-{:02}", left + 1)
}
