//! Where AWS credentials come from, shown by the key that signed the request.

use std::fs;

use crate::support::{answer, Account, Ended, Program, Web, Words};

/// A run without keys in the environment.
pub fn keyless(account: &Account, more: &(impl Words + ?Sized)) -> Program {
    Program::create(account, more)
        .without("AWS_ACCESS_KEY_ID")
        .without("AWS_SECRET_ACCESS_KEY")
}

/// Expects that the secret was created, by a request that this key signed.
pub fn signed_by(account: &Account, program: &Program, key: &str) {
    program.run().ok();
    let requests = account.requests();
    let create = requests.last().unwrap();
    assert_eq!(create.action, "CreateSecret");
    let credential = format!("Credential={key}");
    assert!(create.headers.contains(&credential), "{}", create.headers);
}

/// The answers of a metadata service.
pub fn session_keys(key: &str) -> String {
    format!(
        r#"{{"Code":"Success","Type":"AWS-HMAC","AccessKeyId":"{key}","SecretAccessKey":"x","Token":"t","Expiration":"2099-01-01T00:00:00Z"}}"#
    )
}

#[test]
fn keys_of_the_default_profile() {
    let account = Account::new();
    let program = keyless(&account, "");
    let keys = "[default]\naws_access_key_id = AKIADEFAULT\naws_secret_access_key = x\n";
    program.file("credentials", keys);
    signed_by(&account, &program, "AKIADEFAULT/");
}

#[test]
fn a_credential_process_gives_them() {
    let account = Account::new();
    let program = keyless(&account, "");
    let json = r#"{"Version":1,"AccessKeyId":"AKIAPROCESS","SecretAccessKey":"x"}"#;
    let config = format!("[default]\ncredential_process = echo '{json}'\n");
    program.file("config", config);
    signed_by(&account, &program, "AKIAPROCESS/");
    let program = keyless(&account, "-v");
    program.file(
        "config",
        "[default]\ncredential_process = sh -c 'echo no ticket >&2; exit 3'\n",
    );
    program.run().fails(4, &["credentials cannot be used"]);
}

/// A profile whose credential_process counts its runs in a file.
fn counted(program: Program, before: &str, exit: u8) -> Program {
    let count = program.home.path().join("runs");
    let json = r#"{"Version":1,"AccessKeyId":"AKIAPROCESS","SecretAccessKey":"x"}"#;
    let (count, json) = (count.display(), json.replace('"', "\\\""));
    let script =
        format!("#!/bin/sh\necho run >>'{count}'\n{before}\necho \"{json}\"\nexit {exit}\n");
    let script = program.file("process.sh", script);
    let config = format!("[default]\ncredential_process = sh {}\n", script.display());
    program.file("config", config);
    program
}

/// How often the process of this run has run.
fn runs(program: &Program) -> usize {
    let runs = fs::read_to_string(program.home.path().join("runs")).unwrap_or_default();
    runs.lines().count()
}

/// As with the AWS CLI: each may be a prompt, or a page in a browser.
#[test]
fn credentials_are_fetched_once_for_a_run() {
    let account = Account::new();
    let arn = account.made("ecr-pullthroughcache/docker-hub");
    let rule = serde_json::json!({"ecrRepositoryPrefix": "docker-hub",
        "upstreamRegistryUrl": "registry-1.docker.io", "credentialArn": arn});
    account.ask_ecr("CreatePullThroughCacheRule", &rule);
    let update = [
        "update",
        "docker-hub",
        "--access-token-stdin",
        "--rule",
        "docker-hub",
    ];
    let create = [
        "create",
        "--registry",
        "ghcr",
        "-u",
        "me",
        "--access-token-stdin",
        "--rule",
        "ghcr",
    ];
    for words in [
        &["image", "nginx"][..],
        &["show", "docker-hub"],
        &["check"],
        &["list"],
        &["rule", "list"],
        &update,
        &create,
    ] {
        for exit in [0, 3] {
            let program = Program::new(words).with(&account).stdin("some-token");
            let program = program
                .without("AWS_ACCESS_KEY_ID")
                .without("AWS_SECRET_ACCESS_KEY");
            let program = counted(program, "", exit);
            let ended = program.run();
            let statuses = if exit == 0 { [0, 9] } else { [4, 4] };
            assert!(statuses.contains(&ended.status), "{words:?}: {ended:?}");
            assert_eq!(runs(&program), 1, "{words:?}: {ended:?}");
        }
    }
}

/// Credentials that expire within five minutes are fetched again before a write.
#[test]
fn expiring_credentials_are_fetched_again_before_a_write() {
    for (minutes, times) in [(4, 2), (60, 1)] {
        let account = Account::new();
        let program = keyless(&account, "");
        let runs = program.home.path().join("runs");
        let script = format!(
            r#"echo run >>'{}'
                end=$(date -u -d '+{minutes} minutes' +%Y-%m-%dT%H:%M:%SZ)
                printf '{{"Version":1,"AccessKeyId":"AKIAPROCESS","SecretAccessKey":"x","Expiration":"%s"}}' $end"#,
            runs.display()
        );
        let script = program.file("process.sh", script);
        let config = format!("[default]\ncredential_process = sh {}\n", script.display());
        program.file("config", config);
        signed_by(&account, &program, "AKIAPROCESS/");
        assert_eq!(self::runs(&program), times, "{minutes}");
    }
}

/// The AWS CLI (botocore 1.44.5) fails too.
#[cfg(unix)]
#[test]
fn half_a_key_pair_is_an_error_that_names_the_variable() {
    use std::os::unix::ffi::OsStrExt;

    let account = Account::new();
    let not_text = std::ffi::OsStr::from_bytes(b"x\xff");
    for (name, value, words) in [
        ("AWS_PROFILE", "".as_ref(), "AWS_PROFILE is empty"),
        ("AWS_PROFILE", not_text, "AWS_PROFILE is not valid UTF-8"),
        (
            "AWS_ACCESS_KEY_ID",
            not_text,
            "AWS_ACCESS_KEY_ID is not valid UTF-8",
        ),
        (
            "AWS_SECRET_ACCESS_KEY",
            "".as_ref(),
            "AWS_ACCESS_KEY_ID is set, but AWS_SECRET",
        ),
        (
            "AWS_ACCESS_KEY_ID",
            "".as_ref(),
            "AWS_SECRET_ACCESS_KEY is set, but AWS_ACCESS",
        ),
        (
            "AWS_ACCESS_KEY_ID",
            "AKIA\nHIDDEN".as_ref(),
            "AWS_ACCESS_KEY_ID contains a character",
        ),
        (
            "AWS_ACCESS_KEY_ID",
            "AKIA\u{7f}HIDDEN".as_ref(),
            "AWS_ACCESS_KEY_ID contains a character",
        ),
        (
            "AWS_SESSION_TOKEN",
            "HID\nDEN".as_ref(),
            "AWS_SESSION_TOKEN contains a character",
        ),
    ] {
        let program = Program::create(&account, &[]).env(name, value);
        let keys = "[default]\naws_access_key_id = AKIAOTHER\naws_secret_access_key = x\n";
        program.file("credentials", keys);
        let ended = program.run();
        ended.fails(4, &[words, "unset"]);
        ended.never(&["HIDDEN", "this is a bug"]);
    }
    let program = keyless(&account, "");
    let keys = "[default]\naws_access_key_id = AKIA\u{7f}HIDDEN\naws_secret_access_key = x\n";
    program.file("credentials", keys);
    let ended = program.run();
    ended.fails(4, &["contains a character that AWS credentials never have"]);
    ended.never(&["HIDDEN", "this is a bug"]);
    assert!(account.requests().is_empty());
}

/// A person may have to touch a security key.
#[test]
fn a_slow_credential_process_is_waited_for() {
    let account = Account::new();
    let words = ["--cli-read-timeout", "1", "--cli-connect-timeout", "1"];
    let program = keyless(&account, &words).env("ECR_PTC_VERIFY", "never");
    let program = counted(program, "sleep 2", 0);
    signed_by(&account, &program, "AKIAPROCESS/");
    assert_eq!(runs(&program), 1);
}

#[test]
fn a_role_is_taken_with_the_keys_of_another_profile_or_source() {
    let account = Account::new();
    let role = "role_arn = arn:aws:iam::111122223333:role/deploy\n";
    let program = keyless(&account, "--profile deploy");
    program.file(
        "config",
        format!("[profile deploy]\n{role}source_profile = base\n[profile base]\naws_access_key_id = AKIABASE\naws_secret_access_key = x\n"),
    );
    signed_by(&account, &program, "ASIA");
    assert_eq!(account.actions_but_looks(), ["AssumeRole", "CreateSecret"]);
    assert!(account.requests()[0]
        .headers
        .contains("Credential=AKIABASE/"));

    let account = Account::new();
    let program = Program::create(&account, "--profile deploy");
    program.file(
        "config",
        format!("[profile deploy]\n{role}credential_source = Environment\n"),
    );
    signed_by(&account, &program, "ASIA");
    assert!(account.requests()[0]
        .headers
        .contains("Credential=AKIAEXAMPLE/"));
}

#[test]
fn a_role_that_may_not_be_assumed_names_the_action() {
    let account = Account::new();
    let message = "User: arn:aws:iam::111122223333:user/me is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::111122223333:role/deploy";
    let xml = format!("<ErrorResponse><Error><Type>Sender</Type><Code>AccessDenied</Code><Message>{message}</Message></Error><RequestId>r</RequestId></ErrorResponse>");
    account.answer("AssumeRole", 403, "text/xml", &xml, None);
    let program = keyless(&account, "-v --profile deploy");
    program.file("config", "[profile deploy]\nrole_arn = arn:aws:iam::111122223333:role/deploy\nsource_profile = base\n[profile base]\naws_access_key_id = AKIABASE\naws_secret_access_key = x\n");
    let allow = "to allow sts:AssumeRole;";
    program.run().fails(5, &["role/deploy", allow]);
}

#[test]
fn what_a_profile_refers_to_must_exist() {
    let account = Account::new();
    let role = "role_arn = arn:aws:iam::111122223333:role/x";
    for (config, words) in [
        (
            format!("[profile p]\n{role}\nsource_profile = bsae\n[profile base]\n"),
            [
                "the AWS profile \"bsae\" does not exist",
                "use one that exists: base, p",
            ],
        ),
        (
            format!("[profile p]\n{role}\nsource_profile = other\n[profile base]\n"),
            [
                "the AWS profile \"other\" does not exist",
                "use one that exists: base, p",
            ],
        ),
        (
            "[profile p]\nsso_session = corp\nsso_account_id = 1\nsso_role_name = r\n".to_owned(),
            ["sso-session named `corp`", "fix the profile"],
        ),
    ] {
        let program = keyless(&account, "--profile p");
        program.file("config", config);
        program.run().fails(4, &words);
    }
    assert!(account.requests().is_empty());
}

#[test]
fn a_web_identity_gives_credentials() {
    let account = Account::new();
    let program = keyless(&account, "");
    let token = program.file("token", "eyJhbGciOiJub25lIn0.e30.x");
    let program = program
        .env("AWS_WEB_IDENTITY_TOKEN_FILE", &token)
        .env("AWS_ROLE_ARN", "arn:aws:iam::111122223333:role/web");
    signed_by(&account, &program, "ASIA");
    assert_eq!(
        account.actions_but_looks(),
        ["AssumeRoleWithWebIdentity", "CreateSecret"]
    );

    let account = Account::new();
    let program = keyless(&account, "--profile web");
    let token = program.file("token", "eyJhbGciOiJub25lIn0.e30.x");
    let role = "role_arn = arn:aws:iam::111122223333:role/web";
    program.file(
        "config",
        format!(
            "[profile web]\n{role}\nweb_identity_token_file = {}\n",
            token.display()
        ),
    );
    signed_by(&account, &program, "ASIA");
}

/// The portal of IAM Identity Center.
fn portal() -> Web {
    Web::new(|head, _| {
        let is_ours = head.starts_with("GET /federation/credentials?")
            && head.contains("role_name=Deploy")
            && head.contains("account_id=111122223333");
        let keys = r#"{"roleCredentials":{"accessKeyId":"ASIASSO","secretAccessKey":"x","sessionToken":"t","expiration":4070908800000}}"#;
        if is_ours && head.contains("live-sso-token") {
            answer(200, "application/json", keys)
        } else {
            answer(
                401,
                "application/json",
                r#"{"__type":"UnauthorizedException","message":"Session token not found or invalid"}"#,
            )
        }
    })
}

/// A run with an SSO profile in one of its two forms, and a token in the cache.
fn by_sso(account: &Account, portal: &Web, new_form: bool, token: &str, ends: &str) -> Ended {
    let program = keyless(account, "-v --profile sso").env("AWS_ENDPOINT_URL_SSO", &portal.url);
    let what = "sso_account_id = 111122223333\nsso_role_name = Deploy\n";
    let place = "sso_start_url = https://corp.awsapps.com/start\nsso_region = us-east-1\n";
    // The SHA-1 of the session's name, or of the start URL.
    let (config, file) = if new_form {
        (
            format!("[profile sso]\nsso_session = corp\n{what}[sso-session corp]\n{place}"),
            SESSION_FILE,
        )
    } else {
        (format!("[profile sso]\n{place}{what}"), START_URL_FILE)
    };
    program.file("config", config);
    let cache = program.home.path().join(".aws/sso/cache");
    fs::create_dir_all(&cache).unwrap();
    let json = format!(
        r#"{{"accessToken":"{token}","expiresAt":"{ends}","region":"us-east-1","startUrl":"https://corp.awsapps.com/start"}}"#
    );
    fs::write(cache.join(file), json).unwrap();
    program.run()
}

const SESSION_FILE: &str = "ee0bfd2552fbd840c02cc48b6e823320543c450f.json";
const START_URL_FILE: &str = "a51746d4aa793ae07b25e90c3a5db96fc7832bd7.json";

#[test]
fn an_identity_center_session_gives_credentials() {
    let portal = portal();
    for new_form in [true, false] {
        let account = Account::new();
        by_sso(
            &account,
            &portal,
            new_form,
            "live-sso-token",
            "2099-01-01T00:00:00Z",
        )
        .ok();
        let headers = &account.requests()[0].headers;
        assert!(headers.contains("Credential=ASIASSO/"), "{headers}");
    }
}

#[test]
fn an_expired_session_says_how_to_sign_in() {
    let portal = portal();
    for (new_form, token, ends) in [
        (true, "live-sso-token", "2020-01-01T00:00:00Z"),
        (true, "revoked", "2099-01-01T00:00:00Z"),
        (false, "revoked", "2099-01-01T00:00:00Z"),
    ] {
        let account = Account::new();
        let ended = by_sso(&account, &portal, new_form, token, ends);
        ended.fails(4, &["aws sso login --profile sso"]);
        assert!(account.requests().is_empty());
    }
    let account = Account::new();
    let program = keyless(&account, "--profile sso");
    program.file("config", "[profile sso]\nsso_session = corp\nsso_account_id = 1\nsso_role_name = r\n[sso-session corp]\nsso_region = us-east-1\nsso_start_url = https://x\n");
    program.run().fails(4, &["aws sso login --profile sso"]);
}

#[test]
fn an_aws_login_session_gives_credentials() {
    for (ends, works) in [
        ("2099-01-01T00:00:00Z", true),
        ("2020-01-01T00:00:00Z", false),
    ] {
        let account = Account::new();
        let program = keyless(&account, "--profile me");
        program.file(
            "config",
            "[profile me]\nlogin_session = arn:aws:iam::111122223333:user/me\n",
        );
        let cache = program.home.path().join(".aws/login/cache");
        fs::create_dir_all(&cache).unwrap();
        let json = format!(
            r#"{{"accessToken":{{"accessKeyId":"ASIALOGIN","secretAccessKey":"x","sessionToken":"t","accountId":"111122223333","expiresAt":"{ends}"}},"tokenType":"aws_sigv4","refreshToken":"r","clientId":"arn:aws:signin:::devtools/same-device","dpopKey":"no key"}}"#
        );
        // The SHA-256 of the session's ARN.
        fs::write(
            cache.join("6eeec053fe13079aaf7fd81065ec5ecbdb93674f20700e51842d0c769b240c8a.json"),
            json,
        )
        .unwrap();
        if works {
            signed_by(&account, &program, "ASIALOGIN/");
        } else {
            program.run().fails(4, &["aws login --profile me"]);
        }
    }
}

#[test]
fn a_container_gives_credentials() {
    let container = Web::new(|head, _| {
        assert!(head.contains("secret-of-the-agent"), "{head}");
        answer(200, "application/json", &session_keys("ASIACONTAINER"))
    });
    let account = Account::new();
    let program = keyless(&account, "")
        .env(
            "AWS_CONTAINER_CREDENTIALS_FULL_URI",
            format!("{}/creds", container.url),
        )
        .env("AWS_CONTAINER_AUTHORIZATION_TOKEN", "secret-of-the-agent");
    signed_by(&account, &program, "ASIACONTAINER/");
}

#[test]
fn no_credentials_anywhere_says_where_it_looked() {
    let account = Account::new();
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let program = keyless(&account, "-v")
        .without("AWS_EC2_METADATA_DISABLED")
        .env(
            "AWS_EC2_METADATA_SERVICE_ENDPOINT",
            format!("http://{}", silent.local_addr().unwrap()),
        );
    program.run().fails(
        4,
        &[
            "no AWS credentials",
            "AWS_ACCESS_KEY_ID (not set)",
            "the profile default (does not exist)",
            "AWS_WEB_IDENTITY_TOKEN_FILE (not set)",
            "AWS_CONTAINER_CREDENTIALS_… (not set)",
            "instance metadata service (no response",
            "aws configure",
        ],
    );
    // It was asked once: each attempt takes a second, and the answer should come within three.
    silent.set_nonblocking(true).unwrap();
    assert!(silent.accept().is_ok() && silent.accept().is_err());
    let program = keyless(&account, "--profile bare");
    program.file("config", "[profile bare]\nregion = us-east-1\n");
    program
        .run()
        .fails(4, &["the profile bare (has no credentials)", "disabled"]);
    assert!(account.requests().is_empty());
}

#[cfg(unix)]
mod mfa {
    use super::keyless;
    use crate::support::{Account, Program, Screen};

    const CONFIG: &str = "[profile ops]\nrole_arn = arn:aws:iam::111122223333:role/ops\nsource_profile = base\n\
        mfa_serial = arn:aws:iam::111122223333:mfa/me\nexternal_id = x-17\nduration_seconds = 1800\n\
        [profile base]\naws_access_key_id = AKIABASE\naws_secret_access_key = x\n";

    #[test]
    fn mfa_without_a_terminal_says_what_to_do() {
        let account = Account::new();
        let program = keyless(&account, "--profile ops");
        program.file("config", CONFIG);
        let ended = program.run();
        ended.fails(
            4,
            &[
                "requires an MFA code",
                "mfa/me",
                "aws configure export-credentials --profile ops --format env",
            ],
        );
        assert!(account.requests().is_empty());
        // Keys in the environment come first where the profile is not named on the command line.
        let program = Program::create(&account, &[]).env("AWS_PROFILE", "ops");
        program.file("config", CONFIG);
        program.run().ok();
        assert_eq!(account.actions_but_looks(), ["CreateSecret"]);
    }

    #[test]
    fn the_mfa_code_is_asked_for_once() {
        let account = Account::new();
        let program = Program::new(&[]).with(&account);
        program.file("config", CONFIG);
        let screen = Screen::with(program);
        screen.enters("\"$PTC\" create --registry docker-hub -u me --name ecr-pullthroughcache/x --description d --profile ops --yes");
        screen.sees("MFA code for arn:aws:iam::111122223333:mfa/me");
        screen
            .enters("ghp_0123456789")
            .sees("looks like an access token")
            .sees("MFA code for");
        screen.enters("12345").sees("an MFA code has six digits");
        screen.enters("6").sees("Access token").enters("some-token");
        screen.sees("arn:aws:secretsmanager:").status_is(0);
        let requests = account.requests();
        let role: Vec<_> = requests
            .iter()
            .filter(|request| request.action == "AssumeRole")
            .collect();
        assert_eq!(role.len(), 1);
        let form = role[0].body.as_str().unwrap();
        for pair in [
            "TokenCode=123456",
            "SerialNumber=arn%3Aaws%3Aiam%3A%3A111122223333%3Amfa%2Fme",
            "ExternalId=x-17",
            "DurationSeconds=1800",
        ] {
            assert!(form.contains(pair), "{pair} in {form}");
        }
        let mut requests = requests.iter();
        let create = requests.find(|request| request.action == "CreateSecret");
        let create = create.unwrap();
        assert!(create.headers.contains("Credential=ASIA"), "{create:?}");
    }

    #[test]
    fn a_rejected_mfa_code() {
        let account = Account::new();
        account.answer("AssumeRole", 403, "text/xml", "<ErrorResponse><Error><Code>AccessDenied</Code><Message>MultiFactorAuthentication failed with invalid MFA one time pass code. </Message></Error><RequestId>r</RequestId></ErrorResponse>", None);
        let program = Program::new(&[]).with(&account);
        program.file("config", CONFIG);
        let screen = Screen::with(program);
        screen.enters("\"$PTC\" create --registry docker-hub -u me --profile ops");
        screen.sees("MFA code").enters("123456");
        screen
            .sees("invalid MFA one time pass code")
            .sees("the next code");
        screen.status_is(4);
    }
}
