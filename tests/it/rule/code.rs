//! Rules as code: read by the tools of those languages, and never with a token.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout};
use std::sync::{LazyLock, Mutex};

use serde_json::{json, Value};

#[cfg(unix)]
use crate::support::Screen;
use crate::support::{python, Account, Program, TOKEN};

const NAME: &str = "ecr-pullthroughcache/docker-hub";

/// The tools of the languages, in one process for all tests.
struct Tools {
    asks: ChildStdin,
    answers: BufReader<ChildStdout>,
    _process: Child,
}

/// What the tools make of code, or what they say is wrong with it.
pub fn read(language: &str, code: &str) -> Result<Value, String> {
    static TOOLS: LazyLock<Mutex<Tools>> = LazyLock::new(|| {
        let mut process = python("rule_code/check.py", &[]);
        Mutex::new(Tools {
            asks: process.stdin.take().unwrap(),
            answers: BufReader::new(process.stdout.take().unwrap()),
            _process: process,
        })
    });
    let mut line = String::new();
    let mut tools = TOOLS.lock().unwrap();
    writeln!(tools.asks, "{}", json!([language, code])).unwrap();
    tools.answers.read_line(&mut line).unwrap();
    drop(tools);
    let mut answer: Value = serde_json::from_str(&line).unwrap();
    match answer["fault"].as_str() {
        None => Ok(answer["says"].take()),
        Some(fault) => Err(fault.to_owned()),
    }
}

fn parsed(language: &str, code: &str) -> Value {
    read(language, code).unwrap_or_else(|fault| panic!("{fault}\n{code}"))
}

/// What `rule set --print` writes; it has nothing to do with AWS.
fn printed(words: &[&str], language: &str) -> String {
    let words = [&["rule", "set"], words, &["--print", language]].concat();
    Program::new(&words).run().ok().to_owned()
}

const RULES: [(&[&str], [&str; 4]); 3] = [
    (
        &["docker-hub", "--registry", "docker-hub"],
        ["docker-hub", "docker-hub", "registry-1.docker.io", NAME],
    ),
    (
        &[
            "00/a.b",
            "--registry",
            "acr",
            "--upstream-registry-url",
            "me.azurecr.io",
            "--secret",
            "ecr-pullthroughcache/a_b+c=d@e",
        ],
        [
            "00/a.b",
            "azure-container-registry",
            "me.azurecr.io",
            "ecr-pullthroughcache/a_b+c=d@e",
        ],
    ),
    (
        &["ROOT", "--secret", "ecr-pullthroughcache/cgr"],
        ["ROOT", "chainguard", "cgr.dev", "ecr-pullthroughcache/cgr"],
    ),
];

#[test]
fn terraform_parses_and_says_what_was_asked() {
    for (words, [prefix, _, url, secret]) in RULES {
        let code = parsed("terraform", &printed(words, "terraform"));
        let only = |kind: &str, of: &str| {
            let block = &code[kind][0][format!("\"{of}\"")];
            let (label, block) = block.as_object().unwrap().iter().next().unwrap();
            (label.trim_matches('"').to_owned(), block.clone())
        };
        let (label, data) = only("data", "aws_secretsmanager_secret");
        assert_eq!(data["name"], format!("\"{secret}\""));
        let (_, rule) = only("resource", "aws_ecr_pull_through_cache_rule");
        for (argument, value) in [
            ("ecr_repository_prefix", format!("\"{prefix}\"")),
            ("upstream_registry_url", format!("\"{url}\"")),
            (
                "credential_arn",
                format!("${{data.aws_secretsmanager_secret.{label}.arn}}"),
            ),
        ] {
            assert_eq!(rule[argument], json!(value), "{rule}");
        }
        assert!(label.starts_with(|c: char| c.is_ascii_alphabetic()));
    }
    let fault = read("terraform", "resource \"a\" {").unwrap_err();
    assert!(fault.contains("RBRACE"), "{fault}");
}

#[test]
fn cloudformation_passes_the_schema_of_the_resource() {
    for (words, [prefix, kind, url, secret]) in RULES {
        let code = printed(words, "cloudformation");
        let template = parsed("cloudformation", &code);
        let rule = &template["Resources"]["PullThroughCacheRule"];
        assert_eq!(rule["Type"], "AWS::ECR::PullThroughCacheRule");
        assert_eq!(
            rule["Properties"],
            json!({
                "EcrRepositoryPrefix": prefix,
                "UpstreamRegistry": kind,
                "UpstreamRegistryUrl": url,
                "CredentialArn": {"Ref": "CredentialArn"},
            })
        );
        assert!(code.contains(&format!("--secret-id {secret} --query ARN")));
        // That something could be found is part of the test.
        let broken = code.replace(&format!("Registry: \"{kind}\""), "Registry: \"docker\"");
        let fault = read("cloudformation", &broken).unwrap_err();
        assert!(fault.contains("'docker' is not one of"), "{fault}");
    }
}

#[test]
fn create_stores_the_secret_and_prints_the_rule_alone() {
    for language in ["terraform", "cloudformation"] {
        let account = Account::new();
        let more = ["--rule", "docker-hub", "--print", language];
        let ended = Program::create(&account, &more).run();
        let code = parsed(language, ended.ok());
        assert_eq!(account.take_actions(), ["DescribeSecret", "CreateSecret"]);
        assert_eq!(account.rules(), json!([]));
        ended.never(&["Next, make the rule"]);
        let again = ["--if-exists", "update", "-o", "json"];
        let report = Program::create(&account, &[&more[..], &again].concat())
            .run()
            .json();
        assert_eq!(report["ruleCode"], ended.ok());
        assert_eq!(report.get("rule"), None);
        if language == "cloudformation" {
            let parameter = &code["Parameters"]["CredentialArn"];
            assert_eq!(parameter["Default"], report["arn"]);
        }
        let skip = ["--if-exists", "skip"];
        let skipped = Program::create(&account, &[&more[..], &skip].concat()).run();
        assert_eq!(skipped.ok(), ended.ok());
    }
}

#[test]
fn printing_needs_a_rule_and_sends_nothing_in_a_dry_run() {
    let account = Account::new();
    Program::create(&account, &["--print", "terraform"])
        .run()
        .fails(2, &["not provided:", "--rule <PREFIX>"]);
    let words = ["--rule", "docker-hub", "--print", "terraform", "--dry-run"];
    let ended = Program::create(&account, &words).run();
    assert!(ended.ok().contains("aws_ecr_pull_through_cache_rule"));
    let json = printed(
        &["docker-hub", "--registry", "docker-hub", "-o", "json"],
        "terraform",
    );
    let report: Value = serde_json::from_str(&json).unwrap();
    assert_eq!(report["ruleCode"], ended.ok());
    assert_eq!(account.actions(), [""; 0]);
}

#[cfg(target_os = "linux")]
#[test]
fn code_that_cannot_be_written_does_not_lose_the_secret() {
    let account = Account::new();
    let more = ["--rule", "docker-hub", "--print", "terraform"];
    let create = Program::create(&account, &more);
    let set = Program::new(&[
        "rule",
        "set",
        "hub",
        "--registry",
        "ghcr",
        "--print",
        "terraform",
    ]);
    for (program, told) in [(create, "the secret is arn:aws:"), (set, "error:")] {
        let token = program.file("token", TOKEN);
        let output = program
            .command()
            .stdin(std::fs::File::open(token).unwrap())
            .stdout(std::fs::File::create("/dev/full").unwrap())
            .output()
            .unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(1), "{said}");
        for words in ["standard output cannot be written", told] {
            assert!(said.contains(words), "{said}");
        }
    }
    assert_eq!(account.take_actions(), ["DescribeSecret", "CreateSecret"]);
}

#[test]
fn where_pull_through_cache_is_not_documented_a_warning_is_beside_the_code() {
    let account = Account::new();
    let print = ["--rule", "hub", "--print", "terraform", "--region"];
    for region in ["cn-north-1", "us-gov-west-1"] {
        for more in [&["--dry-run"][..], &["--if-exists", "update"]] {
            let words = [&print[..], &[region], more].concat();
            let ended = Program::create(&account, &words).run();
            ended.ok();
            let warning = format!("not document ECR pull through cache in {region}");
            assert!(ended.stderr.contains(&warning), "{}", ended.stderr);
        }
    }
}

#[test]
fn the_host_of_create_is_in_the_code() {
    for language in ["terraform", "cloudformation"] {
        azure_in(language);
    }
}

fn azure_in(language: &str) {
    let account = Account::new();
    let ended = Program::new(&[
        "create",
        "--registry",
        "acr",
        "--upstream-registry-url",
        "me.azurecr.io",
        "--verify",
        "never",
        "-u",
        "me",
        "--access-token-stdin",
        "--rule",
        "az",
        "--print",
        language,
    ])
    .with(&account)
    .stdin(TOKEN)
    .run();
    let code = parsed(language, ended.ok());
    if language == "terraform" {
        let rule = &code["resource"][0]["\"aws_ecr_pull_through_cache_rule\""]["\"az\""];
        assert_eq!(rule["upstream_registry_url"], "\"me.azurecr.io\"");
    } else {
        let rule = &code["Resources"]["PullThroughCacheRule"]["Properties"];
        assert_eq!(rule["UpstreamRegistryUrl"], "me.azurecr.io");
        assert_eq!(rule["UpstreamRegistry"], "azure-container-registry");
    }
    assert_eq!(account.take_actions(), ["DescribeSecret", "CreateSecret"]);
}

#[cfg(unix)]
#[test]
fn at_a_terminal_the_rule_is_printed_and_not_offered() {
    let account = Account::new();
    let screen = Screen::new(&account);
    screen.enters(
        "$PTC create -u me --registry docker-hub --description d --rule docker-hub --print terraform",
    );
    screen.enters_a_token();
    screen
        .sees("Store it?")
        .enters("y")
        .sees("aws_ecr_pull_through_cache_rule")
        .status_is(0);
    let told = screen.text();
    assert!(!told.contains("create-pull-through-cache-rule"), "{told}");
    assert_eq!(account.rules(), json!([]));
}

/// The secret is there, or would be made: the code is printed all the same, and nothing is offered.
#[cfg(unix)]
#[test]
fn at_a_terminal_the_rule_is_printed_for_a_secret_that_exists_and_in_a_dry_run() {
    let account = Account::new();
    let arn = account.made(NAME);
    let words = "$PTC create -u me --registry docker-hub --description d --expires-on 2099-01-31 \
                 --rule docker-hub --print cloudformation";
    let screen = Screen::new(&account);
    let runs = |more: &str| screen.enters(&format!("{words} {more}"));
    runs("--if-exists skip");
    screen.sees("AWS::ECR::PullThroughCacheRule");
    screen.sees("it was left as it is").status_is(0);
    runs("--if-exists update");
    screen.sees("Access token").enters("not-a-real-token");
    screen.sees("Store it?").enters("y").sees(&arn).status_is(0);
    runs("--dry-run");
    screen.sees("Access token").enters("not-a-real-token");
    screen
        .sees("Nothing was sent to AWS")
        .sees("AWS::ECR::PullThroughCacheRule")
        .status_is(0);
    let told = screen.text();
    assert!(!told.contains("create-pull-through-cache-rule"), "{told}");
    assert_eq!(account.rules(), json!([]));
}
