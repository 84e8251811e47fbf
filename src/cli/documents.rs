//! Completion scripts and man pages, generated from the command line definition.

use anyhow::Context as _;
use clap::CommandFactory;
use clap_mangen::roff::{bold, roman, Roff};

use super::Cli;
use crate::output::failure::Failure;

/// The completion script for a shell.
pub fn completion_script(shell: clap_complete::Shell) -> Vec<u8> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "ecr-ptc", &mut script);
    // clap_complete 4.6 treats the hyphen in the program's name as a subcommand separator in parts
    // of the bash script, which then completes nothing after a subcommand.
    let text = String::from_utf8_lossy(&script);
    text.replace("ecr__subcmd__ptc__", "ecr__ptc__")
        .into_bytes()
}

/// The man page of the program or of a subcommand, in roff.
pub fn man_page(words: &[String]) -> Result<Vec<u8>, Failure> {
    let mut command = Cli::command();
    command.build();
    let mut page_of = &command;
    for word in words {
        page_of = page_of.find_subcommand(word).ok_or_else(|| {
            let names = page_of.get_subcommands().map(clap::Command::get_name);
            let names = names.collect::<Vec<_>>().join(", ");
            let failure = Failure::usage("that command does not exist, so it has no man page");
            if names.is_empty() {
                failure.fix("leave out the words after its name")
            } else {
                failure.fix(format!("use one of: {names}"))
            }
        })?;
    }
    rendered(page_of)
        .context("could not create the man page")
        .map_err(Failure::from)
}

fn rendered(command: &clap::Command) -> std::io::Result<Vec<u8>> {
    let man = clap_mangen::Man::new(command.clone())
        .source(concat!("ecr-ptc ", env!("CARGO_PKG_VERSION")))
        .manual("ecr-ptc Manual")
        // An empty date would be left out, and the next field would take its place.
        .date(" ");
    let mut page = Vec::new();
    man.render_title(&mut page)?;
    man.render_name_section(&mut page)?;
    synopsis(command).to_writer(&mut page)?;
    man.render_description_section(&mut page)?;
    man.render_options_section(&mut page)?;
    if command.has_subcommands() {
        man.render_subcommands_section(&mut page)?;
    }
    let help = command.get_after_long_help().or(command.get_after_help());
    if let Some(help) = help {
        let title = if command.get_name() == "ecr-ptc" {
            "EXIT STATUS"
        } else {
            "EXAMPLES"
        };
        let mut section = Roff::new();
        section.control("SH", [title]).control("nf", []);
        for line in help.to_string().lines() {
            section.text([roman(line)]);
        }
        section.control("fi", []).to_writer(&mut page)?;
    }
    environment(command).to_writer(&mut page)?;
    see_also(command).to_writer(&mut page)?;
    Ok(page)
}

/// The SYNOPSIS section: the command with its own options.
fn synopsis(command: &clap::Command) -> Roff {
    let mut line = vec![bold(command.get_bin_name().unwrap_or("ecr-ptc"))];
    for arg in command.get_arguments().filter(|arg| !arg.is_hide_set()) {
        if arg.is_positional() {
            line.push(roman(format!(" {arg}")));
        } else if !arg.is_global_set() && !["help", "version"].contains(&arg.get_id().as_str()) {
            line.push(roman(format!(" [{arg}]")));
        }
    }
    line.push(roman(" [OPTIONS]"));
    if command.has_subcommands() {
        line.push(roman(" [COMMAND]"));
    }
    let mut section = Roff::new();
    section.control("SH", ["SYNOPSIS"]).control("nh", []);
    section.text(line).control("hy", []);
    section
}

/// The ENVIRONMENT section: variables that set options.
fn environment(command: &clap::Command) -> Roff {
    let mut section = Roff::new();
    section.control("SH", ["ENVIRONMENT"]);
    for arg in command.get_arguments() {
        if let (Some(variable), Some(option)) = (arg.get_env(), arg.get_long()) {
            section.control("TP", []);
            section.text([bold(variable.to_string_lossy())]);
            section.text([roman(format!("Same as --{option}"))]);
        }
    }
    section
}

/// The SEE ALSO section: the pages of the command's parents and subcommands.
fn see_also(command: &clap::Command) -> Roff {
    let words: Vec<&str> = command
        .get_bin_name()
        .unwrap_or("ecr-ptc")
        .split(' ')
        .collect();
    let parents = (1..words.len()).map(|count| words[..count].join("-"));
    let children = command
        .get_subcommands()
        .filter_map(clap::Command::get_display_name);
    let pages = parents.chain(children.map(str::to_owned));
    let mut section = Roff::new();
    let pages: Vec<String> = pages.map(|page| format!("{page}(1)")).collect();
    section
        .control("SH", ["SEE ALSO"])
        .text([roman(pages.join(", "))]);
    section
}
