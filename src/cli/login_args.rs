//! Options that `create` and `update` share: where the token comes from, and the login at the
//! registry.

use std::ffi::OsString;

use clap::{Args, ValueEnum};

/// Where the token comes from.
#[derive(Debug, Default, Args)]
pub struct TokenArgs {
    /// Read the token from standard input
    #[arg(long, alias = "password-stdin", group = "token_source")]
    pub access_token_stdin: bool,
    /// Read the token from a file; - is standard input
    #[arg(long, value_name = "PATH", group = "token_source")]
    pub access_token_file: Option<OsString>,
    /// Read the token from the environment variable of this name
    #[arg(long, value_name = "VAR", group = "token_source")]
    pub access_token_env: Option<String>,
    /// Use the login that Docker or its credential helper has
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
        help = "Run a command, without a shell, that makes the credentials",
        long_help = "Run a command, without a shell, that makes the credentials. It prints one \
                     JSON object, {\"username\":…,\"accessToken\":…,\"expiresOn\":…}; username \
                     and expiresOn may be missing. It runs when all else is known to be right. \
                     Its standard error passes through unchanged",
        value_name = "COMMAND",
        group = "token_source"
    )]
    pub credential_command: Option<String>,
    /// Seconds that it may take [default: 60]
    #[arg(
        long,
        value_name = "SECONDS",
        requires = "credential_command",
        allow_negative_numbers = true,
        value_parser = clap::value_parser!(u64).range(1..=3600)
    )]
    pub credential_command_timeout: Option<u64>,
}

impl TokenArgs {
    /// Whether a source of a token is given.
    pub fn is_given(&self) -> bool {
        self.access_token_stdin
            || self.access_token_file.is_some()
            || self.access_token_env.is_some()
            || self.gives_username()
    }

    /// Whether the source of the token also gives the username.
    pub fn gives_username(&self) -> bool {
        self.from_docker_config.is_some() || self.credential_command.is_some()
    }
}

/// How the credentials are tried before they are stored.
#[derive(Debug, Default, Args)]
pub struct LoginArgs {
    /// Whether the credentials are tried at the registry before they are stored
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

/// Where the registry is.
#[derive(Debug, Default, Args)]
pub struct HostArgs {
    #[arg(
        long,
        help = "The registry's host; needed for Azure: NAME.azurecr.io",
        long_help = "The registry's host; needed for Azure: NAME.azurecr.io. \
                     A host that is not the registry's own gets the credentials only after a yes, \
                     or with --yes; a loopback address needs none",
        value_name = "HOST",
        help_heading = "The registry"
    )]
    pub upstream_registry_url: Option<String>,
}

/// When credentials are tried at the registry before they are stored.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Verify {
    /// Stop if the registry refuses them (status 6); warn if it cannot be asked
    #[default]
    Auto,
    /// Stop also if it cannot be asked (status 7); in a dry run too
    Always,
    /// Send nothing to the registry
    Never,
}
