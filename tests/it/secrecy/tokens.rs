//! The token stays out of every output, file, child process and core file.

use proptest::prelude::*;

use crate::support::{forms, side_by_side, whole_base64, Account, Program, TOKEN};
use proptest::sample::select;
use proptest::sample::Index;
use proptest::test_runner::TestRunner;
use serde_json::json;

/// Everything that could make a library talk.
fn loud(program: Program) -> Program {
    program
        .env("RUST_LOG", "trace")
        .env("RUST_BACKTRACE", "full")
        .env("AWS_LOG", "trace")
        .env("AWS_MAX_ATTEMPTS", "1")
}

#[test]
fn no_failure_shows_the_token_at_any_level() {
    for format in ["text", "json"] {
        let more = ["-v", "-o", format];
        let account = Account::new();
        loud(Program::create(&account, &more)).run().ok();
        loud(Program::create(&account, &more)).run().fails(3, &[]);
        for url in [
            "http://127.0.0.1:1",
            "http://127.0.0.1:99999",
            "http://[::1",
            "http://a b/",
            "http://user:pw@127.0.0.1:1",
        ] {
            let ended = loud(Program::create(&account, &more))
                .env("AWS_ENDPOINT_URL", url)
                .run();
            assert_ne!(ended.status, 0);
            let service = loud(Program::create(&account, &more))
                .env("AWS_ENDPOINT_URL_SECRETS_MANAGER", url)
                .run();
            assert_ne!(service.status, 0, "{url}");
        }
        for (status, body) in [(500, "<html>"), (400, "{"), (200, "nonsense"), (200, "{}")] {
            let account = Account::new();
            account.answer(
                "CreateSecret",
                status,
                "application/x-amz-json-1.1",
                body,
                None,
            );
            loud(Program::create(&account, &more)).run();
        }
    }
}

#[test]
fn a_service_that_repeats_the_request_does_not_show_the_token() {
    for code in [
        "AccessDeniedException",
        "InvalidParameterException",
        "InternalServiceError",
    ] {
        for format in ["text", "json"] {
            let account = Account::new();
            let json = serde_json::json!({"username": "me", "accessToken": TOKEN}).to_string();
            let twice = serde_json::Value::from(json.as_str()).to_string();
            account.refuse(
                "CreateSecret",
                400,
                code,
                &format!("bad request: {TOKEN} {json} {twice}"),
            );
            let ended = Program::create(&account, &["-v", "-o", format]).run();
            assert!(ended.stderr.contains("not shown"), "{}", ended.stderr);
        }
    }
}

/// The ways in which a call fails, each a word for [`break_it`].
const FAULTS: [&str; 9] = [
    "echo",
    "denied",
    "html",
    "not json",
    "half json",
    "500",
    "lost",
    "cut",
    "dropped",
];

/// Makes every call fail in one way; where the fault has words, they have the request in them, and the
/// token in one more form.
fn break_it(account: &Account, fault: &str, token: &str, form: &str) {
    let json = serde_json::json!({"username": "me", "accessToken": token}).to_string();
    let twice = serde_json::Value::from(json.as_str()).to_string();
    let debug = format!("{token:?} {json:?}");
    let echo = format!("you sent {form} {token} {json} {twice} {debug}");
    let amz = "application/x-amz-json-1.1";
    for action in ["CreateSecret", "DescribeSecret"] {
        match fault {
            "echo" => account.refuse(action, 400, "InvalidParameterException", &echo),
            "denied" => account.refuse(action, 400, "AccessDeniedException", &echo),
            "html" => account.answer(action, 403, "text/html", &format!("<p>{echo}"), None),
            "not json" => account.answer(action, 200, "text/plain", &echo, None),
            "half json" => {
                account.answer(action, 200, amz, &format!("{{\"ARN\":\"{token}"), None);
            }
            "500" => account.refuse(action, 500, "InternalServiceError", &echo),
            "lost" => account.lose(action, None),
            "cut" => account.cut(action, None),
            _ => account.drop(action, None),
        }
    }
}

/// Tries a property of the program with forty values.
fn holds<V: std::fmt::Debug>(
    values: &(impl Strategy<Value = V> + Sync),
    property: impl Fn(V) + Sync,
) {
    side_by_side(0..8, |_| {
        let mut runner = TestRunner::new(ProptestConfig {
            cases: 5,
            failure_persistence: None,
            ..ProptestConfig::default()
        });
        let test = |value| {
            property(value);
            Ok(())
        };
        if let Err(error) = runner.run(values, test) {
            panic!("{error}");
        }
    });
}

#[test]
fn any_token_stays_out_of_every_failure() {
    let token = "[a-zA-Z0-9\"\\\\/'$`éß€\u{200b}\u{1F511}]{8,40}";
    let values = (token, select(&FAULTS[..]), any::<Index>(), any::<bool>());
    holds(&values, |(token, fault, form, json)| {
        let account = Account::new();
        let forms = [forms(&token), whole_base64(&token)].concat();
        break_it(&account, fault, &token, &forms[form.index(forms.len())]);
        let format = if json { "json" } else { "text" };
        let more = ["-v", "-o", format, "--if-exists", "update"];
        let ended = loud(Program::create(&account, &more)).stdin(&token).run();
        assert_ne!(ended.status, 0);
        ended.hides(&token);
    });
}

#[test]
fn a_token_that_stands_in_another_option_is_refused_and_not_shown() {
    let options = vec![
        "--profile",
        "--region",
        "--endpoint-url",
        "--ca-bundle",
        "--name",
        "--description",
        "--tag",
        "-u",
    ];
    let token = "[a-zA-Z0-9\"\\\\/'$é]{8,20}";
    let values = (token, select(options), any::<bool>());
    holds(&values, |(token, option, json)| {
        let account = Account::new();
        let value = match option {
            "--name" => format!("ecr-pullthroughcache/{token}"),
            "--tag" => format!("key={token}"),
            "--endpoint-url" => format!("http://{token}"),
            _ => token.clone(),
        };
        let format = if json { "json" } else { "text" };
        let option = format!("{option}={value}").replace("-u=", "--username=");
        let words = [
            "create",
            "--registry",
            "docker-hub",
            &option,
            "-v",
            "-o",
            format,
            "--access-token-stdin",
        ];
        let words = if option.starts_with("--username") {
            words.to_vec()
        } else {
            [&words[..], &["-u", "me"]].concat()
        };
        let ended = Program::new(&words).with(&account).stdin(&token).run();
        ended.fails(2, &["contains the access token"]).hides(&token);
        assert!(account.requests().is_empty());
    });
}

#[test]
fn a_token_in_another_form_is_refused_as_it_is() {
    let mut values = whole_base64(TOKEN);
    values.extend(forms(TOKEN).into_iter().filter(|form| form.contains('%')));
    side_by_side(values, |form| {
        // Names and tags have no others.
        let is_plain = |c: char| c.is_ascii_alphanumeric() || "/_+=.@-".contains(c);
        let is_plain = form.chars().all(is_plain);
        let name = format!("ecr-pullthroughcache/{form}");
        let (key, value) = (format!("{form}=value"), format!("key={form}"));
        for option in [
            ["--description", &form],
            ["--tag", &key],
            ["--tag", &value],
            ["--name", &name],
            ["--resource-policy", "policy.json"],
        ] {
            if !is_plain && ["--name", "--tag"].contains(&option[0]) {
                continue;
            }
            let account = Account::new();
            let mut program = Program::create(&account, &[]).and(&option[..1]);
            let policy = json!({"Statement": [{"Sid": form}]}).to_string();
            let policy = program.file("policy.json", policy);
            program = match option {
                [_, "policy.json"] => program.and(&[policy.to_str().unwrap()]),
                [_, value] => program.and(&[value]),
            };
            let ended = program.run();
            ended
                .fails(2, &["contains the access token"])
                .never(&[&form]);
            assert!(account.requests().is_empty());
        }
    });
}

#[test]
fn a_token_of_a_known_kind_is_not_repeated_from_any_place() {
    const UNKNOWN: &str = "ghp_0123456789abcdefghijklmnopqrstuvwxyz";
    let account = Account::new();
    for line in [
        format!("docker login ghcr.io -p {UNKNOWN}"),
        format!("ghcr.io/{UNKNOWN}/x"),
        format!("https://me:{UNKNOWN}@ghcr.io"),
    ] {
        for format in ["text", "json"] {
            let words = ["image", "-o", format];
            let argument = Program::new(&words)
                .and(&[line.as_str()])
                .with(&account)
                .run();
            argument
                .fails(2, &["looks like an access token"])
                .never(&[UNKNOWN]);
            let read = Program::new(&words).and("-").with(&account);
            let read = read.stdin(&line).run();
            read.fails(2, &["line 1 looks like an access token"])
                .never(&[UNKNOWN]);
        }
    }
    let folder = format!("/no/such/{UNKNOWN}");
    for (variable, value, command) in [
        ("AWS_REGION", UNKNOWN, &["list"][..]),
        ("AWS_REGION", &format!("us-east-1 {UNKNOWN}"), &["list"]),
        ("AWS_PROFILE", UNKNOWN, &["list"]),
        ("AWS_PROFILE", &format!("team {UNKNOWN}"), &["list"]),
        ("AWS_CA_BUNDLE", &folder, &["list"]),
        (
            "DOCKER_CONFIG",
            &folder,
            &["create", "--registry", "ghcr", "--from-docker-config"],
        ),
    ] {
        for more in [&["-v"][..], &["-o", "json"]] {
            let program = Program::new(&[command, more].concat()).with(&account);
            let program = program.without("AWS_ACCESS_KEY_ID");
            let program = program
                .without("AWS_SECRET_ACCESS_KEY")
                .env(variable, value);
            let ended = program.run();
            assert!([2, 4].contains(&ended.status), "{variable}: {ended:?}");
            ended.never(&[UNKNOWN]);
            assert!(
                ended.stderr.contains("[token not shown]"),
                "{variable}: {ended:?}"
            );
        }
    }
    // A name that begins like a token is a name.
    let name = "ecr-pullthroughcache/glpat-production";
    let created = Program::create(&account, &["--name", name]).run();
    assert!(created
        .ok()
        .contains(":secret:ecr-pullthroughcache/glpat-production-"));
    assert!(created.stderr.contains(name), "{}", created.stderr);
}

#[test]
fn a_long_token_that_an_option_repeats_is_not_shown_in_part() {
    let token = "k7".repeat(1_250);
    let account = Account::new();
    let url = format!("http://127.0.0.1/{token}");
    let program = Program::create(&account, "--dry-run -v").stdin(&token);
    let ended = program.env("AWS_ENDPOINT_URL", url).run();
    ended.ok();
    assert!(ended.stderr.contains("endpoint"), "{}", ended.stderr);
    ended.never(&[&"k7".repeat(20)]);
}

#[test]
fn a_short_token_is_hidden_in_foreign_words_too() {
    let account = Account::new();
    account.refuse(
        "CreateSecret",
        400,
        "InvalidParameterException",
        "you sent k9Xq",
    );
    let ended = Program::create(&account, &[]).stdin("k9Xq").run();
    ended.fails(1, &["you sent"]).hides("k9Xq");
}

#[cfg(unix)]
#[test]
fn no_child_process_gets_the_token() {
    let account = Account::new();
    for source in [
        &["--access-token-env", "HUB_TOKEN"][..],
        &["--access-token-stdin"],
    ] {
        let words = [
            &[
                "create",
                "--registry",
                "docker-hub",
                "-u",
                "me",
                "--profile",
                "child",
                "--if-exists",
                "update",
            ],
            source,
        ]
        .concat();
        let mut program = Program::new(&words).with(&account);
        program = match source {
            [_, name] => program.env(name, TOKEN),
            _ => program.stdin(TOKEN),
        };
        let seen = program.home.path().join("seen");
        let script = program.file(
            "helper.sh",
            format!(
                "env > '{0}'\ncat >> '{0}'\n\
             echo '{{\"Version\":1,\"AccessKeyId\":\"AKIACHILD\",\"SecretAccessKey\":\"x\"}}'\n",
                seen.display()
            ),
        );
        program.file(
            "config",
            format!(
                "[profile child]\ncredential_process = sh {}\n",
                script.display()
            ),
        );
        program.run().ok();
        let seen = std::fs::read_to_string(seen).unwrap();
        assert!(seen.contains("AWS_REGION=us-east-1"), "{seen}");
        assert!(
            !seen.contains(TOKEN) && !seen.contains("dckr_pat"),
            "{seen}"
        );
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_crash_leaves_no_core_file() {
    use std::io::Write;
    use std::os::unix::process::ExitStatusExt;
    use std::process::Stdio;

    let account = Account::new();
    account.stall("CreateSecret");
    let program = Program::create(&account, &[]);
    let mut command = std::process::Command::new("sh");
    program.prepare(&mut command);
    let run = format!(
        "ulimit -c unlimited; cd '{}'; exec \"$0\" \"$@\"",
        program.home.path().display()
    );
    command
        .args(["-c", &run, env!("CARGO_BIN_EXE_ecr-ptc")])
        .args(program.command().get_args());
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    child
        .stdin
        .take()
        .unwrap()
        .write_all(TOKEN.as_bytes())
        .unwrap();
    account.wait_for("CreateSecret");
    let limits = std::fs::read_to_string(format!("/proc/{}/limits", child.id())).unwrap();
    let core = limits
        .lines()
        .find(|line| line.starts_with("Max core file size"))
        .unwrap();
    assert_eq!(core.split_whitespace().nth(4), Some("0"), "{core}");
    rustix::process::kill_process(
        rustix::process::Pid::from_child(&child),
        rustix::process::Signal::ABORT,
    )
    .unwrap();
    let status = child.wait().unwrap();
    assert_eq!(status.signal(), Some(6));
    assert!(!status.core_dumped());
    let left = std::fs::read_dir(program.home.path()).unwrap().count();
    assert_eq!(left, 0, "files are left in the home directory");
}

#[test]
fn nothing_is_written_to_disk() {
    let account = Account::new();
    let program = Program::create(&account, &[]);
    program.run().ok();
    assert_eq!(std::fs::read_dir(program.home.path()).unwrap().count(), 0);
}

#[test]
fn a_fault_that_quotes_a_value_does_not_show_the_token_in_it() {
    let token = "tok-SECRETSECRET";
    let account = Account::new();
    for more in [
        &["--name", token][..],
        &["--tag", "tok-SECRETSECRET=1", "--tag", "tok-SECRETSECRET=2"],
        &["--tag", "aws:tok-SECRETSECRET=1"],
        &["--tag", "tok-SECRETSECRET#=1"],
        &["--replica-region", token],
        &["--rule", token],
        &["--expires-on", token],
        &["--rotation-lambda-arn", token, "--rotation-days", "1"],
        &["--resource-policy", token],
        &["--region", token],
    ] {
        Program::create(&account, more)
            .stdin(token)
            .run()
            .fails(2, &[])
            .hides(token);
        let words = [
            &[
                "create",
                "--registry",
                "ghcr",
                "-u",
                "me",
                "--access-token-env",
                "T",
            ],
            more,
        ]
        .concat();
        Program::new(&words)
            .env("T", token)
            .run()
            .fails(2, &[])
            .hides(token);
    }
}

#[test]
fn a_token_that_is_part_of_a_word_of_the_service_changes_nothing() {
    for token in ["x", "Resource"] {
        let account = Account::new();
        Program::create(&account, &[]).stdin(token).run().ok();
        assert_eq!(Program::create(&account, &[]).stdin(token).run().status, 3);
        let more = ["--if-exists", "update", "-o", "json"];
        let report = Program::create(&account, &more).stdin(token).run().json();
        assert_eq!(report["action"], "unchanged");
    }
}

#[test]
fn no_command_shows_a_stored_token_at_any_verbosity() {
    let quoted = json!(TOKEN).to_string();
    let values = [
        TOKEN.to_owned(),
        format!(r#"{{"username":"me","accessToken":{quoted}}}"#),
        format!(r#"{{"user":"me","password":{quoted},"more":{{"token":{quoted}}}}}"#),
        format!(
            r#"{{"username":{quoted},{quoted}:"x","accessToken":{}}}"#,
            json!(format!(" {TOKEN}\r\n"))
        ),
        format!(r#"["me",{quoted}]"#),
        format!("{{username:me,accessToken:{TOKEN}}}"),
        format!(r#"{{"username":{quoted},"accessToken":"me"}}"#),
    ];
    side_by_side([&["-v"][..], &["-v", "-o", "json"]], |more| {
        let account = Account::new();
        for (number, value) in values.iter().enumerate() {
            account.made_with(&format!("ecr-pullthroughcache/docker-hub{number}"), value);
        }
        // Each run is searched for the token.
        account.run(&[&["list"], more].concat());
        account.run(&[&["check"], more].concat());
        for number in 0..7 {
            let name = format!("docker-hub{number}");
            for words in [
                &["show", &name][..],
                &["check", &name],
                &["check", &name, "--fix", "-y"],
                &["delete", &name, "-y"],
                &["restore", &name],
            ] {
                account.run(&[words, more].concat());
            }
        }
    });
}
