//! The upstream registries, asked whether they take the credentials.

mod address;
mod challenge;
mod verify;

pub use address::{Address, ForeignHost};
pub use verify::{log_in, Verdict};
