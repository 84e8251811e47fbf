//! Logins at the upstream registries.

mod address;
mod challenge;
mod login;
mod manifest;
mod token_info;
mod words;

pub use address::{Address, ForeignHost};
pub use login::{log_in, Verdict};
pub use manifest::{Manifest, ManifestFault, ManifestRequest, Refusal};
pub use token_info::TokenInfo;
