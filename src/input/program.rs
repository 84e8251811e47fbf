//! Runs another program that prints a secret, with limits on its time and output.

use std::io;
use std::path::PathBuf;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::process::{Child, Command};
use zeroize::Zeroizing;

use crate::env;

/// The most bytes of output to read.
const MOST: usize = 128 << 10;

/// How long to read output after the program ends, because a child of it may keep the output open.
const AFTER_THE_END: Duration = Duration::from_secs(1);

/// What went wrong, as words that follow the program's name.
#[derive(Debug, thiserror::Error)]
pub enum ProgramFault {
    #[error("was not found in an absolute directory of PATH")]
    NotFound,
    #[error("could not be started: {0}")]
    NotStarted(io::Error),
    #[error("did not end within {} seconds", .0.as_secs())]
    TooSlow(Duration),
    #[error("printed more than {MOST} bytes")]
    TooMuch,
    #[error("could not be waited for: {0}")]
    Lost(io::Error),
}

/// Starts a program by its path, or by its name in an absolute directory of `PATH`. Dropping the
/// result kills it.
pub fn start(program: &str, arguments: &[String], stderr: Stdio) -> Result<Child, ProgramFault> {
    let found = if program.contains(std::path::is_separator) {
        Some(PathBuf::from(program))
    } else {
        env::program(program)
    };
    Command::new(found.ok_or(ProgramFault::NotFound)?)
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(stderr)
        .kill_on_drop(true)
        .spawn()
        .map_err(ProgramFault::NotStarted)
}

/// Sends the input to a program and waits until it ends. Returns its exit status and its output.
pub async fn finish(
    mut child: Child,
    input: &str,
    limit: Duration,
) -> Result<(ExitStatus, Zeroizing<Vec<u8>>), ProgramFault> {
    // Full capacity, so that growing leaves no copy of the secret in memory.
    let mut printed = Zeroizing::new(Vec::with_capacity(MOST + 1));
    let (stdin, stdout) = (child.stdin.take(), child.stdout.take());
    let talk = async {
        if let Some(mut stdin) = stdin {
            // A program that does not read its input may still print the credentials.
            let _ = stdin.write_all(input.as_bytes()).await;
        }
        if let Some(stdout) = stdout {
            let mut limited = stdout.take(MOST as u64 + 1);
            let _ = limited.read_to_end(&mut printed).await;
        }
    };
    let ended = tokio::time::timeout(limit, async {
        let mut talk = std::pin::pin!(talk);
        tokio::select! {
            () = &mut talk => child.wait().await,
            status = child.wait() => {
                let _ = tokio::time::timeout(AFTER_THE_END, talk).await;
                status
            }
        }
    });
    let status = ended.await.map_err(|_| ProgramFault::TooSlow(limit))?;
    if printed.len() > MOST {
        return Err(ProgramFault::TooMuch);
    }
    Ok((status.map_err(ProgramFault::Lost)?, printed))
}
