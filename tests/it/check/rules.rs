//! `check` of rules: their secrets, ECR's verdict, and unused secrets.

use serde_json::{json, Value};

use crate::support::registry::{challenge, json as answer};
use crate::support::{Account, Authority, Program, Proxy, Registry, Words, TOKEN};

const NAME: &str = "ecr-pullthroughcache/docker-hub";
const HUB: (&str, &str) = ("docker-hub", "registry-1.docker.io");

/// An account where nothing is found about the images that are cached.
fn account() -> Account {
    let account = Account::new();
    account.with_lifecycle_policy();
    account
}

fn rule(account: &Account, prefix: &str, (kind, host): (&str, &str), arn: &str) {
    account.ask_ecr(
        "CreatePullThroughCacheRule",
        &json!({"ecrRepositoryPrefix": prefix, "upstreamRegistry": kind, "upstreamRegistryUrl": host, "credentialArn": arn}),
    );
}

fn delete(account: &Account, arn: &str, at_once: bool) {
    let mut body = json!({"SecretId": arn});
    if at_once {
        body["ForceDeleteWithoutRecovery"] = json!(true);
    }
    account.ask("DeleteSecret", &body);
}

/// What is found, all of it.
fn found(account: &Account, more: &(impl Words + ?Sized)) -> Vec<Value> {
    let ended = Program::new("check -o json").and(more).with(account).run();
    let report: Value = serde_json::from_str(&ended.stdout).expect(&ended.stderr);
    let findings = report["findings"].as_array().unwrap().clone();
    let is_error = findings.iter().any(|finding| finding["level"] == "error");
    assert_eq!(ended.status, if is_error { 9 } else { 0 }, "{findings:?}");
    findings
}

fn codes(findings: &[Value]) -> Vec<&str> {
    let codes = findings.iter();
    codes
        .map(|finding| finding["code"].as_str().unwrap())
        .collect()
}

/// Runs the last command of a fix, with a token for those that take one.
fn carry_out(account: &Account, finding: &Value) {
    let fix = finding["fix"].as_str().unwrap();
    let (_, command) = fix.rsplit_once("ecr-ptc ").unwrap();
    let mut words: Vec<&str> = command.split(' ').collect();
    if words[0] == "create" {
        words.extend(["--username", "me", "--access-token-stdin"]);
    }
    Program::new(&words).with(account).stdin(TOKEN).run().ok();
}

#[test]
fn a_rule_that_works_and_a_secret_that_none_uses() {
    let account = account();
    let arn = account.made(NAME);
    rule(&account, "docker-hub", HUB, &arn);
    assert_eq!(found(&account, ""), [Value::Null; 0]);
    let mut actions = account.take_actions();
    actions.sort();
    assert_eq!(
        actions,
        [
            "BatchGetSecretValue",
            "DescribePullThroughCacheRules",
            "DescribeRepositoryCreationTemplates",
            "ListSecrets",
            "ValidatePullThroughCacheRule"
        ]
    );
    account.made("ecr-pullthroughcache/other");
    let findings = found(&account, "");
    assert_eq!(codes(&findings), ["unused"]);
    let delete = "ecr-ptc delete ecr-pullthroughcache/other --region us-east-1";
    assert_eq!(
        findings[0]["fix"],
        format!("if you don't need it: {delete}")
    );
    let ended = account.run("check");
    assert!(
        ended
            .stderr
            .contains("2 secrets and 1 rule checked: 1 note"),
        "{}",
        ended.stderr
    );
    let report = account.run("check docker-hub -o json").json();
    assert_eq!(
        (&report["checkedRules"], &report["findings"]),
        (&json!(1), &json!([]))
    );
}

#[test]
fn a_rule_proposed_for_one_secret_takes_no_prefix_that_another_has() {
    let account = account();
    let arn = account.made("ecr-pullthroughcache/other");
    rule(&account, "docker-hub", HUB, &arn);
    account.made(NAME);
    for more in [&[][..], &["docker-hub"]] {
        let findings = found(&account, more);
        assert_eq!(codes(&findings), ["unused"]);
        let fix = findings[0]["fix"].as_str().unwrap();
        let set = "create a rule for it: ecr-ptc rule set docker-hub-2 --secret";
        assert!(fix.starts_with(set), "{fix}");
    }
}

#[test]
fn the_commands_that_take_other_keys_out_point_the_rule_at_the_new_secret() {
    let account = account();
    let value = json!({"username": "me", "accessToken": TOKEN, "url": "x"}).to_string();
    let arn = account.made_with(NAME, &value);
    rule(&account, "hub", HUB, &arn);
    let findings = found(&account, "docker-hub");
    assert_eq!(codes(&findings), ["other-keys"]);
    let fix = findings[0]["fix"].as_str().unwrap();
    let (_, commands) = fix.split_once("only these two: ").unwrap();
    for command in commands.split("\nthen: ") {
        let mut words: Vec<&str> = command.split(' ').skip(1).collect();
        match words[0] {
            "create" => words.extend(["--username", "me", "--access-token-stdin"]),
            "delete" => words.push("--yes"),
            _ => {}
        }
        Program::new(&words).with(&account).stdin(TOKEN).run().ok();
    }
    assert_eq!(found(&account, ""), [Value::Null; 0]);
}

#[test]
fn a_secret_that_was_recreated_or_is_gone_and_the_commands_that_fix_it() {
    for (again, code) in [
        (true, "rule-secret-made-again"),
        (false, "rule-secret-gone"),
    ] {
        let account = account();
        let arn = account.made(NAME);
        rule(&account, "hub", HUB, &arn);
        delete(&account, &arn, true);
        if again {
            account.made(NAME);
        }
        let findings = found(&account, "");
        assert_eq!(codes(&findings), [code]);
        assert_eq!(
            (
                &findings[0]["rule"],
                &findings[0]["secret"],
                &findings[0]["level"]
            ),
            (&json!("hub"), &json!(NAME), &json!("error"))
        );
        if again {
            assert_eq!(codes(&found(&account, "docker-hub")), [code]);
        }
        carry_out(&account, &findings[0]);
        assert_eq!(found(&account, ""), [Value::Null; 0]);
    }
}

#[test]
fn a_secret_that_is_scheduled_for_deletion_matters_where_a_rule_uses_it() {
    let account = account();
    let arn = account.made(NAME);
    account.made("ecr-pullthroughcache/other");
    rule(&account, "hub", HUB, &arn);
    delete(&account, &arn, false);
    delete(&account, "ecr-pullthroughcache/other", false);
    let findings = found(&account, "");
    assert_eq!(
        codes(&findings),
        ["pending-deletion-in-use", "pending-deletion"]
    );
    assert!(findings[0]["message"]
        .as_str()
        .unwrap()
        .contains("the rule hub uses this secret"));
    assert_eq!(found(&account, "docker-hub")[0], findings[0]);
    carry_out(&account, &findings[0]);
    assert_eq!(codes(&found(&account, "")), ["pending-deletion"]);
}

#[test]
fn a_rule_without_a_secret_and_one_with_a_secret_elsewhere() {
    let account = account();
    let rules = json!({"pullThroughCacheRules": [
        {"ecrRepositoryPrefix": "hub", "upstreamRegistry": "docker-hub", "upstreamRegistryUrl": "registry-1.docker.io"},
        {"ecrRepositoryPrefix": "az", "upstreamRegistry": "azure-container-registry", "upstreamRegistryUrl": "me.azurecr.io",
         "credentialArn": "arn:aws:secretsmanager:eu-west-1:111122223333:secret:ecr-pullthroughcache/acr-AbCdEf"},
        {"ecrRepositoryPrefix": "quay", "upstreamRegistry": "quay", "upstreamRegistryUrl": "quay.io"},
    ]});
    account.answer(
        "DescribePullThroughCacheRules",
        200,
        "application/x-amz-json-1.1",
        &rules.to_string(),
        None,
    );
    let findings = found(&account, "");
    assert_eq!(
        codes(&findings),
        ["rule-without-secret", "rule-secret-elsewhere"]
    );
    assert_eq!(
        findings[0]["fix"],
        "store the credentials and switch the rule to them: ecr-ptc create --registry docker-hub --rule hub --region us-east-1"
    );
    assert_eq!(
        findings[1]["fix"],
        "store the credentials and switch the rule to them: ecr-ptc create --registry azure-container-registry --upstream-registry-url me.azurecr.io \
         --name ecr-pullthroughcache/acr --rule az --region us-east-1"
    );
    let text = account.run("check");
    assert!(
        text.stdout
            .contains("rule hub\n  error    rule-without-secret: the rule hub has no secret"),
        "{}",
        text.stdout
    );
    assert!(
        text.stderr
            .contains("0 secrets and 3 rules checked: 2 errors"),
        "{}",
        text.stderr
    );
}

#[test]
fn ecrs_verdict_is_explained_by_other_findings() {
    let account = account();
    let good = account.made(NAME);
    rule(&account, "hub", HUB, &good);
    let invalid = r#"{"ecrRepositoryPrefix":"hub","isValid":false,"failure":"\u001b[31mno \u001b[0mpull access"}"#;
    account.answer(
        "ValidatePullThroughCacheRule",
        200,
        "application/x-amz-json-1.1",
        invalid,
        None,
    );
    for more in [&[][..], &["docker-hub"]] {
        let findings = found(&account, more);
        assert_eq!(codes(&findings), ["rule-invalid"]);
        let message = findings[0]["message"].as_str().unwrap();
        assert!(
            message.ends_with("ECR's reason: \\u{1b}[31mno \\u{1b}[0mpull access"),
            "{message}"
        );
        let fix = findings[0]["fix"].as_str().unwrap();
        assert!(
            fix.contains(&format!(
                "ecr-ptc check {NAME} --verify always --region us-east-1"
            )),
            "{fix}"
        );
    }
    account.heal();
    let body = json!({"SecretId": NAME, "SecretString": r#"{"username":"me","password":"x"}"#});
    account.ask("PutSecretValue", &body);
    let findings = found(&account, "");
    assert_eq!(codes(&findings), ["rule-invalid", "wrong-key"]);
    assert_eq!(
        findings[0]["fix"],
        "first fix the other findings about its secret"
    );
    let mended = account.run("check docker-hub --fix --yes -o json").json();
    assert_eq!(mended["findings"], json!([]));
}

#[test]
fn a_customer_managed_key_is_reported_once_and_by_ecr() {
    let account = account();
    let value = json!({"username": "me", "accessToken": TOKEN}).to_string();
    let body = json!({"Name": NAME, "SecretString": value, "KmsKeyId": account.new_key()});
    let arn = account.ask("CreateSecret", &body)["ARN"]
        .as_str()
        .unwrap()
        .to_owned();
    rule(&account, "hub", HUB, &arn);
    assert_eq!(
        codes(&found(&account, "")),
        ["customer-managed-key", "rule-invalid"]
    );
}

#[test]
fn what_may_not_be_looked_at_is_reported_once_and_the_rest_is_checked() {
    let account = account();
    let arn = account.made(NAME);
    for prefix in ["a1", "b2", "c3"] {
        rule(&account, prefix, HUB, &arn);
    }
    for (action, code, permission) in [
        (
            "ValidatePullThroughCacheRule",
            "verdict-not-given",
            "ecr:ValidatePullThroughCacheRule",
        ),
        (
            "DescribePullThroughCacheRules",
            "rules-not-read",
            "ecr:DescribePullThroughCacheRules",
        ),
    ] {
        account.refuse(action, 400, "AccessDeniedException", "not allowed");
        for more in [&[][..], &["docker-hub"]] {
            let findings = found(&account, more);
            assert_eq!(codes(&findings), [code]);
            assert_eq!(findings[0]["level"], "warning");
            let fix = findings[0]["fix"].as_str().unwrap();
            assert!(fix.contains(permission), "{fix}");
        }
    }
    account.take_actions();
    // Where pull through cache is not documented, AWS may not know what is asked.
    account.heal();
    let unknown = "UnknownOperationException";
    account.refuse("DescribePullThroughCacheRules", 400, unknown, "?");
    for (region, is_an_error) in [("cn-north-1", false), ("us-east-1", true)] {
        let words = ["check", "-o", "json", "--region", region];
        let report = Program::new(&words).with(&account).run().json();
        let findings = report["findings"].as_array().unwrap();
        let told = findings
            .iter()
            .any(|found| found["code"] == "rules-not-read");
        assert_eq!(told, is_an_error, "{region}: {report}");
    }
}

#[test]
fn a_secret_that_the_list_does_not_have_yet_is_asked_for() {
    let account = account();
    let arn = account.made(NAME);
    rule(&account, "hub", HUB, &arn);
    account.answer(
        "ListSecrets",
        200,
        "application/x-amz-json-1.1",
        r#"{"SecretList":[]}"#,
        None,
    );
    assert_eq!(found(&account, ""), [Value::Null; 0]);
    assert!(account
        .take_actions()
        .contains(&"DescribeSecret".to_owned()));
}

/// Answers what ECR tells of the rules, and that each is valid.
fn has_rules(account: &Account, rules: &Value) {
    let rules = json!({ "pullThroughCacheRules": rules }).to_string();
    let valid = r#"{"ecrRepositoryPrefix":"hub","isValid":true}"#;
    for (action, body) in [
        ("DescribePullThroughCacheRules", rules.as_str()),
        ("ValidatePullThroughCacheRule", valid),
    ] {
        account.answer(action, 200, "application/x-amz-json-1.1", body, None);
    }
}

#[test]
fn the_rule_reports_the_registry_and_its_host() {
    let authority = Authority::new();
    let registry = Registry::new(|heard| match heard.path.as_str() {
        "/v2/" => challenge(&format!(
            r#"Bearer realm="https://{0}/oauth2/token",service="{0}""#,
            heard.host
        )),
        _ => answer(200, r#"{"access_token":"t0ken"}"#),
    });
    let proxy = Proxy::to(&authority.serve(&["me.azurecr.io"], &registry.url));
    let account = account();
    let value = r#"{"username":"me","accessToken":"a-password-of-azure"}"#;
    let arn = account.made_with("ecr-pullthroughcache/build", value);
    let rule = |host: &str| json!([{"ecrRepositoryPrefix": "az", "upstreamRegistry": "azure-container-registry", "upstreamRegistryUrl": host, "credentialArn": arn}]);
    let check = |more: &[&str]| {
        let words = [&["check", "--verify", "always", "-o", "json"], more].concat();
        let program = Program::new(&words)
            .with(&account)
            .without("ECR_PTC_VERIFY")
            .env("HTTPS_PROXY", format!("http://{}", proxy.address));
        let bundle = program.file("ca.pem", authority.pem());
        let report = program.env("AWS_CA_BUNDLE", bundle).run().json();
        report["findings"].clone()
    };
    has_rules(&account, &rule("me.azurecr.io"));
    for more in [&[][..], &["build"]] {
        assert_eq!(check(more), json!([]));
    }
    assert_eq!(registry.logins(), 2);
    let so_far = proxy.hosts();
    assert!(so_far.iter().all(|host| host == "me.azurecr.io"));
    account.heal();
    // Credentials go to no host that is none of Azure's, whatever a rule says.
    let other = Registry::strict();
    let port = other.url.rsplit(':').next().unwrap().to_owned();
    for host in [
        &other.url,
        &format!("localhost:{port}"),
        "me.azurecr.io.example",
    ] {
        has_rules(&account, &rule(host));
        let findings = check(&["build"]);
        assert_eq!(codes(findings.as_array().unwrap()), ["login-not-tried"]);
        account.heal();
    }
    assert!(other.heard().is_empty());
    assert_eq!(proxy.hosts(), so_far);
}

#[test]
fn a_rule_that_ecr_does_not_validate_keeps_no_verdict_from_another() {
    let account = account();
    let arn = account.made_with(NAME, r#"{"username":"me","password":"x"}"#);
    for number in 10..40 {
        rule(&account, &format!("r{number}"), HUB, &arn);
    }
    let refusal = r#"{"__type":"ValidationException","message":"not this one"}"#;
    account.answer(
        "ValidatePullThroughCacheRule",
        400,
        "application/x-amz-json-1.1",
        refusal,
        Some(1),
    );
    let findings = found(&account, "");
    let count = |code| {
        codes(&findings)
            .iter()
            .filter(|have| **have == code)
            .count()
    };
    assert_eq!((count("rule-invalid"), count("verdict-not-given")), (29, 1));
}

#[test]
fn a_secret_scheduled_for_deletion_is_reported_beside_a_rule_that_points_at_the_one_before() {
    let account = account();
    let old = account.made(NAME);
    rule(&account, "hub", HUB, &old);
    delete(&account, &old, true);
    let new = account.made(NAME);
    delete(&account, &new, false);
    let findings = found(&account, "docker-hub");
    assert_eq!(
        codes(&findings),
        ["rule-secret-made-again", "pending-deletion"]
    );
}
