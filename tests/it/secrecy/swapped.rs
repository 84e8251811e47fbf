//! Username and token in each other's place: the token is neither sent nor shown.

use serde_json::{json, Value};

use crate::support::registry::base64_of;
use crate::support::{told, Account, Program, Registry, TOKEN};

const NAME: &str = "ecr-pullthroughcache/docker-hub";

/// What a username is not: tokens of each registry, and what people paste around them.
const TOKENS: [&str; 9] = [
    "dckr_pat_Zq7hiddenHIDDEN",
    "dckr_oat_Zq7hiddenHIDDEN",
    "ghp_Zq7hiddenHIDDENhiddenHIDDENhidden00",
    "github_pat_Zq7hiddenHIDDEN",
    "glpat-Zq7hiddenHIDDEN",
    "gldt-Zq7hiddenHIDDEN",
    "eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJaazdoaWRkZW4ifQ.Wnc3aGlkZGVuSElEREVO",
    "'dckr_pat_Zq7hiddenHIDDEN'",
    "me:dckr_pat_Zq7hiddenHIDDEN",
];

/// The piece that tells that a token was shown.
fn core(token: &str) -> &str {
    token
        .trim_matches('\'')
        .trim_start_matches("me:")
        .get(4..)
        .unwrap()
}

fn swapped(token: &str) -> String {
    json!({"username": token, "accessToken": "me"}).to_string()
}

#[test]
fn a_token_in_the_place_of_the_username_is_refused_before_anything_is_sent() {
    let account = Account::new();
    let registry = Registry::strict();
    account.made(NAME);
    let words = ["looks like an access token", "revoke"];
    for token in TOKENS {
        for (command, format) in [("create", "text"), ("create", "json"), ("update", "json")] {
            let more = [
                "--registry",
                "docker-hub",
                "--access-token-stdin",
                "--verify",
                "always",
                "--upstream-registry-url",
                &registry.url,
                "-v",
                "-o",
                format,
            ];
            let program = |more: &[&str]| {
                let program = Program::new(&[&[command], more].concat()).with(&account);
                program.stdin("me")
            };
            let with_option = [&more[..], &["--username", token]].concat();
            for ended in [
                program(&with_option).run(),
                program(&more).env("ECR_PTC_USERNAME", token).run(),
            ] {
                ended
                    .fails(2, &words)
                    .hides(token)
                    .never(&[core(token), "rejected the credentials"]);
            }
        }
    }
    assert!(registry.heard().is_empty(), "{:?}", registry.heard());
    assert_eq!(account.actions(), [""; 0]);
}

#[test]
fn what_docker_has_is_refused_too() {
    let registry = Registry::strict();
    let host = registry.url.strip_prefix("http://").unwrap();
    // Docker's own form of it has no room for a colon in the name.
    for token in TOKENS.iter().filter(|token| !token.contains(':')) {
        for entry in [
            json!({"auth": base64_of(&format!("{token}:me"))}),
            json!({"username": token, "password": "me"}),
        ] {
            let account = Account::new();
            let words = [
                "create",
                "--registry",
                "docker-hub",
                "--from-docker-config",
                "--upstream-registry-url",
                &registry.url,
                "-v",
            ];
            let program = Program::new(&words).with(&account);
            std::fs::create_dir(program.home.path().join(".docker")).unwrap();
            let config = json!({"auths": {host: entry}});
            program.file(".docker/config.json", config.to_string());
            let ended = program.env("ECR_PTC_VERIFY", "always").run();
            ended
                .fails(
                    2,
                    &["Docker's credentials for", "looks like an access token"],
                )
                .hides(token)
                .never(&[core(token)]);
            assert_eq!(account.actions(), [""; 0]);
        }
    }
    assert!(registry.heard().is_empty(), "{:?}", registry.heard());
}

#[test]
fn a_stored_one_is_not_kept_by_update() {
    let registry = Registry::strict();
    for token in TOKENS {
        let account = Account::new();
        account.made_with(NAME, &swapped(token));
        let words = [
            "update",
            "docker-hub",
            "--access-token-stdin",
            "--verify",
            "always",
            "--upstream-registry-url",
            &registry.url,
            "-v",
        ];
        let run = |more: &[&str]| {
            let program = Program::new(&[&words[..], more].concat());
            program.with(&account).stdin(TOKEN).run()
        };
        run(&[])
            .fails(2, &["has no username to keep", "--username NAME"])
            .hides(token)
            .never(&[core(token)]);
        assert_eq!(registry.heard().len(), 0);
        assert_eq!(account.take_actions(), ["DescribeSecret", "GetSecretValue"]);
    }
    let account = Account::new();
    account.made_with(NAME, &swapped(TOKENS[0]));
    let words = ["update", "docker-hub", "--access-token-stdin", "-u", "me"];
    let program = Program::new(&words).with(&account).stdin(TOKEN);
    program.run().ok();
    assert!(account.value(NAME).contains(r#""username":"me""#));
}

#[test]
fn check_finds_it_and_does_not_log_in_with_it() {
    let registry = Registry::strict();
    let account = Account::new();
    for (number, token) in TOKENS.iter().enumerate() {
        let name = format!("ecr-pullthroughcache/{number}/docker-hub");
        account.made_with(&name, &swapped(token));
    }
    let odd = json!({"user": TOKENS[0], "accessToken": "me"}).to_string();
    account.made_with("ecr-pullthroughcache/odd/docker-hub", &odd);
    let spaced = json!({"username": format!(" {}", TOKENS[2]), "accessToken": "me"}).to_string();
    account.made_with("ecr-pullthroughcache/spaced/docker-hub", &spaced);
    let more = [
        "check",
        "--verify",
        "always",
        "--upstream-registry-url",
        &registry.url,
    ];
    for words in [
        &more[..],
        &[&more[..], &["0/docker-hub"]].concat(),
        &[&more[..], &["odd/docker-hub"]].concat(),
    ] {
        let text = account.run(words);
        let json = account.run(&[words, &["-v", "-o", "json"]].concat());
        for ended in [&text, &json] {
            assert_eq!(ended.status, 9, "{ended:?}");
            for token in TOKENS {
                ended.hides(token).never(&[core(token)]);
            }
        }
        let report: Value = serde_json::from_str(&json.stdout).unwrap();
        let found = told(&report);
        let found: Vec<_> = found
            .as_array()
            .unwrap()
            .iter()
            .filter(|finding| finding["code"] == "username-is-token")
            .collect();
        let all = usize::try_from(report["checked"].as_u64().unwrap()).unwrap();
        assert_eq!(found.len(), all, "{report}");
        for finding in found {
            assert_eq!(finding["level"], "error");
            let fix = finding["fix"].as_str().unwrap();
            assert!(
                fix.contains("ecr-ptc create --registry docker-hub"),
                "{fix}"
            );
        }
        assert!(!json.stdout.contains("login-"), "{}", json.stdout);
    }
    assert!(registry.heard().is_empty(), "{:?}", registry.heard());
}

#[test]
fn show_leaves_it_out_wherever_it_stands() {
    let account = Account::new();
    for (number, token) in TOKENS.iter().enumerate() {
        let name = format!("ecr-pullthroughcache/{number}");
        account.ask(
            "CreateSecret",
            &json!({
                "Name": name,
                "SecretString": json!({"username": format!("\t{token}"), "accessToken": "me"}).to_string(),
                "Description": format!("made for {token}"),
            }),
        );
        let shown = account.run(&["show", &number.to_string()]);
        assert!(shown.ok().contains("username     none that can be shown"));
        let json = account.run(&["show", &number.to_string(), "-o", "json"]);
        assert_eq!(json.json()["username"], json!(null));
        for ended in [shown, json] {
            ended.hides(token).never(&[core(token)]);
        }
    }
}

#[test]
fn a_username_that_only_looks_a_little_like_one_is_taken() {
    for name in [
        "gl-user",
        "glpat-anna",
        "gitlab+deploy-token-1",
        "gitlab-ci-token",
        "x-access-token",
        "eyJohnSmith1980",
        "0a0a0a0a-1234-1234-1234-0a0a0a0a0a0a",
        "ORGANIZATION-ID/IDENTITY-ID",
    ] {
        let account = Account::new();
        let words = ["create", "--registry", "gitlab", "--access-token-stdin"];
        let program = Program::new(&[&words[..], &["-u", name, "-o", "json"]].concat());
        let report = program.with(&account).stdin(TOKEN).run().json();
        assert_eq!(report["username"], name);
    }
}

#[cfg(unix)]
mod terminal {
    use super::{swapped, NAME, TOKEN, TOKENS};
    use crate::support::{Account, Screen};

    #[test]
    fn the_prompt_asks_again_without_showing_it() {
        for mode in ["", "--accessible"] {
            let account = Account::new();
            let screen = Screen::new(&account);
            screen.enters(&format!("$PTC create --registry docker-hub {mode}"));
            screen.sees("Username").enters(TOKENS[0]);
            screen.sees("looks like an access token");
            screen.sees("Username").enters("me");
            screen
                .sees("Access token (not shown): ")
                .enters(TOKEN)
                .skips_expiry()
                .sees("Review:")
                .sees("username      me")
                .sees("Store these")
                .enters("n")
                .sees("nothing was written")
                .status_is(130);
            assert!(account.is_empty());
            // In plain lines the terminal itself may have shown what was typed: never more than that.
            let shown = screen.text().matches(TOKENS[0]).count();
            let typed = usize::from(!mode.is_empty());
            assert!(shown <= typed, "{}", screen.text());
        }
    }

    #[test]
    fn an_update_asks_for_the_username_that_cannot_be_kept() {
        let account = Account::new();
        account.made_with(NAME, &swapped(TOKENS[1]));
        let screen = Screen::new(&account);
        screen
            .enters("$PTC update docker-hub")
            .sees("Username")
            .enters("me")
            .sees("Access token (not shown): ")
            .enters(TOKEN)
            .skips_expiry()
            .sees("username      me")
            .sees("Store these")
            .enters("y")
            .sees("arn:aws:")
            .status_is(0);
        assert!(!screen.text().contains("dckr_oat"), "{}", screen.text());
    }
}
