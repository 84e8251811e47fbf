//! Which of several credentials are used, and what is an error: the order of the
//! AWS CLI (botocore 1.44.5).

use std::fs;

use super::credentials::{keyless, signed_by};
use crate::support::{answer, Account, Program, Proxy, Web};

const ROLE: &str = "role_arn = arn:aws:iam::111122223333:role/x\n";

fn keys(id: &str) -> String {
    format!("aws_access_key_id = {id}\naws_secret_access_key = x\n")
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
    let program = with_identity(keyless(&account, ""));
    let program = program.env("AWS_ROLE_ARN", "arn:aws:iam::111122223333:role/web");
    signed_by(&account, &program, "ASIA");
    let actions = ["AssumeRoleWithWebIdentity", "CreateSecret"];
    assert_eq!(account.actions_but_looks(), actions);
    let account = Account::new();
    let program = with_identity(keyless(&account, "--profile default"));
    let program = program.env("AWS_ROLE_ARN", "arn:aws:iam::111122223333:role/web");
    signed_by(&account, &program, "AKIAFILE/");
    let account = Account::new();
    let ended = with_identity(keyless(&account, "")).run();
    ended.fails(4, &["AWS_ROLE_ARN is not", "unset AWS_WEB_IDENTITY"]);
    let program = with_identity(keyless(&account, ""));
    let token = program.home.path().join("token");
    fs::remove_file(&token).unwrap();
    let program = program.env("AWS_ROLE_ARN", "arn:aws:iam::111122223333:role/web");
    let ended = program.run();
    ended.fails(4, &["No such file"]);
    assert!(account.requests().is_empty());
}

#[test]
fn what_is_not_whole_or_contradicts_itself_is_an_error() {
    let session = "[sso-session corp]\nsso_region = us-east-1\nsso_start_url = https://x\n";
    for (config, words) in [
        (
            "aws_access_key_id = HIDDEN\n".to_owned(),
            "missing aws_secret_access_key",
        ),
        ("aws_secret_access_key = HIDDEN\n".to_owned(), "missing aws_access_key_id"),
        (ROLE.to_owned(), "neither were defined"),
        (
            format!("{ROLE}source_profile = q\ncredential_source = EcsContainer\n[profile q]\n"),
            "both source_profile and credential_source",
        ),
        (
            format!("{ROLE}credential_source = Somewhere\n"),
            "`Somewhere` provider but that provider is not supported",
        ),
        (
            format!("{ROLE}credential_source = Environment\n"),
            "environment",
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
            "profile `q` did not contain credential information",
        ),
        ("web_identity_token_file = x\n".to_owned(), "`role_arn` was missing"),
        (
            "sso_account_id = 1\nsso_role_name = r\n".to_owned(),
            "`sso_region` was missing",
        ),
        (
            format!("sso_session = corp\nsso_account_id = 1\nsso_role_name = r\nsso_region = eu-west-1\n{session}"),
            "`sso_region` can only be specified in the [sso-session]",
        ),
    ] {
        let account = Account::new();
        let program = keyless(&account, "--profile p");
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
        let program = keyless(&account, "--profile p");
        program.file("config", config);
        signed_by(&account, &program, "ASIA");
        let requests = account.requests();
        assert!(requests[0].headers.contains("Credential=AKIAOWN/"));
    }
    let account = Account::new();
    let program = keyless(&account, "--profile a");
    let chain = "[profile a]\nrole_arn = arn:aws:iam::111122223333:role/a\nsource_profile = b\n\
        [profile b]\nrole_arn = arn:aws:iam::111122223333:role/b\nrole_session_name = mine\nsource_profile = c\n\
        [profile c]\n";
    program.file("config", format!("{chain}{}", keys("AKIAEND")));
    signed_by(&account, &program, "ASIA");
    let requests = account.requests();
    let roles: Vec<_> = requests.iter().map(|request| &request.body).collect();
    let form = |at: usize| roles[at].as_str().unwrap();
    assert!(form(0).contains("RoleSessionName=mine") && form(0).contains("role%2Fb"));
    assert!(form(1).contains("role%2Fa"));
}

#[test]
fn a_key_that_cannot_be_sent_is_reported_for_a_role_too() {
    let account = Account::new();
    let program = keyless(&account, "--profile p");
    let keys = keys("AKIA\u{7f}HIDDEN");
    program.file(
        "config",
        format!("[profile p]\n{ROLE}source_profile = q\n[profile q]\n{keys}"),
    );
    let ended = program.run();
    ended.fails(4, &["contains a character that AWS credentials never have"]);
    ended.never(&["HIDDEN", "this is a bug"]);
    assert!(account.requests().is_empty());
}

/// AssumeRole goes to the same endpoint as with the AWS CLI.
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
    assert_eq!(other.actions_but_looks(), ["CreateSecret"]);
}

/// The SDK would ask for a role there all the same.
#[test]
fn endpoints_that_are_switched_off_are_not_asked() {
    let (account, other) = (Account::new(), Account::new());
    let url = &account.url;
    let roles = format!(
        "[profile p]\n{ROLE}source_profile = q\n[profile q]\n{}",
        keys("AKIABASE")
    );
    let run = |variable: &str, of_profile: &str| {
        let words = ["--profile", "p", "--endpoint-url", &other.url];
        let program =
            keyless(&account, &words).env("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", variable);
        let settings = format!("[profile p]\n{of_profile}");
        program.file("config", roles.replace("[profile p]\n", &settings));
        program.run()
    };
    let of_profile = "ignore_configured_endpoint_urls = true\n";
    run("", of_profile).fails(4, &["AWS_ENDPOINT_URL is set", "unset AWS_ENDPOINT_URL"]);
    let endpoint = format!("endpoint_url = {url}\n");
    run("true", &endpoint).fails(4, &["an endpoint of the profile is set"]);
    assert!(account.requests().is_empty() && other.requests().is_empty());
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
fn a_session_ignores_ignored_endpoints_too() {
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

/// The answer of STS to AssumeRole.
#[test]
fn an_answer_of_sts_in_unusual_words_or_none() {
    let run = |account: &Account| {
        let program = keyless(account, "--profile p").env("AWS_MAX_ATTEMPTS", "1");
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
    run(&account).fails(7, &["could not assume the role", "HTTP 500"]);
    account.heal();
    let denied = "<ErrorResponse><Error><Code>AccessDenied</Code><Message>Not with us, sorry</Message></Error></ErrorResponse>";
    account.answer("AssumeRole", 403, "text/xml", denied, None);
    run(&account).fails(5, &["Not with us, sorry", "to allow sts:AssumeRole;"]);
}

/// The portal of IAM Identity Center has no action that a policy could allow.
#[test]
fn a_denial_of_no_known_operation_names_no_action() {
    let portal = Web::new(|_, _| {
        let denied = r#"{"__type":"AccessDeniedException","message":"No access"}"#;
        answer(403, "application/json", denied)
    });
    let account = Account::new();
    let program = keyless(&account, "--profile p").env("AWS_ENDPOINT_URL_SSO", &portal.url);
    program.file("config", SSO);
    with_token(&program);
    let ended = program.run();
    ended.fails(5, &["No access", "your AWS administrator"]);
    ended.never(&["Effect"]);
}

#[test]
fn keys_of_the_environment_beat_each_profile_that_it_selects() {
    let file = format!("[default]\n{}[p]\n{}", keys("AKIADEFAULT"), keys("AKIAP"));
    let role = format!("[profile role]\n{ROLE}source_profile = p\n");
    for profile in [None, Some("p"), Some("role")] {
        let account = Account::new();
        let mut program = Program::create(&account, &[]);
        program.file("credentials", &file);
        program.file("config", &role);
        if let Some(profile) = profile {
            program = program.env("AWS_PROFILE", profile);
        }
        signed_by(&account, &program, "AKIAEXAMPLE/");
    }
}

/// The role of a profile that is selected, then a web identity, then the profile's other sources.
#[test]
fn a_web_identity_beats_the_keys_of_a_selected_profile_and_not_its_role() {
    for (profile, actions) in [
        ("p", ["AssumeRoleWithWebIdentity", "CreateSecret"]),
        ("role", ["AssumeRole", "CreateSecret"]),
    ] {
        let account = Account::new();
        let program = keyless(&account, "").env("AWS_PROFILE", profile);
        let token = program.file("token", "eyJhbGciOiJub25lIn0.e30.x");
        program.file("credentials", format!("[p]\n{}", keys("AKIAP")));
        program.file(
            "config",
            format!("[profile role]\n{ROLE}source_profile = p\n"),
        );
        let program = program
            .env("AWS_WEB_IDENTITY_TOKEN_FILE", token)
            .env("AWS_ROLE_ARN", "arn:aws:iam::111122223333:role/web");
        signed_by(&account, &program, "ASIA");
        assert_eq!(account.actions_but_looks(), actions, "{profile}");
    }
}

#[test]
fn a_web_identity_that_sts_does_not_accept_is_reported() {
    let account = Account::new();
    let refused = "<ErrorResponse><Error><Code>InvalidIdentityToken</Code><Message>No OpenIDConnect provider found in your account</Message></Error></ErrorResponse>";
    account.answer("AssumeRoleWithWebIdentity", 400, "text/xml", refused, None);
    let program = keyless(&account, "-o json").env("AWS_MAX_ATTEMPTS", "1");
    let token = program.file("token", "eyJhbGciOiJub25lIn0.e30.x");
    let program = program
        .env("AWS_WEB_IDENTITY_TOKEN_FILE", token)
        .env("AWS_ROLE_ARN", "arn:aws:iam::111122223333:role/web");
    let ended = program.run();
    ended.fails(4, &["No OpenIDConnect provider found"]);
    assert_eq!(ended.error_json()["error"]["code"], "bad-credentials");
}

#[test]
fn a_very_deep_chain_of_profiles_is_read_to_its_end() {
    let link = |n: u32| format!("[profile p{n}]\n{ROLE}source_profile = p{}\n", n + 1);
    let chain: String = (0..5_000).map(link).collect::<Vec<_>>().concat();
    let account = Account::new();
    let program = keyless(&account, "--profile p0");
    program.file("config", chain);
    program
        .run()
        .fails(4, &["the AWS profile \"p5000\" does not exist"]);
    assert!(account.requests().is_empty());
}
