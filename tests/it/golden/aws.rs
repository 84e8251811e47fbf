//! AWS cannot be reached, denies or fails: status 1, 4, 5 and 7.

use super::reads::denied;
use super::scene::{play, scene, Scene};
use super::writes::{create, update, with_rule, words, NAME};
use crate::support::registry::json;
use crate::support::{Account, Authority, Program, Proxy, Registry};

pub const SCENES: &[Scene] = &[
    // First, since it waits: the others run meanwhile.
    scene("status-7/no-answer-in-time", |account| {
        // The first answer of the local AWS may take longer than a second.
        account.ask("ListSecrets", &serde_json::json!({}));
        account.stall("CreateSecret");
        once(create(account, "--cli-read-timeout 1"))
    }),
    scene("status-1/refused", |account| {
        refuse(account, "CreateSecret", "InvalidParameterException");
        create(account, "")
    })
    .and_json(),
    scene("status-1/refused-verbose", |account| {
        refuse(account, "CreateSecret", "InvalidParameterException");
        create(account, "-v")
    }),
    scene("status-1/rule-where-there-is-none", |account| {
        refuse(
            account,
            "DescribePullThroughCacheRules",
            "UnknownOperationException",
        );
        create(account, "--rule hub --region cn-north-1")
    }),
    scene("status-4/no-region", |account| {
        create(account, "").without("AWS_REGION")
    })
    .and_json(),
    scene("status-4/no-credentials", |account| {
        create(account, "")
            .without("AWS_ACCESS_KEY_ID")
            .without("AWS_SECRET_ACCESS_KEY")
    }),
    scene("status-4/no-such-profile", |account| {
        let program = create(account, "--profile prod");
        let profiles = "[profile staging]\n[profile prod-eu]\n[profile dev]\n";
        program.file("config", profiles);
        program
    }),
    scene("status-4/no-profiles", |account| {
        words(account, "list --profile prod")
    }),
    scene("status-4/endpoint-malformed", |account| {
        words(account, "list").env("AWS_ENDPOINT_URL", "localhost:5000")
    }),
    scene("status-4/attempts-malformed", |account| {
        words(account, "list").env("AWS_MAX_ATTEMPTS", "x")
    }),
    scene("status-4/ca-bundle-missing", |account| {
        words(account, "list --ca-bundle /no/such")
    }),
    scene("status-4/ca-bundle-without-a-certificate", |account| {
        let program = words(account, "list --ca-bundle");
        let path = program.file("ca.pem", "no certificate");
        program.and(&[path.to_str().unwrap()])
    }),
    scene("status-4/certificate-not-trusted", |account| {
        let authority = Authority::new();
        let address = authority.serve(&["localhost"], &account.url);
        over_tls(account, &address)
    }),
    scene("status-4/certificate-expired", |account| {
        let authority = Authority::new();
        let address = authority.serve_until(&["localhost"], 2020, &account.url);
        let program = over_tls(account, &address);
        let bundle = program.file("ca.pem", authority.pem());
        program.env("AWS_CA_BUNDLE", bundle)
    }),
    scene("status-4/certificate-of-another-host", |account| {
        let authority = Authority::new();
        let address = authority.serve(&["other.example"], &account.url);
        let program = over_tls(account, &address);
        let bundle = program.file("ca.pem", authority.pem());
        program.env("AWS_CA_BUNDLE", bundle)
    }),
    scene("status-4/proxy-refuses", |account| {
        let proxy = Proxy::that_refuses(407);
        words(account, "list")
            .env("AWS_ENDPOINT_URL", "https://aws.example")
            .env("HTTPS_PROXY", format!("http://{}", proxy.address))
            .env("AWS_MAX_ATTEMPTS", "1")
            .beside(proxy)
    }),
    scene("status-4/page-403", |account| page(account, 403)),
    scene("status-4/page-200", |account| page(account, 200)),
    scene("status-4/credentials-expired", |account| {
        let message = "The security token included in the request is expired";
        account.refuse("CreateSecret", 400, "ExpiredTokenException", message);
        create(account, "")
    }),
    scene("status-5/create", |account| {
        denied(account, "CreateSecret");
        create(account, "")
    })
    .and_json(),
    scene("status-5/create-rule", |account| {
        denied(account, "DescribePullThroughCacheRules");
        create(account, "--rule docker-hub")
    }),
    scene("status-5/update", |account| {
        account.made(NAME);
        denied(account, "PutSecretValue");
        update(account, "")
    }),
    scene("status-5/update-unread", |account| {
        account.made(NAME);
        denied(account, "GetSecretValue");
        update(account, "")
    }),
    scene("status-5/rollback", |account| {
        account.made(NAME);
        update(account, "").run().ok();
        denied(account, "UpdateSecretVersionStage");
        words(account, "update docker-hub --rollback --yes")
    }),
    scene("status-5/list", |account| {
        denied(account, "ListSecrets");
        words(account, "list")
    }),
    scene("status-5/show", |account| {
        denied(account, "DescribeSecret");
        words(account, "show docker-hub")
    }),
    scene("status-5/check", |account| {
        denied(account, "ListSecrets");
        words(account, "check")
    }),
    scene("status-5/fix", |account| {
        account.made_with(NAME, r#"{"user":"me","accessToken":"some-token"}"#);
        denied(account, "PutSecretValue");
        words(account, "check docker-hub --fix --yes")
    }),
    scene("status-5/delete", |account| {
        account.made(NAME);
        denied(account, "DeleteSecret");
        words(account, "delete docker-hub --yes")
    }),
    scene("status-5/restore", |account| {
        account.made(NAME);
        words(account, "delete docker-hub --yes").run().ok();
        denied(account, "RestoreSecret");
        words(account, "restore docker-hub")
    }),
    scene("status-5/rule-delete", |account| {
        with_rule(account);
        denied(account, "DeletePullThroughCacheRule");
        words(account, "rule delete docker-hub --yes")
    }),
    scene("status-7/nobody-listens", |account| {
        once(create(account, "--endpoint-url http://127.0.0.1:1"))
    }),
    scene("status-7/connection-closed", |account| {
        account.drop("CreateSecret", None);
        once(create(account, ""))
    }),
    scene("status-7/connection-closed-at-a-look", |account| {
        account.drop("ListSecrets", None);
        once(words(account, "list"))
    }),
    scene("status-7/answer-lost-and-not-seen", |account| {
        account.lose("CreateSecret", None);
        let denied = r#"{"__type":"AccessDeniedException"}"#;
        account.answer("DescribeSecret", 400, "application/json", denied, Some(1));
        account.drop("DescribeSecret", None);
        once(create(account, ""))
    }),
    scene("status-7/delete-not-done", |account| {
        account.made(NAME);
        account.drop("DeleteSecret", None);
        once(words(account, "delete docker-hub --yes"))
    }),
    scene("status-7/throttled", |account| {
        account.refuse("ListSecrets", 400, "ThrottlingException", "Rate exceeded");
        once(words(account, "list"))
    })
    .and_json(),
    scene("status-7/page-502", |account| page(account, 502)),
    scene("status-7/registry-not-reached", |account| {
        let gone = ["--upstream-registry-url", "http://127.0.0.1:1"];
        create(account, &gone).and("--verify always")
    }),
    scene("status-7/registry-answers-500", |account| {
        let registry = Registry::new(|_| json(500, "{}"));
        let there = ["--upstream-registry-url", &registry.url];
        let program = create(account, &there).and("--verify always");
        program.beside(registry)
    }),
    scene("create/answer-lost-and-seen", |account| {
        account.lose("CreateSecret", None);
        once(create(account, ""))
    }),
];

#[test]
fn aws_fails_or_cannot_be_reached() {
    play(SCENES);
}

/// One attempt only, since a retry waits.
pub fn once(program: Program) -> Program {
    program.env("AWS_MAX_ATTEMPTS", "1")
}

fn refuse(account: &Account, action: &str, code: &str) {
    account.refuse(action, 400, code, "Invalid \u{1b}[2J name.\nAnother line");
}

/// `create`, answered by a web page.
fn page(account: &Account, status: u16) -> Program {
    let page = "<html>\u{1b}[31mForbidden</html>";
    account.answer("CreateSecret", status, "text/html", page, None);
    once(create(account, ""))
}

/// `list` over TLS, at an address that is this machine's.
fn over_tls(account: &Account, address: &str) -> Program {
    let url = format!("https://{}", address.replace("127.0.0.1", "localhost"));
    once(words(account, "list")).env("AWS_ENDPOINT_URL", url)
}
