//! Gathers a request from options, files, environment variables, standard input and prompts.

mod command_line;
pub mod create_input;
mod credential_command;
mod docker;
mod errors;
mod fixes;
pub mod image_list;
mod input_login;
mod key_mapping;
pub mod options;
mod program;
mod prompt;
pub mod prompter;
pub mod request;
pub mod rule_options;
mod terminal;
mod token;
mod token_check;
mod warnings;

pub use prompter::Prompter;
pub use terminal::is_asking;
pub use warnings::ends_soon;

use crate::cli::Global;
use crate::env;
use crate::output::is_at_a_terminal;

/// Why prompts are impossible here, or `None` if they are possible.
pub fn why_not_ask(global: &Global) -> Option<&'static str> {
    if global.no_input {
        Some("--no-input or ECR_PTC_NO_INPUT is set")
    } else if env::is_ci() {
        Some("the environment variable CI is set")
    } else if !is_at_a_terminal() {
        Some("standard input or standard error is not a terminal")
    } else if !terminal::has_keys() {
        Some("this terminal does not pass keys to Windows programs; run: winpty ecr-ptc")
    } else {
        None
    }
}
