//! Commands in the help texts, which are there to be copied: clap must not break them.

use clap::builder::{Resettable, StyledStr};
use clap::Command;

/// How such a command begins: with the program that it starts.
const PROGRAMS: [&str; 5] = ["ecr-ptc ", "docker ", "printf ", "az ", "chainctl "];

/// Stands for a space while clap breaks lines, which it does at spaces alone.
const NO_BREAK_SPACE: &str = "\u{a0}";

/// The definition with its examples in one piece each; [`with_spaces`] undoes it in what clap makes
/// of it.
pub fn in_one_piece(command: Command) -> Command {
    let piece = |help: Option<&StyledStr>| {
        Resettable::from(help.map(|help| whole_commands(&help.to_string())))
    };
    let short = piece(command.get_after_help());
    let long = piece(command.get_after_long_help());
    command.after_help(short).after_long_help(long)
}

/// A text from clap, as it was written.
pub fn with_spaces(text: &str) -> String {
    text.replace(NO_BREAK_SPACE, " ")
}

fn whole_commands(help: &str) -> StyledStr {
    let mut goes_on = false;
    let lines = help.lines().map(|line| {
        let words = line.trim_start_matches("Example:").trim_start();
        let is_command = goes_on || PROGRAMS.iter().any(|program| words.starts_with(program));
        goes_on = is_command && line.ends_with('\\');
        if is_command {
            line.replace(' ', NO_BREAK_SPACE)
        } else {
            line.to_owned()
        }
    });
    lines.collect::<Vec<_>>().join("\n").into()
}
