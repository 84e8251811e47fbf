//! [`Program`]: one run of the built program, in a scrubbed environment.

use std::any::Any;
use std::ffi::{OsStr, OsString};
use std::io::Write;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use serde_json::Value;
use tempfile::TempDir;

use super::{base64_of_its_own, forms, Account, Registry};

/// A token that occurs in nothing else.
pub const TOKEN: &str = "dckr_pat_Zq7-hidden\"\\é4";

/// A small trust store without any server's authority.
const NOBODY: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/support/nobody.pem");

/// A run that is being prepared.
pub struct Program {
    arguments: Vec<OsString>,
    stdin: Option<Vec<u8>>,
    variables: Vec<(OsString, OsString)>,
    pub home: TempDir,
    /// Servers it needs, kept until it is dropped.
    servers: Vec<Box<dyn Any + Send + Sync>>,
}

/// How a run ended.
#[derive(Debug)]
pub struct Ended {
    pub status: i32,
    pub stdout: String,
    pub stderr: String,
}

/// A command line: as it is typed, without quoting, or word by word.
pub trait Words {
    fn words(&self) -> Vec<&str>;
}

impl Words for str {
    fn words(&self) -> Vec<&str> {
        self.split(' ').filter(|word| !word.is_empty()).collect()
    }
}

impl Words for [&str] {
    fn words(&self) -> Vec<&str> {
        self.to_vec()
    }
}

impl<const N: usize> Words for [&str; N] {
    fn words(&self) -> Vec<&str> {
        self.to_vec()
    }
}

impl Words for Vec<&str> {
    fn words(&self) -> Vec<&str> {
        self.clone()
    }
}

impl<W: Words + ?Sized> Words for &W {
    fn words(&self) -> Vec<&str> {
        (*self).words()
    }
}

impl Program {
    /// `ecr-ptc` with these words.
    pub fn new(arguments: &(impl Words + ?Sized)) -> Self {
        let home = TempDir::new().unwrap();
        let program = Self {
            arguments: arguments.words().iter().map(OsString::from).collect(),
            stdin: None,
            variables: Vec::new(),
            home,
            servers: Vec::new(),
        };
        let config = program.home.path().join("config");
        let credentials = program.home.path().join("credentials");
        program
            .env("AWS_CONFIG_FILE", config)
            .env("AWS_SHARED_CREDENTIALS_FILE", credentials)
            .env("AWS_EC2_METADATA_DISABLED", "true")
            .env("SSL_CERT_FILE", NOBODY)
            // Tests reach only loopback; a test of a login names a registry.
            .env("ECR_PTC_VERIFY", "never")
    }

    /// `ecr-ptc create` for Docker Hub with [`TOKEN`] piped in, and more words. The credentials are
    /// tested at a registry that accepts them.
    pub fn create(account: &Account, more: &(impl Words + ?Sized)) -> Self {
        Self::create_at(Registry::shared(), account, more).env("ECR_PTC_VERIFY", "always")
    }

    /// The same, with a registry of the test's own.
    pub fn create_at(registry: &Registry, account: &Account, more: &(impl Words + ?Sized)) -> Self {
        Self::new("create --registry docker-hub --username me --access-token-stdin")
            .and(&["--upstream-registry-url", &registry.url])
            .and(more)
            .stdin(TOKEN)
            .env("ECR_PTC_VERIFY", "auto")
            .with(account)
    }

    /// In this account, in us-east-1.
    pub fn with(self, account: &Account) -> Self {
        self.env("AWS_ENDPOINT_URL", &account.url)
            .env("AWS_REGION", "us-east-1")
            .env("AWS_ACCESS_KEY_ID", "AKIAEXAMPLE")
            .env("AWS_SECRET_ACCESS_KEY", "example")
    }

    /// With more words.
    pub fn and(mut self, words: &(impl Words + ?Sized)) -> Self {
        self.arguments
            .extend(words.words().iter().map(OsString::from));
        self
    }

    /// The command line as it is typed.
    pub fn line(&self) -> String {
        let word = |word: &OsString| {
            let word = word.to_str().unwrap();
            let is_plain = |c: char| c.is_alphanumeric() || "-_./:=@,+".contains(c);
            if !word.is_empty() && word.chars().all(is_plain) {
                return word.to_owned();
            }
            format!("'{}'", word.replace('\'', r"'\''"))
        };
        let words = self.arguments.iter().map(word);
        ["ecr-ptc".to_owned()]
            .into_iter()
            .chain(words)
            .collect::<Vec<_>>()
            .join(" ")
    }

    /// Keeps a server running for this program.
    pub fn beside(mut self, server: impl Any + Send + Sync) -> Self {
        self.servers.push(Box::new(server));
        self
    }

    pub fn stdin(mut self, bytes: impl AsRef<[u8]>) -> Self {
        self.stdin = Some(bytes.as_ref().to_vec());
        self
    }

    pub fn env(mut self, name: &str, value: impl AsRef<OsStr>) -> Self {
        self.variables.retain(|(have, _)| have != name);
        self.variables
            .push((name.into(), value.as_ref().to_owned()));
        self
    }

    pub fn without(mut self, name: &str) -> Self {
        self.variables.retain(|(have, _)| have != name);
        self
    }

    /// Writes a file into the home of this run, and gives its path.
    pub fn file(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.home.path().join(name);
        std::fs::write(&path, content).unwrap();
        path
    }

    /// The command, to start it elsewhere.
    pub fn command(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_ecr-ptc"));
        self.prepare(&mut command);
        command.args(&self.arguments);
        command
    }

    /// Sets the scrubbed environment.
    pub fn prepare(&self, command: &mut Command) {
        command.env_clear();
        for name in ["HOME", "USERPROFILE"] {
            command.env(name, self.home.path());
        }
        for name in ["PATH", "SYSTEMROOT", "TEMP", "TMP"] {
            if let Some(value) = std::env::var_os(name) {
                command.env(name, value);
            }
        }
        command.envs(self.variables.iter().map(|(name, value)| (name, value)));
    }

    /// The environment as `env` takes it: for a shell.
    #[cfg(unix)]
    pub fn assignments(&self) -> String {
        let pairs = self.variables.iter().map(|(name, value)| {
            format!(
                "export {}='{}'\n",
                name.to_str().unwrap(),
                value.to_str().unwrap()
            )
        });
        pairs.collect()
    }

    pub fn run(&self) -> Ended {
        Ended::of(self.start())
    }

    /// Runs it until this action has arrived, and then interrupts it, as Ctrl-C does.
    #[cfg(unix)]
    pub fn interrupted_at(&self, account: &Account, action: &str) -> Ended {
        use rustix::process::{kill_process, Pid, Signal};
        let child = self.start();
        account.wait_for(action);
        kill_process(Pid::from_child(&child), Signal::INT).unwrap();
        Ended::of(child)
    }

    fn start(&self) -> Child {
        let mut command = self.command();
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        command.stdin(if self.stdin.is_some() {
            Stdio::piped()
        } else {
            Stdio::null()
        });
        let mut child = command.spawn().unwrap();
        if let Some(bytes) = &self.stdin {
            // The program may end before it has read all.
            let _ = child.stdin.take().unwrap().write_all(bytes);
        }
        child
    }
}

impl Ended {
    fn of(child: Child) -> Self {
        let output = child.wait_with_output().unwrap();
        let ended = Self {
            status: output.status.code().unwrap_or(-1),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        };
        ended.hides(TOKEN);
        ended
    }

    /// Expects success, and gives standard output without its line end.
    pub fn ok(&self) -> &str {
        assert_eq!(self.status, 0, "{self:?}");
        self.stdout.strip_suffix('\n').unwrap_or(&self.stdout)
    }

    /// Expects success with `-o json`.
    pub fn json(&self) -> Value {
        serde_json::from_str(self.ok()).unwrap()
    }

    /// Expects a failure, with nothing on standard output and these words on standard error.
    pub fn fails(&self, status: i32, words: &[&str]) -> &Self {
        assert_eq!(
            (self.status, self.stdout.as_str()),
            (status, ""),
            "{self:?}"
        );
        for word in words {
            assert!(
                self.stderr.contains(word),
                "{word:?} is missing in {}",
                self.stderr
            );
        }
        self.never(&[
            "service error",
            "dispatch failure",
            "unhandled error",
            "SdkError",
            "panicked",
        ]);
        self
    }

    /// Expects none of these words.
    pub fn never(&self, words: &[&str]) -> &Self {
        for word in words {
            let said = self.stdout.contains(word) || self.stderr.contains(word);
            assert!(!said, "{word:?} is in {self:?}");
        }
        self
    }

    /// The error object that ends standard error.
    pub fn error_json(&self) -> Value {
        serde_json::from_str(self.stderr.lines().last().unwrap()).unwrap()
    }

    /// Expects that a token is in no output, in any of its [`forms`] or in base64.
    /// Nor is there a dump of a request.
    pub fn hides(&self, token: &str) -> &Self {
        let mut forms = forms(token);
        forms.extend(base64_of_its_own(token));
        self.never(&forms.iter().map(String::as_str).collect::<Vec<_>>());
        self.never(&["SdkBody", "Request {"])
    }
}

/// The path of a system program. A bare name with its own `PATH` would be started
/// through a copy of this whole process.
#[cfg(unix)]
pub fn found(name: &str) -> PathBuf {
    let path = std::env::var_os("PATH").unwrap();
    let mut places = std::env::split_paths(&path).map(|folder| folder.join(name));
    places.find(|place| place.is_file()).expect(name)
}

/// Writes a program of a test's own.
#[cfg(unix)]
pub fn executable(path: impl AsRef<std::path::Path>, script: &str) {
    use std::os::unix::fs::PermissionsExt;
    std::fs::write(&path, script).unwrap();
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755)).unwrap();
}

/// A policy that is valid JSON.
pub fn policy_file(program: &Program) -> PathBuf {
    program.file("policy.json", r#"{"Version":"2012-10-17","Statement":[]}"#)
}

/// The findings of `check`, without the notes on unused secrets: most tests have no rules.
pub fn told(report: &Value) -> Value {
    let findings = report["findings"].as_array().unwrap().iter();
    findings
        .filter(|finding| finding["code"] != "unused")
        .cloned()
        .collect()
}
