//! The subcommands: a file for each, and what they share.

mod check;
mod create;
mod delete;
mod find;
mod list;
mod mend;
mod renew;
mod restore;
mod rollback;
mod rule;
mod show;
mod store;
mod survey;
mod trial;
mod update;
mod uses;
mod verify;

pub use create::why_not_ask;

use serde::Serialize;

use crate::apply::{Deed, Progress, Written};
use crate::aws::{AwsError, Place, Session, Settings};
use crate::cli::{self, Command, Global};
use crate::failure::Failure;
use crate::input::person::Person;
use crate::output::{escaped, Output};
use crate::process;
use crate::region::RegionName;
use crate::secret::Secret;
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
                // Boxed: it is by far the largest of the commands.
                Box::pin(create::run(draft, context))
                    .await
                    .map(|()| Status::Done)
            })
        }
        Command::Update(args) => {
            let wanted = update::read(*args, global)?;
            until_interrupted(global, output, async |context| {
                update::run(wanted, context).await
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
        Command::Rule(command) => {
            let command = rule::read(command, global)?;
            until_interrupted(global, output, async |context| {
                rule::run(command, context).await.map(|()| Status::Done)
            })
        }
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
            status = process::interruption() => Err(interrupted(status, &progress, global)),
            result = work(&context) => result,
        }
    });
    // A prompt may still wait for a key in a thread of its own.
    runtime.shutdown_background();
    result
}

fn interrupted(status: Status, progress: &Progress, global: &Global) -> Failure {
    if let Some(prefix) = progress.rule() {
        let message =
            format!("cancelled while ECR was answering; the rule {prefix} may have been changed");
        let options = aws_options(global, None);
        let failure = Failure::new(status, "cancelled", message)
            .fix(format!("see what it is now: ecr-ptc rule list{options}"));
        return match progress.written() {
            Some(Written { secret, deed, .. }) => {
                failure.why(format!("the secret {secret} is {}", deed.in_words()))
            }
            None => failure,
        };
    }
    match progress.written() {
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
                .fix("run the same command again (create: with --if-exists update); what is there already is not written twice")
        }
        Some(Written {
            secret,
            surely: false,
            ..
        }) => {
            let message =
                format!("cancelled while AWS was answering; {secret} may have been stored");
            let options = aws_options(global, None);
            let look = format!("ecr-ptc show {}{options}", quote(&secret));
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
pub fn aws_options(global: &Global, region: Option<&RegionName>) -> String {
    let options = [
        (
            "--region",
            region.map(RegionName::as_str).or(global.region.as_deref()),
        ),
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

/// The failure of a call that stores a value and had no good answer: whether it is stored, as far as
/// that can be known, and how to see.
fn not_stored(error: AwsError, what: &str, name: &str, place: &Place, options: &str) -> Failure {
    let looked = error.has_done_nothing_as_seen();
    let unknown = error.may_have_worked();
    let mut failure = error.into_failure(what, place);
    let (why, fix) = if looked {
        (
            "AWS was asked again, and has not stored it",
            "try again in a minute".to_owned(),
        )
    } else if unknown {
        let name = quote(name);
        (
            "whether it is stored all the same cannot be said: AWS does not answer that either",
            format!(
                "see whether it is: ecr-ptc show {name}{options}\n\
                 or store it again: what is the same already is not written twice (create: --if-exists update)"
            ),
        )
    } else {
        return failure;
    };
    let before = failure
        .why
        .map(|why| format!("{why}\n"))
        .unwrap_or_default();
    failure.why = Some(format!("{before}{why}"));
    failure.fix = Some(match failure.fix {
        Some(first) if first != fix => format!("{fix}\n{first}"),
        _ => fix,
    });
    failure
}

/// Refuses to write where AWS would: a secret that is scheduled for deletion, or a replica. `command`
/// is what is wanted of it, after its name: `check` and ` --fix`.
fn refuse_what_cannot_be_written(
    secret: &Secret,
    command: (&str, &str),
    session: &Session,
    context: &Context<'_>,
) -> Result<(), Failure> {
    let name = escaped(&secret.name);
    let refused = |code, message| Err(Failure::new(Status::SecretState, code, message));
    if secret.deleted.is_some() {
        let message = format!("the secret {name} is scheduled for deletion");
        let options = aws_options(context.global, Some(session.region()));
        let restore = format!("ecr-ptc restore {}{options}", quote(&secret.name));
        return refused("secret-pending-deletion", message)
            .map_err(|failure| failure.fix(format!("take it back first: {restore}")));
    }
    if let Some(primary) = secret.replica_of() {
        let message = format!("{name} is a replica of the secret in {primary}");
        let options = aws_options(context.global, Some(primary));
        let (command, more) = command;
        let there = format!("ecr-ptc {command} {}{more}{options}", quote(&secret.name));
        return refused("replica", message)
            .map_err(|failure| failure.fix(format!("do it there: {there}")));
    }
    Ok(())
}

/// Writes the result of work that is done: what it was done to is not lost where standard output
/// cannot take it.
fn give(report: &impl Serialize, arn: Option<&str>, output: &Output) -> Result<(), Failure> {
    give_text(report, arn, arn, output)
}

/// As [`give`], with a text of its own in place of the ARN.
fn give_text(
    report: &impl Serialize,
    text: Option<&str>,
    arn: Option<&str>,
    output: &Output,
) -> Result<(), Failure> {
    output.result(text, report).map_err(|error| {
        let message = format!("standard output cannot be written: {error}");
        let failure = Failure::new(Status::Failed, "output", message);
        match arn {
            Some(arn) => failure.why(format!("the work itself is done; the secret is {arn}")),
            None => failure,
        }
    })
}

/// The end that a person chose before anything was written.
pub fn cancelled(status: Status) -> Failure {
    Failure::new(status, "cancelled", "cancelled; nothing was written")
}
