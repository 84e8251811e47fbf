//! [`Scene`]: one run in an account of its own, held in text and for some scenes in JSON too.

use super::files::{hold, record};
use super::placeholders::{today, Placeholders};
use crate::support::{Account, Ended, Program};

/// The name of its file, and the run.
pub struct Scene {
    pub name: &'static str,
    /// Creates what must exist, and prepares the run.
    prepare: fn(&Account) -> Program,
    /// The action during which it is interrupted.
    interrupted_at: Option<&'static str>,
    /// Whether the file has the run in JSON as well.
    has_json: bool,
}

pub const fn scene(name: &'static str, prepare: fn(&Account) -> Program) -> Scene {
    Scene {
        name,
        prepare,
        interrupted_at: None,
        has_json: false,
    }
}

/// Expects what their files have.
pub fn play(scenes: &[Scene]) {
    hold(scenes, |scene| {
        let mut text = scene.play(&[]);
        if scene.has_json {
            text = format!("{text}\n{}", scene.play(&["-o", "json"]));
        }
        (scene.name.to_owned(), text)
    });
}

impl Scene {
    pub const fn interrupted_at(self, action: &'static str) -> Self {
        Self {
            interrupted_at: Some(action),
            ..self
        }
    }

    /// For one scene of each command, action and finding level, and one error per exit code.
    pub const fn and_json(self) -> Self {
        Self {
            has_json: true,
            ..self
        }
    }

    fn play(&self, more: &[&str]) -> String {
        text_of(|account| {
            let program = (self.prepare)(account).and(more);
            let ended = match self.interrupted_at {
                Some(action) => {
                    account.stall(action);
                    program.interrupted_at(account, action)
                }
                None => program.run(),
            };
            (program, ended)
        })
    }
}

/// A run in its own account, as its file shows it.
pub fn text_of(run: impl Fn(&Account) -> (Program, Ended)) -> String {
    loop {
        let day = today();
        let account = Account::new();
        let (program, ended) = run(&account);
        let text = record(&program.line(), &ended);
        // The day may change during the run.
        if today() == day {
            let home = program.home.path().to_str().unwrap();
            return Placeholders::new(&account, home, day).replace(&text);
        }
    }
}
