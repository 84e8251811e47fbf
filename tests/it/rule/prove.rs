//! The pull that `create` and `update` offer once ECR has validated the rule.

use serde_json::json;

use crate::support::registry::{json as answer, manifest_list, silence, Heard, Reply};
use crate::support::{Account, Elsewhere, Program, Screen, TOKEN};

const NAME: &str = "ecr-pullthroughcache/docker-hub";
const CREATE: &str = "$PTC create --registry docker-hub -u me --expires-on 2999-01-31";
const WAYS: [&str; 2] = ["", "--accessible"];
const ALPINE: &str = "/v2/docker-hub/library/alpine/manifests/latest";

fn refusal(status: u16, code: &str, message: &str) -> Reply {
    let body = json!({"errors": [{"code": code, "message": message}]});
    answer(status, &body.to_string())
}

/// The account's registry answers by this script, and Docker Hub accepts any credentials.
fn ecr(account: &Account, ecr: impl Fn(&Heard) -> Reply + Send + Sync + 'static) -> Elsewhere {
    let host = format!("{}.dkr.ecr.us-east-1.amazonaws.com", account.id);
    Elsewhere::answering(&[&host.clone(), "auth.docker.io"], move |heard| {
        if heard.host == host {
            ecr(heard)
        } else {
            answer(200, r#"{"token":"t0ken"}"#)
        }
    })
}

fn screen(account: &Account, elsewhere: &Elsewhere) -> Screen {
    let screen = Screen::with(elsewhere.reached_by(Program::new(&[]).with(account)));
    screen.resized(200, 200);
    screen
}

/// Answers what is asked up to the pull, after which the ARN is on the screen.
fn stores(screen: &Screen, command: &str) {
    screen.enters(command).sees("Access token").enters(TOKEN);
    screen.sees("Store these").enters("y");
    screen
        .sees("arn:aws:secretsmanager:")
        .sees("ECR validated the rule")
        .sees("A pull proves that the rule works. ECR caches the image in a repository")
        .sees("Pull an image now to prove it?");
}

/// The paths that ECR's registry was asked for.
fn asked(elsewhere: &Elsewhere) -> Vec<String> {
    let paths = elsewhere.registry.asked().into_iter().map(|(path, _)| path);
    paths.filter(|path| path.starts_with("/v2/")).collect()
}

fn shows_no_token(screen: &Screen, account: &Account) {
    let text = screen.history().replace('\n', "");
    for token in [TOKEN, &format!("{}-auth-token", account.id)] {
        assert!(!text.contains(token), "{text}");
    }
}

#[test]
fn a_yes_pulls_the_example() {
    for way in WAYS {
        let account = Account::new();
        let elsewhere = ecr(&account, |_| manifest_list());
        let screen = screen(&account, &elsewhere);
        stores(&screen, &format!("{CREATE} {way}"));
        account.take_actions();
        screen.enters("y").sees("Image [library/alpine:latest]");
        screen.enters("");
        let mark = if way.is_empty() { "✓ " } else { "" };
        screen
            .sees("Asking Amazon ECR for the manifest of 1 image")
            .sees(&format!(
                "{mark}library/alpine:latest can be pulled through docker-hub"
            ))
            .sees("linux/amd64, linux/arm64/v8")
            .status_is(0);
        assert_eq!(asked(&elsewhere), [ALPINE]);
        shows_no_token(&screen, &account);
    }
}

#[test]
fn no_pull_is_sent_without_a_yes() {
    for way in WAYS {
        let account = Account::new();
        let elsewhere = ecr(&account, |_| manifest_list());
        let screen = screen(&account, &elsewhere);
        stores(&screen, &format!("{CREATE} {way}"));
        screen.enters("").status_is(0);
        assert_eq!(asked(&elsewhere), [""; 0]);
        // Nothing is asked where no questions are, or where no rule is created.
        let file = "printf %s another >token; $PTC update docker-hub --access-token-file token";
        for more in [
            "--rule docker-hub --yes",
            "--rule docker-hub --no-input",
            "--expires-on 2999-01-31",
        ] {
            screen.enters(&format!("{file} {way} {more}; echo ended"));
            if !more.starts_with("--rule") {
                screen.sees("Store these").enters("y");
            }
            screen.sees("\r\nended\r\n").sees("ready> ");
        }
        let text = screen.text();
        assert_eq!(text.matches("A pull proves").count(), 1, "{text}");
        assert!(!account
            .actions()
            .contains(&"GetAuthorizationToken".to_owned()));
    }
}

#[test]
fn an_image_can_be_named_with_and_without_its_registry() {
    for (typed, path) in [
        ("nginx:1.27", "/v2/docker-hub/library/nginx/manifests/1.27"),
        (
            "docker.io/org/app",
            "/v2/docker-hub/org/app/manifests/latest",
        ),
        (
            "HOST/docker-hub/org/app:2",
            "/v2/docker-hub/org/app/manifests/2",
        ),
    ] {
        let account = Account::new();
        let elsewhere = ecr(&account, |_| manifest_list());
        let screen = screen(&account, &elsewhere);
        let host = format!("{}.dkr.ecr.us-east-1.amazonaws.com", account.id);
        stores(&screen, &format!("{CREATE} --accessible"));
        screen.enters("y").sees("Image [");
        screen
            .enters("Nginx")
            .sees("Not accepted: its repository contains");
        screen.sees("Image [").enters(&typed.replace("HOST", &host));
        screen.sees("can be pulled through docker-hub").status_is(0);
        assert_eq!(asked(&elsewhere), [path]);
    }
}

#[test]
fn a_registry_without_an_example_is_asked_about_and_can_be_skipped() {
    let account = Account::new();
    let elsewhere = ecr(&account, |_| manifest_list());
    let screen = screen(&account, &elsewhere);
    let create = "$PTC create --registry azure --upstream-registry-url team.azurecr.io -u me \
                  --expires-on 2999-01-31 --verify never";
    stores(&screen, create);
    screen
        .enters("y")
        .sees("Image (such as team/app:1; Enter skips)");
    screen.enters("").status_is(0);
    assert_eq!(asked(&elsewhere), [""; 0]);
    // The rule is already right, and so are the credentials.
    screen.enters("$PTC update azure --rule azure --verify never --expires-on 2999-01-31");
    screen.sees("Access token").enters(TOKEN);
    screen
        .sees("already up to date")
        .sees("ECR validated the rule");
    screen.sees("Pull an image now to prove it?");
    screen
        .enters("y")
        .sees("Image (such as")
        .enters("team/app:1");
    screen
        .sees("team/app:1 can be pulled through azure")
        .status_is(0);
    assert_eq!(asked(&elsewhere), ["/v2/azure/team/app/manifests/1"]);
}

#[test]
fn a_pull_that_fails_is_a_warning_with_its_fix() {
    let upstream = "The authentication to the upstream registry failed.";
    for (way, status, code, words, why, fix) in [
        (
            "",
            404,
            "NAME_UNKNOWN",
            "no repository",
            "the caller may not create the repository",
            "\"Action\":[\"ecr:CreateRepository\"]",
        ),
        (
            "--accessible",
            403,
            "DENIED",
            upstream,
            "the path is wrong, or the account may not pull it",
            "check that registry-1.docker.io/org/app:1 exists",
        ),
        ("", 503, "", "", "returned 503", "try again"),
    ] {
        let account = Account::new();
        let elsewhere = ecr(&account, move |heard| {
            let login = heard.authorization.clone().unwrap();
            refusal(status, code, &format!("{words} {login}"))
        });
        let screen = screen(&account, &elsewhere);
        stores(&screen, &format!("{CREATE} {way}"));
        screen.enters("y").sees("Image [").enters("org/app:1");
        screen
            .sees("warning: ")
            .sees("the secret and the rule are stored");
        screen.status_is(0);
        let text = screen.text().replace('\n', "");
        for part in [why, fix, "ecr-ptc check --pull", "docker-hub/org/app:1"] {
            assert!(text.contains(part), "{part}: {text}");
        }
        shows_no_token(&screen, &account);
    }
    // The caller may not log in to ECR.
    let account = Account::new();
    let elsewhere = ecr(&account, |_| manifest_list());
    let screen = screen(&account, &elsewhere);
    stores(&screen, CREATE);
    let no = "User: x is not authorized to perform: ecr:GetAuthorizationToken on resource: *";
    account.refuse("GetAuthorizationToken", 400, "AccessDeniedException", no);
    screen.enters("y").sees("Image [").enters("");
    screen.sees("warning: ").sees("ecr:GetAuthorizationToken");
    screen
        .sees("the secret and the rule are stored")
        .status_is(0);
    assert_eq!(asked(&elsewhere), [""; 0]);
}

#[test]
fn leaving_at_the_question_says_what_is_stored() {
    let done = format!("canceled; {NAME} is stored and rule docker-hub is created");
    for (way, first, key) in [
        ("", "", "\u{3}"),
        ("", "y\r", "\u{3}"),
        ("--accessible", "", "\u{3}"),
        ("--accessible", "", "\u{4}"),
        ("--accessible", "y\r", "\u{4}"),
    ] {
        let account = Account::new();
        let elsewhere = ecr(&account, |_| manifest_list());
        let screen = screen(&account, &elsewhere);
        stores(&screen, &format!("{CREATE} {way}"));
        if !first.is_empty() {
            screen.types(first).sees("Image [library/alpine:latest]");
        }
        screen.types(key).sees(&done).status_is(130);
        let text = screen.text();
        assert!(!text.contains("nothing was written"), "{text}");
        assert_eq!(asked(&elsewhere), [""; 0]);
        assert_eq!(account.rules().as_array().unwrap().len(), 1);
        if key == "\u{3}" {
            // Nothing is left to do.
            screen.enters("$PTC update docker-hub --rule docker-hub --expires-on 2999-01-31");
            screen.sees("Access token").enters(TOKEN);
            screen.sees("Pull an image now to prove it?").types(key);
            let found = format!("canceled; {NAME} is stored and rule docker-hub uses it");
            screen.sees(&found).status_is(130);
        }
    }
    // The registry does not respond.
    let account = Account::new();
    let elsewhere = ecr(&account, |_| silence());
    let screen = screen(&account, &elsewhere);
    stores(&screen, CREATE);
    screen.enters("y").sees("Image [").enters("");
    screen.sees("Asking Amazon ECR").types("\u{3}");
    screen.sees(&done).status_is(130);
}
