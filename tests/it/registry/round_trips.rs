//! How often the program waits for the network, as servers see it: a connection is one round trip
//! for TCP and one for TLS 1.3, each request is another. What is held back until something else was
//! seen shows what goes side by side.

use serde_json::json;

use super::realms::REALMS;
use crate::support::registry::json;
use crate::support::{Account, Ended, Program, Registry, Wire, Words, TOKEN};

const AWS: &str = "secretsmanager.us-east-1.amazonaws.com";
const ECR: &str = "api.ecr.us-east-1.amazonaws.com";
const STS: &str = "sts.us-east-1.amazonaws.com";
const CONNECTED: [&str; 2] = ["connect", "hello"];

/// A connection with these requests, one after another.
fn connection_with(requests: &[&str]) -> Vec<String> {
    let asked = requests
        .iter()
        .flat_map(|what| [format!("ask {what}"), format!("answer {what}")]);
    CONNECTED
        .into_iter()
        .map(str::to_owned)
        .chain(asked)
        .collect()
}

/// What an unattended `create` asks of Secrets Manager, on one connection.
const LOOK_AND_CREATE: [&str; 2] = ["DescribeSecret", "CreateSecret"];

/// What is asked of a token beside the login, on a connection of its own.
const APIS: [&str; 2] = ["api.github.com", "/api/v4/personal_access_tokens/self"];

/// What a host saw of the login.
fn login_at(wire: &Wire, realm: &str) -> Vec<String> {
    let is_other = |event: &String| APIS.iter().any(|api| event.contains(api));
    let mut seen = wire.seen_of(realm);
    if seen.iter().any(is_other) {
        // Its connection, beside the other.
        for event in CONNECTED {
            let at = seen.iter().rposition(|seen| seen == event).unwrap();
            seen.remove(at);
        }
    }
    seen.retain(|event| !is_other(event));
    seen.sort_by_key(|event| !CONNECTED.contains(&event.as_str()));
    seen
}

/// A registry that accepts all credentials, or none.
fn registry(takes: bool) -> Registry {
    let (status, body) = if takes {
        (200, r#"{"token":"x"}"#)
    } else {
        (401, r#"{"details":"no"}"#)
    };
    Registry::new(move |_| json(status, body))
}

/// The wire to AWS and to the token endpoint of a registry.
fn wire(account: &Account, registry: &Registry, realm: &str) -> Wire {
    let aws = [AWS, ECR, STS].map(|host| (host, account.url.as_str()));
    Wire::to(&[&aws[..], &[(realm, &registry.url)]].concat())
}

/// A `create` with these words, beside the registry and its host.
fn create(
    account: &Account,
    wire: &Wire,
    kind: &str,
    host: &str,
    more: &(impl Words + ?Sized),
) -> Ended {
    let program = Program::new("create --username me --access-token-stdin")
        .and(&["--registry", kind, "--upstream-registry-url", host])
        .and(more)
        .stdin(TOKEN);
    wire.reached_by(program.with(account)).run()
}

#[test]
fn a_verified_create_opens_one_connection_to_each_server() {
    for (kind, host, realm, path) in REALMS {
        let (account, registry) = (Account::new(), registry(true));
        let wire = wire(&account, &registry, realm);
        create(&account, &wire, kind, host, "--verify always").ok();
        assert_eq!(login_at(&wire, realm), connection_with(&[path]), "{kind}");
        assert_eq!(wire.seen_of(AWS), connection_with(&LOOK_AND_CREATE));
        let verdict = format!("answer {realm} {path}");
        assert!(wire.is_in_order(&verdict, &format!("ask {AWS} CreateSecret")));
    }
}

#[test]
fn a_rule_is_looked_at_while_the_registry_is_asked() {
    const LOOK: &str = "DescribePullThroughCacheRules";
    for (kind, host, realm, path) in REALMS {
        let (account, registry) = (Account::new(), registry(true));
        let wire = wire(&account, &registry, realm);
        let verdict = format!("answer {realm} {path}");
        wire.hold(&verdict, &format!("answer {ECR} {LOOK}"));
        create(&account, &wire, kind, host, "--rule up").ok();
        assert!(wire.is_in_order(&format!("answer {ECR} {LOOK}"), &verdict));
        assert!(wire.is_in_order(&verdict, &format!("ask {AWS} CreateSecret")));
        assert_eq!(login_at(&wire, realm), connection_with(&[path]), "{kind}");
        assert_eq!(wire.seen_of(AWS), connection_with(&LOOK_AND_CREATE));
        let rule = [
            LOOK,
            "CreatePullThroughCacheRule",
            "ValidatePullThroughCacheRule",
        ];
        assert_eq!(wire.seen_of(ECR), connection_with(&rule));
    }
}

#[test]
fn nothing_is_written_where_the_registry_rejects() {
    for (kind, host, realm, path) in REALMS {
        let (account, registry) = (Account::new(), registry(false));
        let wire = wire(&account, &registry, realm);
        create(&account, &wire, kind, host, "").fails(6, &["nothing was stored"]);
        create(&account, &wire, kind, host, "--rule up").fails(6, &["nothing was stored"]);
        let asked: Vec<String> = wire
            .seen()
            .into_iter()
            .filter(|event| event.starts_with("ask ") && !event.contains(realm))
            .collect();
        let looks = ["DescribePullThroughCacheRules", "DescribeSecret"];
        let is_look = |event: &String| looks.iter().any(|look| event.ends_with(look));
        assert!(asked.iter().all(is_look), "{asked:?}");
        let asked = registry.asked().into_iter().filter(|(at, _)| at == path);
        assert_eq!(asked.count(), 2, "{path}");
        assert!(account.is_empty() && account.rules() == json!([]));
    }
}

#[test]
fn a_web_identity_is_taken_while_the_registry_is_asked() {
    const ROLE: &str = "AssumeRoleWithWebIdentity";
    let (_, host, realm, path) = REALMS[0];
    let (account, registry) = (Account::new(), registry(true));
    let wire = wire(&account, &registry, realm);
    let verdict = format!("answer {realm} {path}");
    wire.hold(&verdict, &format!("answer {STS} {ROLE}"));
    let words = [
        "create",
        "--registry",
        "docker-hub",
        "-u",
        "me",
        "--access-token-stdin",
        "--upstream-registry-url",
        host,
    ];
    let program = Program::new(&words).stdin(TOKEN).with(&account);
    let token = program.file("web-identity", "a.web.identity");
    let program = program
        .without("AWS_ACCESS_KEY_ID")
        .without("AWS_SECRET_ACCESS_KEY")
        .env("AWS_ROLE_ARN", "arn:aws:iam::123456789012:role/pipeline")
        .env("AWS_WEB_IDENTITY_TOKEN_FILE", token);
    wire.reached_by(program).run().ok();
    assert!(wire.is_in_order(&format!("answer {STS} {ROLE}"), &verdict));
    assert_eq!(wire.seen_of(STS), connection_with(&[ROLE]));
    assert_eq!(wire.seen_of(AWS), connection_with(&LOOK_AND_CREATE));
}

/// `update` of the secret of a registry, with these words.
fn update(account: &Account, wire: &Wire, name: &str, more: &(impl Words + ?Sized)) -> Ended {
    let program = Program::new("update --access-token-stdin")
        .and(&[name])
        .and(more)
        .stdin("another-token");
    wire.reached_by(program.with(account)).run()
}

#[test]
fn an_update_looks_at_the_secret_while_the_registry_is_asked() {
    let (_, _, realm, path) = REALMS[0];
    let (account, registry) = (Account::new(), registry(true));
    account.made("ecr-pullthroughcache/docker-hub");
    let wire = wire(&account, &registry, realm);
    let verdict = format!("answer {realm} {path}");
    wire.hold(&verdict, &format!("answer {AWS} DescribeSecret"));
    update(&account, &wire, "docker-hub", "-u me").ok();
    assert!(wire.is_in_order(&format!("answer {AWS} DescribeSecret"), &verdict));
    assert!(wire.is_in_order(&verdict, &format!("ask {AWS} PutSecretValue")));
    assert_eq!(wire.seen_of(realm), connection_with(&[path]));
    let calls = ["DescribeSecret", "GetSecretValue", "PutSecretValue"];
    assert_eq!(wire.seen_of(AWS), connection_with(&calls));
}

#[test]
fn an_update_that_is_not_due_asks_aws_alone() {
    let (account, registry) = (Account::new(), registry(true));
    let arn = account.made("ecr-pullthroughcache/docker-hub");
    let tags = json!([{"Key": "ecr-ptc:expires-on", "Value": "2999-01-31"}]);
    account.ask("TagResource", &json!({"SecretId": arn, "Tags": tags}));
    let wire = wire(&account, &registry, REALMS[0].2);
    update(&account, &wire, "docker-hub", "--renew-within 9").ok();
    assert_eq!(wire.seen_of(AWS), connection_with(&["DescribeSecret"]));
    assert_eq!(wire.seen().len(), 4, "{:?}", wire.seen());
}

#[test]
fn an_update_that_the_registry_rejects_writes_nothing() {
    let (_, _, realm, _) = REALMS[0];
    for more in [&[][..], &["-u", "me"]] {
        let (account, registry) = (Account::new(), registry(false));
        account.made("ecr-pullthroughcache/docker-hub");
        let wire = wire(&account, &registry, realm);
        update(&account, &wire, "docker-hub", more).fails(6, &["nothing was stored"]);
        assert!(!account.actions().contains(&"PutSecretValue".to_owned()));
        assert_eq!(registry.logins(), 1);
    }
}

/// The secret is looked at before the command makes a token.
#[cfg(unix)]
#[test]
fn a_create_with_a_credential_command_opens_one_connection() {
    let (kind, _, realm, path) = REALMS[0];
    let (account, registry) = (Account::new(), registry(true));
    let wire = wire(&account, &registry, realm);
    let program = Program::new(&["create", "--registry", kind]).with(&account);
    let mint = program.home.path().join("mint");
    let script = r#"printf '{"username":"me","accessToken":"some-token"}'"#;
    crate::support::executable(&mint, &format!("#!/bin/sh\n{script}\n"));
    let program = program.and(&["--credential-command", mint.to_str().unwrap()]);
    wire.reached_by(program).run().ok();
    assert_eq!(wire.seen_of(realm), connection_with(&[path]));
    let calls = ["DescribeSecret", "CreateSecret"];
    assert_eq!(wire.seen_of(AWS), connection_with(&calls));
}

/// Where the way is blocked, it is said as ever, and nothing is left open.
#[test]
fn a_connection_that_cannot_be_opened_is_reported_when_it_is_needed() {
    let (kind, host, realm, _) = REALMS[0];
    let (account, registry) = (Account::new(), registry(true));
    let wire = Wire::to(&[(realm, &registry.url)]);
    let program = create(&account, &wire, kind, host, "");
    program.fails(7, &["cannot be reached", "rejected the connection"]);
}
