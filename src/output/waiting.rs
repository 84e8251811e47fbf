//! Progress: one line that is removed again, or in plain mode a line every 30 seconds.

use std::cell::Cell;
use std::future::Future;
use std::io::{self, IsTerminal, Write};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use super::lines::width;
use super::{Output, CHECK_MARK};

/// How long the program is silent before it shows a progress line.
const A_MOMENT: Duration = Duration::from_secs(1);

/// The same in plain mode.
const BETWEEN_LINES: Duration = Duration::from_secs(30);

/// The width in columns of the progress line on standard error; 0 if there is none.
static SHOWN: AtomicUsize = AtomicUsize::new(0);

/// Removes the progress line before anything else is written. It writes spaces, since an old
/// Windows console would show an escape sequence.
pub fn end_progress() {
    let shown = SHOWN.swap(0, Ordering::SeqCst);
    if shown > 0 {
        let _ = write!(io::stderr(), "\r{:shown$}\r", "");
    }
}

/// What the program is waiting for, and how long it has been silent.
pub struct Waiting {
    last: Cell<Instant>,
    what: Cell<Option<String>>,
    /// Whether another program is writing to the same standard error.
    is_shared: Cell<bool>,
    /// Whether another program may have written there last.
    is_after_another: Cell<bool>,
}

impl Default for Waiting {
    fn default() -> Self {
        Self {
            last: Cell::new(Instant::now()),
            what: Cell::default(),
            is_shared: Cell::default(),
            is_after_another: Cell::default(),
        }
    }
}

impl Waiting {
    /// Restarts the silence timer.
    pub fn begin_again(&self) {
        self.last.set(Instant::now());
    }

    /// Returns whether another program may have left a line open on standard error.
    pub fn take_after_another(&self) -> bool {
        self.is_after_another.take()
    }
}

impl Output {
    /// Shows `what` is being waited for until `work` is done.
    pub async fn while_waiting<T>(&self, what: &str, work: impl Future<Output = T>) -> T {
        let line = format!("{what}…");
        if self.plain && self.may_say_how_far() {
            self.say(&line);
        } else {
            self.progress(&line);
        }
        let before = self.waiting.what.replace(Some(line));
        let result = work.await;
        self.waiting.what.set(before);
        end_progress();
        result
    }

    /// Like [`Self::while_waiting`], but only one line, since another program writes to the same
    /// standard error meanwhile.
    pub async fn while_another_writes<T>(&self, what: &str, work: impl Future<Output = T>) -> T {
        if self.may_say_how_far() {
            self.say(&format!("{what}…"));
        }
        self.waiting.is_shared.set(true);
        self.waiting.is_after_another.set(true);
        let result = work.await;
        self.waiting.is_shared.set(false);
        result
    }

    /// Shows what is being waited for after a silence, unless a question is open. Never ends.
    pub async fn tell_what_lasts(&self, is_asking: fn() -> bool) {
        const STEP: Duration = Duration::from_millis(250);
        let patience = if self.plain { BETWEEN_LINES } else { A_MOMENT };
        if !self.may_say_how_far() {
            return std::future::pending().await;
        }
        loop {
            tokio::time::sleep(STEP).await;
            if is_asking() || self.waiting.is_shared.get() {
                self.waiting.begin_again();
            }
            let is_quiet = self.waiting.last.get().elapsed() >= patience;
            if !is_quiet || SHOWN.load(Ordering::SeqCst) > 0 {
                continue;
            }
            let what = self.waiting.what.take();
            let line = what.as_deref().unwrap_or("Waiting for AWS…");
            if self.plain {
                self.say(line);
            } else {
                self.progress(line);
            }
            self.waiting.what.set(what);
        }
    }

    /// Reports a success, with a check mark at a terminal.
    pub fn done(&self, text: &str) {
        self.note(&format!("{CHECK_MARK}{text}"));
    }

    /// Shows progress in one line of a terminal, replacing the line before.
    pub fn progress(&self, text: &str) {
        if self.may_show_progress() {
            // A wrapped line could not be removed.
            let room = width().unwrap_or(80).saturating_sub(1);
            let text: String = text.chars().take(room).collect();
            end_progress();
            let mut stderr = io::stderr().lock();
            let _ = write!(stderr, "\r{text}");
            let _ = stderr.flush();
            // A character may be two columns wide.
            SHOWN.store(room.min(2 * text.chars().count()), Ordering::SeqCst);
        }
    }

    fn may_show_progress(&self) -> bool {
        !self.plain && self.may_say_how_far()
    }

    fn may_say_how_far(&self) -> bool {
        !self.quiet && io::stderr().is_terminal()
    }
}
