//! The options of `create`.

use std::fmt::Write as _;

use clap::{Args, ValueEnum};

use super::registry::RegistryWord;
use super::values::{last_day, such_as, FUNCTION};
use super::{LoginArgs, RuleOption, TokenArgs};
use crate::model::arn::LambdaArn;
use crate::model::attributes::{Description, Rotation, Schedule, Tag};
use crate::model::credential::Username;
use crate::model::date::Date;
use crate::model::region::Region;
use crate::model::registries::{Login, LoginRegistry, NamedRegistry};

/// What to do if the secret already exists.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum IfExists {
    /// Stop with an error (status 3)
    #[default]
    Fail,
    /// Leave it unchanged and print its ARN
    Skip,
    /// Store a new version if the credentials differ, and finish what an earlier run left undone
    Update,
}

/// Store credentials in a new secret
///
/// Store the credentials of an upstream registry in the secret that Amazon ECR pull through cache
/// requires: JSON with `username` and `accessToken`, a name under ecr-pullthroughcache/, the
/// default key aws/secretsmanager, and the same account and Region as the rule.
///
/// The credentials are tested first. If the registry rejects them, nothing is stored.
///
/// At a terminal, ecr-ptc asks for missing values, shows a review, and writes nothing until you
/// confirm. Then it offers to pull an image as proof. Without a terminal, it never prompts.
#[derive(Debug, Default, Args)]
#[command(
    after_help = "Example: ecr-ptc create docker-hub --rule docker-hub",
    after_long_help = create_examples(),
)]
pub struct CreateArgs {
    /// The upstream registry, same as --registry
    #[arg(value_name = "REGISTRY", value_parser = RegistryWord, hide_possible_values = true)]
    pub registry_word: Option<NamedRegistry>,
    /// The upstream registry
    #[arg(
        long,
        value_name = "KIND",
        env = "ECR_PTC_REGISTRY",
        hide_env_values = true,
        value_parser = RegistryWord,
    )]
    pub registry: Option<NamedRegistry>,
    /// Account or token name at the registry
    #[arg(
        short,
        long,
        value_name = "NAME",
        env = "ECR_PTC_USERNAME",
        hide_env_values = true,
        value_parser = such_as(Username::parse, "NAME")
    )]
    pub username: Option<Username>,
    #[command(flatten)]
    pub token: TokenArgs,
    #[command(flatten)]
    pub login: LoginArgs,

    #[arg(
        long,
        help = "Name of the secret [default: ecr-pullthroughcache/KIND]",
        value_name = "NAME",
        help_heading = SECRET
    )]
    pub name: Option<String>,
    #[arg(
        long,
        help = "Description of the secret [default: REGISTRY credentials for Amazon ECR pull \
            through cache]",
        value_name = "TEXT",
        value_parser = Description::parse,
        hide_short_help = true,
        help_heading = SECRET
    )]
    pub description: Option<Description>,
    /// Tag the secret; repeat for more (up to 50). Tags are not encrypted
    #[arg(
        long = "tag",
        value_name = "KEY=VALUE",
        value_parser = such_as(Tag::parse, "team=platform"),
        help_heading = SECRET
    )]
    pub tags: Vec<Tag>,
    /// Date the token expires, such as 2027-01-31; stored as a tag
    #[arg(long, value_name = "DATE", value_parser = last_day, help_heading = SECRET)]
    pub expires_on: Option<Date>,
    /// Attach the resource policy in this file; public access is blocked
    #[arg(long, value_name = "PATH", hide_short_help = true, help_heading = SECRET)]
    pub resource_policy: Option<String>,
    /// Replicate the secret to this Region; repeat or separate with commas for more
    #[arg(
        long = "replica-region",
        value_name = "REGION",
        value_delimiter = ',',
        value_parser = such_as(Region::parse, "eu-west-1"),
        hide_short_help = true,
        help_heading = SECRET
    )]
    pub replica_regions: Vec<Region>,
    /// Overwrite a secret of the same name in a replica Region
    #[arg(
        long,
        requires = "replica_regions",
        hide_short_help = true,
        help_heading = SECRET
    )]
    pub force_overwrite_replica_secret: bool,

    #[command(flatten)]
    pub rule: RuleOption,

    /// Rotate the secret automatically with this Lambda function
    #[arg(
        long,
        value_name = "ARN",
        requires = "rotation_time",
        value_parser = such_as(LambdaArn::parse, FUNCTION),
        hide_short_help = true,
        help_heading = "Rotation"
    )]
    pub rotation_lambda_arn: Option<LambdaArn>,
    /// Rotate every N days, 1 to 1000
    #[arg(
        long,
        value_name = "N",
        group = "rotation_time",
        requires = "rotation_lambda_arn",
        allow_negative_numbers = true,
        value_parser = clap::value_parser!(u16).range(1..=1000),
        hide_short_help = true,
        help_heading = "Rotation"
    )]
    pub rotation_days: Option<u16>,
    /// Rotate on a rate() or cron() schedule
    #[arg(
        long,
        value_name = "EXPR",
        group = "rotation_time",
        requires = "rotation_lambda_arn",
        value_parser = such_as(Schedule::expression, "rate(30 days)"),
        hide_short_help = true,
        help_heading = "Rotation"
    )]
    pub rotation_schedule: Option<Schedule>,
    /// Length of the rotation window, such as 3h
    #[arg(
        long,
        value_name = "DUR",
        requires = "rotation_lambda_arn",
        value_parser = such_as(Rotation::duration, "3h"),
        hide_short_help = true,
        help_heading = "Rotation"
    )]
    pub rotation_duration: Option<String>,
    /// Wait for the next rotation window instead of rotating immediately
    #[arg(
        long,
        requires = "rotation_lambda_arn",
        hide_short_help = true,
        help_heading = "Rotation"
    )]
    pub no_rotate_immediately: bool,

    /// What to do if the secret already exists
    #[arg(
        long,
        value_enum,
        value_name = "WHAT",
        default_value_t,
        help_heading = "Behavior"
    )]
    pub if_exists: IfExists,
    /// Check everything and show what would be sent, but write nothing
    #[arg(long, conflicts_with = "credential_command", help_heading = "Behavior")]
    pub dry_run: bool,
    /// Skip all confirmations
    #[arg(short, long, help_heading = "Behavior")]
    pub yes: bool,
}

/// The heading of the options of the secret.
const SECRET: &str = "The secret";

fn create_examples() -> String {
    let mut text = String::from(
        "\
Examples:
  At a terminal, ask for everything:
    ecr-ptc create

  The same for one registry:
    ecr-ptc create docker-hub

  In CI, read the token from an environment variable:
    ecr-ptc create --registry docker-hub -u me --access-token-env HUB_TOKEN

  Read the token from standard input, and update the secret if it exists:
    printf %s \"$TOKEN\" | ecr-ptc create --registry ghcr -u me \\
      --access-token-stdin --if-exists update

  Use the credentials that docker login saved:
    ecr-ptc create --registry docker-hub --from-docker-config

Where to create a token:",
    );
    for upstream in LoginRegistry::all() {
        let title = upstream.title;
        let Login {
            username,
            token,
            token_source,
            ..
        } = upstream.login;
        let _ = write!(
            text,
            "\n  {title}\n    username: {username}\n    token: {token}\n    {token_source}"
        );
    }
    text
}
