//! The options of `update`.

use std::ffi::OsString;

use clap::Args;

use super::create::registry;
use super::secrets::AnyName;
use super::{CreateArgs, DockerArgs, LoginArgs};
use crate::upstream::Upstream;

/// Stores new credentials as a new version of an existing secret
///
/// Stores new credentials in a secret that exists, whoever made it: the username stays unless another
/// is given, other keys of its JSON stay, and what is the same already is not written again. The
/// version before stays as AWSPREVIOUS; --rollback makes it current again.
///
/// At a terminal it asks for the token, shows what it will do, and asks before it writes. Elsewhere it
/// never asks.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  ecr-ptc update docker-hub
  printf %s \"$TOKEN\" | ecr-ptc update --registry ghcr --access-token-stdin --expires-on 2027-01-31
  ecr-ptc update docker-hub --rollback")]
pub struct UpdateArgs {
    /// The secret: its name, with or without ecr-pullthroughcache/, or its ARN [default: that of --registry]
    #[arg(value_name = "NAME", value_parser = AnyName, hide_possible_values = true)]
    pub name: Option<String>,
    /// The upstream registry [default: as the name says]
    #[arg(long, value_name = "KIND", env = "ECR_PTC_REGISTRY", hide_env_values = true, value_parser = registry(), ignore_case = true)]
    pub registry: Option<&'static Upstream>,
    /// Another account or token name at the upstream registry
    #[arg(
        short,
        long,
        value_name = "NAME",
        env = "ECR_PTC_USERNAME",
        hide_env_values = true
    )]
    pub username: Option<String>,
    /// Read the access token from standard input
    #[arg(long, alias = "password-stdin")]
    pub access_token_stdin: bool,
    /// Read the access token from a file; - is standard input
    #[arg(long, value_name = "PATH")]
    pub access_token_file: Option<OsString>,
    /// Read the access token from the environment variable of this name
    #[arg(long, value_name = "VAR")]
    pub access_token_env: Option<String>,
    #[command(flatten)]
    pub docker: DockerArgs,
    #[command(flatten)]
    pub login: LoginArgs,
    /// The last day of the token, such as 2027-01-31; kept as the tag ecr-ptc:expires-on
    #[arg(long, value_name = "DATE", allow_hyphen_values = true)]
    pub expires_on: Option<String>,
    /// Make the version before current again
    #[arg(long)]
    pub rollback: bool,
    /// Do not ask
    #[arg(short, long)]
    pub yes: bool,
}

impl UpdateArgs {
    /// What `create` has too, as its options.
    pub fn into_create(self) -> CreateArgs {
        CreateArgs {
            registry: self.registry,
            username: self.username,
            access_token_stdin: self.access_token_stdin,
            access_token_file: self.access_token_file,
            access_token_env: self.access_token_env,
            docker: self.docker,
            login: self.login,
            expires_on: self.expires_on,
            yes: self.yes,
            ..CreateArgs::default()
        }
    }
}
