//! Logins at the upstream registries.

mod address;
mod challenge;
mod login;
mod token_info;
mod words;

pub use address::{Address, ForeignHost};
pub use login::{log_in, Verdict};
pub use token_info::TokenInfo;
