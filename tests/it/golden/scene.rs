//! [`Scene`]: a run that is looked at in text and in JSON, each in an account of its own.

use super::files::{hold, record};
use super::placeholders::{today, Placeholders};
use crate::support::{Account, Program};

/// The name of its file, and how the run comes about.
pub struct Scene {
    pub name: &'static str,
    /// Makes what the run finds, and prepares the run.
    prepare: fn(&Account) -> Program,
}

pub const fn scene(name: &'static str, prepare: fn(&Account) -> Program) -> Scene {
    Scene { name, prepare }
}

/// Expects what their files have.
pub fn play(scenes: &[Scene]) {
    hold(scenes, |scene| {
        let text = [&[][..], &["-o", "json"]].map(|more| scene.play(more));
        (scene.name.to_owned(), text.join("\n"))
    });
}

impl Scene {
    fn play(&self, more: &[&str]) -> String {
        loop {
            let day = today();
            let account = Account::new();
            let program = (self.prepare)(&account).and(more);
            let text = record(&program.line(), &program.run());
            // At midnight it is not known which day is meant.
            if today() == day {
                let home = program.home.path().to_str().unwrap();
                return Placeholders::new(&account, home, day).replace(&text);
            }
        }
    }
}
