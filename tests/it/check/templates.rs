//! The findings of `check` on repository creation templates.

use serde_json::{json, Value};

use crate::support::{told, Account};

/// An account with rules of registries without a login.
fn with_rules(prefixes: &[&str]) -> Account {
    let account = Account::new();
    for prefix in prefixes {
        let rule = json!({"ecrRepositoryPrefix": prefix, "upstreamRegistryUrl": "quay.io"});
        account.ask_ecr("CreatePullThroughCacheRule", &rule);
    }
    account
}

fn tags() -> Value {
    json!([{"Key": "team", "Value": "a"}])
}

/// The level, the code and the rule of each finding.
fn found(account: &Account) -> Vec<[String; 3]> {
    let ended = account.run("check -o json");
    let report: Value = serde_json::from_str(&ended.stdout).unwrap();
    let text = |value: &Value| value.as_str().unwrap_or("-").to_owned();
    let findings = told(&report).as_array().unwrap().clone();
    let found = findings.iter().map(|finding| {
        let [level, code, rule] = ["level", "code", "rule"].map(|key| text(&finding[key]));
        [level, code.replace("template-", ""), rule]
    });
    found.collect()
}

fn is(found: &[[String; 3]], expected: &[&str]) {
    let found: Vec<String> = found.iter().map(|parts| parts.join(" ")).collect();
    assert_eq!(found, expected);
}

#[test]
fn a_template_that_needs_a_role_and_has_none_is_an_error() {
    let key = json!({"encryptionType": "KMS", "kmsKey": "arn:aws:kms:us-east-1:123456789012:key/11112222-3333-4444-5555-666677778888"});
    let role = "arn:aws:iam::123456789012:role/templates";
    let lifecycle = json!("{}");
    for (settings, finds) in [
        (
            json!({"resourceTags": tags(), "lifecyclePolicy": lifecycle}),
            true,
        ),
        (
            json!({"encryptionConfiguration": key, "lifecyclePolicy": lifecycle}),
            true,
        ),
        (
            json!({"resourceTags": tags(), "encryptionConfiguration": key, "customRoleArn": role,
                   "lifecyclePolicy": lifecycle}),
            false,
        ),
        (json!({"lifecyclePolicy": lifecycle}), false),
    ] {
        let account = with_rules(&["hub"]);
        account.with_template("hub", &settings);
        let expected = ["error without-role hub"];
        is(&found(&account), if finds { &expected } else { &[] });
    }
    let account = with_rules(&["hub"]);
    account.with_template(
        "hub",
        &json!({"resourceTags": tags(), "lifecyclePolicy": "{}"}),
    );
    let ended = account.run("check");
    assert_eq!(ended.status, 9, "{ended:?}");
    let command = "aws ecr update-repository-creation-template --prefix hub --custom-role-arn \
                   ROLE_ARN --region us-east-1";
    assert!(
        ended.stdout.contains("hub sets tags and has no role") && ended.stdout.contains(command),
        "{}",
        ended.stdout
    );
}

/// The longest prefix counts, and `ROOT` is for what has no other.
#[test]
fn each_template_counts_for_the_rules_it_applies_to() {
    let account = with_rules(&["hub", "quay", "team/quay"]);
    account.with_template("ROOT", &json!({"imageTagMutability": "IMMUTABLE"}));
    account.with_template("hub", &json!({"lifecyclePolicy": "{}"}));
    account.with_template("hub/part", &json!({"resourceTags": tags()}));
    account.with_template("quay-other", &json!({"resourceTags": tags()}));
    account.with_template("team", &json!({"lifecyclePolicy": "{}"}));
    is(
        &found(&account),
        &[
            "error without-role hub",
            "warning immutable quay",
            "note without-lifecycle quay",
        ],
    );
    // One that is for another feature is none.
    let account = with_rules(&["hub"]);
    let template = json!({"prefix": "hub", "appliedFor": ["REPLICATION"], "resourceTags": tags()});
    account.ask_ecr("CreateRepositoryCreationTemplate", &template);
    is(&found(&account), &["note without-lifecycle hub"]);
}

#[test]
fn many_rules_without_a_lifecycle_policy_are_reported_together() {
    let prefixes = ["p1", "p2", "p3", "p4", "p5", "p6", "p7"];
    let account = with_rules(&prefixes);
    is(&found(&account), &["note without-lifecycle -"]);
    let ended = account.run("check");
    assert_eq!(ended.status, 0, "{ended:?}");
    assert!(
        ended
            .stdout
            .contains("(rules p1, p2, p3, p4, p5 and 2 more)"),
        "{}",
        ended.stdout
    );
}

#[test]
fn the_templates_are_asked_for_once_and_only_if_there_are_rules() {
    let describe = "DescribeRepositoryCreationTemplates".to_owned();
    for (prefixes, times) in [(&[][..], 0), (&["hub", "quay"], 1)] {
        let account = with_rules(prefixes);
        found(&account);
        let actions = account.actions();
        let asked = actions.iter().filter(|action| **action == describe).count();
        assert_eq!(asked, times, "{actions:?}");
    }
    // A page each for the first hundred, and the rest.
    let account = with_rules(&["hub"]);
    for number in 0..101 {
        account.with_template(&format!("t{number}"), &json!({}));
    }
    account.with_template(
        "hub",
        &json!({"resourceTags": tags(), "lifecyclePolicy": "{}"}),
    );
    is(&found(&account), &["error without-role hub"]);
}

#[test]
fn unreadable_templates_are_one_note() {
    let account = with_rules(&["hub", "quay"]);
    let no = "User: x is not authorized to perform: ecr:DescribeRepositoryCreationTemplates";
    let action = "DescribeRepositoryCreationTemplates";
    account.refuse(action, 400, "AccessDeniedException", no);
    is(&found(&account), &["note not-read -"]);
    let ended = account.run("check");
    assert_eq!(ended.status, 0, "{ended:?}");
    let words = format!("ecr:{action}");
    assert!(ended.stdout.contains(&words), "{}", ended.stdout);
}
