//! Tokens issued by a command, and renewed before they expire.

#[cfg(unix)]
mod command;
pub mod due;
