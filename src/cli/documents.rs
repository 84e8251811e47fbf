//! What is made from the definition of the command line: completion scripts and the man page.

use clap::CommandFactory;

use super::Cli;

/// The completion script for a shell.
pub fn completion_script(shell: clap_complete::Shell) -> Vec<u8> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "ecr-ptc", &mut script);
    script
}

/// The man page in roff: the program, then each subcommand, and those of `rule`, with its options.
///
/// # Errors
/// None that writing to memory could give.
pub fn man_page() -> std::io::Result<Vec<u8>> {
    let command = Cli::command();
    let whole = clap_mangen::Man::new(command.clone());
    let mut page = Vec::new();
    whole.render_title(&mut page)?;
    whole.render_name_section(&mut page)?;
    whole.render_synopsis_section(&mut page)?;
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
    Ok(page)
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
