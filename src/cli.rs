//! The command line: its words and help texts, and nothing that they do.

mod documents;
mod secrets;
mod usage;

pub use documents::{completion_script, man_page};
pub use secrets::{CheckArgs, DeleteArgs, NameArgs};

use std::ffi::OsString;
use std::fmt::Write as _;

use clap::builder::{FalseyValueParser, PossibleValue, PossibleValuesParser, TypedValueParser};
use clap::error::ErrorKind;
use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::failure::Failure;
use crate::upstream::{Upstream, UPSTREAMS};

/// Puts upstream registry credentials where Amazon ECR pull through cache can use them.
#[derive(Debug, Parser)]
#[command(
    name = "ecr-ptc",
    version,
    max_term_width = 100,
    disable_help_subcommand = true,
    after_help = "Without a subcommand, it starts `create`.",
    after_long_help = ABOUT_ALL
)]
pub struct Cli {
    #[command(subcommand)]
    pub command: Option<Command>,
    #[command(flatten)]
    pub global: Global,
}

const ABOUT_ALL: &str = "\
Without a subcommand, it starts `create`.

Exit status:
  0    done: created, updated, unchanged, skipped, dry run, nothing wrong
  1    any other failure
  2    usage: missing, malformed or conflicting input
  3    the secret exists, does not exist, or is scheduled for deletion
  4    AWS credentials or configuration missing, expired or wrong
  5    AWS refused: no permission
  7    temporary: network, time-out, throttling, server error
  8    partly done: the secret is stored, a later step failed
  9    check found problems
  130  cancelled: nothing was written";

#[derive(Debug, Subcommand)]
pub enum Command {
    Create(Box<CreateArgs>),
    /// Lists the secrets under ecr-pullthroughcache/ in this account and Region
    ///
    /// Lists every secret whose name begins with ecr-pullthroughcache/, whoever made it, also those
    /// that are scheduled for deletion: when it was changed and last read, when its token ends, and
    /// the Regions that it is replicated to. It is a table, or with -o json an array of objects.
    #[command(after_help = "Example: ecr-ptc list --region eu-central-1")]
    List,
    /// Shows everything about a secret except the token
    ///
    /// Shows all that is known of a secret, whoever made it: of the token only its length and its kind,
    /// where that shows in how it begins. Without the permission to read the value or the policy, or
    /// to ask KMS, it shows the rest and says what is missing.
    #[command(after_help = "Example: ecr-ptc show docker-hub")]
    Show(NameArgs),
    Check(CheckArgs),
    Delete(DeleteArgs),
    /// Takes back the deletion of a secret
    #[command(after_help = "Example: ecr-ptc restore docker-hub")]
    Restore(NameArgs),
    /// Prints a completion script for a shell
    #[command(after_help = "Example: ecr-ptc completions bash > /etc/bash_completion.d/ecr-ptc")]
    Completions {
        /// The shell to complete in
        #[arg(value_name = "SHELL")]
        shell: clap_complete::Shell,
    },
    /// Prints the man page in roff
    #[command(after_help = "Example: ecr-ptc man > /usr/local/share/man/man1/ecr-ptc.1")]
    Man,
}

/// The options of every command.
#[derive(Debug, Args)]
#[command(next_help_heading = "Options of every command")]
pub struct Global {
    /// The AWS profile to use; beats keys in the environment
    #[arg(long, global = true, value_name = "NAME")]
    pub profile: Option<String>,
    /// The AWS Region: that of the pull through cache rule
    #[arg(long, global = true, value_name = "REGION")]
    pub region: Option<String>,
    /// Send AWS requests to this URL instead
    #[arg(long, global = true, value_name = "URL")]
    pub endpoint_url: Option<String>,
    /// Trust the certificate authorities in this PEM file
    #[arg(long, global = true, value_name = "PATH")]
    pub ca_bundle: Option<String>,
    /// Seconds to wait for a connection to AWS [default: 5]; 0 waits for ever
    #[arg(long, global = true, value_name = "N", allow_hyphen_values = true)]
    pub cli_connect_timeout: Option<String>,
    /// Seconds to wait for one answer of AWS [default: 15]; 0 waits for ever
    #[arg(long, global = true, value_name = "N", allow_hyphen_values = true)]
    pub cli_read_timeout: Option<String>,
    /// How the result and errors are written
    #[arg(
        short,
        long,
        global = true,
        value_enum,
        value_name = "FORMAT",
        env = "ECR_PTC_OUTPUT",
        hide_env_values = true,
        default_value_t
    )]
    pub output: Format,
    /// Write nothing to standard error but errors
    #[arg(short, long, global = true)]
    pub quiet: bool,
    /// Add causes and AWS request IDs to errors
    #[arg(short, long, global = true)]
    pub verbose: bool,
    /// When to use colour
    #[arg(long, global = true, value_enum, value_name = "WHEN", default_value_t)]
    pub color: ColorWhen,
    /// Never ask anything
    #[arg(long, global = true, env = "ECR_PTC_NO_INPUT", hide_env_values = true, value_parser = FalseyValueParser::new())]
    pub no_input: bool,
    /// Ask in plain lines, without redrawing; also by ACCESSIBLE=1 or TERM=dumb
    #[arg(long, global = true)]
    pub accessible: bool,
}

/// How the result and errors are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Format {
    #[default]
    Text,
    Json,
}

/// When colour is used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum ColorWhen {
    #[default]
    Auto,
    Always,
    Never,
}

/// What happens where the secret exists already.
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
/// At a terminal it asks for whatever the options leave open, shows what it will do, and asks
/// before it writes. Elsewhere it never asks.
#[derive(Debug, Args)]
#[command(after_help = "See --help for examples, and for where to make a token at each registry.", after_long_help = create_examples())]
pub struct CreateArgs {
    /// The upstream registry
    #[arg(long, value_name = "KIND", env = "ECR_PTC_REGISTRY", hide_env_values = true, value_parser = registry(), ignore_case = true)]
    pub registry: Option<&'static Upstream>,
    /// The account or token name at the upstream registry
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

    #[arg(
        long,
        help = "The name of the secret [default: ecr-pullthroughcache/KIND]",
        value_name = "NAME",
        help_heading = "The secret"
    )]
    pub name: Option<String>,
    #[arg(
        long,
        help = "What the secret is for [default: REGISTRY credentials for Amazon ECR pull through cache]",
        value_name = "TEXT",
        help_heading = "The secret"
    )]
    pub description: Option<String>,
    /// A tag, not encrypted; may be repeated, up to 50
    #[arg(long = "tag", value_name = "KEY=VALUE", help_heading = "The secret")]
    pub tags: Vec<String>,
    /// A file with a resource policy in JSON; public access is blocked
    #[arg(long, value_name = "PATH", help_heading = "The secret")]
    pub resource_policy: Option<String>,
    /// Replicate to this Region; may be repeated or separated by commas
    #[arg(
        long = "replica-region",
        value_name = "REGION",
        value_delimiter = ',',
        help_heading = "The secret"
    )]
    pub replica_regions: Vec<String>,
    /// Overwrite a secret of the same name in a replica Region
    #[arg(long, help_heading = "The secret")]
    pub force_overwrite_replica_secret: bool,

    /// Rotate automatically with this Lambda function
    #[arg(long, value_name = "ARN", help_heading = "Rotation")]
    pub rotation_lambda_arn: Option<String>,
    /// Rotate every N days, 1 to 1000
    #[arg(
        long,
        value_name = "N",
        allow_hyphen_values = true,
        help_heading = "Rotation"
    )]
    pub rotation_days: Option<String>,
    /// Rotate by a rate() or cron() expression
    #[arg(long, value_name = "EXPR", help_heading = "Rotation")]
    pub rotation_schedule: Option<String>,
    /// The length of the rotation window, such as 3h
    #[arg(long, value_name = "DUR", help_heading = "Rotation")]
    pub rotation_duration: Option<String>,
    /// Wait for the next rotation window instead of rotating at once
    #[arg(long, help_heading = "Rotation")]
    pub no_rotate_immediately: bool,

    /// What to do where the secret exists already
    #[arg(
        long,
        value_enum,
        value_name = "WHAT",
        default_value_t,
        help_heading = "What happens"
    )]
    pub if_exists: IfExists,
    /// Check everything and show what would be sent; write nothing
    #[arg(long, help_heading = "What happens")]
    pub dry_run: bool,
    /// Do not ask after the review
    #[arg(short, long, help_heading = "What happens")]
    pub yes: bool,
}

fn create_examples() -> String {
    let mut text = String::from(
        "\
Examples:
  At a terminal, asking for everything:
    ecr-ptc create

  In CI, with the token from a variable that the job has:
    ecr-ptc create --registry docker-hub --username me --access-token-env DOCKERHUB_TOKEN

  With the token piped in, renewing the secret where it exists:
    printf %s \"$TOKEN\" |
      ecr-ptc create --registry ghcr --username me --access-token-stdin --if-exists update

Where the token is made:",
    );
    for upstream in &UPSTREAMS {
        let Upstream {
            title,
            username,
            token,
            token_source,
            ..
        } = upstream;
        let _ = write!(
            text,
            "\n  {title}\n    username: {username}\n    token: {token}\n    {token_source}"
        );
    }
    text
}

fn registry() -> impl TypedValueParser<Value = &'static Upstream> {
    let values = UPSTREAMS.iter().map(|upstream| {
        PossibleValue::new(upstream.kind)
            .aliases(upstream.aliases)
            .help(upstream.title)
    });
    PossibleValuesParser::new(values).map(|word| Upstream::find(&word).unwrap_or(&UPSTREAMS[0]))
}

/// What a command line turned out to be.
pub enum Parsed {
    Command(Box<Global>, Command),
    /// Help or the version was asked for: the text, with escape sequences for colour.
    Document(String),
}

/// Reads the command line; without a subcommand it is that of `create`.
///
/// # Errors
/// A usage [`Failure`] that never repeats a value which could be a token.
pub fn parse(arguments: &[OsString]) -> Result<Parsed, Failure> {
    usage::refuse_what_is_never_taken(arguments)?;
    let parsed = match Cli::try_parse_from(arguments) {
        Ok(Cli { command: None, .. }) => {
            let mut arguments = arguments.to_vec();
            arguments.insert(arguments.len().min(1), "create".into());
            Cli::try_parse_from(arguments)
        }
        parsed => parsed,
    };
    match parsed {
        Ok(Cli {
            command: Some(command),
            global,
        }) => Ok(Parsed::Command(Box::new(global), command)),
        Ok(Cli { command: None, .. }) => Err(Failure::usage("no subcommand is given")),
        Err(error)
            if matches!(
                error.kind(),
                ErrorKind::DisplayHelp | ErrorKind::DisplayVersion
            ) =>
        {
            Ok(Parsed::Document(error.render().ansi().to_string()))
        }
        Err(error) => Err(usage::failure(&error, arguments)),
    }
}

/// The format and the colour that a command line asks for, also where the rest of it cannot be
/// parsed.
pub fn asked_for(arguments: &[OsString], format_variable: Option<String>) -> (Format, ColorWhen) {
    let (mut format, mut color) = (format_variable, None);
    let words: Vec<_> = arguments
        .iter()
        .skip(1)
        .map(|word| word.to_string_lossy())
        .collect();
    for (index, word) in words
        .iter()
        .enumerate()
        .take_while(|(_, word)| *word != "--")
    {
        let value = |inside: &str| match inside.trim_start_matches('=') {
            "" => words.get(index + 1).map(ToString::to_string),
            value => Some(value.to_owned()),
        };
        let bundle = word
            .strip_prefix('-')
            .filter(|letters| !letters.starts_with('-'));
        let after_o = bundle.and_then(|letters| {
            letters
                .trim_start_matches(['q', 'v', 'y'])
                .strip_prefix('o')
        });
        if let Some(inside) = word.strip_prefix("--output").or(after_o) {
            format = value(inside);
        } else if let Some(inside) = word.strip_prefix("--color") {
            color = value(inside);
        }
    }
    let parse = |text: Option<String>| text.unwrap_or_default();
    (
        Format::from_str(&parse(format), false).unwrap_or_default(),
        ColorWhen::from_str(&parse(color), false).unwrap_or_default(),
    )
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_definition_is_sound() {
        Cli::command().debug_assert();
    }
}
