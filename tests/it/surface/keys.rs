//! What keys and pastes do at each kind of question.

use serde_json::json;

use crate::support::{side_by_side, Account, Program, Screen};

const CREATE: &str = "$PTC create --registry ghcr --name ecr-pullthroughcache/x --description d";
const NAME: &str = "ecr-pullthroughcache/docker-hub";
const WAYS: [&str; 2] = ["", "--accessible"];

/// A part of every token that is pasted here.
const SECRET: &str = "0123456789abcdef";

/// Pastes that begin, end or have lines like an answer.
fn pastes() -> [String; 8] {
    [
        format!("ghp_{SECRET}\r"),
        format!("y{SECRET}\r\n"),
        format!("yes-{SECRET}\n\n"),
        format!("\r{SECRET}\r"),
        format!("y\r{SECRET}\r"),
        format!("{SECRET}\ry\r"),
        format!("1{SECRET} \r"),
        format!(" jk{SECRET}\u{1b}[200~\u{7f}\u{1}\r"),
    ]
}

fn is_canceled(screen: &Screen) {
    screen.types("\u{3}").sees("canceled").status_is(130);
}

/// Pastes tokens at a choice: none appears, and none answers.
fn swallows_pastes(screen: &Screen, question: &str) {
    for paste in pastes() {
        screen.sees(question).types(&paste);
        screen.sees(if question.contains("[y/N]") {
            "Type y or n."
        } else if question.starts_with("Number") {
            "Type a number from 1 to "
        } else {
            "Press ↑ or ↓ and then Enter"
        });
    }
    screen.sees(question);
    assert!(!screen.history().contains(SECRET), "{}", screen.history());
}

#[test]
fn a_token_pasted_at_a_choice_is_not_shown_and_answers_nothing() {
    side_by_side(WAYS, |way| {
        let account = Account::new();
        let screen = Screen::new(&account);
        screen.resized(24, 80);
        let in_plain = |plain, drawn| if way.is_empty() { drawn } else { plain };
        screen.enters(&format!("$PTC create -u me {way}"));
        swallows_pastes(&screen, in_plain("Number or name [1]: ", "Registry ["));
        screen.enters("").enters_a_token();
        swallows_pastes(&screen, in_plain("Number or name [1]: ", "Store these"));
        screen.chooses(!way.is_empty(), 1);
        swallows_pastes(
            &screen,
            in_plain("Number or name [1]: ", "What do you want to change? ["),
        );
        is_canceled(&screen);
        assert!(account.is_empty());
        account.made(NAME);
        account.take_actions();
        screen.enters(&format!("$PTC create --registry docker-hub {way}"));
        swallows_pastes(
            &screen,
            in_plain("Number or name [1]: ", "What do you want to do?"),
        );
        is_canceled(&screen);
        screen.enters(&format!("$PTC delete docker-hub {way}"));
        swallows_pastes(&screen, in_plain("Delete it? [y/N]: ", "Delete it?"));
        is_canceled(&screen);
        screen.enters(&format!("$PTC delete {way}"));
        swallows_pastes(&screen, in_plain("Number or name [1]: ", "Secret ["));
        is_canceled(&screen);
        assert!(!account.actions().contains(&"DeleteSecret".to_owned()));
        assert!(!screen.history().contains(SECRET), "{}", screen.history());
    });
}

#[test]
fn twenty_thousand_pasted_characters_are_swallowed_at_a_choice() {
    let account = Account::new();
    let screen = Screen::new(&account);
    screen
        .enters("$PTC")
        .sees("Registry")
        .enters(&SECRET.repeat(1250))
        .sees("Press ↑ or ↓ and then Enter.")
        .sees("Registry");
    assert!(!screen.history().contains(SECRET), "{}", screen.history());
    is_canceled(&screen);
}

#[test]
fn a_choice_is_answered_by_arrows_or_a_whole_word() {
    let account = Account::new();
    account.made(NAME);
    let screen = Screen::new(&account);
    let delete = |keys: &str| {
        screen
            .enters("$PTC delete docker-hub")
            .sees("Delete it?")
            .enters(keys)
    };
    for no in ["", "n", "no", "\u{1b}[A\u{1b}[B", "\u{1b}[H\u{1b}[F"] {
        delete(no).sees("nothing was written").status_is(130);
    }
    for other in ["ye", "yess", "yy", "Y es", " y", "j", "y\u{7f}y", "\u{1b}y"] {
        delete(other).sees("Press ↑ or ↓ and then Enter, or y or n.");
        is_canceled(&screen);
    }
    for yes in ["y", "yes", "\u{1b}[A", "\u{1b}[5~"] {
        delete(yes).sees("Scheduled ecr").status_is(0);
        account.ask("RestoreSecret", &json!({"SecretId": NAME}));
    }
}

#[test]
fn a_long_list_scrolls() {
    let account = Account::new();
    for number in 10..40 {
        account.made(&format!(
            "ecr-pullthroughcache/team-{number}/{}",
            "x".repeat(80)
        ));
    }
    let screen = Screen::new(&account);
    screen.resized(10, 60);
    for (keys, chosen) in [
        ("\u{1b}[F", 39),
        ("\u{1b}[6~\u{1b}[6~\u{1b}[A", 25),
        ("\u{1b}[F\u{1b}[H", 10),
    ] {
        screen.enters("clear; $PTC show").sees("Secret [");
        screen.types(keys);
        screen.sees(&format!("> team-{chosen}/xxx"));
        let text = screen.text();
        assert!(text.contains("? Secret [↑↓ and Enter]"), "{text}");
        screen
            .enters("")
            .sees(&format!("team-{chosen}/{}", "x".repeat(80)));
        screen.status_is(0);
    }
}

#[test]
fn a_line_of_text_is_edited_and_stays_to_be_corrected() {
    let account = Account::new();
    for columns in [20, 50, 80, 120] {
        let screen = Screen::new(&account);
        screen.resized(50, columns);
        screen.enters(CREATE).sees("Username");
        for (keys, answer) in [
            ("my-own \u{7f}me\r", "my-ownme"),
            ("あえ\u{1b}[D\u{7f}い\r", "いえ"),
            ("m\t\u{15}\u{1}\u{4}e\r", "me"),
        ] {
            screen.types(keys).sees("Access token (not");
            let shown = screen.text().replace('\n', "");
            assert!(shown.contains(&format!("> Username {answer}")), "{shown}");
            is_canceled(&screen);
            screen.enters(CREATE).sees("Username");
        }
        screen
            .enters("me ")
            .sees("Not accepted: ")
            .sees("Username")
            .enters("\u{7f}")
            .sees("Access token (not");
        is_canceled(&screen);
    }
    assert!(account.is_empty());
}

#[test]
fn several_lines_are_no_line_of_text() {
    let account = Account::new();
    for way in WAYS {
        let screen = Screen::new(&account);
        screen
            .enters(&format!("{CREATE} {way}"))
            .sees("Username")
            .types("octo\rcat\r")
            .sees("several lines were pasted")
            .sees("Username");
        is_canceled(&screen);
    }
    let screen = Screen::new(&account);
    screen
        .enters(&format!("{CREATE} --accessible"))
        .sees("Username")
        .enters("me\u{1b}OP")
        .sees("Not accepted: it contains a control character.")
        .sees("Username");
    is_canceled(&screen);
    assert!(account.is_empty());
}

#[test]
fn a_token_in_the_place_of_an_answer_is_refused() {
    let account = Account::new();
    let ways = [
        (120, ""),
        (80, ""),
        (50, ""),
        (20, ""),
        (120, "--accessible"),
    ];
    side_by_side(ways, |(columns, way)| {
        let screen = Screen::new(&account);
        screen.resized(50, columns);
        let takes_none = |prompt: &str| {
            for token in [
                "ghp_0123456789abcdef",
                "dckr_pat_0123456789",
                "me:glpat-0123456789",
                "\"ghp_0123456789\"",
            ] {
                screen.sees(prompt).enters(token).sees("revoke");
            }
            screen.sees(prompt);
        };
        screen.enters(&format!("$PTC create --registry azure {way}"));
        takes_none("Azure registry");
        screen.enters("minereg");
        takes_none("Username");
        screen
            .enters("me")
            .sees("Access token (not")
            .enters("some-token")
            .skips_expiry();
        for (row, prompt) in [
            (0, "Azure registry"),
            (4, "Description"),
            (5, "Expiry date of"),
            (6, "Tags, such"),
            (7, "Repository"),
            (3, "Secret name"),
        ] {
            screen.sees("Store these").chooses(!way.is_empty(), 1);
            screen
                .sees("What do you want")
                .chooses(!way.is_empty(), row);
            takes_none(prompt);
            screen.enters("");
        }
        screen.sees("Store these");
        is_canceled(&screen);
        let shows_it = screen.history().contains("0123456789");
        assert_eq!(shows_it, !way.is_empty(), "{}", screen.history());
    });
    assert!(account.is_empty());
    Program::create(&account, &[]).run().ok();
    for way in WAYS {
        let screen = Screen::new(&account);
        screen
            .enters(&format!(
                "$PTC delete docker-hub --force-without-recovery {way}"
            ))
            .sees("Type its name")
            .enters("ghp_0123456789abcdef")
            .sees("looks like an access token")
            .sees("Type its name");
        is_canceled(&screen);
    }
}
