//! The scripts of the GitHub Actions, started as the runner does.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::json;

use crate::support::{executable, found, Account, Program};

// With what the runner's commands would read otherwise.
const TOKEN: &str = "dckr_pat_100%25-not-a-real-token";

struct Job {
    script: &'static str,
    program: Program,
    output: PathBuf,
}

impl Job {
    fn new(account: &Account) -> Self {
        Self::of("create/create.sh", account)
    }

    fn of(script: &'static str, account: &Account) -> Self {
        let program = Program::new(&[]).with(account);
        let output = program.file("output", "");
        Self {
            script,
            program,
            output,
        }
    }

    fn run(&self, inputs: &[(&str, &str)]) -> Output {
        let built = Path::new(env!("CARGO_BIN_EXE_ecr-ptc")).parent().unwrap();
        let path = std::env::var("PATH").unwrap();
        let actions = Path::new(env!("CARGO_MANIFEST_DIR")).join(".github/actions");
        let script = actions.join(self.script);
        let mut command = Command::new(found("bash"));
        command.env_clear().arg(script);
        let variables = self.program.command();
        for (name, value) in variables.get_envs() {
            command.env(name, value.unwrap_or_default());
        }
        command
            .env("PATH", format!("{}:{path}", built.display()))
            .env("GITHUB_OUTPUT", &self.output)
            .envs([
                ("REGISTRY", "docker-hub"),
                ("USERNAME", "me"),
                ("TOKEN", TOKEN),
                ("VERIFY", "never"),
            ])
            .envs(inputs.iter().copied());
        command.output().unwrap()
    }
}

/// What a script printed before, between and after the marks that stop the runner's commands.
fn parts(ended: &Output) -> [String; 3] {
    assert_eq!(ended.stderr, b"", "{ended:?}");
    let stdout = String::from_utf8(ended.stdout.clone()).unwrap();
    let (before, rest) = stdout.split_once("::stop-commands::").expect(&stdout);
    let (stop, rest) = rest.split_once('\n').unwrap();
    assert!(stop.len() == 32 && stop.bytes().all(|byte| byte.is_ascii_hexdigit()));
    let (inside, after) = rest.split_once(&format!("::{stop}::\n")).expect(&stdout);
    assert!(!after.contains(stop), "{after}");
    [before, inside, after].map(str::to_owned)
}

#[test]
fn the_action_stores_the_token_masks_it_and_gives_the_arn() {
    let account = Account::new();
    let job = Job::new(&account);
    for round in 1..=2 {
        let ended = job.run(&[
            ("IF_EXISTS", "update"),
            ("RULE", "hub"),
            ("EXPIRES_ON", "2999-01-31"),
        ]);
        let [mask, inside, after] = parts(&ended);
        assert!(ended.status.success(), "{inside}");
        assert_eq!(mask, "::add-mask::dckr_pat_100%2525-not-a-real-token\n");
        assert_eq!(after, "");
        let arn = inside.lines().last().unwrap();
        assert!(
            arn.starts_with("arn:aws:secretsmanager:us-east-1:"),
            "{arn}"
        );
        let output = std::fs::read_to_string(&job.output).unwrap();
        assert_eq!(output, format!("arn={arn}\n").repeat(round));
        assert_eq!(account.rules()[0]["credentialArn"], json!(arn));
        for seen in [&inside, &output] {
            assert!(!seen.contains(TOKEN), "{seen}");
        }
    }
    let stored = format!(r#"{{"username":"me","accessToken":"{TOKEN}"}}"#);
    assert_eq!(account.value("ecr-pullthroughcache/docker-hub"), stored);
}

#[test]
fn the_action_fails_as_the_program_does_and_gives_no_output() {
    let account = Account::new();
    let job = Job::new(&account);
    for (inputs, status, says) in [
        (&[("TOKEN", "")][..], 2, "empty"),
        (&[("REGISTRY", "")], 2, "--registry"),
        (&[("TOKEN", "two\nlines")], 2, "line break"),
        (
            &[("NAME", "docker-hub")],
            2,
            "ecr-pullthroughcache/docker-hub",
        ),
    ] {
        let ended = job.run(inputs);
        let [_, inside, after] = parts(&ended);
        assert_eq!(ended.status.code(), Some(status), "{inside}");
        assert!(inside.contains(says) && !inside.contains(TOKEN), "{inside}");
        assert_eq!(after, "");
        assert_eq!(std::fs::read_to_string(&job.output).unwrap(), "");
    }
    assert!(account.is_empty());
}

#[test]
fn the_action_traces_nothing_and_exports_nothing() {
    for (options, to) in [
        ("xtrace", ""),
        ("xtrace", "1"),
        ("verbose:xtrace", "2"),
        ("allexport:xtrace", "2"),
    ] {
        let account = Account::new();
        let job = Job::new(&account);
        // In the place of ecr-ptc: writes down what it is started with.
        let seen = job.program.home.path().join("seen");
        let script = format!(
            "#!/bin/sh\nenv >'{}'\ncat >/dev/null\necho arn\n",
            seen.display()
        );
        executable(job.program.home.path().join("ecr-ptc"), &script);
        let paths = std::env::var("PATH").unwrap();
        let first = format!("{}:{paths}", job.program.home.path().display());
        let ended = job.run(&[
            ("SHELLOPTS", options),
            ("BASH_XTRACEFD", to),
            ("PATH", &first),
            // Variables of the job, which stay exported with whatever they get.
            ("token", "of the job"),
            ("mask", "of the job"),
            ("stop", "of the job"),
        ]);
        let stderr = String::from_utf8(ended.stderr).unwrap();
        assert!(ended.status.success(), "{stderr}");
        let stdout = String::from_utf8(ended.stdout).unwrap();
        let rest = stdout
            .lines()
            .filter(|line| !line.starts_with("::add-mask::"));
        let environment = std::fs::read_to_string(&seen).unwrap();
        assert!(!environment.contains("\nstop="), "{environment}");
        assert!(environment.contains("GITHUB_OUTPUT="), "{environment}");
        for said in rest.chain([stderr.as_str(), &environment]) {
            assert!(!said.contains("not-a-real-token"), "{options}: {said}");
        }
    }
}

/// A job that checks, with the place of its summary.
fn check(account: &Account, inputs: &[(&str, &str)]) -> (Output, String) {
    let job = Job::of("check/check.sh", account);
    let summary = job.output.display().to_string();
    let ended = job.run(&[&[("GITHUB_STEP_SUMMARY", summary.as_str())], inputs].concat());
    (ended, std::fs::read_to_string(&job.output).unwrap())
}

#[test]
fn the_check_fails_on_errors_and_annotates_what_it_finds() {
    let account = Account::new();
    let arn = account.made("ecr-pullthroughcache/ended");
    let tags = json!([{"Key": "ecr-ptc:expires-on", "Value": "2020-01-31"}]);
    account.ask("TagResource", &json!({"SecretId": arn, "Tags": tags}));
    account.made_with("ecr-pullthroughcache/100%, odd:", "plain");
    let (ended, summary) = check(&account, &[("EXPIRING_WITHIN", "7")]);
    let [before, inside, annotations] = parts(&ended);
    assert_eq!(ended.status.code(), Some(9), "{inside}");
    assert!(before.is_empty() && inside.contains("  error    token-expired"));
    for line in [
        "::error title=ecr-pullthroughcache/ended::token-expired: the token expired on 2020-01-31, ",
        "::error title=ecr-pullthroughcache/100%25%2C odd%3A::not-json: ",
        "::notice title=",
    ] {
        let starts = |given: &str| given.starts_with(line);
        assert!(annotations.lines().any(starts), "{line}: {annotations}");
    }
    assert!(
        summary.starts_with("## Amazon ECR pull through cache\n\n"),
        "{summary}"
    );
    assert!(summary.contains("\n    ecr-pullthroughcache/ended\n      error    token-expired"));
}

#[test]
fn a_check_that_finds_nothing_or_cannot_look_says_so() {
    let account = Account::new();
    let (ended, summary) = check(&account, &[]);
    assert_eq!(ended.status.code(), Some(0));
    assert!(summary.ends_with("Nothing is wrong.\n"), "{summary}");
    account.refuse("ListSecrets", 400, "AccessDeniedException", "no");
    let (ended, summary) = check(&account, &[]);
    assert_eq!(ended.status.code(), Some(5));
    assert!(summary.contains("ended with status 5"), "{summary}");
    let (ended, _) = check(&account, &[("NAME", "-x"), ("MAX_AGE", "x")]);
    assert_eq!(ended.status.code(), Some(2));
}

#[test]
fn a_value_may_begin_with_a_hyphen_and_the_job_may_have_variables_of_ours() {
    let account = Account::new();
    let job = Job::new(&account);
    let inputs = [("USERNAME", "-me"), ("ECR_PTC_OUTPUT", "json")];
    let ended = job.run(&inputs);
    assert!(ended.status.success(), "{ended:?}");
    let output = std::fs::read_to_string(&job.output).unwrap();
    assert!(output.starts_with("arn=arn:aws:"), "{output}");
    let stored = account.value("ecr-pullthroughcache/docker-hub");
    assert!(stored.contains(r#""username":"-me""#));
    let (ended, summary) = check(&account, &[("ECR_PTC_OUTPUT", "json")]);
    assert!(ended.status.success());
    assert!(
        summary.contains("\n    ecr-pullthroughcache/docker-hub\n"),
        "{summary}"
    );
}

/// On Windows, RUNNER_TEMP is such as `D:\a\_temp`.
#[test]
fn the_program_that_was_built_is_found_under_a_path_with_a_colon() {
    let runs = |job: &Job, name: &str, script: &str| {
        executable(job.program.home.path().join(name), script);
    };
    let account = Account::new();
    let job = Job::new(&account);
    let home = job.program.home.path().display().to_string();
    std::fs::create_dir_all(job.program.home.path().join("temp/ecr-ptc/bin")).unwrap();
    runs(
        &job,
        "temp/ecr-ptc/bin/ecr-ptc",
        "#!/bin/sh\ncat >/dev/null\necho built\n",
    );
    let script = format!("#!/bin/sh\n[ \"$1\" = -u ] && echo '{home}'/temp/ecr-ptc/bin\n");
    runs(&job, "cygpath", &script);
    let path = format!("{home}:/usr/bin:/bin");
    let ended = job.run(&[("RUNNER_TEMP", "D:\\a\\_temp"), ("PATH", &path)]);
    let [_, inside, _] = parts(&ended);
    assert_eq!(inside, "built\n");
}

/// Where the program comes from, with these programs in the place of the runner's.
fn find(version: &str, verifies: bool) -> (Output, String) {
    let job = Job::of("find.sh", &Account::new());
    let home = job.program.home.path();
    let runs = |name: &str, script: &str| {
        executable(home.join(name), &format!("#!/bin/sh\n{script}\n"));
    };
    let log = home.join("log");
    std::fs::create_dir_all(home.join("release/ecr-ptc-1.2.3-x")).unwrap();
    runs("release/ecr-ptc-1.2.3-x/ecr-ptc", "echo the release");
    let (seen, release) = (log.display(), home.join("release").display().to_string());
    runs(
        "gh",
        &format!(
            "echo gh \"$@\" >> '{seen}'\n\
             [ -n \"$GH_TOKEN\" ] || exit 1\n\
             if [ \"$1\" = attestation ]; then exit {}; fi\n\
             [ \"$3\" = v1.2.3 ] || exit 1\n\
             while [ $# -gt 1 ]; do case $1 in --dir) dir=$2 ;; --pattern) name=$2 ;; esac; shift; done\n\
             tar -czf \"$dir/$name\" -C '{release}' .",
            i32::from(!verifies)
        ),
    );
    runs(
        "cargo",
        &format!("echo cargo \"$@\" \"token=${{GH_TOKEN-}}\" >> '{seen}'"),
    );
    let temp = home.join("temp").display().to_string();
    let path = format!("{}:/usr/bin:/bin", home.display());
    let ended = job.run(&[
        ("PATH", path.as_str()),
        ("RUNNER_TEMP", &temp),
        ("RUNNER_OS", "Linux"),
        ("RUNNER_ARCH", "X64"),
        ("GH_TOKEN", "of the job"),
        ("ACTION_REF", version),
        ("ACTION_REPOSITORY", "OWNER/ecr-ptc"),
    ]);
    let program = home.join("temp/ecr-ptc/bin/ecr-ptc");
    let found = if program.exists() {
        "found"
    } else {
        "not found"
    };
    let log = std::fs::read_to_string(&log).unwrap_or_default();
    (ended, format!("{log}{found}"))
}

#[test]
fn an_action_takes_the_release_of_its_version_where_it_is_what_it_says() {
    const ARCHIVE: &str = "ecr-ptc-1.2.3-x86_64-unknown-linux-musl.tar.gz";
    let (ended, seen) = find("v1.2.3", true);
    assert!(ended.status.success(), "{ended:?}");
    parts(&ended);
    assert!(seen.contains(&format!("--pattern {ARCHIVE}")), "{seen}");
    assert!(seen.contains("gh attestation verify") && seen.contains("--repo OWNER/ecr-ptc"));
    for bound in [
        "--source-ref refs/tags/v1.2.3",
        "--signer-workflow OWNER/ecr-ptc/.github/workflows/release.yml",
    ] {
        assert!(seen.contains(bound), "{seen}");
    }
    assert!(seen.ends_with("found") && !seen.contains("cargo"), "{seen}");
    // One that is not, ends the job, and is not run.
    let (ended, seen) = find("v1.2.3", false);
    assert!(!ended.status.success());
    parts(&ended);
    assert!(
        seen.ends_with("not found") && !seen.contains("cargo"),
        "{seen}"
    );
    // Where there is none, it is built.
    for version in ["v9.9.9", "main", "0123456789abcdef", ""] {
        let (ended, seen) = find(version, true);
        assert!(ended.status.success(), "{ended:?}");
        assert!(seen.contains("cargo install --locked --path"), "{seen}");
        assert!(seen.contains(" token=\n"), "{seen}");
        assert_eq!(seen.contains("gh "), version.starts_with('v'), "{seen}");
    }
}
