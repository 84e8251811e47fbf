//! What is made from the definition of the command line: completion scripts and the man page.

use std::fmt::Write as _;

use clap::CommandFactory;

use super::Cli;

/// The completion script for a shell.
pub fn completion_script(shell: clap_complete::Shell) -> Vec<u8> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "ecr-ptc", &mut script);
    // clap_complete 4.6 takes the hyphen of a program's name for the border to a subcommand, but not
    // everywhere in the script for bash, which then offers nothing after a subcommand.
    let text = String::from_utf8_lossy(&script);
    text.replace("ecr__subcmd__ptc__", "ecr__ptc__")
        .into_bytes()
}

/// The man page in roff: the program, then each subcommand, and those of `rule`, with its options. It has
/// no date.
///
/// # Errors
/// None that writing to memory could give.
pub fn man_page() -> std::io::Result<Vec<u8>> {
    let command = Cli::command();
    let whole = clap_mangen::Man::new(command.clone());
    let mut page = Vec::new();
    whole.render_title(&mut page)?;
    whole.render_name_section(&mut page)?;
    page.extend(synopsis(&command).into_bytes());
    whole.render_description_section(&mut page)?;
    for subcommand in command.get_subcommands() {
        let title = subcommand.get_name().to_uppercase();
        page.extend(sections(subcommand, &title)?);
        for nested in subcommand.get_subcommands() {
            let title = format!("{title} {}", nested.get_name().to_uppercase());
            page.extend(sections(nested, &title)?);
        }
    }
    page.extend(titled("GENERAL OPTIONS", |page| {
        whole.render_options_section(page)
    })?);
    page.extend(titled("EXIT STATUS", |page| {
        whole.render_extra_section(page)
    })?);
    whole.render_version_section(&mut page)?;
    // What the generator leaves: no place for the date, and breaks around what breaks the line itself.
    let text = String::from_utf8_lossy(&page);
    let text = text.replacen(".TH ecr-ptc 1  ", ".TH ecr-ptc 1 \"\" ", 1);
    Ok(text.replace("\n.br\n\n.br\n", "\n.sp\n").into_bytes())
}

/// A line for each command, with the words that it takes beside options.
fn synopsis(command: &clap::Command) -> String {
    let mut text = String::from(".SH SYNOPSIS\n\\fBecr\\-ptc\\fR [\\fIoptions\\fR]");
    let mut line = |path: &str, command: &clap::Command| {
        let words = command.get_positionals().map(|word| {
            let name = word.get_id().as_str().to_uppercase();
            if word.is_required_set() {
                format!(" \\fI{name}\\fR")
            } else {
                format!(" [\\fI{name}\\fR]")
            }
        });
        let words: String = words.collect();
        let _ = write!(
            text,
            "\n.br\n\\fBecr\\-ptc {path}\\fR{words} [\\fIoptions\\fR]"
        );
    };
    for subcommand in command.get_subcommands() {
        let name = subcommand.get_name();
        if subcommand.has_subcommands() {
            for nested in subcommand.get_subcommands() {
                line(&format!("{name} {}", nested.get_name()), nested);
            }
        } else {
            line(name, subcommand);
        }
    }
    text + "\n"
}

/// What the man page says of a subcommand: what it does, its options and its examples.
fn sections(command: &clap::Command, title: &str) -> std::io::Result<Vec<u8>> {
    let has_options = command.get_arguments().next().is_some();
    let man = clap_mangen::Man::new(command.clone().disable_help_flag(true));
    let mut page = titled(title, |page| man.render_description_section(page))?;
    if has_options {
        page.extend(titled(&format!("OPTIONS OF {title}"), |page| {
            man.render_options_section(page)
        })?);
    }
    if command.get_after_help().is_some() {
        page.extend(titled(&format!("EXAMPLES OF {title}"), |page| {
            man.render_extra_section(page)
        })?);
    }
    Ok(page)
}

/// A section of the man page under another title.
fn titled(
    title: &str,
    render: impl Fn(&mut Vec<u8>) -> std::io::Result<()>,
) -> std::io::Result<Vec<u8>> {
    let mut section = Vec::new();
    render(&mut section)?;
    let text = String::from_utf8_lossy(&section).into_owned();
    let old = text
        .lines()
        .find(|line| line.starts_with(".SH"))
        .unwrap_or_default();
    Ok(text
        .replacen(old, &format!(".SH \"{title}\""), 1)
        .into_bytes())
}
