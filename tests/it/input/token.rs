//! The token from each source, and each error in it.

#[cfg(unix)]
use crate::support::Screen;
use crate::support::{Account, Program, Registry, TOKEN};

const NAME: &str = "ecr-pullthroughcache/docker-hub";
const HUB: [&str; 5] = ["create", "--registry", "docker-hub", "--username", "me"];

fn stored_from(bytes: &[u8]) -> String {
    let account = Account::new();
    Program::create(&account, &[]).stdin(bytes).run().ok();
    let stored: serde_json::Value = serde_json::from_str(&account.value(NAME)).unwrap();
    stored["accessToken"].as_str().unwrap().to_owned()
}

fn fault_of(bytes: &[u8], words: &[&str]) {
    let account = Account::new();
    Program::create(&account, &[])
        .stdin(bytes)
        .run()
        .fails(2, words);
    assert!(account.requests().is_empty());
}

#[test]
fn exactly_one_line_end_and_a_byte_order_mark_are_taken_off() {
    for bytes in ["tok", "tok\n", "tok\r\n", "tok\r", "\u{feff}tok\n"] {
        assert_eq!(stored_from(bytes.as_bytes()), "tok", "{bytes:?}");
    }
    assert_eq!(stored_from("a b\u{e9}\"\\".as_bytes()), "a b\u{e9}\"\\");
}

#[test]
fn each_fault_says_what_and_where() {
    fault_of(
        b"",
        &[
            "standard input",
            "empty",
            "this job probably has no access to the variable",
        ],
    );
    fault_of(b"\n", &["empty"]);
    fault_of(b"tok\n\n", &["line break after character 3"]);
    fault_of(b"one\ntwo", &["line break after character 3"]);
    fault_of(b"to\x1bk", &["control character (U+001B)", "character 3"]);
    fault_of(b" tok", &["starts with white space"]);
    fault_of(b"tok\t", &["control character"]);
    fault_of("tok\u{a0}".as_bytes(), &["ends with white space"]);
    fault_of(b"to\xffk", &["not UTF-8", "byte 3"]);
    fault_of(b"\xff\xfet\0o\0k\0", &["UTF-16", "PowerShell"]);
    fault_of(b"t\0o\0k\0", &["UTF-16", "PowerShell"]);
    fault_of(
        &vec![b'x'; (1 << 20) + 1],
        &["it is larger than 1048576 bytes"],
    );
}

/// Tokens from pipelines with an unfilled variable, or copied with too much.
#[test]
fn what_cannot_be_a_token_is_named_and_nothing_is_sent() {
    let json = r#"{"username":"me","accessToken":"dckr_pat_0123456789"}"#;
    for (text, words) in [
        ("$(HUB_TOKEN)", "it is a variable that was not replaced"),
        ("${HUB_TOKEN}\n", "it is a variable that was not replaced"),
        (
            "{{resolve:secretsmanager:hub}}",
            "it is a variable that was not replaced",
        ),
        (
            "${{ secrets.HUB_TOKEN }}",
            "it is a variable that was not replaced",
        ),
        (
            "op://vault/hub/token",
            "it is a URL or a reference to a secret",
        ),
        (
            "Bearer dckr_pat_0123456789",
            "it is an HTTP header, such as Bearer",
        ),
        ("***", "it consists of asterisks"),
        (json, "it is a JSON object"),
        (
            "{\n  \"token\": \"dckr_pat_0123456789\"\n}\n",
            "it is a JSON object",
        ),
    ] {
        let account = Account::new();
        let registry = Registry::strict();
        for verify in ["always", "never"] {
            let ended = Program::create_at(&registry, &account, &[])
                .stdin(text)
                .env("ECR_PTC_VERIFY", verify)
                .run();
            ended.fails(2, &[words, "from standard input cannot be used"]);
            ended.never(&["0123456789"]);
        }
        account.made(NAME);
        account.take_actions();
        let update = [
            "update",
            NAME,
            "--access-token-stdin",
            "--registry",
            "docker-hub",
        ];
        let update = Program::new(&update).with(&account).stdin(text).run();
        update.fails(2, &[words]);
        assert!(account.requests().is_empty());
        assert!(registry.heard().is_empty());
    }
    for (name, words) in [
        (
            "$(HUB_USER)",
            "the username is a variable that was not replaced",
        ),
        (
            "${{ secrets.HUB_USER }}",
            "the username is a variable that was not replaced",
        ),
        (
            "op://vault/hub/user",
            "the username is a URL or a reference",
        ),
        ("***", "the username consists of asterisks"),
    ] {
        let words = [words];
        let account = Account::new();
        let create = [
            "create",
            "--registry",
            "docker-hub",
            "-u",
            name,
            "--access-token-stdin",
        ];
        Program::new(&create)
            .with(&account)
            .stdin(TOKEN)
            .run()
            .fails(2, &words);
        assert!(account.requests().is_empty());
    }
}

#[test]
fn what_is_hardly_a_token_is_warned_of_and_stored() {
    for (text, words) in [
        ("null", "the token is a placeholder"),
        ("None", "the token is a placeholder"),
        ("CHANGEME", "the token is a placeholder"),
        ("<token>", "the token is a placeholder"),
        (
            "\"dckr_pat_0123456789\"",
            "the token starts or ends with a quotation mark",
        ),
        ("$dckr_pat_0123456789", "the token has other text before it"),
        (
            "me:some-token",
            "the token has other text before it, such as a username and a colon",
        ),
        (
            "other:dckr_pat_0123456789",
            "the token has other text before it",
        ),
        (
            "bWU6c29tZS10b2tlbg==",
            "the token is a username and a token in base64",
        ),
        (
            "Calling [toJSON] on an [Output<T>] is not supported.",
            "the token is an error message of Pulumi",
        ),
    ] {
        let account = Account::new();
        let ended = Program::create(&account, "-o json").stdin(text).run();
        let report = ended.json();
        let warning = report["warnings"][0].as_str().unwrap();
        assert!(
            warning.contains(words) && !warning.contains(text),
            "{warning}"
        );
        assert!(ended.stderr.contains(words), "{}", ended.stderr);
        // Where the registry is unknown too.
        let name = "ecr-pullthroughcache/other";
        account.made(name);
        let words_of_update = ["update", name, "--access-token-stdin"];
        let update = Program::new(&words_of_update)
            .with(&account)
            .stdin(text)
            .run();
        update.ok();
        assert!(update.stderr.contains(words), "{}", update.stderr);
    }
    let account = Account::new();
    let odd = [
        "create",
        "--registry",
        "docker-hub",
        "-u",
        "CHANGEME",
        "--access-token-stdin",
    ];
    let odd = Program::new(&odd).with(&account).stdin(TOKEN).run();
    let words = "the username is a placeholder";
    assert!(odd.stderr.contains(words), "{}", odd.stderr);
    let plain = Program::create(&account, "--if-exists update")
        .stdin("other:token")
        .run();
    plain.never(&["has other text before it"]);
}

#[cfg(unix)]
#[test]
fn at_a_prompt_a_template_is_asked_for_again() {
    let account = Account::new();
    let screen = Screen::new(&account);
    screen.enters("$PTC create --registry docker-hub --description d");
    screen
        .sees("Username")
        .enters("${HUB_USER}")
        .sees("the username is a variable that was not replaced")
        .enters("me")
        .sees("Access token")
        .enters("${HUB_TOKEN}")
        .sees("it is a variable that was not replaced")
        .sees("Paste it again")
        .enters("not-a-real-token")
        .skips_expiry()
        .sees("Store these")
        .enters("y")
        .skips_the_pull()
        .status_is(0);
}

#[test]
fn the_secret_has_up_to_65536_bytes() {
    let around = r#"{"username":"me","accessToken":""}"#.len();
    let last = "x".repeat(65_536 - around);
    assert_eq!(stored_from(last.as_bytes()), last);
    fault_of(format!("{last}x").as_bytes(), &["65537 bytes", "65536"]);
}

#[test]
fn from_a_file() {
    let account = Account::new();
    let program = Program::new(&[]);
    let path = program.file("token", format!("{TOKEN}\n"));
    let run = |path: &str| {
        Program::new(
            &[
                &HUB[..],
                &["--access-token-file", path, "--if-exists", "update"],
            ]
            .concat(),
        )
        .with(&account)
        .stdin(TOKEN)
        .run()
    };
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode =
            |mode| std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
        for open in [0o644, 0o640, 0o604] {
            mode(open);
            let ended = run(path.to_str().unwrap());
            ended.ok();
            assert!(
                ended
                    .stderr
                    .contains("warning: other users can read the token"),
                "{open:o}: {}",
                ended.stderr
            );
        }
        mode(0o600);
    }
    let ended = run(path.to_str().unwrap());
    ended.ok();
    assert!(!ended.stderr.contains("warning"), "{}", ended.stderr);
    run("-").ok();
    run("/no/such/file").fails(2, &["/no/such/file", "does not exist"]);
    run(program.home.path().to_str().unwrap()).fails(2, &[]);
}

#[test]
fn from_a_variable() {
    let account = Account::new();
    let run = |name: &str| {
        Program::new(&[&HUB[..], &["--access-token-env", name]].concat())
            .with(&account)
            .env("HUB_TOKEN", TOKEN)
            .env("EMPTY", "")
            .run()
    };
    run("HUB_TOKEN").ok();
    assert!(account.value(NAME).contains("dckr_pat"));
    run("NOT_SET").fails(2, &["NOT_SET", "not set"]);
    run("EMPTY").fails(2, &["EMPTY", "empty"]);
}

#[test]
fn standard_input_is_not_read_unasked() {
    // A runner of GitLab's feeds its own script there.
    let account = Account::new();
    let ended = Program::new(&HUB)
        .with(&account)
        .stdin("echo the rest of the script")
        .run();
    ended.fails(2, &["the access token is missing", "--access-token-stdin"]);
}

#[test]
fn two_sources_exclude_each_other() {
    let account = Account::new();
    let program = Program::create(&account, "--access-token-env X").env("X", TOKEN);
    program.run().fails(2, &["cannot be used with"]);
}

#[test]
fn a_token_in_the_place_of_a_name_is_not_repeated() {
    let token = "glpat-abcdefghij0123456789";
    let runs: [&[&str]; 9] = [
        &["--access-token-env", token],
        &["--access-token-file", token],
        &["--access-token-stdin", token],
        &["--access-token-stdin=glpat-abcdefghij0123456789"],
        &["--registry", token],
        &["--if-exists", token],
        &["-u", "me", token],
        &["--acess-token=glpat-abcdefghij0123456789"],
        &["--username", "me", "--bogus", token],
    ];
    for words in runs {
        let ended = Program::new(&[&["create"], words].concat()).run();
        ended.fails(2, &["error:"]).hides(token);
    }
    Program::new(&[token]).run().fails(2, &[]).hides(token);
}

/// By whatever word it stands, and whether it is known by its beginning or not.
#[test]
fn a_token_in_the_place_of_a_path_or_an_option_is_not_repeated() {
    for token in [
        "dckr_pat_abc",
        "glpat-abcdefghijklmnop",
        "ghp_0123456789",
        "Ab3+/dEf0x9",
        "hunter2!",
        "/Ab3dEf0x9Ab3dEf0x9Ab3dEf0x9",
        "x8Q~Ab3dEf0x9Ab3dEf0x9.Ab3",
    ] {
        let runs: [&[&str]; 4] = [
            &["--registry", "ghcr", "--access-token-file", token],
            &[
                "--registry",
                "ghcr",
                &format!("--access-token-file={token}"),
            ],
            &[
                "--registry",
                "ghcr",
                &format!("--from-docker-config={token}"),
            ],
            &["--registry", "ghcr", &format!("--{token}")],
        ];
        for words in runs {
            for format in ["text", "json"] {
                let words = [&["create", "-v", "-u", "me", "-o", format], words].concat();
                Program::new(&words).run().fails(2, &[]).hides(token);
            }
        }
    }
    let token = "dckr_pat_abc";
    for words in [
        &[
            "create",
            "--profile",
            token,
            "--registry",
            "ghcr",
            "-u",
            "me",
        ][..],
        &[
            "create",
            "--region",
            token,
            "--registry",
            "ghcr",
            "-u",
            "me",
        ],
        &[
            "create",
            "--ca-bundle",
            token,
            "--registry",
            "ghcr",
            "-u",
            "me",
        ],
        &[
            "create",
            "--resource-policy",
            token,
            "--registry",
            "ghcr",
            "-u",
            "me",
        ],
        &["list", "--profile", token],
        &["check", &format!("--{token}")],
        &["completions", token],
        &["rule", token],
    ] {
        let ended = Program::new(words).stdin("other-token").run();
        assert_ne!(ended.status, 0);
        ended.hides(token);
    }
}

/// A missing file is named if its name cannot be a token.
#[test]
fn a_path_with_nothing_there_is_reported() {
    for path in ["token.txt", "./no-token", "/tmp/no-token"] {
        let words = [
            "create",
            "--registry",
            "ghcr",
            "-u",
            "me",
            "--access-token-file",
            path,
        ];
        Program::new(&words)
            .run()
            .fails(2, &[&format!("the file {path} does not exist")]);
    }
}

/// Endless input is read up to a limit.
#[cfg(unix)]
#[test]
fn each_file_is_read_up_to_a_limit() {
    let account = Account::new();
    for (option, status, words) in [
        ("--resource-policy", 2, "it is larger than 1048576 bytes"),
        ("--ca-bundle", 4, "it is larger than 16777216 bytes"),
    ] {
        let ended = Program::create(&account, &[option, "/dev/zero"]).run();
        ended.fails(status, &["/dev/zero", words]);
    }
    let words = [
        "create",
        "--registry",
        "ghcr",
        "-u",
        "me",
        "--access-token-file",
        "/dev/zero",
    ];
    let ended = Program::new(&words).run();
    ended.fails(2, &["/dev/zero", "it is larger than 1048576 bytes"]);
    assert!(account.requests().is_empty());
}

#[test]
fn options_that_would_carry_the_token_or_a_key_are_refused() {
    let runs: [&[&str]; 9] = [
        &["--access-token", "s3cr3t"],
        &["--access-token=s3cr3t"],
        &["--token", "s3cr3t"],
        &["--token"],
        &["--password=s3cr3t"],
        &["-p", "s3cr3t"],
        &["-ps3cr3t"],
        &["--passwords3cr3t"],
        &["--access-tokn=s3cr3t", "--tokens3cr3t"],
    ];
    for words in runs {
        let ended = Program::new(&[&HUB[..], words].concat()).run();
        let sources = [
            "--access-token-stdin",
            "--access-token-file",
            "--access-token-env",
        ];
        ended.fails(2, &sources).hides("s3cr3t");
    }
    for words in [
        &["--kms-key-id", "alias/x"][..],
        &["--kms-key-id"],
        &["--kms-key-id=alias/x"],
    ] {
        Program::new(&[&HUB[..], words].concat())
            .run()
            .fails(2, &["aws/secretsmanager", "customer managed key"]);
    }
}

#[test]
fn the_token_may_not_stand_where_everyone_can_read_it() {
    for (option, place) in [
        ("--tag", "k=v"),
        ("--tag", "kv"),
        ("--name", "n"),
        ("--description", "d"),
        ("--username", "u"),
    ] {
        let account = Account::new();
        let token = "abcdefgh12345";
        let value = match place {
            "k=v" => format!("key=my-{token}-here"),
            "kv" => format!("my-{token}=value"),
            "n" => format!("ecr-pullthroughcache/{token}"),
            _ => format!("it is {token}"),
        };
        let words = ["create", "--registry", "ghcr", "--access-token-stdin"];
        let rest: &[&str] = if option == "--username" {
            &[]
        } else {
            &["--username", "me"]
        };
        let ended = Program::new(&[&words[..], rest, &[option, &value]].concat())
            .with(&account)
            .stdin(token)
            .run();
        ended.fails(2, &["contains the access token"]).hides(token);
        assert!(account.requests().is_empty());
    }
}
