//! What people and scripts hold on to.

#[cfg(unix)]
mod action;
#[cfg(unix)]
mod terminal;
mod words;
