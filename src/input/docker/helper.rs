//! Docker's credential helpers: programs of others, which may hang, fail, or say too much.
//!
//! Source: <https://docs.docker.com/reference/cli/docker/login/#credential-helper-protocol>

use std::io::{self, Write};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use serde::Deserialize;

use super::Refusal;
use crate::env;
use crate::input::hidden::Hidden;
use crate::input::token::read_all;
use crate::model::invalid::Invalid;

/// How long a helper may take, whatever the programs that it started hold open: long enough to
/// unlock a keychain.
const LIMIT: Duration = Duration::from_secs(30);

/// How often a helper that has closed its output is looked at, until it has ended.
const PAUSE: Duration = Duration::from_millis(5);

/// What a helper says where it has no credentials, and nothing is wrong with it.
const NOT_FOUND: &str = "credentials not found";

/// Why a helper fails, in the words of Docker's own library for helpers. Nothing else of a failing
/// helper's output is repeated: it may have the token in it.
const KNOWN_FAILURES: [&str; 2] = ["no credentials server URL", "no credentials username"];

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Answer {
    username: Hidden,
    secret: Hidden,
}

/// What is wrong with a helper, in words that are ours or known to be Docker's.
#[derive(Debug, thiserror::Error)]
enum HelperFault {
    #[error("cannot be started: it is in no absolute directory of PATH")]
    NotFound,
    #[error("cannot be started: {0}")]
    NotStarted(io::Error),
    #[error("has no output")]
    NoOutput,
    #[error("{0}")]
    Unreadable(Invalid),
    #[error("did not end within {} seconds", LIMIT.as_secs())]
    TooSlow,
    #[error("cannot be waited for: {0}")]
    NotWaitedFor(io::Error),
    #[error("gave an answer in an unknown form")]
    OtherForm,
    #[error("failed: {0}")]
    Known(&'static str),
    #[error("failed; its reason is not shown, since the token may be in it")]
    Failed,
}

/// Asks a credential helper for username and token; `None` if it has no credentials. It gets the
/// registry's name on standard input, and is looked for in the absolute directories of `PATH`
/// alone.
///
/// # Errors
/// A [`Refusal`] that says what is wrong with the helper.
pub fn ask_helper(name: &str, registry: &str) -> Result<Option<(Hidden, Hidden)>, Refusal> {
    let is_name = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
    if !name.bytes().all(is_name) {
        let message =
            "Docker's configuration names a credential helper with a name that is not allowed";
        return Err(message.to_owned().into());
    }
    let name = format!("docker-credential-{name}");
    run(&name, registry).map_err(|fault| format!("Docker's helper {name} {fault}").into())
}

fn run(name: &str, registry: &str) -> Result<Option<(Hidden, Hidden)>, HelperFault> {
    let program = env::program(name).ok_or(HelperFault::NotFound)?;
    let mut child = Command::new(program)
        .arg("get")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .map_err(HelperFault::NotStarted)?;
    let (status, output) = finish(&mut child, registry).inspect_err(|_| {
        let _ = child.kill();
        let _ = child.wait();
    })?;
    if status.success() {
        let answer: Result<Answer, _> = serde_json::from_slice(&output);
        let Answer { username, secret } = answer.map_err(|_| HelperFault::OtherForm)?;
        return Ok(Some((username, secret)));
    }
    let output = String::from_utf8_lossy(&output);
    if output.contains(NOT_FOUND) {
        return Ok(None);
    }
    let known = KNOWN_FAILURES
        .into_iter()
        .find(|failure| output.contains(failure));
    Err(known.map_or(HelperFault::Failed, HelperFault::Known))
}

/// Gives a helper its question, and waits for its answer and its end.
fn finish(
    child: &mut Child,
    registry: &str,
) -> Result<(ExitStatus, zeroize::Zeroizing<Vec<u8>>), HelperFault> {
    let until = Instant::now() + LIMIT;
    if let Some(mut stdin) = child.stdin.take() {
        // A helper that does not read says so by its status.
        let _ = stdin.write_all(registry.as_bytes());
    }
    let Some(stdout) = child.stdout.take() else {
        return Err(HelperFault::NoOutput);
    };
    // The thread is left behind where a program that the helper started holds its output open.
    let (sender, receiver) = mpsc::channel();
    std::thread::spawn(move || sender.send(read_all(stdout)));
    let read = receiver.recv_timeout(LIMIT);
    let output = read.map_err(|_| HelperFault::TooSlow)?;
    let output = output.map_err(HelperFault::Unreadable)?;
    loop {
        let ended = child.try_wait();
        match ended.map_err(HelperFault::NotWaitedFor)? {
            Some(status) => return Ok((status, output)),
            None if Instant::now() >= until => return Err(HelperFault::TooSlow),
            None => std::thread::sleep(PAUSE),
        }
    }
}
