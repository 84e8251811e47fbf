//! The command line: its words and help texts, and nothing that they do.

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
pub use secrets::{CheckArgs, DeleteArgs, ListArgs, NameArgs};
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

/// Puts upstream registry credentials where Amazon ECR pull through cache can use them, and shows
/// that they work.
#[derive(Debug, Parser)]
#[command(
    name = "ecr-ptc",
    version,
    propagate_version = true,
    max_term_width = 100,
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
  3    the secret or the rule exists, does not exist, or is scheduled for deletion
  4    AWS credentials or configuration missing, expired or wrong
  5    AWS refused: no permission
  6    the upstream registry refused the credentials
  7    temporary: network, time-out, throttling, server error
  8    partly done: a step is done, a later one failed
  9    check found problems
  130  cancelled: nothing was written, or the error says what may have been";

#[derive(Debug, Subcommand)]
pub enum Command {
    Create(Box<CreateArgs>),
    Update(Box<UpdateArgs>),
    /// Lists the secrets under ecr-pullthroughcache/ in this account and Region
    ///
    /// Lists every secret whose name begins with ecr-pullthroughcache/, whoever made it, also those
    /// that are scheduled for deletion: when it was changed and last read, when its token expires,
    /// and the rules that use it. It is a table, or an array of objects with -o json.
    #[command(after_help = "Example: ecr-ptc list --region eu-central-1")]
    List(ListArgs),
    /// Shows everything about a secret except the token
    ///
    /// Shows all that is known of a secret, whoever made it: of the token only its length and its
    /// kind, where that shows in how it begins. Without the permission to read the value or the
    /// policy, or to ask KMS, it shows the rest and says what is missing.
    #[command(after_help = "Example: ecr-ptc show docker-hub")]
    Show(NameArgs),
    Check(CheckArgs),
    Delete(DeleteArgs),
    /// Cancels the deletion of a secret
    #[command(after_help = "Example: ecr-ptc restore docker-hub")]
    Restore(NameArgs),
    #[command(subcommand, arg_required_else_help = false)]
    Rule(RuleCommand),
    Image(ImageArgs),
    /// Prints a completion script for a shell
    #[command(after_help = "Example: ecr-ptc completions bash > /etc/bash_completion.d/ecr-ptc")]
    Completions {
        /// The shell to complete in
        #[arg(value_name = "SHELL")]
        shell: clap_complete::Shell,
    },
    /// Prints the man page in roff, of the program or of a subcommand
    #[command(after_help = "\
Examples:
  ecr-ptc man > /usr/local/share/man/man1/ecr-ptc.1
  ecr-ptc man rule set > /usr/local/share/man/man1/ecr-ptc-rule-set.1")]
    Man {
        /// The subcommand, such as create, or rule set [default: the program]
        #[arg(value_name = "COMMAND")]
        words: Vec<String>,
    },
}

/// The options of every command.
#[derive(Debug, Args)]
#[command(next_help_heading = "Options of every command")]
pub struct Global {
    /// The AWS profile to use, even if the environment has AWS keys
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
    /// Seconds to wait for a connection [default: 5]; 0 is forever
    #[arg(
        long,
        global = true,
        value_name = "N",
        allow_negative_numbers = true,
        value_parser = seconds()
    )]
    pub cli_connect_timeout: Option<u64>,
    /// Seconds to wait for an answer [default: 15]; 0 is forever
    #[arg(
        long,
        global = true,
        value_name = "N",
        allow_negative_numbers = true,
        value_parser = seconds()
    )]
    pub cli_read_timeout: Option<u64>,
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
    #[arg(
        long,
        global = true,
        env = "ECR_PTC_NO_INPUT",
        hide_env_values = true,
        value_parser = FalseyValueParser::new(),
    )]
    pub no_input: bool,
    /// Ask in plain lines, without redrawing; also by ACCESSIBLE=1 or TERM=dumb
    #[arg(long, global = true)]
    pub accessible: bool,
}

impl Global {
    /// Commands that lead to where the options say.
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

/// What a command line asks for.
pub enum Asked {
    Command(Box<Global>, Command),
    /// The help or the version, with escape sequences for color.
    Document(String),
}

/// Reads the command line, and how to write the output, which is also known where the rest is
/// rejected. Without a subcommand it is that of `create`.
///
/// # Errors
/// A usage [`Failure`] that never repeats a value which could be a token.
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
    let matches = definition.try_get_matches_from_mut(arguments)?;
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
        // A username from the environment is for new credentials.
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

/// The command line with `create` as its subcommand.
fn with_create(arguments: &[OsString]) -> Vec<OsString> {
    let mut arguments = arguments.to_vec();
    arguments.insert(arguments.len().min(1), "create".into());
    arguments
}

/// The same definition for this environment: a variable that is set to nothing counts as not set.
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
