//! The exit statuses. They are the same for text and JSON output.

use std::process::ExitCode;

/// The exit status. The numbers are a contract with scripts and never change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Status {
    /// Success, including unchanged, skipped, dry run, and a check without errors.
    Done = 0,
    /// Any other failure.
    Failed = 1,
    /// Missing, malformed or conflicting input.
    Usage = 2,
    /// The secret or rule exists, does not exist, or is scheduled for deletion.
    SecretState = 3,
    /// AWS credentials or configuration are missing, expired or wrong.
    Configuration = 4,
    /// AWS denied permission.
    Denied = 5,
    /// The registry rejected the credentials.
    Refused = 6,
    /// A network error, time-out, throttling or server error: try again.
    Temporary = 7,
    /// A step is done, but a later one failed.
    Partial = 8,
    /// `check` found problems.
    Problems = 9,
    /// Ended by SIGHUP.
    HungUp = 129,
    /// Ctrl-C, end of input at a prompt, or the answer no.
    Canceled = 130,
    /// Ended by SIGQUIT.
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
