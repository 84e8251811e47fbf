//! What the process does for the token's sake, whatever the command: no core file, no word of it
//! in a panic, and an answer to every signal that would end it.

use crate::output::status::Status;

/// Keeps the memory of this process out of core files, and of the reach of other processes of the
/// same user (on Linux).
pub fn protect() {
    #[cfg(unix)]
    {
        use rustix::process::{setrlimit, Resource, Rlimit};
        // Neither can fail for a process that asks for less; and failing would be no reason to stop.
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

/// From now on a panic is told with its place alone: its message can quote data.
pub fn on_panic(tell: impl Fn(&str) + Send + Sync + 'static) {
    std::panic::set_hook(Box::new(move |panic| {
        let place = panic.location().map(ToString::to_string);
        tell(&place.unwrap_or_default());
    }));
}

/// Waits for a signal that ends the program, and says how it ends then.
pub async fn interruption() -> Status {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{signal, SignalKind};
        let (Ok(mut interrupt), Ok(mut terminate), Ok(mut hangup)) = (
            signal(SignalKind::interrupt()),
            signal(SignalKind::terminate()),
            signal(SignalKind::hangup()),
        ) else {
            return std::future::pending().await;
        };
        tokio::select! {
            _ = interrupt.recv() => Status::Cancelled,
            _ = terminate.recv() => Status::Terminated,
            _ = hangup.recv() => Status::HungUp,
        }
    }
    #[cfg(not(unix))]
    match tokio::signal::ctrl_c().await {
        Ok(()) => Status::Cancelled,
        Err(_) => std::future::pending().await,
    }
}
