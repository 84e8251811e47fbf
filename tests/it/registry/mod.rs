//! Logins at registries, before anything is stored.

mod hosts;
pub mod login;
mod options;
mod realms;
#[cfg(unix)]
mod terminal;
