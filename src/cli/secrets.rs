//! The options of the commands that work on secrets that exist.

use clap::Args;

/// The name of one secret.
#[derive(Debug, Args)]
pub struct NameArgs {
    /// The secret: its name, with or without ecr-pullthroughcache/, or its ARN
    #[arg(value_name = "NAME")]
    pub name: String,
}

/// What `delete` takes.
#[derive(Debug, Args)]
pub struct DeleteArgs {
    #[command(flatten)]
    pub named: NameArgs,
    /// How long it can be taken back, 7 to 30 [default: 30]
    #[arg(long, value_name = "DAYS", allow_hyphen_values = true)]
    pub recovery_window_days: Option<String>,
    /// Delete it at once and for good; at a terminal, its name has to be typed
    #[arg(long)]
    pub force_without_recovery: bool,
    /// Delete its replicas first, at once and for good
    #[arg(long)]
    pub remove_replicas: bool,
    /// Do not ask
    #[arg(short, long)]
    pub yes: bool,
}
