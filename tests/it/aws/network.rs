//! Endpoints and proxies, as the AWS CLI has them: seen at the request that arrived.

use crate::support::{Account, Authority, Program, Proxy, Web, Words};

const DEFAULT: &str = "secretsmanager.us-east-1.amazonaws.com";

/// A run with no endpoint set, whose proxy leads to an account by TLS with certificates for these hosts.
fn by_proxy(account: &Account, hosts: &[&str], more: &(impl Words + ?Sized)) -> (Program, Proxy) {
    let authority = Authority::new();
    let proxy = Proxy::to(&authority.serve(hosts, &account.url));
    let program = Program::create(account, more)
        .without("AWS_ENDPOINT_URL")
        .env("HTTPS_PROXY", format!("http://{}", proxy.address));
    let bundle = program.file("ca.pem", authority.pem());
    (program.env("AWS_CA_BUNDLE", bundle), proxy)
}

#[test]
fn a_region_has_its_host_and_the_settings_of_the_aws_cli_change_it() {
    let fips = "AWS_USE_FIPS_ENDPOINT";
    let dual = "AWS_USE_DUALSTACK_ENDPOINT";
    let china = "secretsmanager-fips.cn-north-1.api.amazonwebservices.com.cn";
    for (region, settings, host) in [
        ("us-east-1", &[][..], DEFAULT),
        (
            "cn-north-1",
            &[],
            "secretsmanager.cn-north-1.amazonaws.com.cn",
        ),
        (
            "us-gov-west-1",
            &[],
            "secretsmanager.us-gov-west-1.amazonaws.com",
        ),
        (
            "eusc-de-east-1",
            &[],
            "secretsmanager.eusc-de-east-1.amazonaws.eu",
        ),
        (
            "us-east-1",
            &[fips],
            "secretsmanager-fips.us-east-1.amazonaws.com",
        ),
        // The default host has both stacks in most partitions.
        ("us-east-1", &[dual], DEFAULT),
        ("cn-north-1", &[dual, fips], china),
    ] {
        let account = Account::new();
        let (mut program, proxy) = by_proxy(&account, &[host], &["--region", region]);
        for setting in settings {
            program = program.env(setting, "true");
        }
        let arn = program.run().ok().to_owned();
        assert!(arn.contains(region), "{arn}");
        assert!(proxy.hosts().iter().any(|asked| asked == host));
        assert_eq!(account.actions_but_looks(), ["CreateSecret"]);
    }
    let account = Account::new();
    let (program, proxy) = by_proxy(&account, &[china], "--region cn-north-1");
    program.file(
        "config",
        "[default]\nuse_fips_endpoint = true\nuse_dualstack_endpoint = true\n",
    );
    program.run().ok();
    assert!(proxy.hosts().iter().any(|asked| asked == china));
}

#[test]
fn an_endpoint_is_found_where_the_aws_cli_finds_it() {
    let nowhere = "http://127.0.0.1:1";
    let account = Account::new();
    let url = &account.url;
    let section = |service: &str| {
        format!("[default]\nservices = here\nendpoint_url = {nowhere}\n[services here]\n{service} =\n  endpoint_url = {url}\n")
    };
    let global = format!("[default]\nendpoint_url = {url}\n");
    let dead = format!("[default]\nendpoint_url = {nowhere}\n");
    let empty = "[default]\nendpoint_url =\n".to_owned();
    let ours = "AWS_ENDPOINT_URL_SECRETS_MANAGER";
    for (option, variables, config) in [
        (
            Some(url),
            vec![("AWS_ENDPOINT_URL", nowhere), (ours, nowhere)],
            dead.clone(),
        ),
        (
            None,
            vec![("AWS_ENDPOINT_URL", nowhere), (ours, url)],
            dead.clone(),
        ),
        (
            None,
            vec![("AWS_ENDPOINT_URL", url), (ours, "")],
            section("sts"),
        ),
        (
            None,
            vec![("AWS_ENDPOINT_URL", "")],
            section("secrets_manager"),
        ),
        (None, vec![], section("secrets-manager")),
        (None, vec![], global),
        (None, vec![("AWS_ENDPOINT_URL", url)], empty),
    ] {
        let more = option.map(|url| ["--endpoint-url", url]);
        let more = more.as_ref().map_or(&[][..], |more| &more[..]);
        let more = [more, &["--if-exists", "skip"]].concat();
        let mut program = Program::create(&account, &more).without("AWS_ENDPOINT_URL");
        for (name, value) in variables {
            program = program.env(name, value);
        }
        program.file("config", &config);
        account.take_actions();
        program.run().ok();
        assert!(
            account.actions().contains(&"DescribeSecret".to_owned()),
            "{config}"
        );
        let review = Program::create(&account, &["--dry-run", "--endpoint-url", url]).run();
        assert!(review.stderr.contains(url.as_str()), "{}", review.stderr);
    }
}

#[test]
fn the_review_shows_the_endpoint_wherever_it_was_found() {
    let account = Account::new();
    let program = Program::create(&account, "--dry-run").without("AWS_ENDPOINT_URL");
    program.file(
        "config",
        "[default]\nservices = s\n[services s]\nsecrets_manager =\n  endpoint_url = http://127.0.0.1:9\n",
    );
    let said = program.run().stderr;
    assert!(said.contains("http://127.0.0.1:9"), "{said}");
}

#[test]
fn configured_endpoints_can_be_ignored() {
    for in_profile in [false, true] {
        let account = Account::new();
        let (program, proxy) = by_proxy(&account, &[DEFAULT], "");
        let mut program = program.env("NO_PROXY", "127.0.0.1");
        let config = "[default]\nendpoint_url = http://127.0.0.1:1\n";
        if in_profile {
            program.file(
                "config",
                format!("{config}ignore_configured_endpoint_urls = true\n"),
            );
        } else {
            program.file("config", config);
            program = program.env("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "true");
            program = program.env("AWS_ENDPOINT_URL_SECRETS_MANAGER", "nonsense");
            program = program.env("AWS_ENDPOINT_URL_STS", "nonsense");
            // The profile's own is ignored by its own switch or by the variable.
            program.file("config", "[default]\n");
        }
        program.run().ok();
        let mut hosts = proxy.hosts();
        hosts.retain(|host| !host.starts_with("api.ecr."));
        assert_eq!(hosts, [DEFAULT; 2]);
    }
}

#[test]
fn an_endpoint_that_is_no_url_is_reported_with_its_origin() {
    let account = Account::new();
    for (config, origin) in [
        (
            "[default]\nendpoint_url = nonsense\n",
            "endpoint_url of the profile",
        ),
        (
            "[default]\nservices = s\n[services s]\nsecrets_manager =\n  endpoint_url = ftp://x\n",
            "secrets_manager in the services section",
        ),
    ] {
        let program = Program::create(&account, "-o json").without("AWS_ENDPOINT_URL");
        program.file("config", config);
        let ended = program.run();
        ended.fails(4, &[origin, "https://host:port"]);
        assert_eq!(ended.error_json()["error"]["code"], "endpoint");
    }
}

#[test]
fn an_endpoint_that_would_expose_the_token_is_refused() {
    let account = Account::new();
    for (url, words) in [
        (
            "http://aws.example.com",
            "the token would be sent unencrypted",
        ),
        (
            "http://127.0.0.1.example.com:80",
            "the token would be sent unencrypted",
        ),
        (
            "http://10.0.0.1:4566",
            "the token would be sent unencrypted",
        ),
        (
            "https://someone:hunter2@127.0.0.1:9",
            "a user or a password",
        ),
        ("http://hunter2@localhost:9", "a user or a password"),
    ] {
        for how in ["option", "variable", "section", "profile"] {
            let option = ["--endpoint-url", url];
            let more = if how == "option" { &option[..] } else { &[] };
            let mut program = Program::create(&account, more).without("AWS_ENDPOINT_URL");
            match how {
                "variable" => program = program.env("AWS_ENDPOINT_URL", url),
                "section" => {
                    let services = format!("secrets_manager =\n  endpoint_url = {url}\n");
                    let config = format!("[default]\nservices = s\n[services s]\n{services}");
                    program.file("config", config);
                }
                "profile" => {
                    program.file("config", format!("[default]\nendpoint_url = {url}\n"));
                }
                _ => {}
            }
            // A person typed this address.
            if how == "option" && words.contains("unencrypted") {
                continue;
            }
            let status = if how == "option" { 2 } else { 4 };
            program.run().fails(status, &[words]).never(&["hunter2"]);
        }
    }
}

/// As for a local AWS in a network of containers.
#[test]
fn an_http_endpoint_of_another_machine_is_taken_from_the_command_line_with_a_warning() {
    let account = Account::new();
    let url = "http://aws.invalid:4566";
    let ended = Program::create(&account, &["--endpoint-url", url])
        .env("AWS_MAX_ATTEMPTS", "1")
        .run();
    let warning = "an http URL of another machine, so the token is sent unencrypted";
    ended.fails(7, &[warning, "DNS cannot find the host"]);
    let ended = Program::create(&account, &["--endpoint-url", &account.url]).run();
    ended.ok();
    ended.never(&["unencrypted"]);
}

/// Requests that are meant for a private endpoint would go to AWS.
#[test]
fn a_services_section_that_does_not_exist_is_reported() {
    let account = Account::new();
    let program = Program::create(&account, &[]).without("AWS_ENDPOINT_URL");
    program.file(
        "config",
        "[default]\nservices = here\n[services there]\nsecrets_manager =\n  endpoint_url = http://127.0.0.1:9\n",
    );
    program.run().fails(4, &["the section [services here]"]);
    assert!(account.requests().is_empty());
}

#[test]
fn each_proxy_variable_in_both_cases() {
    for name in ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"] {
        let account = Account::new();
        let (program, proxy) = by_proxy(&account, &[DEFAULT], "");
        let login = format!("http://us%3Aer:p@s^%40@{}", proxy.address);
        let program = program.without("HTTPS_PROXY").env(name, login);
        // As where a program runs for a web server: it is no reason to go without the proxy.
        program.env("REQUEST_METHOD", "GET").run().ok();
        assert_eq!(account.actions_but_looks(), ["CreateSecret"], "{name}");
        let seen = proxy.seen();
        // us:er:p@s^@
        let header = "Proxy-Authorization: Basic dXM6ZXI6cEBzXkA=";
        let has = |line: &str| line.eq_ignore_ascii_case(header);
        assert!(seen[0].lines().any(has), "{name}: {seen:?}");
        let headers = account.requests()[0].headers.to_lowercase();
        assert!(!headers.contains("proxy-authorization"), "{headers}");
    }
}

/// A host that nothing but the proxy knows is reached only by it.
#[test]
fn the_lower_case_name_wins_and_an_empty_one_is_no_proxy() {
    const HOST: &str = "aws.invalid";
    let account = Account::new();
    let authority = Authority::new();
    let proxy = Proxy::to(&authority.serve(&[HOST], &account.url));
    let address = format!("http://{}", proxy.address);
    Program::create(&account, &[]).run().ok();
    for (is_proxied, variables) in [
        (true, &[("HTTPS_PROXY", address.as_str())][..]),
        // An unused setting is no error.
        (
            true,
            &[
                ("https_proxy", &address),
                ("ALL_PROXY", "socks://127.0.0.1:1/"),
            ],
        ),
        (
            true,
            &[("https_proxy", &address), ("http_proxy", "http://us er@")],
        ),
        (
            true,
            &[
                ("HTTPS_PROXY", "http://127.0.0.1:1"),
                ("https_proxy", &address),
            ],
        ),
        (false, &[("HTTPS_PROXY", &address), ("https_proxy", "")]),
        (false, &[("ALL_PROXY", &address), ("https_proxy", "")]),
        (false, &[("HTTPS_PROXY", &address), ("NO_PROXY", HOST)]),
        (
            false,
            &[("HTTPS_PROXY", &address), ("NO_PROXY", ".invalid")],
        ),
        (
            false,
            &[("HTTPS_PROXY", &address), ("NO_PROXY", "*.invalid")],
        ),
        (
            false,
            &[
                ("https_proxy", &address),
                ("no_proxy", "127.0.0.0/8, aws.invalid"),
            ],
        ),
        (false, &[("https_proxy", &address), ("no_proxy", "*")]),
        (
            true,
            &[("https_proxy", &address), ("no_proxy", "example.com")],
        ),
        (
            true,
            &[
                ("https_proxy", &address),
                ("NO_PROXY", HOST),
                ("no_proxy", ""),
            ],
        ),
    ] {
        let mut program = Program::create(&account, "--if-exists skip")
            .env("AWS_ENDPOINT_URL", format!("https://{HOST}"))
            .env("AWS_MAX_ATTEMPTS", "1");
        let bundle = program.file("ca.pem", authority.pem());
        program = program.env("AWS_CA_BUNDLE", bundle);
        for (name, value) in variables {
            program = program.env(name, value);
        }
        let before = proxy.seen().len();
        let ended = program.run();
        assert_eq!(ended.status, if is_proxied { 0 } else { 7 }, "{ended:?}");
        assert_eq!(proxy.seen().len() > before, is_proxied, "{variables:?}");
    }
}

/// Requests to loopback stay on this machine.
#[test]
fn this_machine_is_never_reached_by_a_proxy() {
    let account = Account::new();
    let authority = Authority::new();
    let server = authority.serve(&["localhost", "127.0.0.1"], &account.url);
    let proxy = Proxy::to(&server);
    for endpoint in [server.clone(), server.replace("127.0.0.1", "localhost")] {
        let program = Program::create(&account, "--if-exists skip")
            .env("AWS_ENDPOINT_URL", format!("https://{endpoint}"))
            .env("HTTPS_PROXY", format!("http://{}", proxy.address));
        let bundle = program.file("ca.pem", authority.pem());
        program.env("AWS_CA_BUNDLE", bundle).run().ok();
    }
    assert_eq!(proxy.seen().len(), 0);
}

/// A proxy would see the token, and could not reach loopback.
#[test]
fn without_tls_no_proxy_is_asked() {
    let account = Account::new();
    let proxy = Proxy::to(&account.url);
    for name in ["HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "ALL_PROXY"] {
        let program = Program::create(&account, "--if-exists update");
        program
            .env(name, format!("http://{}", proxy.address))
            .run()
            .ok();
    }
    assert_eq!(proxy.seen().len(), 0);
}

#[test]
fn a_proxy_that_cannot_be_used_is_reported_before_anything_is_sent() {
    let account = Account::new();
    for (value, words) in [
        ("socks5://127.0.0.1:1080", "SOCKS"),
        ("http://", "is not a URL"),
        ("http://user:p@ss@ho st", "is not a URL"),
        ("ftp://proxy", "is not a URL"),
        ("user:p@ss@pro xy", "is not a URL"),
        ("http://proxy:8080:me:hidden", "is not a URL"),
    ] {
        let run = |program: Program| program.env("HTTPS_PROXY", value).run();
        let ended = run(Program::create(&account, "-v").without("AWS_ENDPOINT_URL"));
        ended
            .fails(4, &["HTTPS_PROXY", words])
            .never(&["p@ss", "hidden"]);
        assert!(account.requests().is_empty());
        // Without TLS, which no proxy is asked for, it stops nothing.
        let ended = run(Program::create(&account, "--dry-run"));
        ended.ok();
        account.take_actions();
    }
    assert!(account.requests().is_empty());
}

#[test]
fn a_proxy_that_lets_nothing_through() {
    let account = Account::new();
    let authority = Authority::new();
    for (status, exit, words) in [
        (407, 4, "USER:PASSWORD"),
        (403, 7, "rejected the connection"),
        (502, 7, "rejected the connection"),
    ] {
        let proxy = Proxy::that_refuses(status);
        let program = Program::create(&account, "-v")
            .without("AWS_ENDPOINT_URL")
            .env("AWS_MAX_ATTEMPTS", "1")
            .env(
                "HTTPS_PROXY",
                format!("http://u:hidden-word@{}", proxy.address),
            );
        let bundle = program.file("ca.pem", authority.pem());
        let ended = program.env("AWS_CA_BUNDLE", bundle).run();
        ended.fails(exit, &[words, "HTTPS_PROXY"]).never(&[
            "hidden-word",
            "\u{1b}[31m",
            "may be stored",
        ]);
    }
    for (status, exit) in [(407, 4), (403, 4), (502, 7)] {
        let proxy = Proxy::that_refuses(status);
        let ended = Program::create(&account, "-v")
            .env("AWS_ENDPOINT_URL", format!("http://{}", proxy.address))
            .env("AWS_MAX_ATTEMPTS", "1")
            .run();
        ended
            .fails(exit, &[&format!("HTTP {status}")])
            .never(&["\u{1b}[31m", "<html>"]);
    }
    assert!(account.requests().is_empty());
}

#[test]
fn a_proxy_that_does_not_listen() {
    let account = Account::new();
    for proxy in [
        "http://127.0.0.1:1",
        "http://proxy.invalid:3128",
        // A password in an unusual place.
        "http:me:hidden@127.0.0.1:1",
        "me:hidden@127.0.0.1:1/hidden?hidden@hidden",
    ] {
        let ended = Program::create(&account, "-v")
            .without("AWS_ENDPOINT_URL")
            .env("AWS_MAX_ATTEMPTS", "1")
            .env("HTTPS_PROXY", proxy)
            .run();
        let words = ["the proxy cannot be reached", "HTTPS_PROXY"];
        ended.fails(7, &words).never(&["hidden"]);
    }
    assert!(account.requests().is_empty());
}

#[test]
fn settings_that_exclude_each_other_are_reported() {
    let account = Account::new();
    let program = Program::create(&account, &[]).env("AWS_USE_FIPS_ENDPOINT", "true");
    program.run().fails(4, &["FIPS and custom endpoint"]);
    assert!(account.requests().is_empty());
}

#[test]
fn other_programs_find_the_environment_as_it_was() {
    let account = Account::new();
    let program = Program::create(&account, &[]);
    let script = program.file("helper.sh", "env > \"$HOME/seen\"\nexit 1\n");
    let config = format!("[default]\ncredential_process = sh {}\n", script.display());
    program.file("config", config);
    let variables = [
        ("HTTPS_PROXY", ""),
        ("https_proxy", "http://127.0.0.1:1"),
        ("HTTP_PROXY", "http://127.0.0.1:2"),
        ("NO_PROXY", "example.com"),
        ("ECR_PTC_OUTPUT", ""),
    ];
    let mut program = program
        .without("AWS_ACCESS_KEY_ID")
        .without("AWS_SECRET_ACCESS_KEY");
    for (name, value) in variables {
        program = program.env(name, value);
    }
    program.run().fails(4, &[]);
    let seen = std::fs::read_to_string(program.home.path().join("seen")).unwrap();
    for (name, value) in variables {
        let line = format!("{name}={value}");
        assert!(seen.lines().any(|seen| seen == line), "{line}: {seen}");
    }
}

#[test]
fn a_host_that_does_not_resolve() {
    let account = Account::new();
    let run = |region: &str| {
        Program::create(&account, &["--region", region, "-o", "json"])
            .without("AWS_ENDPOINT_URL")
            .env("AWS_MAX_ATTEMPTS", "1")
            .env("HTTPS_PROXY", "")
            .run()
    };
    let ended = run("us-eest-1");
    ended.fails(7, &["DNS cannot find the host", "the Region us-eest-1"]);
    assert_eq!(ended.error_json()["error"]["code"], "unreachable");
    let ended = Program::create(&account, &[])
        .env("AWS_MAX_ATTEMPTS", "1")
        .env("AWS_ENDPOINT_URL", "https://aws.invalid")
        .run();
    ended.fails(7, &["DNS cannot find the host"]);
}

#[test]
fn an_endpoint_that_is_not_aws() {
    let web = Web::new(|_, _| "SSH-2.0-OpenSSH_9.2\r\n".to_owned());
    let account = Account::new();
    let ended = Program::create(&account, &["-v", "--endpoint-url", &web.url])
        .env("AWS_MAX_ATTEMPTS", "1")
        .run();
    assert!([4, 7].contains(&ended.status), "{ended:?}");
    ended.never(&["SSH-2.0", "dispatch failure"]);
}
