//! A secret that is chosen at the terminal, where its name is left out.

use serde_json::json;

use crate::support::{Account, Screen};

const HUB: &str = "ecr-pullthroughcache/docker-hub";
const TEAM: &str = "ecr-pullthroughcache/team/ghcr";
const OLD: &str = "ecr-pullthroughcache/old";

/// An account with two secrets, and a third that is scheduled for deletion.
fn account() -> Account {
    let account = Account::new();
    for name in [HUB, TEAM, OLD] {
        account.made(name);
    }
    account.ask("DeleteSecret", &json!({"SecretId": OLD}));
    account.take_actions();
    account
}

#[test]
fn show_offers_all_by_their_short_names() {
    let account = account();
    let screen = Screen::new(&account);
    screen.enters("$PTC show").sees("Secret").sees("docker-hub");
    screen
        .sees("old (scheduled for deletion)")
        .sees("team/ghcr");
    assert!(
        !screen.text().contains("ecr-pullthroughcache/"),
        "{}",
        screen.text()
    );
    // Down, twice.
    screen.types("\x1b[B\x1b[B\r").sees(TEAM).status_is(0);
    for typed in ["team/ghcr", "TE", "3"] {
        screen
            .enters("clear; $PTC show --accessible")
            .sees("Number or name [1]: ");
        screen.enters(typed).sees(TEAM).status_is(0);
    }
    screen
        .enters("clear; $PTC show --accessible")
        .sees("Number or name [1]: ");
    screen
        .enters("4")
        .sees("Type a number from 1 to 3.")
        .sees("Number or name [1]: ");
    screen
        .types("\x03")
        .sees("nothing was written")
        .status_is(130);
}

#[test]
fn update_offers_those_that_can_be_updated() {
    let account = account();
    let screen = Screen::new(&account);
    screen
        .enters("$PTC update")
        .sees("Secret")
        .sees("team/ghcr");
    assert!(!screen.text().contains("old"), "{}", screen.text());
    screen.types("\x1b[B\r");
    // The name tells the registry.
    screen
        .sees("read:packages")
        .sees("Access token")
        .enters("ghp_new")
        .skips_expiry();
    screen
        .sees("Store these")
        .enters("y")
        .sees("arn:aws:")
        .status_is(0);
    assert!(account.value(TEAM).contains("ghp_new"));
    screen
        .enters("$PTC update --rollback")
        .sees("team/ghcr")
        .types("\x1b[B\r");
    screen
        .sees("Roll back to the previous version?")
        .enters("y")
        .status_is(0);
    let body = account.only("UpdateSecretVersionStage");
    let arn = body["SecretId"].as_str().unwrap();
    assert!(arn.contains(TEAM), "{arn}");
}

#[test]
fn a_command_that_finishes_an_update_names_the_secret_that_was_chosen() {
    let account = account();
    account.refuse("TagResource", 400, "AccessDeniedException", "not allowed");
    let screen = Screen::new(&account);
    screen
        .enters("$PTC update --access-token-stdin --expires-on 2999-01-31 -y")
        .sees("Secret")
        .types("\r");
    screen
        .sees("Access token")
        .enters("some-token")
        .sees("error:");
    screen.status_is(8);
    let finish = format!("ecr-ptc update {HUB} --expires-on 2999-01-31");
    let shown: String = screen
        .text()
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ");
    assert!(shown.contains(&finish), "{shown}");
}

#[test]
fn delete_and_restore_offer_what_they_can_change() {
    let account = account();
    let screen = Screen::new(&account);
    screen
        .enters("$PTC restore")
        .sees("Secret")
        .sees("old")
        .types("\r");
    screen.sees("Restored ecr").status_is(0);
    screen
        .enters("clear; $PTC restore")
        .sees("no secret in us-east-1 is scheduled for deletion");
    screen.sees("ecr-ptc list").status_is(3);
    for name in ["docker-hub", "old", "team/ghcr"] {
        screen
            .enters("clear; $PTC delete")
            .sees("Secret")
            .sees(name)
            .types("\r");
        screen
            .sees("Delete it?")
            .enters("y")
            .sees("Scheduled ecr")
            .status_is(0);
    }
    for command in ["delete", "update"] {
        screen.enters(&format!("clear; $PTC {command}"));
        screen
            .sees("every secret in us-east-1 is scheduled for deletion")
            .sees("ecr-ptc restore");
        screen.status_is(3);
    }
}

#[test]
fn without_any_secret_it_says_what_to_do() {
    let account = Account::new();
    let screen = Screen::new(&account);
    for command in ["show", "update", "delete", "restore"] {
        screen.enters(&format!("clear; $PTC {command}"));
        screen.sees("no secrets under ecr-pullthroughcache/ in us-east-1");
        screen.sees("ecr-ptc create").status_is(3);
    }
    account.refuse("ListSecrets", 400, "AccessDeniedException", "not allowed");
    screen
        .enters("clear; $PTC show")
        .sees("could not list the secrets");
    screen.sees("or give the NAME of the secret").status_is(5);
}

#[test]
fn what_is_done_without_a_question_is_named() {
    let account = account();
    for command in ["show", "update", "delete", "restore"] {
        let name = format!("ecr-ptc {command} NAME");
        let missing = ["the name of the secret is missing", &name, "ecr-ptc list"];
        account.run(&[command]).fails(2, &missing);
    }
    let screen = Screen::new(&account);
    for words in [
        "delete --yes",
        "update --rollback --yes",
        "update --from-docker-config",
    ] {
        screen.enters(&format!("clear; $PTC {words}"));
        screen
            .sees("the name of the secret is missing")
            .status_is(2);
    }
    assert_eq!(account.actions(), [""; 0]);
}
