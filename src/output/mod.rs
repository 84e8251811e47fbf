//! The only writer: text or JSON, color, quiet mode, and hiding tokens on every stream.

pub mod aws_hint;
pub mod document;
mod escape;
pub mod facts;
pub mod failure;
pub mod hint;
mod lines;
pub mod pull;
mod redact;
pub mod report;
pub mod rule_hint;
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

/// The format of the result and of errors.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Format {
    #[default]
    Text,
    Json,
}

/// When color is used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ColorWhen {
    #[default]
    Auto,
    Always,
    Never,
}

/// Begins a line that reports success. Only shown at a terminal that isn't plain.
pub const CHECK_MARK: &str = "\x1b[1;32m✓\x1b[0m ";

/// A result for people.
#[derive(Clone, Copy, Debug)]
pub enum Text<'t> {
    /// Written as it is: a name, a table or code.
    Exact(&'t str),
    /// Sentences, wrapped between words at a terminal.
    Words(&'t str),
}

/// The options that decide how output looks.
#[derive(Clone, Copy, Debug, Default)]
pub struct Style {
    pub format: Format,
    pub color: ColorWhen,
    /// Only errors and questions go to standard error.
    pub quiet: bool,
    /// Errors include their causes and the AWS request ID.
    pub verbose: bool,
    /// Plain lines, nothing redrawn: for screen readers and simple terminals.
    pub plain: bool,
}

/// Writes everything the program shows.
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
    /// `redactor` hides tokens in everything written here.
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

    pub fn redactor(&self) -> &Redactor {
        &self.redactor
    }

    /// Whether output is plain lines, with nothing redrawn.
    pub fn is_plain(&self) -> bool {
        self.plain
    }

    /// Whether prompts on standard error may use color.
    pub fn colors_prompts(&self) -> bool {
        match self.color {
            ColorChoice::Auto => AutoStream::choice(&io::stderr()) != ColorChoice::Never,
            choice => choice != ColorChoice::Never,
        }
    }

    /// Whether a person reads the result: as text, at a terminal.
    pub fn is_on_a_screen(&self) -> bool {
        self.format == Format::Text && !self.quiet && io::stdout().is_terminal()
    }

    /// Writes the result of a command to standard output: `text` and a line end, or `value` as
    /// JSON.
    pub fn result(&self, text: Option<Text<'_>>, value: &impl Serialize) -> io::Result<()> {
        let line = match (self.format, text) {
            (Format::Json, _) => {
                let json = serde_json::to_string(value)?;
                visible_json(&self.redactor.redact_json(&json))
            }
            (Format::Text, Some(Text::Exact(text))) => {
                without_commands(&visible_lines(&self.redactor.redact(text)))
            }
            (Format::Text, Some(Text::Words(text))) => self.words(text, io::stdout().is_terminal()),
            (Format::Text, None) => return Ok(()),
        };
        end_progress();
        self.waiting.begin_again();
        let mut stdout = AutoStream::new(io::stdout().lock(), self.color);
        writeln!(stdout, "{line}")?;
        stdout.flush()
    }

    /// Writes a document, such as a man page or help, to standard output.
    pub fn document(&self, document: &[u8]) -> io::Result<()> {
        let mut stdout = AutoStream::new(io::stdout().lock(), self.color);
        stdout.write_all(document)?;
        stdout.flush()
    }

    /// Writes to standard error, unless `--quiet` is set.
    pub fn note(&self, text: &str) {
        if !self.quiet {
            self.say(text);
        }
    }

    /// Writes to standard error, even with `--quiet`.
    pub fn say(&self, text: &str) {
        self.write_to_stderr(&self.words(text, io::stderr().is_terminal()));
    }

    /// Sentences, made safe to show; a terminal gets check marks and wrapped lines.
    fn words(&self, text: &str, is_terminal: bool) -> String {
        let text = visible_lines(&self.redactor.redact(text));
        let text = if is_terminal && !self.plain {
            text
        } else {
            text.replace(CHECK_MARK, "")
        };
        let width = width().filter(|_| is_terminal);
        // Folding may put a word at the start of a line.
        without_commands(&folded(&text, width))
    }

    fn write_to_stderr(&self, line: &str) {
        end_progress();
        self.waiting.begin_again();
        self.waiting.take_after_another();
        let mut stderr = AutoStream::new(io::stderr().lock(), self.color);
        // If standard error is closed, there is nowhere left to report it.
        let _ = writeln!(stderr, "{line}");
    }

    /// Collects warnings for a report and shows each at once.
    pub fn warnings(&self) -> Warnings<'_> {
        Warnings {
            output: self,
            texts: Vec::new(),
        }
    }

    pub fn warn(&self, text: &str) {
        self.note(&format!("{} {text}", paint(Color::Yellow, "warning:")));
    }

    /// Writes a failure, the last thing on standard error.
    pub fn failure(&self, failure: &Failure) {
        match self.format {
            Format::Json => {
                let json = failure.to_json(self.verbose);
                let json = visible_json(&self.redactor.redact_json(&json));
                // The object must start a line; another program may have left one open.
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
                // Only labels begin with two spaces: other lines are indented further.
                let rest = rest.replace("\n  why:", &format!("\n  {}", paint(Color::Bold, "why:")));
                let rest = rest.replace("\n  fix:", &format!("\n  {}", paint(Color::Cyan, "fix:")));
                self.say(&format!("{}{rest}", paint(Color::Red, "error:")));
            }
        }
    }
}

/// The warnings of a command: each is shown once and kept for the report.
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

    /// Keeps a warning without showing it. Returns whether it is new.
    pub fn keep(&mut self, text: &str) -> bool {
        let is_new = !self.texts.iter().any(|have| have == text);
        if is_new {
            self.texts.push(text.to_owned());
        }
        is_new
    }

    /// Keeps warnings that are already shown.
    pub fn extend(&mut self, others: Warnings<'_>) {
        for text in others.texts {
            self.keep(&text);
        }
    }

    pub fn into_texts(self) -> Vec<String> {
        self.texts
    }
}

/// Makes a text safe for a terminal by escaping control characters. Nothing is cut, so the
/// redactor still recognizes a token in it.
pub fn escaped(text: &str) -> String {
    escaped_whole(text.trim())
}

/// Like [`escaped`], but keeps white space at both ends, for a text in quotation marks.
pub fn escaped_whole(text: &str) -> String {
    visible(text.chars())
}

/// Whether standard input and standard error are both terminals.
pub fn is_at_a_terminal() -> bool {
    io::stdin().is_terminal() && io::stderr().is_terminal()
}

/// Colors from the terminal's own palette, readable on light and dark backgrounds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Color {
    Red,
    Yellow,
    Cyan,
    /// Not a color: for names and headings.
    Bold,
    /// Not a color: for hints and labels.
    Dim,
}

/// Colors a text of ours. Streams without color drop it.
pub fn paint(color: Color, text: &str) -> String {
    let code = match color {
        Color::Red => "1;31",
        Color::Yellow => "1;33",
        Color::Cyan => "36",
        Color::Bold => "1",
        Color::Dim => "2",
    };
    format!("\x1b[{code}m{text}\x1b[0m")
}
