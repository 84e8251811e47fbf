//! Options that `create` and `update` share: the source of the token, and how to test it.

use std::ffi::OsString;

use clap::{Args, ValueEnum};

/// Where the token comes from.
#[derive(Debug, Default, Args)]
pub struct TokenArgs {
    /// Read the token from standard input
    #[arg(long, alias = "password-stdin", group = "token_source")]
    pub access_token_stdin: bool,
    /// Read the token from a file, or from standard input with -
    #[arg(long, value_name = "PATH", group = "token_source")]
    pub access_token_file: Option<OsString>,
    /// Read the token from this environment variable
    #[arg(long, value_name = "VAR", group = "token_source")]
    pub access_token_env: Option<String>,
    /// Use the credentials that docker login saved
    #[arg(
        long,
        value_name = "PATH",
        num_args = 0..=1,
        require_equals = true,
        group = "token_source",
        default_missing_value = ""
    )]
    pub from_docker_config: Option<OsString>,
    #[arg(
        long,
        help = "Run this command, without a shell, to get the credentials",
        long_help = "Run this command, without a shell, to get the credentials. It must print one \
                     JSON object, {\"username\":…,\"accessToken\":…,\"expiresOn\":…}; username \
                     and expiresOn are optional. It runs last, after everything else has been \
                     checked. Its standard error is passed through unchanged",
        value_name = "COMMAND",
        group = "token_source"
    )]
    pub credential_command: Option<String>,
    /// Seconds to wait for --credential-command [default: 60]
    #[arg(
        long,
        value_name = "SECONDS",
        requires = "credential_command",
        allow_negative_numbers = true,
        value_parser = clap::value_parser!(u64).range(1..=3600),
        hide_short_help = true
    )]
    pub credential_command_timeout: Option<u64>,
}

impl TokenArgs {
    /// Whether any option names a source of the token.
    pub fn is_given(&self) -> bool {
        self.access_token_stdin
            || self.access_token_file.is_some()
            || self.access_token_env.is_some()
            || self.gives_username()
    }

    /// Whether the source of the token also provides the username.
    pub fn gives_username(&self) -> bool {
        self.from_docker_config.is_some() || self.credential_command.is_some()
    }
}

/// How to test the credentials before they are stored.
#[derive(Debug, Default, Args)]
pub struct LoginArgs {
    /// When to test the credentials with the registry
    #[arg(
        long,
        value_enum,
        value_name = "WHEN",
        env = "ECR_PTC_VERIFY",
        hide_env_values = true,
        default_value_t,
        help_heading = "The registry"
    )]
    pub verify: Verify,
    #[command(flatten)]
    pub host: HostArgs,
}

/// The host of the registry.
#[derive(Debug, Default, Args)]
pub struct HostArgs {
    #[arg(
        long,
        help = "Host of the registry; required for Azure: NAME.azurecr.io",
        long_help = "Host of the registry; required for Azure: NAME.azurecr.io. Credentials go to \
                     any other host only if you confirm or pass --yes; a loopback address needs \
                     no confirmation",
        value_name = "HOST",
        help_heading = "The registry"
    )]
    pub upstream_registry_url: Option<String>,
}

/// When to test credentials with the registry.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Verify {
    /// Stop if the registry rejects them (status 6), warn if it cannot be reached
    #[default]
    Auto,
    /// Stop also if it cannot be reached (status 7); test in a dry run too
    Always,
    /// Send nothing to the registry
    Never,
}
