//! Which hosts get the credentials, and which do not.

use super::login::{attempt, verdict_is};
use crate::support::registry::{base64_of, basic, challenge, json, page, redirect};
use crate::support::{policy_file, Account, Authority, Elsewhere, Program, Registry, Words, TOKEN};

#[test]
fn no_credential_reaches_another_host() {
    let other = Registry::strict();
    let elsewhere = other.url.clone();
    // A token endpoint somewhere else.
    let realm = format!(r#"Bearer realm="{elsewhere}/token",service="x""#);
    let registry = Registry::new(move |_| challenge(&realm));
    verdict_is(
        &attempt("docker-hub", &registry.url, "").run(),
        "unknown",
        &["not known to belong to it"],
    );
    // One that Docker Hub has, and this registry has not.
    let registry = Registry::new(|_| challenge(r#"Bearer realm="https://auth.docker.io/token""#));
    verdict_is(
        &attempt("docker-hub", &registry.url, "").run(),
        "unknown",
        &["not known to belong to it"],
    );
    // A redirect of the request with the credentials, there or to the same host.
    for to in [format!("{elsewhere}/token"), "/other".to_owned()] {
        let registry = Registry::with_tokens("x", move |_| redirect(&to));
        verdict_is(
            &attempt("docker-hub", &registry.url, "").run(),
            "unknown",
            &["the credentials were not sent"],
        );
        assert_eq!(registry.logins(), 1);
        assert_eq!(registry.heard().len(), 2);
    }
    let registry = Registry::new(|heard| match heard.authorization {
        Some(_) => redirect("/v2/again"),
        None => challenge("Basic realm=x"),
    });
    verdict_is(
        &attempt("docker-hub", &registry.url, "").run(),
        "unknown",
        &["the credentials were not sent"],
    );
    assert_eq!(registry.logins(), 1);
    // A redirect of the first request.
    let to = format!("{elsewhere}/v2/");
    let registry = Registry::new(move |_| redirect(&to));
    verdict_is(
        &attempt("docker-hub", &registry.url, "").run(),
        "unknown",
        &["redirects to"],
    );
    assert!(other.heard().is_empty(), "{:?}", other.heard());
}

#[test]
fn a_redirect_on_the_same_host_is_followed_without_credentials() {
    let registry = Registry::new(|heard| match heard.path.as_str() {
        "/v2/" => redirect("/registry/v2/"),
        "/registry/v2/" => challenge(&format!(
            r#"Bearer realm="http://{}/token?x=1""#,
            heard.host
        )),
        _ => json(200, r#"{"token":"t0ken"}"#),
    });
    verdict_is(
        &attempt("docker-hub", &registry.url, "").run(),
        "accepted",
        &[],
    );
    assert_eq!(registry.heard()[2].path, "/token?x=1&account=me");
    let round = Registry::new(|_| redirect("/v2/"));
    verdict_is(
        &attempt("docker-hub", &round.url, "").run(),
        "unknown",
        &["redirects too many times"],
    );
    assert_eq!(round.heard().len(), 4);
}

#[test]
fn what_a_registry_says_is_shown_without_the_login_and_safely() {
    let registry = Registry::with_tokens("x", |heard| {
        let login = heard.authorization.clone().unwrap();
        let said = serde_json::Value::from(format!("you sent {login} {TOKEN} \u{1b}[31m"));
        json(401, &format!(r#"{{"details":{said}}}"#))
    });
    for more in [&["-o", "text", "-v"][..], &["-v"]] {
        let mut words = vec![
            "create",
            "--registry",
            "ghcr",
            "-u",
            "me",
            "--access-token-stdin",
            "--dry-run",
            "--verify",
            "always",
            "--upstream-registry-url",
            &registry.url,
        ];
        words.extend(more);
        let ended = Program::new(&words)
            .stdin(TOKEN)
            .env("RUST_LOG", "trace")
            .run();
        ended.fails(
            6,
            &["you sent Basic bWU6[token not shown] [token not shown]"],
        );
        ended.never(&[
            "\u{1b}[31m",
            basic("me", TOKEN).trim_start_matches("Basic "),
        ]);
    }
}

#[test]
fn the_basic_variant() {
    let registry = Registry::new(|heard| match &heard.authorization {
        Some(login) if *login == basic("me", TOKEN) => json(200, "{}"),
        _ => challenge(r#"Basic realm="Registry Realm""#),
    });
    verdict_is(
        &attempt("docker-hub", &registry.url, "").run(),
        "accepted",
        &[],
    );
    assert_eq!(
        registry.asked(),
        [("/v2/".to_owned(), false), ("/v2/".to_owned(), true)]
    );
    let wrong = attempt("docker-hub", &registry.url, "")
        .stdin("wrong-token")
        .run();
    verdict_is(&wrong, "rejected", &["authentication required"]);
    // As nginx does in front of a registry.
    let registry = Registry::new(|_| {
        let (status, mut headers, body) = page(401);
        headers.push(("WWW-Authenticate", "Basic realm=x".to_owned()));
        (status, headers, body)
    });
    verdict_is(
        &attempt("docker-hub", &registry.url, "").run(),
        "rejected",
        &["returned 401"],
    );
}

#[test]
fn over_tls_with_a_private_ca() {
    let authority = Authority::new();
    let bearer = |scheme: &'static str| {
        Registry::new(move |heard| match heard.path.as_str() {
            "/v2/" => challenge(&format!(
                r#"Bearer realm="{scheme}://{}/token",service="x""#,
                heard.host
            )),
            _ => json(200, r#"{"token":"t0ken"}"#),
        })
    };
    let registry = bearer("https");
    let address = authority.serve(&["localhost"], &registry.url);
    let port = address.rsplit(':').next().unwrap();
    let url = format!("https://localhost:{port}");
    let program = attempt("docker-hub", &url, "");
    let bundle = program.file("ca.pem", authority.pem());
    let words = ["not signed by a certificate authority", "--ca-bundle"];
    verdict_is(&program.run(), "unknown", &words);
    assert!(registry.heard().is_empty());
    let program = program.env("AWS_CA_BUNDLE", &bundle);
    verdict_is(&program.run(), "accepted", &[]);
    assert_eq!(registry.heard()[1].authorization, Some(basic("me", TOKEN)));
    // Another host than the certificate's.
    let by_number = attempt("docker-hub", &format!("https://127.0.0.1:{port}"), "");
    let by_number = by_number.env("AWS_CA_BUNDLE", &bundle).run();
    verdict_is(&by_number, "unknown", &["it is for another host"]);
    // From TLS to none.
    let plain = bearer("http");
    let address = authority.serve(&["localhost"], &plain.url);
    let port = address.rsplit(':').next().unwrap();
    let to_none = attempt("docker-hub", &format!("https://localhost:{port}"), "");
    let to_none = to_none.env("AWS_CA_BUNDLE", &bundle).run();
    verdict_is(&to_none, "unknown", &["not known to belong to it"]);
    assert_eq!(plain.logins() + registry.logins(), 1);
}

#[test]
fn a_proxy_gets_only_what_is_encrypted() {
    let proxy = Registry::new(|_| json(502, "{}"));
    let registry = Registry::strict();
    let with_proxy = |registry: &str| {
        let mut program = attempt("docker-hub", registry, "--yes");
        for name in [
            "HTTP_PROXY",
            "http_proxy",
            "HTTPS_PROXY",
            "https_proxy",
            "ALL_PROXY",
        ] {
            program = program.env(name, &proxy.url);
        }
        program.run()
    };
    verdict_is(&with_proxy(&registry.url), "accepted", &[]);
    assert!(proxy.heard().is_empty(), "{:?}", proxy.heard());
    verdict_is(
        &with_proxy("registry.invalid"),
        "unknown",
        &["the proxy rejected the connection"],
    );
    assert_eq!(proxy.asked(), [("registry.invalid:443".to_owned(), false)]);
}

/// `ecr-ptc create` with this host of the registry.
fn create_for(elsewhere: &Elsewhere, account: &Account, words: &(impl Words + ?Sized)) -> Program {
    let program = Program::new("create -u me --access-token-stdin -o json").and(words);
    let program = elsewhere.reached_by(program.with(account));
    program.stdin("a-password-of-none-of-them")
}

/// Hosts that look like the registry's own.
const FOREIGN: [(&str, &str); 9] = [
    ("acr", "me.azurecr.io.evil.com"),
    ("acr", "registry.me.azurecr.io"),
    ("acr", "meazurecr.io"),
    ("acr", "me.azurecr.cn"),
    ("acr", "me.azurecr.io:8443"),
    ("acr", "https://evil.com"),
    ("docker-hub", "registry-1.docker.io.evil.com"),
    ("docker-hub", "ghcr.io"),
    ("ghcr", "me.azurecr.io"),
];

#[test]
fn a_pipeline_sends_nothing_to_another_host_without_a_yes() {
    for (kind, host) in FOREIGN {
        let elsewhere = Elsewhere::at(&["x"]);
        let account = Account::new();
        let words = ["--registry", kind, "--upstream-registry-url", host];
        for more in [
            &[][..],
            &["--verify", "always"],
            &["--verify", "always", "--dry-run"],
            &["--if-exists", "update", "-q"],
        ] {
            let run = create_for(&elsewhere, &account, &[&words[..], more].concat()).run();
            run.fails(2, &["ECR pulls only from", "not a host of", "add --yes"]);
        }
        assert!(elsewhere.is_untouched(), "{host}");
        assert!(account.requests().is_empty(), "{host}");
        // Where nothing is sent there, a warning does.
        for more in [&["--dry-run"][..], &["--verify", "never"]] {
            let run = create_for(&elsewhere, &account, &[&words[..], more].concat()).run();
            let warnings = run.json()["warnings"].clone();
            assert_eq!(warnings.as_array().map(Vec::len), Some(1), "{warnings}");
            for text in [warnings[0].as_str().unwrap(), &run.stderr] {
                assert!(text.contains("is not a host of"), "{host}: {text}");
                assert!(!text.contains("are sent there"), "{host}: {text}");
            }
        }
        assert!(elsewhere.is_untouched(), "{host}");
    }
}

#[test]
fn with_yes_a_warning_comes_before_the_login() {
    for (kind, host) in [
        ("acr", "me.azurecr.io.example"),
        ("docker-hub", "mirror.example"),
    ] {
        let elsewhere = Elsewhere::at(&[host]);
        let account = Account::new();
        let words = ["--registry", kind, "--upstream-registry-url", host, "--yes"];
        let run = create_for(&elsewhere, &account, &words).run();
        let report = run.json();
        assert_eq!(report["verification"]["verdict"], "accepted");
        let warnings = report["warnings"].to_string();
        assert!(
            warnings.contains(&format!("{host} is not a host of")),
            "{warnings}"
        );
        assert!(
            run.stderr.find("the credentials are sent there")
                < run.stderr.find("accepted the credentials")
        );
        assert_eq!(run.stderr.matches("is not a host of").count(), 1);
        assert_eq!(elsewhere.hosts_with_logins(), [host]);
    }
}

#[test]
fn the_command_that_finishes_the_work_has_the_yes_too() {
    let elsewhere = Elsewhere::at(&["mirror.example"]);
    let account = Account::new();
    account.refuse("PutResourcePolicy", 400, "InvalidRequestException", "no");
    let words = [
        "create",
        "--registry",
        "docker-hub",
        "-u",
        "me",
        "--access-token-stdin",
        "--yes",
        "--upstream-registry-url",
        "mirror.example",
        "--resource-policy",
    ];
    let program = Program::new(&[]);
    let policy = policy_file(&program).display().to_string();
    let run = Program::new(&[&words[..], &[&policy]].concat());
    let run = elsewhere.reached_by(run.with(&account)).stdin(TOKEN).run();
    run.fails(8, &["--yes", "--upstream-registry-url mirror.example"]);
}

#[test]
fn the_registrys_own_host_needs_no_yes() {
    for (kind, more, host) in [
        (
            "acr",
            &["--upstream-registry-url", "Contoso-a1b2.azurecr.io"][..],
            "contoso-a1b2.azurecr.io",
        ),
        ("ghcr", &["--upstream-registry-url", "ghcr.io"], "ghcr.io"),
        ("cgr", &[], "cgr.dev"),
    ] {
        let elsewhere = Elsewhere::at(&[host]);
        let account = Account::new();
        let words = [&["--registry", kind], more].concat();
        let report = create_for(&elsewhere, &account, &words).run().json();
        assert_eq!(report["verification"]["verdict"], "accepted");
        assert_eq!(report["warnings"], serde_json::json!([]));
        assert_eq!(elsewhere.hosts_with_logins(), [host]);
    }
}

#[test]
fn dockers_login_for_another_host_goes_nowhere_without_a_yes() {
    let host = "me.azurecr.io.example";
    let elsewhere = Elsewhere::at(&[host]);
    let account = Account::new();
    let words = [
        "create",
        "--registry",
        "acr",
        "--from-docker-config",
        "--upstream-registry-url",
        host,
    ];
    let run = |more: &[&str]| {
        let program = Program::new(&[&words[..], more].concat()).with(&account);
        std::fs::create_dir(program.home.path().join(".docker")).unwrap();
        let login = serde_json::json!({"auth": base64_of(&format!("me:{TOKEN}"))});
        let config = serde_json::json!({"auths": {host: login}});
        program.file(".docker/config.json", config.to_string());
        elsewhere.reached_by(program).run()
    };
    run(&[]).fails(2, &["me.azurecr.io.example is not a host of", "add --yes"]);
    assert!(elsewhere.is_untouched() && account.requests().is_empty());
    run(&["-y"]).ok();
    assert_eq!(elsewhere.hosts_with_logins(), [host]);
}

#[test]
fn update_has_another_host_agreed_to_as_well() {
    let elsewhere = Elsewhere::at(&["mirror.example"]);
    let account = Account::new();
    account.made("ecr-pullthroughcache/docker-hub");
    let run = |more: &[&str]| {
        let words = ["update", "docker-hub", "--access-token-stdin"];
        let there = ["--upstream-registry-url", "mirror.example", "-o", "json"];
        let program = Program::new(&[&words[..], &there, more].concat());
        let program = program.with(&account).stdin("another-token");
        elsewhere.reached_by(program).run()
    };
    run(&[]).fails(2, &["mirror.example is not a host of", "add --yes"]);
    run(&["--verify", "always"]).fails(2, &["add --yes"]);
    assert!(elsewhere.is_untouched() && account.requests().is_empty());
    let report = run(&["--verify", "never", "--expires-on", "2999-01-31"]).json();
    assert!(report["warnings"][0]
        .as_str()
        .unwrap()
        .contains("is not a host of"));
    assert!(elsewhere.is_untouched());
    let report = run(&["--yes", "--verify", "always"]).json();
    assert!(report["warnings"][0]
        .as_str()
        .unwrap()
        .contains("are sent there"));
    assert_eq!(elsewhere.hosts_with_logins(), ["mirror.example"]);
}

#[test]
fn a_host_must_fit_the_registry_of_the_rule() {
    let elsewhere = Elsewhere::at(&["x"]);
    let account = Account::new();
    let arn = account.made("ecr-pullthroughcache/build");
    account.ask_ecr(
        "CreatePullThroughCacheRule",
        &serde_json::json!({"ecrRepositoryPrefix": "hub", "upstreamRegistryUrl": "registry-1.docker.io", "credentialArn": arn}),
    );
    let words = [
        "update",
        "build",
        "--access-token-stdin",
        "--rule",
        "hub",
        "--upstream-registry-url",
        "me.azurecr.io",
    ];
    let program = Program::new(&words).with(&account).stdin("another-token");
    elsewhere
        .reached_by(program)
        .run()
        .fails(2, &["me.azurecr.io is not a host of", "add --yes"]);
    assert!(elsewhere.is_untouched());
    assert!(!account.actions().contains(&"PutSecretValue".to_owned()));
}

/// The registry answers only when AWS credentials are asked for, and they come only when the
/// registry was asked: neither may wait for the other.
#[cfg(unix)]
#[test]
fn the_login_runs_beside_the_search_for_aws_credentials() {
    let account = Account::new();
    let home = tempfile::TempDir::new().unwrap();
    let fifo = home.path().join("fifo");
    let made = std::process::Command::new("mkfifo").arg(&fifo).status();
    assert!(made.unwrap().success());
    let to_helper = fifo.clone();
    let registry = Registry::with_tokens("x", move |_| {
        // Opens when the other end is opened for reading.
        std::fs::write(&to_helper, "go\n").unwrap();
        json(200, r#"{"token":"t0ken"}"#)
    });
    let more = ["--profile", "child", "--verify", "always"];
    let program = Program::create_at(&registry, &account, &more);
    let script = program.file(
        "helper.sh",
        format!("read go < '{}'\necho '{{\"Version\":1,\"AccessKeyId\":\"AKIACHILD\",\"SecretAccessKey\":\"x\"}}'\n", fifo.display()),
    );
    program.file(
        "config",
        format!(
            "[profile child]\ncredential_process = sh {}\n",
            script.display()
        ),
    );
    program.run().ok();
    assert_eq!(account.actions_but_looks(), ["CreateSecret"]);
}

/// Distribution's own registry with a password file, where it is installed (Debian's package
/// docker-registry); its recorded answers stand in `the_basic_variant` for where it is not.
#[cfg(unix)]
#[test]
fn distributions_registry_with_a_password_file() {
    let Some(mut server) = Distribution::start() else {
        return the_basic_variant();
    };
    let registry = format!("http://127.0.0.1:{}", server.port);
    verdict_is(&attempt("docker-hub", &registry, "").run(), "accepted", &[]);
    let wrong = attempt("docker-hub", &registry, "").stdin("wrong-token");
    verdict_is(
        &wrong.run(),
        "rejected",
        &["returned 401: authentication required"],
    );
    server.process.kill().unwrap();
    server.process.wait().unwrap();
}

#[cfg(unix)]
struct Distribution {
    process: std::process::Child,
    port: u16,
    _home: tempfile::TempDir,
}

#[cfg(unix)]
impl Distribution {
    /// None where it is not installed.
    fn start() -> Option<Self> {
        use std::io::BufRead;
        // `me` with TOKEN.
        const PASSWORDS: &str = "me:$2b$05$abcdefghijklmnopqrstuuebBvjLAOy123R5utihxUb2rFs7DXXw6\n";
        let home = tempfile::TempDir::new().unwrap();
        let passwords = home.path().join("htpasswd");
        std::fs::write(&passwords, PASSWORDS).unwrap();
        let config = home.path().join("config.yml");
        let root = home.path().display();
        let text = format!(
            "version: 0.1\nlog: {{level: info}}\nstorage: {{filesystem: {{rootdirectory: '{root}'}}}}\n\
             http: {{addr: '127.0.0.1:0'}}\nauth: {{htpasswd: {{realm: Registry Realm, path: '{}'}}}}\n",
            passwords.display()
        );
        std::fs::write(&config, text).unwrap();
        let started = std::process::Command::new("docker-registry")
            .arg("serve")
            .arg(&config)
            .stderr(std::process::Stdio::piped())
            .stdout(std::process::Stdio::null())
            .spawn();
        let mut process = match started {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return None,
            started => started.unwrap(),
        };
        let mut log = std::io::BufReader::new(process.stderr.take().unwrap()).lines();
        let port = log.find_map(|line| {
            let line = line.unwrap();
            let (_, rest) = line.split_once("listening on 127.0.0.1:")?;
            let end = rest.find(|c: char| !c.is_ascii_digit());
            rest[..end.unwrap_or(rest.len())].parse().ok()
        });
        let port = port.expect("docker-registry starts");
        // It goes on writing.
        std::thread::spawn(move || log.for_each(drop));
        Some(Self {
            process,
            port,
            _home: home,
        })
    }
}
