//! The command line, and where the token comes from.

pub mod docker_config;
mod fixes;
#[cfg(unix)]
mod prompts;
mod token;
mod usage;
