//! Answers of an AWS that means harm: what it says is taken for what it claims to be only where it has
//! the form of that, and is escaped where it is shown and quoted where it is to be copied.

use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::{json, Value};

#[cfg(unix)]
use crate::support::Screen;
use crate::support::{registry, side_by_side, Account, Ended, Program, Registry};

const JSON: &str = "application/x-amz-json-1.1";
const NAME: &str = "ecr-pullthroughcache/docker-hub";
const ARN: &str =
    "arn:aws:secretsmanager:us-east-1:111122223333:secret:ecr-pullthroughcache/docker-hub-AbCdEf";

/// What is no ARN of the secret that was asked for.
fn no_arns() -> Vec<String> {
    let arn = |region: &str, account: &str, rest: &str| {
        format!("arn:aws:secretsmanager:{region}:{account}:secret:{rest}")
    };
    let good = "ecr-pullthroughcache/docker-hub-AbCdEf";
    let account = "111122223333";
    vec![
        String::new(),
        NAME.to_owned(),
        arn("us-east-1", "A';touch PWN;$(touch PWN)", good),
        arn("us-east-1", "11112222333", good),
        arn("us-east-1", "١١١١٢٢٢٢٣٣٣٣", good),
        arn("us-east-1;touch PWN", account, good),
        arn("", account, good),
        arn("us-east-1", account, "ecr-pullthroughcache/docker-hub"),
        arn("us-east-1", account, "-AbCdEf"),
        arn("us-east-1", account, &format!("{good}\nname=value")),
        arn("us-east-1", account, "x\narn=evil-AbCdEf"),
        arn("us-east-1", account, "x\r\u{1b}[2J-AbCdEf"),
        arn("us-east-1", account, "x\u{9b}2J-AbCdEf"),
        arn("us-east-1", account, "x\u{2028}y-AbCdEf"),
        arn("us-east-1", account, "\"\n    AllowedPattern: \".*-AbCdEf"),
        arn("us-east-1", account, "\";touch PWN;'$(touch PWN)-AbCdEf"),
        arn("us-east-1", account, "ecr-pullthroughcache/other-AbCdEf"),
        format!("arn:aws':s3:us-east-1:{account}:secret:{good}"),
        format!("arn:aws:s3:us-east-1:{account}:secret:{good}"),
        arn("us-east-1", account, &format!("{}-AbCdEf", "x".repeat(513))),
    ]
}

/// Expects that nothing is said that acts on a terminal: no control character but the line end, nothing
/// that turns the direction of a line or has no width.
fn acts_on_no_terminal(ended: &Ended) {
    let acts = |c: &char| {
        (c.is_control() && *c != '\n')
            || matches!(c, '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}')
            || matches!(c, '\u{2060}'..='\u{206f}' | '\u{feff}')
    };
    for said in [&ended.stdout, &ended.stderr] {
        let found: Vec<char> = said.chars().filter(acts).collect();
        assert!(found.is_empty(), "{found:?} in {ended:?}");
    }
}

/// What a CI runner does as it is told by a line of a log: GitHub's by the first in a line that begins
/// with it, and by the second; Azure's by the second and third.
const RUNNER_COMMANDS: &str =
    "::set-output name=a::b ##[add-path]x ##vso[task.prependpath]/tmp/evil";

fn gives_no_command(ended: &Ended) {
    for line in ended.stdout.lines().chain(ended.stderr.lines()) {
        assert!(!line.contains("##[") && !line.contains("##vso["), "{line}");
        assert!(!line.trim_start().starts_with("::"), "{line}");
    }
}

/// The commands that a text or a JSON document tells to copy.
#[cfg(unix)]
fn commands(ended: &Ended) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for said in [&ended.stdout, &ended.stderr] {
        let values = said
            .lines()
            .filter_map(|line| serde_json::from_str(line).ok());
        values.for_each(|value: Value| texts_of(&value, &mut lines));
        lines.extend(said.lines().map(str::to_owned));
    }
    let starts = ["ecr-ptc ", "aws ", "docker "];
    let command = |line: &String| {
        let at = starts.iter().filter_map(|start| line.find(start)).min()?;
        Some(line[at..].to_owned())
    };
    lines.iter().filter_map(command).collect()
}

#[cfg(unix)]
fn texts_of(value: &Value, into: &mut Vec<String>) {
    match value {
        Value::String(text) => into.extend(text.lines().map(str::to_owned)),
        Value::Array(values) => values.iter().for_each(|value| texts_of(value, into)),
        Value::Object(members) => members.values().for_each(|value| texts_of(value, into)),
        _ => {}
    }
}

/// Gives the commands to bash and to sh, with programs of these names that only tell their words, and
/// expects that nothing else is run. Gives the words of each in bash, one a line.
#[cfg(unix)]
fn run_in_shells(ended: &Ended) -> Vec<String> {
    let home = tempfile::TempDir::new().unwrap();
    for name in ["ecr-ptc", "aws", "docker"] {
        let script = "#!/bin/sh\nprintf '%s\\n' \"$@\"\n";
        crate::support::executable(home.path().join(name), script);
    }
    let path = format!(
        "{}:{}",
        home.path().display(),
        std::env::var("PATH").unwrap()
    );
    let mut told = Vec::new();
    for command in commands(ended) {
        for shell in ["sh", "bash"] {
            let output = std::process::Command::new(crate::support::found(shell))
                .args(["-c", &command])
                .current_dir(home.path())
                .env("PATH", &path)
                .output()
                .unwrap();
            assert!(!home.path().join("PWN").exists(), "{shell}: {command}");
            if shell == "bash" {
                told.push(String::from_utf8_lossy(&output.stdout).into_owned());
            }
        }
    }
    told
}

fn is_harmless(ended: &Ended) {
    acts_on_no_terminal(ended);
    gives_no_command(ended);
    #[cfg(unix)]
    run_in_shells(ended);
}

#[test]
fn a_malformed_arn_is_not_printed() {
    for arn in no_arns() {
        let account = Account::new();
        let answer = json!({"ARN": arn, "Name": NAME, "VersionId": "v"}).to_string();
        account.answer("CreateSecret", 200, JSON, &answer, None);
        for more in [&[][..], &["-o", "json"]] {
            let none = r#"{"__type":"ResourceNotFoundException"}"#;
            account.answer("DescribeSecret", 400, JSON, none, Some(1));
            account.answer("DescribeSecret", 200, JSON, &answer, Some(1));
            let ended = Program::create(&account, more).run();
            let words = [
                "CreateSecret",
                "ARN",
                "whether it was stored",
                "ecr-ptc show",
            ];
            ended.fails(4, &words);
            assert_eq!(ended.stdout, "", "{arn:?}");
            is_harmless(&ended);
        }
        let rule = ["--rule", "hub", "--print", "cloudformation"];
        let ended = Program::create(&account, &rule).run();
        ended.fails(4, &["ARN"]);
        is_harmless(&ended);
    }
}

#[test]
fn of_a_new_version_the_arn_that_was_asked_for_is_reported() {
    let account = Account::new();
    let arn = account.made(NAME);
    let put = json!({"ARN": "x\ny", "Name": NAME, "VersionId": "v"}).to_string();
    account.answer("PutSecretValue", 200, JSON, &put, None);
    let ended = Program::create(&account, "--if-exists update")
        .stdin("another-token")
        .run();
    assert_eq!(ended.ok(), arn);
}

#[cfg(unix)]
#[test]
fn the_action_gives_no_second_output() {
    let built = std::path::Path::new(env!("CARGO_BIN_EXE_ecr-ptc"))
        .parent()
        .unwrap();
    let path = format!("{}:{}", built.display(), std::env::var("PATH").unwrap());
    let script = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/.github/actions/create/create.sh"
    );
    for arn in no_arns() {
        let account = Account::new();
        let answer = json!({"ARN": arn, "Name": NAME, "VersionId": "v"}).to_string();
        for action in ["CreateSecret", "DescribeSecret"] {
            account.answer(action, 200, JSON, &answer, None);
        }
        let program = Program::new(&[]).with(&account);
        let output = program.file("output", "");
        let mut command = std::process::Command::new(crate::support::found("bash"));
        command.env_clear().arg(script);
        for (name, value) in program.command().get_envs() {
            command.env(name, value.unwrap_or_default());
        }
        let inputs = [
            ("REGISTRY", "docker-hub"),
            ("USERNAME", "me"),
            ("TOKEN", "not-a-real-one"),
        ];
        command
            .envs(inputs)
            .env("VERIFY", "never")
            .env("PATH", &path);
        let ended = command.env("GITHUB_OUTPUT", &output).output().unwrap();
        assert_eq!(ended.status.code(), Some(4), "{arn:?}");
        assert_eq!(std::fs::read_to_string(&output).unwrap(), "", "{arn:?}");
    }
}

#[test]
fn no_command_accepts_a_malformed_arn() {
    side_by_side(no_arns(), |arn| {
        let account = Account::new();
        let secret = json!({"ARN": arn, "Name": NAME, "VersionIdsToStages": {"v": ["AWSCURRENT"]}});
        account.answer("DescribeSecret", 200, JSON, &secret.to_string(), None);
        for words in [
            &["show", "docker-hub"][..],
            &["check", "docker-hub"],
            &["check", "docker-hub", "--fix", "--yes"],
            &["delete", "docker-hub", "--yes"],
            &["restore", "docker-hub"],
            &["update", "docker-hub", "--rollback", "--yes"],
            &["rule", "set", "hub", "--secret", NAME],
        ] {
            let ended = account.run(words);
            ended.fails(4, &["AWS responded to DescribeSecret", "ARN"]);
            is_harmless(&ended);
        }
        let is_of_another = arn.contains("other-AbCdEf");
        let list = json!({"SecretList": [secret]}).to_string();
        account.answer("ListSecrets", 200, JSON, &list, None);
        for words in [&["list"][..], &["check"]] {
            let ended = account.run(&[words, &["-o", "json"]].concat());
            if !is_of_another && !arn.contains('"') {
                ended.fails(4, &["AWS responded to ListSecrets", "ARN"]);
            }
            is_harmless(&ended);
        }
    });
}

#[test]
fn a_rule_of_a_hostile_account_hurts_nobody() {
    let payload = "x';touch PWN;\"$(touch PWN)`touch PWN`";
    let arn = |end: &str| format!("{}{end}", &ARN[..ARN.len() - 6]);
    let rule = |prefix: &str, kind: &str, url: &str, arn: &str| json!({"ecrRepositoryPrefix": prefix, "upstreamRegistry": kind, "upstreamRegistryUrl": url, "credentialArn": arn});
    let hosts = [
        ("docker-hub", "registry-1.docker.io".to_owned()),
        ("azure-container-registry", format!("{payload}.azurecr.io")),
        (
            "azure-container-registry",
            "x\n\u{1b}[2J\u{202e}.azurecr.io".to_owned(),
        ),
        (payload, format!("{payload}.azurecr.io")),
    ];
    let arns = [
        arn("AbCdEf"),
        arn("ZZZZZZ"),
        format!("arn:aws:secretsmanager:us-east-1:1:secret:{payload}-AbCdEf"),
        format!("arn:aws:secretsmanager:{payload}:111122223333:secret:x-AbCdEf"),
        "\n\u{1b}[2J\u{202e}\u{2067}".to_owned(),
    ];
    let looked_at = AtomicUsize::new(0);
    // Each host with an ARN as it should be, and each ARN with such a host.
    let of_hosts = hosts.iter().map(|host| (host, &arns[0]));
    let of_arns = arns[1..].iter().map(|arn| (&hosts[0], arn));
    let cases = of_hosts.chain(of_arns);
    side_by_side(cases, |((kind, host), arn)| {
        let account = Account::new();
        account.made(NAME);
        let described =
            json!({"ARN": ARN, "Name": NAME, "VersionIdsToStages": {"v": ["AWSCURRENT"]}});
        account.answer("DescribeSecret", 200, JSON, &described.to_string(), None);
        for prefix in ["hub", payload] {
            let rules = json!({"pullThroughCacheRules": [rule(prefix, kind, host, arn)]});
            account.heal();
            account.answer("DescribeSecret", 200, JSON, &described.to_string(), None);
            account.answer(
                "DescribePullThroughCacheRules",
                200,
                JSON,
                &rules.to_string(),
                None,
            );
            let failure = format!("\u{202e}{payload}\u{1b}[2J");
            let verdict =
                json!({"ecrRepositoryPrefix": prefix, "isValid": false, "failure": failure});
            account.answer(
                "ValidatePullThroughCacheRule",
                200,
                JSON,
                &verdict.to_string(),
                None,
            );
            for words in [
                &["check"][..],
                &["check", "docker-hub"],
                &["show", "docker-hub"],
                &["restore", "docker-hub"],
                &["list"],
                &["rule", "list"],
                &["rule", "set", "hub", "--registry", "docker-hub"],
                &["rule", "delete", "hub", "--yes"],
                &["image", "nginx", "me.azurecr.io/x", "--keep-going"],
            ] {
                for more in [&[][..], &["-o", "json"]] {
                    is_harmless(&account.run(&[words, more].concat()));
                    looked_at.fetch_add(1, Ordering::Relaxed);
                }
            }
        }
    });
    assert_eq!(looked_at.into_inner(), (4 + 4) * 2 * 9 * 2);
}

/// Whatever turns a line, hides in it, or ends it where a terminal or a log does not think so.
const HIDDEN: &str = "a\u{202e}b\u{2066}c\u{200b}d\u{2028}e\u{85}f\u{9b}2Jg\u{feff}h\u{2067}ij\u{61c}k\u{200d}lm\u{7f}";

/// Makes a secret with that in whatever may have any characters, and gives its ARN.
fn hidden(account: &Account, name: &str) -> String {
    let body = json!({
        "Name": name, "SecretString": "{}", "Description": HIDDEN,
        "Tags": [{"Key": HIDDEN, "Value": HIDDEN}],
    });
    let answer = account.ask("CreateSecret", &body);
    answer["ARN"].as_str().unwrap().to_owned()
}

#[test]
fn nothing_foreign_turns_a_line_or_hides_in_it() {
    let account = Account::new();
    let name = "ecr-pullthroughcache/a\u{202e}b\u{200d}c\u{2067}";
    hidden(&account, name);
    for words in [
        &["list"][..],
        &["show", name],
        &["check"],
        &["check", name],
        &["show", "nobody\u{202e}"],
        &["rule", "set", "hub", "--secret", name],
        &["create", "--registry", "ghcr", "--name", name],
        &["delete", name, "--yes"],
        &["restore", name],
    ] {
        for more in [&[][..], &["-o", "json"], &["-v"]] {
            let ended = account.run(&[words, more].concat());
            is_harmless(&ended);
            assert!(!ended.stdout.is_empty() || !ended.stderr.is_empty());
        }
    }
    let shown = account.run(&["show", name]);
    let escaped = "description  a\\u{202e}b\\u{2066}c\\u{200b}d\\u{2028}e\\u{85}f\\u{9b}2Jg\\u{feff}h\\u{2067}ij\\u{61c}k\\u{200d}lm\\u{7f}";
    assert!(shown.ok().contains(escaped), "{}", shown.stdout);
}

#[test]
fn nothing_foreign_gives_a_ci_runner_a_command() {
    let account = Account::new();
    let body = json!({
        "Name": NAME, "SecretString": "{}", "Description": RUNNER_COMMANDS,
        "Tags": [{"Key": RUNNER_COMMANDS, "Value": RUNNER_COMMANDS}],
    });
    account.ask("CreateSecret", &body);
    let rules = json!({"pullThroughCacheRules": [{
        "ecrRepositoryPrefix": RUNNER_COMMANDS, "upstreamRegistry": "docker-hub",
        "upstreamRegistryUrl": "registry-1.docker.io",
    }]});
    let rules = rules.to_string();
    account.answer("DescribePullThroughCacheRules", 200, JSON, &rules, None);
    for words in [
        &["show", "docker-hub"][..],
        &["rule", "list"],
        &["check"],
        &["delete", "docker-hub", "--yes"],
    ] {
        for more in [&[][..], &["-o", "json"]] {
            is_harmless(&account.run(&[words, more].concat()));
        }
    }
    let ended = account.run("rule list");
    assert!(ended
        .ok()
        .contains("\\u{3a}:set-output name=a::b \\u{23}#[add-path]x"));
    // The values in JSON are the same.
    let listed = account.run("rule list -o json").json();
    assert_eq!(listed[0]["ecrRepositoryPrefix"], RUNNER_COMMANDS);
    // The words of a registry and of AWS.
    let body = json!({ "details": RUNNER_COMMANDS }).to_string();
    let registry = Registry::with_tokens("any", move |_| registry::json(401, &body));
    account.refuse(
        "CreateSecret",
        400,
        "InvalidParameterException",
        RUNNER_COMMANDS,
    );
    let name = ["--name", "ecr-pullthroughcache/other"];
    for more in [&name[..], &[&name[..], &["-o", "json"]].concat()] {
        let rejected = Program::create_at(&registry, &account, more).run();
        is_harmless(rejected.fails(6, &["add-path"]));
        let refused = Program::create(&account, &[more, &["-v"]].concat()).run();
        is_harmless(refused.fails(1, &["add-path"]));
    }
}

#[cfg(unix)]
#[test]
fn no_line_begins_with_a_runner_command_where_it_was_broken() {
    let account = Account::new();
    let message = ["::debug::x"; 40].join(" ");
    account.refuse("DescribeSecret", 400, "InvalidParameterException", &message);
    let screen = Screen::new(&account);
    screen
        .resized(60, 50)
        .enters("$PTC show docker-hub")
        .status_is(1);
    let text = screen.text();
    assert!(
        text.lines()
            .any(|line| line.trim().starts_with("\\u{3a}:debug::x")),
        "{text}"
    );
    assert!(
        !text.lines().any(|line| line.trim().starts_with("::")),
        "{text}"
    );
}

#[test]
fn json_says_the_same_in_characters_that_do_nothing() {
    let account = Account::new();
    let name = "ecr-pullthroughcache/a\u{202e}b\u{200d}c\u{2067}";
    let arn = hidden(&account, name);
    let ended = account.run(&["show", name, "-o", "json"]);
    acts_on_no_terminal(&ended);
    let shown = ended.json();
    assert_eq!(shown["description"], HIDDEN);
    assert_eq!((&shown["name"], &shown["arn"]), (&json!(name), &json!(arn)));
    assert!(
        ended.stdout.contains(r"a\u202eb\u200dc\u2067"),
        "{}",
        ended.stdout
    );
    // The failure's object too.
    let ended = account.run(&["show", "no\u{202e}\u{7f}ne", "-o", "json"]);
    acts_on_no_terminal(ended.fails(3, &[]));
    let error = ended.error_json();
    let message = error["error"]["message"].as_str().unwrap();
    assert!(message.contains("no\\u{202e}\\u{7f}ne"), "{message}");
}

#[cfg(unix)]
#[test]
fn a_command_to_copy_names_the_secret_with_what_acts_on_a_terminal_escaped() {
    for name in [
        "ecr-pullthroughcache/a\u{202e}b\u{200d}c\u{2067}",
        "ecr-pullthroughcache/it's $(touch PWN)`touch PWN`;\"\\",
        "ecr-pullthroughcache/é ü",
    ] {
        let shown = name.replace('\u{202e}', r"\u{202e}");
        let shown = shown
            .replace('\u{200d}', r"\u{200d}")
            .replace('\u{2067}', r"\u{2067}");
        let account = Account::new();
        account.made(name);
        let ended = account.run(&["check", name]);
        acts_on_no_terminal(&ended);
        let words = run_in_shells(&ended);
        let names = |told: &String| told.lines().any(|line| line == shown);
        assert!(words.iter().any(names), "{words:?} in {ended:?}");
    }
}

#[test]
fn a_name_of_any_characters_that_the_service_takes_works_as_before() {
    for rest in ["é ü", "it's", "日本語", "a!b", "👩\u{200d}👩", "\u{202e}"] {
        let account = Account::new();
        let name = format!("ecr-pullthroughcache/{rest}");
        let ended = Program::create(&account, &["--name", &name, "-o", "json"]).run();
        let report = ended.json();
        assert_eq!(report["name"], json!(name));
        let arn = report["arn"].as_str().unwrap();
        assert!(arn.contains(&format!(":secret:{name}-")), "{arn}");
        acts_on_no_terminal(&ended);
        let ended = Program::create(&account, &["--name", &name, "--if-exists", "update"]).run();
        ended.ok();
        acts_on_no_terminal(&ended);
        account.run(&["show", &name]).ok();
        account.run(&["delete", arn, "--yes"]).ok();
    }
}

#[test]
fn a_listing_that_repeats_its_page_token_ends() {
    let account = Account::new();
    let page = json!({"SecretList": [{"ARN": ARN, "Name": NAME}], "NextToken": "one"});
    account.answer("ListSecrets", 200, JSON, &page.to_string(), None);
    account.run("list").ok();
    let mut asked = account.actions();
    asked.retain(|action| action == "ListSecrets");
    assert_eq!(asked.len(), 2);
}

#[test]
fn many_pages_are_read_to_the_end() {
    let account = Account::new();
    for page in 0..30 {
        let arn = format!("{}{page:06}", &ARN[..ARN.len() - 6]);
        let mut body = json!({"SecretList": [{"ARN": arn, "Name": NAME}]});
        if page < 29 {
            body["NextToken"] = json!(format!("page {page}"));
        }
        account.answer("ListSecrets", 200, JSON, &body.to_string(), Some(1));
    }
    let listed = account.run("list -o json").json();
    assert_eq!(listed.as_array().unwrap().len(), 30);
}

#[test]
fn dates_at_the_ends_of_an_integer_are_reported_as_the_first_and_the_last() {
    for (seconds, told) in [
        (i64::MAX, "9999-12-31T23:59:59Z"),
        (i64::MIN, "0001-01-01T00:00:00Z"),
        (253_402_300_800, "9999-12-31T23:59:59Z"),
        (-62_135_596_801, "0001-01-01T00:00:00Z"),
        (253_402_300_799, "9999-12-31T23:59:59Z"),
        (-62_135_596_800, "0001-01-01T00:00:00Z"),
    ] {
        let account = Account::new();
        let arn = account.made(NAME);
        let secret = json!({
            "ARN": arn, "Name": NAME, "VersionIdsToStages": {"v": ["AWSCURRENT"], "w": ["AWSPREVIOUS"]},
            "SecretVersionsToStages": {"v": ["AWSCURRENT"]},
            "CreatedDate": seconds, "LastChangedDate": seconds, "LastAccessedDate": seconds,
            "NextRotationDate": seconds, "LastRotatedDate": seconds,
        });
        account.answer("DescribeSecret", 200, JSON, &secret.to_string(), None);
        let list = json!({"SecretList": [secret]}).to_string();
        account.answer("ListSecrets", 200, JSON, &list, None);
        let versions = json!({"Versions": [{"VersionId": "v", "CreatedDate": seconds}, {"VersionId": "w", "CreatedDate": seconds}]});
        account.answer(
            "ListSecretVersionIds",
            200,
            JSON,
            &versions.to_string(),
            None,
        );
        let shown = account.run("show docker-hub -o json").json();
        for member in [
            "created",
            "lastChanged",
            "lastAccessed",
            "lastRotated",
            "nextRotation",
        ] {
            assert_eq!(shown[member], told, "{member} of {seconds}");
        }
        let day = &told[..10];
        assert!(account.run("show docker-hub").ok().contains(day));
        account.run("list").ok();
        let aged = account.run("check docker-hub --max-age 1");
        assert!(aged.stdout.contains("too-old") == (seconds < 0), "{aged:?}");
        let back = account.run(&["update", NAME, "--rollback", "--yes"]);
        assert!(back.stderr.contains(told), "{back:?}");
    }
}

#[cfg(unix)]
#[test]
fn the_caller_is_an_account_and_an_arn() {
    use crate::support::Screen;
    let good = "arn:aws:sts::111122223333:assumed-role/ci/run";
    for (id, arn) in [
        ("A';touch PWN;$(touch PWN)", good),
        ("1111222233334", good),
        ("111122223333", "arn:aws:sts::111122223333:x&#10;arn:evil"),
        ("111122223333", "arn:aws:sts::A;:assumed-role/ci/run"),
        ("111122223333", "me"),
    ] {
        let account = Account::new();
        let answer = format!(
            "<GetCallerIdentityResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><GetCallerIdentityResult>\
             <Arn>{arn}</Arn><UserId>x</UserId><Account>{id}</Account></GetCallerIdentityResult></GetCallerIdentityResponse>"
        );
        account.answer("GetCallerIdentity", 200, "text/xml", &answer, None);
        let screen = Screen::new(&account);
        screen.enters("$PTC create -u me --registry docker-hub --description d --verify never");
        screen
            .sees("AWS responded to GetCallerIdentity")
            .status_is(4);
        assert_eq!(account.actions(), ["GetCallerIdentity"]);
    }
}

#[test]
fn versions_and_request_ids_are_shown_on_one_line() {
    let account = Account::new();
    account.made(NAME);
    let version = "v\n\u{1b}[2Jerror: \u{202e}";
    let secret = json!({"ARN": ARN, "Name": NAME, "VersionIdsToStages": {version: ["AWSCURRENT"], "w": ["AWSPREVIOUS"]}});
    account.answer("DescribeSecret", 200, JSON, &secret.to_string(), None);
    account.answer(
        "PutSecretValue",
        200,
        JSON,
        &json!({"ARN": ARN, "VersionId": version}).to_string(),
        None,
    );
    account.answer("UpdateSecretVersionStage", 200, JSON, "{}", None);
    for words in [
        &["show", "docker-hub"][..],
        &["update", "docker-hub", "--rollback", "--yes"],
        &[
            "update",
            "docker-hub",
            "--username",
            "me",
            "--access-token-stdin",
        ],
    ] {
        let ended = Program::new(words)
            .with(&account)
            .stdin("another-token")
            .run();
        acts_on_no_terminal(&ended);
        for said in [&ended.stdout, &ended.stderr] {
            let fake =
                |line: &str| line.contains("[2Jerror") && !line.contains("v\\n\\u{1b}[2Jerror");
            assert!(!said.lines().any(fake), "{ended:?}");
        }
    }
}

#[test]
fn a_denial_names_no_action_that_is_not_a_plain_word() {
    let more = r#""},{"Effect":"Allow","Action":"*"#;
    for (named, action) in [
        (&*format!("lambda:x{more}"), "secretsmanager:CreateSecret"),
        ("lambda:*", "secretsmanager:CreateSecret"),
        ("lambda:", "secretsmanager:CreateSecret"),
        ("kms:Encrypt", "kms:Encrypt"),
    ] {
        let account = Account::new();
        let says = format!("User: x is not authorized to perform: {named} on resource: *");
        account.refuse("CreateSecret", 400, "AccessDeniedException", &says);
        let ended = Program::create(&account, "-o json").run();
        ended.fails(5, &[]);
        let hint = &ended.error_json()["error"]["hint"];
        let hint = hint.as_str().unwrap();
        assert!(hint.contains(&format!("to allow {action};")), "{hint}");
    }
}
