//! Turns clap's errors about the command line into [`Failure`]s.

use std::ffi::OsString;

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::parser::ValueSource;
use clap::{Args, CommandFactory};

use super::{Cli, Global};
use crate::model::invalid::Invalid;
use crate::model::registries::{why_unsupported, NamedRegistry};
use crate::model::token_kind::TokenKind;
use crate::output::failure::Failure;
use crate::output::hint::Hints;
use crate::output::shell::{option, quote};
use crate::output::Style;

/// How options that would carry a token start, and their names in the error.
const NEVER: [(&str, &str); 4] = [
    ("--access-tok", "--access-token"),
    ("--tok", "--token"),
    ("--pass", "--password"),
    ("-p", "-p"),
];

/// Shorter values, in bytes, are not searched for in clap's text.
const SHORTEST: usize = 4;

/// The fix for `rule` without a subcommand; no other command requires one.
const RULE_COMMANDS: &str = "see the rules: ecr-ptc rule list\n\
    create a rule: ecr-ptc rule set docker-hub --registry docker-hub";

/// Replaces a value in clap's text that could be a token.
const NOT_SHOWN: &str = "(not shown)";

/// The error for an option that other tools have, but that would expose a token or choose a key
/// that ECR cannot use.
fn unsupported_option(option: &str) -> Option<Failure> {
    if option == "--kms-key-id" {
        return Some(
            Failure::usage(
                "--kms-key-id is not supported: the key is always \
            aws/secretsmanager",
            )
            .why(
                "ECR pull through cache cannot read a secret that is encrypted with a customer \
                managed key",
            )
            .fix("leave out --kms-key-id"),
        );
    }
    if option.starts_with("--access-token-") || option.starts_with("--password-") {
        // Clap suggests the source with a similar name.
        return None;
    }
    let (_, option) = NEVER
        .into_iter()
        .find(|(start, _)| option.starts_with(start))?;
    Some(
        Failure::usage(format!(
            "{option} is not supported: never put an access token on the command line"
        ))
        .why("other users can see it in the process list, and the shell keeps it in its history")
        .fix(
            "pipe the token to --access-token-stdin, or use --access-token-file PATH, \
             --access-token-env VAR or --from-docker-config;\n\
             if it was a real token, revoke it at the registry",
        ),
    )
}

/// Words of the command line that look like tokens. All output must hide them.
pub fn misplaced_tokens(arguments: &[OsString]) -> Vec<String> {
    let words = arguments.iter().map(|word| word.to_string_lossy());
    words
        .flat_map(|word| {
            word.split(|c: char| c.is_whitespace() || [':', '=', ','].contains(&c))
                .map(|part| part.trim_matches(|c: char| !c.is_alphanumeric()).to_owned())
                .filter(|part| TokenKind::is_in_the_wrong_place(part))
                .collect::<Vec<_>>()
        })
        .collect()
}

/// Converts an error from clap, without values that could be tokens.
pub fn failure(mut error: clap::Error, arguments: &[OsString]) -> Failure {
    let argument = text(&error, ContextKind::InvalidArg).unwrap_or_default();
    let value = text(&error, ContextKind::InvalidValue).unwrap_or_default();
    let name = argument.split([' ', '=']).next().unwrap_or_default();
    if error.kind() == ErrorKind::UnknownArgument {
        if let Some(failure) = unsupported_option(name) {
            return failure;
        }
    }
    let is_of_registry = argument.contains("--registry") || argument.contains("REGISTRY");
    let named = NamedRegistry::parse_any(&value).map(|named| named.upstream);
    let open = named.filter(|registry| registry.login.is_none());
    if let (true, Some(open)) = (is_of_registry, open) {
        let rule = Hints::default().open_rule(open);
        return Failure::usage(open.why_no_secret()).fix(format!("create only the rule: {rule}"));
    }
    let why = if is_of_registry && !TokenKind::is_in_the_wrong_place(&value) {
        why_unsupported(&value)
    } else {
        None
    };
    if let Some(why) = why {
        return Failure::from(why);
    }
    let example = std::error::Error::source(&error)
        .and_then(|source| source.downcast_ref::<Invalid>())
        .and_then(|fault| fault.fix.as_deref())
        .map(|example| match name {
            name if name.starts_with('-') => format!("for example: {}", option(name, example)),
            _ => format!("for example: {}", quote(example)),
        });
    hide_values(&mut error);
    let rendered = error.render().to_string();
    let mut parts = rendered.trim_start_matches("error: ").split("\n\n");
    let lines = parts.next().unwrap_or_default().lines().map(str::trim);
    // Clap writes number ranges as Rust does: 7..=30.
    let mut message = lines.collect::<Vec<_>>().join("\n").replace("..=", " to ");
    if is_of_registry && error.kind() == ErrorKind::InvalidValue && !value.is_empty() {
        message = message.replace("invalid value", "unknown registry");
        message = message.replace(&format!(" for '{argument}'"), "");
    }
    if !is_harmless(&value) {
        // The reason may quote the value.
        message = message.replace(&format!("{value:?}"), NOT_SHOWN);
        if value.len() >= SHORTEST {
            message = message.replace(&*value, NOT_SHOWN);
        }
    }
    let tips = parts.flat_map(str::lines);
    let tips = tips.filter_map(|line| line.trim_start().strip_prefix("tip: "));
    let tips = tips.map(|tip| match tip.split_once(" similar ") {
        Some((_, similar)) => format!("did you mean {}?", similar.split(": ").last().unwrap_or("")),
        None => tip.to_owned(),
    });
    let fixes: Vec<String> = tips.chain(example).collect();
    let failure = Failure::usage(message).fix(if fits_create(arguments) {
        "add the command: ecr-ptc create …".to_owned()
    } else if error.kind() == ErrorKind::MissingSubcommand {
        RULE_COMMANDS.to_owned()
    } else if fixes.is_empty() {
        format!("see: {} --help", command_of(arguments))
    } else {
        fixes.join("\n")
    });
    if TokenKind::is_in_the_wrong_place(&value) {
        failure
            .why(
                "it looks like an access token: other users can see it in the process list, and \
                 the shell keeps it in its history",
            )
            .or_fix("if it was a real token, revoke it at the registry")
    } else {
        failure
    }
}

/// Whether the unknown subcommand is the name of a registry, or the host of an unsupported one.
pub fn is_registry_as_command(error: &clap::Error) -> bool {
    let names_registry = |word: String| {
        NamedRegistry::parse_any(&word).is_some() || why_unsupported(&word).is_some()
    };
    text(error, ContextKind::InvalidSubcommand).is_some_and(names_registry)
}

fn text(error: &clap::Error, kind: ContextKind) -> Option<String> {
    match error.get(kind) {
        Some(ContextValue::String(text)) => Some(text.clone()),
        _ => None,
    }
}

/// Removes the typed value from the error if it could be a token.
fn hide_values(error: &mut clap::Error) {
    // The only tip that repeats the value: to pass it after `--`.
    error.remove(ContextKind::Suggested);
    let kind = match error.kind() {
        ErrorKind::UnknownArgument => ContextKind::InvalidArg,
        ErrorKind::InvalidSubcommand => ContextKind::InvalidSubcommand,
        _ => ContextKind::InvalidValue,
    };
    if text(error, kind).is_some_and(|text| !is_harmless(&text)) {
        error.insert(kind, ContextValue::String(NOT_SHOWN.to_owned()));
    }
}

/// Whether a word cannot be a token: short and lowercase, or a number or date.
fn is_harmless(word: &str) -> bool {
    let is_word = |byte: u8| byte.is_ascii_lowercase() || b"-.".contains(&byte);
    let is_number = |byte: u8| byte.is_ascii_digit() || byte == b'-';
    let is_short = word.len() <= 32 && word.bytes().all(is_word)
        || word.len() <= 10 && word.bytes().all(is_number);
    is_short && !TokenKind::is_in_the_wrong_place(word)
}

/// Whether the command line is valid with `create` inserted.
fn fits_create(arguments: &[OsString]) -> bool {
    super::try_parse(&super::with_create(arguments)).is_ok()
}

/// The program name and the subcommands at the start of the command line.
fn command_of(arguments: &[OsString]) -> String {
    let mut command = &Cli::command();
    let mut words = vec![command.get_name().to_owned()];
    for argument in arguments.iter().skip(1) {
        let Some(subcommand) = command.find_subcommand(argument) else {
            break;
        };
        words.push(subcommand.get_name().to_owned());
        command = subcommand;
    }
    words.join(" ")
}

/// The output style of an invalid command line. Clap stops at the first error, so this searches for
/// each option from every word on.
pub fn style_of(arguments: &[OsString]) -> Style {
    let parse = |words: &[OsString]| {
        let yes = clap::Arg::new("yes").short('y');
        let command = Global::augment_args(clap::Command::new("ecr-ptc"));
        let command = command.arg(yes.action(clap::ArgAction::SetTrue));
        let command = command.no_binary_name(true).ignore_errors(true);
        command.try_get_matches_from(words).ok()
    };
    let find = |option: &str| {
        let given = (1..arguments.len()).find_map(|at| {
            let matches = parse(&arguments[at..])?;
            let is_given = matches.value_source(option) == Some(ValueSource::CommandLine);
            is_given.then_some(matches)
        });
        given.or_else(|| parse(&[]))
    };
    let format = find("output").and_then(|matches| matches.get_one("output").copied());
    let color = find("color").and_then(|matches| matches.get_one("color").copied());
    Style {
        format: format.unwrap_or_default(),
        color: color.unwrap_or_default(),
        ..Style::default()
    }
}
