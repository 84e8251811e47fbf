//! Rules as code: read by the tools of those languages, and never with a token.

use std::collections::BTreeSet;
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
        ended.never(&["Next, create the rule"]);
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
    Program::create(&account, "--print terraform")
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
    let set = Program::new("rule set hub --registry ghcr --print terraform");
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
        for words in ["could not write to standard output", told] {
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
        .sees("Store these")
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
    screen.sees("it was not changed").status_is(0);
    runs("--if-exists update");
    screen.sees("Access token").enters("not-a-real-token");
    screen
        .sees("Store these")
        .enters("y")
        .sees(&arn)
        .status_is(0);
    runs("--dry-run");
    screen.sees("Access token").enters("not-a-real-token");
    screen
        .sees("Dry run: nothing was written")
        .sees("AWS::ECR::PullThroughCacheRule")
        .status_is(0);
    let told = screen.text();
    assert!(!told.contains("create-pull-through-cache-rule"), "{told}");
    assert_eq!(account.rules(), json!([]));
}

/// Rules whose prefixes differ only in what names in code cannot have.
const PREFIXES: [&str; 9] = [
    "00/a.b", "a-b", "a--b", "a.b", "a/b", "a_b", "a__b", "rule/00", "ROOT",
];

#[test]
fn rules_of_any_prefix_stand_side_by_side_in_one_module() {
    let print = |prefix: &&str| {
        let words = [prefix, "--registry", "docker-hub"];
        printed(&words, "terraform")
    };
    let module: Vec<String> = PREFIXES.iter().map(print).collect();
    let code = parsed("terraform", &module.join("\n\n"));
    for (kind, count) in [("resource", PREFIXES.len()), ("data", PREFIXES.len())] {
        assert_eq!(labels(&code, kind).len(), count, "{code}");
    }
}

/// The different labels of all blocks of a kind, which Terraform takes.
fn labels(code: &Value, kind: &str) -> BTreeSet<String> {
    let blocks = code[kind].as_array().unwrap().iter();
    let labels = blocks.map(|block| {
        let of_type = block.as_object().unwrap().values().next().unwrap();
        let label = of_type.as_object().unwrap().keys().next().unwrap();
        label.trim_matches('"').to_owned()
    });
    let labels: BTreeSet<String> = labels.collect();
    for label in &labels {
        let is_name = label.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
        assert!(
            is_name && !label.starts_with(|c: char| c.is_ascii_digit()),
            "{label}"
        );
    }
    labels
}

const ROLE: &str = "arn:aws:iam::111122223333:role/ecr-pull-through-cache";

/// An account with a rule for each of these prefixes, and two that name a part and a role.
fn account_with_rules() -> Account {
    let account = Account::new();
    let arn = account.made(NAME);
    let hub = |prefix: &str| {
        json!({"ecrRepositoryPrefix": prefix, "upstreamRegistry": "docker-hub",
            "upstreamRegistryUrl": "registry-1.docker.io", "credentialArn": arn})
    };
    let mut rules: Vec<Value> = PREFIXES.iter().map(|prefix| hub(prefix)).collect();
    rules.push(hub("official"));
    rules.last_mut().unwrap()["upstreamRepositoryPrefix"] = json!("library");
    rules.push(
        json!({"ecrRepositoryPrefix": "shared", "upstreamRegistry": "ecr",
        "upstreamRegistryUrl": "444455556666.dkr.ecr.eu-west-1.amazonaws.com",
        "upstreamRepositoryPrefix": "team", "customRoleArn": ROLE}),
    );
    for rule in rules {
        account.ask_ecr("CreatePullThroughCacheRule", &rule);
    }
    account.take_actions();
    account
}

#[test]
fn all_rules_of_the_region_are_written_as_terraform_that_imports_them() {
    let account = account_with_rules();
    let ended = account.run("rule list --print terraform");
    let code = parsed("terraform", ended.ok());
    assert_eq!(ended.stderr, "");
    let mut asked = account.take_actions();
    asked.sort();
    assert_eq!(
        asked,
        [
            "DescribePullThroughCacheRules",
            "DescribeRepositoryCreationTemplates"
        ]
    );
    assert_eq!(labels(&code, "resource").len(), PREFIXES.len() + 2);
    assert_eq!(labels(&code, "data").len(), PREFIXES.len() + 1);
    let imports = code["import"].as_array().unwrap();
    let resources = code["resource"].as_array().unwrap();
    assert_eq!(imports.len(), resources.len());
    for (import, resource) in imports.iter().zip(resources) {
        let rules = &resource["\"aws_ecr_pull_through_cache_rule\""];
        let (label, rule) = rules.as_object().unwrap().iter().next().unwrap();
        assert_eq!(import["id"], rule["ecr_repository_prefix"]);
        let to = format!(
            "${{aws_ecr_pull_through_cache_rule.{}}}",
            label.trim_matches('"')
        );
        assert_eq!(import["to"], to);
        let part = match rule["ecr_repository_prefix"].as_str().unwrap() {
            "\"official\"" => "\"library\"",
            "\"shared\"" => "\"team\"",
            _ => "\"ROOT\"",
        };
        assert_eq!(rule["upstream_repository_prefix"], part);
    }
    let shared = &resources.last().unwrap()["\"aws_ecr_pull_through_cache_rule\""]["\"shared\""];
    assert_eq!(shared["custom_role_arn"], format!("\"{ROLE}\""));
    assert_eq!(shared.get("credential_arn"), None);
}

#[test]
fn all_rules_of_the_region_are_written_as_one_template() {
    let account = account_with_rules();
    let ended = account.run("rule list --print cloudformation");
    let template = parsed("cloudformation", ended.ok());
    let resources = template["Resources"].as_object().unwrap();
    assert_eq!(resources.len(), PREFIXES.len() + 2);
    let secret = account.rules()[0]["credentialArn"].clone();
    for resource in resources.values() {
        assert_eq!(resource["DeletionPolicy"], "Retain");
        let rule = &resource["Properties"];
        if rule["EcrRepositoryPrefix"] == "shared" {
            assert_eq!(rule["CustomRoleArn"], ROLE);
            assert_eq!(rule["UpstreamRepositoryPrefix"], "team");
        } else {
            let parameter = rule["CredentialArn"]["Ref"].as_str().unwrap();
            assert_eq!(template["Parameters"][parameter]["Default"], secret);
        }
    }
    let json = account
        .run("rule list --print cloudformation -o json")
        .json();
    assert_eq!(json["ruleCode"], ended.ok());
}

/// The code with its templates in force.
fn uncommented(code: &str) -> String {
    let mut is_template = false;
    let lines = code.lines().filter_map(|line| {
        is_template = line.starts_with('#') && (is_template || line.ends_with("uncomment it:"));
        match line.strip_prefix('#') {
            Some(_) if line.ends_with("uncomment it:") => None,
            Some(rest) if is_template => Some(rest.strip_prefix(' ').unwrap_or(rest)),
            _ => Some(line),
        }
    });
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn the_templates_to_start_from_are_valid_beside_each_other() {
    let account = account_with_rules();
    account.with_template("shared", &json!({}));
    let with =
        |language: &str| uncommented(account.run(&["rule", "list", "--print", language]).ok());
    let code = parsed("terraform", &with("terraform"));
    let resources = code["resource"].as_array().unwrap().iter();
    let templates =
        resources.filter_map(|block| block.get("\"aws_ecr_repository_creation_template\""));
    let templates = templates.flat_map(|block| block.as_object().unwrap());
    let templates: Vec<_> = templates.collect();
    let labels: BTreeSet<_> = templates.iter().map(|(label, _)| *label).collect();
    let mut prefixes: Vec<_> = PREFIXES.iter().chain(&["official"]).collect();
    prefixes.sort();
    assert_eq!(labels.len(), prefixes.len());
    let found: Vec<_> = templates
        .iter()
        .map(|(_, block)| &block["prefix"])
        .collect();
    let quoted: Vec<_> = prefixes
        .iter()
        .map(|prefix| json!(format!("\"{prefix}\"")))
        .collect();
    assert_eq!(found, quoted.iter().collect::<Vec<_>>());
    assert_eq!(
        templates[0].1["applied_for"],
        json!(["\"PULL_THROUGH_CACHE\""])
    );

    let template = parsed("cloudformation", &with("cloudformation"));
    let resources = template["Resources"].as_object().unwrap().values();
    let templates =
        resources.filter(|resource| resource["Type"] == "AWS::ECR::RepositoryCreationTemplate");
    let templates: Vec<_> = templates.map(|resource| &resource["Properties"]).collect();
    assert_eq!(templates.len(), prefixes.len());
    for properties in templates {
        let policy = properties["LifecyclePolicy"].as_str().unwrap();
        let policy: Value = serde_json::from_str(policy).unwrap();
        let expired = &policy["rules"][0]["selection"];
        assert_eq!(expired["countType"], "sinceImagePushed", "{policy}");
    }
    // One for ROOT applies to all that have none of their own.
    account.with_template("ROOT", &json!({}));
    assert!(!with("terraform").contains("creation_template"));
    // One that is unknown may exist.
    let (action, no) = ("DescribeRepositoryCreationTemplates", "no");
    account.refuse(action, 400, "AccessDeniedException", no);
    assert!(!with("terraform").contains("creation_template"));
}

#[test]
fn a_new_rule_has_a_template_to_start_from() {
    for (words, [prefix, ..]) in RULES {
        let code = parsed("terraform", &uncommented(&printed(words, "terraform")));
        let template = &code["resource"][1]["\"aws_ecr_repository_creation_template\""];
        let (_, template) = template.as_object().unwrap().iter().next().unwrap();
        assert_eq!(template["prefix"], format!("\"{prefix}\""));
        let code = uncommented(&printed(words, "cloudformation"));
        let template = &parsed("cloudformation", &code)["Resources"]["RepositoryCreationTemplate"];
        assert_eq!(template["Properties"]["Prefix"], prefix);
    }
}

#[test]
fn a_rule_that_code_cannot_say_is_left_out_and_named() {
    let account = Account::new();
    let none = account.run("rule list --print cloudformation");
    assert_eq!(none.ok(), "");
    assert!(none.stderr.contains("No rules in us-east-1"), "{none:?}");
    let quay = json!({"ecrRepositoryPrefix": "quay", "upstreamRegistry": "quay",
        "upstreamRegistryUrl": "quay.io"});
    account.ask_ecr("CreatePullThroughCacheRule", &quay);
    let rules = json!({"pullThroughCacheRules": [quay,
        {"ecrRepositoryPrefix": "x\"${id}", "upstreamRegistry": "quay",
            "upstreamRegistryUrl": "quay.io"},
        {"ecrRepositoryPrefix": "hub", "upstreamRegistry": "docker-hub",
            "upstreamRegistryUrl": "registry-1.docker.io", "credentialArn": "arn:aws:x"}]});
    let kind = "application/x-amz-json-1.1";
    account.answer(
        "DescribePullThroughCacheRules",
        200,
        kind,
        &rules.to_string(),
        None,
    );
    let ended = account.run("rule list --print terraform");
    let code = parsed("terraform", ended.ok());
    assert_eq!(code["resource"].as_array().unwrap().len(), 1);
    for words in [
        "rule x\"${id} is missing",
        "rule hub is missing in the code",
    ] {
        assert!(ended.stderr.contains(words), "{}", ended.stderr);
    }
}
