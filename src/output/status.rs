//! The exit statuses: one meaning each, the same for text and JSON output.

use std::process::ExitCode;

/// How the program ends. The numbers are a contract with scripts and never change their meaning.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Status {
    /// Created, updated, unchanged, skipped, shown, deleted, restored, or checked with nothing
    /// wrong.
    Done = 0,
    /// Any failure that has no status of its own.
    Failed = 1,
    /// Missing, malformed or conflicting input.
    Usage = 2,
    /// The secret exists, does not exist, or is scheduled for deletion.
    SecretState = 3,
    /// AWS credentials or configuration are missing, expired or wrong.
    Configuration = 4,
    /// AWS refused: no permission.
    Denied = 5,
    /// The upstream registry refused the credentials.
    Refused = 6,
    /// Network, time-out, throttling or a server error: worth another try.
    Temporary = 7,
    /// A step is done, and a later one failed.
    Partial = 8,
    /// `check` found problems.
    Problems = 9,
    /// Ended by SIGHUP.
    HungUp = 129,
    /// Ctrl-C, end of input at a prompt, or the answer was no.
    Cancelled = 130,
    /// Ended by SIGQUIT: `Ctrl-\` at a plain line, or while nothing is asked.
    Quit = 131,
    /// Ended by SIGTERM.
    Terminated = 143,
}

impl Status {
    pub fn number(self) -> u8 {
        self as u8
    }
}

impl From<Status> for ExitCode {
    fn from(status: Status) -> Self {
        Self::from(status.number())
    }
}
