//! A session at a terminal: questions, review, and the result of yes and no.

use super::files::hold;
use super::placeholders::{today, Placeholders};
use super::writes::{update, with_replicas, with_rule, NAME};
use crate::support::{Account, Program, Screen};

/// A run at a terminal, and the answers to what it asks.
struct Session {
    name: &'static str,
    prepare: fn(&Account),
    words: &'static str,
    /// The last words of each question, and what is entered then.
    answers: &'static [(&'static str, &'static str)],
}

const SESSIONS: [Session; 10] = [
    Session {
        name: "terminal/create",
        prepare: |_| (),
        words: "create",
        answers: &[
            ("Registry", ""),
            ("Username", "me"),
            ("Access token", "some-token"),
            ("Expiry date of", ""),
            ("Store these", ""),
            ("Pull an image now", ""),
        ],
    },
    Session {
        name: "terminal/create-no",
        prepare: |_| (),
        words: "create --registry docker-hub -u me --description d --rule docker-hub",
        answers: &[
            ("Access token", "some-token"),
            ("Expiry date of", ""),
            ("Store these", "n"),
        ],
    },
    Session {
        name: "terminal/create-exists",
        prepare: stored,
        words: "create --registry docker-hub -u me --if-exists update",
        answers: &[
            ("Access token", "some-token"),
            ("Expiry date of", ""),
            ("Store these", ""),
            ("Pull an image now", ""),
        ],
    },
    Session {
        name: "terminal/update",
        prepare: stored,
        words: "update docker-hub",
        answers: &[
            ("Access token", "some-token"),
            ("Expiry date of", ""),
            ("Store these", ""),
        ],
    },
    Session {
        name: "terminal/update-rule",
        prepare: stored,
        words: "update docker-hub --rule docker-hub --yes",
        answers: &[("Access token", "some-token")],
    },
    Session {
        name: "terminal/rollback",
        prepare: |account| {
            stored(account);
            update(account, "").run().ok();
        },
        words: "update docker-hub --rollback",
        answers: &[("Roll back to the previous version?", "y")],
    },
    Session {
        name: "terminal/fix",
        prepare: |account| {
            account.made_with(NAME, r#"{"user":"me","access_token":"some-token"}"#);
        },
        words: "check docker-hub --fix",
        answers: &[("Fix it?", "y")],
    },
    Session {
        name: "terminal/delete-no",
        prepare: with_replicas,
        words: "delete docker-hub --remove-replicas",
        answers: &[("Delete it?", "")],
    },
    Session {
        name: "terminal/delete-at-once",
        prepare: stored,
        words: "delete docker-hub --force-without-recovery",
        answers: &[("Type its name to delete it permanently", NAME)],
    },
    Session {
        name: "terminal/rule-delete",
        prepare: with_rule,
        words: "rule delete docker-hub",
        answers: &[("Delete it?", "y")],
    },
];

pub fn names() -> impl Iterator<Item = String> {
    SESSIONS.iter().map(|session| session.name.to_owned())
}

#[test]
fn at_a_terminal() {
    hold(SESSIONS, |session| {
        (session.name.to_owned(), session.play())
    });
}

impl Session {
    fn play(&self) -> String {
        loop {
            let day = today();
            let account = Account::new();
            (self.prepare)(&account);
            let screen = Screen::with(Program::new(&[]).with(&account));
            // No line is so long that it turns, and nothing scrolls off.
            screen.resized(100, 250);
            screen.enters(&format!("$PTC {}; echo status=$?", self.words));
            screen.sees("status=$?");
            for (question, answer) in self.answers {
                screen.sees(question).enters(answer);
            }
            screen.sees("status=").sees("ready> ");
            let home = screen.home().to_str().unwrap();
            // A spinner may have left spaces.
            let text = screen.text();
            let lines: Vec<&str> = text.lines().map(str::trim_end).collect();
            let text = Placeholders::new(&account, home, day).replace(&lines.join("\n"));
            if today() == day {
                return text.trim_end().to_owned() + "\n";
            }
        }
    }
}

fn stored(account: &Account) {
    account.made(NAME);
}
