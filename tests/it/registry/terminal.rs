//! At a terminal: a rejected token is asked for again, and Docker's login is offered.

use serde_json::json;

use crate::support::registry::base64_of;
use crate::support::{executable, Account, Elsewhere, Program, Registry, Screen, TOKEN};

const NAME: &str = "ecr-pullthroughcache/docker-hub";

/// A terminal with Docker's configuration, where credentials are tested.
fn screen(account: &Account, docker: &serde_json::Value) -> Screen {
    let program = Program::new(&[])
        .with(account)
        .env("ECR_PTC_VERIFY", "auto");
    std::fs::create_dir(program.home.path().join(".docker")).unwrap();
    program.file(".docker/config.json", docker.to_string());
    Screen::with(program)
}

fn create(screen: &Screen, registry: &Registry, more: &str) {
    screen.enters(&format!(
        "$PTC create --registry docker-hub --upstream-registry-url {} --name {NAME} {more}",
        registry.url
    ));
}

#[test]
fn a_refused_token_is_asked_for_again() {
    let account = Account::new();
    let registry = Registry::strict();
    let screen = screen(&account, &json!({}));
    create(&screen, &registry, "-u me");
    screen
        .sees("Access token (not shown): ")
        .enters("ghp_not-the-right-one")
        .sees("Docker Hub does not accept such tokens")
        .sees("Docker Hub rejected the credentials")
        .sees("incorrect username or password")
        .sees("Username")
        .enters("")
        .sees("Access token (not shown): ")
        .enters(TOKEN)
        .sees("Docker Hub accepted the credentials")
        .skips_expiry()
        .sees("Store these")
        .enters("y")
        .sees("arn:aws:")
        .skips_the_pull()
        .status_is(0);
    assert!(account.value(NAME).contains("dckr_pat_Zq7"));
    assert_eq!(registry.logins(), 2);
    assert!(!screen.text().contains("ghp_not"), "{}", screen.text());
}

#[test]
fn three_refused_tokens_are_the_end() {
    let account = Account::new();
    let registry = Registry::strict();
    let screen = screen(&account, &json!({}));
    for more in ["-u me", "-u me --dry-run --verify always"] {
        create(&screen, &registry, more);
        for left in [2, 1, 0] {
            screen
                .sees("Access token (not shown): ")
                .enters("wrong-token");
            if left > 0 {
                screen
                    .sees("Enter the username")
                    .sees("Username")
                    .enters("");
            }
        }
        screen
            .sees("error:")
            .sees("rejected the credentials")
            .sees("nothing was stored")
            .status_is(6);
    }
    assert_eq!(registry.logins(), 6);
    assert!(account.is_empty());
    // Ctrl-C in between.
    create(&screen, &registry, "-u me");
    screen
        .sees("Access token (not shown): ")
        .enters("wrong-token")
        .sees("Username")
        .types("\x03")
        .sees("nothing was written")
        .status_is(130);
    assert!(account.is_empty());
}

#[test]
fn a_registry_that_cannot_be_asked_asks_nobody_again() {
    let account = Account::new();
    let registry = Registry::new(|_| crate::support::registry::json(503, "{}"));
    let screen = screen(&account, &json!({}));
    create(&screen, &registry, "-u me");
    screen
        .sees("Access token (not shown): ")
        .enters("some-token")
        .sees("could not verify the credentials")
        .skips_expiry()
        .sees("Store these")
        .enters("y")
        .skips_the_pull()
        .status_is(0);
}

#[test]
fn dockers_login_is_offered_where_nothing_else_is_given() {
    let account = Account::new();
    let registry = Registry::strict();
    let host = registry.url.strip_prefix("http://").unwrap();
    let login = base64_of(&format!("me:{TOKEN}"));
    let screen = screen(&account, &json!({"auths": {host: {"auth": login}}}));
    create(&screen, &registry, "");
    screen
        .sees("Docker seems to be logged in to Docker Hub")
        .sees("Use its username and token?")
        .enters("y")
        .sees("Using the credentials of me")
        .sees("Docker Hub accepted the credentials")
        .skips_expiry()
        .sees("Store these")
        .enters("y")
        .sees("arn:aws:")
        .skips_the_pull()
        .status_is(0);
    assert!(account.value(NAME).contains("dckr_pat_Zq7"));
    create(&screen, &registry, "--if-exists update");
    screen
        .sees("Docker seems to be logged in to Docker Hub")
        .sees("Use its username and token?")
        .enters("n")
        .sees("Username")
        .types("\x03")
        .sees("nothing was written")
        .status_is(130);
    // Something else is given.
    create(&screen, &registry, "--if-exists update -u me");
    screen.sees("Access token (not shown): ").types("\x03");
    screen.sees("nothing was written").status_is(130);
    assert!(!screen.text().contains("dckr_pat"), "{}", screen.text());
}

#[test]
fn another_host_is_agreed_to_before_the_token_is_asked_for() {
    let host = "me.azurecr.io.example";
    let elsewhere = Elsewhere::at(&[host]);
    let account = Account::new();
    let program = elsewhere.reached_by(Program::new(&[]).with(&account));
    let screen = Screen::with(program.env("ECR_PTC_VERIFY", "auto"));
    let ask = |more: &str| {
        screen
            .enters(&format!(
                "T=some-token $PTC create --registry acr -u me {more}"
            ))
            .sees("Azure registry")
            .enters(host)
            .sees("me.azurecr.io.example is not a host of")
            .sees("ECR pulls only from NAME.azurecr.io")
            .sees("Send the credentials there anyway?");
    };
    // Enter alone is a no, also where the token is there already, and where nothing else is told.
    for more in [
        "",
        "-q",
        "--dry-run --verify always",
        "--access-token-env T",
    ] {
        ask(more);
        screen.enters("").sees("nothing was written").status_is(130);
    }
    assert!(elsewhere.is_untouched() && account.is_empty());
    ask("");
    screen
        .enters("y")
        .sees("Access token (not shown): ")
        .enters("a-password-of-azure")
        .sees("accepted the credentials")
        .skips_expiry()
        .sees("Store these")
        .enters("n")
        .status_is(130);
    assert_eq!(elsewhere.hosts_with_logins(), [host]);
    // With --yes there is a warning and no question.
    screen
        .enters(&format!(
            "$PTC create --registry acr -u me --yes --upstream-registry-url {host} --name ecr-pullthroughcache/y --description d"
        ))
        .sees("me.azurecr.io.example is not a host")
        .sees("are sent there")
        .sees("Access token (not shown): ")
        .enters("a-password-of-azure")
        .sees("arn:aws:")
        .status_is(0);
    assert_eq!(elsewhere.hosts_with_logins(), [host, host]);
}

#[test]
fn another_host_in_the_review_gets_no_credentials_without_a_yes() {
    let (own, other) = ("contoso.azurecr.io", "contoso.azurecr.io.example");
    let elsewhere = Elsewhere::at(&[own, other]);
    let account = Account::new();
    let program = elsewhere.reached_by(Program::new(&[]).with(&account));
    let screen = Screen::with(program.env("ECR_PTC_VERIFY", "auto"));
    let changes_host = |answer: &str| {
        screen
            .enters("$PTC create --registry acr -u me")
            .sees("Azure registry")
            .enters("contoso")
            .enters_a_token()
            .sees("Store these")
            .chooses(false, 1)
            .sees("What do you want")
            .chooses(false, 0)
            .sees("Azure registry [contoso.azurecr.io]")
            .enters(other)
            .sees("contoso.azurecr.io.example is not a host of")
            .sees("Send the credentials there anyway?")
            .enters(answer);
    };
    changes_host("");
    screen.sees("nothing was written").status_is(130);
    assert_eq!(elsewhere.hosts_with_logins(), [own]);
    changes_host("y");
    screen
        .sees("accepted the credentials")
        .sees("Store these")
        .enters("n")
        .status_is(130);
    assert_eq!(elsewhere.hosts_with_logins(), [own, own, other]);
    assert!(account.is_empty());
}

#[test]
fn an_update_has_another_host_agreed_to_before_it_asks_for_the_token() {
    let elsewhere = Elsewhere::at(&["mirror.example"]);
    let account = Account::new();
    account.made(NAME);
    let program = elsewhere.reached_by(Program::new(&[]).with(&account));
    let screen = Screen::with(program.env("ECR_PTC_VERIFY", "auto"));
    let run = "$PTC update docker-hub --upstream-registry-url mirror.example";
    screen
        .enters(run)
        .sees("mirror.example is not a host of")
        .sees("Send the credentials there anyway?")
        .enters("")
        .sees("nothing was written")
        .status_is(130);
    assert!(elsewhere.is_untouched());
    screen
        .enters(run)
        .sees("Send the credentials there anyway?")
        .enters("y")
        .sees("Access token (not shown): ")
        .enters("another-token")
        .skips_expiry()
        .sees("Store these")
        .enters("n")
        .sees("nothing was written")
        .status_is(130);
    assert_eq!(elsewhere.hosts_with_logins(), ["mirror.example"]);
}

#[test]
fn a_helper_is_run_only_after_a_yes() {
    let account = Account::new();
    let screen = screen(&account, &json!({"credHelpers": {"ghcr.io": "test"}}));
    let helper = screen.home().join("docker-credential-test");
    let script = "#!/bin/sh\ntouch asked\necho the keychain is locked\nexit 1\n";
    executable(helper, script);
    let asked = screen.home().join("asked");
    let run = "PATH=$PWD:$PATH ECR_PTC_VERIFY=never $PTC create --registry ghcr";
    screen
        .enters(run)
        .sees("Docker seems to be logged in")
        .sees("Use its username and token?")
        .enters("n");
    screen.sees("Username").types("\x03").status_is(130);
    assert!(!asked.exists());
    screen
        .enters(run)
        .sees("Docker seems to be logged in")
        .sees("Use its username and token?")
        .enters("y");
    screen
        .sees("Could not use them: ")
        .sees("its output is hidden")
        .sees("Username")
        .types("\x03")
        .status_is(130);
    assert!(asked.exists());
}

#[test]
fn docker_is_asked_for_what_was_chosen_at_the_prompt() {
    let account = Account::new();
    let login = base64_of(&format!("token-name:{TOKEN}"));
    let screen = screen(
        &account,
        &json!({"auths": {"mine.azurecr.io": {"auth": login}}}),
    );
    screen
        .enters("ECR_PTC_VERIFY=never $PTC create --accessible --from-docker-config")
        .sees("Number or name")
        .enters("microsoft")
        .sees("Azure registry")
        .enters("a b")
        .sees("an Azure registry name has 5 to 50 letters and digits")
        .enters("mine.azurecr.io")
        .skips_expiry()
        .sees("token-name")
        .sees("(mine.azurecr.io), new")
        .sees("Store these")
        .enters("y")
        .skips_the_pull()
        .status_is(0);
    assert!(account
        .value("ecr-pullthroughcache/azure-container-registry")
        .contains("token-name"));
}
