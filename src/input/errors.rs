//! [`InputErrors`]: everything that is wrong with what was given, and what fixes each of it.

use crate::model::invalid::Invalid;
use crate::output::failure::Failure;

/// The most faults that are shown one by one.
const MOST_SHOWN: usize = 50;

/// Collects what is wrong, so that it can all be said at once.
#[derive(Default)]
pub struct InputErrors(Vec<(String, String)>);

impl InputErrors {
    /// What is wrong, and what fixes it: the option with a value that works, or a command.
    pub fn add(&mut self, message: impl Into<String>, fix: impl Into<String>) {
        self.0.push((message.into(), fix.into()));
    }

    /// Keeps a fault. `fix` is for one that has no fix of its own.
    pub fn keep<T, E: Into<Invalid>>(&mut self, result: Result<T, E>, fix: &str) -> Option<T> {
        match result {
            Ok(value) => Some(value),
            Err(fault) => {
                let Invalid { message, fix: own } = fault.into();
                self.add(message, own.unwrap_or_else(|| fix.to_owned()));
                None
            }
        }
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The first fault alone: at a prompt, each is told when it is met.
    pub fn first(self) -> Result<(), Invalid> {
        match self.0.into_iter().next() {
            Some((message, _)) => Err(Invalid::new(message)),
            None => Ok(()),
        }
    }

    /// All of it, with the fixes one a line, each once. After many faults, the rest is counted.
    pub fn into_failure(self) -> Failure {
        let shown = &self.0[..self.0.len().min(MOST_SHOWN)];
        let messages: Vec<&str> = shown.iter().map(|(message, _)| message.as_str()).collect();
        let more = match self.0.len() - shown.len() {
            0 => String::new(),
            more => format!("\nand {more} more"),
        };
        let message = match messages.as_slice() {
            [only] => (*only).to_owned(),
            several => format!(
                "{} things are wrong:\n{}{more}",
                self.0.len(),
                several.join("\n")
            ),
        };
        let mut fixes: Vec<&str> = Vec::new();
        for line in shown.iter().flat_map(|(_, fix)| fix.lines()) {
            if !fixes.contains(&line) {
                fixes.push(line);
            }
        }
        Failure::usage(message).fix(fixes.join("\n"))
    }
}
