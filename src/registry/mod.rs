//! The upstream registries, asked whether they take the credentials.

mod address;
mod challenge;
mod login;

pub use address::{Address, ForeignHost};
pub use login::{log_in, open_ahead, Verdict};
