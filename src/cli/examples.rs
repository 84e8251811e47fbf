//! Keeps example commands in help texts on one line, so that they can be copied.

use clap::builder::StyledStr;
use clap::Command;

/// How an example command starts.
const PROGRAMS: [&str; 5] = ["ecr-ptc ", "docker ", "printf ", "az ", "chainctl "];

/// The last line of every short help.
const MORE: &str = "See --help for more options, such as --region, --profile and --output.";

/// Replaces spaces in commands while clap wraps lines.
const NO_BREAK_SPACE: &str = "\u{a0}";

/// Protects the examples from wrapping, and points the short help to the global options.
/// [`with_spaces`] restores the spaces in the rendered text.
pub fn in_one_piece(command: Command) -> Command {
    let text = |help: Option<&StyledStr>| help.map(ToString::to_string);
    let short = text(command.get_after_help()).unwrap_or_default();
    let long = text(command.get_after_long_help()).unwrap_or_else(|| short.clone());
    let short = format!("{short}\n\n{MORE}");
    command
        .after_help(whole_commands(short.trim_start()))
        .after_long_help(whole_commands(&long))
}

/// Restores the spaces in a rendered help text.
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
