//! Progress: a spinner in one line that is removed again, or in plain mode a line for each wait.

use std::cell::{Cell, RefCell};
use std::future::Future;
use std::io::{self, IsTerminal, Write};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use super::lines::width;
use super::{Output, CHECK_MARK};

/// How long the program is silent before the spinner appears.
const A_MOMENT: Duration = Duration::from_millis(300);

/// How long each frame of the spinner is shown.
const FRAME: Duration = Duration::from_millis(100);

const FRAMES: [char; 4] = ['|', '/', '-', '\\'];

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
    what: RefCell<Option<String>>,
    /// Whether another program is writing to the same standard error.
    is_shared: Cell<bool>,
    /// Whether another program may have written there last.
    is_after_another: Cell<bool>,
}

impl Default for Waiting {
    fn default() -> Self {
        Self {
            last: Cell::new(Instant::now()),
            what: RefCell::default(),
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
        if self.plain && self.shows_progress() {
            self.say(&line);
        }
        let before = self.waiting.what.replace(Some(line));
        let result = work.await;
        self.waiting.what.replace(before);
        end_progress();
        result
    }

    /// Like [`Self::while_waiting`], but only one line, since another program writes to the same
    /// standard error meanwhile.
    pub async fn while_another_writes<T>(&self, what: &str, work: impl Future<Output = T>) -> T {
        if self.shows_progress() {
            self.say(&format!("{what}…"));
        }
        self.waiting.is_shared.set(true);
        self.waiting.is_after_another.set(true);
        let result = work.await;
        self.waiting.is_shared.set(false);
        result
    }

    /// Says how far the work is, for the spinner.
    pub fn progress(&self, text: String) {
        self.waiting.what.replace(Some(text));
    }

    /// Draws the spinner after a silence, unless a question is open. Never ends.
    pub async fn spin(&self, is_asking: fn() -> bool) {
        if self.plain || !self.shows_progress() {
            return std::future::pending().await;
        }
        for frame in FRAMES.iter().cycle() {
            tokio::time::sleep(FRAME).await;
            if is_asking() || self.waiting.is_shared.get() {
                self.waiting.begin_again();
            }
            if self.waiting.last.get().elapsed() >= A_MOMENT {
                let what = self.waiting.what.borrow();
                draw(*frame, what.as_deref().unwrap_or("Waiting for AWS…"));
            }
        }
    }

    /// Reports a success, with a check mark at a terminal.
    pub fn done(&self, text: &str) {
        self.note(&format!("{CHECK_MARK}{text}"));
    }

    fn shows_progress(&self) -> bool {
        !self.quiet && io::stderr().is_terminal()
    }
}

/// Draws the progress line in place of the one before.
fn draw(frame: char, text: &str) {
    // A wrapped line could not be removed.
    let room = width().unwrap_or(80).saturating_sub(1);
    let line: String = format!("{frame} {text}").chars().take(room).collect();
    let length = line.chars().count();
    // The ellipsis may be two columns wide.
    let before = SHOWN.swap(room.min(length + 1), Ordering::SeqCst);
    let rest = before.saturating_sub(length);
    let mut stderr = io::stderr().lock();
    let _ = write!(stderr, "\r{line}{:rest$}", "");
    let _ = stderr.flush();
}
