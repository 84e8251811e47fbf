//! The interface for people and scripts.

#[cfg(unix)]
mod action;
#[cfg(unix)]
pub mod flow;
#[cfg(unix)]
mod keys;
#[cfg(unix)]
mod release;
#[cfg(unix)]
mod terminal;
mod words;
