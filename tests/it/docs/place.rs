//! [`Place`]: the environment in which the commands of a page run.

use std::fs;
use std::process::{Command, Stdio};

use crate::golden::placeholders::{date, is_like, today, Placeholders};
use crate::support::registry::{json, manifest_list};
use crate::support::{executable, found, Account, Program, Registry, Wire};

/// The account that the pages are about.
const ACCOUNT: &str = "123456789012";

/// What stands in a page for the day on which a token ends, and the days until then in a run.
const END: &str = "2027-01-31";
const DAYS: i64 = 90;

/// Hosts that are reached: AWS in the Regions of the pages, and what a login asks.
const SERVICES: [&str; 4] = ["secretsmanager", "api.ecr", "sts", "kms"];
const REGIONS: [&str; 3] = ["us-east-1", "eu-central-1", "eu-west-1"];
const REGISTRIES: [&str; 4] = ["auth.docker.io", "ghcr.io", "api.github.com", "cgr.dev"];

/// Pages in whose account is a secret of another tool's, with a line end in its token.
const BROKEN: [&str; 2] = [".github/docs/permissions.md", ".github/docs/secrets.md"];

/// The result of `docker login`. It reads its input, or the program before it in the pipe fails.
const DOCKER: &str = r#"[ -p /dev/stdin ] && cat >/dev/null
[ "$1" = login ] || exit 0
mkdir -p ~/.docker
printf '{"auths":{"https://index.docker.io/v1/":{"auth":"bWU6ZnJvbS1kb2NrZXI="}}}' >~/.docker/config.json"#;

/// The real one where it is, else what it makes of it.
const JQ: &str = r#"real=$(PATH=${PATH#*:} command -v jq) && exec "$real" "$@"
cat >/dev/null
printf '{"username":"org/id","accessToken":"a-pull-token"}'"#;

/// Stand-ins for programs that the pages use, with their output.
const OTHERS: [(&str, &str); 11] = [
    ("bin/vault", "printf some-token"),
    ("bin/op", "printf some-token"),
    ("bin/docker", DOCKER),
    (
        "bin/chainctl",
        r#"printf '{"identity_id":"org/id","token":"a-pull-token"}'"#,
    ),
    (
        "bin/az",
        r#"case "$*" in
*show*) printf '{"credentials":{"passwords":[{"name":"password1","creationTime":"2020-01-01T01:02:03"}]}}' ;;
*reset*) printf '{"appId":"an-id","password":"a-secret","tenant":"x"}' ;;
*) printf '{"username":"TOKEN","passwords":[{"name":"password1","value":null,"expiry":null},
    {"name":"password2","value":"a-password","expiry":"2999-01-31T00:00:00.066221+00:00"}]}' ;;
esac"#,
    ),
    (
        "bin/curl",
        r#"case "$*" in
*rotate*) printf '{"id":8,"token":"glpat-a","expires_at":"2999-01-31"}' ;;
*) printf '[{"id":6,"name":"NAME-2"},{"id":7,"name":"NAME"}]' ;;
esac"#,
    ),
    ("bin/jq", JQ),
    (
        "bin/gh",
        r#"[ "$1" = attestation ] && exit
mkdir -p a && echo theirs >a/README.md && tar -czf ecr-ptc-1.2.3.tar.gz a"#,
    ),
    // That of macOS has no -d.
    ("bin/date", "echo 2999-01-31"),
    // What builds this program is run by .ci/run.
    ("bin/cargo", ":"),
    ("tests/local-aws", "cat >/dev/null"),
];

pub struct Place {
    pub account: Account,
    /// The day that it is. At midnight it is not known which is meant.
    day: i64,
    program: Program,
    /// How many blocks were run: each has another token.
    blocks: usize,
}

impl Place {
    pub fn new(page: &str) -> Self {
        let (account, day) = (Account::new(), today());
        let registry = Registry::new(move |heard| {
            if heard.path.contains("/manifests/") {
                return manifest_list();
            }
            let (status, mut headers, body) = json(200, r#"{"token":"t0ken"}"#);
            if heard.host == "api.github.com" {
                let end = format!("{} 00:00:00 UTC", date(day + DAYS));
                headers.push(("GitHub-Authentication-Token-Expiration", end));
                headers.push(("X-OAuth-Scopes", "read:packages".to_owned()));
            }
            (status, headers, body)
        });
        let hosts = REGIONS
            .iter()
            .flat_map(|region| SERVICES.map(|service| format!("{service}.{region}.amazonaws.com")));
        let hosts: Vec<String> = hosts.collect();
        let aws = hosts
            .iter()
            .map(|host| (host.as_str(), account.url.as_str()));
        let own = format!("{}.dkr.ecr.us-east-1.amazonaws.com", account.id);
        let registries = REGISTRIES.into_iter().chain([own.as_str()]);
        let registries = registries.map(|host| (host, registry.url.as_str()));
        let wire = Wire::to(&aws.chain(registries).collect::<Vec<_>>());
        let program = wire.reached_by(Program::new(&[]).with(&account));
        let program = equipped(program.beside((registry, wire)));
        if BROKEN.contains(&page) {
            let value = r#"{"username":"me","accessToken":"some-token\n"}"#;
            account.made_with("ecr-pullthroughcache/ghcr", value);
        }
        Self {
            account,
            day,
            program,
            blocks: 0,
        }
    }

    /// Whether it has become another day.
    pub fn is_over(&self) -> bool {
        today() != self.day
    }

    /// From now on there is another token.
    pub fn next_block(&mut self) {
        self.blocks += 1;
    }

    pub fn has_program(&self, name: &str, script: &str) {
        executable(self.program.home.path().join(name), script);
    }

    /// Runs a script, and gives what it prints to both streams and whether it succeeded.
    pub fn run(&self, script: &str) -> (String, bool) {
        let mut command = Command::new(found("bash"));
        self.program.prepare(&mut command);
        for name in ["TOKEN", "HUB_TOKEN"] {
            command.env(name, format!("some-token-{:02}", self.blocks));
        }
        let end = format!("--expires-on {}", date(self.day + DAYS));
        let script = script.replace("--expires-on DATE", &end);
        command.args(["-o", "pipefail", "-c", &format!("exec 2>&1\n{script}")]);
        command.current_dir(self.program.home.path());
        let ended = command.stdin(Stdio::null()).output().unwrap();
        let said = String::from_utf8(ended.stdout).unwrap();
        (said, ended.status.success())
    }

    /// As a page shows it.
    pub fn shown(&self, said: &str) -> String {
        let said = said.replace(&self.account.id, ACCOUNT);
        said.replace(&date(self.day + DAYS), END)
    }

    /// What is printed, without what differs from run to run.
    pub fn same_of_run(&self, said: &str) -> String {
        self.same(said, &date(self.day + DAYS))
    }

    /// The same of what stands in a page.
    pub fn same_of_page(&self, text: &str) -> String {
        self.same(text, END)
    }

    fn same(&self, text: &str, end: &str) -> String {
        // Of no day that a page could have: days are told apart here.
        let mut placeholders = Placeholders::new(&self.account, "[HOME]", 0);
        let text = text.replace(ACCOUNT, &self.account.id);
        let text = placeholders.replace(&text.replace(end, "[END]"));
        let mut same = String::new();
        let mut rest = text.as_str();
        while let Some(next) = rest.chars().next() {
            let moments = ["0000-00-00T00:00:00Z", "0000-00-00"];
            let found = moments.iter().find(|pattern| is_like(rest, pattern));
            if let Some(pattern) = found {
                same += "[DAY]";
                rest = &rest[pattern.len()..];
            } else {
                same.push(next);
                rest = &rest[next.len_utf8()..];
            }
        }
        same
    }
}

/// With the programs and files that the pages speak of.
fn equipped(program: Program) -> Program {
    let home = program.home.path().to_owned();
    for folder in ["bin", "tests"] {
        fs::create_dir(home.join(folder)).unwrap();
    }
    for (name, does) in OTHERS {
        executable(home.join(name), &format!("#!/bin/sh\n{does}\n"));
    }
    let ours = env!("CARGO_BIN_EXE_ecr-ptc");
    std::os::unix::fs::symlink(ours, home.join("bin/ecr-ptc")).unwrap();
    program.file("token.txt", "some-token");
    program.file("images.txt", "nginx:1.27\n");
    let profiles = ["build", "staging", "production"].map(|name| {
        format!("[profile {name}]\naws_access_key_id = AKIAEXAMPLE\naws_secret_access_key = x\n")
    });
    program.file("config", profiles.concat());
    let path = std::env::var("PATH").unwrap();
    program
        .env("PATH", format!("{}:{path}", home.join("bin").display()))
        .env("ROTATING_TOKEN", "some-token")
        .env("AWS_TOKEN", "some-token")
}

#[test]
fn the_days_of_a_page_are_those_of_any_run() {
    let place = Place::new("a page");
    let page = format!("2026-11-28 2026-12-28T01:02:03Z {END} {ACCOUNT}");
    let [today, later, end] = [0, 30, DAYS].map(|days| date(place.day + days));
    let id = &place.account.id;
    let said = format!("{today} {later}T23:59:59Z {end} {id}");
    assert_eq!(place.same_of_page(&page), "[DAY] [DAY] [END] [ACCOUNT]");
    assert_eq!(place.same_of_run(&said), place.same_of_page(&page));
    assert_eq!(place.shown(&end), END);
}
