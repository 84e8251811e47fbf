//! Another program that prints a secret. It gets a limited time, and a limited part of what it
//! prints is read.

use std::io;
use std::path::PathBuf;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::process::{Child, Command};
use zeroize::Zeroizing;

use crate::env;

/// The most that is read of what a program prints, in bytes.
const MOST: usize = 128 << 10;

/// How long the output is still read after the program ended: another program that it left behind
/// may hold the output open for ever.
const AFTER_THE_END: Duration = Duration::from_secs(1);

/// What went wrong, in words to put after the program's name.
#[derive(Debug, thiserror::Error)]
pub enum ProgramFault {
    #[error("cannot be started: it is in no absolute directory of PATH")]
    NotFound,
    #[error("cannot be started: {0}")]
    NotStarted(io::Error),
    #[error("did not end within {} seconds", .0.as_secs())]
    TooSlow(Duration),
    #[error("printed more than {MOST} bytes")]
    TooMuch,
    #[error("was lost: {0}")]
    Lost(io::Error),
}

/// Starts a program by its path, or by its name in an absolute directory of `PATH`. It is killed
/// when the result is dropped.
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

/// Gives a program this text on its standard input, and waits until it ends. Returns how it ended
/// and what it printed.
pub async fn finish(
    mut child: Child,
    input: &str,
    limit: Duration,
) -> Result<(ExitStatus, Zeroizing<Vec<u8>>), ProgramFault> {
    // Room for all of it: a buffer that grows leaves copies of the secret in memory.
    let mut printed = Zeroizing::new(Vec::with_capacity(MOST + 1));
    let (stdin, stdout) = (child.stdin.take(), child.stdout.take());
    let talk = async {
        if let Some(mut stdin) = stdin {
            // A program that does not read its input may still print what is wanted.
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
