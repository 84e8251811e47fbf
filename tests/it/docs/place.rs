//! [`Place`]: where the commands of a page are run.

use std::fs;
use std::process::{Command, Stdio};

use crate::golden::placeholders::{date, is_like, today, Placeholders};
use crate::support::registry::json;
use crate::support::{executable, Account, Program, Registry, Wire};

/// The account that the pages are about, and the day on which their tokens end.
const ACCOUNT: &str = "123456789012";
const END: &str = "2027-01-31";

/// Hosts that are reached: AWS in the Regions of the pages, and what a login asks.
const SERVICES: [&str; 4] = ["secretsmanager", "api.ecr", "sts", "kms"];
const REGIONS: [&str; 3] = ["us-east-1", "eu-central-1", "eu-west-1"];
const REGISTRIES: [&str; 4] = ["auth.docker.io", "ghcr.io", "api.github.com", "cgr.dev"];

/// Pages in whose account is a secret of another tool's, with a line end in its token.
const BROKEN: [&str; 2] = [".github/docs/permissions.md", ".github/docs/secrets.md"];

/// What `docker login` leaves.
const DOCKER: &str = r#"[ "$1" = pull ] && exit
mkdir -p ~/.docker
printf '{"auths":{"https://index.docker.io/v1/":{"auth":"bWU6ZnJvbS1kb2NrZXI="}}}' >~/.docker/config.json"#;

/// Programs that the pages use and that are not here, with what each does.
const OTHERS: [(&str, &str); 11] = [
    ("bin/vault", "printf some-token"),
    ("bin/op", "printf some-token"),
    ("bin/docker", DOCKER),
    ("bin/chainctl", "echo {}"),
    (
        "bin/jq",
        r#"cat >/dev/null; printf '{"username":"org/id","accessToken":"a-pull-token"}'"#,
    ),
    ("bin/az", "echo {}"),
    (
        "bin/gh",
        r#"[ "$1" = attestation ] || { mkdir -p a && tar -czf ecr-ptc-1.2.3.tar.gz a; }"#,
    ),
    ("bin/curl", "echo {}"),
    // That of macOS has no -d.
    ("bin/date", "echo 2099-01-31"),
    // What builds this program is run by .ci/run.
    ("bin/cargo", ":"),
    ("tests/local-aws", "cat >/dev/null"),
];

pub struct Place {
    pub account: Account,
    program: Program,
    /// How many blocks were run: each has another token.
    blocks: usize,
}

impl Place {
    pub fn new(page: &str) -> Self {
        let account = Account::new();
        let registry = Registry::new(|heard| {
            let (status, mut headers, body) = json(200, r#"{"token":"t0ken"}"#);
            if heard.host == "api.github.com" {
                let end = format!("{} 00:00:00 UTC", date(today() + 90));
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
        let registries = REGISTRIES.map(|host| (host, registry.url.as_str()));
        let wire = Wire::to(&aws.chain(registries).collect::<Vec<_>>());
        let program = wire.reached_by(Program::new(&[]).with(&account));
        let program = equipped(program.beside((registry, wire)));
        if BROKEN.contains(&page) {
            let value = r#"{"username":"me","accessToken":"some-token\n"}"#;
            account.made_with("ecr-pullthroughcache/ghcr", value);
        }
        Self {
            account,
            program,
            blocks: 0,
        }
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
        let mut command = Command::new("bash");
        self.program.prepare(&mut command);
        for name in ["TOKEN", "HUB_TOKEN"] {
            command.env(name, format!("some-token-{:02}", self.blocks));
        }
        let script = script.replace(END, &date(today() + 90));
        command.args(["-o", "pipefail", "-c", &format!("exec 2>&1\n{script}")]);
        command.current_dir(self.program.home.path());
        let ended = command.stdin(Stdio::null()).output().unwrap();
        let said = String::from_utf8(ended.stdout).unwrap();
        (said, ended.status.success())
    }

    /// As a page shows it.
    pub fn shown(&self, said: &str) -> String {
        let said = said.replace(&self.account.id, ACCOUNT);
        said.replace(&date(today() + 90), END)
    }

    /// A text without what differs from run to run.
    pub fn comparable(&self, text: &str) -> String {
        let text = text.replace(ACCOUNT, &self.account.id);
        let text = text.replace(END, &date(today() + 90));
        let text = Placeholders::new(&self.account, "[HOME]", today()).replace(&text);
        // Days and times that are not those of today are those of the writing.
        let mut same = String::new();
        let mut rest = text.as_str();
        while let Some(next) = rest.chars().next() {
            let patterns = [
                "0000-00-00T00:00:00Z",
                "[TODAY]T[TIME]Z",
                "[TODAY+30]T[TIME]Z",
                "0000-00-00",
                "[TODAY]",
                "[TODAY+30]",
            ];
            let found = patterns.iter().find(|pattern| is_like(rest, pattern));
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
