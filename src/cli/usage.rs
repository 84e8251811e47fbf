//! What is said of a command line that cannot be taken.

use std::ffi::OsString;

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::ValueEnum;

use crate::model::registries::Registry;
use crate::model::token_kind::TokenKind;
use crate::output::failure::Failure;
use crate::output::hint::Hints;
use crate::output::{ColorWhen, Format, Style};

/// How options begin that would carry the token, and how they are called in the refusal.
const NEVER: [(&str, &str); 4] = [
    ("--access-tok", "--access-token"),
    ("--tok", "--token"),
    ("--pass", "--password"),
    ("-p", "-p"),
];

/// Refuses an option that other tools have and this one must not: its value would be a secret in
/// the process list and the shell history, or a key that ECR cannot use.
fn refusal(option: &str) -> Option<Failure> {
    if option == "--kms-key-id" {
        return Some(
            Failure::usage(
                "--kms-key-id is not taken: the key is always \
            aws/secretsmanager",
            )
            .why(
                "ECR pull through cache cannot read a secret that is encrypted with a customer \
                managed key",
            )
            .fix("leave --kms-key-id out"),
        );
    }
    if option.starts_with("--access-token-") || option.starts_with("--password-") {
        // Nearly one of the sources, which is then named.
        return None;
    }
    let (_, option) = NEVER
        .into_iter()
        .find(|(start, _)| option.starts_with(start))?;
    Some(
        Failure::usage(format!(
            "{option} is not taken: an access token never goes on the command \
        line"
        ))
        .why("other users can see it in the process list, and the shell keeps it in its history")
        .fix(
            "pipe it and use --access-token-stdin, or use --access-token-file PATH, \
             --access-token-env VAR, or --from-docker-config;\n\
             if it was a real token, revoke it at the registry",
        ),
    )
}

/// What stands on the command line and begins like a token, whatever it was meant for: everything
/// that is written has to hide it.
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

/// Says what is wrong with a command line. Clap's own text repeats values, and one of them may be
/// a token in the wrong place.
pub fn failure(error: &clap::Error, arguments: &[OsString]) -> Failure {
    let failure = without_values(error, arguments);
    match error.get(ContextKind::InvalidValue) {
        Some(ContextValue::String(value)) if TokenKind::is_in_the_wrong_place(value) => failure
            .why(
                "it looks like an access token: other users can see it in the process list, and \
                 the shell keeps it in its history",
            )
            .or_fix("if it was a real token, revoke it at the registry"),
        _ => failure,
    }
}

fn without_values(error: &clap::Error, arguments: &[OsString]) -> Failure {
    let text = |kind| match error.get(kind) {
        Some(ContextValue::String(text)) => Some(text.as_str()),
        Some(ContextValue::Strings(texts)) => texts.first().map(String::as_str),
        _ => None,
    };
    let argument = text(ContextKind::InvalidArg).unwrap_or_default();
    let option = argument.split([' ', '=']).next().unwrap_or_default();
    let option = option.trim_matches(['[', ']', '<', '>']);
    let is_option = option.starts_with('-');
    if error.kind() == ErrorKind::UnknownArgument {
        if let Some(refusal) = refusal(option) {
            return refusal;
        }
    }
    let value = text(ContextKind::InvalidValue).unwrap_or_default();
    let open = Registry::find(value).filter(|registry| registry.login.is_none());
    if let (true, Some(open)) = (is_of_registry(argument), open) {
        let rule = Hints::default().open_rule(open);
        return Failure::usage(open.why_no_secret()).fix(format!("make the rule alone: {rule}"));
    }
    let message = match error.kind() {
        ErrorKind::UnknownArgument if is_option && is_plain_word(option) => {
            format!("there is no option {option}")
        }
        ErrorKind::UnknownArgument if is_option => "this command has no such option".to_owned(),
        ErrorKind::UnknownArgument => "there is a word too many".to_owned(),
        ErrorKind::InvalidSubcommand => match text(ContextKind::InvalidSubcommand) {
            Some(word) if is_plain_word(word) => format!("there is no subcommand {word}"),
            _ => "there is a word that is no subcommand".to_owned(),
        },
        ErrorKind::InvalidValue if value.is_empty() => {
            format!("{option} needs a value, and it is empty or missing")
        }
        ErrorKind::InvalidValue | ErrorKind::ValueValidation if is_plain_word(value) => {
            format!("{option} does not take {value:?}")
        }
        ErrorKind::InvalidValue | ErrorKind::ValueValidation => {
            format!("{option} does not take that value")
        }
        ErrorKind::TooManyValues => format!("{option} takes no value"),
        ErrorKind::ArgumentConflict => format!("{option} is given more than once"),
        ErrorKind::MissingRequiredArgument => format!(
            "{} is missing",
            text(ContextKind::InvalidArg).unwrap_or("a value")
        ),
        ErrorKind::MissingSubcommand | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
            "a subcommand is missing".to_owned()
        }
        ErrorKind::InvalidUtf8 => "a word of the command line is not UTF-8".to_owned(),
        _ => "the command line cannot be understood".to_owned(),
    };
    let failure = Failure::usage(message);
    match error.kind() {
        ErrorKind::UnknownArgument if fits_create(arguments) => {
            return failure.fix("options of create follow its name: ecr-ptc create …");
        }
        ErrorKind::InvalidSubcommand if fits_create(arguments) => {
            return failure.fix("a registry follows the word create: ecr-ptc create …");
        }
        _ => {}
    }
    let mistyped = text(ContextKind::InvalidSubcommand).unwrap_or_default();
    let suggestion = match error.get(ContextKind::SuggestedSubcommand) {
        Some(ContextValue::Strings(names)) => nearest(mistyped, names),
        _ => text(ContextKind::SuggestedArg),
    };
    if let Some(ContextValue::Strings(names)) = error.get(ContextKind::ValidSubcommand) {
        if error.kind() == ErrorKind::MissingSubcommand {
            return failure.fix(format!("use one of: {}", names.join(", ")));
        }
    }
    match (error.get(ContextKind::ValidValue), suggestion) {
        (Some(ContextValue::Strings(values)), _) if !values.is_empty() => {
            let failure = failure.fix(format!("use one of: {}", values.join(", ")));
            match text(ContextKind::SuggestedValue) {
                Some(near) => failure.first_fix(&format!("did you mean {near}?")),
                None => failure,
            }
        }
        (_, Some(suggestion)) => {
            failure.fix(format!("did you mean {suggestion}? See: ecr-ptc --help"))
        }
        _ => failure.fix(match error.kind() {
            ErrorKind::ArgumentConflict => format!("leave out all but one {option}"),
            ErrorKind::TooManyValues => format!("leave out what follows {option}"),
            ErrorKind::InvalidValue if value.is_empty() => {
                format!("give it a value: {option} VALUE")
            }
            _ => "see: ecr-ptc --help, or ecr-ptc COMMAND --help".to_owned(),
        }),
    }
}

/// Whether an argument takes a registry with a login.
fn is_of_registry(argument: &str) -> bool {
    argument.contains("--registry") || argument.contains("REGISTRY")
}

/// The name that a word is nearest to: clap lists those that are near, the nearest somewhere.
fn nearest<'n>(word: &str, names: &'n [String]) -> Option<&'n str> {
    let distance = |name: &&str| strsim::damerau_levenshtein(word, name);
    names.iter().map(String::as_str).min_by_key(distance)
}

/// How a command line that cannot be taken asks for everything to be written. Clap's own way to go
/// on after an error knows only what stands before it, and a script must get JSON either way.
pub fn style_of(arguments: &[OsString], format_variable: Option<String>) -> Style {
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
    Style {
        format: Format::from_str(&parse(format), false).unwrap_or_default(),
        color: ColorWhen::from_str(&parse(color), false).unwrap_or_default(),
        ..Style::default()
    }
}

/// Whether a command line would do with `create` put in front.
fn fits_create(arguments: &[OsString]) -> bool {
    let (program, rest) = arguments.split_at(arguments.len().min(1));
    let create = [OsString::from("create")];
    let words: Vec<_> = [program, &create, rest].concat();
    super::try_parse(&words).is_ok()
}

/// Whether a word is harmless to repeat: short, and of lower-case letters as no token is.
fn is_plain_word(word: &str) -> bool {
    word.len() <= 32
        && !TokenKind::is_in_the_wrong_place(word)
        && word
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte == b'-')
}
