//! The options of the commands for existing secrets.

use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use clap::{Args, ValueEnum};

use super::login_args::{HostArgs, Verify};
use super::values::{days, AnySecret};

/// The options of `list`.
#[derive(Debug, Args)]
pub struct ListArgs {
    /// Also show the Regions each secret is replicated to (one call per secret)
    #[arg(long)]
    pub replicas: bool,
}

/// The secret that a command works on.
#[derive(Debug, Args)]
pub struct NameArgs {
    /// Name of the secret, with or without ecr-pullthroughcache/, or its ARN [default: choose at
    /// the terminal]
    #[arg(value_name = "NAME", value_parser = AnySecret, hide_possible_values = true)]
    pub name: Option<String>,
}

/// Schedule the deletion of a secret
///
/// Schedule the deletion of a secret, or delete it immediately. During the recovery window,
/// `ecr-ptc restore` cancels the deletion. You confirm before anything is deleted; without a
/// terminal, --yes is required. A secret with replicas is deleted only with --remove-replicas.
#[derive(Debug, Args)]
#[command(after_help = "Example: ecr-ptc delete docker-hub --recovery-window-days 7")]
pub struct DeleteArgs {
    #[command(flatten)]
    pub named: NameArgs,
    /// Days during which `restore` can cancel the deletion, 7 to 30
    #[arg(
        long,
        value_name = "DAYS",
        default_value_t = 30,
        allow_negative_numbers = true,
        value_parser = clap::value_parser!(u8).range(7..=30)
    )]
    pub recovery_window_days: u8,
    /// Delete it immediately and permanently; at a terminal, you confirm by typing its name
    #[arg(long, conflicts_with = "recovery_window_days")]
    pub force_without_recovery: bool,
    /// Delete its replicas first, immediately and permanently
    #[arg(long)]
    pub remove_replicas: bool,
    /// Skip the confirmation
    #[arg(short, long)]
    pub yes: bool,
}

/// Parses `--verify` of `check`, where `auto` sends nothing.
fn verify() -> impl TypedValueParser<Value = Verify> {
    let values = [
        PossibleValue::new("auto").help("Send nothing to any registry, same as never"),
        PossibleValue::new("always")
            .help("Log in with the credentials of each secret; a rejection is an error"),
        PossibleValue::new("never").help("Send nothing to any registry"),
    ];
    PossibleValuesParser::new(values).map(|word| Verify::from_str(&word, false).unwrap_or_default())
}

/// The findings that make `check` end with status 9.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum FailOn {
    /// Errors
    #[default]
    Error,
    /// Errors and warnings
    Warning,
    /// Any finding
    Note,
}

/// Check secrets and rules for problems that would break pulls
///
/// Check the name, key, dates, value and rules of one secret, or of all secrets under
/// ecr-pullthroughcache/, even if ecr-ptc did not create them. Each finding shows its level, its
/// effect on pulls, and the command that fixes it. If any finding is an error, the exit status is
/// 9; --fail-on changes that. Tokens are never shown.
///
/// With --verify always, ecr-ptc also logs in to the registries. If one cannot be reached, the exit
/// status is 7, unless it is 9. A host given with --upstream-registry-url applies to NAME, or
/// without NAME only to Azure secrets. If it is not the registry's own host, you confirm first;
/// without a terminal, --yes is required.
///
/// With --pull it asks Amazon ECR for the manifest of an image, as a pull does, and explains what
/// ECR answers. IMAGE is a name as `image` takes it, or one in this account's registry. If ECR
/// blames the login at the upstream registry, the stored credentials are tested there, unless
/// --verify never is given. If the pull fails, the exit status is 9.
///
/// With --fix, ecr-ptc fixes what it can without guessing, in NAME or in all secrets: misspelled
/// keys, and spaces or line breaks around values. With --verify always, it also records the expiry
/// date that the registry reports. You confirm before anything is written; without a terminal,
/// --yes is required.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  ecr-ptc check
  ecr-ptc check docker-hub --fix
  ecr-ptc check --fix --yes
  ecr-ptc check --pull nginx:1.27
  ecr-ptc check -o json --max-age 180 --expiring-within 14")]
pub struct CheckArgs {
    /// Name of the secret, with or without ecr-pullthroughcache/, or its ARN [default: all]
    #[arg(value_name = "NAME", value_parser = AnySecret, hide_possible_values = true)]
    pub name: Option<String>,
    /// When to test the stored credentials with their registry
    #[arg(
        long,
        value_name = "WHEN",
        env = "ECR_PTC_VERIFY",
        hide_env_values = true,
        value_parser = verify(),
        default_value = "auto",
        help_heading = "The registry"
    )]
    pub verify: Verify,
    #[command(flatten)]
    pub host: HostArgs,
    /// Prove that an image can be pulled: ask Amazon ECR for its manifest, which makes ECR cache
    /// the image; repeatable
    #[arg(long, value_name = "IMAGE")]
    pub pull: Vec<String>,
    /// Fix problems that need no guessing
    #[arg(long)]
    pub fix: bool,
    /// Skip all confirmations
    #[arg(short, long)]
    pub yes: bool,
    /// The least level of a finding that makes the exit status 9
    #[arg(long, value_name = "LEVEL", value_enum, default_value_t)]
    pub fail_on: FailOn,
    /// Warn about secrets that have not changed for this many days
    #[arg(long, value_name = "DAYS", allow_negative_numbers = true, value_parser = days())]
    pub max_age: Option<i64>,
    /// Warn about tokens that expire within this many days
    #[arg(
        long,
        value_name = "DAYS",
        allow_negative_numbers = true,
        value_parser = days(),
        default_value_t = 30
    )]
    pub expiring_within: i64,
}
