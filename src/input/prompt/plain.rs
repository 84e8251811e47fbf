//! Questions in plain lines: nothing is drawn again, and lines are typed in the terminal's own way.

use std::fmt::Display;
use std::io::{self, BufRead};

use super::{say, show, PromptError, Prompts};
use crate::input::terminal::with_echo;
use crate::output::{width, wrapped};

/// Where an access token was typed that can be seen from then on.
const LEFT_STANDING: &str =
    "Not taken: that begins like an access token. It is still on the screen \
    above. If someone may have seen it, revoke it at the registry.";

impl Prompts {
    pub fn plain_text<T, E: Display>(
        &self,
        label: &str,
        default: Option<&str>,
        help: &str,
        parse: impl Fn(&str) -> Result<T, E>,
    ) -> Result<T, PromptError> {
        let label = match default {
            Some(default) => format!("{label} [{default}]: "),
            None if help.is_empty() => format!("{label}: "),
            None => format!("{label} ({help}): "),
        };
        let label = wrapped(&label, width());
        loop {
            let line = self.plain_line(&label)?;
            let answer = match default {
                Some(default) if line.is_empty() => default,
                _ => &line,
            };
            match parse(answer) {
                Ok(value) => return Ok(value),
                Err(fault) => say(&format!("Not taken: {fault}.")),
            }
        }
    }

    pub fn plain_choice(
        &self,
        label: &str,
        choices: &[String],
        first: usize,
        find: impl Fn(&str) -> Option<usize>,
    ) -> Result<usize, PromptError> {
        let colon = if label.ends_with('?') { "" } else { ":" };
        say(&format!("{label}{colon}"));
        for (number, choice) in (1..).zip(choices) {
            say(&wrapped(&format!("  {number}. {choice}"), width()));
        }
        let begins = |answer: &str| {
            let answer = answer.to_lowercase();
            let is_meant = |choice: &String| choice.to_lowercase().starts_with(&answer);
            let mut meant = (0..).zip(choices).filter(|(_, choice)| is_meant(choice));
            let found = meant.next()?.0;
            meant.next().is_none().then_some(found)
        };
        loop {
            let answer = self.plain_line(&format!("Number or name [{}]: ", first + 1))?;
            let found = match answer.trim() {
                "" => Some(first),
                answer => match answer.parse::<usize>() {
                    Ok(number) => number.checked_sub(1).filter(|index| *index < choices.len()),
                    Err(_) => find(answer).or_else(|| begins(answer)),
                },
            };
            match found {
                Some(found) => return Ok(found),
                None => say(&format!(
                    "Please answer with a number from 1 to {}.",
                    choices.len()
                )),
            }
        }
    }

    /// Reads a line in the terminal's own way, until it is one of text.
    pub fn plain_line(&self, label: &str) -> Result<String, PromptError> {
        loop {
            show(label)?;
            let mut line = String::new();
            if with_echo(|| io::stdin().lock().read_line(&mut line))? == 0 {
                return Err(PromptError::Cancelled);
            }
            let line = line.trim_end_matches(['\n', '\r']);
            match line.chars().find(|c| c.is_control()) {
                None if self.takes_back(line) => say(&wrapped(LEFT_STANDING, width())),
                None => return Ok(line.to_owned()),
                Some(found) => say(&format!(
                    "Not taken: it has a control character (U+{:04X}). Please type it again.",
                    u32::from(found)
                )),
            }
        }
    }
}
