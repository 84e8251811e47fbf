//! Credentials are tested at the registry before they are stored.

use serde_json::json;

use crate::support::registry::{basic, challenge, json, page, redirect, silence, Reply};
use crate::support::{Account, Ended, Program, Registry, Words, TOKEN};

const NAME: &str = "ecr-pullthroughcache/docker-hub";

/// A dry run for this kind of registry, which sends nothing to AWS and logs in all the same.
pub fn attempt(kind: &str, registry: &str, more: &(impl Words + ?Sized)) -> Program {
    Program::new("create --username me --access-token-stdin --dry-run --verify always -o json")
        .and(&["--registry", kind, "--upstream-registry-url", registry])
        .and(more)
        .stdin(TOKEN)
}

pub fn verdict_is(ended: &Ended, verdict: &str, words: &[&str]) {
    let text = match verdict {
        "accepted" => {
            let report = ended.json();
            assert_eq!(report["verification"]["verdict"], "accepted", "{ended:?}");
            report["verification"]["proves"]
                .as_str()
                .unwrap()
                .to_owned()
        }
        "rejected" => ended.fails(6, &[]).error_json().to_string(),
        _ => ended.fails(7, &[]).error_json().to_string(),
    };
    for word in words {
        assert!(text.contains(word), "{word:?} is missing in {text}");
    }
}

/// What each registry answers to the login, as recorded: kind, service, status, body, verdict, words.
const RECORDED: [(&str, &str, u16, &str, &str, &str); 19] = [
    (
        "docker-hub",
        "registry.docker.io",
        200,
        r#"{"token":"eyJ.x","access_token":"eyJ.x","expires_in":300}"#,
        "accepted",
        "username and token",
    ),
    (
        "docker-hub",
        "registry.docker.io",
        401,
        r#"{"details":"incorrect username or password"}"#,
        "rejected",
        "incorrect username or password",
    ),
    (
        "docker-hub",
        "registry.docker.io",
        400,
        r#"{"details":"x"}"#,
        "unknown",
        "returned 400",
    ),
    (
        "github-container-registry",
        "ghcr.io",
        200,
        r#"{"token":"djE6"}"#,
        "accepted",
        "read:packages",
    ),
    (
        "github-container-registry",
        "ghcr.io",
        403,
        r#"{"errors":[{"code":"DENIED","message":"denied"}]}"#,
        "rejected",
        "returned 403: denied",
    ),
    (
        "azure-container-registry",
        "name.azurecr.io",
        200,
        r#"{"access_token":"eyJ.x"}"#,
        "accepted",
        "name and password are valid",
    ),
    (
        "azure-container-registry",
        "name.azurecr.io",
        401,
        r#"{"errors":[{"code":"UNAUTHORIZED","message":"authentication required"}]}"#,
        "rejected",
        "authentication required",
    ),
    (
        "gitlab-container-registry",
        "container_registry",
        200,
        r#"{"token":"eyJ.x"}"#,
        "accepted",
        "username",
    ),
    (
        "gitlab-container-registry",
        "container_registry",
        401,
        r#"{"errors":[{"code":"UNAUTHORIZED","message":"HTTP Basic: Access denied."}]}"#,
        "rejected",
        "Access denied",
    ),
    (
        "gitlab-container-registry",
        "container_registry",
        403,
        r#"{"errors":[{"code":"DENIED","message":"access forbidden"}]}"#,
        "rejected",
        "this means that the token is valid, but lacks the scope read_registry",
    ),
    (
        "chainguard",
        "cgr.dev",
        200,
        r#"{"token":"eyJ.x"}"#,
        "accepted",
        "pull token",
    ),
    (
        "chainguard",
        "cgr.dev",
        403,
        r#"{"errors":[{"code":"DENIED"}]}"#,
        "rejected",
        "DENIED",
    ),
    (
        "chainguard",
        "cgr.dev",
        400,
        r#"{"errors":[{"code":"UNSUPPORTED","message":"token is expired"}]}"#,
        "rejected",
        "token is expired",
    ),
    (
        "docker-hub",
        "registry.docker.io",
        429,
        r#"{"details":"too many"}"#,
        "unknown",
        "limits the number of logins (429); try again in 15 minutes: too many",
    ),
    (
        "docker-hub",
        "registry.docker.io",
        503,
        "",
        "unknown",
        "returned 503",
    ),
    (
        "docker-hub",
        "registry.docker.io",
        200,
        "nonsense",
        "unknown",
        "no token",
    ),
    (
        "docker-hub",
        "registry.docker.io",
        200,
        r#"{"token":""}"#,
        "unknown",
        "no token",
    ),
    (
        "github-container-registry",
        "ghcr.io",
        200,
        "<html>",
        "unknown",
        "no token",
    ),
    (
        "github-container-registry",
        "ghcr.io",
        403,
        "<html>",
        "unknown",
        "web page",
    ),
];

#[test]
fn every_verdict_of_every_registry() {
    for (kind, service, status, body, verdict, words) in RECORDED {
        let registry = Registry::with_tokens(service, move |heard| {
            assert_eq!(heard.path, format!("/token?account=me&service={service}"));
            let (status, mut headers, body) = json(status, body);
            headers.push(("Retry-After", "899".to_owned()));
            (status, headers, body)
        });
        let ended = attempt(kind, &registry.url, "").run();
        verdict_is(&ended, verdict, &[words]);
        let heard = registry.heard();
        assert_eq!(heard.len(), 2, "each is asked once: {heard:?}");
        assert_eq!(heard[0].authorization, None);
        assert_eq!(heard[1].authorization, Some(basic("me", TOKEN)));
    }
}

#[test]
fn i_can_follow_the_address_in_a_long_answer_of_the_registry() {
    let url = format!("https://docs.example.com/{}", "why/".repeat(40));
    let text = format!(
        "{}see {url} for {}",
        "because ".repeat(35),
        "more ".repeat(50)
    );
    let body = json!({"errors": [{"code": "DENIED", "message": text}]}).to_string();
    let registry = Registry::with_tokens("x", move |_| json(403, &body));
    let ended = attempt("ghcr", &registry.url, "").run();
    verdict_is(&ended, "rejected", &[&format!("because see {url} …")]);
}

/// What registries say to a machine that their firewall or IP allow list does not let in.
const SHUT_OUT: [(&str, &str); 4] = [
    (
        "azure-container-registry",
        "client with IP '20.51.4.7' is not allowed access. Refer https://aka.ms/acr/firewall to \
         grant access.",
    ),
    (
        "azure-container-registry",
        "The registry has public network access disabled.",
    ),
    (
        "github-container-registry",
        "Although you appear to have the correct authorization credentials, the `contoso` \
         organization has an IP allow list enabled, and your IP address 20.51.4.7 is not \
         permitted to access this resource.",
    ),
    (
        "gitlab-container-registry",
        "access forbidden: 20.51.4.7 is not in the allowed range of the group",
    ),
];

#[test]
fn my_firewall_lets_nobody_but_our_office_in_and_the_token_is_good() {
    for (kind, says) in SHUT_OUT {
        let account = Account::new();
        let body = json!({"errors": [{"code": "DENIED", "message": says}]}).to_string();
        let registry = Registry::with_tokens("x", move |_| json(403, &body));
        let words = [
            "cannot be tested from here",
            says,
            "ECR pulls from AWS addresses",
        ];
        let ended = attempt(kind, &registry.url, "").run();
        verdict_is(&ended, "unknown", &words);
        assert!(!ended.stderr.contains("make a new token"), "{ended:?}");
        // Some answer so before they ask for a login.
        let body = json!({"errors": [{"code": "DENIED", "message": says}]}).to_string();
        let registry = Registry::new(move |_| json(403, &body));
        verdict_is(&attempt(kind, &registry.url, "").run(), "unknown", &words);
        assert_eq!(registry.logins(), 0);
        // Without a demand for the test, the token is stored.
        let ended = Program::create_at(&registry, &account, &[]).run();
        ended.ok();
        assert!(
            ended.stderr.contains("cannot be tested from here"),
            "{ended:?}"
        );
        // Nor does a check call it bad.
        let words = [
            "check",
            "--verify",
            "always",
            "--upstream-registry-url",
            &registry.url,
            NAME,
        ];
        let ended = Program::new(&words).with(&account).run();
        assert_eq!(ended.status, 7, "{ended:?}");
        assert!(
            ended.stdout.contains("cannot be tested from here")
                && ended.stdout.contains("ECR pulls from AWS addresses")
                && !ended.stdout.contains("error"),
            "{ended:?}"
        );
    }
}

/// An answer to the first request, and a word of the reason.
type Answer = (fn() -> Reply, &'static str);

#[test]
fn a_token_is_one_under_either_name() {
    for body in [
        r#"{"token":"","access_token":"x"}"#,
        r#"{"token":null,"access_token":"x"}"#,
        r#"{"token":"x","access_token":""}"#,
    ] {
        let registry = Registry::with_tokens("x", move |_| json(200, body));
        verdict_is(&attempt("ghcr", &registry.url, "").run(), "accepted", &[]);
    }
    let none = r#"{"token":"","access_token":""}"#;
    let registry = Registry::with_tokens("x", move |_| json(200, none));
    let ended = attempt("ghcr", &registry.url, "").run();
    verdict_is(&ended, "unknown", &["contains no token"]);
}

/// As in containerd, the first usable challenge counts.
#[test]
fn a_second_challenge_is_taken_where_the_first_is_for_elsewhere() {
    let registry = Registry::new(|heard| {
        if heard.path != "/v2/" {
            return json(200, r#"{"token":"x"}"#);
        }
        let realm = format!("http://{}/token", heard.host);
        let elsewhere = r#"Bearer realm="https://elsewhere.example/token""#;
        challenge(&format!(r#"{elsewhere}, Bearer realm="{realm}""#))
    });
    verdict_is(&attempt("ghcr", &registry.url, "").run(), "accepted", &[]);
    assert_eq!(registry.asked()[1].0, "/token?account=me");
}

/// Registries without a clear answer. None of them gets credentials.
#[test]
fn a_registry_that_cannot_be_asked_is_no_refusal() {
    let first_answers: [Answer; 10] = [
        (|| page(200), "returned 200 and a web page"),
        (|| json(200, "{}"), "does not require credentials"),
        (|| page(403), "web page"),
        (|| json(404, "{}"), "returned 404"),
        (|| json(500, "{}"), "returned 500"),
        (|| json(429, "{}"), "limits the number of logins"),
        (|| json(401, "{}"), "an unsupported login method"),
        (|| challenge("Negotiate"), "an unsupported login method"),
        (
            || challenge("Bearer service=x"),
            "an unsupported login method",
        ),
        (
            || redirect("https://example.invalid/v2/"),
            "redirects to https://example.invalid",
        ),
    ];
    for (answer, words) in first_answers {
        let registry = Registry::new(move |_| answer());
        verdict_is(
            &attempt("ghcr", &registry.url, "").run(),
            "unknown",
            &[words, "--verify never"],
        );
        assert_eq!(registry.asked(), [("/v2/".to_owned(), false)]);
    }
    let gone = "http://127.0.0.1:1";
    verdict_is(
        &attempt("ghcr", gone, "").run(),
        "unknown",
        &["127.0.0.1:1 cannot be reached"],
    );
}

#[test]
fn without_an_answer_the_work_goes_on_with_a_warning_unless_it_must_be_had() {
    let account = Account::new();
    let registry = Registry::new(|_| json(500, "{}"));
    let ended = Program::create_at(&registry, &account, "-o json").run();
    let report = ended.json();
    assert_eq!(report["verification"]["verdict"], "unknown");
    assert!(report["verification"]["reason"]
        .as_str()
        .unwrap()
        .ends_with("returned 500"));
    assert!(report["warnings"][0]
        .as_str()
        .unwrap()
        .contains("could not verify"));
    assert!(ended.stderr.contains("warning: "), "{}", ended.stderr);
    assert_eq!(account.actions_but_looks(), ["CreateSecret"]);
    account.take_actions();
    let more = ["--verify", "always", "--name", "ecr-pullthroughcache/other"];
    let must = Program::create_at(&registry, &account, &more).run();
    must.fails(
        7,
        &[
            "could not verify the credentials",
            "returned 500",
            "--verify never",
        ],
    );
    let more = [&more[..], &["-o", "json"]].concat();
    let must = Program::create_at(&registry, &account, &more).run();
    assert_eq!(must.error_json()["error"]["code"], "registry-unknown");
    assert_eq!(account.actions_but_looks(), [""; 0]);
}

/// Takes as long as a login may take at most.
pub fn a_registry_that_stalls_is_waited_for_only_so_long() {
    let registry = Registry::with_tokens("x", |_| silence());
    verdict_is(
        &attempt("ghcr", &registry.url, "").run(),
        "unknown",
        &["within 10 seconds"],
    );
    assert_eq!(registry.logins(), 1);
}

#[test]
fn what_the_registry_rejects_is_not_stored() {
    for more in [
        &[][..],
        &["--if-exists", "update"],
        &["--if-exists", "skip"],
        &["--verify", "always"],
    ] {
        let account = Account::new();
        let registry = Registry::strict();
        let refused = Program::create_at(&registry, &account, more).stdin("dckr_pat_wrong-token");
        let ended = refused.run();
        ended.fails(
            6,
            &[
                "Docker Hub rejected the credentials",
                "incorrect username",
                "nothing was stored",
                "fix:",
            ],
        );
        ended.hides("dckr_pat_wrong-token");
        assert_eq!(account.actions_but_looks(), [""; 0]);
        assert_eq!(registry.logins(), 1, "a refused login is not tried again");
    }
    let account = Account::new();
    let registry = Registry::strict();
    Program::create_at(&registry, &account, &[]).run().ok();
    let more = ["--if-exists", "update", "-o", "json"];
    let refused = Program::create_at(&registry, &account, &more)
        .stdin("other")
        .run();
    assert_eq!(
        refused.fails(6, &[]).error_json()["error"]["code"],
        "registry-refused"
    );
    assert!(account.value(NAME).contains("dckr_pat_Zq7"));
}

#[test]
fn the_report_says_what_was_proven() {
    let account = Account::new();
    let registry = Registry::strict();
    let ended = Program::create_at(&registry, &account, "-o json").run();
    let host = registry.url.strip_prefix("http://").unwrap();
    let report = ended.json();
    assert_eq!(report["upstreamRegistryUrl"], host);
    assert_eq!(report["verification"]["reason"], json!(null));
    assert!(report["verification"]["proves"]
        .as_str()
        .unwrap()
        .contains("not that they can pull"));
    assert!(
        ended
            .stderr
            .contains("Docker Hub accepted the credentials (this does not prove"),
        "{}",
        ended.stderr
    );
    let never = Program::create_at(
        &registry,
        &account,
        "--verify never -o json --if-exists update",
    );
    assert_eq!(never.run().json()["verification"]["verdict"], "skipped");
    assert_eq!(registry.logins(), 1);
    let skipped = Program::create_at(&registry, &account, "-o json --if-exists skip")
        .run()
        .json();
    assert_eq!(
        (&skipped["action"], &skipped["verification"]["verdict"]),
        (&json!("skipped"), &json!("skipped"))
    );
}
