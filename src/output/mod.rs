//! The only writer: text or JSON, colour, quiet, and what keeps a token off every stream.

mod escape;
pub mod facts;
pub mod failure;
pub mod hint;
mod lines;
pub mod pull;
mod redact;
pub mod report;
pub mod secret_details;
pub mod secret_list;
pub mod shell;
pub mod status;
pub mod table;
mod waiting;
pub use lines::{size, width, wrapped};
pub use redact::Redactor;
pub use waiting::end_progress;

use std::io::{self, IsTerminal, Write};

use anstream::{AutoStream, ColorChoice};
use serde::Serialize;

use self::escape::{visible, visible_json, visible_lines, without_commands};
use self::lines::folded;
use self::waiting::Waiting;
use crate::env;
use crate::output::failure::Failure;

/// How the result and errors are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Format {
    #[default]
    Text,
    Json,
}

/// When colour is used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ColorWhen {
    #[default]
    Auto,
    Always,
    Never,
}

/// How everything is written.
#[derive(Clone, Copy, Debug, Default)]
pub struct Style {
    pub format: Format,
    pub color: ColorWhen,
    /// Nothing goes to standard error but errors and questions.
    pub quiet: bool,
    /// Errors have their causes and AWS's request ID.
    pub verbose: bool,
    /// Everything is in plain lines, with nothing redrawn: for screen readers and simple terminals.
    pub plain: bool,
}

/// Where everything that the program says goes through.
pub struct Output {
    format: Format,
    quiet: bool,
    verbose: bool,
    plain: bool,
    color: ColorChoice,
    waiting: Waiting,
    redactor: Redactor,
}

impl Output {
    /// Nothing that the redactor hides is written.
    pub fn new(style: Style, redactor: Redactor) -> Self {
        let color = match style.color {
            ColorWhen::Auto => ColorChoice::Auto,
            ColorWhen::Always => ColorChoice::Always,
            ColorWhen::Never => ColorChoice::Never,
        };
        Self {
            format: style.format,
            quiet: style.quiet,
            verbose: style.verbose,
            plain: style.plain || env::wants_plain_prompts(),
            color,
            waiting: Waiting::default(),
            redactor,
        }
    }

    /// What keeps tokens out of whatever is written here.
    pub fn redactor(&self) -> &Redactor {
        &self.redactor
    }

    /// Whether everything is in plain lines, with nothing redrawn.
    pub fn is_plain(&self) -> bool {
        self.plain
    }

    /// Whether prompts on standard error may use colour.
    pub fn colors_prompts(&self) -> bool {
        match self.color {
            ColorChoice::Auto => AutoStream::choice(&io::stderr()) != ColorChoice::Never,
            choice => choice != ColorChoice::Never,
        }
    }

    /// Whether the result goes to a terminal, as text for people who are told what it leaves out.
    pub fn is_on_a_screen(&self) -> bool {
        self.format == Format::Text && !self.quiet && io::stdout().is_terminal()
    }

    /// Writes the result of a command to standard output: `text` and a line end, or `value` as
    /// JSON.
    ///
    /// # Errors
    /// Where standard output cannot take it: closed, or a full disk.
    pub fn result(&self, text: Option<&str>, value: &impl Serialize) -> io::Result<()> {
        let line = match (self.format, text) {
            (Format::Json, _) => {
                let json = serde_json::to_string(value)?;
                visible_json(&self.redactor.redact_json(&json))
            }
            (Format::Text, Some(text)) => {
                without_commands(&visible_lines(&self.redactor.redact(text)))
            }
            (Format::Text, None) => return Ok(()),
        };
        end_progress();
        self.waiting.begin_again();
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
        let text = visible_lines(&self.redactor.redact(text));
        let width = width().filter(|_| io::stderr().is_terminal());
        // Folding may put a word at the start of a line.
        self.write_to_stderr(&without_commands(&folded(&text, width)));
    }

    fn write_to_stderr(&self, line: &str) {
        end_progress();
        self.waiting.begin_again();
        self.waiting.take_after_another();
        let mut stderr = AutoStream::new(io::stderr().lock(), self.color);
        // Nowhere is left to complain where standard error itself is gone.
        let _ = writeln!(stderr, "{line}");
    }

    /// Collects warnings for the report of a command, and shows each at once.
    pub fn warnings(&self) -> Warnings<'_> {
        Warnings {
            output: self,
            texts: Vec::new(),
        }
    }

    pub fn warn(&self, text: &str) {
        self.note(&format!("{} {text}", paint(Color::Yellow, "warning:")));
    }

    /// Writes a failure as the last of standard error.
    pub fn failure(&self, failure: &Failure) {
        match self.format {
            Format::Json => {
                let json = failure.to_json(self.verbose);
                let json = visible_json(&self.redactor.redact_json(&json));
                // A script reads the object as a line, and another program may have left one open.
                let before = if self.waiting.take_after_another() {
                    "\n"
                } else {
                    ""
                };
                self.write_to_stderr(&format!("{before}{json}"));
            }
            Format::Text => {
                let text = failure.to_text(self.verbose);
                let rest = text.strip_prefix("error:").unwrap_or(&text);
                self.say(&format!("{}{rest}", paint(Color::Red, "error:")));
            }
        }
    }
}

/// What a command has warned of: shown at once, and kept for its report. The same is told once.
pub struct Warnings<'o> {
    output: &'o Output,
    texts: Vec<String>,
}

impl Warnings<'_> {
    pub fn add(&mut self, text: &str) {
        if self.keep(text) {
            self.output.warn(text);
        }
    }

    /// Keeps what was shown in another way. Whether it is new.
    pub fn keep(&mut self, text: &str) -> bool {
        let is_new = !self.texts.iter().any(|have| have == text);
        if is_new {
            self.texts.push(text.to_owned());
        }
        is_new
    }

    /// Keeps what others have shown.
    pub fn extend(&mut self, others: Warnings<'_>) {
        for text in others.texts {
            self.keep(&text);
        }
    }

    pub fn into_texts(self) -> Vec<String> {
        self.texts
    }
}

/// Makes a text safe for a terminal by escaping whatever acts on it. Nothing is cut, so a token in
/// it is still recognized when it is written.
pub fn escaped(text: &str) -> String {
    escaped_whole(text.trim())
}

/// The same with the white space at both ends, for a text in quotation marks.
pub fn escaped_whole(text: &str) -> String {
    visible(text.chars())
}

/// Whether a person can be asked: standard input and standard error are both terminals.
pub fn is_at_a_terminal() -> bool {
    io::stdin().is_terminal() && io::stderr().is_terminal()
}

/// Colours of the terminal's own palette, which can be read on a light background as on a dark one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Color {
    Red,
    Yellow,
    Green,
    Cyan,
}

/// A word of ours in colour, which a stream that takes none goes without.
pub fn paint(color: Color, text: &str) -> String {
    let code = match color {
        Color::Red => "1;31",
        Color::Yellow => "1;33",
        Color::Green => "1;32",
        Color::Cyan => "36",
    };
    format!("\x1b[{code}m{text}\x1b[0m")
}
