//! Logins at registries, before anything is stored.

mod hosts;
pub mod login;
mod options;
mod realms;
mod round_trips;
#[cfg(unix)]
mod terminal;
pub mod token_info;
