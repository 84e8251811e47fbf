//! Answers that are late, lost, cut, or not AWS's: the tool looks before it speaks, and never makes
//! a secret twice.

use serde_json::{json, Value};

use crate::support::{policy_file, side_by_side, Account, Program, TOKEN};

/// Enough to be tried again. The wait before a third attempt is longer, and where it is only said what
/// becomes of a failure in the end, it shows nothing.
const TWICE: (&str, &str) = ("AWS_MAX_ATTEMPTS", "2");

const NAME: &str = "ecr-pullthroughcache/docker-hub";

const JSON: &str = "application/x-amz-json-1.1";

/// Expects one version in all, stored by attempts with one idempotency token.
fn stored_once(account: &Account) {
    let list = account.ask("ListSecrets", &json!({}));
    let list = list["SecretList"].as_array().unwrap();
    assert_eq!(list.len(), 1, "{list:?}");
    let versions = list[0]["SecretVersionsToStages"].as_object().unwrap();
    assert_eq!(versions.len(), 1, "{versions:?}");
    assert_eq!(tokens(account).len(), 1);
}

/// The idempotency tokens that were sent, without repetition.
fn tokens(account: &Account) -> Vec<Value> {
    let mut tokens = Vec::new();
    for request in account.requests() {
        let token = &request.body["ClientRequestToken"];
        if !token.is_null() && !tokens.contains(token) {
            tokens.push(token.clone());
        }
    }
    tokens
}

#[test]
fn a_temporary_error_is_retried_and_the_secret_created_once() {
    let cases = [
        (400, "ThrottlingException"),
        (500, "InternalServiceError"),
        (503, "ServiceUnavailable"),
    ];
    side_by_side(cases, |(status, error)| {
        let account = Account::new();
        let body = json!({"__type": error}).to_string();
        account.answer("CreateSecret", status, JSON, &body, Some(2));
        Program::create(&account, &[]).run().ok();
        assert_eq!(account.actions_but_looks(), ["CreateSecret"; 3], "{error}");
        stored_once(&account);
    });
}

#[test]
fn a_lasting_error_is_temporary_and_creates_nothing() {
    let account = Account::new();
    account.refuse("CreateSecret", 400, "ThrottlingException", "Rate exceeded");
    Program::create(&account, &[])
        .run()
        .fails(7, &["Rate exceeded", "did not store it"]);
    assert_eq!(account.actions().last().unwrap(), "DescribeSecret");
    assert_eq!(account.actions_but_looks(), ["CreateSecret"; 3]);
    assert!(account.is_empty());
    // An error of the server may come after the work.
    let account = Account::new();
    account.refuse("CreateSecret", 500, "InternalServiceError", "oops");
    let twice = Program::create(&account, &[]).env(TWICE.0, TWICE.1);
    let ended = twice.run();
    ended.fails(7, &["oops", "did not store it", "try again"]);
    assert!(account.is_empty());
}

#[test]
fn the_attempts_are_as_many_as_the_settings_of_the_aws_cli_say() {
    // With these variables, and this of the default profile.
    let cases = [
        (&[][..], "", 3),
        (&[("AWS_MAX_ATTEMPTS", "1")][..], "", 1),
        (
            &[("AWS_MAX_ATTEMPTS", "2"), ("AWS_RETRY_MODE", "legacy")],
            "",
            2,
        ),
        (&[("AWS_RETRY_MODE", "standard")], "", 3),
        (
            &[("AWS_RETRY_MODE", "adaptive"), ("AWS_MAX_ATTEMPTS", "2")],
            "",
            2,
        ),
        (&[], "max_attempts = 2\nretry_mode = standard\n", 2),
    ];
    side_by_side(cases, |(variables, profile, attempts)| {
        let account = Account::new();
        // Told to come less often, the adaptive mode waits for up to twenty seconds.
        let is_adaptive = variables.contains(&("AWS_RETRY_MODE", "adaptive"));
        let (status, error) = if is_adaptive {
            (500, "InternalServiceError")
        } else {
            (400, "ThrottlingException")
        };
        account.refuse("CreateSecret", status, error, "x");
        let mut program = Program::create(&account, &[]);
        program.file("config", format!("[default]\n{profile}"));
        for (name, value) in variables {
            program = program.env(name, value);
        }
        program.run().fails(7, &[]);
        let mut sent = account.actions();
        sent.retain(|action| action == "CreateSecret");
        assert_eq!(sent.len(), attempts, "{variables:?} {profile}");
    });
    let account = Account::new();
    for (name, value, words) in [
        (
            "AWS_MAX_ATTEMPTS",
            "0",
            "AWS_MAX_ATTEMPTS is not a whole number of at least 1",
        ),
        (
            "AWS_MAX_ATTEMPTS",
            "x",
            "AWS_MAX_ATTEMPTS is not a whole number",
        ),
        (
            "AWS_RETRY_MODE",
            "often",
            "AWS_RETRY_MODE is not legacy, standard or adaptive",
        ),
    ] {
        let program = Program::create(&account, &[]).env(name, value);
        program.run().fails(4, &[words]);
    }
}

#[test]
fn an_answer_that_is_lost_once_creates_one_secret() {
    side_by_side([false, true], |cut| {
        let account = Account::new();
        if cut {
            account.cut("CreateSecret", Some(1));
        } else {
            account.lose("CreateSecret", Some(1));
        }
        Program::create(&account, &[]).run().ok();
        stored_once(&account);
    });
}

#[test]
fn answers_that_are_lost_every_time_are_looked_up() {
    side_by_side([false, true], |cut| {
        let account = Account::new();
        if cut {
            account.cut("CreateSecret", None);
        } else {
            account.lose("CreateSecret", None);
        }
        let program = Program::create(&account, "-o json").env(TWICE.0, TWICE.1);
        let report = program.run().json();
        assert_eq!(report["action"], "created");
        assert_eq!(report["versionId"], tokens(&account)[0]);
        let arn = report["arn"].as_str().unwrap();
        assert!(
            arn.starts_with("arn:aws:secretsmanager:us-east-1:"),
            "{arn}"
        );
        assert_eq!(account.actions().last().unwrap(), "DescribeSecret");
        stored_once(&account);
    });
}

#[test]
fn requests_that_never_arrived_are_reported_as_not_stored() {
    let account = Account::new();
    account.drop("CreateSecret", None);
    let ended = Program::create(&account, &[]).env(TWICE.0, TWICE.1).run();
    ended
        .fails(
            7,
            &[
                "closed before the response was complete",
                "AWS did not store it, as another call shows",
                "try again in a minute",
            ],
        )
        .never(&["it is unknown whether"]);
    assert!(account.is_empty());
    // Another caller created a secret with this name.
    let account = Account::new();
    Program::create(&account, &[]).run().ok();
    account.drop("PutSecretValue", None);
    let program = Program::create(&account, "--if-exists update").stdin("another-token");
    program
        .env(TWICE.0, TWICE.1)
        .run()
        .fails(7, &["could not store a new version", "did not store it"]);
    assert!(account
        .value("ecr-pullthroughcache/docker-hub")
        .contains("dckr_pat_"));
}

#[test]
fn an_answer_that_breaks_off_is_reported_as_that() {
    let account = Account::new();
    Program::create(&account, &[]).run().ok();
    account.cut("DescribeSecret", None);
    let ended = Program::new("show docker-hub")
        .with(&account)
        .env(TWICE.0, TWICE.1)
        .run();
    ended.fails(7, &["closed before the response was complete"]);
}

#[test]
fn a_new_version_whose_answer_is_lost_is_looked_up_too() {
    let account = Account::new();
    Program::create(&account, &[]).run().ok();
    account.lose("PutSecretValue", None);
    let more = ["--if-exists", "update", "-o", "json"];
    let report = Program::create(&account, &more)
        .stdin("another-token")
        .env(TWICE.0, TWICE.1)
        .run()
        .json();
    assert_eq!(report["action"], "updated");
    assert!(account
        .value("ecr-pullthroughcache/docker-hub")
        .contains("another-token"));
}

/// A call that writes, what exists before it, and the command that makes the call.
struct Write(&'static str, fn(&Account), &'static [&'static str]);

fn nothing(_: &Account) {}

fn secret(account: &Account) {
    account.made(NAME);
}

fn two_versions(account: &Account) {
    let value = json!({"username": "me", "accessToken": "another"}).to_string();
    account.made_with(NAME, &value);
    Program::new(UPDATE).with(account).stdin(TOKEN).run().ok();
}

fn with_a_date(account: &Account) {
    let tag = json!({"Key": "ecr-ptc:expires-on", "Value": "2099-12-31"});
    let arn = account.made_with(NAME, r#"{"username":"me","accessToken":"another-token"}"#);
    account.ask("TagResource", &json!({"SecretId": arn, "Tags": [tag]}));
}

fn with_a_replica(account: &Account) {
    let regions = json!([{"Region": "eu-west-1"}]);
    let body = json!({"SecretId": account.made(NAME), "AddReplicaRegions": regions});
    account.ask("ReplicateSecretToRegions", &body);
}

fn scheduled(account: &Account) {
    let body = json!({"SecretId": account.made(NAME)});
    account.ask("DeleteSecret", &body);
}

fn with_a_rule(account: &Account) {
    secret(account);
    account.run(RULE).ok();
}

/// The rule uses another secret of that name, which is gone.
fn with_a_former_rule(account: &Account) {
    with_a_rule(account);
    let gone = json!({"SecretId": NAME, "ForceDeleteWithoutRecovery": true});
    account.ask("DeleteSecret", &gone);
    secret(account);
}

const UPDATE: &[&str] = &["update", "docker-hub", "--access-token-stdin"];
const RULE: &[&str] = &["rule", "set", "docker-hub", "--secret", NAME];
const DELETE: &[&str] = &["delete", "docker-hub", "--yes", "--remove-replicas"];
const CREATE: &[&str] = &[
    "create",
    "--registry",
    "docker-hub",
    "--username",
    "me",
    "--access-token-stdin",
];

/// Every call that writes. Only where a function is there does the local AWS switch on rotation.
const WRITES: &[Write] = &[
    Write("CreateSecret", nothing, CREATE),
    Write("PutSecretValue", with_a_date, UPDATE),
    Write(
        "UpdateSecret",
        secret,
        &[
            "create",
            "--registry",
            "docker-hub",
            "--username",
            "me",
            "--access-token-stdin",
            "--if-exists",
            "update",
            "--description",
            "mine",
        ],
    ),
    Write(
        "TagResource",
        secret,
        &["update", "docker-hub", "--expires-on", "2099-12-31"],
    ),
    Write("TagResource", with_a_date, UPDATE),
    Write(
        "ReplicateSecretToRegions",
        secret,
        &[
            "create",
            "--registry",
            "docker-hub",
            "--username",
            "me",
            "--access-token-stdin",
            "--if-exists",
            "update",
            "--replica-region",
            "eu-west-1",
        ],
    ),
    Write(
        "UpdateSecretVersionStage",
        two_versions,
        &["update", "docker-hub", "--rollback", "--yes"],
    ),
    Write("RemoveRegionsFromReplication", with_a_replica, DELETE),
    Write("DeleteSecret", secret, DELETE),
    Write("RestoreSecret", scheduled, &["restore", "docker-hub"]),
    Write("CreatePullThroughCacheRule", secret, RULE),
    Write("UpdatePullThroughCacheRule", with_a_former_rule, RULE),
    Write(
        "DeletePullThroughCacheRule",
        with_a_rule,
        &["rule", "delete", "docker-hub", "--yes"],
    ),
];

impl Write {
    /// An account in which the command makes the call.
    fn prepared(&self) -> (Account, Program) {
        let account = Account::new();
        (self.1)(&account);
        let program = Program::new(self.2).with(&account).stdin(TOKEN);
        (account, program.env(TWICE.0, TWICE.1))
    }
}

/// The second attempt fails because the first one worked.
#[test]
fn an_error_to_a_repeated_request_may_mean_that_it_worked() {
    side_by_side(WRITES, |write| {
        let (account, program) = write.prepared();
        account.lose(write.0, Some(1));
        account.refuse(
            write.0,
            400,
            "InvalidParameterException",
            "it is so already",
        );
        program.run().ok();
        let sent = account.actions();
        let sent = sent.iter().filter(|action| *action == write.0);
        assert_eq!(sent.count(), 2, "{}", write.0);
    });
}

#[test]
fn an_error_to_a_repeated_request_that_never_worked_is_reported() {
    side_by_side(WRITES, |write| {
        let (account, program) = write.prepared();
        account.drop(write.0, Some(1));
        account.refuse(write.0, 400, "InvalidParameterException", "for no reason");
        let ended = program.run();
        assert!([1, 8].contains(&ended.status), "{ended:?}");
        ended.fails(ended.status, &["for no reason", "another call shows"]);
    });
}

/// A proxy's page, and an object without the members AWS documents.
#[test]
fn an_answer_that_is_not_from_aws_never_counts_as_done() {
    let answers = [("text/html", "<html>welcome</html>"), (JSON, "{}")];
    let cases = WRITES
        .iter()
        .flat_map(|write| answers.map(|answer| (write, answer)));
    side_by_side(cases.collect::<Vec<_>>(), |(write, (kind, body))| {
        let (account, program) = write.prepared();
        account.answer(write.0, 200, kind, body, None);
        let ended = program.run();
        if body == "{}" && write.0 == "TagResource" {
            // AWS answers no more than this.
            ended.ok();
            return;
        }
        let is_tagged_last = write.0 == "TagResource" && write.2 == UPDATE;
        let is_stored = is_tagged_last || write.2.contains(&"--if-exists");
        let status = if is_stored { 8 } else { 4 };
        ended.fails(status, &[]);
    });
}

/// The result of calls whose effect the local AWS does not keep.
#[test]
fn a_policy_and_a_rotation_whose_answers_are_lost_are_looked_up() {
    let account = Account::new();
    let program = Program::create(&account, "--resource-policy");
    let policy = policy_file(&program);
    account.lose("PutResourcePolicy", Some(1));
    account.refuse("PutResourcePolicy", 400, "InvalidParameterException", "so");
    program.and(&[policy.to_str().unwrap()]).run().ok();
    let account = Account::new();
    let lambda = "arn:aws:lambda:us-east-1:111122223333:function:rotate";
    let described = json!({
        "ARN": format!("arn:aws:secretsmanager:us-east-1:111122223333:secret:{NAME}-AbCdEf"),
        "Name": NAME, "RotationEnabled": true, "RotationLambdaARN": lambda,
        "RotationRules": {"AutomaticallyAfterDays": 7},
    });
    let none = r#"{"__type":"ResourceNotFoundException"}"#;
    account.answer("DescribeSecret", 400, JSON, none, Some(1));
    account.answer("DescribeSecret", 200, JSON, &described.to_string(), None);
    account.lose("RotateSecret", Some(1));
    account.refuse("RotateSecret", 400, "InvalidParameterException", "so");
    let more = ["--rotation-lambda-arn", lambda, "--rotation-days", "7"];
    Program::create(&account, &more).run().ok();
}

/// The answer to a caller who may not look: the write decides.
const NOT_ALLOWED: &str = r#"{"__type":"AccessDeniedException"}"#;

#[test]
fn where_looking_fails_too_it_says_so_and_how_to_see() {
    let account = Account::new();
    account.lose("CreateSecret", None);
    account.answer("DescribeSecret", 400, JSON, NOT_ALLOWED, Some(1));
    account.drop("DescribeSecret", None);
    let ended = Program::create(&account, "--region us-east-1")
        .env(TWICE.0, TWICE.1)
        .run();
    ended.fails(
        7,
        &[
            "it is unknown whether",
            "ecr-ptc show ecr-pullthroughcache/docker-hub --region us-east-1",
            "--if-exists update",
        ],
    );
    account.heal();
    let more = ["--if-exists", "update", "-o", "json"];
    let again = Program::create(&account, &more).run().json();
    assert_eq!(again["action"], "unchanged");
}

#[cfg(unix)]
#[test]
fn an_answer_that_does_not_come_is_waited_for_as_long_as_configured() {
    let account = Account::new();
    account.stall("CreateSecret");
    let more = ["--cli-read-timeout", "1", "--cli-connect-timeout", "1"];
    let ended = Program::create(&account, &more)
        .env("AWS_MAX_ATTEMPTS", "1")
        .run();
    ended.fails(
        7,
        &[
            "did not respond to CreateSecret in time",
            "did not store it",
        ],
    );
    for (option, value) in [
        ("--cli-read-timeout", "-1"),
        ("--cli-connect-timeout", "soon"),
    ] {
        let ended = Program::create(&account, &[option, value]).run();
        ended.fails(2, &["invalid value", option]);
    }
    account.heal();
    let more = ["--cli-read-timeout", "0", "--cli-connect-timeout", "0"];
    Program::create(&account, &more).run().ok();
}

#[test]
fn an_answer_that_is_not_from_aws() {
    let cases = [
        (
            403,
            "<html>\u{1b}[31mForbidden</html>",
            4,
            &["HTTP 403", "did not come from AWS"][..],
        ),
        (407, "<html>login</html>", 4, &["HTTP 407", "USER:PASSWORD"]),
        (404, "not here", 4, &["HTTP 404", "--endpoint-url"]),
        (
            502,
            "<html>Bad Gateway</html>",
            7,
            &["HTTP 502", "did not store it"],
        ),
        (200, "<html>welcome", 4, &["HTTP 200", "it was not stored"]),
        (200, "{", 4, &["HTTP 200", "it was not stored"]),
    ];
    side_by_side(cases, |(status, body, exit, words)| {
        let account = Account::new();
        account.answer("CreateSecret", status, "text/html", body, None);
        let ended = Program::create(&account, "-v")
            .env("AWS_MAX_ATTEMPTS", "1")
            .run();
        ended.fails(exit, words).never(&["\u{1b}[31m", "<html>"]);
        assert!(account.is_empty());
    });
}

#[test]
fn an_endpoint_where_nothing_listens() {
    let account = Account::new();
    let free = std::net::TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    let ended = Program::create(&account, &["--endpoint-url", &format!("http://{free}")])
        .env(TWICE.0, TWICE.1)
        .run();
    ended.fails(7, &["could not look up", "the connection was refused"]);
}

/// A server whose backlog is full, as a firewall that drops what comes looks from outside; with what
/// fills it.
fn full() -> (String, std::net::TcpListener, Vec<std::net::TcpStream>) {
    use std::net::{TcpListener, TcpStream};
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let limit = std::time::Duration::from_millis(200);
    let fill = std::iter::repeat_with(|| TcpStream::connect_timeout(&address, limit));
    let fill = fill.take(10_000).map_while(Result::ok).collect();
    (format!("http://{address}"), listener, fill)
}

#[cfg(target_os = "linux")]
#[test]
fn no_connection_at_all_is_reported() {
    let (url, _listener, _fill) = full();
    for more in [
        &["--cli-connect-timeout", "1"][..],
        &["--cli-read-timeout", "1"],
    ] {
        let account = Account::new();
        let ended = Program::create(&account, more)
            .env("AWS_ENDPOINT_URL", &url)
            .env("AWS_MAX_ATTEMPTS", "1")
            .run();
        ended.fails(
            7,
            &[
                "cannot be reached: the connection timed out",
                "a firewall may drop the packets",
                "HTTPS_PROXY",
                "endpoint",
            ],
        );
        ended.never(&["did not answer", "did not store it"]);
    }
}

/// The first attempt was sent and the second refused: the first may have worked.
#[test]
fn a_connection_that_is_refused_after_a_request_was_sent_says_nothing() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || loop {
        let (mut stream, _) = listener.accept().unwrap();
        let (head, _) = crate::support::read_request(&mut stream).unwrap();
        if head.contains("CreateSecret") {
            // No one else gets in.
            drop(listener);
            return;
        }
        let body = r#"{"__type":"ResourceNotFoundException"}"#;
        let (length, close) = (body.len(), "connection: close");
        let head = format!("HTTP/1.1 400 Bad Request\r\ncontent-length: {length}\r\n{close}");
        std::io::Write::write_all(&mut stream, format!("{head}\r\n\r\n{body}").as_bytes()).unwrap();
    });
    let account = Account::new();
    let ended = Program::create(&account, &[])
        .env("AWS_ENDPOINT_URL", &url)
        .env("AWS_MAX_ATTEMPTS", "3")
        .run();
    ended.fails(7, &["the connection was refused", "it is unknown whether"]);
}
