//! `ecr-ptc` stores the credentials of an upstream registry where Amazon ECR pull through cache
//! can use them.
//!
//! A command goes one way: [`cli`] and [`input`] gather a request, [`plan`] turns it into a value
//! that a person can review, [`apply`] carries it out through [`aws`], and [`report`] or
//! [`failure`] says what became of it, written by [`output`] alone. Of what is stored already,
//! [`secret`] and [`content`] are what AWS tells, and [`finding`] is what is wrong with it.
#![cfg_attr(
    test,
    allow(
        clippy::unwrap_used,
        reason = "a test that cannot go on fails where it stands"
    )
)]

mod apply;
mod arn;
mod aws;
mod cli;
mod command;
mod content;
mod credential;
mod date;
mod env;
mod failure;
mod finding;
mod input;
mod listing;
mod mending;
mod name;
mod output;
mod plan;
mod portrait;
mod process;
mod region;
mod registry;
mod removal;
mod renewal;
mod report;
mod rule;
mod secret;
mod setting;
mod shell;
mod status;
mod table;
mod token_kind;
mod upstream;

use std::panic::{catch_unwind, AssertUnwindSafe};
use std::process::ExitCode;

use cli::Parsed;
use output::Output;
use status::Status;

fn main() -> ExitCode {
    process::protect();
    catch_unwind(AssertUnwindSafe(run))
        .unwrap_or(Status::Failed)
        .into()
}

fn run() -> Status {
    env::settle();
    let arguments = env::arguments();
    let (output, ran) = match cli::parse(&arguments) {
        Ok(Parsed::Command(global, command)) => {
            let output = Output::new(global.output, global.color, global.quiet, global.verbose);
            let ran = command::run(&global, command, &output);
            (output, ran)
        }
        parsed => {
            let (format, color) = cli::asked_for(&arguments, env::output_format());
            let output = Output::new(format, color, false, false);
            let ran = match parsed {
                Ok(Parsed::Document(text)) => command::print(&output, text.as_bytes()),
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
            failure.status
        }
    }
}
