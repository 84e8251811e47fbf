//! Username and token from Docker's configuration.

use serde_json::{json, Value};

use crate::support::registry::{base64_of, basic};
use crate::support::{Account, Program, Registry, Words, TOKEN};

const HUB: &str = "https://index.docker.io/v1/";

/// `create --from-docker-config` for a kind of registry, with Docker's configuration at its place.
fn from_docker(
    account: &Account,
    kind: &str,
    config: &Value,
    more: &(impl Words + ?Sized),
) -> Program {
    let program = Program::new("create --from-docker-config -o json")
        .and(&["--registry", kind])
        .and(more)
        .with(account);
    let directory = program.home.path().join(".docker");
    std::fs::create_dir(directory).unwrap();
    program.file(".docker/config.json", config.to_string());
    program
}

fn auth(username: &str, token: &str) -> Value {
    json!({"auth": base64_of(&format!("{username}:{token}"))})
}

#[test]
fn a_login_in_the_file_is_stored_as_it_is() {
    for (kind, key, more) in [
        ("docker-hub", HUB, &[][..]),
        ("docker-hub", "index.docker.io", &[]),
        ("docker-hub", "docker.io", &[]),
        ("docker-hub", "https://registry.hub.docker.com:443/v2/", &[]),
        ("docker.io:443", "Registry-1.docker.io", &[]),
        ("ghcr", "ghcr.io", &["--username", "octo"]),
        ("ghcr", "https://ghcr.io/v1/", &[]),
        ("docker.pkg.github.com", "GHCR.io:443", &[]),
        ("GHCR.IO", "docker.pkg.github.com", &[]),
        ("gitlab", "registry.gitlab.com", &[]),
        ("cgr", "cgr.dev", &[]),
        (
            "acr",
            "name.azurecr.io",
            &["--upstream-registry-url", "name.azurecr.io"],
        ),
        (
            "docker-hub",
            "127.0.0.1:5000",
            &["--upstream-registry-url", "http://127.0.0.1:5000"],
        ),
    ] {
        let account = Account::new();
        let config = json!({"auths": {key: auth("octo", TOKEN), "other.example": auth("x", "y")}, "HttpHeaders": {"a": "b"}});
        let report = from_docker(&account, kind, &config, more).run().json();
        assert_eq!(report["username"], "octo", "{key}");
        let stored = account.value(report["name"].as_str().unwrap());
        assert_eq!(
            stored,
            format!(r#"{{"username":"octo","accessToken":{}}}"#, json!(TOKEN))
        );
    }
}

/// `base64` breaks its lines at 76 characters, and PowerShell writes a byte order mark.
#[test]
fn line_ends_in_base64_and_empty_members_do_not_matter() {
    let token = format!("{TOKEN}{}", "x".repeat(90));
    let packed = base64_of(&format!("octo:{token}"));
    for end in ["\n", "\r\n"] {
        let lines: Vec<&str> = packed
            .as_bytes()
            .chunks(76)
            .map(|line| std::str::from_utf8(line).unwrap())
            .collect();
        assert!(lines.len() > 1);
        let wrapped = lines.join(end) + end;
        let account = Account::new();
        let config = json!({"auths": {
            "other.example": null,
            "ghcr.io": {"auth": wrapped, "username": null, "password": null},
        }, "credsStore": "", "credHelpers": {"ghcr.io": ""}});
        let program = from_docker(&account, "ghcr", &config, "");
        program.file(".docker/config.json", format!("\u{feff}{config}"));
        let report = program.run().json();
        let stored = account.value(report["name"].as_str().unwrap());
        let value = json!({"username": "octo", "accessToken": token});
        let stored: Value = serde_json::from_str(&stored).unwrap();
        assert_eq!(stored, value);
    }
}

/// A mirror has its own logins, and a website has none.
#[test]
fn a_login_of_another_host_is_not_the_registrys() {
    for (kind, key) in [
        ("docker-hub", "mirror.gcr.io"),
        ("docker-hub", "hub.docker.com"),
        ("docker-hub", "docker.io:5000"),
        ("ghcr", "lscr.io"),
    ] {
        let account = Account::new();
        let config = json!({"auths": {key: auth("octo", TOKEN)}});
        let ended = from_docker(&account, kind, &config, "").run();
        ended
            .fails(2, &["Docker has no credentials for"])
            .hides(TOKEN);
        assert!(account.take_actions().is_empty(), "{key}");
    }
}

#[test]
fn where_the_configuration_is() {
    let account = Account::new();
    let config = json!({"auths": {HUB: auth("me", TOKEN)}}).to_string();
    let directory = tempfile::TempDir::new().unwrap();
    for name in ["config.json", "auth.json"] {
        std::fs::write(directory.path().join(name), &config).unwrap();
    }
    let create = |option: &str| {
        let more = ["--if-exists", "update", "-o", "json"];
        let words = [&["create", "--registry", "docker-hub", option], &more[..]].concat();
        Program::new(&words).with(&account)
    };
    let by_variable = create("--from-docker-config").env("DOCKER_CONFIG", directory.path());
    assert_eq!(by_variable.run().json()["action"], "created");
    for name in ["", "config.json", "auth.json"] {
        let path = directory.path().join(name);
        let by_path = create(&format!("--from-docker-config={}", path.display()));
        assert_eq!(by_path.run().json()["action"], "unchanged");
    }
    let nowhere = create("--from-docker-config=/no/such");
    nowhere.run().fails(2, &["/no/such does not exist"]);
}

/// As Docker takes it (docker/cli 28.3): before its file, and that for what it does not have.
#[test]
fn logins_in_the_environment_come_first() {
    let file = json!({"auths": {"ghcr.io": auth("of-the-file", TOKEN)}});
    for (variable, username) in [
        (
            json!({"auths": {"ghcr.io": auth("of-the-variable", TOKEN)}}).to_string(),
            "of-the-variable",
        ),
        (
            json!({"auths": {"other.example": auth("x", "y")}}).to_string(),
            "of-the-file",
        ),
        (json!({"auths": null}).to_string(), "of-the-file"),
        (String::new(), "of-the-file"),
    ] {
        let account = Account::new();
        let program = from_docker(&account, "ghcr", &file, "");
        let report = program.env("DOCKER_AUTH_CONFIG", &variable).run().json();
        assert_eq!(report["username"], username, "{variable}");
    }
    let account = Account::new();
    let program = from_docker(&account, "ghcr", &file, "");
    let ended = program
        .env("DOCKER_AUTH_CONFIG", format!("{{\"auths\": \"{TOKEN}\"}}"))
        .run();
    ended.fails(2, &["DOCKER_AUTH_CONFIG cannot be read: line 1"]);
    ended.never(&[TOKEN]);
    assert!(account.requests().is_empty());
    // A named file is used alone.
    let program = from_docker(&account, "ghcr", &file, "");
    let path = program.home.path().join(".docker");
    let other = json!({"auths": {"ghcr.io": auth("of-the-variable", TOKEN)}}).to_string();
    let words = ["create", "--registry", "ghcr", "-o", "json"];
    let named = format!("--from-docker-config={}", path.display());
    let by_path = Program::new(&[&words[..], &[&named]].concat()).with(&account);
    let report = by_path.env("DOCKER_AUTH_CONFIG", other).run().json();
    assert_eq!(report["username"], "of-the-file");
}

#[test]
fn several_logins_of_one_host_are_named_and_none_is_taken() {
    let two = json!({"auths": {
        "ghcr.io/team-a": auth("a", TOKEN),
        "ghcr.io/team-b": auth("b", TOKEN),
    }});
    let words = [
        "several logins",
        "ghcr.io/team-a, ghcr.io/team-b",
        "docker login ghcr.io",
    ];
    refused("ghcr", &two, &[], &words);
    for config in [
        json!({"auths": {
            "ghcr.io/team-a": auth("b", TOKEN),
            "ghcr.io": auth("octo", TOKEN),
        }, "credHelpers": null}),
        json!({"auths": {
            "ghcr.io/team-a": auth("octo", TOKEN),
            "ghcr.io/team-b": auth("octo", TOKEN),
        }}),
    ] {
        let account = Account::new();
        let report = from_docker(&account, "ghcr", &config, "").run().json();
        assert_eq!(report["username"], "octo");
    }
}

fn refused(kind: &str, config: &Value, more: &[&str], words: &[&str]) {
    let account = Account::new();
    let program = from_docker(&account, kind, config, more);
    program.run().fails(2, words);
    assert!(account.requests().is_empty());
}

#[test]
fn what_docker_does_not_have_is_reported_with_the_place() {
    let none = json!({"auths": {"other.example": auth("x", "y")}});
    refused(
        "docker-hub",
        &none,
        &[],
        &[
            "no credentials for https://index.docker.io/v1/",
            ".docker/config.json",
            r#""hint":"docker login""#,
        ],
    );
    refused(
        "ghcr",
        &none,
        &[],
        &["no credentials for ghcr.io", "docker login ghcr.io"],
    );
    refused(
        "ghcr",
        &json!({"auths": {"ghcr.io": {}}}),
        &[],
        &["docker login ghcr.io"],
    );
    refused(
        "ghcr",
        &json!({"auths": {"ghcr.io": {"auth": "%%"}}}),
        &[],
        &["base64"],
    );
    refused(
        "ghcr",
        &json!({"auths": {"ghcr.io": {"auth": "", "identitytoken": TOKEN}}}),
        &[],
        &["identity token"],
    );
    refused(
        "ghcr",
        &json!({"auths": {"ghcr.io": auth("<token>", TOKEN)}}),
        &[],
        &["identity token"],
    );
    refused(
        "ghcr",
        &json!({"auths": {"ghcr.io": auth("me", "")}}),
        &[],
        &["cannot be used: it is empty"],
    );
    refused(
        "ghcr",
        &json!({"auths": {"ghcr.io": auth("", "x")}}),
        &[],
        &["the username is empty"],
    );
    refused(
        "ghcr",
        &json!({"auths": [TOKEN]}),
        &[],
        &["cannot be read: line 1"],
    );
    refused(
        "acr",
        &none,
        &[],
        &["add --upstream-registry-url NAME.azurecr.io"],
    );
}

#[test]
fn what_does_not_go_with_it() {
    let mine = json!({"auths": {"ghcr.io": auth("me", TOKEN)}});
    refused(
        "ghcr",
        &mine,
        &["--username", "you"],
        &["--username is you, but Docker is logged in as me"],
    );
    refused(
        "ghcr",
        &mine,
        &["--tag", &format!("note={TOKEN}")],
        &["tags are not encrypted"],
    );
    for other in [
        &["--access-token-stdin"][..],
        &["--access-token-env", "X"],
        &["--access-token-file", "x"],
    ] {
        refused(
            "ghcr",
            &mine,
            other,
            &["cannot be used with", "--from-docker-config"],
        );
    }
    let account = Account::new();
    let no_file = Program::new("create --registry ghcr --from-docker-config").with(&account);
    no_file.run().fails(
        2,
        &[
            "so Docker is not logged in",
            "config.json",
            "docker login ghcr.io",
        ],
    );
    let open = Program::new("create --from-docker-config").with(&account);
    open.run()
        .fails(2, &["--registry is missing", "--from-docker-config"])
        .never(&["--username"]);
}

#[test]
fn what_is_taken_over_is_tested_too() {
    let account = Account::new();
    let registry = Registry::strict();
    let host = registry.url.strip_prefix("http://").unwrap();
    let more = [
        "--upstream-registry-url",
        &registry.url,
        "--verify",
        "always",
    ];
    let config = json!({"auths": {host: auth("me", TOKEN)}});
    let report = from_docker(&account, "docker-hub", &config, &more)
        .run()
        .json();
    assert_eq!(report["verification"]["verdict"], "accepted");
    assert_eq!(registry.heard()[1].authorization, Some(basic("me", TOKEN)));
    let wrong = json!({"auths": {host: auth("me", "wrong-token")}});
    let update = [&more[..], &["--if-exists", "update"]].concat();
    let ended = from_docker(&account, "docker-hub", &wrong, &update).run();
    ended.fails(6, &[]).hides("wrong-token");
    // Not the login at Docker Hub, which is for another host.
    let hub = json!({"auths": {HUB: auth("me", TOKEN)}});
    from_docker(&account, "docker-hub", &hub, &more)
        .run()
        .fails(2, &[host]);
}

/// A credential helper that is found on PATH, writes down what it gets, and answers so.
#[cfg(unix)]
fn with_helper(program: Program, script: &str) -> Program {
    let home = program.home.path().to_owned();
    let script = format!(
        "#!/bin/sh\ncd '{}'\necho \"$*\" >arguments\nenv >environment\ncat >input\n{script}\n",
        home.display()
    );
    crate::support::executable(home.join("docker-credential-test"), &script);
    let paths = std::env::var("PATH").unwrap();
    program.env("PATH", format!("{}:{paths}", home.display()))
}

#[cfg(unix)]
#[test]
fn no_other_program_gets_the_logins_of_the_environment() {
    let account = Account::new();
    let config = json!({"credsStore": "test"});
    let program = from_docker(&account, "ghcr", &config, "");
    let answer = json!({"ServerURL": "ghcr.io", "Username": "octo", "Secret": TOKEN});
    program.file("answer", answer.to_string());
    let key = r#"{"Version":1,"AccessKeyId":"AKIACHILD","SecretAccessKey":"x"}"#;
    let script = format!("env >\"$HOME/aws-environment\"\necho '{key}'\n");
    let script = program.file("aws.sh", script);
    let config = format!("[default]\ncredential_process = sh {}\n", script.display());
    program.file("config", config);
    let logins = json!({"auths": {"other.example": auth("x", "y")}});
    let program = with_helper(program, "cat answer")
        .without("AWS_ACCESS_KEY_ID")
        .without("AWS_SECRET_ACCESS_KEY")
        .env("DOCKER_AUTH_CONFIG", logins.to_string());
    program.run().ok();
    for name in ["environment", "aws-environment"] {
        let seen = std::fs::read_to_string(program.home.path().join(name)).unwrap();
        assert!(seen.contains("AWS_REGION=us-east-1"), "{seen}");
        assert!(!seen.contains("DOCKER_AUTH_CONFIG"), "{name}: {seen}");
    }
}

#[cfg(unix)]
#[test]
fn a_credential_helper_gets_the_registry_on_standard_input_and_nothing_else() {
    for (kind, config, registry) in [
        ("docker-hub", json!({"credsStore": "test"}), HUB),
        (
            "docker-hub",
            json!({"credsStore": "none", "credHelpers": {HUB: "test"}}),
            HUB,
        ),
        (
            "ghcr",
            json!({"credsStore": "none", "credHelpers": {"ghcr.io": "test"}}),
            "ghcr.io",
        ),
        // Docker does not look into the file where it has a helper.
        (
            "ghcr",
            json!({"credsStore": "test", "auths": {"ghcr.io": auth("old", "old")}}),
            "ghcr.io",
        ),
    ] {
        let account = Account::new();
        let program = from_docker(&account, kind, &config, "");
        let answer = json!({"ServerURL": registry, "Username": "octo", "Secret": TOKEN});
        program.file("answer", answer.to_string());
        let program = with_helper(program, "cat answer").env("OTHER", "x");
        let report = program.run().json();
        assert_eq!(report["username"], "octo");
        let seen = |name: &str| std::fs::read_to_string(program.home.path().join(name)).unwrap();
        assert_eq!(
            (seen("arguments").as_str(), seen("input").as_str()),
            ("get\n", registry)
        );
        assert!(!seen("environment").contains("dckr_pat"));
        assert!(account
            .value(report["name"].as_str().unwrap())
            .contains("octo"));
    }
}

/// A token may be among what is wrong, and a helper gets the whole environment.
#[cfg(unix)]
#[test]
fn no_helper_runs_where_an_option_is_wrong_already() {
    let account = Account::new();
    let config = json!({"credHelpers": {"ghcr.io": "test"}});
    for (more, username, words) in [
        (&[][..], TOKEN, "looks like an access token"),
        (&["--name", "x"], "me", "--name"),
    ] {
        let program = from_docker(&account, "ghcr", &config, more);
        let program = with_helper(program, "exit 1").env("ECR_PTC_USERNAME", username);
        program.run().fails(2, &[words]);
        assert!(!program.home.path().join("environment").exists());
    }
}

#[cfg(unix)]
#[test]
fn a_helper_that_has_nothing_or_fails() {
    for (script, words) in [
        (
            "echo credentials not found in native keychain; exit 1",
            "Docker has no credentials for ghcr.io",
        ),
        (
            "echo no credentials username; exit 1",
            "docker-credential-test failed; its output is hidden",
        ),
        (
            "echo no credentials server URL >&2; exit 1",
            "failed; its output is hidden",
        ),
        ("exit 1", "failed; its output is hidden"),
        ("cat answer; exit 1", "failed; its output is hidden"),
        (
            "sed 's/.*Secret//' answer; exit 1",
            "failed; its output is hidden",
        ),
        (
            "cat answer; head -c 1000000000 /dev/zero",
            "printed more than 131072 bytes",
        ),
        ("echo nonsense", "returned output that is not valid"),
        ("sed s/octo/'<token>'/ answer", "identity token"),
    ] {
        let account = Account::new();
        let config = json!({"credHelpers": {"ghcr.io": "test"}});
        let program = from_docker(&account, "ghcr", &config, "");
        program.file(
            "answer",
            json!({"Username": "octo", "Secret": TOKEN}).to_string(),
        );
        let ended = with_helper(program, script).run();
        ended
            .fails(2, &[words])
            .hides(TOKEN)
            .never(&["no credentials username", "nonsense"]);
        assert!(account.requests().is_empty());
    }
    let account = Account::new();
    for (helper, words) in [
        ("nowhere", "docker-credential-nowhere was not found in"),
        ("../test", "whose name is not allowed"),
    ] {
        let config = json!({"credsStore": helper});
        from_docker(&account, "ghcr", &config, "")
            .run()
            .fails(2, &[words]);
    }
}

/// Programs are not run from the current directory.
#[cfg(unix)]
#[test]
fn relative_and_empty_entries_of_the_path_are_passed_over() {
    let account = Account::new();
    let config = json!({"credHelpers": {"ghcr.io": "test"}});
    for path in ["", ":", ".", "sub/..", "::/nowhere"] {
        let program = with_helper(from_docker(&account, "ghcr", &config, ""), "cat answer");
        program.file(
            "answer",
            json!({"Username": "octo", "Secret": TOKEN}).to_string(),
        );
        let program = program.env("PATH", path);
        let mut command = program.command();
        let output = command.current_dir(program.home.path()).output().unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{said}");
        assert!(
            said.contains("was not found in an absolute directory of PATH"),
            "{said}"
        );
        assert!(!program.home.path().join("environment").exists());
    }
}

/// As a helper may leave an agent behind, which holds the helper's output open.
#[cfg(unix)]
#[test]
fn a_program_that_a_helper_leaves_behind_is_not_waited_for() {
    let account = Account::new();
    let config = json!({"credHelpers": {"ghcr.io": "test"}});
    let program = from_docker(&account, "ghcr", &config, "");
    let answer = json!({"Username": "octo", "Secret": TOKEN});
    program.file("answer", answer.to_string());
    let ended = with_helper(program, "cat answer; sleep 60 2>&- & exit 0").run();
    assert_eq!(ended.json()["username"], "octo");
}

/// Takes as long as a helper may take at most. Those that do: one that hangs, and one that closes
/// its output and hangs.
#[cfg(unix)]
pub const HANGING_HELPERS: [&str; 2] = ["exec sleep 60", "exec >&-; exec sleep 60"];

#[cfg(unix)]
pub fn a_helper_has_half_a_minute(script: &str) {
    let account = Account::new();
    let config = json!({"credHelpers": {"ghcr.io": "test"}});
    let program = from_docker(&account, "ghcr", &config, "");
    let answer = json!({"Username": "octo", "Secret": TOKEN});
    program.file("answer", answer.to_string());
    let ended = with_helper(program, script).run();
    let words = "docker-credential-test did not end within 30 seconds";
    ended.fails(2, &[words]).hides(TOKEN);
    assert!(account.requests().is_empty());
}
