//! The options of `update`.

use clap::Args;

use super::any_text::AnyText;
use super::registry::RegistryWord;
use super::{CreateArgs, LoginArgs, RuleOption, TokenArgs, UpstreamPrefixOption};
use crate::model::registries::NamedRegistry;

/// Stores new credentials as a new version of an existing secret
///
/// Stores new credentials in a secret that exists, whoever made it: the username stays unless
/// another is given, other keys of its JSON stay, and what is the same already is not written
/// again. The previous version stays as AWSPREVIOUS; --rollback makes it current again.
///
/// At a terminal it asks for the token, shows what it will do, and asks before it writes. Elsewhere
/// it never asks.
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
    /// The secret: its name, with or without ecr-pullthroughcache/, or its ARN [default: that of
    /// --registry; at a terminal, it asks which]
    #[arg(value_name = "NAME", value_parser = AnyText::NAME, hide_possible_values = true)]
    pub name: Option<String>,
    /// The upstream registry [default: as the name says]
    #[arg(
        long,
        value_name = "KIND",
        env = "ECR_PTC_REGISTRY",
        hide_env_values = true,
        value_parser = RegistryWord,
    )]
    pub registry: Option<NamedRegistry>,
    /// Another account or token name at the upstream registry
    #[arg(
        short,
        long,
        value_name = "NAME",
        env = "ECR_PTC_USERNAME",
        hide_env_values = true
    )]
    pub username: Option<String>,
    #[command(flatten)]
    pub token: TokenArgs,
    #[command(flatten)]
    pub login: LoginArgs,
    /// The last day of the token, such as 2027-01-31; kept as a tag. Without a token, it is that
    /// of the token that is stored
    #[arg(long, value_name = "DATE", allow_hyphen_values = true)]
    pub expires_on: Option<String>,
    /// Make or update the rule with this repository prefix, and validate it
    #[arg(long, value_name = "PREFIX")]
    pub rule: Option<String>,
    #[command(flatten)]
    pub part: UpstreamPrefixOption,
    /// Do nothing while the token that is stored lasts longer than so many days
    #[arg(long, value_name = "DAYS", allow_hyphen_values = true)]
    pub renew_within: Option<String>,
    /// Make the previous version current again
    #[arg(long)]
    pub rollback: bool,
    /// Do not ask before it writes, nor before a login at a host that is not the registry's own
    #[arg(short, long)]
    pub yes: bool,
}

impl UpdateArgs {
    /// An option that has no place beside `--rollback`, where one is given.
    pub fn excluded_by_rollback(&self) -> Option<&'static str> {
        let token = &self.token;
        let others = [
            (self.username.is_some(), "--username"),
            (token.access_token_stdin, "--access-token-stdin"),
            (token.access_token_file.is_some(), "--access-token-file"),
            (token.access_token_env.is_some(), "--access-token-env"),
            (token.from_docker_config.is_some(), "--from-docker-config"),
            (token.credential_command.is_some(), "--credential-command"),
            (self.renew_within.is_some(), "--renew-within"),
            (self.expires_on.is_some(), "--expires-on"),
            (self.rule.is_some(), "--rule"),
            (self.names_a_part(), "--upstream-repository-prefix"),
        ];
        let mut given = others.iter().filter(|(is_given, _)| *is_given);
        given.next().map(|(_, option)| *option)
    }

    /// Whether the last day of the token that is stored is all there is to write.
    pub fn sets_only_the_date(&self) -> bool {
        let token = &self.token;
        let is_another_token = token.access_token_stdin
            || token.access_token_file.is_some()
            || token.access_token_env.is_some()
            || token.from_docker_config.is_some()
            || token.credential_command.is_some();
        let is_rule = self.rule.is_some() || self.names_a_part();
        let is_more =
            is_another_token || self.username.is_some() || self.renew_within.is_some() || is_rule;
        self.expires_on.is_some() && !is_more
    }

    fn names_a_part(&self) -> bool {
        self.part.upstream_repository_prefix.is_some()
    }

    /// What `create` has too, as its options.
    pub fn into_create(self) -> CreateArgs {
        CreateArgs {
            registry: self.registry,
            username: self.username,
            token: self.token,
            login: self.login,
            expires_on: self.expires_on,
            rule: RuleOption {
                prefix: self.rule,
                part: self.part,
                print: None,
            },
            yes: self.yes,
            ..CreateArgs::default()
        }
    }
}
