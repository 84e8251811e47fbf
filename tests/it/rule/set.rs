//! `rule set`, `rule list` and `rule delete` against the local AWS.

use serde_json::{json, Value};

#[cfg(unix)]
use crate::support::Screen;
use crate::support::{side_by_side, Account, Program, Words};

const NAME: &str = "ecr-pullthroughcache/docker-hub";
const GOOD: &str = r#"{"username":"me","accessToken":"not-a-real-token"}"#;

/// Stores a secret, and gives its ARN.
fn secret(account: &Account, name: &str, value: &str) -> String {
    let made = account.ask(
        "CreateSecret",
        &json!({"Name": name, "SecretString": value}),
    );
    made["ARN"].as_str().unwrap().to_owned()
}

fn rule(account: &Account, words: &(impl Words + ?Sized)) -> Program {
    Program::new("rule").and(words).with(account)
}

fn set(account: &Account, more: &(impl Words + ?Sized)) -> Program {
    rule(account, "set docker-hub")
        .and(&["--secret", NAME])
        .and(more)
}

#[test]
fn a_rule_is_created_and_validated_and_the_pull_command_printed() {
    let account = Account::new();
    let arn = secret(&account, NAME, GOOD);
    let ended = set(&account, "").run();
    let registry = format!("{}.dkr.ecr.us-east-1.amazonaws.com", account.id);
    assert_eq!(ended.ok(), format!("{registry}/docker-hub"));
    let said = ended.stderr.trim_end();
    let pull = format!("docker pull {registry}/docker-hub/library/alpine:latest");
    assert_eq!(said.lines().last().map(str::trim), Some(&*pull));
    assert!(said.contains(&format!(
        "aws ecr get-login-password --region us-east-1 |\n    docker login --username AWS --password-stdin {registry}\n"
    )));
    assert_eq!(
        account.take_actions_after_two_looks(),
        [
            "DescribePullThroughCacheRules",
            "DescribeSecret",
            "CreatePullThroughCacheRule",
            "ValidatePullThroughCacheRule"
        ]
    );
    let made = &account.rules()[0];
    for (member, value) in [
        ("ecrRepositoryPrefix", "docker-hub"),
        ("upstreamRegistry", "docker-hub"),
        ("upstreamRegistryUrl", "registry-1.docker.io"),
        ("credentialArn", &arn),
    ] {
        assert_eq!(made[member], value);
    }
}

#[test]
fn what_is_so_already_is_only_validated() {
    let account = Account::new();
    secret(&account, NAME, GOOD);
    let first = set(&account, "-o json").run().json();
    account.take_actions();
    let again = set(&account, "-o json").run().json();
    assert_eq!(
        (&first["action"], &again["action"]),
        (&json!("created"), &json!("unchanged"))
    );
    let step = "validate-pull-through-cache-rule";
    assert_eq!(again["steps"], json!([{"step": step, "status": "done"}]));
    let writes = ["Create", "Update"].map(|verb| format!("{verb}PullThroughCacheRule"));
    assert!(!account
        .take_actions()
        .iter()
        .any(|action| writes.contains(action)));
}

#[test]
fn a_rule_with_another_secret_is_switched() {
    let account = Account::new();
    secret(&account, NAME, GOOD);
    set(&account, "").run().ok();
    let other = "ecr-pullthroughcache/other";
    let arn = secret(&account, other, GOOD);
    let words = ["set", "docker-hub", "--secret", other];
    rule(&account, &words).run().fails(
        2,
        &["does not show which registry it is for", "--registry KIND"],
    );
    let words = [
        &words[..],
        &["--registry", "dockerhub", "--yes", "-o", "json"],
    ]
    .concat();
    let report = rule(&account, &words).run().json();
    for (member, value) in [
        ("action", json!("updated")),
        ("credentialArn", json!(arn)),
        ("secret", json!(other)),
        ("isValid", json!(true)),
    ] {
        assert_eq!(report[member], value, "{report}");
    }
    assert_eq!(account.rules()[0]["credentialArn"], json!(arn));
}

#[test]
fn a_rule_of_another_registry_is_left_alone() {
    let account = Account::new();
    secret(&account, NAME, GOOD);
    let public = json!({"ecrRepositoryPrefix": "docker-hub", "upstreamRegistryUrl": "quay.io"});
    account.ask_ecr("CreatePullThroughCacheRule", &public);
    let ended = set(&account, "").run();
    ended.fails(
        3,
        &[
            "already exists for quay.io",
            "cannot change the upstream",
            "ecr-ptc rule delete docker-hub",
        ],
    );
    assert_eq!(account.rules()[0]["upstreamRegistryUrl"], "quay.io");
}

#[test]
fn a_secret_that_ecr_does_not_see_yet_is_waited_for() {
    let account = Account::new();
    secret(&account, NAME, GOOD);
    let body = r#"{"__type":"SecretNotFoundException","message":"no such secret"}"#;
    let kind = "application/x-amz-json-1.1";
    account.answer("CreatePullThroughCacheRule", 400, kind, body, Some(2));
    let ended = set(&account, "").run();
    ended.ok();
    let times = ended
        .stderr
        .matches("cannot find the new secret yet")
        .count();
    assert_eq!(times, 1, "{}", ended.stderr);
    let actions = account.actions();
    let creates = actions
        .iter()
        .filter(|action| *action == "CreatePullThroughCacheRule");
    assert_eq!(creates.count(), 3);
}

#[test]
fn an_answer_that_was_lost_is_looked_up() {
    side_by_side([Some(1), None], |lost| {
        let account = Account::new();
        secret(&account, NAME, GOOD);
        account.lose("CreatePullThroughCacheRule", lost);
        let twice = |program: Program| program.env("AWS_MAX_ATTEMPTS", "2").run();
        assert!(twice(set(&account, "")).ok().ends_with("/docker-hub"));
        assert_eq!(account.rules().as_array().unwrap().len(), 1);
        let other = "ecr-pullthroughcache/dockerhub";
        let arn = secret(&account, other, GOOD);
        account.lose("UpdatePullThroughCacheRule", lost);
        twice(rule(
            &account,
            &["set", "docker-hub", "--secret", other, "--yes"],
        ))
        .ok();
        assert_eq!(account.rules()[0]["credentialArn"], json!(arn));
        account.lose("DeletePullThroughCacheRule", lost);
        twice(rule(&account, "delete docker-hub --yes")).ok();
        assert_eq!(account.rules(), json!([]));
    });
}

#[test]
fn what_does_not_fit_is_refused_before_anything_is_sent() {
    let account = Account::new();
    let long = "a".repeat(31);
    for (words, says) in [
        (
            &["set", "a___b", "--registry", "docker-hub"][..],
            "2 to 30 lower-case",
        ),
        (
            &["set", &long, "--registry", "docker-hub"],
            "2 to 30 lower-case",
        ),
        (
            &["set", "dckr_pat_Zq7", "--registry", "docker-hub"],
            "that is not a repository prefix",
        ),
        (
            &["set", "hub", "--secret", "ecr-pullthroughcache/é"],
            "no rule can use a secret with 'é'",
        ),
        (
            &["set", "hub"],
            "--secret NAME or --registry KIND is missing",
        ),
        (
            &["set", "az", "--registry", "acr"],
            "--upstream-registry-url NAME.azurecr.io",
        ),
        (
            &[
                "set",
                "az",
                "--registry",
                "acr",
                "--upstream-registry-url",
                "https://x.azurecr.io/team",
            ],
            "--upstream-registry-url NAME.azurecr.io",
        ),
        (
            &[
                "set",
                "hub",
                "--registry",
                "ghcr",
                "--upstream-registry-url",
                "quay.io",
            ],
            "only ghcr.io",
        ),
        (&["delete", "docker-hub"], "add --yes"),
        (&["delete", "A", "--yes"], "not a repository prefix"),
        (&[], "requires a subcommand"),
    ] {
        rule(&account, words)
            .run()
            .fails(2, &[says])
            .never(&["dckr_pat"]);
    }
    assert_eq!(account.actions(), [""; 0]);
}

/// There seem to be rules since August 2026: the types of cfn-lint 1.54.0 for each Region.
#[test]
fn where_pull_through_cache_is_not_documented_aws_answers() {
    for region in ["us-gov-west-1", "cn-north-1"] {
        let account = Account::new();
        let create = Program::create(&account, &["--region", region, "--rule", "hub"]).run();
        create.ok();
        let warning = format!("not document ECR pull through cache in {region}");
        assert!(create.stderr.contains(&warning), "{}", create.stderr);
        let words = ["rule", "list", "-o", "json", "--region", region];
        let rules = Program::new(&words).with(&account).run().json();
        assert_eq!(rules[0]["ecrRepositoryPrefix"], "hub", "{rules}");
        let set = set(&account, &["--region", region]).run();
        assert!(set.stderr.contains(&warning), "{}", set.stderr);
        account.refuse(
            "DescribePullThroughCacheRules",
            400,
            "UnknownOperationException",
            "?",
        );
        let words = [
            "--region",
            region,
            "--rule",
            "other",
            "--if-exists",
            "update",
        ];
        let ended = Program::create(&account, &words).run();
        let fix = format!("ECR does not support pull through cache in {region}");
        ended.fails(1, &[&fix, "--region REGION"]);
    }
}

#[test]
fn azure_and_the_root() {
    let account = Account::new();
    secret(&account, "ecr-pullthroughcache/acr", GOOD);
    let words = [
        "set",
        "ROOT",
        "--secret",
        "ecr-pullthroughcache/acr",
        "--upstream-registry-url",
        "me.azurecr.io",
    ];
    let ended = rule(&account, &words).run();
    assert!(ended.ok().ends_with(".amazonaws.com"), "{}", ended.stdout);
    assert_eq!(account.rules()[0]["upstreamRegistryUrl"], "me.azurecr.io");
}

#[test]
fn a_secret_that_cannot_be_used_is_reported_before_a_rule_is_created() {
    let account = Account::new();
    let ended = set(&account, "").run();
    ended.fails(3, &["no secret", "ecr-ptc create --registry docker-hub"]);
    secret(&account, NAME, GOOD);
    account.ask("DeleteSecret", &json!({"SecretId": NAME}));
    set(&account, "")
        .run()
        .fails(3, &["scheduled for deletion", "ecr-ptc restore"]);
    assert_eq!(account.rules(), json!([]));
}

#[test]
fn the_list_reports_what_ecr_says_of_each_rule() {
    let account = Account::new();
    let empty = rule(&account, "list").run();
    assert_eq!(empty.ok(), "");
    let note = "No rules in us-east-1
  create one for an existing secret: ecr-ptc rule set PREFIX --secret NAME --region us-east-1
  or look in another Region: ecr-ptc rule list --region REGION
";
    assert_eq!(empty.stderr, note);
    assert_eq!(rule(&account, "list -o json").run().json(), json!([]));
    let arn = secret(&account, NAME, GOOD);
    set(&account, "").run().ok();
    let bad = secret(&account, "ecr-pullthroughcache/ghcr", "not JSON");
    let create = |rule: Value| account.ask_ecr("CreatePullThroughCacheRule", &rule);
    create(
        json!({"ecrRepositoryPrefix": "github", "upstreamRegistryUrl": "ghcr.io", "credentialArn": bad}),
    );
    create(json!({"ecrRepositoryPrefix": "aa", "upstreamRegistryUrl": "public.ecr.aws"}));
    account.take_actions();
    let listed = rule(&account, "list -o json").run().json();
    let asked = account.take_actions();
    assert_eq!(asked.len(), 3, "only rules with a login: {asked:?}");
    let failure = listed[2]["failure"].as_str().unwrap();
    assert!(failure.contains("JSON"), "{failure}");
    let mut members = listed.clone();
    for rule in members.as_array_mut().unwrap() {
        let rule = rule.as_object_mut().unwrap();
        for (member, value) in [
            ("registryId", json!(account.id)),
            ("upstreamRepositoryPrefix", json!("ROOT")),
        ] {
            assert_eq!(rule.remove(member), Some(value));
        }
        assert!(rule.remove("createdAt").is_some() && rule.remove("updatedAt").is_some());
    }
    assert_eq!(
        members,
        json!([
            {"schemaVersion": 1, "ecrRepositoryPrefix": "aa", "upstreamRegistry": "ecr-public", "upstreamRegistryUrl": "public.ecr.aws",
             "credentialArn": null, "secret": null, "isValid": null, "failure": null},
            {"schemaVersion": 1, "ecrRepositoryPrefix": "docker-hub", "upstreamRegistry": "docker-hub", "upstreamRegistryUrl": "registry-1.docker.io",
             "credentialArn": arn, "secret": NAME, "isValid": true, "failure": null},
            {"schemaVersion": 1, "ecrRepositoryPrefix": "github", "upstreamRegistry": "github-container-registry", "upstreamRegistryUrl": "ghcr.io",
             "credentialArn": bad, "secret": "ecr-pullthroughcache/ghcr", "isValid": false, "failure": failure},
        ])
    );
    let table = rule(&account, "list").run();
    let rows: Vec<&str> = table.ok().lines().collect();
    assert!(rows[0].starts_with("PREFIX") && rows[1].ends_with("no login needed"));
    assert!(rows[2].ends_with("  valid") && rows[3].ends_with("  invalid"));
    assert_eq!(rows.last(), Some(&&*format!("github: {failure}")));
    let column = |row: &str, word: &str| row.find(word).unwrap();
    assert_eq!(
        column(rows[2], "registry-1"),
        column(rows[3], "ghcr.io"),
        "{rows:?}"
    );

    account.refuse(
        "ValidatePullThroughCacheRule",
        400,
        "AccessDeniedException",
        "User: x is not authorized to perform: ecr:ValidatePullThroughCacheRule",
    );
    let ended = rule(&account, "list").run();
    assert_eq!(ended.ok().matches("unknown").count(), 2);
    assert!(ended.stderr.contains("ecr:ValidatePullThroughCacheRule"));
}

#[test]
fn a_rule_is_deleted_with_a_yes() {
    let account = Account::new();
    secret(&account, NAME, GOOD);
    set(&account, "").run().ok();
    let words = ["delete", "docker-hub", "--yes", "-o", "json"];
    let report = rule(&account, &words).run().json();
    assert_eq!(
        (&report["action"], &report["ecrRepositoryPrefix"]),
        (&json!("deleted"), &json!("docker-hub"))
    );
    assert_eq!(account.rules(), json!([]));
    rule(&account, &words)
        .run()
        .fails(3, &["no rule docker-hub"]);
}

#[cfg(unix)]
#[test]
fn at_a_terminal_a_deletion_is_asked_for() {
    let account = Account::new();
    secret(&account, NAME, GOOD);
    set(&account, "").run().ok();
    let screen = Screen::new(&account);
    screen.enters("$PTC rule delete docker-hub");
    screen
        .sees("docker-hub (registry-1.docker.io)")
        .sees("secret        ecr-pullthroughcache/docker-hub")
        .sees("delete-pull-through-cache-rule")
        .sees("Delete it?")
        .enters("")
        .sees("nothing was written")
        .status_is(130);
    assert_eq!(account.rules().as_array().unwrap().len(), 1);
    screen
        .enters("TERM=dumb $PTC rule delete docker-hub")
        .sees("Delete it? [y/N]: ")
        .enters("y")
        .sees("Deleted rule docker-hub")
        .status_is(0);
    assert_eq!(account.rules(), json!([]));
}

#[cfg(unix)]
#[test]
fn ctrl_c_while_ecr_answers_reports_what_may_be() {
    let account = Account::new();
    secret(&account, NAME, GOOD);
    account.stall("CreatePullThroughCacheRule");
    let screen = Screen::new(&account);
    screen.enters("$PTC rule set docker-hub --registry docker-hub");
    account.wait_for("CreatePullThroughCacheRule");
    screen
        .types("\x03")
        .sees("rule docker-hub may have been created")
        .sees("ecr-ptc rule list")
        .status_is(130);
}
