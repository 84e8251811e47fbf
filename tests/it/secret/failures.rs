//! Refusals, signals, and a standard output that is gone.

#[cfg(unix)]
use crate::support::policy_file;
use crate::support::{Account, Program};

const NAME: &str = "ecr-pullthroughcache/docker-hub";

#[test]
fn a_function_that_may_not_be_called_is_fixed_at_the_function() {
    let account = Account::new();
    let lambda = "arn:aws:lambda:us-east-1:111122223333:function:rotate";
    let message = "Secrets Manager cannot invoke the specified Lambda function. Ensure that the function policy grants access";
    account.refuse("RotateSecret", 400, "AccessDeniedException", message);
    let more = ["--rotation-lambda-arn", lambda, "--rotation-days", "30"];
    let ended = Program::create(&account, &more).run();
    ended
        .fails(8, &["aws lambda add-permission", "rotate-secret failed"])
        .never(&["policies to copy"]);
}

#[test]
fn what_a_policy_forbids_is_not_fixed_by_allowing_it() {
    let account = Account::new();
    let message = "User: x is not authorized to perform: secretsmanager:CreateSecret with an explicit deny in a service control policy";
    account.refuse("CreateSecret", 400, "AccessDeniedException", message);
    let ended = Program::create(&account, &[]).run();
    ended
        .fails(5, &["explicit deny", "no other policy can allow it"])
        .never(&["policies to copy"]);
}

#[test]
fn our_organization_wants_a_tag_on_everything() {
    let account = Account::new();
    let deny = "User: x is not authorized to perform: secretsmanager:CreateSecret with an explicit deny in a service control policy";
    for (more, tag) in [
        (
            " because aws:RequestTag/cost-center is null",
            "--tag cost-center=VALUE",
        ),
        (
            " (condition aws:RequestTag/Team: null).",
            "--tag Team=VALUE",
        ),
        (": aws:RequestTag is missing", "--tag KEY=VALUE"),
        ("", "--tag KEY=VALUE"),
    ] {
        let says = format!("{deny}{more}");
        account.heal();
        account.refuse("CreateSecret", 400, "AccessDeniedException", &says);
        let ended = Program::create(&account, &[]).run();
        ended.fails(5, &["explicit deny", "no other policy can allow it", tag]);
        let first = if more.is_empty() {
            "fix: a policy"
        } else {
            "fix: add the tag"
        };
        ended.fails(5, &[first]);
    }
    // What is denied without a tag in it is not about one.
    account.heal();
    account.refuse("ListSecrets", 400, "AccessDeniedException", deny);
    account
        .run("list")
        .fails(5, &["explicit deny"])
        .never(&["--tag"]);
}

#[test]
fn foreign_words_cannot_steer_a_terminal() {
    let account = Account::new();
    account.refuse(
        "CreateSecret",
        400,
        "InvalidParameterException",
        "\u{1b}[2Jgone\u{7}\nline",
    );
    let ended = Program::create(&account, "--color always").run();
    ended.fails(1, &["gone"]).never(&["\u{1b}[2J", "\u{7}"]);
}

#[cfg(target_os = "linux")]
#[test]
fn a_result_that_cannot_be_written_is_not_lost() {
    let account = Account::new();
    let program = Program::create(&account, &[]);
    let mut command = program.command();
    command
        .stdout(std::fs::File::create("/dev/full").unwrap())
        .stderr(std::process::Stdio::piped());
    command.stdin(std::process::Stdio::piped());
    let mut child = command.spawn().unwrap();
    std::io::Write::write_all(&mut child.stdin.take().unwrap(), b"some-token").unwrap();
    let output = child.wait_with_output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(
        said.contains("could not write to standard output")
            && said.contains("arn:aws:secretsmanager:"),
        "{said}"
    );
}

#[cfg(unix)]
#[test]
fn a_reader_that_has_gone_away_does_not_lose_the_arn() {
    let account = Account::new();
    let program = Program::create(&account, &[]);
    let mut command = program.command();
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    command
        .stdout(writer)
        .stderr(std::process::Stdio::piped())
        .stdin(std::process::Stdio::piped());
    let mut child = command.spawn().unwrap();
    std::io::Write::write_all(&mut child.stdin.take().unwrap(), b"some-token").unwrap();
    let output = child.wait_with_output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(
        said.contains("the work itself is done; the secret is arn:aws:"),
        "{said}"
    );
}

#[cfg(unix)]
#[test]
fn a_signal_while_aws_answers_ends_at_once_and_reports_what_may_be() {
    use rustix::process::Signal;
    let maybe = ["may have been stored", "ecr-ptc show"];
    for (signal, status) in [
        (Signal::INT, 130),
        (Signal::TERM, 143),
        (Signal::HUP, 129),
        (Signal::QUIT, 131),
    ] {
        let account = Account::new();
        account.stall("CreateSecret");
        interrupted(&account, "CreateSecret", &[], signal, status, &maybe);
    }
    let account = Account::new();
    account.stall("DescribeSecret");
    interrupted(
        &account,
        "DescribeSecret",
        &[],
        Signal::INT,
        130,
        &["nothing was written"],
    );
    let account = Account::new();
    account.stall("PutResourcePolicy");
    let program = Program::new(&[]);
    let policy = policy_file(&program);
    let more = ["--resource-policy", policy.to_str().unwrap()];
    let stored = ["is stored", "arn:aws:secretsmanager:", "--if-exists update"];
    interrupted(
        &account,
        "PutResourcePolicy",
        &more,
        Signal::INT,
        130,
        &stored,
    );
}

#[cfg(unix)]
fn interrupted(
    account: &Account,
    action: &str,
    more: &[&str],
    signal: rustix::process::Signal,
    status: i32,
    words: &[&str],
) {
    use std::process::Stdio;
    let program = Program::create(account, more);
    let mut command = program.command();
    command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    std::io::Write::write_all(&mut child.stdin.take().unwrap(), b"some-token").unwrap();
    account.wait_for(action);
    rustix::process::kill_process(rustix::process::Pid::from_child(&child), signal).unwrap();
    let output = child.wait_with_output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(
        (output.status.code(), output.stdout.len()),
        (Some(status), 0),
        "{said}"
    );
    assert!(words.iter().all(|word| said.contains(word)), "{said}");
}

/// A pipe that takes no more, and that nobody reads.
#[cfg(unix)]
fn full_pipe() -> (std::io::PipeReader, std::io::PipeWriter) {
    use std::io::Write;
    let (reader, mut writer) = std::io::pipe().unwrap();
    rustix::io::ioctl_fionbio(&writer, true).unwrap();
    while writer.write(b"x").is_ok() {}
    rustix::io::ioctl_fionbio(&writer, false).unwrap();
    (reader, writer)
}

#[cfg(unix)]
#[test]
fn a_signal_ends_the_program_where_standard_error_takes_nothing() {
    use crate::support::side_by_side;
    use rustix::process::{kill_process, Pid, Signal};
    use std::process::Stdio;
    use std::time::{Duration, Instant};
    // A review, the error at the end, and a call that is not answered.
    let commands = [
        (&["delete", "docker-hub", "--yes"][..], false),
        (&["show", "gitlab"], false),
        (&["show", "docker-hub"], true),
    ];
    let signals = [(Signal::INT, 130), (Signal::TERM, 143)];
    let cases = commands
        .iter()
        .flat_map(|case| signals.map(|end| (case, end)));
    side_by_side(
        cases.collect::<Vec<_>>(),
        |((words, stalls), (signal, status))| {
            let account = Account::new();
            account.made(NAME);
            if *stalls {
                account.stall("DescribeSecret");
            }
            let (_reader, writer) = full_pipe();
            let program = Program::new(words).with(&account);
            let mut command = program.command();
            command
                .stdin(Stdio::null())
                .stdout(Stdio::null())
                .stderr(writer);
            let mut child = command.spawn().unwrap();
            account.wait_for("DescribeSecret");
            std::thread::sleep(Duration::from_millis(500));
            assert_eq!(child.try_wait().unwrap(), None, "{words:?} is not blocked");
            kill_process(Pid::from_child(&child), signal).unwrap();
            let begin = Instant::now();
            let ended = loop {
                if let Some(ended) = child.try_wait().unwrap() {
                    break ended;
                }
                if begin.elapsed() > Duration::from_secs(20) {
                    child.kill().unwrap();
                }
                std::thread::sleep(Duration::from_millis(50));
            };
            assert_eq!(ended.code(), Some(status), "{words:?}");
        },
    );
}
