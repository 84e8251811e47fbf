//! Pull through cache rules, by their own commands and with a secret.

mod code;
pub mod errors;
mod image;
mod in_use;
#[cfg(unix)]
mod list;
#[cfg(unix)]
mod prove;
mod set;
mod switch;
mod upstreams;
mod with_create;
mod with_update;
mod without_prefix;
