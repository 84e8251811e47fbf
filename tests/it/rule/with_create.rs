//! `create --rule`: from a token to a pull that works, in one command.

use serde_json::{json, Value};

#[cfg(unix)]
use crate::support::Screen;
use crate::support::{policy_file, side_by_side, Account, Program, Words, TOKEN};

const NAME: &str = "ecr-pullthroughcache/docker-hub";

fn create(account: &Account, more: &(impl Words + ?Sized)) -> Program {
    Program::create(account, "--rule docker-hub").and(more)
}

/// Steps as a report has them.
fn steps(words: &[(&str, &str)]) -> Value {
    let step = |(step, status): &(&str, &str)| json!({"step": step, "status": status});
    words.iter().map(step).collect()
}

#[test]
fn one_command_from_a_token_to_a_pull() {
    let account = Account::new();
    let ended = create(&account, "").run();
    let arn = ended.ok().to_owned();
    assert_eq!(
        account.take_actions_after_two_looks(),
        [
            "DescribePullThroughCacheRules",
            "DescribeSecret",
            "CreateSecret",
            "CreatePullThroughCacheRule",
            "ValidatePullThroughCacheRule"
        ]
    );
    assert_eq!(account.rules()[0]["credentialArn"], json!(arn));
    let registry = format!("{}.dkr.ecr.us-east-1.amazonaws.com", account.id);
    let last = ended.stderr.lines().last().unwrap().trim().to_owned();
    assert_eq!(
        last,
        format!("docker pull {registry}/docker-hub/library/alpine:latest")
    );
    ended.never(&["Next, create the rule"]);
    assert!(ended.stderr.contains("docker login --username AWS"));
}

/// For each registry, by `create`, `update` and `rule set` alike.
#[test]
fn the_last_line_is_the_pull_that_now_works() {
    let cases = [
        ("docker-hub", "library/alpine:latest"),
        ("github-container-registry", "stefanprodan/podinfo:latest"),
        ("azure-container-registry", "REPOSITORY:TAG"),
        ("gitlab-container-registry", "gitlab-org/release-cli:latest"),
        ("chainguard", "chainguard/static:latest"),
    ];
    side_by_side(cases, |(kind, image)| {
        for prefix in ["team/x", "ROOT"] {
            let account = Account::new();
            let registry = format!("{}.dkr.ecr.us-east-1.amazonaws.com", account.id);
            let pull = match prefix {
                "ROOT" => format!("docker pull {registry}/{image}"),
                _ => format!("docker pull {registry}/{prefix}/{image}"),
            };
            let login = ["--access-token-stdin", "-u", "me"];
            let rule = ["--rule", prefix];
            let set = ["rule", "set", prefix];
            for words in [
                [&["create"], &login[..], &rule].concat(),
                [&["update"], &login[..], &rule].concat(),
                set.to_vec(),
            ] {
                let host = ["--upstream-registry-url", "me.azurecr.io"];
                let is_azure = kind.starts_with("azure");
                let host = if is_azure { &host[..] } else { &[] };
                let words = [&words[..], &["--registry", kind], host].concat();
                let ended = Program::new(&words).with(&account).stdin(TOKEN).run();
                ended.ok();
                let lines: Vec<&str> = ended.stderr.lines().map(str::trim).collect();
                let [.., above, check, _, _, docker, _, last] = lines[..] else {
                    panic!("{ended:?}")
                };
                assert_eq!(last, pull, "{words:?}");
                let words_of_azure = "replacing REPOSITORY:TAG with an image of your registry:";
                assert_eq!(above.ends_with(words_of_azure), is_azure, "{above}");
                let name = pull.strip_prefix("docker pull ").unwrap();
                let proof = format!("ecr-ptc check --pull {name} --region us-east-1");
                assert_eq!(check, proof);
                let docker_login =
                    format!("docker login --username AWS --password-stdin {registry}");
                assert_eq!(docker, docker_login);
            }
        }
    });
}

#[test]
fn the_json_has_the_rule_and_its_steps() {
    let account = Account::new();
    let report = create(&account, "-o json").run().json();
    assert_eq!(
        report["steps"],
        steps(&[
            ("create-secret", "done"),
            ("create-pull-through-cache-rule", "done"),
            ("validate-pull-through-cache-rule", "done"),
        ])
    );
    let registry = format!("{}.dkr.ecr.us-east-1.amazonaws.com", account.id);
    assert_eq!(
        report["rule"],
        json!({
            "action": "created",
            "ecrRepositoryPrefix": "docker-hub",
            "upstreamRegistry": "docker-hub",
            "upstreamRegistryUrl": "registry-1.docker.io",
            "credentialArn": report["arn"],
            "secret": NAME,
            "isValid": true,
            "repositoryUri": format!("{registry}/docker-hub"),
            "pull": format!("docker pull {registry}/docker-hub/library/alpine:latest"),
        })
    );
    let without = Program::create(&Account::new(), "-o json").run().json();
    assert_eq!(without.get("rule"), None);
}

#[test]
fn again_changes_nothing_that_is_so() {
    let account = Account::new();
    let again = ["--if-exists", "update", "-o", "json"];
    create(&account, &again).run().ok();
    account.take_actions();
    let report = create(&account, &again).run().json();
    assert_eq!(report["action"], "unchanged");
    assert_eq!(report["rule"]["action"], "unchanged");
    let validated = steps(&[("validate-pull-through-cache-rule", "done")]);
    assert_eq!(report["steps"], validated);
    let stored = account.value(NAME);
    // A secret that was made again has another ARN, and the rule still has the old one.
    let gone = json!({"SecretId": NAME, "ForceDeleteWithoutRecovery": true});
    account.ask("DeleteSecret", &gone);
    let report = create(&account, &again).run().json();
    assert_eq!(report["action"], "created");
    assert_eq!(report["rule"]["action"], "updated");
    assert_eq!(account.rules()[0]["credentialArn"], report["arn"]);
    assert_eq!(account.value(NAME), stored);
}

#[test]
fn a_skipped_secret_still_gets_its_rule() {
    let account = Account::new();
    Program::create(&account, "").run().ok();
    let report = create(&account, "--if-exists skip -o json").run().json();
    assert_eq!(report["action"], "skipped");
    assert_eq!(report["rule"]["isValid"], true);
    assert_eq!(account.rules()[0]["credentialArn"], report["arn"]);
}

#[test]
fn a_rule_that_cannot_be_created_leaves_the_secret_and_says_how_to_finish() {
    for (action, error, words) in [
        (
            "CreatePullThroughCacheRule",
            "AccessDeniedException",
            [
                "is stored, but could not create rule docker-hub",
                "allow ecr:CreatePullThroughCacheRule; .github/docs/permissions.md has the policies",
                "step: create-pull-through-cache-rule failed",
                "step: validate-pull-through-cache-rule not tried",
            ],
        ),
        (
            "ValidatePullThroughCacheRule",
            "ServerException",
            [
                "is stored, but could not validate rule docker-hub",
                "step: create-secret done",
                "step: create-pull-through-cache-rule done",
                "step: validate-pull-through-cache-rule failed",
            ],
        ),
    ] {
        let account = Account::new();
        account.refuse(action, 400, error, "no");
        let ended = create(&account, "").env("AWS_MAX_ATTEMPTS", "1").run();
        let finish = format!(
            "ecr-ptc rule set docker-hub --secret {NAME} --registry docker-hub --region us-east-1"
        );
        ended
            .fails(8, &words)
            .fails(8, &[&finish, "the secret is arn:aws:"]);
        account.heal();
        let words: Vec<&str> = finish.split(' ').skip(1).collect();
        Program::new(&words).with(&account).run().ok();
        assert_eq!(account.rules().as_array().unwrap().len(), 1);
    }
}

#[test]
fn ecrs_verdict_on_a_new_rule_is_reported() {
    let account = Account::new();
    let verdict = r#"{"ecrRepositoryPrefix":"hub","isValid":false,"failure":"could not log in"}"#;
    let kind = "application/x-amz-json-1.1";
    account.answer("ValidatePullThroughCacheRule", 200, kind, verdict, None);
    let ended = create(&account, "-o json").run();
    let told = &ended.fails(8, &[]).error_json()["error"];
    assert_eq!(told["code"], "rule-invalid");
    let message = told["message"].as_str().unwrap();
    assert!(
        message.contains(
            "ecr-pullthroughcache/docker-hub is stored, but ECR reports that rule docker-hub is invalid"
        ) && message.contains("could not log in"),
        "{message}"
    );
}

#[test]
fn an_earlier_step_that_failed_leaves_the_rule_untried() {
    let account = Account::new();
    account.refuse("PutResourcePolicy", 400, "PublicPolicyException", "no");
    let program = Program::new(&[]);
    let policy = policy_file(&program);
    let ended = create(&account, &["--resource-policy", policy.to_str().unwrap()]).run();
    ended.fails(
        8,
        &[
            "step: put-resource-policy failed",
            "step: create-pull-through-cache-rule not tried",
            "finish it with: printf %s \"$TOKEN\" | ecr-ptc create",
            "--rule docker-hub",
        ],
    );
    assert_eq!(account.rules(), json!([]));
}

#[test]
fn what_stands_against_the_rule_is_reported_before_the_secret_is_stored() {
    let account = Account::new();
    for (more, says) in [
        (
            &["--rule", "a..b"][..],
            "for '--rule <PREFIX>': that is not a repository prefix",
        ),
        (
            &["--rule", "hub", "--name", "ecr-pullthroughcache/é"],
            "no rule can use a secret with 'é'",
        ),
    ] {
        Program::create(&account, more).run().fails(2, &[says]);
    }
    let azure = [
        "create",
        "--registry",
        "acr",
        "-u",
        "me",
        "--access-token-stdin",
        "--rule",
        "az",
    ];
    let ended = Program::new(&azure).with(&account).stdin(TOKEN).run();
    ended
        .fails(2, &["fix: add --upstream-registry-url NAME.azurecr.io"])
        .never(&["ecr-ptc rule set"]);
    assert_eq!(account.actions_but_looks(), [""; 0]);
    let host = [
        "--upstream-registry-url",
        "me.azurecr.io",
        "--verify",
        "never",
    ];
    let with_host = Account::new();
    Program::new(&[&azure[..], &host].concat())
        .with(&with_host)
        .stdin(TOKEN)
        .run()
        .ok();
    assert_eq!(with_host.rules()[0]["upstreamRegistryUrl"], "me.azurecr.io");
    let other = json!({"ecrRepositoryPrefix": "docker-hub", "upstreamRegistryUrl": "quay.io"});
    account.ask_ecr("CreatePullThroughCacheRule", &other);
    create(&account, "")
        .run()
        .fails(3, &["already exists for quay.io"]);
    account.refuse(
        "DescribePullThroughCacheRules",
        400,
        "AccessDeniedException",
        "no",
    );
    create(&account, "")
        .run()
        .fails(5, &["ecr:DescribePullThroughCacheRules"]);
    assert!(account.is_empty());
}

#[test]
fn a_dry_run_shows_the_rule_and_sends_nothing() {
    let account = Account::new();
    let ended = create(&account, "--dry-run -o json").run();
    let report = ended.json();
    assert_eq!(report["rule"]["action"], "dry-run");
    assert_eq!(report["steps"].as_array().unwrap().len(), 3);
    for words in [
        "login         accepted by Docker Hub",
        "rule          docker-hub (registry-1.docker.io)\n",
        "then validate-pull-through-cache-rule",
    ] {
        assert!(ended.stderr.contains(words), "{}", ended.stderr);
    }
    assert_eq!(account.actions(), [""; 0]);
}

#[cfg(unix)]
#[test]
fn at_a_terminal_the_rule_is_a_part_of_the_review() {
    let account = Account::new();
    let screen = Screen::new(&account);
    screen.enters("$PTC create -u me --registry docker-hub --rule team/hub");
    screen
        .enters_a_token()
        .sees("team/hub (registry-1.docker.io), new")
        .sees("create-pull-through-cache-rule");
    screen
        .sees("Store these")
        .enters("")
        .sees("Created rule team/hub")
        .sees("docker pull")
        .skips_the_pull()
        .status_is(0);
    assert_eq!(account.rules()[0]["ecrRepositoryPrefix"], "team/hub");
}
