//! Rules for each upstream registry that ECR has, and for a part of one.

use serde_json::{json, Value};

use crate::support::{Account, Program, Words};

const GOOD: &str = r#"{"username":"me","accessToken":"not-a-real-token"}"#;
const ECR: &str = "444455556666.dkr.ecr.eu-west-1.amazonaws.com";
const ROLE: &str = "arn:aws:iam::123456789012:role/ecr-pull-through-cache";

fn set(account: &Account, words: &(impl Words + ?Sized)) -> Program {
    Program::new("rule set").and(words).with(account)
}

#[test]
fn a_rule_is_created_for_each_of_the_nine() {
    let account = Account::new();
    let same_account = format!("{}.dkr.ecr.eu-west-1.amazonaws.com", account.id);
    for (prefix, kind, url, image) in [
        (
            "a/hub",
            "docker-hub",
            "registry-1.docker.io",
            "library/alpine:latest",
        ),
        ("a/gh", "ghcr", "ghcr.io", "stefanprodan/podinfo:latest"),
        ("a/acr", "acr", "me.azurecr.io", "REPOSITORY:TAG"),
        (
            "a/gitlab",
            "gitlab",
            "registry.gitlab.com",
            "gitlab-org/release-cli:latest",
        ),
        ("a/cgr", "chainguard", "cgr.dev", "chainguard/static:latest"),
        (
            "ecr-public",
            "ecr-public",
            "public.ecr.aws",
            "docker/library/alpine:latest",
        ),
        ("quay", "quay.io", "quay.io", "prometheus/busybox:latest"),
        ("kubernetes", "k8s", "registry.k8s.io", "pause:3.10"),
        ("ecr", "ecr", &same_account, "REPOSITORY:TAG"),
    ] {
        let name = format!("ecr-pullthroughcache/{}", prefix.replace('/', "-"));
        let mut words = vec![prefix, "--registry", kind, "-o", "json"];
        if matches!(kind, "acr" | "ecr") {
            words.extend(["--upstream-registry-url", url]);
        }
        let has_login = prefix.starts_with("a/");
        if has_login {
            account.made_with(&name, GOOD);
            words.extend(["--secret", &name]);
        }
        account.take_actions();
        let report = set(&account, &words).run().json();
        let base = format!("{}.dkr.ecr.us-east-1.amazonaws.com/{prefix}", account.id);
        assert_eq!(report["upstreamRegistryUrl"], url);
        assert_eq!(report["pull"], format!("docker pull {base}/{image}"));
        let (secret, is_valid) = if has_login {
            (json!(name), json!(true))
        } else {
            (Value::Null, Value::Null)
        };
        assert_eq!(
            (&report["secret"], &report["isValid"]),
            (&secret, &is_valid)
        );
        let actions = account.take_actions();
        let validates = actions.iter().any(|action| action.starts_with("Validate"));
        assert_eq!(validates, has_login, "{actions:?}");
        let asks_for_account = actions.iter().any(|action| action == "GetCallerIdentity");
        assert_eq!(asks_for_account, kind == "ecr", "{actions:?}");
        // A second time, nothing is left to do.
        let again = set(&account, &words).run().json();
        assert_eq!(again["action"], "unchanged");
        assert_eq!(again["pull"], report["pull"]);
    }
    assert_eq!(account.rules().as_array().unwrap().len(), 9);
}

#[test]
fn a_rule_whose_account_ecr_does_not_report_has_no_uri() {
    let account = Account::new();
    let (kind, body) = (
        "application/x-amz-json-1.1",
        r#"{"ecrRepositoryPrefix":"quay"}"#,
    );
    account.answer("CreatePullThroughCacheRule", 200, kind, body, None);
    let report = set(&account, "quay --registry quay -o json");
    let report = report.run().json();
    assert_eq!(report["action"], "created");
    assert_eq!(
        (&report["repositoryUri"], &report["pull"]),
        (&json!(null), &json!(null))
    );
    let ended = set(&account, "quay --registry quay").run();
    assert_eq!(ended.ok(), "");
    for part in [
        "Created rule quay for quay.io\n",
        "ECR did not report the account of the rule, so its repository URI is unknown",
    ] {
        assert!(ended.stderr.contains(part), "{part}: {}", ended.stderr);
    }
}

#[test]
fn the_list_has_every_member_that_ecr_gives() {
    let account = Account::new();
    let words = ["ecr", "--registry", ECR, "--custom-role-arn", ROLE];
    let words = [&words[..], &["--upstream-repository-prefix", "team/x"]].concat();
    set(&account, &words).run().ok();
    let listed = account.run("rule list -o json").json();
    let (listed, told) = (&listed[0], &account.rules()[0]);
    for (member, value) in told.as_object().unwrap() {
        match member.as_str() {
            // Seconds there, ISO 8601 here.
            "createdAt" | "updatedAt" => {
                assert!(listed[member].as_str().unwrap().ends_with('Z'), "{listed}");
            }
            _ => assert_eq!(&listed[member], value),
        }
    }
    for (member, value) in [
        ("upstreamRegistry", "ecr"),
        ("upstreamRepositoryPrefix", "team/x"),
        ("customRoleArn", ROLE),
        ("registryId", account.id.as_str()),
    ] {
        assert_eq!(listed[member], value);
    }
    let table = account.run("rule list");
    assert!(
        table.ok().contains(&format!("{ECR}/team/x")),
        "{}",
        table.ok()
    );
}

#[test]
fn a_rule_for_a_part_of_a_registry_takes_its_prefix_off_the_names() {
    let account = Account::new();
    account.made_with("ecr-pullthroughcache/chainguard", GOOD);
    let part = ["--upstream-repository-prefix", "your.org"];
    let words = [&["chainguard", "--registry", "chainguard"], &part[..]].concat();
    let first = set(&account, &words).run();
    let base = format!("{}.dkr.ecr.us-east-1.amazonaws.com/chainguard", account.id);
    assert_eq!(first.ok(), base);
    assert!(first
        .stderr
        .contains("rule chainguard for cgr.dev/your.org, using"));
    let pull = format!("docker pull {base}/REPOSITORY:TAG");
    assert_eq!(
        first.stderr.trim_end().lines().last().map(str::trim),
        Some(&*pull)
    );
    assert_eq!(account.rules()[0]["upstreamRepositoryPrefix"], "your.org");

    // Repointed, by each command that does: the part stays, and the pull is as before.
    let other = "ecr-pullthroughcache/other";
    account.made_with(other, GOOD);
    let words = [
        "chainguard",
        "--registry",
        "cgr",
        "--secret",
        other,
        "--yes",
    ];
    let repointed = set(&account, &words).run();
    assert!(repointed.stderr.contains(&pull), "{}", repointed.stderr);
    let words = [
        "update",
        "chainguard",
        "--access-token-stdin",
        "--rule",
        "chainguard",
    ];
    let words = [
        &words[..],
        &["--verify", "never", "-o", "json", "-q", "--yes"],
    ]
    .concat();
    let updated = Program::new(&words)
        .with(&account)
        .stdin("new-token")
        .run()
        .json();
    assert_eq!(updated["rule"]["upstreamRepositoryPrefix"], "your.org");
    assert_eq!(updated["rule"]["pull"], pull);
    assert_eq!(account.rules()[0]["upstreamRepositoryPrefix"], "your.org");

    // Another part is another upstream.
    for part in ["mine", "ROOT"] {
        let part = ["--upstream-repository-prefix", part];
        let words = [&["chainguard", "--registry", "cgr"], &part[..]].concat();
        set(&account, &words).run().fails(
            3,
            &[
                "rule chainguard already exists for cgr.dev/your.org",
                "choose another prefix",
            ],
        );
    }
}

#[test]
fn create_and_update_make_a_rule_for_a_part_of_a_registry() {
    let part = ["--upstream-repository-prefix", "library"];
    let account = Account::new();
    let more = [&["--rule", "gh"], &part[..]].concat();
    let create = |more: &[&str]| Program::create(&account, more);
    let report = create(&[&more[..], &["-o", "json"]].concat()).run().json();
    assert_eq!(report["rule"]["upstreamRepositoryPrefix"], "library");
    let pull = report["rule"]["pull"].as_str().unwrap();
    assert!(pull.ends_with("/gh/alpine:latest"), "{pull}");
    let words = [
        "update",
        "docker-hub",
        "--access-token-stdin",
        "--rule",
        "gh2",
    ];
    let words = [&words[..], &part[..], &["--verify", "never", "-o", "json"]].concat();
    let report = Program::new(&words)
        .with(&account)
        .stdin("new-token")
        .run()
        .json();
    assert_eq!(report["rule"]["upstreamRepositoryPrefix"], "library");
    for (print, line) in [
        ("terraform", "  upstream_repository_prefix = \"library\"\n"),
        (
            "cloudformation",
            "      UpstreamRepositoryPrefix: \"library\"\n",
        ),
    ] {
        let name = format!("ecr-pullthroughcache/{print}");
        let more = [&more[..], &["--print", print, "--name", &name]].concat();
        let code = create(&more).run();
        assert!(code.ok().contains(line), "{}", code.ok());
    }
    create(&[&["--name", "ecr-pullthroughcache/x"], &part[..]].concat())
        .run()
        .fails(
            2,
            &["required arguments were not provided:", "--rule <PREFIX>"],
        );
    let words = ["update", "docker-hub", "--rollback"];
    let words = [&words[..], &part[..]].concat();
    account.run(&words).fails(
        2,
        &["'--rollback' cannot be used with '--upstream-repository-prefix <PREFIX>'"],
    );
}

#[test]
fn a_role_is_given_and_changed() {
    let account = Account::new();
    let words = ["ecr", "--registry", ECR, "--custom-role-arn"];
    let with = |role: &str| set(&account, &[&words[..], &[role, "-o", "json"]].concat()).run();
    assert_eq!(with(ROLE).json()["action"], "created");
    let other = format!("{ROLE}-2");
    let updated = with(&other).json();
    assert_eq!(updated["action"], "updated");
    assert_eq!(updated["customRoleArn"], json!(other));
    assert_eq!(account.rules()[0]["customRoleArn"], json!(other));
    // What is not said stays.
    let kept = set(&account, &["ecr", "--registry", ECR, "-o", "json"])
        .run()
        .json();
    assert_eq!(
        (&kept["action"], &kept["customRoleArn"]),
        (&json!("unchanged"), &json!(other))
    );
}

/// Without one, the rule is created and no pull through it works.
#[test]
fn another_accounts_registry_needs_a_role_and_one_of_the_same_account_does_not() {
    let account = Account::new();
    let words = ["shared", "--registry", "ecr", "--upstream-registry-url"];
    let without = set(&account, &[&words[..], &[ECR]].concat()).run();
    let role = format!(
        "add --custom-role-arn arn:aws:iam::{}:role/NAME",
        account.id
    );
    without.fails(
        2,
        &[
            &format!("{ECR} belongs to another account, and --custom-role-arn is missing"),
            &role,
        ],
    );
    assert_eq!(account.rules(), json!([]));
    // Where nobody knows the account, AWS decides.
    account.answer("GetCallerIdentity", 503, "text/html", "<html>", None);
    set(&account, &[&words[..], &[ECR]].concat()).run().ok();
    // The account of a rule that exists is known without STS.
    set(&account, &[&words[..], &[ECR]].concat())
        .run()
        .fails(2, &[&role]);
    account.heal();
    account.take_actions();
    let with_role = [&words[..], &[ECR, "--custom-role-arn", ROLE]].concat();
    set(&account, &with_role).run().ok();
    assert!(!account.actions().contains(&"GetCallerIdentity".to_owned()));
}

#[test]
fn my_rule_for_the_other_account_was_created_in_the_console_without_a_role() {
    let account = Account::new();
    account.with_lifecycle_policy();
    let own = format!("{}.dkr.ecr.eu-west-1.amazonaws.com", account.id);
    let made = |prefix: &str, host: &str, more: &Value| {
        let mut rule = json!({"ecrRepositoryPrefix": prefix, "upstreamRegistryUrl": host});
        rule.as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        account.ask_ecr("CreatePullThroughCacheRule", &rule);
    };
    made("shared", ECR, &json!({}));
    made(
        "part",
        ECR,
        &json!({"upstreamRepositoryPrefix": "team/base"}),
    );
    made("with-role", ECR, &json!({"customRoleArn": ROLE}));
    made("own", &own, &json!({}));
    made("quay", "quay.io", &json!({}));
    let ended = account.run("check -o json");
    assert_eq!(ended.status, 9, "{ended:?}");
    let report: Value = serde_json::from_str(&ended.stdout).unwrap();
    let findings = report["findings"].as_array().unwrap();
    let rules: Vec<_> = findings.iter().map(|finding| &finding["rule"]).collect();
    assert_eq!(rules, ["part", "shared"], "{findings:?}");
    for finding in findings {
        assert_eq!(
            (&finding["level"], &finding["code"]),
            (&json!("error"), &json!("rule-without-role"))
        );
        // The fix works with the name of an existing role.
        let fix = finding["fix"].as_str().unwrap();
        let (_, command) = fix.split_once("ecr-ptc ").unwrap();
        let command = command.replace("role/NAME", "role/ecr-pull-through-cache");
        account.run(&command.split(' ').collect::<Vec<_>>()).ok();
    }
    assert_eq!(account.run("check -o json").json()["findings"], json!([]));
}

#[test]
fn what_does_not_go_together_is_reported_before_any_call() {
    let account = Account::new();
    account.take_actions();
    let part = "--upstream-repository-prefix";
    for (words, told) in [
        (
            &["quay", "--registry", "quay", "--secret", "x"][..],
            &[
                "Quay requires no credentials: ECR pulls only its public images",
                "leave out --secret",
            ][..],
        ),
        (
            &[
                "ecr",
                "--registry",
                "ecr",
                "--upstream-registry-url",
                ECR,
                "--secret",
                "x",
            ],
            &["Amazon ECR requires no credentials: ECR uses an IAM role"],
        ),
        (
            &["ecr", "--registry", "ecr"],
            &[
                "Amazon ECR has a host for each account",
                "ACCOUNT.dkr.ecr.REGION.amazonaws.com",
            ],
        ),
        (
            &[
                "ecr",
                "--registry",
                "ecr",
                "--upstream-registry-url",
                "ghcr.io",
            ],
            &["not the host of a private Amazon ECR registry"],
        ),
        (
            &["quay", "--registry", "quay", "--custom-role-arn", ROLE],
            &[
                "--custom-role-arn works only with --registry ecr",
                "leave out --custom-role-arn",
            ],
        ),
        (
            &["ecr", "--registry", ECR, "--custom-role-arn", "me"],
            &["not the ARN of an IAM role", "role/ecr-pull-through-cache"],
        ),
        (
            &["ROOT", "--registry", "quay", part, "team"],
            &["a rule for ROOT covers the whole registry", "such as quay"],
        ),
        (
            &["quay", "--registry", "quay", part, "A"],
            &["for '--upstream-repository-prefix <PREFIX>': that is not a repository prefix"],
        ),
        (
            &["xy"],
            &[
                "--secret NAME or --registry KIND is missing",
                "ecr-public, quay, k8s, ecr",
            ],
        ),
    ] {
        set(&account, words).run().fails(2, told);
    }
    assert!(account.take_actions().is_empty());
}

#[test]
fn no_credentials_are_taken_for_a_registry_without_a_login() {
    let account = Account::new();
    for (words, rule) in [
        (&["create", "--registry", "quay"][..], "ecr-ptc rule set quay --registry quay"),
        (&["create", "quay.io"], "ecr-ptc rule set quay --registry quay"),
        (&["create", "k8s"], "ecr-ptc rule set kubernetes --registry k8s"),
        (
            &["update", "--registry", "public.ecr.aws"],
            "ecr-ptc rule set ecr-public --registry ecr-public",
        ),
        (
            &["create", "--registry", "ecr"],
            "ecr-ptc rule set ecr --registry ecr --upstream-registry-url ACCOUNT.dkr.ecr.REGION.amazonaws.com",
        ),
    ] {
        account.run(words).fails(2, &["requires no credentials", rule]);
    }
}

#[test]
fn code_for_a_rule_without_a_login_has_no_secret() {
    for (language, wanted) in [
        (
            "terraform",
            "\
resource \"aws_ecr_pull_through_cache_rule\" \"ecr\" {
  ecr_repository_prefix = \"ecr\"
  upstream_registry_url = \"444455556666.dkr.ecr.eu-west-1.amazonaws.com\"
  custom_role_arn       = \"arn:aws:iam::123456789012:role/ecr-pull-through-cache\"
}",
        ),
        (
            "cloudformation",
            "\
AWSTemplateFormatVersion: \"2010-09-09\"
Description: \"ECR pull through cache rule ecr\"
Resources:
  PullThroughCacheRule:
    Type: AWS::ECR::PullThroughCacheRule
    Properties:
      EcrRepositoryPrefix: \"ecr\"
      UpstreamRegistry: \"ecr\"
      UpstreamRegistryUrl: \"444455556666.dkr.ecr.eu-west-1.amazonaws.com\"
      CustomRoleArn: \"arn:aws:iam::123456789012:role/ecr-pull-through-cache\"",
        ),
    ] {
        let words = [
            "rule",
            "set",
            "ecr",
            "--registry",
            ECR,
            "--custom-role-arn",
            ROLE,
        ];
        let code = Program::new(&[&words[..], &["--print", language]].concat()).run();
        // A template for its repositories follows, as a comment.
        let rule = code.ok().split("# Cached images").next();
        assert_eq!(rule.map(str::trim_end), Some(wanted));
        super::code::read(language, wanted).unwrap();
    }
}

#[test]
fn a_rule_without_a_login_passes_the_check() {
    let account = Account::new();
    account.with_lifecycle_policy();
    set(&account, "quay --registry quay").run().ok();
    set(&account, "ROOT --registry ecr-public").run().ok();
    let report = account.run("check -o json").json();
    assert_eq!(
        (&report["checkedRules"], &report["findings"]),
        (&json!(2), &json!([]))
    );
}
