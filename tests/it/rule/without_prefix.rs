//! `rule set` and `rule delete` without a prefix: a usable command, or a question at a terminal.

use serde_json::json;

use crate::support::Account;
#[cfg(unix)]
use crate::support::Screen;

const MISSING: &str = "the repository prefix of the rule is missing";

fn account_with_rules() -> Account {
    let account = Account::new();
    for (prefix, host) in [("k8s-mirror", "registry.k8s.io"), ("quay", "quay.io")] {
        let rule = json!({"ecrRepositoryPrefix": prefix, "upstreamRegistryUrl": host});
        account.ask_ecr("CreatePullThroughCacheRule", &rule);
    }
    account.take_actions();
    account
}

#[test]
fn the_error_has_a_command_that_works() {
    let account = account_with_rules();
    let hub = "ecr-ptc rule set docker-hub --registry docker-hub\n";
    let azure = "ecr-ptc rule set azure --registry azure-container-registry \
                 --upstream-registry-url me.azurecr.io";
    for (words, fix) in [
        (&["set"][..], hub),
        (&["set", "--registry", "dockerhub"], hub),
        (
            &["set", "--registry", "quay"],
            "ecr-ptc rule set quay --registry quay",
        ),
        (
            &["set", "--secret", "ghcr"],
            "ecr-ptc rule set github --secret ghcr",
        ),
        (
            &[
                "set",
                "--registry",
                "acr",
                "--upstream-registry-url",
                "me.azurecr.io",
            ],
            azure,
        ),
        (&["delete"], "see the rules: ecr-ptc rule list"),
        (&["delete", "--yes"], "ecr-ptc rule delete PREFIX --yes"),
    ] {
        let words = [&["rule"], words].concat();
        account.run(&words).fails(2, &[MISSING, fix]);
    }
    assert_eq!(account.actions(), [""; 0]);
}

#[cfg(unix)]
#[test]
fn at_a_terminal_the_rule_to_delete_is_chosen() {
    for way in ["", "--accessible"] {
        let account = account_with_rules();
        let screen = Screen::new(&account);
        screen
            .enters(&format!("$PTC rule delete {way}"))
            .sees("Rule")
            .sees("k8s-mirror (registry.k8s.io)")
            .sees("quay (quay.io)")
            .chooses(!way.is_empty(), 1)
            .sees("Delete it?")
            .enters("y")
            .status_is(0);
        assert_eq!(account.rules().as_array().unwrap().len(), 1);
        assert_eq!(account.rules()[0]["ecrRepositoryPrefix"], "k8s-mirror");
        screen.enters(&format!("$PTC rule delete --yes {way}"));
        screen.sees(MISSING).status_is(2);
        let empty = Account::new();
        let screen = Screen::new(&empty);
        screen.enters("$PTC rule delete");
        screen.sees("there are no rules in us-east-1").status_is(3);
    }
}

#[cfg(unix)]
#[test]
fn at_a_terminal_the_usual_prefix_of_a_new_rule_is_offered() {
    let account = Account::new();
    let screen = Screen::new(&account);
    screen
        .enters("$PTC rule set --registry k8s")
        .sees("Repository prefix of the rule")
        .sees("kubernetes")
        .enters("")
        .status_is(0);
    assert_eq!(account.rules()[0]["ecrRepositoryPrefix"], "kubernetes");
    screen
        .enters("$PTC rule set --registry quay --accessible")
        .sees("[quay]: ")
        .enters("a b")
        .sees("Not accepted")
        .enters("team/quay")
        .status_is(0);
    assert_eq!(account.rules()[1]["ecrRepositoryPrefix"], "team/quay");
}
