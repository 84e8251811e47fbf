//! The options of the commands that work on secrets that exist.

use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use clap::{Args, ValueEnum};

use super::login_args::{HostArgs, Verify};
use super::values::{days, AnySecret};

/// Which secrets, and how much of them.
#[derive(Debug, Args)]
pub struct ListArgs {
    /// Adds the Regions that each secret is replicated to, which takes a call for each
    #[arg(long)]
    pub replicas: bool,
}

/// The name of one secret.
#[derive(Debug, Args)]
pub struct NameArgs {
    /// The secret: its name, with or without ecr-pullthroughcache/, or its ARN [default: at a
    /// terminal, it asks which]
    #[arg(value_name = "NAME", value_parser = AnySecret, hide_possible_values = true)]
    pub name: Option<String>,
}

/// Schedules the deletion of a secret
///
/// Schedules the deletion of a secret, or deletes it at once. Within the recovery window, `restore`
/// cancels the deletion. It shows what it will do and asks; if nothing can be asked, it needs
/// --yes. A secret with replicas is deleted only with --remove-replicas.
#[derive(Debug, Args)]
#[command(after_help = "Example: ecr-ptc delete docker-hub --recovery-window-days 7")]
pub struct DeleteArgs {
    #[command(flatten)]
    pub named: NameArgs,
    /// How long `restore` can cancel it, 7 to 30
    #[arg(
        long,
        value_name = "DAYS",
        default_value_t = 30,
        allow_negative_numbers = true,
        value_parser = clap::value_parser!(u8).range(7..=30)
    )]
    pub recovery_window_days: u8,
    /// Delete it at once and for good; at a terminal, its name has to be typed
    #[arg(long, conflicts_with = "recovery_window_days")]
    pub force_without_recovery: bool,
    /// Delete its replicas first, at once and for good
    #[arg(long)]
    pub remove_replicas: bool,
    /// Do not ask
    #[arg(short, long)]
    pub yes: bool,
}

/// What the words of `--verify` mean here, where the credentials are stored already.
fn verify() -> impl TypedValueParser<Value = Verify> {
    let values = [
        PossibleValue::new("auto").help("Send nothing to a registry, as with never"),
        PossibleValue::new("always")
            .help("Log in with what each secret holds; what is refused is an error"),
        PossibleValue::new("never").help("Send nothing to a registry"),
    ];
    PossibleValuesParser::new(values).map(|word| Verify::from_str(&word, false).unwrap_or_default())
}

/// Finds what would make pulls fail, in the secrets and their rules
///
/// Checks one secret, or all under ecr-pullthroughcache/, whoever made them: name, key, dates and
/// value. Each finding has its level, what it means for a pull, and the command that fixes it. If
/// one of them is an error, the exit status is 9. It never shows a token.
///
/// With --verify always it also logs in at the registries. Without NAME, --upstream-registry-url
/// is the host of Azure's secrets alone. With it, a host that is not the registry's own is asked
/// about; if nothing can be asked, it needs --yes.
///
/// With --fix it fixes what can be fixed without guessing: keys with nearly the right name, and
/// white space and line ends at the ends of the values; with --verify always also the tag that says
/// when the token ends, where the registry tells it. It shows what it will do and asks; if nothing
/// can be asked, it needs --yes.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  ecr-ptc check
  ecr-ptc check docker-hub --fix
  ecr-ptc check -o json --max-age 180 --expiring-within 14")]
pub struct CheckArgs {
    /// The secret: its name, with or without ecr-pullthroughcache/, or its ARN [default: all]
    #[arg(value_name = "NAME", value_parser = AnySecret, hide_possible_values = true)]
    pub name: Option<String>,
    /// Whether the stored credentials are tried at their registry
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
    /// Fix what can be fixed without guessing
    #[arg(long)]
    pub fix: bool,
    /// Do not ask before fixing, nor before a login at a host that is not the registry's own
    #[arg(short, long)]
    pub yes: bool,
    /// Warn of secrets that were last changed more days ago
    #[arg(long, value_name = "DAYS", allow_negative_numbers = true, value_parser = days())]
    pub max_age: Option<i64>,
    /// Warn of tokens that expire within so many days
    #[arg(
        long,
        value_name = "DAYS",
        allow_negative_numbers = true,
        value_parser = days(),
        default_value_t = 30
    )]
    pub expiring_within: i64,
}
