//! The rules that use a secret, in `list`, `show`, `delete` and `restore`.

use serde_json::json;

#[cfg(unix)]
use crate::support::Screen;
use crate::support::{Account, Program};

const NAME: &str = "ecr-pullthroughcache/docker-hub";

/// Makes a rule that uses a secret, and gives it.
fn rule(account: &Account, prefix: &str, kind: &str, host: &str, arn: &str) {
    account.ask_ecr(
        "CreatePullThroughCacheRule",
        &json!({"ecrRepositoryPrefix": prefix, "upstreamRegistry": kind, "upstreamRegistryUrl": host, "credentialArn": arn}),
    );
}

/// A terminal at the last question of `create`.
#[cfg(unix)]
fn creating(account: &Account) -> Screen {
    let screen = Screen::new(account);
    screen.enters("$PTC create -u me --registry docker-hub --verify never");
    screen.enters_a_token();
    screen
}

/// A recreated secret with two rules; one rule was switched to the new one.
fn made_again(account: &Account) -> (String, String) {
    let old = account.made(NAME);
    rule(
        account,
        "docker-hub",
        "docker-hub",
        "registry-1.docker.io",
        &old,
    );
    account.ask(
        "DeleteSecret",
        &json!({"SecretId": old, "ForceDeleteWithoutRecovery": true}),
    );
    let new = account.made(NAME);
    rule(
        account,
        "mirror",
        "docker-hub",
        "registry-1.docker.io",
        &new,
    );
    account.take_actions();
    (old, new)
}

#[test]
fn list_and_show_name_the_rules_and_their_registry() {
    let account = Account::new();
    let arn = account.made("ecr-pullthroughcache/build-team");
    account.made("ecr-pullthroughcache/unused");
    for prefix in ["one", "two"] {
        rule(
            &account,
            prefix,
            "gitlab-container-registry",
            "registry.gitlab.com",
            &arn,
        );
    }
    let listed = account.run("list -o json").json();
    let first = &listed[0];
    assert_eq!(
        (&first["registry"], &first["rules"]),
        (&json!("gitlab-container-registry"), &json!(["one", "two"]))
    );
    assert_eq!(
        (&listed[1]["registry"], &listed[1]["rules"]),
        (&json!(null), &json!([]))
    );
    let table = account.run("list");
    assert!(table.ok().contains("one,two"), "{}", table.stdout);
    let shown = account.run("show build-team -o json").json();
    assert_eq!(shown["registry"], "gitlab-container-registry");
    let rules = shown["rules"].as_array().unwrap();
    assert_eq!(rules.len(), 2);
    for (member, value) in [
        ("ecrRepositoryPrefix", "one"),
        ("upstreamRegistry", "gitlab-container-registry"),
        ("upstreamRegistryUrl", "registry.gitlab.com"),
        ("upstreamRepositoryPrefix", "ROOT"),
        ("credentialArn", &arn),
        ("registryId", &account.id),
    ] {
        assert_eq!(rules[0][member], value, "{shown}");
    }
    let text = account.run("show build-team");
    for row in [
        "registry     GitLab Container Registry (gitlab-container-registry)",
        "rule         one (registry.gitlab.com)",
        "rule         two (registry.gitlab.com)",
    ] {
        assert!(text.ok().contains(row), "{row}: {}", text.stdout);
    }
}

#[test]
fn show_warns_of_a_rule_that_points_at_the_secret_before_and_its_command_fixes_it() {
    let account = Account::new();
    let (old, new) = made_again(&account);
    let shown = account.run("show docker-hub -o json");
    let report = shown.json();
    assert_eq!(report["rules"][0]["ecrRepositoryPrefix"], "mirror");
    assert_eq!(report["staleRules"][0]["credentialArn"], json!(old));
    let warning = report["warnings"][0].as_str().unwrap();
    let (words, command) = warning.split_once("this one: ecr-ptc ").unwrap();
    assert!(
        words.contains("rule docker-hub uses a deleted secret"),
        "{words}"
    );
    let words: Vec<&str> = command.split(' ').collect();
    Program::new(&words).with(&account).run().ok();
    assert!(account
        .rules()
        .as_array()
        .unwrap()
        .iter()
        .all(|rule| rule["credentialArn"] == json!(new)));
    let report = account.run("show docker-hub -o json").json();
    assert_eq!(
        (&report["staleRules"], &report["warnings"]),
        (&json!([]), &json!([]))
    );
}

#[test]
fn secrets_are_reported_where_rules_cannot_be_looked_at_and_where_there_are_none() {
    let account = Account::new();
    account.made(NAME);
    account.refuse(
        "DescribePullThroughCacheRules",
        400,
        "AccessDeniedException",
        "not allowed",
    );
    for (words, warning) in [
        (&["list", "-o", "json"][..], "the RULES column is missing"),
        (
            &["show", "docker-hub", "-o", "json"],
            "the rules that use it are not shown",
        ),
    ] {
        let ended = account.run(words);
        let report = ended.json();
        let entry = report.get(0).unwrap_or(&report);
        assert_eq!(
            (&entry["name"], &entry["rules"]),
            (&json!(NAME), &json!(null))
        );
        let warning = format!("{warning} (DescribePullThroughCacheRules: not allowed)");
        assert!(ended.stderr.contains(&warning), "{}", ended.stderr);
    }
    account.take_actions();
    // There is no such operation where pull through cache is not documented, or there is one.
    account.heal();
    let unknown = "UnknownOperationException";
    account.refuse("DescribePullThroughCacheRules", 400, unknown, "?");
    let china = ["list", "-o", "json", "--region", "cn-north-1"];
    let ended = Program::new(&china).with(&account).run();
    assert_eq!(ended.json(), json!([]));
    assert!(!ended.stderr.contains("warning"), "{}", ended.stderr);
}

#[test]
fn delete_names_the_rules_that_use_the_secret() {
    let account = Account::new();
    let (_, arn) = made_again(&account);
    rule(&account, "hub", "docker-hub", "registry-1.docker.io", &arn);
    let deleted = account.run("delete docker-hub --yes");
    deleted.ok();
    for part in [
        "used by       hub, mirror (pulls of images that are not cached will fail)",
        "To delete the rules that use it:\n  ecr-ptc rule delete hub --region us-east-1\n  \
         ecr-ptc rule delete mirror --region us-east-1\n",
    ] {
        assert!(deleted.stderr.contains(part), "{part}: {}", deleted.stderr);
    }
    let command = ["rule", "delete", "hub", "--region", "us-east-1", "--yes"];
    Program::new(&command).with(&account).run().ok();
    account.run("restore docker-hub").ok();
    let words = [
        "delete",
        "docker-hub",
        "--yes",
        "--force-without-recovery",
        "-o",
        "json",
    ];
    let report = account.run(&words).json();
    assert_eq!(report["rules"], json!(["mirror"]));
}

#[test]
fn delete_goes_on_where_the_rules_cannot_be_looked_at() {
    let account = Account::new();
    account.made(NAME);
    account.refuse(
        "DescribePullThroughCacheRules",
        400,
        "AccessDeniedException",
        "not allowed",
    );
    let deleted = account.run("delete docker-hub --yes -o json");
    assert_eq!(deleted.json()["rules"], json!(null));
    let row = "used by       unknown (DescribePullThroughCacheRules: not allowed)";
    assert!(deleted.stderr.contains(row), "{}", deleted.stderr);
}

#[test]
fn restore_reports_the_rules_that_work_again_and_those_that_point_elsewhere() {
    let account = Account::new();
    let (_, arn) = made_again(&account);
    account.ask("DeleteSecret", &json!({"SecretId": arn}));
    let restored = account.run("restore docker-hub -o json");
    let report = restored.json();
    assert_eq!(report["rules"], json!(["mirror"]));
    let warning = report["warnings"][0].as_str().unwrap();
    let (said, command) = warning.split_once("this one: ecr-ptc ").unwrap();
    assert!(
        said.starts_with("rule docker-hub uses a deleted secret"),
        "{said}"
    );
    assert!(
        restored.stderr.contains("Rules that use it again: mirror"),
        "{}",
        restored.stderr
    );
    Program::new(&command.split(' ').collect::<Vec<_>>())
        .with(&account)
        .run()
        .ok();
    let report = account.run("restore docker-hub -o json").json();
    assert_eq!(
        (&report["rules"], &report["warnings"]),
        (&json!(["docker-hub", "mirror"]), &json!([]))
    );
    account.refuse(
        "DescribePullThroughCacheRules",
        400,
        "AccessDeniedException",
        "not allowed",
    );
    let report = account.run("restore docker-hub -o json").json();
    assert_eq!(report["rules"], json!(null));
}

#[cfg(unix)]
#[test]
fn at_a_terminal_restore_prints_how_to_switch_the_rule_and_create_proposes_it() {
    let account = Account::new();
    let (_, arn) = made_again(&account);
    account.ask("DeleteSecret", &json!({"SecretId": arn}));
    let screen = Screen::new(&account);
    screen.enters("$PTC restore docker-hub");
    screen
        .sees("ecr-ptc rule set docker-hub --secret")
        .sees("with the same ARN")
        .status_is(0)
        .is_as_before();
    screen
        .enters(&format!("$PTC rule set docker-hub --secret {NAME}"))
        .sees("docker-hub/library/alpine:latest")
        .status_is(0);
    let points_at = |arn: &str| {
        let rules = account.rules();
        let mut rules = rules.as_array().unwrap().iter();
        assert!(
            rules.all(|rule| rule["credentialArn"] == json!(arn)),
            "{}",
            account.rules()
        );
    };
    points_at(&arn);
    account.ask(
        "DeleteSecret",
        &json!({"SecretId": arn, "ForceDeleteWithoutRecovery": true}),
    );
    account.ask_ecr(
        "DeletePullThroughCacheRule",
        &json!({"ecrRepositoryPrefix": "mirror"}),
    );
    let screen = creating(&account);
    screen
        .sees("docker-hub (registry-1.docker.io), exists; will switch to this secret")
        .sees("the secret of rule docker-hub (now ecr-pullthroughcache/docker-hub)")
        .sees("Store these")
        .enters("y")
        .sees("docker-hub/library/alpine:latest")
        .skips_the_pull()
        .status_is(0);
    let secret = account.ask("DescribeSecret", &json!({"SecretId": NAME}));
    points_at(secret["ARN"].as_str().unwrap());
}

#[test]
fn restore_asks_ecr_once_and_goes_on_without_an_answer() {
    let account = Account::new();
    let arn = account.made(NAME);
    account.ask("DeleteSecret", &json!({"SecretId": arn}));
    account.refuse(
        "DescribePullThroughCacheRules",
        500,
        "ServerException",
        "no",
    );
    let restored = account.run("restore docker-hub -o json");
    assert_eq!(restored.json()["rules"], json!(null));
    restored.never(&["warning:", "ServerException"]);
    let asked = |action: &String| action == "DescribePullThroughCacheRules";
    assert_eq!(
        account.take_actions().iter().filter(|a| asked(a)).count(),
        1
    );
}

#[cfg(unix)]
#[test]
fn of_several_rules_that_were_left_behind_one_is_proposed_and_the_others_are_reported() {
    let account = Account::new();
    let old = account.made(NAME);
    for prefix in ["a-hub", "b-hub"] {
        rule(&account, prefix, "docker-hub", "registry-1.docker.io", &old);
    }
    let gitlab = "gitlab-container-registry";
    rule(&account, "a-git", gitlab, "registry.gitlab.com", &old);
    account.ask(
        "DeleteSecret",
        &json!({"SecretId": old, "ForceDeleteWithoutRecovery": true}),
    );
    let screen = creating(&account);
    screen
        .sees("a-hub (registry-1.docker.io), exists; will switch")
        .sees("Store these")
        .chooses(false, 1)
        .sees("What do you want")
        .chooses(false, 6)
        .sees("Repository prefix")
        .enters("-")
        .sees("rule          none")
        .sees("Store these")
        .enters("y")
        .sees("Next, create the rule")
        .status_is(0);
    let told = screen.history();
    assert!(told.contains("rule b-hub uses a deleted secret"), "{told}");
    assert!(told.contains("ecr-ptc rule set b-hub --secret"), "{told}");
    assert!(!screen.text().contains("a-git"), "{}", screen.text());
    let rules = account.rules();
    let mut rules = rules.as_array().unwrap().iter();
    assert!(rules.all(|rule| rule["credentialArn"] == json!(old)));
}
