//! Each level of `check` has a color, if the stream supports it.

use crate::support::Account;

const ERROR: &str = "\u{1b}[1;31merror\u{1b}[0m    not-json: ";
const WARNING: &str = "\u{1b}[1;33mwarning\u{1b}[0m  other-keys: ";
const NOTE: &str = "\u{1b}[36mnote\u{1b}[0m     unused: ";

/// An account with a finding of each level.
fn spoiled() -> Account {
    let account = Account::new();
    account.made_with("ecr-pullthroughcache/chainguard", "plain");
    let value = r#"{"username":"me","access_token":"x","url":""}"#;
    account.made_with("ecr-pullthroughcache/docker-hub", value);
    account
}

#[test]
fn each_level_has_its_color() {
    let account = spoiled();
    let ended = account.run("check --color always");
    assert_eq!(ended.status, 9);
    for level in [ERROR, WARNING, NOTE] {
        assert!(ended.stdout.contains(level), "{level:?}: {ended:?}");
    }
    let plain = account.run("check");
    plain.never(&["\u{1b}"]);
    assert_eq!(without_colours(&ended.stdout), plain.stdout);
    let fixed = account.run("check docker-hub --fix -y --color always");
    let start = "Fixed \u{1b}[1mecr-pullthroughcache/docker-hub\u{1b}[0m:\n  renamed";
    assert!(fixed.ok().starts_with(start), "{fixed:?}");
    let json = account.run("check -o json --color always");
    assert!(!json.stdout.contains('\u{1b}'), "{json:?}");
}

/// A text without its colors.
fn without_colours(text: &str) -> String {
    let mut parts = text.split("\u{1b}[");
    let first = parts.next().unwrap().to_owned();
    parts.fold(first, |plain, part| plain + part.split_once('m').unwrap().1)
}

#[cfg(unix)]
#[test]
fn at_a_terminal_each_stream_for_itself() {
    use crate::support::Screen;
    let account = spoiled();
    let screen = Screen::new(&account);
    screen
        .enters("$PTC check")
        .sees(ERROR)
        .sees(NOTE)
        .sees(WARNING)
        .status_is(9);
    screen.enters("$PTC check 2>err").sees(ERROR).status_is(9);
    for plain in [
        "$PTC check | cat",
        "NO_COLOR=1 $PTC check",
        "TERM=dumb $PTC check",
        "$PTC check --color never",
    ] {
        screen.enters(plain).sees("  error    not-json: ");
        screen.sees("  warning  other-keys: ");
    }
}
