//! The subcommands, a file for each, and what they share.

mod check;
mod choose;
mod context;
mod create;
mod delete;
mod expiry;
mod find;
mod image;
mod list;
mod restore;
mod rollback;
mod rule;
mod show;
mod store;
mod update;
mod verification;

use anyhow::Context as _;

use crate::cli::{self, Asked, Command, Global};
use crate::input::is_asking;
use crate::output::failure::Failure;
use crate::output::status::Status;
use crate::output::Output;
use crate::plan::apply::Progress;
use crate::process;
use context::Context;

/// Runs a subcommand and returns its exit status, or the failure to show.
pub fn run(asked: Asked, output: &Output) -> Result<Status, Failure> {
    let (global, command) = match asked {
        Asked::Command(global, command) => (global, command),
        Asked::Document(text) => return print(output, text.as_bytes()),
    };
    let global = &*global;
    match command {
        Command::Create(args) => {
            let input = create::read(*args, global, output.redactor())?;
            // Boxed, since its future is by far the largest.
            until_interrupted(global, output, async |context| {
                Box::pin(create::run(input, context)).await
            })
        }
        Command::Update(args) => {
            let input = update::read(*args, global, output.redactor())?;
            until_interrupted(global, output, async |context| {
                Box::pin(update::run(input, context)).await
            })
        }
        Command::List(args) => until_interrupted(global, output, async |context| {
            list::run(args.replicas, context).await
        }),
        Command::Show(args) => until_interrupted(global, output, async |context| {
            show::run(args, context).await
        }),
        Command::Check(args) => until_interrupted(global, output, async |context| {
            check::run(args, context).await
        }),
        Command::Delete(args) => until_interrupted(global, output, async |context| {
            delete::run(args, context).await
        }),
        Command::Restore(args) => until_interrupted(global, output, async |context| {
            restore::run(args, context).await
        }),
        Command::Rule(command) => until_interrupted(global, output, async |context| {
            rule::run(command, context).await
        }),
        Command::Image(args) => {
            let images = image::read(&args, output)?;
            until_interrupted(global, output, async |context| {
                image::run(images, args.keep_going, context).await
            })
        }
        Command::Completions { shell } => print(output, &cli::completion_script(shell)),
        Command::Man { words } => print(output, &cli::man_page(&words)?),
    }
}

/// Writes a document to standard output. A closed pipe (`| head`) is not a failure.
fn print(output: &Output, document: &[u8]) -> Result<Status, Failure> {
    match output.document(document) {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
            Err(Failure::output(&error))
        }
        _ => Ok(Status::Done),
    }
}

/// Runs a command on a single-threaded runtime until it ends or a signal arrives.
fn until_interrupted(
    global: &Global,
    output: &Output,
    work: impl AsyncFnOnce(&Context<'_>) -> Result<Status, Failure>,
) -> Result<Status, Failure> {
    process::check_limits().map_err(|limit| {
        let message = format!("the limit of open files, {limit}, is too low");
        Failure::new(Status::Failed, "too-few-files", message).fix("raise the limit: ulimit -n 256")
    })?;
    let progress = Progress::default();
    let context = Context {
        global,
        output,
        progress: &progress,
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .context("cannot start")?;
    let interruption = process::interruption().context("cannot start")?;
    let result = runtime.block_on(async {
        tokio::select! {
            biased;
            Ok(status) = interruption => Err(progress.interrupted(status, &global.hints())),
            result = work(&context) => result,
            () = output.spin(is_asking) => unreachable!("that never ends"),
        }
    });
    // A thread may still be waiting for a key, a credential helper or DNS.
    runtime.shutdown_background();
    result.map_err(|failure| progress.explain_loss(failure))
}
