//! `ecr-ptc` sets up Amazon ECR pull through cache: it stores the credentials of an upstream
//! registry and creates the rule that uses them.
//!
//! `cli` and `input` turn the command line into a request, `plan` into steps that a person can
//! review and that run through `aws`, and `output` writes the result. `model` has the types that
//! all share, `check` finds problems, and `registry` tests credentials.
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
    report_panics(Style::default());
    std::panic::catch_unwind(run)
        .unwrap_or(Status::Failed)
        .into()
}

fn run() -> Status {
    let arguments = env::arguments();
    let (style, command) = cli::parse(&arguments);
    report_panics(style);
    let output = Output::new(style, Redactor::new());
    for token in cli::misplaced_tokens(&arguments) {
        output.redactor().hide_text(&token);
    }
    let result = command.and_then(|command| commands::run(command, &output));
    result.unwrap_or_else(|failure| {
        output.failure(&failure);
        failure.status()
    })
}

fn report_panics(style: Style) {
    process::on_panic(move |place| {
        Output::new(style, Redactor::new()).failure(&Failure::bug(place));
    });
}
