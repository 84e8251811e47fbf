//! Services that repeat a token, in every form: the one that is sent, and the one that is stored.

use serde_json::json;

use crate::support::registry::{basic, json as answer};
use crate::support::{forms, whole_base64, Account, Ended, Program, Registry, TOKEN};

const HUB: &str = "ecr-pullthroughcache/docker-hub";
const AZURE: &str = "ecr-pullthroughcache/azure";
const VALIDATE: &str = "ValidatePullThroughCacheRule";

/// What is said that has a token in it: all its forms, some at a time, so that none is cut away.
fn echoes(token: &str) -> Vec<String> {
    let mut all = forms(token);
    all.extend(whole_base64(token));
    all.chunks(8).map(|some| some.join(" , ")).collect()
}

/// A registry that refuses every login, with these words.
fn refusing(echo: &str) -> Registry {
    let body = json!({"details": format!("no: {echo}")}).to_string();
    Registry::with_tokens("any", move |_| answer(401, &body))
}

/// Makes a rule that ECR calls invalid, with these words.
fn invalid_rule(account: &Account, arn: &str, echo: &str) {
    let (kind, host) = if arn.contains("azure") {
        ("azure-container-registry", "me.azurecr.io")
    } else {
        ("docker-hub", "registry-1.docker.io")
    };
    let rule = json!({"ecrRepositoryPrefix": kind, "upstreamRegistry": kind,
        "upstreamRegistryUrl": host, "credentialArn": arn});
    account.ask_ecr("CreatePullThroughCacheRule", &rule);
    invalid(account, echo);
}

fn invalid(account: &Account, echo: &str) {
    let failure = format!("ECR read {echo}");
    let verdict = json!({"ecrRepositoryPrefix": "hub", "isValid": false, "failure": failure});
    let kind = "application/x-amz-json-1.1";
    account.answer(VALIDATE, 200, kind, &verdict.to_string(), None);
}

fn refuse(account: &Account, action: &str, echo: &str) {
    let message = format!("you sent {echo}");
    account.refuse(action, 400, "InvalidParameterException", &message);
}

fn stored(token: &str) -> String {
    json!({"username": "me", "accessToken": token}).to_string()
}

/// Every other run in JSON, and all with as much as is ever said.
fn run(account: &Account, number: usize, words: &[&str]) -> Program {
    let format = ["text", "json"][number % 2];
    Program::new(&[words, &["-v", "-o", format]].concat()).with(account)
}

/// Expects that something was said, and a token taken out of it.
fn blots(ended: &Ended, token: &str, status: i32) {
    assert_eq!(ended.status, status, "{ended:?}");
    let said = ended.stdout.contains("not shown]") || ended.stderr.contains("not shown]");
    assert!(said, "{ended:?}");
    ended.hides(token);
}

#[test]
fn a_token_that_is_sent_is_hidden_in_whatever_repeats_it() {
    for (number, echo) in echoes(TOKEN).iter().enumerate() {
        let registry = refusing(echo);
        let login = ["--upstream-registry-url", &registry.url];
        let create = [
            "create",
            "--registry",
            "docker-hub",
            "--username",
            "me",
            "--access-token-stdin",
        ];
        let update = ["update", "docker-hub", "--access-token-stdin"];
        let run = |account: &Account, words: &[&[&str]]| {
            let program = run(account, number, &words.concat());
            program.stdin(TOKEN).without("ECR_PTC_VERIFY").run()
        };
        let never = ["--verify", "never"];
        let account = Account::new();
        blots(&run(&account, &[&create, &login]), TOKEN, 6);
        refuse(&account, "CreateSecret", echo);
        blots(&run(&account, &[&create, &never]), TOKEN, 1);
        account.heal();
        invalid(&account, echo);
        blots(
            &run(&account, &[&create, &never, &["--rule", "hub"]]),
            TOKEN,
            8,
        );
        let account = Account::new();
        let old = stored("another-token");
        account.made_with(HUB, &old);
        blots(&run(&account, &[&update, &login]), TOKEN, 6);
        refuse(&account, "PutSecretValue", echo);
        blots(&run(&account, &[&update, &never]), TOKEN, 1);
        let exists = ["--if-exists", "update"];
        blots(&run(&account, &[&create, &never, &exists]), TOKEN, 1);
        account.heal();
        invalid(&account, echo);
        blots(
            &run(&account, &[&update, &never, &["--rule", "hub"]]),
            TOKEN,
            8,
        );
    }
}

#[test]
fn a_token_that_is_stored_is_hidden_in_whatever_repeats_it() {
    for (number, echo) in echoes(TOKEN).iter().enumerate() {
        let registry = refusing(echo);
        let login = [
            "--verify",
            "always",
            "--upstream-registry-url",
            &registry.url,
        ];
        let account = Account::new();
        let arn = account.made_with(HUB, &stored(TOKEN));
        let run = |words: &[&[&str]]| {
            run(&account, number, &words.concat())
                .stdin("another-token")
                .run()
        };
        blots(&run(&[&["check", "docker-hub"], &login]), TOKEN, 9);
        let update = ["update", "docker-hub", "--access-token-stdin"];
        blots(&run(&[&update, &login]), TOKEN, 6);
        invalid_rule(&account, &arn, echo);
        blots(&run(&[&["check", "docker-hub"]]), TOKEN, 9);
        blots(&run(&[&["check"]]), TOKEN, 9);
        let message = format!("the policy of {echo}");
        account.refuse(
            "GetResourcePolicy",
            400,
            "InvalidRequestException",
            &message,
        );
        blots(&run(&[&["show", "docker-hub"]]), TOKEN, 0);
        refuse(&account, "PutSecretValue", echo);
        blots(&run(&[&update]), TOKEN, 1);
        let create = ["create", "--registry", "docker-hub", "--username", "me"];
        let exists = ["--access-token-stdin", "--if-exists", "update"];
        blots(&run(&[&create, &exists]), TOKEN, 1);
        let account = Account::new();
        let arn = account.made_with(AZURE, &stored(TOKEN));
        let run = |words: &[&[&str]]| self::run(&account, number, &words.concat()).run();
        blots(&run(&[&["check"], &login]), TOKEN, 9);
        account.ask(
            "PutSecretValue",
            &json!({"SecretId": arn, "SecretString":
            json!({"user": "me", "password": TOKEN}).to_string()}),
        );
        refuse(&account, "PutSecretValue", echo);
        blots(&run(&[&["check", "azure", "--fix", "-y"]]), TOKEN, 1);
        account.heal();
        invalid_rule(&account, &arn, echo);
        blots(&run(&[&["check", "azure", "--fix", "-y"]]), TOKEN, 9);
    }
}

#[test]
fn a_verdict_is_cleaned_whether_it_comes_before_the_value_or_after() {
    let echo = &forms(TOKEN).join(" , ");
    for (words, reads) in [
        (&["check", "docker-hub"][..], "GetSecretValue"),
        (&["check"], "BatchGetSecretValue"),
    ] {
        for (first, then) in [(VALIDATE, reads), (reads, VALIDATE)] {
            for number in 0..2 {
                let account = Account::new();
                let arn = account.made_with(HUB, &stored(TOKEN));
                // Others, so that there is more than one value to read.
                account.made_with(AZURE, &stored("another-token"));
                invalid_rule(&account, &arn, echo);
                account.hold(then, first);
                blots(&run(&account, number, words).run(), TOKEN, 9);
            }
        }
    }
}

#[test]
fn an_error_in_the_place_of_a_verdict_is_cleaned_too() {
    for (first, then) in [(VALIDATE, "GetSecretValue"), ("GetSecretValue", VALIDATE)] {
        let account = Account::new();
        let arn = account.made_with(HUB, &stored(TOKEN));
        invalid_rule(&account, &arn, "");
        account.heal();
        refuse(&account, VALIDATE, &forms(TOKEN).join(" , "));
        account.hold(then, first);
        blots(&run(&account, 0, &["check", "docker-hub"]).run(), TOKEN, 0);
    }
}

#[test]
fn what_is_found_before_a_value_is_read_does_not_show_it() {
    let account = Account::new();
    let key = account.new_key();
    let secret = json!({"Name": HUB, "SecretString": stored(TOKEN), "KmsKeyId": key});
    account.ask("CreateSecret", &secret);
    let message = forms(TOKEN).join(" , ");
    account.refuse("DescribeKey", 400, "ValidationException", &message);
    account.hold("GetSecretValue", "DescribeKey");
    for number in 0..2 {
        for words in [&["check"][..], &["check", "docker-hub"]] {
            blots(&run(&account, number, words).run(), TOKEN, 0);
        }
    }
    // Its JSON does not say why a key is not known.
    let show = run(&account, 0, &["show", "docker-hub"]);
    blots(&show.run(), TOKEN, 0);
}

#[test]
fn each_of_many_tokens_is_hidden_in_what_its_own_login_brings() {
    let account = Account::new();
    let token = |number: usize| format!("{number:02}~secret/of\"{}", number * 7919);
    let logins: Vec<_> = (0..50)
        .map(|n| (basic("me", &token(n)), token(n)))
        .collect();
    for (number, (_, token)) in logins.iter().enumerate() {
        account.made_with(
            &format!("ecr-pullthroughcache/{number}/azure"),
            &stored(token),
        );
    }
    let known = logins.clone();
    let registry = Registry::with_tokens("any", move |heard| {
        let sent = heard.authorization.as_deref().unwrap_or_default();
        let token = known
            .iter()
            .find(|(login, _)| login == sent)
            .map(|(_, token)| token);
        let words = format!("bad password {} in {sent}", token.unwrap());
        answer(401, &json!({"details": words}).to_string())
    });
    let login = [
        "check",
        "--verify",
        "always",
        "--upstream-registry-url",
        &registry.url,
    ];
    for number in 0..2 {
        let ended = run(&account, number, &login).run();
        assert_eq!(ended.status, 9, "{ended:?}");
        for (_, token) in &logins {
            ended.hides(token);
        }
        assert_eq!(
            ended
                .stdout
                .matches("[token not shown] in Basic bWU6[token not shown]")
                .count(),
            50
        );
    }
}

#[test]
fn a_token_that_was_never_read_is_known_by_how_it_begins() {
    let token = "dckr_pat_Zq7-hidden_4";
    let quoted = json!({"accessToken": token}).to_string();
    let echo = [token, &quoted, &format!("me:{token}")].join(" , ");
    let account = Account::new();
    let arn = account.made(HUB);
    invalid_rule(&account, &arn, &echo);
    for action in ["DeleteSecret", "RestoreSecret", "UpdateSecretVersionStage"] {
        refuse(&account, action, &echo);
    }
    account.ask(
        "PutSecretValue",
        &json!({"SecretId": arn, "SecretString": stored(TOKEN),
        "ClientRequestToken": "00000000-0000-4000-8000-000000000001"}),
    );
    let set = [
        "rule",
        "set",
        "docker-hub",
        "--secret",
        HUB,
        "--registry",
        "docker-hub",
    ];
    for number in 0..2 {
        for (words, status) in [
            (&["rule", "list"][..], 0),
            (&set, 8),
            (&["delete", "docker-hub", "-y"], 1),
            (&["update", "docker-hub", "--rollback", "-y"], 1),
        ] {
            blots(&run(&account, number, words).run(), token, status);
        }
    }
    account.ask("DeleteSecret", &json!({"SecretId": arn}));
    for number in 0..2 {
        blots(
            &run(&account, number, &["restore", "docker-hub"]).run(),
            token,
            1,
        );
    }
}

#[test]
fn a_short_token_is_hidden_in_what_the_service_names() {
    let kind = "application/x-amz-json-1.1";
    for number in 0..2 {
        let create = |end: &str, version: &str| {
            let account = Account::new();
            let arn = format!("arn:aws:secretsmanager:us-east-1:123456789012:secret:{HUB}-{end}");
            let body = json!({"ARN": arn, "VersionId": version}).to_string();
            account.answer("CreateSecret", 200, kind, &body, None);
            let more = ["-v", "-o", ["text", "json"][number]];
            Program::create(&account, &more).stdin("k9Xq").run()
        };
        create("k9Xq12", "v").hides("k9Xq").ok();
        let created = create("AbCdEf", "one-k9Xq-one");
        created.hides("k9Xq").ok();
        assert_eq!(created.stdout.contains("not shown]"), number == 1);
    }
    let account = Account::new();
    account.made_with(HUB, &stored("k9Xq"));
    let registry = refusing("k9Xq , k9Xq%20");
    let login = [
        "--verify",
        "always",
        "--upstream-registry-url",
        &registry.url,
    ];
    let words = [&["check", "docker-hub"], &login[..]].concat();
    blots(&run(&account, 0, &words).run(), "k9Xq", 9);
}

/// Makes a secret with two versions, of which someone chose the ids, and gives its ARN.
fn made_with_versions(account: &Account, value: &str, (before, current): (&str, &str)) -> String {
    let secret = json!({"Name": HUB, "SecretString": value, "ClientRequestToken": before});
    let made = account.ask("CreateSecret", &secret);
    let arn = made["ARN"].as_str().unwrap();
    let version = json!({"SecretId": arn, "SecretString": value, "ClientRequestToken": current});
    account.ask("PutSecretValue", &version);
    arn.to_owned()
}

#[test]
fn a_short_token_is_hidden_in_the_id_of_a_version() {
    const BEFORE: &str = "00000000-0000-4000-8000-0k9Xq0000001";
    const CURRENT: &str = "00000000-0000-4000-8000-0k9Xq0000002";
    let create = ["create", "--registry", "docker-hub", "--username", "me"];
    let create = [&create[..], &["--access-token-stdin", "--if-exists"]].concat();
    let other = ["update", "docker-hub", "-u", "you", "--access-token-stdin"];
    let cases = [
        (&["show", "docker-hub"][..], "versions"),
        (&[&create[..], &["update"]].concat(), "versionId"),
        (&[&create[..], &["skip"]].concat(), "versionId"),
        (&other, "previousVersionId"),
        (
            &["update", "docker-hub", "--access-token-stdin"],
            "versionId",
        ),
    ];
    for (words, member) in cases {
        for number in 0..2 {
            let account = Account::new();
            made_with_versions(&account, &stored("k9Xq"), (BEFORE, CURRENT));
            let ended = run(&account, number, words).stdin("k9Xq").run();
            ended.hides("k9Xq").ok();
            if number == 1 {
                let report = ended.json();
                let shown = report[member].to_string();
                assert!(shown.contains("0[token not shown]0"), "{words:?}: {report}");
            }
        }
    }
}

#[test]
fn a_token_that_is_the_id_of_a_version_is_known_by_how_it_begins() {
    let token = "dckr_pat_0123456789-abcdefghijklm";
    for number in 0..2 {
        let account = Account::new();
        let other = "00000000-0000-4000-8000-000000000001";
        made_with_versions(&account, &stored("another-token"), (token, other));
        for words in [
            &["show", "docker-hub"][..],
            &["update", "docker-hub", "--rollback", "-y"],
        ] {
            run(&account, number, words).run().hides(token).ok();
        }
    }
}
