//! All of the asking. Each function blocks on the terminal; [`asked`] runs one beside the runtime,
//! so that a signal is noticed at once.

use std::fmt::Display;
use std::io::{self, BufRead, Write};
use std::time::Duration;

use crossterm::event::{
    self, DisableBracketedPaste, EnableBracketedPaste, Event, KeyCode, KeyEventKind, KeyModifiers,
};
use crossterm::{execute, terminal};
use inquire::ui::{Color, ErrorMessageRenderConfig, RenderConfig, StyleSheet, Styled};
use inquire::validator::Validation;
use inquire::{InquireError, Select, Text};
use zeroize::{Zeroize, Zeroizing};

pub use super::terminal::Guard;
use super::terminal::{width, with_echo, wrapped};
use crate::command::cancelled;
use crate::credential::AccessToken;
use crate::failure::Failure;
use crate::status::Status;
use crate::upstream::{Upstream, UPSTREAMS};

/// Keys that follow Enter within this time are the rest of a paste with line breaks, not an answer.
const SAME_PASTE: Duration = Duration::from_millis(50);

/// How questions are put.
#[derive(Clone, Copy, Debug)]
pub struct Prompter {
    /// In plain lines, with nothing redrawn: for screen readers and simple terminals.
    pub plain: bool,
}

/// Colours that can be read on a light background as on a dark one: inquire's own are light.
fn colored() -> RenderConfig<'static> {
    let green = |sign| Styled::new(sign).with_fg(Color::DarkGreen);
    let cyan = StyleSheet::new().with_fg(Color::DarkCyan);
    let red = StyleSheet::new().with_fg(Color::DarkRed);
    RenderConfig::default_colored()
        .with_prompt_prefix(green("?"))
        .with_answered_prompt_prefix(green(">"))
        .with_highlighted_option_prefix(Styled::new(">").with_style_sheet(cyan))
        .with_selected_option(Some(cyan))
        .with_answer(cyan)
        .with_help_message(StyleSheet::empty())
        .with_error_message(
            ErrorMessageRenderConfig::default_colored()
                .with_prefix(Styled::new("#").with_style_sheet(red))
                .with_message(red),
        )
}

/// The person wants to stop: Ctrl-C, end of input, or the terminal is gone.
#[derive(Debug)]
pub struct Stopped;

/// A check of an answer; what it says is shown, and the question asked again.
type Check = fn(&str) -> Result<(), String>;

/// Runs questions on a thread of their own.
///
/// # Errors
/// Status 130 where the person stops.
pub async fn asked<T: Send + 'static>(
    questions: impl FnOnce() -> Result<T, Stopped> + Send + 'static,
) -> Result<T, Failure> {
    match tokio::task::spawn_blocking(questions).await {
        Ok(Ok(answer)) => Ok(answer),
        Ok(Err(Stopped)) => Err(cancelled(Status::Cancelled)),
        Err(_) => Err(Failure::new(
            Status::Failed,
            "failed",
            "the question could not be asked",
        )),
    }
}

impl Prompter {
    pub fn new(plain: bool, colors: bool) -> Self {
        inquire::set_global_render_config(if colors {
            colored()
        } else {
            RenderConfig::empty()
        });
        Self { plain }
    }

    /// Asks for the registry; Docker Hub is chosen at first.
    pub fn registry(self) -> Result<&'static Upstream, Stopped> {
        const LABEL: &str = "Registry";
        if !self.plain {
            let options = UPSTREAMS.iter().map(Choice).collect();
            return Ok(Select::new(LABEL, options)
                .with_page_size(UPSTREAMS.len())
                .prompt()
                .map_err(stopped)?
                .0);
        }
        say(&format!("{LABEL}:"));
        for (number, upstream) in (1..).zip(&UPSTREAMS) {
            say(&format!(
                "  {number}. {} ({})",
                upstream.title, upstream.kind
            ));
        }
        loop {
            let answer = plain_line(&format!("Number or name [1, {}]: ", UPSTREAMS[0].title))?;
            let found = match answer.trim() {
                "" => UPSTREAMS.first(),
                answer => match answer.parse::<usize>() {
                    Ok(number) => number.checked_sub(1).and_then(|index| UPSTREAMS.get(index)),
                    Err(_) => Upstream::find(answer),
                },
            };
            match found {
                Some(upstream) => return Ok(upstream),
                None => say(&format!(
                    "Please answer with a number from 1 to {}.",
                    UPSTREAMS.len()
                )),
            }
        }
    }

    /// Asks for a line of text; Enter alone takes the default, where there is one.
    pub fn text(
        self,
        label: &str,
        default: Option<&str>,
        help: &str,
        check: Check,
    ) -> Result<String, Stopped> {
        if !self.plain {
            let mut text = Text::new(label).with_validator(move |answer: &str| {
                Ok(match check(answer) {
                    Ok(()) => Validation::Valid,
                    Err(fault) => Validation::Invalid(fault.into()),
                })
            });
            text.default = default;
            text.help_message = Some(help).filter(|help| !help.is_empty());
            return text.prompt().map_err(stopped);
        }
        let label = match default {
            Some(default) => format!("{label} [{default}]: "),
            None if help.is_empty() => format!("{label}: "),
            None => format!("{label} ({help}): "),
        };
        let label = wrapped(&label, width());
        loop {
            let answer = plain_line(&label)?;
            let answer = if answer.is_empty() {
                default.unwrap_or_default().to_owned()
            } else {
                answer
            };
            match check(&answer) {
                Ok(()) => return Ok(answer),
                Err(fault) => say(&format!("Not taken: {fault}.")),
            }
        }
    }

    /// Asks for the token without echo, until `check` takes it. A paste is taken whole, whatever
    /// its length.
    pub fn token(
        self,
        check: impl Fn(&AccessToken) -> Result<(), String>,
    ) -> Result<AccessToken, Stopped> {
        loop {
            let typed = hidden_line("Access token (not shown): ", self.plain)?;
            let token =
                AccessToken::from_bytes(typed.as_bytes()).map_err(|fault| fault.to_string());
            match token.and_then(|token| check(&token).map(|()| token)) {
                Ok(token) => {
                    say(&format!("{} characters", token.characters()));
                    return Ok(token);
                }
                Err(fault) => say(&format!(
                    "\nThe token cannot be used: {fault}. Please paste it again."
                )),
            }
        }
    }

    /// Asks a question whose default is no.
    pub fn confirm(self, question: &str) -> Result<bool, Stopped> {
        if !self.plain {
            return inquire::Confirm::new(question)
                .with_default(false)
                .prompt()
                .map_err(stopped);
        }
        loop {
            match plain_line(&format!("{question} [y/N]: "))?
                .trim()
                .to_ascii_lowercase()
                .as_str()
            {
                "y" | "yes" => return Ok(true),
                "" | "n" | "no" => return Ok(false),
                _ => say("Please answer y or n."),
            }
        }
    }
}

struct Choice(&'static Upstream);

impl Display for Choice {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} ({})", self.0.title, self.0.kind)
    }
}

// By value, as `map_err` wants it.
#[allow(
    clippy::needless_pass_by_value,
    reason = "used as a function of map_err"
)]
fn stopped(_: InquireError) -> Stopped {
    Stopped
}

fn say(text: &str) {
    // Where standard error is gone, the next read of the terminal fails and ends the asking.
    let _ = writeln!(io::stderr(), "{text}");
}

fn plain_line(label: &str) -> Result<String, Stopped> {
    let mut stderr = io::stderr();
    write!(stderr, "{label}")
        .and_then(|()| stderr.flush())
        .map_err(|_| Stopped)?;
    let mut line = String::new();
    match with_echo(|| io::stdin().lock().read_line(&mut line)) {
        Ok(0) | Err(_) => {
            say("");
            Err(Stopped)
        }
        Ok(_) => Ok(line.trim_end_matches(['\n', '\r']).to_owned()),
    }
}

/// Raw mode, for as long as it lives.
struct Raw {
    plain: bool,
}

impl Raw {
    fn enter(plain: bool) -> Result<Self, Stopped> {
        terminal::enable_raw_mode().map_err(|_| Stopped)?;
        if !plain {
            // Not every terminal knows it; where it is unknown, `SAME_PASTE` has to do.
            let _ = execute!(io::stderr(), EnableBracketedPaste);
        }
        Ok(Self { plain })
    }
}

impl Drop for Raw {
    fn drop(&mut self) {
        if !self.plain {
            let _ = execute!(io::stderr(), DisableBracketedPaste);
        }
        let _ = terminal::disable_raw_mode();
    }
}

/// Reads a line key by key, showing nothing of it. Control characters are kept, so that they can be
/// complained of; line breaks inside a paste too.
fn hidden_line(label: &str, plain: bool) -> Result<Zeroizing<String>, Stopped> {
    let raw = Raw::enter(plain)?;
    let mut stderr = io::stderr();
    write!(stderr, "{label}")
        .and_then(|()| stderr.flush())
        .map_err(|_| Stopped)?;
    let mut line = Zeroizing::new(String::with_capacity(128 * 1024));
    loop {
        match event::read().map_err(|_| Stopped)? {
            Event::Key(key) if key.kind != KeyEventKind::Release => {
                let control = key.modifiers.contains(KeyModifiers::CONTROL);
                match key.code {
                    KeyCode::Enter => break,
                    KeyCode::Char('j' | 'm') if control => break,
                    KeyCode::Char('c') if control => return stop(raw),
                    KeyCode::Char('d') if control && line.is_empty() => return stop(raw),
                    KeyCode::Char('u') if control => line.zeroize(),
                    KeyCode::Char(letter) if control => line.push(char::from(letter as u8 & 0x1f)),
                    // What a terminal calls Alt and a letter is an escape character and the letter.
                    KeyCode::Char(letter) if key.modifiers.contains(KeyModifiers::ALT) => {
                        line.extend(['\u{1b}', letter]);
                    }
                    KeyCode::Char(letter) => line.push(letter),
                    KeyCode::Esc => line.push('\u{1b}'),
                    KeyCode::Tab => line.push('\t'),
                    KeyCode::Backspace => drop(line.pop()),
                    _ => {}
                }
            }
            Event::Paste(mut text) => {
                line.push_str(&text);
                text.zeroize();
            }
            _ => {}
        }
    }
    if swallow_rest_of_paste() {
        line.push_str("\n…");
    }
    drop(raw);
    Ok(line)
}

fn stop<T>(raw: Raw) -> Result<T, Stopped> {
    drop(raw);
    say("");
    Err(Stopped)
}

/// Throws away what comes at once after Enter; whether there was any.
fn swallow_rest_of_paste() -> bool {
    let mut any = false;
    while event::poll(SAME_PASTE).unwrap_or(false) {
        match event::read() {
            Ok(Event::Paste(mut text)) => {
                text.zeroize();
                any = true;
            }
            Ok(Event::Key(key)) => any |= key.kind != KeyEventKind::Release,
            Ok(_) => {}
            Err(_) => break,
        }
    }
    any
}
