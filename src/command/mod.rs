//! The subcommands: a file for each, and what they share.

mod check;
mod create;
mod delete;
mod find;
mod list;
mod mend;
mod restore;
mod show;
mod store;
mod survey;
mod verify;

pub use create::why_not_ask;

use serde::Serialize;

use crate::apply::{Deed, Progress, Written};
use crate::aws::{AwsError, Place, Session, Settings};
use crate::cli::{self, Command, Global};
use crate::failure::Failure;
use crate::input::person::Person;
use crate::output::Output;
use crate::process;
use crate::shell::{option, quote};
use crate::status::Status;

/// What every command that talks to AWS has at hand.
pub struct Context<'a> {
    pub global: &'a Global,
    pub output: &'a Output,
    pub progress: &'a Progress,
}

/// Runs a subcommand, and says how it ended well.
///
/// # Errors
/// The [`Failure`] to show, with the exit status.
pub fn run(global: &Global, command: Command, output: &Output) -> Result<Status, Failure> {
    match command {
        Command::Create(args) => {
            let draft = create::read(*args, global)?;
            until_interrupted(global, output, async |context| {
                create::run(draft, context).await.map(|()| Status::Done)
            })
        }
        Command::List => {
            until_interrupted(global, output, async |context| list::run(context).await)
        }
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
        Command::Completions { shell } => print(output, &cli::completion_script(shell)),
        Command::Man => {
            let page = cli::man_page()
                .map_err(|error| Failure::new(Status::Failed, "failed", error.to_string()))?;
            print(output, &page)
        }
    }
}

/// Writes a document to standard output. A reader that has gone away (`| head`) is no failure.
pub fn print(output: &Output, document: &[u8]) -> Result<Status, Failure> {
    written(output.document(document))
}

/// Writes the result of a command that only looks: `text`, where there is any, or `value` as JSON.
fn done(output: &Output, text: Option<&str>, value: &impl Serialize) -> Result<Status, Failure> {
    written(output.result(text, value))
}

fn written(result: std::io::Result<()>) -> Result<Status, Failure> {
    match result {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => Err(Failure::new(
            Status::Failed,
            "output",
            format!("standard output cannot be written: {error}"),
        )),
        _ => Ok(Status::Done),
    }
}

/// Runs a command on a single-threaded runtime, until it ends or a signal ends it.
fn until_interrupted(
    global: &Global,
    output: &Output,
    work: impl AsyncFnOnce(&Context<'_>) -> Result<Status, Failure>,
) -> Result<Status, Failure> {
    let progress = Progress::default();
    let context = Context {
        global,
        output,
        progress: &progress,
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    let runtime = runtime.map_err(|error| {
        Failure::new(Status::Failed, "failed", format!("cannot start: {error}"))
    })?;
    let result = runtime.block_on(async {
        tokio::select! {
            biased;
            status = process::interruption() => Err(interrupted(status, progress.written(), global)),
            result = work(&context) => result,
        }
    });
    // A prompt may still wait for a key in a thread of its own.
    runtime.shutdown_background();
    result
}

fn interrupted(status: Status, written: Option<Written>, global: &Global) -> Failure {
    match written {
        None => cancelled(status),
        Some(Written { secret, deed, .. }) if deed != Deed::Store => {
            let message = format!(
                "cancelled while AWS was answering; {secret} may be {}",
                deed.in_words()
            );
            let look = format!(
                "ecr-ptc show {}{}",
                quote(&secret),
                aws_options(global, None)
            );
            Failure::new(status, "cancelled", message).fix(format!("see whether it is: {look}"))
        }
        Some(Written {
            secret,
            surely: true,
            ..
        }) => {
            let message = format!("cancelled; the secret {secret} is stored");
            Failure::new(status, "cancelled", message)
                .why("a later step was under way, and may or may not have been done")
                .fix("run the same command again with --if-exists update")
        }
        Some(Written {
            secret,
            surely: false,
            ..
        }) => {
            let message =
                format!("cancelled while AWS was answering; {secret} may have been stored");
            let options = aws_options(global, None);
            let look = format!(
                "aws secretsmanager describe-secret --secret-id {}{options}",
                quote(&secret)
            );
            Failure::new(status, "cancelled", message).fix(format!("see whether it was: {look}"))
        }
    }
}

/// Opens AWS, with a code from the person at the terminal where the profile needs one.
async fn open_session(settings: Settings, context: &Context<'_>) -> Result<Session, Failure> {
    let code = match settings.mfa_serial() {
        Some(serial) if why_not_ask(context.global).is_none() => {
            let person = Person::meet(context.global, context.output);
            Some(person.ask_mfa_code(serial).await?)
        }
        _ => None,
    };
    Session::open(settings, code).await
}

/// The options that lead an `aws` command to the same place, each with a space before it. The Region
/// that was found, or else the one that was asked for.
pub fn aws_options(global: &Global, region: Option<&str>) -> String {
    let options = [
        ("--region", region.or(global.region.as_deref())),
        ("--profile", global.profile.as_deref()),
    ];
    let given = options
        .iter()
        .filter_map(|(name, value)| Some(option(name, (*value)?)));
    given.flat_map(|option| [" ".to_owned(), option]).collect()
}

/// Refuses a command that takes something away where nobody can be asked and nobody said yes.
fn wants_yes(command: &str, yes: bool, context: &Context<'_>) -> Result<(), Failure> {
    match why_not_ask(context.global) {
        Some(why) if !yes => Err(Failure::usage(format!(
            "{command} asks first, and nobody can be asked here"
        ))
        .why(why)
        .fix("add --yes")),
        _ => Ok(()),
    }
}

/// The failure of a call that writes, where the work may be done although no answer says so.
fn may_be_done(error: AwsError, what: &str, name: &str, place: &Place, options: &str) -> Failure {
    if !error.may_have_worked() {
        return error.into_failure(what, place);
    }
    let mut failure = error.into_failure(what, place);
    let why = failure.why.unwrap_or_default();
    failure.why = Some(format!(
        "{why}\nit may be done all the same: no answer says so or otherwise"
    ));
    let look = format!("see whether it was: ecr-ptc show {}{options}", quote(name));
    failure.fix = Some(match failure.fix {
        Some(fix) => format!("{look}\n{fix}"),
        None => look,
    });
    failure
}

/// The end that a person chose before anything was written.
pub fn cancelled(status: Status) -> Failure {
    Failure::new(status, "cancelled", "cancelled; nothing was written")
}
