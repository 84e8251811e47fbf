//! [`InputErrors`]: all errors in the input, each with its fix.

use crate::model::invalid::Invalid;
use crate::output::failure::Failure;

/// Further errors are only counted.
const MOST_SHOWN: usize = 50;

/// Collects errors, to report them all at once.
#[derive(Default)]
pub struct InputErrors(Vec<(String, String)>);

impl InputErrors {
    /// Adds an error and its fix.
    pub fn add(&mut self, message: impl Into<String>, fix: impl Into<String>) {
        self.0.push((message.into(), fix.into()));
    }

    /// Returns the value, or adds the error. `fix` applies if the error has no fix of its own.
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

    /// The first error only, for a prompt.
    pub fn first(self) -> Result<(), Invalid> {
        match self.0.into_iter().next() {
            Some((message, _)) => Err(Invalid::new(message)),
            None => Ok(()),
        }
    }

    /// All errors as one, with each fix once, one per line.
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
                "found {} problems:\n{}{more}",
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
