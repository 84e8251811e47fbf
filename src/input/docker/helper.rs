//! Docker's credential helpers: programs of others, which may hang, fail, or say too much.
//!
//! Source: <https://docs.docker.com/reference/cli/docker/login/#credential-helper-protocol>

use std::io::Write;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use serde::Deserialize;

use super::Hidden;
use crate::env;
use crate::input::token::read_all;

/// How long a helper may take, whatever the programs that it started hold open: long enough to unlock
/// a keychain.
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

/// Asks a credential helper for username and token; `None` if it has no credentials. It gets the
/// registry's name on standard input, and is looked for in the absolute directories of `PATH` alone.
///
/// # Errors
/// What is wrong with the helper, in words that are ours or known to be Docker's.
pub fn ask_helper(name: &str, registry: &str) -> Result<Option<(Hidden, Hidden)>, String> {
    let is_name = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
    if !name.bytes().all(is_name) {
        return Err(
            "Docker's configuration names a credential helper that is no name of one".to_owned(),
        );
    }
    let name = format!("docker-credential-{name}");
    let bad = |fault: &dyn std::fmt::Display| format!("Docker's helper {name} {fault}");
    let program = env::program(&name)
        .ok_or_else(|| bad(&"cannot be started: it is in no absolute directory of PATH"))?;
    let mut child = Command::new(program)
        .arg("get")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .map_err(|error| bad(&format!("cannot be started: {error}")))?;
    let (status, output) = finish(&mut child, registry).map_err(|fault| {
        let _ = child.kill();
        let _ = child.wait();
        bad(&fault)
    })?;
    if status.success() {
        let answer: Result<Answer, _> = serde_json::from_slice(&output);
        let Answer { username, secret } =
            answer.map_err(|_| bad(&"gave an answer that is not of the known form"))?;
        return Ok(Some((username, secret)));
    }
    let output = String::from_utf8_lossy(&output);
    if output.contains(NOT_FOUND) {
        return Ok(None);
    }
    let known = KNOWN_FAILURES
        .into_iter()
        .find(|failure| output.contains(failure));
    Err(bad(&match known {
        Some(failure) => format!("failed: {failure}"),
        None => "failed; its reason is not shown, since the token may be in it".to_owned(),
    }))
}

/// Gives a helper its question, and waits for its answer and its end.
fn finish(
    child: &mut Child,
    registry: &str,
) -> Result<(ExitStatus, zeroize::Zeroizing<Vec<u8>>), String> {
    let until = Instant::now() + LIMIT;
    let too_slow = || format!("did not end within {} seconds", LIMIT.as_secs());
    if let Some(mut stdin) = child.stdin.take() {
        // A helper that does not read says so by its status.
        let _ = stdin.write_all(registry.as_bytes());
    }
    let Some(stdout) = child.stdout.take() else {
        return Err("has no output".to_owned());
    };
    // The thread is left behind where a program that the helper started holds its output open.
    let (sender, receiver) = mpsc::channel();
    std::thread::spawn(move || sender.send(read_all(stdout)));
    let output = receiver.recv_timeout(LIMIT).map_err(|_| too_slow())??;
    loop {
        let ended = child.try_wait();
        match ended.map_err(|error| format!("cannot be waited for: {error}"))? {
            Some(status) => return Ok((status, output)),
            None if Instant::now() >= until => return Err(too_slow()),
            None => std::thread::sleep(PAUSE),
        }
    }
}
