//! Process-wide protection: no core files, panics without data, and a clean end on signals.

use std::io;
use std::time::Duration;

use tokio::runtime::Builder;
use tokio::sync::oneshot;

use crate::output::status::Status;

/// Disables core files and, on Linux, access to this process's memory by other processes of the
/// same user.
pub fn protect() {
    #[cfg(unix)]
    {
        use rustix::process::{setrlimit, Resource, Rlimit};
        // Lowering a limit cannot fail; if it did, the program should still run.
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

/// The number of open files that the program may need: for its runtime, files and connections.
#[cfg(unix)]
const OPEN_FILES: u64 = 64;

/// Checks that the limit on open files is high enough, because the runtime would panic otherwise.
/// The error is the limit.
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

/// Reports panics with their source location only, because a panic's message can contain data.
pub fn on_panic(report: impl Fn(&str) + Send + Sync + 'static) {
    std::panic::set_hook(Box::new(move |panic| {
        let place = panic.location().map(ToString::to_string);
        report(&place.unwrap_or_default());
    }));
}

/// How long the program may take to end after a signal.
const GRACE: Duration = Duration::from_secs(2);

/// Waits for a signal that ends the program, and sends the exit status for it. Its own thread ends
/// the process after [`GRACE`], because a write to a full pipe may block forever.
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
            // SIGINT last: the console crate raises it when any signal interrupts reading a key.
            biased;
            _ = self.terminate.recv() => Status::Terminated,
            _ = self.hangup.recv() => Status::HungUp,
            _ = self.quit.recv() => Status::Quit,
            _ = self.interrupt.recv() => Status::Canceled,
        }
    }

    #[cfg(not(unix))]
    async fn next(&mut self) -> Status {
        tokio::select! {
            biased;
            _ = self.ctrl_break.recv() => Status::Quit,
            _ = self.interrupt.recv() => Status::Canceled,
        }
    }
}
