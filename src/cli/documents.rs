//! What is made from the definition of the command line: completion scripts and man pages.

use anyhow::Context as _;
use clap::CommandFactory;
use clap_mangen::roff::{roman, Roff};

use super::Cli;
use crate::output::failure::Failure;

/// The completion script for a shell.
pub fn completion_script(shell: clap_complete::Shell) -> Vec<u8> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "ecr-ptc", &mut script);
    // clap_complete 4.6 takes the hyphen of a program's name for the border to a subcommand, but
    // not everywhere in the script for bash, which then offers nothing after a subcommand.
    let text = String::from_utf8_lossy(&script);
    text.replace("ecr__subcmd__ptc__", "ecr__ptc__")
        .into_bytes()
}

/// The man page of the program, or of the subcommand with these words, in roff.
///
/// # Errors
/// Where there is no such subcommand: a usage [`Failure`] that names those there are.
pub fn man_page(words: &[String]) -> Result<Vec<u8>, Failure> {
    let mut command = Cli::command();
    command.build();
    let mut page_of = &command;
    for word in words {
        page_of = page_of.find_subcommand(word).ok_or_else(|| {
            let names = page_of.get_subcommands().map(clap::Command::get_name);
            let names = names.collect::<Vec<_>>().join(", ");
            let failure = Failure::usage("there is no man page of that subcommand");
            if names.is_empty() {
                failure.fix("leave out what follows its name")
            } else {
                failure.fix(format!("use one of: {names}"))
            }
        })?;
    }
    rendered(page_of)
        .context("the man page cannot be made")
        .map_err(Failure::from)
}

fn rendered(command: &clap::Command) -> std::io::Result<Vec<u8>> {
    let man = clap_mangen::Man::new(command.clone())
        .source(concat!("ecr-ptc ", env!("CARGO_PKG_VERSION")))
        .manual("ecr-ptc Manual")
        // It is written at run time and has none; an empty one would be left out, and what follows
        // it be taken for it.
        .date(" ");
    let mut page = Vec::new();
    man.render_title(&mut page)?;
    man.render_name_section(&mut page)?;
    man.render_synopsis_section(&mut page)?;
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
    Ok(page)
}
