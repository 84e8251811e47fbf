//! `ecr-ptc` stores the credentials of an upstream registry where Amazon ECR pull through cache
//! can use them.
//!
//! A command goes one way: `cli` and `input` gather a request, `plan` turns it into steps that a
//! person can review and that are carried out through `aws`, and `output` alone writes what became
//! of it. `model` is what all of them speak of, `check` is what can be wrong with it, `registry` is
//! where credentials are tried.
#![cfg_attr(
    test,
    allow(
        clippy::unwrap_used,
        reason = "a test that cannot go on fails where it stands"
    )
)]

mod aws;
mod check;
mod cli;
mod commands;
mod env;
mod input;
mod model;
mod output;
mod plan;
mod process;
mod registry;

use std::process::ExitCode;

use output::failure::Failure;
use output::status::Status;
use output::{Output, Redactor, Style};

fn main() -> ExitCode {
    process::protect();
    env::clean_aws_variables();
    env::take_docker_auth_config();
    tell_panics(Style::default());
    std::panic::catch_unwind(run)
        .unwrap_or(Status::Failed)
        .into()
}

fn run() -> Status {
    let arguments = env::arguments();
    let (style, asked) = cli::parse(&arguments);
    tell_panics(style);
    let output = Output::new(style, Redactor::new());
    for token in cli::misplaced_tokens(&arguments) {
        output.redactor().hide_text(&token);
    }
    let ended = asked.and_then(|asked| commands::run(asked, &output));
    ended.unwrap_or_else(|failure| {
        output.failure(&failure);
        failure.status()
    })
}

fn tell_panics(style: Style) {
    process::on_panic(move |place| {
        Output::new(style, Redactor::new()).failure(&Failure::bug(place));
    });
}
