//! Tokens that are made by a command, and renewed before they end.

#[cfg(unix)]
mod command;
pub mod due;
