//! The errors that the services document, as people see them.

use std::collections::BTreeMap;
use std::sync::Mutex;

use super::aws::once;
use super::files::hold;
use super::scene::text_of;
use super::writes::{create, words};
use crate::support::{side_by_side, Account, Program};
use crate::{aws, rule};

pub const NAMES: [&str; 2] = ["errors/of-secrets-manager", "errors/of-ecr"];

#[test]
fn errors_of_secrets_manager() {
    let text = table(&aws::errors::ERRORS, |row| {
        let program = |account: &Account| {
            account.refuse("CreateSecret", row.http, row.error, row.says);
            create(account, "")
        };
        (row.error, program)
    });
    hold([NAMES[0]], |name| (name.to_owned(), text.clone()));
}

#[test]
fn errors_of_ecr() {
    let text = table(&rule::errors::ERRORS, |row| {
        let (command, verb, error, says, ..) = row;
        let program = |account: &Account| {
            rule::errors::store(account);
            if *command == rule::errors::DELETE {
                words(account, rule::errors::SET).run().ok();
            }
            account.refuse(&rule::errors::operation(verb), 400, error, says);
            words(account, command)
        };
        (*error, program)
    });
    hold([NAMES[1]], |name| (name.to_owned(), text.clone()));
}

/// What becomes of each row: the error that is in it, and how the run comes about that meets it.
fn table<'r, R: Sync, P: Fn(&Account) -> Program>(
    rows: &'r [R],
    scene: impl Fn(&'r R) -> (&'static str, P) + Sync,
) -> String {
    let texts = Mutex::new(BTreeMap::new());
    side_by_side(rows.iter().enumerate(), |(at, row)| {
        let (error, prepare) = scene(row);
        let text = text_of(|account| {
            let program = once(prepare(account));
            let ended = program.run();
            (program, ended)
        });
        let text = format!("# {error}\n{text}");
        texts.lock().unwrap().insert(at, text);
    });
    let texts: Vec<String> = texts.into_inner().unwrap().into_values().collect();
    texts.join("\n")
}
