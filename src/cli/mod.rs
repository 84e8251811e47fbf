//! The command line: its words and help texts, and nothing that they do.

mod any_text;
mod create;
mod documents;
mod examples;
mod image;
mod login;
mod registry;
mod rule;
mod secrets;
mod update;
mod usage;

pub use create::{CreateArgs, IfExists};
pub use documents::{completion_script, man_page};
pub use image::ImageArgs;
pub use login::{LoginArgs, TokenArgs, Verify};
pub use rule::{RuleCommand, RuleDeleteArgs, RuleOption, RuleSetArgs, UpstreamPrefixOption};
pub use secrets::{CheckArgs, DeleteArgs, ListArgs, NameArgs};
pub use update::UpdateArgs;
pub use usage::misplaced_tokens;

use std::ffi::OsString;

use clap::builder::{FalseyValueParser, PossibleValue};
use clap::error::ErrorKind;
use clap::{Arg, Args, CommandFactory, FromArgMatches, Parser, Subcommand, ValueEnum};

use self::any_text::AnyText;
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
    #[command(subcommand)]
    Rule(RuleCommand),
    Image(ImageArgs),
    /// Prints a completion script for a shell
    #[command(after_help = "Example: ecr-ptc completions bash > /etc/bash_completion.d/ecr-ptc")]
    Completions {
        /// The shell to complete in
        #[arg(value_name = "SHELL")]
        shell: clap_complete::Shell,
    },
    /// Prints the help of the program or of a subcommand, as --help does
    #[command(after_help = "Example: ecr-ptc help rule set")]
    Help(CommandWords),
    /// Prints the man page in roff, of the program or of a subcommand
    #[command(after_help = "\
Examples:
  ecr-ptc man > /usr/local/share/man/man1/ecr-ptc.1
  ecr-ptc man rule set > /usr/local/share/man/man1/ecr-ptc-rule-set.1")]
    Man(CommandWords),
}

/// The words of a subcommand.
#[derive(Debug, Args)]
pub struct CommandWords {
    /// The subcommand, such as create, or rule set [default: the program]
    #[arg(
        value_name = "COMMAND",
        value_parser = AnyText::COMMAND,
        hide_possible_values = true
    )]
    pub words: Vec<String>,
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
    #[arg(long, global = true, value_name = "N", allow_hyphen_values = true)]
    pub cli_connect_timeout: Option<String>,
    /// Seconds to wait for an answer [default: 15]; 0 is forever
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
    /// The words that were given, the subcommand first.
    #[arg(skip)]
    pub words: Vec<String>,
}

impl Global {
    /// Commands that lead to where the options say.
    pub fn hints(&self) -> Hints {
        Hints::new(self.region.as_deref(), self.profile.as_deref())
    }

    /// Whether a long option is on the command line: its value may be from the environment, too.
    pub fn gives(&self, option: &str) -> bool {
        let is_it = |word: &String| {
            let rest = word.strip_prefix(option);
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('='))
        };
        self.words.iter().any(is_it)
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

/// What a command line turned out to be.
pub enum Asked {
    Command(Box<Global>, Command),
    /// Help or the version was asked for: the text, with escape sequences for colour.
    Document(String),
    /// A subcommand is missing: the help that has them, and the failure.
    Incomplete(String, Failure),
}

/// Reads the command line, and how everything is to be written, which is known also where the rest
/// cannot be taken. Without a subcommand it is that of `create`.
///
/// # Errors
/// A usage [`Failure`] that never repeats a value which could be a token.
pub fn parse(
    arguments: &[OsString],
    format_variable: Option<String>,
) -> (Style, Result<Asked, Failure>) {
    let parsed = match try_parse(arguments) {
        Ok(Cli { command: None, .. }) => {
            let mut arguments = arguments.to_vec();
            arguments.insert(arguments.len().min(1), "create".into());
            try_parse(&arguments)
        }
        parsed => parsed,
    };
    let asked = match parsed {
        Ok(Cli {
            command: Some(command),
            global,
        }) => {
            let global = Global {
                words: words(arguments),
                ..global
            };
            let style = Style {
                format: global.output,
                color: global.color,
                quiet: global.quiet,
                verbose: global.verbose,
                plain: global.accessible,
            };
            return (style, Ok(Asked::Command(Box::new(global), command)));
        }
        Ok(Cli { command: None, .. }) => Err(Failure::usage("no subcommand is given")),
        Err(error) if error.kind() == ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
            let help = examples::with_spaces(&error.render().to_string());
            Ok(Asked::Incomplete(help, usage::failure(&error, arguments)))
        }
        Err(error) if error.use_stderr() => Err(usage::failure(&error, arguments)),
        Err(help) => Ok(Asked::Document(rendered(&help))),
    };
    (usage::style_of(arguments, format_variable), asked)
}

/// The help of the program, or of the subcommand with these words, with escape sequences for
/// colour.
///
/// # Errors
/// Where there is no such subcommand: a usage [`Failure`].
pub fn help(words: &[String]) -> Result<Vec<u8>, Failure> {
    let words = words.iter().map(String::as_str);
    let arguments = ["ecr-ptc"].into_iter().chain(words).chain(["--help"]);
    let arguments: Vec<OsString> = arguments.map(OsString::from).collect();
    match try_parse(&arguments) {
        Err(help) if !help.use_stderr() => Ok(rendered(&help).into_bytes()),
        Err(error) => Err(usage::failure(&error, &arguments)),
        Ok(_) => Err(Failure::usage("there is no help of that").fix("see: ecr-ptc help")),
    }
}

/// A help text, with escape sequences for colour.
fn rendered(help: &clap::Error) -> String {
    examples::with_spaces(&help.render().ansi().to_string())
}

/// Reads the command line by its definition. One with which nothing is wrong needs that of its own
/// subcommand alone; help and errors are of the whole.
fn try_parse(arguments: &[OsString]) -> Result<Cli, clap::Error> {
    let short = with_one(arguments).and_then(|command| {
        let matches = command.try_get_matches_from(arguments).ok()?;
        Cli::from_arg_matches(&matches).ok()
    });
    if let Some(cli) = short {
        return Ok(cli);
    }
    let mut command = adapted(Cli::command());
    let matches = command.try_get_matches_from_mut(arguments)?;
    Cli::from_arg_matches(&matches).map_err(|error| error.format(&mut command))
}

type Define = fn(clap::Command) -> clap::Command;

/// The subcommands that are run often, with what defines each.
const OFTEN: [(&str, Define); 9] = [
    ("create", CreateArgs::augment_args),
    ("update", UpdateArgs::augment_args),
    ("list", ListArgs::augment_args),
    ("show", NameArgs::augment_args),
    ("check", CheckArgs::augment_args),
    ("delete", DeleteArgs::augment_args),
    ("restore", NameArgs::augment_args),
    ("rule", RuleCommand::augment_subcommands),
    ("image", ImageArgs::augment_args),
];

/// The definition with the subcommand alone that is the first word, where it is one of those and
/// needs nothing of [`adapted`].
fn with_one(arguments: &[OsString]) -> Option<clap::Command> {
    let word = arguments.get(1)?;
    let (name, define) = OFTEN.iter().find(|(name, _)| word == name)?;
    if env::has_empty("ECR_PTC_") {
        return None;
    }
    let command = clap::Command::new("ecr-ptc").disable_help_subcommand(true);
    Some(Global::augment_args(command).subcommand(define(clap::Command::new(*name))))
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

/// The words after the program's name, with the subcommand first.
fn words(arguments: &[OsString]) -> Vec<String> {
    let words = arguments.iter().skip(1);
    let mut words: Vec<String> = words
        .map(|word| word.to_string_lossy().into_owned())
        .collect();
    let is_command = |word: &String| Command::has_subcommand(word);
    match words.iter().position(is_command) {
        Some(at) => words[..=at].rotate_right(1),
        None => words.insert(0, "create".to_owned()),
    }
    words
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
