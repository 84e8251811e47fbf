//! The command line, and where the token comes from.

pub mod docker_config;
mod fixes;
mod token;
mod usage;
