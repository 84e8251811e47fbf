//! `--credential-command`: its credentials are stored, its standard error passes
//! through, and its standard output is never shown.

use serde_json::json;

use super::due::{ending, in_days};
use crate::support::registry::json as answer;
use crate::support::{executable, policy_file, Account, Ended, Program, Registry, Screen};

const NAME: &str = "ecr-pullthroughcache/docker-hub";
/// Of no known kind, and short.
const MADE: &str = "made-Zq7-by-a-command";

/// A program with a script of its own that counts how often it runs.
struct Mint {
    program: Program,
    command: String,
}

impl Mint {
    fn new(words: &[&str], script: &str) -> Self {
        let program = Program::new(words);
        let script = format!("#!/bin/sh\necho run >> \"$0.runs\"\n{script}\n");
        let path = program.home.path().join("mint");
        executable(&path, &script);
        Self {
            command: path.display().to_string(),
            program,
        }
    }

    /// With more words.
    fn and(self, words: &[&str]) -> Self {
        Self {
            program: self.program.and(words),
            ..self
        }
    }

    /// Runs it in this account, with the command in the options.
    fn run(self, account: &Account) -> (Ended, usize) {
        let runs = format!("{}.runs", self.command);
        let program = self.program.with(account);
        let program = program.and(&["--credential-command", &self.command]);
        let ended = program.run();
        let runs = std::fs::read_to_string(runs).unwrap_or_default();
        (ended, runs.lines().count())
    }
}

const CREATE: [&str; 3] = ["create", "--registry", "docker-hub"];

/// What is stored.
fn stored(account: &Account) -> serde_json::Value {
    serde_json::from_str(&account.value(NAME)).unwrap()
}

fn printing(text: &str) -> String {
    format!("printf '%s' '{text}'")
}

fn made() -> String {
    printing(&json!({"username": "me", "accessToken": MADE}).to_string())
}

#[test]
fn what_it_makes_is_stored() {
    for (text, username, end) in [
        (
            json!({"username": "me", "accessToken": MADE}),
            "me",
            json!(null),
        ),
        (
            json!({"username": "other", "accessToken": MADE, "expiresOn": "2999-01-31"}),
            "other",
            json!("2999-01-31"),
        ),
        (
            json!({"username": "me", "accessToken": MADE, "expiresOn": "2999-01-31T23:00:00Z", "x": 1}),
            "me",
            json!("2999-01-31"),
        ),
        (
            json!({"username": "me", "accessToken": MADE, "expiresOn": null}),
            "me",
            json!(null),
        ),
    ] {
        let account = Account::new();
        let script = format!("echo making >&2\n{}", printing(&text.to_string()));
        let (ended, runs) = Mint::new(&CREATE, &script).run(&account);
        ended.ok();
        ended.hides(MADE);
        assert_eq!(runs, 1);
        assert!(ended.stderr.contains("making"), "{ended:?}");
        let value = json!({"username": username, "accessToken": MADE});
        assert_eq!(stored(&account), value);
        let tags = account.only("CreateSecret")["Tags"].clone();
        assert_eq!(tags[0]["Value"], end);
    }
}

#[test]
fn the_username_is_the_one_that_was_given_or_is_stored_where_it_says_none() {
    let account = Account::new();
    let script = printing(&json!({"accessToken": MADE}).to_string());
    let more = [&CREATE[..], &["-u", "given"]].concat();
    Mint::new(&more, &script).run(&account).0.ok();
    assert!(account.value(NAME).contains(r#""username":"given""#));
    let other = printing(&json!({"username": "x", "accessToken": "another-one"}).to_string());
    let update = ["update", "docker-hub"];
    let (ended, _) = Mint::new(&[&update[..], &["-u", "given"]].concat(), &other).run(&account);
    ended.fails(2, &["a different username", "leave out --username"]);
    let script = printing(&json!({"accessToken": "another-one"}).to_string());
    Mint::new(&update, &script).run(&account).0.ok();
    let value = json!({"username": "given", "accessToken": "another-one"});
    assert_eq!(stored(&account), value);
    let account = Account::new();
    let (ended, _) = Mint::new(&CREATE, &script).run(&account);
    ended.fails(2, &["returned no username", "--username NAME"]);
    assert!(account.is_empty());
}

/// What chainctl, Docker's helpers, `az` and GitLab print: the error names the keys and the filter of
/// `jq` that makes ours of them, which then works.
#[test]
fn the_keys_of_other_programs_are_named_with_the_jq_that_maps_them() {
    let azure = json!({"passwords": [
        {"creationTime": "2026-12-01T00:00:00Z", "expiry": null, "name": "password1", "value": null},
        {"expiry": "2099-01-31T00:00:00Z", "name": "password2", "value": MADE},
    ], "username": "me"});
    for (printed, keys, filter) in [
        (
            json!({"identity_id": "me", "token": MADE}),
            "identity_id, token",
            "{username: .identity_id, accessToken: .token}",
        ),
        (
            json!({"ServerURL": "https://index.docker.io/v1/", "Username": "me", "Secret": MADE}),
            "Secret, ServerURL, Username",
            "{username: .Username, accessToken: .Secret}",
        ),
        (
            azure,
            "passwords, username",
            "{username: .username, accessToken: .passwords[1].value, \
             expiresOn: .passwords[1].expiry}",
        ),
        (
            json!({"id": 1, "name": "ecr", "token": MADE, "expires_at": "2099-01-31"}),
            "expires_at, id, name, token",
            "{accessToken: .token, expiresOn: .expires_at}",
        ),
    ] {
        let account = Account::new();
        let printed = printing(&printed.to_string());
        let (ended, _) = Mint::new(&CREATE, &printed).run(&account);
        let message = format!("printed no accessToken; the keys are {keys}");
        let fix = format!("COMMAND | jq '{filter}'");
        ended.fails(1, &[&message, &fix]).hides(MADE);
        assert!(account.is_empty());

        let username = ["--username", "me"];
        let words = [&CREATE[..], &username].concat();
        let script = format!("{printed} | jq '{filter}'");
        let (ended, _) = Mint::new(&words, &script).run(&account);
        ended.ok();
        assert_eq!(
            stored(&account),
            json!({"username": "me", "accessToken": MADE})
        );
    }
}

#[test]
fn what_goes_wrong_is_said_without_the_token_and_nothing_is_stored() {
    let lost = "any new credentials it issued are lost";
    for (script, words) in [
        ("exit 0".to_owned(), &["mint printed nothing"][..]),
        ("exit 3".to_owned(), &["mint failed", "3"]),
        (printing("[]"), &["did not print a JSON object"]),
        (printing(MADE), &["did not print a JSON object"]),
        (
            printing(r#"{"accessToken": ""}"#),
            &["accessToken that cannot be used", "empty"],
        ),
        (printing("{}"), &["an empty object"]),
        (
            printing(&json!({"username": "me", "access_token": MADE}).to_string()),
            &["printed no accessToken; the keys are access_token, username"],
        ),
        (
            printing(&json!({"username": "me", "accessToken": null}).to_string()),
            &["the keys are accessToken, username"],
        ),
        (
            printing(r#"{"dckr_pat_abcdefghijklmnopqrst": "me"}"#),
            &["printed no accessToken; the keys are 1 key, not shown"],
        ),
        (
            printing(r#"{"username": 1, "accessToken": "x"}"#),
            &["a value of username that is not a string"],
        ),
        (
            printing(r#"{"username": "me", "accessToken": "a\nb"}"#),
            &["accessToken that cannot be used"],
        ),
        (
            printing(&json!({"accessToken": MADE, "expiresOn": "soon"}).to_string()),
            &["expiresOn that cannot be used", "2027-01-31"],
        ),
        (
            printing(&json!({"accessToken": MADE, "expiresOn": "2020-01-31"}).to_string()),
            &["an expiresOn that is in the past: 2020-01-31"],
        ),
        (
            format!("printf '%s' '{MADE}'; head -c 1000000000 /dev/zero"),
            &["printed more than 131072 bytes"],
        ),
        ("kill -9 $$".to_owned(), &["mint failed", "signal"]),
    ] {
        let account = Account::new();
        let (ended, runs) = Mint::new(&CREATE, &script).run(&account);
        ended.fails(1, words);
        ended.fails(1, &["fix:", "nothing was stored", lost]);
        ended.hides(MADE);
        ended.never(&["dckr_pat_abcdefghijklmnopqrst"]);
        assert_eq!(runs, 1, "{script}");
        assert!(account.is_empty(), "{script}");
    }
}

/// The command's standard error passes through unchanged, without our lines in between.
#[test]
fn standard_error_passes_through_unchanged() {
    let said = format!("made {MADE} for you\n\x1b[1mwith its own colors\x1b[0m\n");
    for more in [&[][..], &["-v"], &["-q"], &["-o", "json"]] {
        for (end, status) in [(made(), 0), ("exit 3".to_owned(), 1)] {
            let account = Account::new();
            let script = format!("printf '%s' '{said}' >&2\n{end}");
            let (ended, _) = Mint::new(&[&CREATE[..], more].concat(), &script).run(&account);
            assert_eq!(ended.status, status, "{ended:?}");
            assert!(ended.stderr.contains(&said), "{ended:?}");
            assert_eq!(ended.stderr.matches(MADE).count(), 1, "{ended:?}");
            assert!(!ended.stdout.contains(MADE), "{ended:?}");
        }
    }
}

/// As a login in a browser needs: what to open is shown while the command waits.
#[test]
fn standard_error_is_live() {
    let account = Account::new();
    let screen = Screen::new(&account);
    let (path, go_on) = (screen.home().join("mint"), screen.home().join("go-on"));
    let script = format!(
        "#!/bin/sh\necho open this page >&2\nwhile [ ! -e '{}' ]; do sleep 0.1; done\n{}\n",
        go_on.display(),
        made()
    );
    executable(&path, &script);
    screen
        .enters(&format!(
            "$PTC create docker-hub --verify never --yes --credential-command {}",
            path.display()
        ))
        .sees("Running the credential command…")
        .sees("open this page");
    // Longer than it takes for a line to come that says what lasts.
    std::thread::sleep(std::time::Duration::from_millis(1500));
    assert!(!screen.text().contains("Waiting"), "{}", screen.text());
    std::fs::write(go_on, "").unwrap();
    screen.status_is(0);
    assert_eq!(stored(&account)["accessToken"], MADE);
}

/// As `vault` or `chainctl` may leave an agent behind, that keeps what it was given open.
#[test]
fn a_child_that_it_leaves_behind_is_not_waited_for() {
    let account = Account::new();
    let (ended, _) = Mint::new(&CREATE, &format!("sleep 600 2>&- &\n{}", made())).run(&account);
    ended.ok();
    assert!(account.value(NAME).contains(MADE));
}

#[test]
fn one_that_hangs_ends_with_its_time() {
    let account = Account::new();
    let words = [&CREATE[..], &["--credential-command-timeout", "1"]].concat();
    let (ended, _) = Mint::new(&words, "exec sleep 600").run(&account);
    ended.fails(
        1,
        &[
            "did not end within 1 seconds",
            "--credential-command-timeout",
        ],
    );
    assert!(account.is_empty());
}

#[test]
fn a_name_is_looked_for_in_path_and_a_path_is_one() {
    let account = Account::new();
    let run = |command: &str, path: Option<&str>| {
        let program = Program::new(&CREATE).with(&account);
        let file = program.home.path().join("mint");
        executable(file, &format!("#!/bin/sh\n{}\n", made()));
        let command = command.replace("HOME", program.home.path().to_str().unwrap());
        let path = path.map(|path| path.replace("HOME", program.home.path().to_str().unwrap()));
        let program = match path {
            Some(path) => program.env("PATH", path),
            None => program,
        };
        program.and(&["--credential-command", &command]).run()
    };
    for (command, path) in [
        ("mint", None),
        ("mint", Some("")),
        ("mint", Some(".:relative")),
        ("no-such-program --x", Some("/usr/bin")),
    ] {
        run(command, path).fails(1, &["was not found in an absolute directory of PATH"]);
    }
    run("HOME/no-such-file", None).fails(1, &["could not be started"]);
    run("./no-such-file", None).fails(1, &["could not be started"]);
    assert!(account.is_empty());
    run("mint", Some("HOME:/usr/bin:/bin")).ok();
}

#[test]
fn what_cannot_be_right_is_said_before_anything_runs() {
    let account = Account::new();
    for (more, words) in [
        (&["--access-token-stdin"][..], "cannot be used with"),
        (&["--dry-run"], "'--dry-run' cannot be used with"),
        (
            &["--credential-command-timeout", "0"],
            "0 is not in 1 to 3600",
        ),
        (&["--tag", "bad"], "--tag"),
    ] {
        let (ended, runs) = Mint::new(&[&CREATE[..], more].concat(), &made()).run(&account);
        ended.fails(2, &[words]);
        assert_eq!(runs, 0, "{more:?}");
    }
    let lonely = [&CREATE[..], &["--credential-command-timeout", "5"]].concat();
    account
        .run(&lonely)
        .fails(2, &["not provided:", "--credential-command <COMMAND>"]);
    assert!(account.requests().is_empty());
}

/// It is in the process list, but no message repeats it.
#[test]
fn a_token_among_its_words_is_not_repeated() {
    let account = Account::new();
    let words = [
        "--credential-command",
        "no-such dckr_pat_abcdefghijklmnopqrst",
    ];
    for more in [&["--dry-run"][..], &["-u", "x"]] {
        let ended = account.run(&[&CREATE[..], &words, more].concat());
        assert_ne!(ended.status, 0);
        ended.never(&["dckr_pat_abcdefghijklmnopqrst"]);
    }
}

/// A token that is issued and cannot be stored is lost.
#[test]
fn all_that_can_be_known_is_looked_at_before_it_runs() {
    let account = Account::new();
    account.made(NAME);
    let (ended, runs) = Mint::new(&CREATE, &made()).run(&account);
    ended.fails(3, &["already exists"]);
    assert_eq!(runs, 0);
    let skip = [&CREATE[..], &["--if-exists", "skip"]].concat();
    let (ended, runs) = Mint::new(&skip, &made()).run(&account);
    ended.ok();
    assert_eq!(runs, 0);
    let (ended, runs) = Mint::new(&["update", "ghcr"], &made()).run(&account);
    ended.fails(3, &[]);
    assert_eq!(runs, 0);
    for action in ["DescribeSecret", "GetSecretValue"] {
        let account = Account::new();
        account.made(NAME);
        account.refuse(action, 400, "InternalServiceError", "no");
        let (ended, runs) = Mint::new(&["update", "docker-hub"], &made()).run(&account);
        assert_ne!(ended.status, 0);
        assert_eq!(runs, 0, "{action}");
    }
    let account = Account::new();
    let program = Mint::new(&CREATE, &made());
    let program = Mint {
        program: program.program.with(&account).without("AWS_ACCESS_KEY_ID"),
        command: program.command,
    };
    let runs = format!("{}.runs", program.command);
    let words = ["--credential-command", &program.command];
    let ended = program.program.and(&words).run();
    ended.fails(4, &[]);
    assert!(!std::path::Path::new(&runs).exists());
}

#[test]
fn it_gets_no_login_of_dockers_and_nothing_on_standard_input() {
    let account = Account::new();
    let script = format!(
        "test -z \"$DOCKER_AUTH_CONFIG\" || exit 7\ntest -z \"$(cat)\" || exit 8\n{}",
        made()
    );
    let mint = Mint::new(&CREATE, &script);
    let mint = Mint {
        program: mint.program.env("DOCKER_AUTH_CONFIG", "{}").stdin("x"),
        ..mint
    };
    mint.run(&account).0.ok();
}

/// A registry that gives each login the next of these answers, and the last one from then on.
fn answering(statuses: &'static [u16]) -> Registry {
    let logins = std::sync::atomic::AtomicUsize::new(0);
    Registry::with_tokens("any", move |_| {
        let login = logins.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
        answer(statuses[login.min(statuses.len() - 1)], r#"{"token":"x"}"#)
    })
}

/// As Azure does, which takes a new password after some seconds.
#[test]
fn credentials_that_were_just_issued_get_time_to_work() {
    let account = Account::new();
    let registry = answering(&[401, 200]);
    let at = [
        "--upstream-registry-url",
        &registry.url,
        "--verify",
        "always",
    ];
    let (ended, runs) = Mint::new(&[&CREATE[..], &at].concat(), &made()).run(&account);
    ended.ok();
    assert!(
        ended.stderr.contains("retrying for up to two minutes"),
        "{ended:?}"
    );
    assert_eq!((runs, registry.logins()), (1, 2));
    assert!(account.value(NAME).contains(MADE));
    // A registry that limits logins is not asked again.
    let registry = answering(&[429]);
    let at = [
        "--upstream-registry-url",
        &registry.url,
        "--verify",
        "always",
    ];
    let (ended, _) = Mint::new(&["update", "docker-hub"], &printing_another())
        .and(&at)
        .run(&account);
    ended.fails(7, &["429", "new credentials were issued but not stored"]);
    ended.fails(7, &["try again later"]);
    ended.never(&["--verify never"]);
    assert_eq!(registry.logins(), 1);
    assert!(account.value(NAME).contains(MADE));
}

fn printing_another() -> String {
    printing(&json!({"username": "me", "accessToken": "another-one"}).to_string())
}

/// All others are sent once.
#[test]
fn credentials_of_someone_else_are_not_retried() {
    let account = Account::new();
    let registry = answering(&[401, 200]);
    Program::create_at(&registry, &account, &[])
        .run()
        .fails(6, &["401"]);
    assert_eq!(registry.logins(), 1);
}

#[test]
fn who_does_not_wait_for_them_is_reported_that_they_are_lost() {
    let account = Account::new();
    let registry = answering(&[401]);
    let screen = Screen::new(&account);
    let path = screen.home().join("mint");
    executable(&path, &format!("#!/bin/sh\n{}\n", made()));
    screen
        .enters(&format!(
            "$PTC create docker-hub --verify always --upstream-registry-url {} \
             --credential-command {}",
            registry.url,
            path.display()
        ))
        .sees("New credentials may need a moment")
        .types("\x03")
        .sees("new credentials were issued but not stored")
        .status_is(130);
    assert!(account.is_empty());
}

/// It is unknown what it has issued by then.
#[test]
fn an_interruption_while_it_runs_reports_that_credentials_may_be_lost() {
    const LOST: &str = "any new credentials it issued are lost";
    use rustix::process::{kill_process, Pid, Signal};
    use std::process::Stdio;
    for (signal, status) in [(Signal::INT, 130), (Signal::TERM, 143)] {
        let account = Account::new();
        let mint = Mint::new(&CREATE, "exec sleep 600");
        let words = ["--credential-command", &mint.command];
        let program = mint.program.with(&account).and(&words);
        let mut command = program.command();
        command.stdin(Stdio::null()).stderr(Stdio::piped());
        let child = command.spawn().unwrap();
        let runs = format!("{}.runs", mint.command);
        while !std::path::Path::new(&runs).exists() {
            std::thread::sleep(std::time::Duration::from_millis(20));
        }
        kill_process(Pid::from_child(&child), signal).unwrap();
        let ended = child.wait_with_output().unwrap();
        let said = String::from_utf8(ended.stderr).unwrap();
        assert_eq!(ended.status.code(), Some(status), "{said}");
        for words in [
            "the credential command was interrupted",
            LOST,
            "run it again to issue and store new credentials",
        ] {
            assert!(said.contains(words), "{said}");
        }
        assert!(account.is_empty());
    }
    // A terminal interrupts both.
    let account = Account::new();
    let screen = Screen::new(&account);
    let path = screen.home().join("mint");
    executable(
        &path,
        "#!/bin/sh\necho open this page >&2\nexec sleep 600\n",
    );
    screen
        .enters(&format!(
            "$PTC create docker-hub --verify never --yes --credential-command {}",
            path.display()
        ))
        .sees("open this page")
        .types("\x03")
        .sees(LOST)
        .status_is(130);
}

/// The object is the last line of standard error, also where the command leaves a line open there.
#[test]
fn the_json_error_stands_on_a_line_of_its_own() {
    for end in ["exit 3", "echo nonsense"] {
        let account = Account::new();
        let script = format!("printf 'no line end' >&2\n{end}");
        let words = [&CREATE[..], &["-o", "json"]].concat();
        let (ended, _) = Mint::new(&words, &script).run(&account);
        assert_eq!(ended.error_json()["error"]["code"], "credential-command");
        assert!(ended.stderr.contains("no line end\n{"), "{ended:?}");
    }
}

/// Permission to write an existing secret is proven first, without changing it.
#[test]
fn it_does_not_run_where_its_credentials_could_not_be_stored() {
    for (action, tagged) in [("PutSecretValue", false), ("TagResource", true)] {
        let account = Account::new();
        ending(&account, tagged.then(|| in_days(3)).as_deref());
        account.refuse(action, 400, "AccessDeniedException", "no");
        let (ended, runs) = Mint::new(&["update", "docker-hub"], &made()).run(&account);
        ended.fails(5, &["so the credential command was not run", action]);
        ended.never(&["were issued"]);
        assert_eq!(runs, 0, "{action}");
    }
    for update in [true, false] {
        let account = Account::new();
        let day = in_days(3);
        ending(&account, Some(&day));
        let (before, id) = (account.value(NAME), current_version(&account));
        let other = [&CREATE[..], &["--if-exists", "update"]].concat();
        let words = if update {
            &["update", "docker-hub"][..]
        } else {
            &other
        };
        let (ended, runs) = Mint::new(words, "exit 1").run(&account);
        ended.fails(1, &["mint failed"]);
        assert_eq!((runs, account.value(NAME)), (1, before.clone()));
        assert_eq!(current_version(&account), id);
        let proof = account.only("PutSecretValue");
        assert_eq!(proof["ClientRequestToken"], id);
        assert_eq!(proof["SecretString"], before);
        let tags = json!([{"Key": "ecr-ptc:expires-on", "Value": day}]);
        assert_eq!(account.only("TagResource")["Tags"], tags);
    }
    let account = Account::new();
    account.made(NAME);
    account.refuse("GetSecretValue", 400, "AccessDeniedException", "no");
    let (ended, runs) = Mint::new(&["update", "docker-hub"], &made()).run(&account);
    ended.ok();
    assert!(ended
        .stderr
        .contains("unknown whether a new version can be stored"));
    assert_eq!(runs, 1);
}

/// The id of the current version.
fn current_version(account: &Account) -> String {
    let value = account.ask("GetSecretValue", &json!({"SecretId": NAME}));
    value["VersionId"].as_str().unwrap().to_owned()
}

#[test]
fn credentials_that_are_issued_and_not_stored_are_reported() {
    const LOST: &str = "new credentials were issued but not stored";
    let account = Account::new();
    account.refuse("CreateSecret", 400, "AccessDeniedException", "no");
    let (ended, runs) = Mint::new(&CREATE, &made()).run(&account);
    ended.fails(
        5,
        &[LOST, "run it again to issue and store new credentials"],
    );
    assert_eq!(runs, 1);
    let (ended, _) = Mint::new(&[&CREATE[..], &["-o", "json"]].concat(), &made()).run(&account);
    let message = ended.error_json()["error"]["message"].to_string();
    assert!(message.contains(LOST), "{message}");
    let account = Account::new();
    account.drop("CreateSecret", None);
    let (ended, _) = Mint::new(&CREATE, &made()).run(&account);
    ended.fails(7, &["AWS did not store it, as another call shows", LOST]);
    let account = Account::new();
    let screen = Screen::new(&account);
    let path = screen.home().join("mint");
    executable(&path, &format!("#!/bin/sh\n{}\n", made()));
    screen
        .enters(&format!(
            "$PTC create docker-hub --verify never --credential-command {}",
            path.display()
        ))
        .sees("Store these")
        .types("\x03")
        .sees(LOST)
        .status_is(130);
    assert!(account.is_empty());
}

/// The command issues new credentials each time, so running it again is no fix.
#[test]
fn where_it_is_not_known_whether_they_are_stored_it_is_said_what_to_do() {
    let account = Account::new();
    account.made(NAME);
    let go_on = tempfile::NamedTempFile::new().unwrap();
    let script = format!(
        "until grep -q go '{}'; do sleep 0.1; done\n{}",
        go_on.path().display(),
        made()
    );
    let mint = Mint::new(&["update", "docker-hub"], &script);
    let mint = Mint {
        program: mint.program.env("AWS_MAX_ATTEMPTS", "1"),
        ..mint
    };
    let runs = std::path::PathBuf::from(format!("{}.runs", mint.command));
    let ended = std::thread::scope(|scope| {
        let running = scope.spawn(|| mint.run(&account).0);
        while !runs.exists() && !running.is_finished() {
            std::thread::sleep(std::time::Duration::from_millis(20));
        }
        account.drop("PutSecretValue", None);
        account.drop("DescribeSecret", None);
        std::fs::write(go_on.path(), "go").unwrap();
        running.join().unwrap()
    });
    ended.fails(
        7,
        &[
            "it is unknown whether it was stored",
            "new credentials were issued but may not be stored",
            "see whether it was stored: ecr-ptc show",
            "if they are not stored, run it again to issue and store new credentials",
        ],
    );
    ended.never(&["or run the same command again", "try again"]);
}

/// What finishes the work needs no other credentials: these are stored.
#[test]
fn no_finishing_command_issues_credentials_again() {
    let token = json!({"username": "me", "accessToken": MADE, "expiresOn": "2999-01-31"});
    let script = printing(&token.to_string());
    let account = Account::new();
    account.made(NAME);
    account.refuse("TagResource", 400, "InternalServiceError", "no");
    let update = [
        "update",
        "docker-hub",
        "--renew-within",
        "9",
        "--rule",
        "docker-hub",
    ];
    let (ended, runs) = Mint::new(&update, &script).run(&account);
    let date = "ecr-ptc update ecr-pullthroughcache/docker-hub --expires-on 2999-01-31";
    ended.fails(8, &[date, "and: ecr-ptc rule set docker-hub --secret"]);
    ended.never(&["--credential-command", "were issued"]);
    assert_eq!(runs, 1);
    assert!(account.value(NAME).contains(MADE));

    let account = Account::new();
    account.refuse("PutResourcePolicy", 400, "InvalidRequestException", "no");
    let file = Program::new(&[]);
    let policy = policy_file(&file).display().to_string();
    let words = [&CREATE[..], &["--resource-policy", &policy, "-o", "json"]].concat();
    let (ended, _) = Mint::new(&words, &script).run(&account);
    ended.fails(8, &["get-secret-value", "--if-exists update"]);
    ended.never(&["--credential-command", MADE]);
    // As it is printed, where `aws` is a stand-in that knows the stored value.
    account.heal();
    let hint = ended.error_json()["error"]["hint"].to_string();
    let hint: String = serde_json::from_str(&hint).unwrap();
    let line = hint.split("finish it with: ").nth(1).unwrap();
    let program = Program::new(&[]).with(&account);
    let bin = program.home.path();
    let value = account.value(NAME);
    executable(
        bin.join("aws"),
        &format!("#!/bin/sh\nprintf '%s\\n' '{value}'\n"),
    );
    std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_ecr-ptc"), bin.join("ecr-ptc")).unwrap();
    let mut shell = std::process::Command::new("/bin/sh");
    program.prepare(&mut shell);
    let path = format!("{}:{}", bin.display(), std::env::var("PATH").unwrap());
    let output = shell.env("PATH", path).args(["-c", line]).output().unwrap();
    assert!(output.status.success(), "{line}: {output:?}");
    let policy = account.ask("GetResourcePolicy", &json!({"SecretId": NAME}));
    assert!(policy["ResourcePolicy"].is_string(), "{policy}");
}

/// A token that ends in three days is renewed, and the rule validated; the next night there is
/// nothing to do; and when the command fails, the version before is still current.
#[test]
fn three_nights() {
    let account = Account::new();
    let arn = ending(&account, Some(&in_days(3)));
    account.ask_ecr(
        "CreatePullThroughCacheRule",
        &json!({"ecrRepositoryPrefix": "docker-hub", "upstreamRegistryUrl": "registry-1.docker.io", "credentialArn": arn}),
    );
    let job = [
        "update",
        "docker-hub",
        "--renew-within",
        "10",
        "--rule",
        "docker-hub",
        "-o",
        "json",
    ];
    let token = json!({"accessToken": MADE, "expiresOn": in_days(30)}).to_string();
    let (ended, runs) = Mint::new(&job, &printing(&token)).run(&account);
    let report = ended.json();
    assert_eq!((&report["action"], runs), (&json!("updated"), 1));
    assert_eq!(report["expiresOn"], in_days(30));
    assert_eq!(report["rule"]["isValid"], true);
    assert!(account
        .actions()
        .contains(&"ValidatePullThroughCacheRule".to_owned()));
    account.take_actions();
    let (ended, runs) = Mint::new(&job, &printing(&token)).run(&account);
    assert_eq!((&ended.json()["action"], runs), (&json!("unchanged"), 0));
    assert!(!account.actions().contains(&"PutSecretValue".to_owned()));
    let later = [&job[..2], &["--renew-within", "60", "--rule", "docker-hub"]].concat();
    let (ended, runs) = Mint::new(&later, "echo the server is down >&2; exit 1").run(&account);
    ended.fails(
        1,
        &["the server is down", "mint failed", "nothing was stored"],
    );
    assert_eq!(runs, 1);
    assert!(account.value(NAME).contains(MADE));
}

/// At a terminal, it does not ask for what the command prints.
#[test]
fn at_a_terminal_its_token_is_shown_in_the_review_by_its_length() {
    for words in ["create docker-hub", "update docker-hub"] {
        let account = Account::new();
        if words.starts_with("update") {
            account.made(NAME);
        }
        let screen = Screen::new(&account);
        let path = screen.home().join("mint");
        executable(&path, &format!("#!/bin/sh\n{}\n", made()));
        screen
            .enters(&format!(
                "$PTC {words} --verify never --credential-command {}",
                path.display()
            ))
            .sees("21 characters")
            .sees("Store these")
            .enters("");
        if words.starts_with("create") {
            screen.skips_the_pull();
        }
        screen.status_is(0);
        let text = screen.text();
        assert!(!text.contains("Access token (not shown)"), "{text}");
        assert!(!text.contains(MADE), "{text}");
        assert_eq!(stored(&account)["accessToken"], MADE);
    }
}
