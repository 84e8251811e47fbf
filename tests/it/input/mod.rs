//! The command line, and where the token comes from.

pub mod docker_config;
mod token;
mod usage;
