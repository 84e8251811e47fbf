//! The options of the commands that work on secrets that exist.

use clap::Args;

/// The name of one secret.
#[derive(Debug, Args)]
pub struct NameArgs {
    /// The secret: its name, with or without ecr-pullthroughcache/, or its ARN
    #[arg(value_name = "NAME")]
    pub name: String,
}
