//! What the process does for the token's sake, whatever the command: no core file, no word of it
//! in a panic, and an answer to every signal that would end it.

use std::io;
use std::time::Duration;

use tokio::runtime::Builder;
use tokio::sync::oneshot;

use crate::output::status::Status;

/// Keeps the memory of this process out of core files, and of the reach of other processes of the
/// same user (on Linux).
pub fn protect() {
    #[cfg(unix)]
    {
        use rustix::process::{setrlimit, Resource, Rlimit};
        // Neither can fail for a process that asks for less; and failing would be no reason to
        // stop.
        let _ = setrlimit(
            Resource::Core,
            Rlimit {
                current: Some(0),
                maximum: Some(0),
            },
        );
    }
    #[cfg(target_os = "linux")]
    {
        use rustix::process::{set_dumpable_behavior, DumpableBehavior};
        let _ = set_dumpable_behavior(DumpableBehavior::NotDumpable);
    }
}

/// What a run takes of open files at most, with some to spare: its runtime, what it reads, and a
/// connection for each of what it does side by side.
#[cfg(unix)]
const OPEN_FILES: u64 = 64;

/// Refuses to start where too few files may be open, which the runtime would take for a bug.
///
/// # Errors
/// The limit, where it is too low.
pub fn check_limits() -> Result<(), u64> {
    #[cfg(unix)]
    {
        use rustix::process::{getrlimit, Resource};
        match getrlimit(Resource::Nofile).current {
            Some(limit) if limit < OPEN_FILES => return Err(limit),
            _ => {}
        }
    }
    Ok(())
}

/// From now on a panic is told with its place alone: its message can quote data.
pub fn on_panic(tell: impl Fn(&str) + Send + Sync + 'static) {
    std::panic::set_hook(Box::new(move |panic| {
        let place = panic.location().map(ToString::to_string);
        tell(&place.unwrap_or_default());
    }));
}

/// How long the program may take to end after a signal.
const GRACE: Duration = Duration::from_secs(2);

/// Waits for a signal that ends the program, and sends how it ends then.
///
/// It waits on a thread of its own, which ends the process if it still runs after [`GRACE`]: a
/// write to a pipe that nobody reads never returns.
#[expect(
    clippy::exit,
    reason = "the other thread may be blocked, and cannot end the process"
)]
pub fn interruption() -> io::Result<oneshot::Receiver<Status>> {
    let runtime = Builder::new_current_thread().enable_all().build()?;
    let mut signals = {
        let _here = runtime.enter();
        Signals::listen()?
    };
    let (sender, receiver) = oneshot::channel();
    let wait = move || {
        let status = runtime.block_on(signals.next());
        let _ = sender.send(status);
        std::thread::sleep(GRACE);
        std::process::exit(status.number().into());
    };
    std::thread::Builder::new().spawn(wait)?;
    Ok(receiver)
}

/// The signals that end the program.
struct Signals {
    #[cfg(unix)]
    terminate: tokio::signal::unix::Signal,
    #[cfg(unix)]
    hangup: tokio::signal::unix::Signal,
    #[cfg(unix)]
    quit: tokio::signal::unix::Signal,
    #[cfg(unix)]
    interrupt: tokio::signal::unix::Signal,
    #[cfg(not(unix))]
    interrupt: tokio::signal::windows::CtrlC,
    #[cfg(not(unix))]
    ctrl_break: tokio::signal::windows::CtrlBreak,
}

impl Signals {
    fn listen() -> io::Result<Self> {
        #[cfg(unix)]
        use tokio::signal::unix::{signal, SignalKind};
        Ok(Self {
            #[cfg(unix)]
            terminate: signal(SignalKind::terminate())?,
            #[cfg(unix)]
            hangup: signal(SignalKind::hangup())?,
            #[cfg(unix)]
            quit: signal(SignalKind::quit())?,
            #[cfg(unix)]
            interrupt: signal(SignalKind::interrupt())?,
            #[cfg(not(unix))]
            interrupt: tokio::signal::windows::ctrl_c()?,
            #[cfg(not(unix))]
            ctrl_break: tokio::signal::windows::ctrl_break()?,
        })
    }

    #[cfg(unix)]
    async fn next(&mut self) -> Status {
        tokio::select! {
            // SIGINT last: console raises it where any other interrupts the wait for a key.
            biased;
            _ = self.terminate.recv() => Status::Terminated,
            _ = self.hangup.recv() => Status::HungUp,
            _ = self.quit.recv() => Status::Quit,
            _ = self.interrupt.recv() => Status::Cancelled,
        }
    }

    #[cfg(not(unix))]
    async fn next(&mut self) -> Status {
        tokio::select! {
            biased;
            _ = self.ctrl_break.recv() => Status::Quit,
            _ = self.interrupt.recv() => Status::Cancelled,
        }
    }
}
