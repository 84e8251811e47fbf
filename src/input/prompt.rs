//! Prompts at the terminal. Each runs on its own thread, so that a signal ends the program
//! immediately.

use std::fmt::Display;
use std::io::{self, BufRead, Write};

use console::{measure_text_width, truncate_str, Key, Term};
use dialoguer::{Completion, Input};
use rpassword::{read_password_with_config, ConfigBuilder};
use zeroize::Zeroizing;

use super::terminal::{discard_input, more_follows, with_echo, Asking};
use crate::model::count::count;
use crate::model::credential::AccessToken;
use crate::model::token_kind::TokenKind;
use crate::output::failure::Failure;
use crate::output::status::Status;
use crate::output::{end_progress, size, width, wrapped, Redactor};

/// The style of the prompts.
#[derive(Clone)]
pub struct Prompts {
    /// Use plain lines without redrawing, for screen readers and simple terminals.
    pub plain: bool,
    pub colors: bool,
    /// Hides a token typed at the wrong prompt.
    pub redactor: Redactor,
}

/// The choices of a yes-or-no question.
pub const YES_OR_NO: [&str; 2] = ["Yes", "No"];

const GREEN: u8 = 32;
const RED: u8 = 31;
const CYAN: u8 = 36;

const SEVERAL_LINES: &str = "several lines were pasted";

const REVOKE: &str = "that looks like an access token, so it was not used. \
    If anyone may have seen it on the screen, revoke it at the registry";

/// Ends the line of a prompt without an answer.
struct Unanswered;

impl Drop for Unanswered {
    fn drop(&mut self) {
        say("");
    }
}

/// Completes an empty line with the default.
struct ToEdit<'d>(&'d str);

impl Completion for ToEdit<'_> {
    fn get(&self, typed: &str) -> Option<String> {
        typed.is_empty().then(|| self.0.to_owned())
    }
}

impl Prompts {
    /// Runs a prompt on its own thread. The end of input is status 130, an unusable terminal
    /// status 1.
    pub async fn ask<T: Send + 'static>(
        &self,
        question: impl FnOnce(&Self) -> io::Result<T> + Send + 'static,
    ) -> Result<T, Failure> {
        end_progress();
        discard_input();
        let (prompts, asking, unanswered) = (self.clone(), Asking::begin(), Unanswered);
        let work = move || {
            let _asking = asking;
            question(&prompts)
        };
        let answer = tokio::task::spawn_blocking(work).await;
        let answer = answer.unwrap_or_else(|_| Err(io::Error::other("this is a bug in ecr-ptc")));
        match answer.map_err(|error| (error.kind(), error)) {
            Ok(answer) => {
                std::mem::forget(unanswered);
                Ok(answer)
            }
            // The library that read Ctrl-C raised SIGINT, which ends the program.
            Err((io::ErrorKind::Interrupted, _)) => std::future::pending().await,
            Err((io::ErrorKind::UnexpectedEof, _)) => Err(Failure::canceled(Status::Canceled)),
            Err((_, error)) => {
                let message = format!("the terminal cannot be used: {error}");
                Err(Failure::new(Status::Failed, "prompt", message).fix(
                    "use options instead of prompts, and --yes to skip the confirmation; \
                     see --help",
                ))
            }
        }
    }

    /// Asks for one of several choices and returns its index; Enter alone chooses `first`. Typed
    /// text is never shown, and an invalid answer shows which keys to press.
    pub fn choose(&self, label: &str, choices: &[String], first: usize) -> io::Result<usize> {
        if self.plain && *choices != YES_OR_NO {
            say(label);
            for (number, choice) in (1..).zip(choices) {
                say(&wrapped(&format!("  {number}. {choice}"), width()));
            }
        }
        loop {
            let (chosen, help) = if self.plain {
                plain_choice(label, choices, first)?
            } else {
                self.drawn_choice(label, choices, first)?
            };
            match chosen {
                None => say(&self.paint(RED, &help)),
                Some(chosen) => {
                    self.say_answer(label, &choices[chosen]);
                    return Ok(chosen);
                }
            }
        }
    }

    /// Draws the choices and reads keys up to Enter. Returns the choice, and a hint for an invalid
    /// answer. Long lists scroll.
    fn drawn_choice(
        &self,
        label: &str,
        choices: &[String],
        first: usize,
    ) -> io::Result<(Option<usize>, String)> {
        let term = Term::stderr();
        let (rows, columns) = size().unwrap_or((24, 80));
        let or = if choices.iter().any(|choice| choice == "Yes") {
            ", or y or n"
        } else {
            ""
        };
        let question = wrapped(&format!("? {label} [↑↓ and Enter{or}]"), Some(columns - 1));
        let height = question.lines().count();
        term.write_line(&question.replacen('?', &self.paint(GREEN, "?"), 1))?;
        let shown = rows.saturating_sub(height + 1).clamp(1, choices.len());
        let (last, mut at, mut typed) = (choices.len() - 1, first, String::new());
        loop {
            let top = at.saturating_sub(shown / 2).min(choices.len() - shown);
            for (index, choice) in choices.iter().enumerate().skip(top).take(shown) {
                let row = truncate_str(choice, columns - 3, "…");
                term.write_line(&if index == at {
                    self.paint(CYAN, &format!("> {row}"))
                } else {
                    format!("  {row}")
                })?;
            }
            at = loop {
                match term.read_key()? {
                    Key::ArrowUp => break at.saturating_sub(1),
                    Key::ArrowDown => break last.min(at + 1),
                    Key::PageUp => break at.saturating_sub(shown),
                    Key::PageDown => break last.min(at + shown),
                    Key::Home => break 0,
                    Key::End => break last,
                    Key::Enter => {
                        let is_whole = !more_follows();
                        term.clear_last_lines(shown + height)?;
                        let index = |wanted| choices.iter().position(|choice| choice == wanted);
                        let chosen = match typed.as_str() {
                            "" => Some(at),
                            "y" | "yes" => index("Yes"),
                            "n" | "no" => index("No"),
                            _ => None,
                        };
                        let help = format!("Press ↑ or ↓ and then Enter{or}.");
                        return Ok((chosen.filter(|_| is_whole), help));
                    }
                    // Keep no more than the longest answer: the rest may be a token.
                    Key::Char(c) if typed.len() <= "yes".len() => {
                        typed.push(c.to_ascii_lowercase());
                    }
                    _ => "other".clone_into(&mut typed),
                }
            };
            term.clear_last_lines(shown)?;
        }
    }

    /// Asks for a line of text until `parse` accepts it. Enter alone takes the default, if any, and
    /// Tab puts it into the line to be edited.
    pub fn text<T, E: Display>(
        &self,
        label: &str,
        default: Option<&str>,
        help: &str,
        parse: impl Fn(&str) -> Result<T, E>,
    ) -> io::Result<T> {
        let question = match default {
            Some("") => label.to_owned(),
            Some(default) if self.plain => format!("{label} [{default}]"),
            Some(default) => format!("{label} [{default}] (Tab to edit)"),
            None if help.is_empty() => label.to_owned(),
            None => format!("{label} ({help})"),
        };
        // A rejected answer stays in the line to be corrected.
        let mut typed = String::new();
        loop {
            typed = self.line(&question, typed, default)?;
            let is_pasted = more_follows();
            if tokens_in(&typed).next().is_some() {
                tokens_in(&typed).for_each(|token| self.redactor.hide_text(token));
                self.say_fault(REVOKE);
                typed.clear();
                continue;
            }
            let answer = match default {
                Some(default) if typed.is_empty() => default,
                _ => &typed,
            };
            let fault = match parse(answer) {
                _ if is_pasted => SEVERAL_LINES.to_owned(),
                _ if typed.contains(char::is_control) => {
                    "it contains a control character".to_owned()
                }
                Err(fault) => fault.to_string(),
                Ok(value) => {
                    if !self.plain {
                        self.say_answer(label, answer);
                    }
                    return Ok(value);
                }
            };
            self.say_fault(&fault);
        }
    }

    fn line(&self, question: &str, typed: String, default: Option<&str>) -> io::Result<String> {
        if self.plain {
            let question = wrapped(&format!("{question}: "), width());
            let mut line = String::new();
            let read = || show(&question).and_then(|()| io::stdin().lock().read_line(&mut line));
            return match with_echo(read)? {
                0 => Err(io::ErrorKind::UnexpectedEof.into()),
                _ => Ok(line.trim_end_matches(['\n', '\r']).to_owned()),
            };
        }
        // Only the last line is redrawn.
        let columns = width().unwrap_or(80);
        let question = wrapped(&format!("? {question}"), Some(columns));
        let (before, last) = question.rsplit_once('\n').unwrap_or(("", &question));
        if !before.is_empty() {
            say(before);
        }
        let input = Input::<String>::new().with_prompt(last);
        let input = input.with_initial_text(typed).allow_empty(true);
        let on_tab = ToEdit(default.unwrap_or_default());
        let line = input.completion_with(&on_tab).report(false).interact_text();
        let line = line.map_err(|dialoguer::Error::IO(error)| error)?;
        // The library cleared only the last row.
        let length = measure_text_width(&format!("{last}: {line}"));
        let rows = before.lines().count() + length.saturating_sub(1) / columns;
        Term::stderr().clear_last_lines(rows)?;
        Ok(line)
    }

    /// Asks for the token without showing it, until `check` accepts it. Pastes can have any length.
    pub fn token<E: Display>(
        &self,
        check: impl Fn(&AccessToken) -> Result<(), E>,
    ) -> io::Result<AccessToken> {
        loop {
            let (typed, is_pasted) = hidden_line("Access token (not shown): ", !self.plain)?;
            let fault = if is_pasted {
                SEVERAL_LINES.to_owned()
            } else if typed.contains(char::REPLACEMENT_CHARACTER) {
                "it is not UTF-8".to_owned()
            } else {
                let token = AccessToken::from_bytes(typed.as_bytes());
                let token = token.map_err(|fault| fault.to_string());
                match token.and_then(|token| match check(&token) {
                    Ok(()) => Ok(token),
                    Err(fault) => Err(fault.to_string()),
                }) {
                    Err(fault) => fault,
                    Ok(token) => {
                        say(&count(token.characters(), "character"));
                        return Ok(token);
                    }
                }
            };
            say(&format!(
                "The token cannot be used: {fault}. Paste it again."
            ));
        }
    }

    fn say_answer(&self, label: &str, answer: &str) {
        let sign = self.paint(GREEN, ">");
        let answer = format!("{sign} {label} {}", self.paint(CYAN, answer));
        say(&wrapped(&answer, width()));
    }

    fn say_fault(&self, fault: &str) {
        let fault = wrapped(&format!("Not accepted: {fault}."), width());
        say(&self.paint(RED, &fault));
    }

    fn paint(&self, color: u8, text: &str) -> String {
        if self.colors {
            format!("\x1b[{color}m{text}\x1b[39m")
        } else {
            text.to_owned()
        }
    }
}

/// Reads the number or the first letters of a choice without showing them. Returns the choice, and
/// a hint for an invalid answer.
fn plain_choice(
    label: &str,
    choices: &[String],
    first: usize,
) -> io::Result<(Option<usize>, String)> {
    let (prompt, help) = match (*choices == YES_OR_NO, first) {
        (true, 0) => (format!("{label} [Y/n]: "), "Type y or n.".to_owned()),
        (true, _) => (format!("{label} [y/N]: "), "Type y or n.".to_owned()),
        _ => (
            format!("Number or name [{}]: ", first + 1),
            format!("Type a number from 1 to {}.", choices.len()),
        ),
    };
    let (typed, is_pasted) = hidden_line(&prompt, false)?;
    let typed = Zeroizing::new(typed.trim().to_lowercase());
    let begins = |choice: &String| choice.to_lowercase().starts_with(typed.as_str());
    let chosen = match typed.parse::<usize>() {
        _ if is_pasted => None,
        _ if typed.is_empty() => Some(first),
        Ok(number) => number.checked_sub(1).filter(|index| *index < choices.len()),
        Err(_) if choices.iter().filter(|choice| begins(choice)).count() > 1 => None,
        Err(_) => choices.iter().position(begins),
    };
    Ok((chosen, help))
}

/// Reads a line without showing it. Also returns whether more lines were pasted.
fn hidden_line(label: &str, is_masked: bool) -> io::Result<(Zeroizing<String>, bool)> {
    show(label)?;
    let config = ConfigBuilder::new().output_writer(io::stderr());
    let config = if is_masked {
        config.password_feedback_mask('*')
    } else {
        config.password_feedback_hide()
    };
    let line = Zeroizing::new(read_password_with_config(config.build())?);
    Ok((line, more_follows()))
}

fn say(text: &str) {
    // If standard error is gone, the next read from the terminal fails.
    let _ = writeln!(io::stderr(), "{text}");
}

fn show(label: &str) -> io::Result<()> {
    let mut stderr = io::stderr();
    stderr.write_all(label.as_bytes())?;
    stderr.flush()
}

/// Finds access tokens in an answer, also after a username and a colon or in quotation marks.
fn tokens_in(answer: &str) -> impl Iterator<Item = &str> {
    answer
        .split(|c: char| c == ':' || c.is_whitespace())
        .filter(|word| TokenKind::is_in_the_wrong_place(word))
        .map(|word| word.trim_start_matches(|c: char| !c.is_alphanumeric()))
        .map(|word| word.trim_end_matches(['"', '\'']))
}
