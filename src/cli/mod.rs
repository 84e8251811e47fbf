//! The command line: its subcommands, options and help texts.

mod create;
mod documents;
mod examples;
mod image;
mod login_args;
mod registry;
mod rule;
mod secrets;
mod update;
mod usage;
mod values;

pub use create::{CreateArgs, IfExists};
pub use documents::{completion_script, man_page};
pub use image::ImageArgs;
pub use login_args::{LoginArgs, TokenArgs, Verify};
pub use rule::{RuleCommand, RuleDeleteArgs, RuleOption, RulePrefix, RuleSetArgs};
pub use secrets::{CheckArgs, DeleteArgs, FailOn, ListArgs, NameArgs};
pub use update::UpdateArgs;
pub use usage::misplaced_tokens;
pub use values::last_day;

use std::ffi::OsString;

use clap::builder::{FalseyValueParser, PossibleValue};
use clap::error::ErrorKind;
use clap::parser::ValueSource;
use clap::{Arg, Args, CommandFactory, FromArgMatches, Parser, Subcommand, ValueEnum};

use self::values::seconds;
use crate::env;
use crate::output::failure::Failure;
use crate::output::hint::Hints;
use crate::output::{ColorWhen, Format, Style};

/// Set up Amazon ECR pull through cache: store registry credentials, create the rule, and check
/// that pulls work
#[derive(Debug, Parser)]
#[command(
    name = "ecr-ptc",
    version,
    propagate_version = true,
    max_term_width = 100,
    after_help = "Without a command, ecr-ptc runs `create`.",
    after_long_help = ABOUT_ALL
)]
pub struct Cli {
    #[command(subcommand)]
    pub command: Option<Command>,
    #[command(flatten)]
    pub global: Global,
}

const ABOUT_ALL: &str = "\
Without a command, ecr-ptc runs `create`.

Exit status:
  0    success, or nothing to do
  1    any other failure
  2    usage: input is missing, invalid or conflicting
  3    the secret or rule exists, does not exist, or is scheduled for deletion
  4    AWS credentials or configuration are missing, expired or wrong
  5    AWS denied permission
  6    the registry rejected the credentials
  7    temporary: network, timeout, throttling or server error; try again
  8    partly done: a later step failed; the error shows how to finish
  9    check found problems
  130  canceled: nothing was written, or the error says what may have been";

#[derive(Debug, Subcommand)]
pub enum Command {
    Create(Box<CreateArgs>),
    Update(Box<UpdateArgs>),
    /// List the secrets for pull through cache
    ///
    /// List every secret in this account and Region whose name starts with ecr-pullthroughcache/,
    /// even if ecr-ptc did not create it: when it was last changed and read, when its token
    /// expires, and which rules use it. Secrets scheduled for deletion are included.
    #[command(after_help = "Example: ecr-ptc list --region eu-central-1")]
    List(ListArgs),
    /// Show everything about a secret except the token
    ///
    /// Show everything about a secret, even if ecr-ptc did not create it. The token is never shown,
    /// only its length and, if recognized, its kind. If you lack permission to read the value, the
    /// policy or the KMS key, ecr-ptc shows the rest and says what is missing.
    #[command(after_help = "Example: ecr-ptc show docker-hub")]
    Show(NameArgs),
    Check(CheckArgs),
    Delete(DeleteArgs),
    /// Cancel the deletion of a secret
    #[command(after_help = "Example: ecr-ptc restore docker-hub")]
    Restore(NameArgs),
    #[command(subcommand, arg_required_else_help = false)]
    Rule(RuleCommand),
    Image(ImageArgs),
    /// Print a shell completion script
    #[command(after_help = "Example: ecr-ptc completions bash > /etc/bash_completion.d/ecr-ptc")]
    Completions {
        /// The shell
        #[arg(value_name = "SHELL")]
        shell: clap_complete::Shell,
    },
    /// Print the man page of ecr-ptc or of one command, in roff
    #[command(after_help = "\
Examples:
  ecr-ptc man > /usr/local/share/man/man1/ecr-ptc.1
  ecr-ptc man rule set > /usr/local/share/man/man1/ecr-ptc-rule-set.1")]
    Man {
        /// The command, such as create or rule set [default: ecr-ptc itself]
        #[arg(value_name = "COMMAND")]
        words: Vec<String>,
    },
}

/// Options that every command accepts. The short help only points to them.
#[derive(Debug, Args)]
#[command(next_help_heading = "Global options")]
pub struct Global {
    /// AWS profile; takes precedence over AWS keys in the environment
    #[arg(long, global = true, hide_short_help = true, value_name = "NAME")]
    pub profile: Option<String>,
    /// AWS Region of the pull through cache rule
    #[arg(long, global = true, hide_short_help = true, value_name = "REGION")]
    pub region: Option<String>,
    /// Send AWS requests to this URL
    #[arg(long, global = true, hide_short_help = true, value_name = "URL")]
    pub endpoint_url: Option<String>,
    /// Trust the certificate authorities in this PEM file
    #[arg(long, global = true, hide_short_help = true, value_name = "PATH")]
    pub ca_bundle: Option<String>,
    /// Seconds to wait for a connection; 0 means no limit [default: 5]
    #[arg(
        long,
        global = true,
        hide_short_help = true,
        value_name = "N",
        allow_negative_numbers = true,
        value_parser = seconds()
    )]
    pub cli_connect_timeout: Option<u64>,
    /// Seconds to wait for a response; 0 means no limit [default: 15]
    #[arg(
        long,
        global = true,
        hide_short_help = true,
        value_name = "N",
        allow_negative_numbers = true,
        value_parser = seconds()
    )]
    pub cli_read_timeout: Option<u64>,
    /// Output format
    #[arg(
        short,
        long,
        global = true,
        hide_short_help = true,
        value_enum,
        value_name = "FORMAT",
        env = "ECR_PTC_OUTPUT",
        hide_env_values = true,
        default_value_t
    )]
    pub output: Format,
    /// Print only errors to standard error
    #[arg(short, long, global = true, hide_short_help = true)]
    pub quiet: bool,
    /// Show causes and AWS request IDs in errors
    #[arg(short, long, global = true, hide_short_help = true)]
    pub verbose: bool,
    /// When to use color
    #[arg(
        long,
        global = true,
        hide_short_help = true,
        value_enum,
        value_name = "WHEN",
        default_value_t
    )]
    pub color: ColorWhen,
    /// Never prompt
    #[arg(
        long,
        global = true,
        hide_short_help = true,
        env = "ECR_PTC_NO_INPUT",
        hide_env_values = true,
        value_parser = FalseyValueParser::new(),
    )]
    pub no_input: bool,
    /// Prompt in plain lines, without redrawing (also set by ACCESSIBLE=1 or TERM=dumb)
    #[arg(long, global = true, hide_short_help = true)]
    pub accessible: bool,
}

impl Global {
    /// Builds commands to copy, with the same profile and Region.
    pub fn hints(&self) -> Hints {
        Hints::new(self.region.as_deref(), self.profile.as_deref())
    }
}

impl ValueEnum for Format {
    fn value_variants<'a>() -> &'a [Self] {
        &[Self::Text, Self::Json]
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(PossibleValue::new(match self {
            Self::Text => "text",
            Self::Json => "json",
        }))
    }
}

impl ValueEnum for ColorWhen {
    fn value_variants<'a>() -> &'a [Self] {
        &[Self::Auto, Self::Always, Self::Never]
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(PossibleValue::new(match self {
            Self::Auto => "auto",
            Self::Always => "always",
            Self::Never => "never",
        }))
    }
}

/// What the command line requests.
pub enum Asked {
    Command(Box<Global>, Command),
    /// The help or the version, with color codes.
    Document(String),
}

/// Parses the command line, with `create` as the default subcommand. The style is known even if the
/// rest is invalid. The error never repeats a value that could be a token.
pub fn parse(arguments: &[OsString]) -> (Style, Result<Asked, Failure>) {
    match try_parse(arguments) {
        Ok((global, command)) => {
            let style = Style {
                format: global.output,
                color: global.color,
                quiet: global.quiet,
                verbose: global.verbose,
                plain: global.accessible,
            };
            (style, Ok(Asked::Command(Box::new(global), command)))
        }
        Err(error) => {
            let asked = if error.use_stderr() {
                Err(usage::failure(error, arguments))
            } else {
                let help = examples::with_spaces(&error.render().ansi().to_string());
                Ok(Asked::Document(help))
            };
            (usage::style_of(arguments), asked)
        }
    }
}

fn try_parse(arguments: &[OsString]) -> Result<(Global, Command), clap::Error> {
    let mut definition = adapted(Cli::command());
    let matches = match definition.try_get_matches_from_mut(arguments) {
        Err(error) if usage::is_registry_as_command(&error) => {
            return try_parse(&with_create(arguments));
        }
        matches => matches?,
    };
    let is_given = |command: &str, argument: &str| {
        let command = matches.subcommand_matches(command);
        let source = command.and_then(|command| command.value_source(argument));
        source == Some(ValueSource::CommandLine)
    };
    // Clap's own `conflicts_with` also counts a value from the environment.
    let conflict = if is_given("create", "registry_word") && is_given("create", "registry") {
        Some("the argument '[REGISTRY]' cannot be used with '--registry <KIND>'")
    } else if is_given("update", "rollback") && is_given("update", "username") {
        Some("the argument '--rollback' cannot be used with '--username <NAME>'")
    } else {
        None
    };
    if let Some(message) = conflict {
        return Err(definition.error(ErrorKind::ArgumentConflict, message));
    }
    let Cli {
        mut command,
        global,
    } = Cli::from_arg_matches(&matches)?;
    if let (Some(Command::Update(update)), false) = (&mut command, is_given("update", "username")) {
        // A username from the environment applies only to new credentials.
        let username = update.username.take();
        if !update.sets_only_the_date() {
            update.username = username;
        }
    }
    match command {
        Some(command) => Ok((global, command)),
        None => try_parse(&with_create(arguments)),
    }
}

/// Inserts `create` as the subcommand.
fn with_create(arguments: &[OsString]) -> Vec<OsString> {
    let mut arguments = arguments.to_vec();
    arguments.insert(arguments.len().min(1), "create".into());
    arguments
}

/// Prepares the help texts, and treats empty environment variables as unset.
fn adapted(command: clap::Command) -> clap::Command {
    let is_empty = |arg: &Arg| arg.get_env().is_some_and(env::is_empty);
    examples::in_one_piece(command)
        .mut_args(|arg| {
            if is_empty(&arg) {
                arg.env(None::<&str>)
            } else {
                arg
            }
        })
        .mut_subcommands(adapted)
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
