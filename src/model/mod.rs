//! The types that the program works with. Each holds only valid values; none does any I/O.

pub mod account;
pub mod arn;
pub mod attributes;
pub mod count;
pub mod creation_template;
pub mod credential;
pub mod date;
pub mod image;
pub mod invalid;
pub mod name;
pub mod region;
pub mod registries;
pub mod rule;
pub mod secret;
pub mod stored_value;
pub mod token_kind;
pub mod value_fix;
pub mod value_update;
