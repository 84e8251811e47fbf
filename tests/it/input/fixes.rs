//! Each fault of the command line carries a fix that names an option, or is a command; and with the
//! fix applied, the command line is taken.

use crate::support::{side_by_side, Ended, Program, TOKEN};

/// `create` for these registries, with the token piped in and without AWS.
const HUB: &str = "create --dry-run --registry docker-hub --username me --access-token-stdin";
const AZURE: &str = "create --dry-run --registry acr --username me --access-token-stdin";
/// The same without a source of the token.
const NO_TOKEN: &str = "create --dry-run --registry docker-hub --username me";
const NO_AZURE_TOKEN: &str = "create --dry-run --registry acr --username me";
const LAMBDA: &str = "create --dry-run --registry docker-hub --username me --access-token-stdin \
    --rotation-lambda-arn arn:aws:lambda:us-east-1:111122223333:function:rotate";
const RULE: &str = "rule set --print terraform";

/// What is given wrongly, and words of the fix.
#[rustfmt::skip]
const FAULTS: &[(&str, &str, &str)] = &[
    (HUB, "--name hub", "use --name ecr-pullthroughcache/hub"),
    (HUB, "--name EMPTY", "--name ecr-pullthroughcache/docker-hub"),
    (AZURE, "--name LONG", "--name ecr-pullthroughcache/azure-container-registry"),
    (AZURE, "--name EMPTY", "--name ecr-pullthroughcache/azure-container-registry"),
    (HUB, "--tag a", "--tag team=platform"),
    (HUB, "--tag aws:x=1", "--tag team=platform"),
    (HUB, "--tag LONG=v", "--tag team=platform"),
    (HUB, "--tag a=1 --tag a=2", "leave out --tag for all but one"),
    (HUB, "51-TAGS", "leave out --tag for 1 of them"),
    (HUB, "--expires-on 2099-01-31 --tag ecr-ptc:expires-on=2099-01-31", "leave out --expires-on"),
    (HUB, "--expires-on soon", "--expires-on 2"),
    (HUB, "--expires-on 2020-01-31", "--expires-on 2"),
    (HUB, "--replica-region Ireland", "--replica-region eu-west-1"),
    (HUB, "--resource-policy /no/such", "--resource-policy policy.json"),
    (HUB, "--resource-policy BROKEN", "leave out --resource-policy"),
    (HUB, "--rotation-lambda-arn rotate --rotation-days 1", "--rotation-lambda-arn arn:"),
    (LAMBDA, "--rotation-schedule soon", "--rotation-schedule 'rate(30 days)'"),
    (LAMBDA, "--rotation-days 1 --rotation-duration 3m", "--rotation-duration 3h"),
    (HUB, "--rule a..b", "--rule team/images"),
    (AZURE, "--rule a..b --upstream-registry-url me.azurecr.io", "--rule team/images"),
    (HUB, "--rule hub --name ecr-pullthroughcache/é", "leave out --rule"),
    (AZURE, "--rule az", "add --upstream-registry-url NAME.azurecr.io"),
    (AZURE, "--verify always", "add --upstream-registry-url NAME.azurecr.io"),
    (AZURE, "--upstream-registry-url a/b", "--upstream-registry-url NAME.azurecr.io"),
    (AZURE, "--upstream-registry-url http://a.b", "--upstream-registry-url NAME.azurecr.io"),
    (AZURE, "--rule az --upstream-registry-url a.b", "--upstream-registry-url NAME.azurecr.io"),
    (HUB, "--upstream-registry-url a/b", "leave out --upstream-registry-url: the registry is at"),
    (HUB, "--rule hub --upstream-registry-url a.b", "leave out --upstream-registry-url"),
    (HUB, "--username EMPTY", "--username NAME"),
    (NO_TOKEN, "--access-token-file /no/such", "--access-token-file token.txt"),
    (NO_TOKEN, "--access-token-file BROKEN", "write only the token to the file"),
    (NO_TOKEN, "--access-token-env OTHER", "set the variable OTHER"),
    (NO_TOKEN, "--access-token-env oops!", "--access-token-env TOKEN"),
    (NO_TOKEN, "--tag a=1 --tag a=2", "then, with that fixed: printf"),
    (NO_AZURE_TOKEN, "--from-docker-config", "--upstream-registry-url NAME.azurecr.io"),
    (HUB, "--endpoint-url localhost", "--endpoint-url http://localhost:5000"),
    (RULE, "hub", "add --registry KIND"),
    (RULE, "hub --secret ecr-pullthroughcache/build", "add --registry KIND"),
    (RULE, "az --registry acr", "add --upstream-registry-url NAME.azurecr.io"),
];

/// Tokens that cannot be used, and where they stand else.
const TOKENS: [(&str, &str, &str); 8] = [
    ("", "", PIPE),
    ("one\ntwo", "", PIPE),
    (" tok", "", PIPE),
    ("to\tk", "", PIPE),
    ("VERY-LONG", "", PIPE),
    ("tok", "--tag a=tok", "leave the token out of --tag"),
    (
        "some-token",
        "--name ecr-pullthroughcache/some-token",
        "leave the token out of --name",
    ),
    (
        "some-token",
        "--region some-token-1",
        "leave the token out of --region",
    ),
];
const PIPE: &str = "printf %s \"$TOKEN\" | ecr-ptc create --registry docker-hub --username";

#[test]
fn the_command_line_with_the_fix_is_taken() {
    side_by_side(FAULTS, |(command, wrong, fix)| {
        is_fixed(&words(command, wrong), fix, TOKEN);
    });
}

#[test]
fn a_token_that_cannot_be_used_is_given_anew() {
    let long = "x".repeat(65_536);
    for (token, more, fix) in TOKENS {
        let token = if token == "VERY-LONG" { &long } else { token };
        is_fixed(&words(HUB, more), fix, token);
    }
}

/// The words of a command line.
fn words(command: &str, wrong: &str) -> Vec<String> {
    let mut words: Vec<String> = command.split_whitespace().map(str::to_owned).collect();
    for word in wrong.split_whitespace() {
        match word {
            "EMPTY" => words.push(String::new()),
            "51-TAGS" => words.extend((0..51).map(|number| format!("--tag=key{number}=v"))),
            // An option that the command has already has the wrong value instead.
            option if option.starts_with("--") && option != "--tag" => {
                take_out_all(&mut words, option);
                words.push(option.to_owned());
            }
            word => words.push(word.replace("LONG", &"x".repeat(3_000))),
        }
    }
    words
}

/// Runs it, expects a fix with these words, and runs it again with the fix.
fn is_fixed(words: &[String], expected: &str, token: &str) {
    let is_of = |what: &str| words.iter().any(|word| word == what);
    let ended = run(words, token);
    ended.fails(2, &[]);
    let (_, fix) = ended.stderr.split_once("\n  fix: ").expect("a fix");
    assert!(fix.contains(expected), "{expected:?} is missing in {fix}");
    assert!(fix.contains("--") || fix.contains("ecr-ptc "), "{fix}");
    if is_of("acr") {
        assert!(!fix.contains("docker-hub"), "{fix}");
    }
    let mut fixed = words.to_vec();
    for line in fix.lines() {
        fixed = with(fixed, line.trim());
    }
    let again = run(&fixed, TOKEN);
    // A registry that has to be asked cannot be: nothing beyond loopback is.
    let expected = if is_of("always") { 7 } else { 0 };
    assert_eq!(again.status, expected, "{fixed:?}\n{fix}\n{again:?}");
}

/// Without AWS, in a home that has what the fixes name.
fn run(words: &[String], token: &str) -> Ended {
    let program = Program::new(&[]);
    std::fs::create_dir(program.home.path().join(".docker")).unwrap();
    let login = r#"{"auths":{"name.azurecr.io":{"auth":"bWU6c29tZS10b2tlbg=="}}}"#;
    program.file(".docker/config.json", login);
    let policy = program.file("policy.json", r#"{"Version":"2012-10-17","Statement":[]}"#);
    let file = program.file("token.txt", TOKEN);
    let broken = program.file("broken", "{\n}\n{");
    let words = words.iter().map(|word| match word.as_str() {
        "policy.json" => policy.to_str().unwrap(),
        "token.txt" => file.to_str().unwrap(),
        "BROKEN" => broken.to_str().unwrap(),
        word => word,
    });
    let words: Vec<&str> = words.collect();
    let program = program.and(&words).stdin(token);
    let program = program.env("AWS_REGION", "us-east-1");
    let program = program.env("HTTPS_PROXY", "http://127.0.0.1:1");
    program.env("TOKEN", TOKEN).env("VAR", TOKEN).run()
}

/// The command line with one line of a fix.
fn with(mut words: Vec<String>, line: &str) -> Vec<String> {
    let left_out = line.split_once("leave out ");
    let left_out = left_out.or_else(|| line.split_once("leave the token out of "));
    if let Some((_, rest)) = left_out {
        let option = rest.split([' ', ',', ':']).next().unwrap();
        let is_it = |word: &String| word.split('=').next() == Some(option);
        let at = words.iter().rposition(is_it).expect(option);
        take_out(&mut words, at);
    } else if line.contains("printf %s") {
        let flag = "--access-token-stdin".to_owned();
        if !words.contains(&flag) {
            words.push(flag);
        }
    } else if let Some((_, command)) = line.split_once("ecr-ptc rule set ") {
        let set = ["rule", "set", "--print", "terraform"].into_iter();
        words = set.chain(command.split(' ')).map(str::to_owned).collect();
    } else {
        set_options(&mut words, line);
    }
    words
}

/// Gives each option that the line names with a value this value.
fn set_options(words: &mut Vec<String>, line: &str) {
    // The only value with spaces in it is quoted.
    let line = line.replace("'rate(30 days)'", "rate(30_days)");
    let mut parts = line.split(' ').peekable();
    while let Some(option) = parts.next() {
        if !option.starts_with("--") {
            continue;
        }
        let Some(value) = parts.next_if(|next| !next.starts_with("--")) else {
            continue;
        };
        let value = match value.trim_end_matches([':', ',']) {
            "KIND" => "docker-hub".to_owned(),
            "NAME" => "me".to_owned(),
            value => value.replace('_', " "),
        };
        // The file of the next run, which is put right.
        let is_broken = option == "--access-token-file" && value.ends_with("broken");
        let value = if is_broken {
            "token.txt".to_owned()
        } else {
            value
        };
        take_out_all(words, option);
        words.extend([option.to_owned(), value]);
    }
}

fn take_out_all(words: &mut Vec<String>, option: &str) {
    while let Some(at) = words.iter().position(|word| word == option) {
        take_out(words, at);
    }
}

/// Takes out an option with its value.
fn take_out(words: &mut Vec<String>, at: usize) {
    let option = words.remove(at);
    let next = words.get(at);
    if !option.contains('=') && next.is_some_and(|next| !next.starts_with("--")) {
        words.remove(at);
    }
}
