//! The options of `update`.

use clap::Args;

use super::registry::RegistryWord;
use super::values::{days, last_day, such_as, AnySecret};
use super::{CreateArgs, LoginArgs, RuleOption, RulePrefix, TokenArgs};
use crate::model::credential::Username;
use crate::model::date::Date;
use crate::model::registries::NamedRegistry;

/// Store new credentials in an existing secret
///
/// Store new credentials as a new version of a secret, even if ecr-ptc did not create it. The
/// username stays unless you give another, and so do other keys in its JSON. Identical credentials
/// are not written again. The old version stays as AWSPREVIOUS; --rollback makes it current again.
///
/// At a terminal, ecr-ptc asks for the token, shows a review, and writes nothing until you confirm.
/// Without a terminal, it never prompts.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  ecr-ptc update docker-hub
  printf %s \"$TOKEN\" | ecr-ptc update --registry ghcr \\
    --access-token-stdin --expires-on 2027-01-31
  ecr-ptc update docker-hub --access-token-file token.txt --rule docker-hub
  ecr-ptc update docker-hub --expires-on 2027-01-31
  ecr-ptc update docker-hub --rollback")]
pub struct UpdateArgs {
    /// Name of the secret, with or without ecr-pullthroughcache/, or its ARN [default: the secret
    /// of --registry, or choose at the terminal]
    #[arg(value_name = "NAME", value_parser = AnySecret, hide_possible_values = true)]
    pub name: Option<String>,
    /// The upstream registry [default: taken from the secret's name]
    #[arg(
        long,
        value_name = "KIND",
        env = "ECR_PTC_REGISTRY",
        hide_env_values = true,
        value_parser = RegistryWord,
    )]
    pub registry: Option<NamedRegistry>,
    /// New account or token name at the registry
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
    /// Date the token expires, such as 2027-01-31; stored as a tag. Without a new token, it only
    /// corrects the date of the stored token
    #[arg(long, value_name = "DATE", value_parser = last_day)]
    pub expires_on: Option<Date>,
    #[command(flatten)]
    pub rule: RulePrefix,
    /// Do nothing unless the stored token expires within this many days
    #[arg(long, value_name = "DAYS", allow_negative_numbers = true, value_parser = days())]
    pub renew_within: Option<i64>,
    /// Make the previous version current again
    #[arg(
        long,
        conflicts_with_all = [
            "access_token_stdin",
            "access_token_file",
            "access_token_env",
            "from_docker_config",
            "credential_command",
            "renew_within",
            "expires_on",
            "prefix",
            "upstream_repository_prefix",
        ]
    )]
    pub rollback: bool,
    /// Skip all confirmations
    #[arg(short, long)]
    pub yes: bool,
}

impl UpdateArgs {
    /// Whether only the recorded expiry date changes.
    pub fn sets_only_the_date(&self) -> bool {
        let is_more = self.token.is_given()
            || self.username.is_some()
            || self.renew_within.is_some()
            || self.rule.prefix.is_some();
        self.expires_on.is_some() && !is_more
    }

    /// Converts the shared options to those of `create`.
    pub fn into_create(self) -> CreateArgs {
        CreateArgs {
            registry: self.registry,
            username: self.username,
            token: self.token,
            login: self.login,
            expires_on: self.expires_on,
            rule: RuleOption {
                rule: self.rule,
                print: None,
            },
            yes: self.yes,
            ..CreateArgs::default()
        }
    }
}
