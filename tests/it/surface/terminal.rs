//! At a terminal: the whole flow, errors, and every way to leave it.

use rustix::process::Signal;

use crate::support::{side_by_side, Account, Program, Screen, TOKEN};

const NAME: &str = "ecr-pullthroughcache/docker-hub";

/// Answers everything up to the token.
fn up_to_the_token(screen: &Screen) {
    screen
        .sees("Registry")
        .types("\r")
        .sees("Username")
        .enters("me");
    screen.sees("Access token (not shown): ");
}

#[test]
fn twenty_thousand_characters_are_taken_whole() {
    for (plain, shown) in [("", "*"), ("--accessible", "")] {
        let account = Account::new();
        let screen = Screen::new(&account);
        screen.enters(&format!(
            "$PTC create --registry ghcr -u me --name ecr-pullthroughcache/long {plain}"
        ));
        screen.sees("Access token (not shown): ");
        let token: String = ('a'..='z').cycle().take(20_000).collect();
        screen
            .enters(&token)
            .sees(&format!("{}\r\n20000 characters", shown.repeat(20_000)))
            .skips_expiry()
            .sees("Store these")
            .enters("y")
            .skips_the_pull()
            .status_is(0);
        assert_eq!(
            account.value("ecr-pullthroughcache/long"),
            format!(r#"{{"username":"me","accessToken":"{token}"}}"#)
        );
        assert!(!screen.history().contains("xyzabc"), "{}", screen.text());
    }
}

#[test]
fn a_faulty_token_is_asked_for_again() {
    for plain in ["", "--accessible"] {
        let account = Account::new();
        let screen = Screen::new(&account);
        screen.enters(&format!(
            "$PTC create --tag note=my-other-token --registry docker-hub -u me {plain}"
        ));
        let again = |typed: &[u8], fault: &str| {
            screen
                .sees("Access token (not shown): ")
                .types(typed)
                .sees(fault);
        };
        again(b"\r", "it is empty");
        again(b" token\r", "starts with white space");
        again(b"to\xffken\r", "it is not UTF-8");
        again("to\u{fffd}ken\r".as_bytes(), "it is not UTF-8");
        again(b"my-other-token\r", "tags are not encrypted");
        again(&[b"x".repeat(65_537), vec![b'\r']].concat(), "65536");
        for lines in [
            "one\rtwo",
            "one\r\ntwo\r\n",
            "one\n\ny\n",
            "\none\n",
            "yes\rsome-token\r",
        ] {
            again(lines.as_bytes(), "several lines were pasted");
        }
        // Keys that type no text are ignored, and a paste with its line ends is one line.
        screen
            .sees("Access token (not shown): ")
            .types("wrong\u{15}s3\u{1}\tcree\u{1b}[D\u{7f}\u{1a}\u{1c}t\r\n\n")
            .sees("6 characters")
            .skips_expiry()
            .sees("Store these")
            .enters("y")
            .skips_the_pull()
            .status_is(0);
        assert_eq!(
            account.value(NAME),
            r#"{"username":"me","accessToken":"s3cret"}"#
        );
        for shown in ["some-token", "s3cre"] {
            assert!(!screen.history().contains(shown), "{}", screen.history());
        }
    }
}

#[test]
fn faulty_answers_are_asked_for_again() {
    let account = Account::new();
    let screen = Screen::new(&account);
    screen.enters("$PTC create --registry ghcr");
    screen
        .sees("Username")
        .enters("")
        .sees("the username is empty")
        .types("\x03");
    screen.sees("nothing was written").status_is(130);
}

/// Each prompt of `create` in its order, with an answer.
fn prompts(is_plain: bool) -> [(&'static str, &'static str); 8] {
    let (registry, change, row) = if is_plain {
        ("Number or name", "2\r", "4\r")
    } else {
        ("Registry", "\u{1b}[B\r", "\u{1b}[B\u{1b}[B\u{1b}[B\r")
    };
    [
        (registry, "\r"),
        ("Username", "me\r"),
        ("Access token (not shown): ", "some-token\r"),
        ("Expiry date of", "\r"),
        ("Store these", change),
        ("What do you want", row),
        ("Description [", "mine\r"),
        ("Store these", "n\r"),
    ]
}

#[test]
fn ctrl_c_ends_every_prompt() {
    let account = Account::new();
    side_by_side(
        [("$PTC", false), ("$PTC --accessible", true)],
        |(run, is_plain)| {
            let screen = Screen::new(&account);
            let prompts = prompts(is_plain);
            for last in 0..prompts.len() {
                screen.enters(run);
                for (prompt, answer) in &prompts[..last] {
                    screen.sees(prompt).types(answer);
                }
                // Input after it is discarded and does not reach the shell.
                screen.sees(prompts[last].0).types("\x03touch ran\r");
                screen.sees("canceled; nothing was written").status_is(130);
                assert!(!screen.home().join("ran").exists(), "{}", prompts[last].0);
            }
        },
    );
    assert!(account.is_empty());
}

#[test]
fn ctrl_d_ends_the_token_prompt_and_plain_lines_and_no_other() {
    let account = Account::new();
    side_by_side(
        [("$PTC", false), ("$PTC --accessible", true)],
        |(run, is_plain)| {
            let screen = Screen::new(&account);
            let prompts = prompts(is_plain);
            for last in 0..prompts.len() {
                screen.enters(run);
                for (prompt, answer) in &prompts[..last] {
                    screen.sees(prompt).types(answer);
                }
                let (prompt, answer) = prompts[last];
                screen.sees(prompt).types("\x04");
                if !is_plain && !prompt.starts_with("Access token") {
                    // A choice swallows it, and the next Enter.
                    if !["Username", "Expiry date of", "Description ["].contains(&prompt) {
                        screen.types("\r").sees("Press ↑ or ↓").sees(prompt);
                    }
                    screen.types(answer);
                    if let Some((next, _)) = prompts.get(last + 1) {
                        screen.sees(next).types("\x03");
                    }
                }
                screen.sees("canceled; nothing was written").status_is(130);
            }
        },
    );
    assert!(account.is_empty());
}

#[test]
fn a_terminal_that_cannot_be_read_is_no_cancellation() {
    let account = Account::new();
    let screen = Screen::new(&account);
    screen
        .enters("$PTC 0>/dev/tty")
        .sees("Registry")
        .types("\r")
        .sees("the terminal cannot be used: Bad file descriptor")
        .sees("fix: ")
        .status_is(1);
    assert!(account.is_empty());
}

#[test]
fn questions_fit_a_narrow_terminal() {
    let account = Account::new();
    let screen = Screen::new(&account);
    screen.resized(160, 40).enters("$PTC");
    screen
        .sees("Registry")
        .types("\u{1b}[B\u{1b}[A\r")
        .sees("Username")
        .enters("")
        .sees("the username is empty")
        .enters("a-name-that-is-longer-than-a-line-has-room-for");
    screen.enters_a_token();
    screen.sees("Store these").chooses(false, 1);
    screen.sees("What do you want").chooses(false, 3);
    screen
        .sees("Description [")
        .enters("words that are more than a line has room for");
    screen.sees("Store these").enters("y").sees("arn:aws:");
    screen.skips_the_pull().status_is(0);
    // Each question was drawn again in its own place.
    let text = screen.text();
    for once in ["Registry", "Username", "What do you want", "> Description"] {
        assert_eq!(text.matches(once).count(), 1, "{once}: {text}");
    }
}

#[test]
fn without_room_to_draw_it_asks_in_plain_lines() {
    let account = Account::new();
    let screen = Screen::new(&account);
    for (rows, columns) in [(2, 120), (50, 12)] {
        screen
            .resized(rows, columns)
            .enters("$PTC")
            .sees("Number or name")
            .types("\x04")
            .sees("canceled")
            .status_is(130);
    }
}

#[test]
fn the_answer_no_writes_nothing() {
    let account = Account::new();
    let screen = Screen::new(&account);
    for no in ["n", "no", "\u{1b}[B\u{1b}[B"] {
        screen.enters(
            "$PTC create -u me --registry ghcr --name ecr-pullthroughcache/x --description d",
        );
        screen
            .sees("Access token (not shown): ")
            .enters("some-token")
            .skips_expiry()
            .sees("Store these")
            .enters(no);
        screen.sees("nothing was written").status_is(130);
    }
    assert!(account.is_empty());
}

#[test]
fn yes_skips_the_question_and_not_the_review() {
    let account = Account::new();
    let screen = Screen::new(&account);
    screen.enters("$PTC create -y -u me --registry ghcr --name ecr-pullthroughcache/x --description d --access-token-stdin");
    screen
        .sees("Access token (not shown): ")
        .enters("some-token")
        .sees("Review:")
        .sees("arn:aws:")
        .status_is(0);
}

#[test]
fn nothing_is_asked_where_nobody_answers() {
    let account = Account::new();
    let screen = Screen::new(&account);
    for (run, why) in [
        ("CI=true $PTC", "the environment variable CI is set"),
        ("$PTC --no-input", "--no-input"),
        ("ECR_PTC_NO_INPUT=1 $PTC", "--no-input"),
        ("true | $PTC", "not a terminal"),
        ("$PTC 2>err; s=$?; cat err; (exit $s)", "not a terminal"),
        (
            "CI=true $PTC create --registry ghcr -u me --access-token-stdin",
            "standard input is a terminal",
        ),
    ] {
        screen.enters(run).sees(why).status_is(2);
    }
    // A false CI asks.
    screen
        .enters("CI=false $PTC")
        .sees("Registry")
        .types("\x03")
        .status_is(130);
    // A piped token with a terminal behind it: no question.
    screen
        .enters("printf some-token | $PTC --registry ghcr -u me --access-token-stdin")
        .sees("unexpected argument '--registry'")
        .status_is(2);
    screen
        .enters("printf some-token | $PTC create --registry ghcr -u me --access-token-stdin")
        .sees("arn:aws:")
        .status_is(0);
    let actions = account.actions_but_looks();
    assert_eq!(actions, ["GetCallerIdentity", "CreateSecret"]);
}

#[test]
fn a_missing_region_is_asked_for() {
    for way in ["", "--accessible"] {
        let account = Account::new();
        account.made(NAME);
        let program = Program::new(&[]).with(&account).without("AWS_REGION");
        let screen = Screen::with(program);
        screen.enters(&format!("$PTC delete docker-hub {way}"));
        screen.sees("AWS Region").enters("Frankfurt");
        screen.sees("Not accepted: ").sees("AWS Region");
        if way.is_empty() {
            screen.types(&"\x7f".repeat("Frankfurt".len()));
        }
        screen.enters("us-east-1").sees("Region us-east-1");
        // The commands to copy lead to the same Region.
        screen.sees("Delete it?").enters("y");
        screen.sees("--region us-east-1").status_is(0);
        screen.enters(&format!("$PTC list --no-input {way}"));
        screen.sees("no AWS Region is set").status_is(4);
    }
}

#[test]
fn nobody_types_a_token_into_what_cannot_store_it() {
    let account = Account::new();
    let expired = "<ErrorResponse><Error><Code>ExpiredToken</Code><Message>It is expired</Message></Error></ErrorResponse>";
    account.answer("GetCallerIdentity", 403, "text/xml", expired, None);
    Screen::new(&account)
        .enters("$PTC")
        .sees("could not look up the AWS account")
        .status_is(4);
    account.heal();
    Program::create(&account, &[]).run().ok();
    let screen = Screen::new(&account);
    screen
        .enters("$PTC create --registry docker-hub -u me --yes")
        .sees("already exists")
        .sees("--if-exists update")
        .status_is(3);
    screen
        .enters("$PTC create --registry docker-hub -u me --if-exists skip")
        .sees("not changed")
        .status_is(0);
}

#[test]
fn an_update_is_reviewed_as_one() {
    let account = Account::new();
    Program::create(&account, &[]).run().ok();
    let screen = Screen::new(&account);
    screen.enters("$PTC create --if-exists update");
    up_to_the_token(&screen);
    screen
        .enters("another-token")
        .skips_expiry()
        .sees("ecr-pullthroughcache/docker-hub (exists)")
        .sees("put-secret-value")
        .sees("Store these")
        .enters("y");
    screen
        .sees("Stored a new version")
        .skips_the_pull()
        .status_is(0);
    assert_eq!(
        account.value(NAME),
        r#"{"username":"me","accessToken":"another-token"}"#
    );
}

#[test]
fn what_is_typed_ahead_is_never_shown() {
    let account = Account::new();
    account.stall("GetCallerIdentity");
    let screen = Screen::new(&account);
    screen.enters("$PTC");
    account.wait_for("GetCallerIdentity");
    screen
        .types("some-token-ahead")
        .types("\x03")
        .sees("nothing was written")
        .status_is(130);
    assert!(
        !screen.text().contains("some-token-ahead"),
        "{}",
        screen.text()
    );
}

#[test]
fn a_signal_at_a_prompt_leaves_the_terminal_as_it_was() {
    let account = Account::new();
    let signals = [(Signal::INT, 130), (Signal::TERM, 143), (Signal::QUIT, 131)];
    let cases = signals.map(|signal| [(signal, false), (signal, true)]);
    side_by_side(
        cases.into_iter().flatten(),
        |((signal, status), is_plain)| {
            let screen = Screen::new(&account);
            let plain = if is_plain { "--accessible" } else { "" };
            let prompts = prompts(is_plain);
            for last in 0..prompts.len() {
                screen.enters(&format!("sh -c 'echo $$ >pid; exec $PTC {plain}'"));
                for (prompt, answer) in &prompts[..last] {
                    screen.sees(prompt).types(answer);
                }
                screen.sees(prompts[last].0);
                send(&screen, signal);
                screen.sees("nothing was written").status_is(status);
            }
        },
    );
}

/// Sends a signal to the process that left its number in `pid`.
fn send(screen: &Screen, signal: Signal) {
    let pid = std::fs::read_to_string(screen.home().join("pid")).unwrap();
    let pid = rustix::process::Pid::from_raw(pid.trim().parse().unwrap()).unwrap();
    rustix::process::kill_process(pid, signal).unwrap();
}

#[test]
fn ctrl_backslash_ends_the_program_where_keys_are_signals() {
    let account = Account::new();
    let screen = Screen::new(&account);
    screen
        .enters("$PTC create --registry ghcr --accessible")
        .sees("Username")
        .types("some\x1c")
        .sees("canceled; nothing was written")
        .status_is(131);
    account.stall("GetCallerIdentity");
    account.take_actions();
    screen.enters("$PTC");
    account.wait_for("GetCallerIdentity");
    screen
        .types("some-token-ahead\x1c")
        .sees("canceled; nothing was written")
        .status_is(131);
    // A request was sent without an answer.
    account.heal();
    account.stall("CreateSecret");
    for plain in ["", "--accessible"] {
        screen.enters(&format!(
            "$PTC create -u me --registry ghcr --name ecr-pullthroughcache/x {plain}"
        ));
        screen
            .sees("Access token (not shown): ")
            .enters("some-token")
            .skips_expiry();
        account.take_actions();
        screen.sees("Store these").enters("y");
        account.wait_for("CreateSecret");
        screen
            .types("\x1c")
            .sees("may have been stored")
            .status_is(131);
    }
    let is_core = |file: std::fs::DirEntry| file.file_name().to_string_lossy().starts_with("core");
    let mut files = std::fs::read_dir(screen.home()).unwrap();
    assert!(!files.any(|file| is_core(file.unwrap())));
}

#[test]
fn a_signal_among_keys_leaves_the_terminal_as_it_was() {
    let account = Account::new();
    let signals = [
        (Signal::INT, 130),
        (Signal::TERM, 143),
        (Signal::HUP, 129),
        (Signal::QUIT, 131),
    ];
    // The last is the first byte of two: the rest of that key is waited for.
    let keys: [&[u8]; 3] = [b"jk", b"x\x7f", b"x\x7f\xc3"];
    side_by_side(0..24, |run| {
        let screen = Screen::new(&account);
        let (signal, status) = signals[run / 2 % 4];
        let (question, options) = match run % 2 {
            0 => ("Registry", ""),
            _ => ("Username", "create --registry ghcr"),
        };
        screen
            .enters(&format!("sh -c 'echo $$ >pid; exec $PTC {options}'"))
            .sees(question)
            // More than are taken before the signal, but for the last runs.
            .types(&keys[run / 8].repeat(if run < 16 { 1000 } else { 1 }));
        send(&screen, signal);
        screen.sees("nothing was written").status_is(status);
    });
}

#[test]
fn an_endpoint_that_is_not_one_of_sts_is_no_hindrance() {
    let account = Account::new();
    account.answer(
        "GetCallerIdentity",
        404,
        "text/html",
        "<html>not here</html>",
        None,
    );
    let screen = Screen::with(Program::new(&[]).with(&account).without("AWS_ENDPOINT_URL"));
    screen.enters(&format!(
        "$PTC create -u me --registry ghcr --endpoint-url {}",
        account.url
    ));
    screen.enters_a_token();
    screen
        .sees("Store these")
        .enters("y")
        .sees("arn:aws:")
        .skips_the_pull()
        .status_is(0);
}

#[test]
fn an_answer_with_the_token_in_it_is_refused() {
    let account = Account::new();
    let screen = Screen::new(&account);
    screen.enters("T=some-long-token $PTC create --registry ghcr --access-token-env T");
    screen.sees("Username").enters("my-some-long-token");
    screen
        .sees("the username contains the access token")
        .status_is(2);
    assert!(account.is_empty());
}

#[test]
fn an_update_with_nothing_to_do_asks_nothing() {
    let account = Account::new();
    Program::create(&account, &[]).run().ok();
    let screen = Screen::new(&account);
    screen.enters("$PTC create --if-exists update --yes");
    up_to_the_token(&screen);
    screen
        .enters(TOKEN)
        .sees("already up to date")
        .sees("arn:aws:")
        .status_is(0);
}

#[test]
fn quiet_and_yes_leave_the_result_alone() {
    let account = Account::new();
    let screen = Screen::new(&account);
    screen.enters("T=other-token $PTC create -q -y -u me --registry ghcr --name ecr-pullthroughcache/y --description d --access-token-env T");
    screen.sees("arn:aws:").status_is(0);
    assert!(!screen.text().contains("Review:"), "{}", screen.text());
}
