//! `ecr-ptc` stores the credentials of an upstream registry where Amazon ECR pull through cache
//! can use them.
//!
//! A command goes one way: `cli` and `input` gather a request, `plan` turns it into steps that a person
//! can review and that are carried out through `aws`, and `output` alone writes what became of it.
//! `model` is what all of them speak of, `check` is what can be wrong with it, `registry` is where
//! credentials are tried.
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

use std::panic::{catch_unwind, AssertUnwindSafe};
use std::process::ExitCode;

use cli::Parsed;

use output::status::Status;
use output::{Output, Redactor};

fn main() -> ExitCode {
    process::protect();
    catch_unwind(AssertUnwindSafe(run))
        .unwrap_or(Status::Failed)
        .into()
}

fn run() -> Status {
    env::settle();
    let arguments = env::arguments();
    let redactor = Redactor::new();
    for token in cli::misplaced_tokens(&arguments) {
        redactor.hide_text(&token);
    }
    let (output, ran) = match cli::parse(&arguments) {
        Ok(Parsed::Command(global, command)) => {
            let output = Output::new(
                global.output,
                global.color,
                global.quiet,
                global.verbose,
                redactor,
            );
            let ran = commands::run(&global, command, &output);
            (output, ran)
        }
        parsed => {
            let (format, color) = cli::asked_for(&arguments, env::output_format());
            let output = Output::new(format, color, false, false, redactor);
            let ran = match parsed {
                Ok(Parsed::Document(text)) => commands::print(&output, text.as_bytes()),
                Ok(Parsed::Command(..)) => Ok(Status::Done),
                Err(failure) => Err(failure),
            };
            (output, ran)
        }
    };
    match ran {
        Ok(status) => status,
        Err(failure) => {
            output.failure(&failure);
            failure.status()
        }
    }
}
