//! The only writer: text or JSON, colour, quiet, and what keeps a token off every stream.

mod escape;

pub use escape::acts;

use std::cell::Cell;
use std::io::{self, IsTerminal, Write};
use std::sync::Mutex;

use anstream::{AutoStream, ColorChoice};
use serde::Serialize;
use zeroize::Zeroizing;

use self::escape::{visible, visible_json, visible_lines};
use crate::cli::{self, ColorWhen, Format};
use crate::content::Content;
use crate::credential::{forms, AccessToken};
use crate::env;
use crate::failure::Failure;

/// Where everything that the program says goes through.
pub struct Output {
    format: Format,
    quiet: bool,
    verbose: bool,
    color: ColorChoice,
    /// Whether the last line on standard error is one of [`Output::progress`].
    shows_progress: Cell<bool>,
}

impl Output {
    pub fn new(format: Format, color: ColorWhen, quiet: bool, verbose: bool) -> Self {
        let color = match color {
            ColorWhen::Auto => ColorChoice::Auto,
            ColorWhen::Always => ColorChoice::Always,
            ColorWhen::Never => ColorChoice::Never,
        };
        Self {
            format,
            quiet,
            verbose,
            color,
            shows_progress: Cell::new(false),
        }
    }

    /// Whether prompts on standard error may use colour.
    pub fn colors_prompts(&self) -> bool {
        match self.color {
            ColorChoice::Auto => AutoStream::choice(&io::stderr()) != ColorChoice::Never,
            choice => choice != ColorChoice::Never,
        }
    }

    /// Whether the result goes to a terminal, as text for people.
    pub fn is_on_a_screen(&self) -> bool {
        self.format == Format::Text && io::stdout().is_terminal()
    }

    /// Writes the result of a command to standard output: `text` and a line end, or `value` as JSON.
    ///
    /// # Errors
    /// Where standard output cannot take it: closed, or a full disk.
    pub fn result(&self, text: Option<&str>, value: &impl Serialize) -> io::Result<()> {
        // The token goes first: with escapes in it, it would not be known.
        let line = match (self.format, text) {
            (Format::Json, _) => {
                let json = serde_json::to_string(value)?;
                visible_json(&without_token(&json, SHORTEST_IN_OUR_WORDS))
            }
            (Format::Text, Some(text)) => {
                visible_lines(&without_token(text, SHORTEST_IN_OUR_WORDS))
            }
            (Format::Text, None) => return Ok(()),
        };
        self.end_progress();
        let mut stdout = AutoStream::new(io::stdout().lock(), self.color);
        writeln!(stdout, "{line}")?;
        stdout.flush()
    }

    /// Writes bytes that are the result by themselves, such as a man page or help.
    ///
    /// # Errors
    /// Where standard output cannot take them.
    pub fn document(&self, document: &[u8]) -> io::Result<()> {
        let mut stdout = AutoStream::new(io::stdout().lock(), self.color);
        stdout.write_all(document)?;
        stdout.flush()
    }

    /// Tells people what happens; not with `--quiet`.
    pub fn note(&self, text: &str) {
        if !self.quiet {
            self.say(text);
        }
    }

    /// Writes what a question is about, which `--quiet` cannot take away.
    pub fn say(&self, text: &str) {
        self.write_to_stderr(&visible_lines(&without_token(text, SHORTEST_IN_OUR_WORDS)));
    }

    fn write_to_stderr(&self, line: &str) {
        self.end_progress();
        let mut stderr = AutoStream::new(io::stderr().lock(), self.color);
        // Nowhere is left to complain where standard error itself is gone.
        let _ = writeln!(stderr, "{line}");
    }

    /// Shows on one line of a terminal how far the work is, in the place of the last such line.
    pub fn progress(&self, text: &str) {
        if self.may_show_progress() {
            let mut stderr = io::stderr().lock();
            let _ = write!(stderr, "\r{text}\x1b[K");
            let _ = stderr.flush();
            self.shows_progress.set(true);
        }
    }

    /// Takes that line away, before anything else is written.
    fn end_progress(&self) {
        if self.shows_progress.take() {
            let _ = write!(io::stderr(), "\r\x1b[K");
        }
    }

    fn may_show_progress(&self) -> bool {
        !self.quiet && io::stderr().is_terminal() && !env::wants_plain_prompts()
    }

    pub fn warn(&self, text: &str) {
        self.note(&format!("{} {text}", paint("1;33", "warning:")));
    }

    /// Writes a failure as the last of standard error.
    pub fn failure(&self, failure: &Failure) {
        match self.format {
            Format::Json => {
                let json = failure.to_json(self.verbose);
                let json = without_token(&json, SHORTEST_IN_OUR_WORDS);
                self.write_to_stderr(&visible_json(&json));
            }
            Format::Text => {
                let text = failure.to_text(self.verbose);
                let rest = text.strip_prefix("error:").unwrap_or(&text);
                self.say(&format!("{}{rest}", paint("1;31", "error:")));
            }
        }
    }
}

/// Makes a text of someone else's (a service, a proxy, a file) safe to show: the token is blotted
/// out whatever its length, and the rest is [`escaped`].
pub fn foreign(text: &str) -> String {
    escaped(&without_token(text, 1))
}

/// Makes a text safe for a terminal: whatever [`acts`] is escaped, and it is cut after 2,000
/// characters.
pub fn escaped(text: &str) -> String {
    escaped_up_to(text, 2_000)
}

/// Makes a text safe for a terminal, whatever its length.
pub fn escaped_whole(text: &str) -> String {
    escaped_up_to(text, usize::MAX)
}

fn escaped_up_to(text: &str, most: usize) -> String {
    // Before it is cut: the beginning of a token would not be known for one.
    let text = without_token(text, SHORTEST_IN_OUR_WORDS);
    visible(text.trim().chars().take(most))
}

/// The forms of the token of this run; one for the whole process, since errors are read and shown
/// where no command is at hand.
static HIDDEN: Mutex<Vec<Zeroizing<String>>> = Mutex::new(Vec::new());

/// A token shorter than this is not searched for in our own words: it would mangle them, and none
/// of them has it.
const SHORTEST_IN_OUR_WORDS: usize = 8;

/// From now on the token is blotted out of whatever is written; one that was hidden before, and
/// refused, stays hidden.
pub fn hide(token: &AccessToken) {
    hide_forms(token.forms());
}

/// From now on a text that gives the token away, such as a login's header, is blotted out too.
pub fn hide_text(text: &str) {
    hide_forms(vec![Zeroizing::new(text.to_owned())]);
}

fn hide_forms(forms: Vec<Zeroizing<String>>) {
    if let Ok(mut hidden) = HIDDEN.lock() {
        hidden.extend(forms);
        // Longest first: one form may be part of another.
        hidden.sort_by_key(|form| std::cmp::Reverse(form.len()));
        hidden.dedup();
    }
}

/// From now on what a stored secret holds is blotted out too: of one secret at a time, not of many.
pub fn hide_content(content: &Content) {
    if let Ok(mut hidden) = HIDDEN.lock() {
        for secret in content.secrets() {
            let text = secret.trim();
            if !text.is_empty() {
                hidden.extend(forms(text));
            }
        }
        hidden.sort_by_key(|form| std::cmp::Reverse(form.len()));
    }
}

fn without_token(text: &str, shortest: usize) -> String {
    let mut text = text.to_owned();
    if let Ok(hidden) = HIDDEN.lock() {
        for form in hidden
            .iter()
            .filter(|form| form.chars().count() >= shortest)
        {
            if text.contains(form.as_str()) {
                text = text.replace(form.as_str(), "[token not shown]");
            }
        }
    }
    text
}

/// Whether a person can be asked: standard input and standard error are both terminals.
pub fn is_at_a_terminal() -> bool {
    io::stdin().is_terminal() && io::stderr().is_terminal()
}

fn paint(code: &str, text: &str) -> String {
    format!("\x1b[{code}m{text}\x1b[0m")
}

/// Writes a failure to standard error where no [`Output`] is at hand, in the format that was asked for.
pub fn last_words(failure: &Failure) {
    let (format, color) = cli::asked_for(&env::arguments(), env::output_format());
    Output::new(format, color, false, false).failure(failure);
}
