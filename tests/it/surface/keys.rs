//! The keys that edit an answer, those that type nothing, and how a line is drawn again.

use crate::support::{Account, Program, Screen};

const CREATE: &str = "$PTC create --registry ghcr --name ecr-pullthroughcache/x --description d";

/// What ends the drawing of a line.
const DRAWN: &str = "\u{1b}8";

fn asks_for_a_username(screen: &Screen) {
    screen.enters(CREATE).sees("Username").sees(DRAWN);
}

fn is_cancelled(screen: &Screen) {
    screen.types("\u{3}").sees("cancelled").status_is(130);
}

/// Keys, and what stands before the cursor and behind it then. What is read at once is typed at
/// once, and the next when that is drawn.
const EDITED: [(&[&str], &str, &str); 14] = [
    (&["x\u{15}me"], "me", ""),
    (&["me\u{1}a"], "a", "me"),
    (&["me\u{1}a\u{5}b"], "ameb", ""),
    (&["mexx\u{1b}[D\u{1b}[D\u{b}"], "me", ""),
    (&["my own\u{17}me"], "my me", ""),
    (&["me", "\u{1b}", "x"], "mex", ""),
    (&["me", "\u{1b}x", "a"], "mea", ""),
    (&["me", "\u{1b}", "[D", "a"], "ma", "e"),
    (&["me\u{1b}[1;5Ca"], "mea", ""),
    (&["me\u{1b}OPa"], "mea", ""),
    (&["me\u{1b}[15~a"], "mea", ""),
    (&["me\ta\u{18}\u{1a}\u{1c}\u{4}"], "mea", ""),
    (&["me\u{1b}[H\u{1b}[3~a"], "a", "e"),
    (&["あえ\u{1b}[D\u{7f}い"], "い", "え"),
];

#[test]
fn keys_edit_as_in_a_shell_and_no_other_types_anything() {
    let account = Account::new();
    let screen = Screen::new(&account);
    for (keys, before, after) in EDITED {
        asks_for_a_username(&screen);
        for read in keys {
            screen.types(read).sees(DRAWN);
        }
        screen
            .types("\u{1b}[A")
            .sees(&format!(" {before}\u{1b}7{after}\u{1b}[K"))
            .enters("")
            .sees(&format!("{before}{after}\u{1b}[39m\r\n"))
            .sees("Access token (not");
        is_cancelled(&screen);
    }
    assert!(account.is_empty());
}

#[test]
fn a_line_has_one_row_however_long_it_is() {
    let account = Account::new();
    let long = "abcdefghij-あいう-".repeat(20) + "end";
    for columns in [20, 21, 50, 80, 120] {
        let screen = Screen::new(&account);
        screen.resized(50, columns);
        asks_for_a_username(&screen);
        screen.types(&long).sees("end\u{1b}7").sees(DRAWN);
        let text = screen.text();
        assert_eq!(text.matches("Username").count(), 1, "{columns}: {text}");
        assert!(text.ends_with("う-end"), "{columns}: {text}");
        assert_eq!(text.matches('…').count(), 1, "{columns}: {text}");
        screen
            .types("\u{1}x\u{1b}[C")
            .sees("xa\u{1b}7bc")
            .sees(DRAWN);
        let text = screen.text();
        assert!(text.ends_with('…'), "{columns}: {text}");
        assert_eq!(text.matches('…').count(), 1, "{columns}: {text}");
        screen.enters("").sees("Access token (not");
        let text = screen.text();
        assert_eq!(text.matches("Username").count(), 1, "{columns}: {text}");
        assert!(
            text.replace('\n', "").contains(&format!("x{long}")),
            "{columns}: {text}"
        );
        is_cancelled(&screen);
    }
    assert!(account.is_empty());
}

#[test]
fn a_line_is_drawn_again_after_the_terminal_became_another_size() {
    let account = Account::new();
    let typed = "a-name-that-has-room-in-a-wide-terminal-and-in-no-other";
    for (columns, again) in [(120, 100), (60, 120), (120, 40), (50, 20)] {
        let screen = Screen::new(&account);
        screen.resized(50, columns);
        asks_for_a_username(&screen);
        screen.types(typed).sees("other\u{1b}7").sees(DRAWN);
        screen.resized(50, again);
        screen.types("s").sees("others\u{1b}7").sees(DRAWN);
        let text = screen.text();
        assert_eq!(text.matches("Username").count(), 1, "{text}");
        assert!(text.ends_with("-others"), "{text}");
        screen.enters("").sees("Access token (not");
        let text = screen.text();
        assert!(text.contains(&format!("> Username {typed}s\n")), "{text}");
        is_cancelled(&screen);
    }
    assert!(account.is_empty());
}

#[test]
fn what_is_pasted_is_one_answer() {
    let account = Account::new();
    let screen = Screen::new(&account);
    asks_for_a_username(&screen);
    screen
        .types("\u{1b}[200~octo\r\ncat\u{1b}[A\r\n\u{1b}[201~")
        .sees("octo cat [A\u{1b}7")
        .types("\u{15}\u{1b}[200~octocat\n\u{1b}[201~\r")
        .sees("octocat\u{1b}[39m\r\n")
        .sees("Access token (not");
    is_cancelled(&screen);
    let long: String = ('a'..='z').cycle().take(20_000).collect();
    asks_for_a_username(&screen);
    screen
        .enters(&format!("\u{1b}[200~{long}\u{1b}[201~"))
        .sees(&format!("{long}\u{1b}[39m\r\n"))
        .sees("Access token (not");
    is_cancelled(&screen);
}

/// Keys at the token prompt, where nothing is drawn: each is typed when the last was read.
#[cfg(target_os = "linux")]
fn types_one_by_one(screen: &Screen, reads: &[&str]) {
    let pid = std::fs::read_to_string(screen.home().join("pid")).unwrap();
    let of_process = |file: &str| format!("/proc/{}/{file}", pid.trim());
    let bytes_read = || {
        let counts = std::fs::read_to_string(of_process("io")).unwrap();
        let count = counts.lines().find_map(|line| line.strip_prefix("rchar: "));
        count.unwrap().parse::<usize>().unwrap()
    };
    let is_waiting = || {
        std::fs::read_dir(of_process("task")).unwrap().all(|task| {
            let stat = std::fs::read_to_string(task.unwrap().path().join("stat")).unwrap();
            stat.rsplit_once(") ").unwrap().1.starts_with('S')
        })
    };
    for keys in reads {
        let before = bytes_read();
        screen.types(keys);
        while bytes_read() < before + keys.len() || !is_waiting() {
            std::thread::yield_now();
        }
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_key_is_no_part_of_the_token() {
    let account = Account::new();
    let screen = Screen::new(&account);
    screen.enters(&format!("sh -c 'echo $$ >pid; exec {CREATE} -u me -y'"));
    screen.sees("Access token (not shown): ");
    // A paste with such characters is not altered without a word.
    for paste in [
        "\u{1b}[32mtoken\u{1b}[0m",
        "to\u{1}ken",
        "to\u{b}ken",
        "token\u{1b}",
    ] {
        types_one_by_one(&screen, &[paste]);
        screen
            .types("\r")
            .sees("it has a control character (U+00")
            .sees("Access token (not shown): ");
    }
    let keys = [
        "wrong", "\u{17}", "s3", "\u{1b}", "\u{1}", "\u{1b}", "[D", "\u{5}", "cre",
    ];
    types_one_by_one(&screen, &keys);
    types_one_by_one(&screen, &["\u{b}", "\u{1b}x", "t", "\u{1b}"]);
    screen.types("\r").sees("6 characters").sees("arn:aws:");
    screen.status_is(0);
    assert_eq!(
        account.value("ecr-pullthroughcache/x"),
        r#"{"username":"me","accessToken":"s3cret"}"#
    );
}

#[test]
fn in_plain_lines_keys_are_those_of_the_terminal_and_no_other_is_taken() {
    let account = Account::new();
    let screen = Screen::new(&account);
    screen
        .enters("$PTC --accessible")
        .sees("Number or name")
        .enters("\u{1b}[A2")
        .sees("Not taken: it has a control character (U+001B). Please type it again.")
        .sees("Number or name [1]: ")
        .enters("2")
        .sees("Username");
    for (keys, code) in [
        ("m\u{1}e", "0001"),
        ("me\u{1b}OP", "001B"),
        ("m\te", "0009"),
    ] {
        screen
            .enters(keys)
            .sees(&format!(
                "Not taken: it has a control character (U+{code})."
            ))
            .sees("Username");
    }
    screen
        .enters("wrong\u{15}my own\u{17}")
        .sees("Not taken: the username has white space at its end")
        .enters("wrong\u{15}me")
        .sees("Access token (not");
    is_cancelled(&screen);
    assert!(account.is_empty());
}

const GITHUBS: &str = "ghp_0123456789abcdef";

#[test]
fn a_token_in_the_place_of_an_answer_is_taken_back() {
    let account = Account::new();
    for (columns, plain) in [
        (120, ""),
        (80, ""),
        (50, ""),
        (20, ""),
        (120, "--accessible"),
    ] {
        let screen = Screen::new(&account);
        screen.resized(50, columns);
        let takes_none = |prompt: &str| {
            for token in [
                GITHUBS,
                "dckr_pat_0123456789",
                "me:glpat-0123456789",
                "\u{1b}[200~me\r\n\"ghp_0123456789\"\r\n\u{1b}[201~",
            ] {
                if plain.is_empty() || !token.starts_with('\u{1b}') {
                    screen.sees(prompt).enters(token).sees("revoke");
                }
            }
            screen.sees(prompt);
        };
        screen.enters(&format!("$PTC create --registry azure {plain}"));
        takes_none("Azure registry");
        screen.enters("mine");
        takes_none("Username");
        screen
            .enters("me")
            .sees("Access token (not")
            .enters("some-token");
        for (row, prompt) in [
            ("description", "Description"),
            ("expires", "Last day of"),
            ("tags", "Tags, such"),
            ("prefix", "Repository"),
            ("name of", "Name of the"),
        ] {
            screen.sees("Store it?").enters("change");
            screen.sees("What to change").enters(row);
            takes_none(prompt);
            screen.enters("");
        }
        screen.sees("Store it?");
        is_cancelled(&screen);
        let shows_it = screen.history().contains("0123456789");
        assert_eq!(shows_it, !plain.is_empty(), "{}", screen.history());
    }
    assert!(account.is_empty());
}

#[test]
fn a_token_that_is_typed_is_off_the_screen_before_enter() {
    let account = Account::new();
    let screen = Screen::new(&account);
    asks_for_a_username(&screen);
    for letter in GITHUBS.chars() {
        screen.types(&letter.to_string()).sees(DRAWN);
    }
    assert!(
        screen.text().ends_with("(not shown: an access token?)"),
        "{}",
        screen.text()
    );
    screen.types("\u{15}me").sees("me\u{1b}7").sees(DRAWN);
    assert!(screen.text().ends_with(" me"), "{}", screen.text());
    screen.types(GITHUBS).sees("me").sees(DRAWN);
    is_cancelled(&screen);
}

#[test]
fn a_token_in_the_place_of_another_answer_is_taken_back() {
    let account = Account::new();
    let screen = Screen::new(&account);
    screen
        .enters("$PTC --accessible")
        .sees("Number or name")
        .enters(GITHUBS)
        .sees("begins like an access token")
        .sees("Number or name");
    is_cancelled(&screen);
    screen
        .enters(&format!("{CREATE} -u me --accessible"))
        .sees("Access token")
        .enters("some-token")
        .sees("Store it?")
        .sees("Number or name [1]: ")
        .enters(GITHUBS)
        .sees("begins like an access token")
        .sees("Number or name [1]: ");
    is_cancelled(&screen);
    assert!(account.is_empty());
    Program::create(&account, &[]).run().ok();
    for plain in ["", "--accessible"] {
        screen
            .enters(&format!(
                "$PTC delete docker-hub --force-without-recovery {plain}"
            ))
            .sees("Type its name")
            .enters(GITHUBS)
            .sees("begins like an access token")
            .sees("Type its name");
        is_cancelled(&screen);
    }
}
