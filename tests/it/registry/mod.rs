//! Logins at registries, before anything is stored.

mod hosts;
pub mod login;
mod options;
#[cfg(unix)]
mod terminal;
