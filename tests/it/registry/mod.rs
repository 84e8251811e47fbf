//! Logins at registries, before anything is stored.

mod hosts;
mod login;
mod options;
#[cfg(unix)]
mod terminal;
