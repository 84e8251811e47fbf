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

/// What happens if the secret exists already.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum IfExists {
    /// End with an error (status 3)
    #[default]
    Fail,
    /// Leave it as it is and print its ARN
    Skip,
    /// Store a new version unless the credentials are the same, and finish what an earlier run left
    Update,
}

/// Stores credentials in a new Secrets Manager secret
///
/// Stores the credentials of an upstream registry as the secret that Amazon ECR pull through cache
/// needs: JSON with `username` and `accessToken`, under ecr-pullthroughcache/, encrypted with the
/// default key aws/secretsmanager, in the account and Region of the rule.
///
/// The credentials are tried at the registry first. If it refuses them, nothing is stored.
///
/// At a terminal it asks for what the options do not say, shows what it will do, and asks before it
/// writes. Elsewhere it never asks.
#[derive(Debug, Default, Args)]
#[command(
    after_help = "See --help for examples, and for where to make a token at each registry.",
    after_long_help = create_examples(),
)]
pub struct CreateArgs {
    /// The upstream registry, as with --registry
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
    /// The account or token name there
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
        help = "The name of the secret [default: ecr-pullthroughcache/KIND]",
        value_name = "NAME",
        help_heading = "The secret"
    )]
    pub name: Option<String>,
    #[arg(
        long,
        help = "What the secret is for [default: REGISTRY credentials for Amazon ECR pull through \
            cache]",
        value_name = "TEXT",
        value_parser = Description::parse,
        help_heading = "The secret"
    )]
    pub description: Option<Description>,
    /// A tag, not encrypted; may be repeated, up to 50
    #[arg(
        long = "tag",
        value_name = "KEY=VALUE",
        value_parser = such_as(Tag::parse, "team=platform"),
        help_heading = "The secret"
    )]
    pub tags: Vec<Tag>,
    /// The last day of the token, such as 2027-01-31; kept as a tag
    #[arg(long, value_name = "DATE", value_parser = last_day, help_heading = "The secret")]
    pub expires_on: Option<Date>,
    /// A file with a resource policy; public access is blocked
    #[arg(long, value_name = "PATH", help_heading = "The secret")]
    pub resource_policy: Option<String>,
    /// Replicate to this Region; may be repeated, or with commas
    #[arg(
        long = "replica-region",
        value_name = "REGION",
        value_delimiter = ',',
        value_parser = such_as(Region::parse, "eu-west-1"),
        help_heading = "The secret"
    )]
    pub replica_regions: Vec<Region>,
    /// Overwrite a secret of the same name in a replica Region
    #[arg(long, requires = "replica_regions", help_heading = "The secret")]
    pub force_overwrite_replica_secret: bool,

    #[command(flatten)]
    pub rule: RuleOption,

    /// Rotate automatically with this Lambda function
    #[arg(
        long,
        value_name = "ARN",
        requires = "rotation_time",
        value_parser = such_as(LambdaArn::parse, FUNCTION),
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
        help_heading = "Rotation"
    )]
    pub rotation_days: Option<u16>,
    /// Rotate by a rate() or cron() expression
    #[arg(
        long,
        value_name = "EXPR",
        group = "rotation_time",
        requires = "rotation_lambda_arn",
        value_parser = such_as(Schedule::expression, "rate(30 days)"),
        help_heading = "Rotation"
    )]
    pub rotation_schedule: Option<Schedule>,
    /// The length of the rotation window, such as 3h
    #[arg(
        long,
        value_name = "DUR",
        requires = "rotation_lambda_arn",
        value_parser = such_as(Rotation::duration, "3h"),
        help_heading = "Rotation"
    )]
    pub rotation_duration: Option<String>,
    /// Wait for the next rotation window instead of rotating at once
    #[arg(long, requires = "rotation_lambda_arn", help_heading = "Rotation")]
    pub no_rotate_immediately: bool,

    /// What to do if the secret exists already
    #[arg(
        long,
        value_enum,
        value_name = "WHAT",
        default_value_t,
        help_heading = "What happens"
    )]
    pub if_exists: IfExists,
    /// Check everything and show what would be sent; write nothing
    #[arg(
        long,
        conflicts_with = "credential_command",
        help_heading = "What happens"
    )]
    pub dry_run: bool,
    /// Do not ask after the review, nor before a login at a host that is not the registry's own
    #[arg(short, long, help_heading = "What happens")]
    pub yes: bool,
}

fn create_examples() -> String {
    let mut text = String::from(
        "\
Examples:
  At a terminal, asking for everything:
    ecr-ptc create

  The same for one registry:
    ecr-ptc create docker-hub

  In CI, with the token from a variable that the job has:
    ecr-ptc create --registry docker-hub -u me --access-token-env HUB_TOKEN

  With the token piped in; if the secret exists, it is updated:
    printf %s \"$TOKEN\" | ecr-ptc create --registry ghcr -u me \\
      --access-token-stdin --if-exists update

  With what docker login left:
    ecr-ptc create --registry docker-hub --from-docker-config

Where the token is made:",
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
