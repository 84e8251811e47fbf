//! Answers that cannot work are refused at the prompt, with the reason.

use crate::support::{Account, Screen};

const WAYS: [&str; 2] = ["", "--accessible"];

/// Deletes what was typed, where it stays in the line to be corrected.
fn again(screen: &Screen, way: &str, rejected: &str, answer: &str) {
    if way.is_empty() {
        screen.types(&"\x7f".repeat(rejected.len()));
    }
    screen.enters(answer);
}

#[test]
fn a_wrong_azure_name_is_asked_for_again_with_the_rule_for_names() {
    for way in WAYS {
        let account = Account::new();
        let screen = Screen::new(&account);
        screen.enters(&format!("$PTC create --registry azure -u me {way}"));
        screen.sees("Azure registry").enters("my-registry");
        screen.sees("an Azure registry name has 5 to 50 letters and digits");
        again(&screen, way, "my-registry", "acr");
        screen.sees("an Azure registry name has 5 to 50 letters and digits");
        again(&screen, way, "acr", "myregistry");
        screen.enters_a_token();
        screen.sees("(myregistry.azurecr.io), new");
        screen
            .sees("Store these credentials?")
            .types("\x03")
            .status_is(130);
    }
}

#[test]
fn a_username_that_cannot_work_is_reported_at_once() {
    for way in WAYS {
        let account = Account::new();
        let screen = Screen::new(&account);
        screen.enters(&format!("$PTC create --registry docker-hub {way}"));
        screen.sees("Username").enters("my name");
        screen.sees("a username has no spaces");
        again(&screen, way, "my name", "me@example.com");
        let email = "Docker Hub expects your Docker ID as the username, not an e-mail address";
        screen.sees(email).sees("enter it again to use it anyway");
        // It stays in the line; in plain lines it is typed once more.
        again(
            &screen,
            way,
            "",
            if way.is_empty() { "" } else { "me@example.com" },
        );
        screen.enters_a_token().sees("username      me@example.com");
        screen
            .sees("Store these credentials?")
            .types("\x03")
            .status_is(130);
        screen.enters(&format!("$PTC create --registry ghcr {way}"));
        screen
            .sees("Username")
            .enters("me@example.com")
            .sees("Access token (not");
        screen.types("\x03").status_is(130);
    }
}

#[test]
fn a_name_that_no_rule_can_use_is_refused() {
    for way in WAYS {
        let account = Account::new();
        let screen = Screen::new(&account);
        screen.enters(&format!("$PTC create --registry ghcr -u me {way}"));
        screen
            .enters_a_token()
            .sees("Store these")
            .chooses(!way.is_empty(), 1);
        screen
            .sees("What do you want to change?")
            .chooses(!way.is_empty(), 2);
        screen
            .sees("Secret name")
            .enters("ecr-pullthroughcache/a b");
        screen.sees("no rule can use a secret with ' ' in its name");
        again(
            &screen,
            way,
            "ecr-pullthroughcache/a b",
            "ecr-pullthroughcache/ab",
        );
        screen.sees("secret        ecr-pullthroughcache/ab");
        screen
            .sees("Store these credentials?")
            .types("\x03")
            .status_is(130);
    }
}

#[test]
fn the_expiry_date_is_asked_for_unless_it_is_known() {
    for way in WAYS {
        let account = Account::new();
        let screen = Screen::new(&account);
        let create = format!("$PTC create --registry docker-hub -u me {way}");
        screen
            .enters(&create)
            .sees("Access token")
            .enters("not-a-real-token");
        screen
            .sees("Expiry date of the token")
            .enters("2020-01-01")
            .sees("in the past");
        again(&screen, way, "2020-01-01", "2999-01-31");
        screen.sees("expires on    2999-01-31");
        screen
            .sees("Store these credentials?")
            .enters("y")
            .skips_the_pull()
            .status_is(0);
        let created = account.only("CreateSecret");
        assert_eq!(created["Tags"][0]["Value"], "2999-01-31");
        for more in ["--expires-on 2999-01-31", "--yes"] {
            let account = Account::new();
            let screen = Screen::new(&account);
            screen.enters(&format!("{create} {more}; echo ended"));
            screen.sees("Access token").enters("not-a-real-token");
            if more != "--yes" {
                screen.sees("Store these credentials?").enters("y");
                screen.skips_the_pull();
            }
            screen.sees("ended").sees("ready> ");
            let text = screen.text();
            assert!(text.contains("arn:aws:"), "{text}");
            assert!(!text.contains("Expiry date of"), "{text}");
        }
    }
}

#[test]
fn a_confirmation_by_typing_shows_what_to_type() {
    for way in WAYS {
        let account = Account::new();
        account.made("ecr-pullthroughcache/team");
        let screen = Screen::new(&account);
        screen.enters(&format!("$PTC delete team --force-without-recovery {way}"));
        screen
            .sees("Type its name")
            .sees("(ecr-pullthroughcache/team): ");
        screen
            .enters("team")
            .sees("nothing was written")
            .status_is(130);
    }
}
