//! Profile, Region and endpoint, as the AWS CLI has them.

use crate::support::{Account, Program};

#[test]
fn a_missing_region_is_an_error_before_anything_is_sent() {
    let account = Account::new();
    let ended = Program::create(&account, &[]).without("AWS_REGION").run();
    ended.fails(4, &["no AWS Region is set", "--region"]);
    assert!(account.requests().is_empty());
}

#[test]
fn the_region_comes_from_the_option_the_variables_or_the_profile() {
    let arn_in = |program: Program, region: &str| {
        let arn = program.run().ok().to_owned();
        assert!(
            arn.starts_with(&format!("arn:aws:secretsmanager:{region}:")),
            "{arn}"
        );
    };
    let account = Account::new();
    arn_in(Program::create(&account, "--region eu-west-1"), "eu-west-1");
    arn_in(
        Program::create(&account, &[])
            .without("AWS_REGION")
            .env("AWS_DEFAULT_REGION", "eu-west-2"),
        "eu-west-2",
    );
    let program = Program::create(&account, &[]).without("AWS_REGION");
    program.file("config", "[default]\nregion = eu-west-3\n");
    arn_in(program, "eu-west-3");
}

#[test]
fn a_profile_that_does_not_exist_is_reported_before_anything_is_sent() {
    let account = Account::new();
    let by_option = Program::create(&account, "--profile prod");
    by_option.file(
        "config",
        "[profile staging]\n[profile prod-eu]\n[profile dev]\n",
    );
    by_option.run().fails(
        4,
        &[
            "the AWS profile \"prod\" does not exist",
            "fix: use one that exists: dev, prod-eu, staging",
        ],
    );
    let many: Vec<String> = (10..32).map(|n| format!("[profile p{n}]")).collect();
    by_option.file("config", many.join("\n"));
    by_option.run().fails(4, &["p28, p29 and 2 more"]);
    Program::create(&account, &[])
        .env("AWS_PROFILE", "prod")
        .run()
        .fails(4, &["the AWS profile \"prod\" does not exist"]);
    assert!(account.requests().is_empty());
}

#[test]
fn a_profile_on_the_command_line_beats_keys_in_the_environment() {
    let account = Account::new();
    let program = Program::create(&account, "--profile prod");
    program.file(
        "credentials",
        "[prod]\naws_access_key_id = AKIAOFTHEPROFILE\naws_secret_access_key = x\n",
    );
    program.run().ok();
    assert!(account.requests()[0]
        .headers
        .contains("Credential=AKIAOFTHEPROFILE/"));
}

#[test]
fn endpoints_and_trust_stores_are_checked_first() {
    let account = Account::new();
    for url in [
        "localhost:5000",
        "ftp://x",
        "http://",
        "http:// x",
        "https://[",
        "x",
    ] {
        Program::create(&account, &["--endpoint-url", url])
            .run()
            .fails(2, &["--endpoint-url"]);
        Program::create(&account, &[])
            .env("AWS_ENDPOINT_URL", url)
            .run()
            .fails(4, &["AWS_ENDPOINT_URL"]);
    }
    Program::create(&account, "--region Frankfurt")
        .run()
        .fails(2, &["--region", "eu-central-1"]);
    Program::create(&account, "--ca-bundle /no/such")
        .run()
        .fails(4, &["/no/such", "--ca-bundle"]);
    let program = Program::create(&account, &[]);
    let path = program.file("ca.pem", "no certificate");
    program.env("AWS_CA_BUNDLE", path).run().fails(4, &["PEM"]);
    assert!(account.requests().is_empty());
}

#[test]
fn no_credentials_anywhere() {
    let account = Account::new();
    let program = Program::create(&account, &[])
        .without("AWS_ACCESS_KEY_ID")
        .without("AWS_SECRET_ACCESS_KEY");
    program
        .run()
        .fails(4, &["no AWS credentials", "aws configure"]);
    assert!(account.requests().is_empty());
}

#[test]
fn where_pull_through_cache_is_not_documented_a_warning_says_so() {
    for region in ["us-gov-west-1", "cn-north-1"] {
        let account = Account::new();
        let ended =
            Program::create(&account, &["--region", region, "-o", "json", "--dry-run"]).run();
        assert!(ended.json()["warnings"][0]
            .as_str()
            .unwrap()
            .contains(region));
        let ended = Program::create(&account, &["--region", region]).run();
        ended.ok();
        let warning = format!("not document ECR pull through cache in {region}");
        assert!(ended.stderr.contains(&warning), "{}", ended.stderr);
    }
    let account = Account::new();
    assert!(!Program::create(&account, &[])
        .run()
        .stderr
        .contains("warning"));
}

#[test]
fn an_empty_variable_counts_as_unset() {
    for name in [
        "AWS_ENDPOINT_URL_SECRETS_MANAGER",
        "AWS_ENDPOINT_URL_STS",
        "AWS_CA_BUNDLE",
        "AWS_MAX_ATTEMPTS",
        "AWS_RETRY_MODE",
        "ECR_PTC_REGISTRY",
        "ECR_PTC_USERNAME",
        "ECR_PTC_OUTPUT",
        "ECR_PTC_NO_INPUT",
        "HTTP_PROXY",
        "https_proxy",
        "NO_PROXY",
    ] {
        let account = Account::new();
        let ended = Program::create(&account, &[]).env(name, "").run();
        assert!(ended.ok().starts_with("arn:"), "{name}");
    }
    let account = Account::new();
    let program = Program::create(&account, &["--endpoint-url", &account.url]);
    program.env("AWS_ENDPOINT_URL", "").run().ok();
}

/// The AWS CLI (botocore 1.44.5) ends with an error too, except where the line is part of what it
/// does not take at all.
#[test]
fn a_file_that_cannot_be_understood_is_reported_with_its_line() {
    let account = Account::new();
    for (file, text, words) in [
        (
            "config",
            &b"[default]\nregion = eu-west-3\n# caf\xe9\n"[..],
            "line 3 of ",
        ),
        ("credentials", b"[default]\nHIDDEN\n", "line 2 of "),
        ("credentials", b"HIDDEN = x\n", "line 1 of "),
        ("config", b"[default\n", "line 1 of "),
        ("config", b"[default]\ns3 =\n  HIDDEN\n", "line 3 of "),
    ] {
        let program = Program::create(&account, &[]);
        let path = program.file(file, text);
        let ended = program.run();
        ended.fails(4, &[words, &path.display().to_string(), "AWS_CONFIG_FILE"]);
        ended.never(&["HIDDEN"]);
    }
    let program = Program::create(&account, &[]);
    let directory = program.home.path().to_owned();
    let ended = program.env("AWS_CONFIG_FILE", directory).run();
    ended.fails(4, &["cannot be read", "Is a directory"]);
    assert!(account.requests().is_empty());
}

/// What the SDK takes for a line that goes on is not passed over.
#[test]
fn a_file_that_is_indented_is_reported_as_such() {
    let account = Account::new();
    for (text, line) in [
        ("  [default]\n  region = eu-west-3\n", "line 1 of "),
        ("[default]\n  region = eu-west-3\n", "line 2 of "),
    ] {
        let program = Program::create(&account, &[]);
        program.file("config", text);
        program.run().fails(4, &[line, "remove the indentation"]);
    }
    assert!(account.requests().is_empty());
}

#[test]
fn a_profile_that_the_sdk_passes_over_is_reported() {
    let account = Account::new();
    for (head, name) in [
        ("profile 'my dev'", "my dev"),
        ("profile gr\u{f6}\u{df}e", "gr\u{f6}\u{df}e"),
    ] {
        let program = Program::create(&account, &["--profile", name]);
        program.file(
            "config",
            format!("[{head}]\nregion = eu-west-3\n[default]\n"),
        );
        let ended = program.run();
        ended.fails(4, &["does not exist", "letters, digits"]);
    }
    assert!(account.requests().is_empty());
}

#[test]
fn names_and_paths_are_shown_with_control_characters_escaped() {
    let account = Account::new();
    let odd = "a\u{1b}[31m\u{202e}b";
    let by_name = Program::create(&account, &["--profile", odd]);
    by_name.file("config", "[profile \u{1b}[31m]\n[default]\n");
    let by_source = Program::create(&account, "--profile p");
    by_source.file(
        "config",
        format!("[profile p]\nrole_arn = x\nsource_profile = {odd}\nservices = {odd}\n"),
    );
    let by_bundle = Program::create(&account, &["--ca-bundle", odd]);
    let by_file = Program::create(&account, &[]);
    let path = by_file.file(odd, "nonsense");
    let by_file = by_file.env("AWS_CONFIG_FILE", path);
    let by_token = Program::create(&account, &[])
        .without("AWS_ACCESS_KEY_ID")
        .without("AWS_SECRET_ACCESS_KEY")
        .env("AWS_WEB_IDENTITY_TOKEN_FILE", odd)
        .env("AWS_ROLE_ARN", "arn:aws:iam::111122223333:role/web");
    for program in [by_name, by_source, by_bundle, by_file, by_token] {
        let ended = program.run();
        assert_eq!(ended.status, 4, "{ended:?}");
        ended.never(&["\u{1b}", "\u{202e}"]);
    }
    assert!(account.requests().is_empty());
}

/// The SDK panics over these values.
#[test]
fn retry_settings_that_the_sdk_does_not_know() {
    for retry in ["retry_mode = legacy", "retry_mode =", "max_attempts ="] {
        let account = Account::new();
        let program = Program::create(&account, &[]);
        program.file("config", format!("[default]\n{retry}\n"));
        program.run().ok();
    }
    let account = Account::new();
    let program = Program::create(&account, &[]);
    program.file("config", "[default]\nmax_attempts = many\n");
    let words = ["max_attempts of the profile is not a whole number"];
    program.run().fails(4, &words);
    assert!(account.requests().is_empty());
}
