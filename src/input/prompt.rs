//! All of the asking. Each question blocks on the terminal; [`Prompts::ask`] runs one beside the
//! runtime, so that a signal is noticed at once, and ends it then.

mod field;
mod key;
mod line;
mod plain;
mod theme;
mod typing;

use std::fmt::Display;
use std::io::{self, Write};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use console::Term;
use dialoguer::{Confirm, FuzzySelect};
use tokio::sync::oneshot;

pub use super::terminal::Guard;
use super::terminal::{end_reading, KeysWithoutSignals};
use crate::model::credential::AccessToken;
use crate::model::token_kind::TokenKind;
use crate::output::failure::Failure;
use crate::output::status::Status;
use crate::output::{end_progress, width, wrapped, Redactor};
use crate::process;
use line::Line;
use theme::Look;
use typing::{hidden_line, shown_line};

/// How questions are put.
#[derive(Clone)]
pub struct Prompts {
    /// In plain lines, with nothing redrawn: for screen readers and simple terminals.
    pub plain: bool,
    pub colors: bool,
    /// What keeps a token out of all that is written, where it was typed in the place of a name.
    pub redactor: Redactor,
}

/// Where an access token was typed that could be seen; this stays on the screen.
const TAKEN_BACK: &str =
    "that begins like an access token. It was not taken, and is off the screen. \
    If someone may have seen it there, revoke it at the registry.";

/// Why a question has no answer.
#[derive(Debug)]
pub enum PromptError {
    /// Ctrl-C, or Ctrl-D and with it the end of input.
    Cancelled,
    /// Ctrl-C, for which the process was sent SIGINT as well.
    Interrupted,
    Failed(io::Error),
}

impl From<io::Error> for PromptError {
    fn from(error: io::Error) -> Self {
        Self::Failed(error)
    }
}

impl From<dialoguer::Error> for PromptError {
    fn from(error: dialoguer::Error) -> Self {
        let dialoguer::Error::IO(error) = error;
        match error.kind() {
            // `console` raises SIGINT, and then gives this error.
            io::ErrorKind::Interrupted => Self::Interrupted,
            _ => Self::Failed(error),
        }
    }
}

/// Whether a question is open: SIGINT ends the question, and not at once the program.
static IS_OPEN: AtomicBool = AtomicBool::new(false);

/// Whether a question was cancelled: no other is asked.
static IS_CANCELLED: AtomicBool = AtomicBool::new(false);

/// Whether SIGINT is taken for Ctrl-C at a question, which then says how it ends.
pub fn takes_interrupts() -> bool {
    IS_OPEN.load(Ordering::SeqCst)
}

/// A question at the terminal; without an answer, it is ended, and so is its line.
struct OpenQuestion {
    is_answered: bool,
    /// Where it is asked, until that is over.
    thread: Option<JoinHandle<()>>,
    _keys: KeysWithoutSignals,
}

impl OpenQuestion {
    fn begin(plain: bool) -> Self {
        IS_OPEN.store(true, Ordering::SeqCst);
        Self {
            is_answered: false,
            thread: None,
            _keys: KeysWithoutSignals::hold(plain),
        }
    }

    /// Ends the thread that asks; whether SIGINT was sent to it for that.
    fn end(&mut self) -> bool {
        self.thread
            .take()
            .is_some_and(|thread| end_reading(&thread))
    }
}

impl Drop for OpenQuestion {
    fn drop(&mut self) {
        // What restores the terminal comes after this, and must be the last to change it.
        self.end();
        IS_OPEN.store(false, Ordering::SeqCst);
        if !self.is_answered {
            say("");
        }
    }
}

impl Prompts {
    /// Asks on a thread of its own.
    ///
    /// # Errors
    /// Status 130 where it is cancelled, by Ctrl-C or by SIGINT; status 1 where the terminal cannot
    /// be used, with what failed.
    pub async fn ask<T: Send + 'static>(
        &self,
        question: impl FnOnce(Self) -> Result<T, PromptError> + Send + 'static,
    ) -> Result<T, Failure> {
        if IS_CANCELLED.load(Ordering::SeqCst) {
            return Err(Failure::cancelled(Status::Cancelled));
        }
        let mut interrupts = process::interrupts().map_err(|error| cannot_ask(&error))?;
        end_progress();
        let mut open = OpenQuestion::begin(self.plain);
        let (answers, answer) = oneshot::channel();
        let prompts = self.clone();
        let asking = move || drop(answers.send(question(prompts)));
        let thread = thread::Builder::new().spawn(asking);
        open.thread = Some(thread.map_err(|error| cannot_ask(&error))?);
        let (answer, is_interrupted) = tokio::select! {
            biased;
            Some(()) = interrupts.recv() => (Err(PromptError::Cancelled), open.end()),
            answer = answer => {
                open.thread = None;
                // A thread that panicked leaves none.
                let answer = answer
                    .unwrap_or_else(|_| Err(io::Error::other("this is a bug in ecr-ptc").into()));
                let is_interrupted = matches!(answer, Err(PromptError::Interrupted));
                (answer, is_interrupted)
            }
        };
        if is_interrupted {
            // The signal is on its way; if the question was closed before, it would end the
            // program.
            let _ = tokio::time::timeout(Duration::from_secs(1), interrupts.recv()).await;
        }
        match answer {
            Ok(answer) => {
                open.is_answered = true;
                Ok(answer)
            }
            Err(PromptError::Failed(error)) => Err(cannot_ask(&error)),
            Err(PromptError::Cancelled | PromptError::Interrupted) => {
                IS_CANCELLED.store(true, Ordering::SeqCst);
                Err(Failure::cancelled(Status::Cancelled))
            }
        }
    }

    /// Asks for one of several choices, by its place among them; Enter alone takes that at `first`.
    /// What is typed leaves those that have it; in plain lines it is the number of one, or how it
    /// begins, or a word that `find` knows.
    pub fn choose(
        &self,
        label: &str,
        choices: &[String],
        first: usize,
        find: impl Fn(&str) -> Option<usize>,
    ) -> Result<usize, PromptError> {
        if self.plain {
            return self.plain_choice(label, choices, first, find);
        }
        let look = self.look(" [↑↓ or type, then enter]".to_owned());
        let chosen = FuzzySelect::with_theme(&look)
            .with_prompt(label)
            .items(choices.iter().map(|choice| look.item(choice)))
            .default(first)
            .highlight_matches(false)
            .report(false)
            .interact()?;
        Term::stderr().write_line(&look.answer(label, &choices[chosen]))?;
        Ok(chosen)
    }

    /// Asks for a line of text, until `parse` takes it; what it says else is shown. Enter alone
    /// takes the default, where there is one.
    pub fn text<T, E: Display>(
        &self,
        label: &str,
        default: Option<&str>,
        help: &str,
        parse: impl Fn(&str) -> Result<T, E>,
    ) -> Result<T, PromptError> {
        if self.plain {
            return self.plain_text(label, default, help, parse);
        }
        let aside = match default {
            Some(default) => format!(" ({default})"),
            None if help.is_empty() => String::new(),
            None => format!(" [{help}]"),
        };
        let (look, term) = (|| self.look(aside.clone()), Term::stderr());
        // What was not taken stays to be corrected, under the reason.
        let (mut line, mut reason) = (Line::shown(), String::new());
        loop {
            shown_line(look, label, &mut line)?;
            term.clear_last_lines(reason.lines().count())?;
            let typed = line.parts().concat();
            if self.takes_back(&typed) {
                term.write_line(&look().error(&TAKEN_BACK))?;
                (line, reason) = (Line::shown(), String::new());
                continue;
            }
            let answer = match default {
                Some(default) if typed.is_empty() => default,
                _ => &typed,
            };
            match parse(answer) {
                Ok(value) => {
                    term.write_line(&look().answer(label, answer))?;
                    return Ok(value);
                }
                Err(fault) => {
                    reason = look().error(&fault);
                    term.write_line(&reason)?;
                }
            }
        }
    }

    /// Asks for the token without echo, until `check` takes it. A paste is taken whole, whatever
    /// its length.
    pub fn token<E: Display>(
        &self,
        check: impl Fn(&AccessToken) -> Result<(), E>,
    ) -> Result<AccessToken, PromptError> {
        loop {
            let typed = hidden_line("Access token (not shown): ", self.plain)?;
            let token = AccessToken::from_bytes(typed.bytes()).map_err(|fault| fault.to_string());
            let checked = token.and_then(|token| match check(&token) {
                Ok(()) => Ok(token),
                Err(fault) => Err(fault.to_string()),
            });
            match checked {
                Ok(token) => {
                    say(&crate::model::count::count(token.characters(), "character"));
                    return Ok(token);
                }
                Err(fault) => say(&format!(
                    "\nThe token cannot be used: {fault}. Please paste it again."
                )),
            }
        }
    }

    /// Asks whether something is to be done; Enter alone takes the default.
    pub fn confirm(&self, question: &str, default: bool) -> Result<bool, PromptError> {
        let answers = if default { "Y/n" } else { "y/N" };
        if !self.plain {
            let look = self.look(format!(" ({answers})"));
            // dialoguer draws one line again and no more.
            let room = "? ".len() + " (y/N) yes ".len();
            let question = wrapped(question, Some(look.columns.saturating_sub(room)));
            let (before, last) = question.rsplit_once('\n').unwrap_or(("", &question));
            if !before.is_empty() {
                say(before);
            }
            return Ok(Confirm::with_theme(&look)
                .with_prompt(last)
                .default(default)
                .show_default(false)
                .wait_for_newline(true)
                .interact()?);
        }
        loop {
            match self
                .plain_line(&format!("{question} [{answers}]: "))?
                .trim()
                .to_ascii_lowercase()
                .as_str()
            {
                "y" | "yes" => return Ok(true),
                "n" | "no" => return Ok(false),
                "" => return Ok(default),
                _ => say("Please answer y or n."),
            }
        }
    }

    /// Whether an answer that could be seen has an access token in it; that one is hidden from then
    /// on, and no answer.
    fn takes_back(&self, answer: &str) -> bool {
        for token in tokens_in(answer) {
            self.redactor.hide_text(token);
        }
        has_token(answer)
    }

    fn look(&self, aside: String) -> Look {
        Look {
            colors: self.colors,
            columns: width().unwrap_or(80),
            aside,
        }
    }
}

fn cannot_ask(error: &io::Error) -> Failure {
    let message = format!("the terminal cannot be used: {error}");
    Failure::new(Status::Failed, "prompt", message).fix(
        "give what is asked for as options, and --yes for the last question; \
         --help has them",
    )
}

fn say(text: &str) {
    // Where standard error is gone, the next read of the terminal fails and ends the asking.
    let _ = writeln!(io::stderr(), "{text}");
}

fn show(label: &str) -> io::Result<()> {
    let mut stderr = io::stderr();
    stderr.write_all(label.as_bytes())?;
    stderr.flush()
}

/// The access tokens in an answer that can be seen, as they are pasted: with a username and a colon
/// before one, or in quotation marks.
fn tokens_in(answer: &str) -> impl Iterator<Item = &str> {
    answer
        .split(|c: char| c == ':' || c.is_whitespace())
        .filter(|word| TokenKind::is_in_the_wrong_place(word))
        .map(|word| word.trim_start_matches(|c: char| !c.is_alphanumeric()))
        .map(|word| word.trim_end_matches(['"', '\'']))
}

fn has_token(answer: &str) -> bool {
    tokens_in(answer).next().is_some()
}
