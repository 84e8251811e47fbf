//! The command line, and where the token comes from.

mod docker_config;
mod token;
mod usage;
