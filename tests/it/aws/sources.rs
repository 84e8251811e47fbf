//! Which credentials are taken where there are several, and what of them is an error: as for the
//! AWS CLI (botocore 1.44.5), whose order this is.

use std::fs;

use super::credentials::{keyless, signed_by};
use crate::support::{answer, Account, Program, Proxy, Web};

const ROLE: &str = "role_arn = arn:aws:iam::111122223333:role/x\n";

fn keys(id: &str) -> String {
    format!("aws_access_key_id = {id}\naws_secret_access_key = x\n")
}

fn process(id: &str) -> String {
    let json = format!(r#"{{"Version":1,"AccessKeyId":"{id}","SecretAccessKey":"x"}}"#);
    format!("credential_process = echo '{json}'\n")
}

/// As pods have them, with a `[default]` that is mounted for something else.
#[test]
fn a_web_identity_of_the_environment_beats_a_profile_that_nobody_named() {
    let with_identity = |program: Program| {
        let token = program.file("token", "eyJhbGciOiJub25lIn0.e30.x");
        let program = program.env("AWS_WEB_IDENTITY_TOKEN_FILE", &token);
        program.file("credentials", format!("[default]\n{}", keys("AKIAFILE")));
        program
    };
    let account = Account::new();
    let program = with_identity(keyless(&account, &[]));
    let program = program.env("AWS_ROLE_ARN", "arn:aws:iam::111122223333:role/web");
    signed_by(&account, &program, "ASIA");
    let actions = ["AssumeRoleWithWebIdentity", "CreateSecret"];
    assert_eq!(account.actions(), actions);
    let account = Account::new();
    let program = with_identity(keyless(&account, &["--profile", "default"]));
    let program = program.env("AWS_ROLE_ARN", "arn:aws:iam::111122223333:role/web");
    signed_by(&account, &program, "AKIAFILE/");
    let account = Account::new();
    let ended = with_identity(keyless(&account, &[])).run();
    ended.fails(4, &["AWS_ROLE_ARN is not", "unset AWS_WEB_IDENTITY"]);
    let program = with_identity(keyless(&account, &[]));
    let token = program.home.path().join("token");
    fs::remove_file(&token).unwrap();
    let program = program.env("AWS_ROLE_ARN", "arn:aws:iam::111122223333:role/web");
    let ended = program.run();
    ended.fails(
        4,
        &["web identity token file", &token.display().to_string()],
    );
    assert!(account.requests().is_empty());
}

#[test]
fn keys_of_the_credentials_file_beat_a_process_which_beats_those_of_the_config_file() {
    for (credentials, config, key) in [
        (keys("AKIAFILE"), process("AKIAPROCESS"), "AKIAFILE/"),
        (
            keys("AKIAFILE"),
            "login_session = arn:aws:iam::111122223333:user/me\n".to_owned(),
            "AKIAFILE/",
        ),
        (
            String::new(),
            format!("{}{}", keys("AKIACONFIG"), process("AKIAPROCESS")),
            "AKIAPROCESS/",
        ),
        (String::new(), keys("AKIACONFIG"), "AKIACONFIG/"),
    ] {
        let account = Account::new();
        let program = keyless(&account, &["--profile", "p"]);
        program.file("credentials", format!("[p]\n{credentials}"));
        program.file("config", format!("[profile p]\n{config}"));
        signed_by(&account, &program, key);
    }
}

#[test]
fn what_is_not_whole_or_contradicts_itself_is_an_error() {
    let session = "[sso-session corp]\nsso_region = us-east-1\nsso_start_url = https://x\n";
    for (config, words) in [
        (
            "aws_access_key_id = HIDDEN\n".to_owned(),
            "no aws_secret_access_key",
        ),
        (ROLE.to_owned(), "nothing to take the role with"),
        (
            format!("{ROLE}source_profile = p\ncredential_source = EcsContainer\n"),
            "both a source_profile and a credential_source",
        ),
        (
            format!("{ROLE}credential_source = Somewhere\n"),
            "credential_source of the profile p is not known",
        ),
        (
            format!("{ROLE}credential_source = Environment\n"),
            "keys in the environment, and there are none",
        ),
        (
            format!("{ROLE}source_profile = q\n[profile q]\n{ROLE}source_profile = p\n"),
            "leads back to itself",
        ),
        (
            format!("{ROLE}source_profile = p\n"),
            "leads back to itself",
        ),
        (
            format!("{ROLE}source_profile = q\n[profile q]\nregion = us-east-1\n"),
            "the profile q has no credentials",
        ),
        (
            format!("{ROLE}source_profile = q\nduration_seconds = 1h\n[profile q]\n"),
            "duration_seconds of the profile p",
        ),
        ("web_identity_token_file = x\n".to_owned(), "no role_arn"),
        (
            "sso_account_id = 1\nsso_role_name = r\n".to_owned(),
            "no sso_start_url",
        ),
        (
            format!("sso_session = corp\nsso_account_id = 1\nsso_role_name = r\nsso_region = eu-west-1\n{session}"),
            "different sso_regions",
        ),
    ] {
        let account = Account::new();
        let program = keyless(&account, &["--profile", "p"]);
        program.file("config", format!("[profile p]\n{config}"));
        let ended = program.run();
        ended.fails(4, &[words]);
        ended.never(&["HIDDEN"]);
        assert!(account.requests().is_empty());
    }
}

#[test]
fn a_profile_may_take_its_role_with_its_own_keys_and_a_chain_ends_at_keys() {
    for config in [
        format!("[profile p]\n{ROLE}source_profile = p\n{}", keys("AKIAOWN")),
        format!(
            "[profile p]\n{ROLE}source_profile = q\n[profile q]\n{ROLE}source_profile = p\n{}",
            keys("AKIAOWN")
        ),
    ] {
        let account = Account::new();
        let program = keyless(&account, &["--profile", "p"]);
        program.file("config", config);
        signed_by(&account, &program, "ASIA");
        let requests = account.requests();
        assert!(requests[0].headers.contains("Credential=AKIAOWN/"));
    }
    let account = Account::new();
    let program = keyless(&account, &["--profile", "a"]);
    let chain = "[profile a]\nrole_arn = arn:aws:iam::111122223333:role/a\nsource_profile = b\nduration_seconds = 900\n\
        [profile b]\nrole_arn = arn:aws:iam::111122223333:role/b\nrole_session_name = mine\nsource_profile = c\n\
        [profile c]\n";
    program.file(
        "config",
        format!("{chain}{}aws_session_token =\n", keys("AKIAEND")),
    );
    signed_by(&account, &program, "ASIA");
    let requests = account.requests();
    let roles: Vec<_> = requests.iter().map(|request| &request.body).collect();
    let form = |at: usize| roles[at].as_str().unwrap();
    assert!(form(0).contains("RoleSessionName=mine") && form(0).contains("role%2Fb"));
    assert!(form(1).contains("DurationSeconds=900") && form(1).contains("role%2Fa"));
    assert!(!requests[0]
        .headers
        .to_lowercase()
        .contains("x-amz-security-token"));
}

#[test]
fn a_key_that_cannot_be_sent_is_told_for_a_role_too() {
    let account = Account::new();
    let program = keyless(&account, &["--profile", "p"]);
    let keys = keys("AKIA\u{7f}HIDDEN");
    program.file(
        "config",
        format!("[profile p]\n{ROLE}source_profile = q\n[profile q]\n{keys}"),
    );
    let ended = program.run();
    ended.fails(4, &["has a character that AWS never puts there"]);
    ended.never(&["HIDDEN", "this is a bug"]);
    assert!(account.requests().is_empty());
}

/// The code, and whatever else a role is asked for with, goes where the AWS CLI sends it.
#[test]
fn credentials_are_asked_for_at_the_endpoint_of_sts_alone() {
    let (account, other) = (Account::new(), Account::new());
    let words = ["--profile", "p", "--endpoint-url", &other.url];
    let config = format!(
        "[profile p]\n{ROLE}source_profile = q\n[profile q]\n{}",
        keys("AKIABASE")
    );
    let program = keyless(&account, &words);
    program.file("config", &config);
    program.run().ok();
    assert_eq!(account.actions(), ["AssumeRole"]);
    assert_eq!(other.actions(), ["CreateSecret"]);
}

#[test]
fn endpoints_that_are_switched_off_are_not_asked() {
    for (variable, of_profile) in [
        ("true", ""),
        ("", "ignore_configured_endpoint_urls = true\n"),
    ] {
        let (account, other) = (Account::new(), Account::new());
        let proxy = Proxy::that_refuses(403);
        let words = ["--profile", "p", "--endpoint-url", &other.url];
        let program = keyless(&account, &words)
            .env("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", variable)
            .env("HTTPS_PROXY", format!("http://{}", proxy.address));
        let url = &account.url;
        program.file(
            "config",
            format!(
                "[profile p]\n{ROLE}source_profile = q\n{of_profile}endpoint_url = {url}\n\
                 [profile q]\n{}",
                keys("AKIABASE")
            ),
        );
        assert_eq!(program.run().status, 7);
        assert!(account.requests().is_empty() && other.requests().is_empty());
        assert!(proxy
            .hosts()
            .contains(&"sts.us-east-1.amazonaws.com".to_owned()));
    }
}

const SSO: &str = "[profile p]\nsso_account_id = 111122223333\nsso_role_name = Deploy\n\
    sso_start_url = https://corp.awsapps.com/start\nsso_region = us-east-1\n";

/// Puts a session of that start URL into the cache of a run.
fn with_token(program: &Program) {
    let cache = program.home.path().join(".aws/sso/cache");
    fs::create_dir_all(&cache).unwrap();
    let token = r#"{"accessToken":"live","expiresAt":"2099-01-01T00:00:00Z","region":"us-east-1","startUrl":"https://corp.awsapps.com/start"}"#;
    let file = "a51746d4aa793ae07b25e90c3a5db96fc7832bd7.json";
    fs::write(cache.join(file), token).unwrap();
}

/// The access token of a session does not go where the profile, or the environment, says not to.
#[test]
fn nor_are_they_for_a_session() {
    let account = Account::new();
    let program = || {
        let words = ["--profile", "p", "--endpoint-url", &account.url];
        let program = keyless(&account, &words);
        with_token(&program);
        program
    };
    let by_profile = program();
    by_profile.file(
        "config",
        format!("{SSO}ignore_configured_endpoint_urls = true\n"),
    );
    let ended = by_profile.run();
    ended.fails(4, &["AWS_ENDPOINT_URL is set", "unset AWS_ENDPOINT_URL"]);
    let proxy = Proxy::that_refuses(403);
    let by_environment = program()
        .env("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "true")
        .env("HTTPS_PROXY", format!("http://{}", proxy.address));
    by_environment.file("config", SSO);
    assert_eq!(by_environment.run().status, 7);
    assert_eq!(proxy.hosts()[0], "portal.sso.us-east-1.amazonaws.com");
    assert!(account.requests().is_empty());
}

/// What STS answers where it is asked for a role.
#[test]
fn an_answer_of_sts_in_unusual_words_or_none() {
    let run = |account: &Account| {
        let program = keyless(account, &["--profile", "p"]).env("AWS_MAX_ATTEMPTS", "1");
        program.file(
            "config",
            format!(
                "[profile p]\n{ROLE}source_profile = q\n[profile q]\n{}",
                keys("AKIABASE")
            ),
        );
        program.run()
    };
    let account = Account::new();
    account.answer("AssumeRole", 500, "text/xml", "", None);
    run(&account).fails(
        7,
        &["could not assume the role of the profile p", "HTTP 500"],
    );
    account.heal();
    let denied = "<ErrorResponse><Error><Code>AccessDenied</Code><Message>Not with us, sorry</Message></Error></ErrorResponse>";
    account.answer("AssumeRole", 403, "text/xml", denied, None);
    let statement = r#"{"Effect":"Allow","Action":"sts:AssumeRole","Resource":"*"}"#;
    run(&account).fails(5, &["Not with us, sorry", statement]);
}

/// The portal of IAM Identity Center has no action that a policy could allow.
#[test]
fn a_denial_where_no_operation_is_known_proposes_no_policy() {
    let portal = Web::new(|_, _| {
        let denied = r#"{"__type":"AccessDeniedException","message":"No access"}"#;
        answer(403, "application/json", denied)
    });
    let account = Account::new();
    let program = keyless(&account, &["--profile", "p"]).env("AWS_ENDPOINT_URL_SSO", &portal.url);
    program.file("config", SSO);
    with_token(&program);
    let ended = program.run();
    ended.fails(5, &["No access", "who manages these credentials"]);
    ended.never(&["Effect"]);
}
