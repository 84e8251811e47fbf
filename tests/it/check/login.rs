//! `check --verify always`: stored credentials are tested at their registry.

use serde_json::json;

use crate::support::registry::{challenge, json as answer};
use crate::support::{told, Account, Authority, Elsewhere, Program, Proxy, Registry, Words, TOKEN};

const NAME: &str = "ecr-pullthroughcache/docker-hub";

fn check(account: &Account, registry: &Registry, more: &(impl Words + ?Sized)) -> Program {
    Program::new("check -o json")
        .and(&["--upstream-registry-url", &registry.url])
        .and(more)
        .with(account)
        .without("ECR_PTC_VERIFY")
}

fn holding(account: &Account, name: &str, token: &str) {
    let value = json!({"username": "me", "accessToken": token});
    account.made_with(name, &value.to_string());
}

#[test]
fn what_the_registry_rejects_is_an_error() {
    let account = Account::new();
    let registry = Registry::strict();
    holding(&account, NAME, TOKEN);
    holding(
        &account,
        "ecr-pullthroughcache/team/dockerhub",
        "dckr_pat_expired",
    );
    for more in [&["--verify", "auto"][..], &["--verify", "never"], &[]] {
        let report = check(&account, &registry, more).run().json();
        assert_eq!(told(&report), json!([]));
    }
    assert_eq!(registry.logins(), 0, "nobody asked for it");
    let ended = check(&account, &registry, "--verify always").run();
    assert_eq!(ended.status, 9, "{ended:?}");
    ended.hides("dckr_pat_expired");
    let report: serde_json::Value = serde_json::from_str(&ended.stdout).unwrap();
    let findings = told(&report).as_array().unwrap().clone();
    assert_eq!(findings.len(), 1, "{findings:?}");
    assert_eq!(
        (
            &findings[0]["level"],
            &findings[0]["code"],
            &findings[0]["secret"]
        ),
        (
            &json!("error"),
            &json!("login-refused"),
            &json!("ecr-pullthroughcache/team/dockerhub")
        )
    );
    let message = findings[0]["message"].as_str().unwrap();
    assert!(
        message.contains("Docker Hub rejected the credentials of me"),
        "{message}"
    );
    let fix = findings[0]["fix"].as_str().unwrap();
    assert!(
        fix.contains("ecr-ptc update ecr-pullthroughcache/team/dockerhub"),
        "{fix}"
    );
    assert_eq!(registry.logins(), 2, "once with each");
    let words = ["update", "team/dockerhub", "--access-token-stdin"];
    Program::new(&words).with(&account).stdin(TOKEN).run().ok();
    let one = check(&account, &registry, "team/dockerhub --verify always").run();
    assert_eq!(told(&one.json()), json!([]));
}

#[test]
fn a_registry_that_cannot_be_asked_is_a_warning() {
    let account = Account::new();
    let registry = Registry::new(|_| answer(503, "{}"));
    holding(&account, NAME, TOKEN);
    holding(&account, "ecr-pullthroughcache/team-one", TOKEN);
    let ended = check(&account, &registry, "--verify always").run();
    assert_eq!(ended.status, 7, "{ended:?}");
    let report: serde_json::Value = serde_json::from_str(&ended.stdout).unwrap();
    let findings = told(&report).as_array().unwrap().clone();
    let seen: Vec<_> = findings
        .iter()
        .map(|finding| {
            (
                finding["level"].as_str().unwrap(),
                finding["code"].as_str().unwrap(),
            )
        })
        .collect();
    assert_eq!(seen, [("warning", "login-not-tried"); 2]);
    let messages = told(&report).to_string();
    assert!(
        messages.contains("does not name a registry") && messages.contains("503"),
        "{messages}"
    );
    // What is no login at all is another finding, and is not tried.
    let account = Account::new();
    account.made_with(NAME, "plain");
    let registry = Registry::strict();
    let ended = check(&account, &registry, "--verify always").run();
    assert!(ended.stdout.contains("not-json") && !ended.stdout.contains("login-"));
    assert_eq!(registry.logins(), 0);
}

#[test]
fn my_script_sees_by_the_status_that_a_registry_was_down() {
    let account = Account::new();
    holding(&account, NAME, TOKEN);
    let down = Registry::new(|_| answer(503, "{}"));
    let status = |registry: &str, more: &[&str]| {
        let words = ["check", "--upstream-registry-url", registry];
        let words = [&words[..], more].concat();
        Program::new(&words)
            .with(&account)
            .without("ECR_PTC_VERIFY")
            .run()
            .status
    };
    for registry in [down.url.as_str(), "http://127.0.0.1:1"] {
        assert_eq!(status(registry, &["--verify", "always"]), 7);
        // What could not be looked at is no finding of its own kind.
        assert_eq!(
            status(registry, &["--verify", "always", "--fail-on", "warning"]),
            7
        );
        assert_eq!(status(registry, &["docker-hub", "--verify", "always"]), 7);
        for verify in ["auto", "never"] {
            assert_eq!(status(registry, &["--verify", verify]), 0);
        }
        // The unused secret.
        assert_eq!(
            status(registry, &["--verify", "always", "--fail-on", "note"]),
            9
        );
    }
    account.made_with("ecr-pullthroughcache/broken", "plain");
    assert_eq!(status(&down.url, &["--verify", "always"]), 9);
}

/// `check --verify always` with these words, where registries can be reached.
fn check_at(elsewhere: &Elsewhere, account: &Account, words: &(impl Words + ?Sized)) -> Program {
    let program = Program::new("check --verify always -o json").and(words);
    elsewhere.reached_by(program.with(account))
}

/// An account with a secret for each registry, and one that a rule uses with a host of its own.
fn with_each_registry() -> Account {
    let account = Account::new();
    account.with_lifecycle_policy();
    for name in ["docker-hub", "ghcr", "gitlab", "cgr", "azure", "team/acr"] {
        let name = format!("ecr-pullthroughcache/{name}");
        holding(&account, &name, "a-token-of-none-of-them");
    }
    let value = json!({"username": "me", "accessToken": "x"}).to_string();
    let arn = account.made_with("ecr-pullthroughcache/build", &value);
    account.ask_ecr(
        "CreatePullThroughCacheRule",
        &json!({"ecrRepositoryPrefix": "az", "upstreamRegistryUrl": "other.azurecr.io",
                "upstreamRegistry": "azure-container-registry", "credentialArn": arn}),
    );
    account
}

/// Where tokens are asked for: of Docker Hub and GitLab, at another host than the registry's.
const HOSTS: [&str; 7] = [
    "auth.docker.io",
    "ghcr.io",
    "gitlab.com",
    "cgr.dev",
    "contoso.azurecr.io",
    "other.azurecr.io",
    "mirror.example",
];

#[test]
fn without_a_name_a_host_gets_the_credentials_of_azures_secrets_alone() {
    let account = with_each_registry();
    let elsewhere = Elsewhere::at(&HOSTS);
    let words = ["--upstream-registry-url", "contoso.azurecr.io"];
    let ended = check_at(&elsewhere, &account, &words).run();
    assert_eq!(told(&ended.json()), json!([]));
    assert!(!ended.stderr.contains("warning"), "{}", ended.stderr);
    let mut hosts = elsewhere.hosts_with_logins();
    hosts.sort();
    // The two of Azure's whose host no rule tells.
    assert_eq!(
        hosts,
        [
            "auth.docker.io",
            "cgr.dev",
            "contoso.azurecr.io",
            "contoso.azurecr.io",
            "ghcr.io",
            // The login, and what is asked of the token.
            "gitlab.com",
            "gitlab.com",
            "other.azurecr.io"
        ]
    );
}

#[test]
fn without_a_name_no_other_host_is_taken() {
    let account = with_each_registry();
    account.take_actions();
    for host in [
        "mirror.example",
        "registry-1.docker.io",
        "contoso.azurecr.io.example",
        "contoso.azurecr.io:8443",
    ] {
        let elsewhere = Elsewhere::at(&HOSTS);
        for more in [&[][..], &["--yes"]] {
            let words = [&["--upstream-registry-url", host][..], more].concat();
            let ended = check_at(&elsewhere, &account, &words).run();
            ended.fails(2, &["NAME", "NAME.azurecr.io", "ecr-ptc check NAME"]);
        }
        assert!(elsewhere.is_untouched(), "{host}");
    }
    assert_eq!(account.actions(), [""; 0]);
}

#[test]
fn with_a_name_another_host_wants_a_yes_and_is_no_all_clear() {
    let account = with_each_registry();
    let elsewhere = Elsewhere::at(&HOSTS);
    for (name, host) in [
        ("docker-hub", "mirror.example"),
        ("ghcr", "contoso.azurecr.io"),
        ("azure", "mirror.example"),
        ("build", "mirror.example"),
    ] {
        let words = [name, "--upstream-registry-url", host];
        let ended = check_at(&elsewhere, &account, &words).run();
        let words_of_it = format!("{host} is not a host of");
        ended.fails(2, &[&words_of_it, "add --yes"]);
        assert!(elsewhere.hosts_with_logins().is_empty(), "{name}");
    }
    assert!(elsewhere.is_untouched());
    let words = [
        "docker-hub",
        "--upstream-registry-url",
        "mirror.example",
        "-y",
    ];
    let ended = check_at(&elsewhere, &account, &words).run();
    let report = ended.json();
    let warning =
        "mirror.example is not a host of Docker Hub; ECR pulls only from registry-1.docker.io";
    assert!(ended.stderr.contains(warning), "{}", ended.stderr);
    let finding = &told(&report)[0];
    assert_eq!(
        (&finding["level"], &finding["code"]),
        (&json!("warning"), &json!("login-elsewhere"))
    );
    let message = finding["message"].as_str().unwrap();
    assert!(message.starts_with(warning), "{message}");
    assert_eq!(elsewhere.hosts_with_logins(), ["mirror.example"]);
    // What is no login is not said to be tried.
    account.made_with("ecr-pullthroughcache/plain/ghcr", "plain");
    let words = [
        "plain/ghcr",
        "--upstream-registry-url",
        "mirror.example",
        "-y",
    ];
    let ended = check_at(&elsewhere, &account, &words).run();
    assert!(ended.stdout.contains("not-json") && !ended.stdout.contains("login-"));
    // Its own host, by name or not at all: neither a yes nor a warning.
    for more in [
        &[][..],
        &["--upstream-registry-url", "registry-1.docker.io"],
    ] {
        let words = [&["docker-hub"][..], more].concat();
        let ended = check_at(&elsewhere, &account, &words).run();
        assert_eq!(told(&ended.json()), json!([]));
    }
}

#[test]
fn what_another_host_rejects_is_not_said_of_the_registry() {
    let account = Account::new();
    account.made(NAME);
    let authority = Authority::new();
    let registry = Registry::new(|heard| match heard.path.as_str() {
        "/v2/" => challenge("Basic realm=x"),
        _ => answer(401, "{}"),
    });
    let proxy = Proxy::to(&authority.serve(&["mirror.example"], &registry.url));
    let words = [
        "check",
        "docker-hub",
        "--verify",
        "always",
        "--upstream-registry-url",
        "mirror.example",
        "--yes",
    ];
    let program = Program::new(&words).with(&account);
    let bundle = program.file("ca.pem", authority.pem());
    let ended = program
        .env("AWS_CA_BUNDLE", bundle)
        .env("HTTPS_PROXY", format!("http://{}", proxy.address))
        .run();
    assert_eq!(ended.status, 9, "{ended:?}");
    assert!(
        ended
            .stdout
            .contains("mirror.example rejected the credentials of me")
            && !ended.stdout.contains("Docker Hub refuses"),
        "{}",
        ended.stdout
    );
}

#[test]
fn a_yes_without_a_question_is_reported() {
    let account = Account::new();
    for more in [
        &[][..],
        &["docker-hub"],
        &["docker-hub", "--verify", "always"],
        &["docker-hub", "--upstream-registry-url", "mirror.example"],
    ] {
        let words = [&["check", "--yes"], more].concat();
        let ended = Program::new(&words).with(&account).run();
        ended.fails(
            2,
            &["--yes has no effect", "--fix", "--upstream-registry-url"],
        );
    }
    assert!(account.requests().is_empty());
}

#[cfg(unix)]
#[test]
fn at_a_terminal_another_host_is_asked_about() {
    let account = with_each_registry();
    let elsewhere = Elsewhere::at(&HOSTS);
    let program = elsewhere.reached_by(Program::new(&[]).with(&account));
    let screen = crate::support::Screen::with(program);
    let run =
        "$PTC check docker-hub --verify always --upstream-registry-url mirror.example --accessible";
    screen
        .enters(run)
        .sees("mirror.example is not a host of")
        .sees("Send the credentials there anyway? [y/N]: ")
        .enters("")
        .sees("nothing was written")
        .status_is(130);
    assert!(elsewhere.is_untouched());
    screen
        .enters(run)
        .sees("Send the credentials there anyway? [y/N]: ")
        .enters("y")
        .sees("login-elsewhere")
        .status_is(0);
    assert_eq!(elsewhere.hosts_with_logins(), ["mirror.example"]);
}

#[test]
fn azure_needs_its_host() {
    let account = Account::new();
    holding(&account, "ecr-pullthroughcache/azure", TOKEN);
    let words = ["check", "azure", "--verify", "always", "-o", "json"];
    let report = Program::new(&words).with(&account).run().json();
    let finding = &told(&report)[0];
    assert_eq!(finding["code"], "login-not-tried");
    let fix = finding["fix"].as_str().unwrap();
    assert!(
        fix.contains("check ecr-pullthroughcache/azure --verify always --upstream-registry-url NAME.azurecr.io"),
        "{fix}"
    );
    // Also where no secret was named: a host without one is for all of them.
    let all = Program::new("check --verify always -o json");
    let report = all.with(&account).run().json();
    let fix = told(&report)[0]["fix"].as_str().unwrap().to_owned();
    assert!(
        fix.contains("ecr-ptc check ecr-pullthroughcache/azure --verify always"),
        "{fix}"
    );
}
