//! Gathers a request: from options, files, variables and standard input, and from a person.

mod command_line;
mod docker;
pub mod draft;
mod login;
mod options;
pub mod person;
pub mod prompt;
pub mod rule;
mod suspicion;
mod terminal;
mod token;

pub use terminal::width as terminal_width;
