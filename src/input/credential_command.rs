//! [`CredentialCommand`]: a command that makes a token, as `credential_process` makes credentials
//! of AWS.

use std::path::PathBuf;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::process::{Child, Command};
use zeroize::Zeroizing;

use super::hidden::Hidden;
use crate::env;
use crate::model::credential::{AccessToken, Username};
use crate::model::date::Date;
use crate::model::invalid::Invalid;
use crate::model::token_kind::looks_like_a_token;
use crate::output::failure::Failure;
use crate::output::status::Status;
use crate::output::Output;

/// The most that is read of what a command prints, in bytes.
const MOST: usize = 128 << 10;

/// The most that is shown of what it says on standard error, in bytes.
const MOST_SAID: usize = 8 << 10;

/// How long what a command has printed is read after its end: a program that it left behind may
/// hold its output open for ever.
const AFTER_THE_END: Duration = Duration::from_secs(1);

/// How long a command may take where nothing else is said.
const USUAL_LIMIT: u64 = 60;

/// A command, split into words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CredentialCommand {
    words: Vec<String>,
    limit: Duration,
}

/// What a command made.
pub struct Made {
    /// None where it says nothing of it.
    pub username: Option<Username>,
    pub token: AccessToken,
    pub expires_on: Option<Date>,
}

/// What a command printed and said, and how it ended.
struct Ended {
    status: ExitStatus,
    printed: Zeroizing<Vec<u8>>,
    said: Zeroizing<Vec<u8>>,
}

#[derive(serde::Deserialize)]
#[serde(rename_all = "camelCase")]
struct Printed {
    #[serde(default)]
    username: Hidden,
    #[serde(default)]
    access_token: Hidden,
    #[serde(default)]
    expires_on: Hidden,
}

impl CredentialCommand {
    /// Splits a command into words, as a shell does that expands nothing.
    ///
    /// # Errors
    /// A sentence without the command.
    pub fn parse(command: &str, timeout: Option<&str>) -> Result<Self, Invalid> {
        let words = split(command).ok_or_else(|| {
            Invalid::new("--credential-command: a quotation mark is open at its end")
        })?;
        if words.first().is_none_or(String::is_empty) {
            return Err(Invalid::new("--credential-command is empty"));
        }
        let seconds = match timeout.map(str::parse) {
            None => USUAL_LIMIT,
            Some(Ok(seconds @ 1..=3_600)) => seconds,
            Some(_) => {
                return Err(Invalid::new(
                    "--credential-command-timeout takes whole seconds, from 1 to 3600",
                ))
            }
        };
        let limit = Duration::from_secs(seconds);
        Ok(Self { words, limit })
    }

    /// Runs it, and shows what it says on standard error, without the token.
    ///
    /// # Errors
    /// Status 1, without any of what it printed.
    pub async fn run(&self, output: &Output) -> Result<Made, Failure> {
        let Ok(ended) = tokio::time::timeout(self.limit, self.to_its_end()).await else {
            let seconds = self.limit.as_secs();
            let failure = self.failure(&format!("did not end within {seconds} seconds"));
            return Err(failure.fix(
                "give it more time by --credential-command-timeout, or see why it waits: run it by \
                 itself, with its standard input closed",
            ));
        };
        let ended = ended?;
        // An array is taken for the members of a struct, in their order.
        let is_object = ended.printed.trim_ascii_start().starts_with(b"{");
        let printed = serde_json::from_slice::<Printed>(&ended.printed);
        let printed = printed.ok().filter(|_| is_object);
        // Whatever else is wrong with what it printed, the token may be in what it says.
        match &printed {
            Some(printed) => output.redactor().hide_text(&printed.access_token.0),
            None => hide_lines(&ended.printed, output),
        }
        let made = printed.map(|printed| printed.read());
        let said = without_tokens(&ended.said);
        if !ended.status.success() {
            let failure = self.failure(&format!("failed ({})", ended.status));
            let failure = match said.trim() {
                "" => failure,
                said => failure.first_why(&output.redactor().foreign(said)),
            };
            return Err(failure);
        }
        for line in said.lines() {
            output.note(&output.redactor().foreign(line));
        }
        let form = "print one JSON object on standard output: {\"username\":…,\
                    \"accessToken\":…,\"expiresOn\":…}";
        match made {
            Some(Ok(made)) => Ok(made),
            Some(Err(fault)) => Err(self.failure(&fault).fix(form)),
            None if ended.printed.trim_ascii().is_empty() => {
                Err(self.failure("printed nothing").fix(form))
            }
            None => Err(self
                .failure("printed something else than a JSON object")
                .fix(form)),
        }
    }

    fn failure(&self, what: &str) -> Failure {
        let program = PathBuf::from(&self.words[0]);
        let name = program
            .file_name()
            .map(|name| name.to_string_lossy().into_owned());
        let name = name
            .filter(|name| !looks_like_a_token(name))
            .unwrap_or_default();
        let message = format!(
            "the credential command {} {what}",
            crate::output::escaped(&name)
        );
        Failure::new(Status::Failed, "credential-command", message)
            .why("no credentials were made; nothing was stored")
            .fix("run it by itself to see why")
    }

    async fn to_its_end(&self) -> Result<Ended, Failure> {
        let mut child = self.start()?;
        let (mut printed, mut said) = (Zeroizing::new(Vec::new()), Zeroizing::new(Vec::new()));
        let outputs = (child.stdout.take(), child.stderr.take());
        let status = {
            let reading = async {
                tokio::join!(
                    read(outputs.0, &mut printed, MOST + 1, true),
                    read(outputs.1, &mut said, MOST_SAID, false)
                )
            };
            let mut reading = std::pin::pin!(reading);
            tokio::select! {
                _ = &mut reading => child.wait().await,
                status = child.wait() => {
                    let _ = tokio::time::timeout(AFTER_THE_END, reading).await;
                    status
                }
            }
        };
        if said.len() == MOST_SAID {
            // The last line may be cut in the middle of the token.
            let end = said.iter().rposition(|byte| *byte == b'\n');
            said.truncate(end.unwrap_or(0));
        }
        if printed.len() > MOST {
            return Err(self.failure(&format!("printed more than {MOST} bytes")));
        }
        let status = status.map_err(|error| self.failure(&format!("was lost: {error}")))?;
        Ok(Ended {
            status,
            printed,
            said,
        })
    }

    fn start(&self) -> Result<Child, Failure> {
        let (program, arguments) = self.words.split_first().unwrap_or_else(|| unreachable!());
        // A name alone is looked for where a folder that one happens to be in has no say.
        let found = if program.contains(std::path::is_separator) {
            Some(PathBuf::from(program))
        } else {
            env::program(program)
        };
        let found = found.ok_or_else(|| {
            self.failure("cannot be started: it is in no absolute directory of PATH")
        })?;
        let mut command = Command::new(found);
        command
            .args(arguments)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true);
        let child = command.spawn();
        child.map_err(|error| self.failure(&format!("cannot be started: {error}")))
    }
}

impl Printed {
    fn read(&self) -> Result<Made, String> {
        let token = AccessToken::from_bytes(self.access_token.0.as_bytes())
            .map_err(|fault| format!("printed an accessToken that cannot be used: {fault}"))?;
        let username = match self.username.0.as_str() {
            "" => None,
            name => Some(
                Username::parse(name)
                    .map_err(|fault| format!("printed a username that cannot be used: {fault}"))?,
            ),
        };
        let expires_on =
            match self.expires_on.0.as_str() {
                "" => None,
                // A day, or a moment of it.
                text => Some(Date::parse(text.split('T').next().unwrap_or(text)).map_err(
                    |fault| format!("printed an expiresOn that cannot be used: {fault}"),
                )?),
            };
        Ok(Made {
            username,
            token,
            expires_on,
        })
    }
}

/// Reads to the end, or up to so many bytes; what comes after them is passed over, unless that is
/// the end of all.
async fn read(
    source: Option<impl AsyncRead + Unpin>,
    into: &mut Zeroizing<Vec<u8>>,
    limit: usize,
    stops: bool,
) {
    let Some(mut source) = source else {
        return;
    };
    // Room for all of it: a buffer that grows leaves copies of the token in memory.
    into.reserve_exact(limit);
    let _ = (&mut source).take(limit as u64).read_to_end(into).await;
    if !stops {
        let _ = tokio::io::copy(&mut source, &mut tokio::io::sink()).await;
    }
}

/// Keeps what was printed in no known form out of all that is shown; short words are no tokens.
fn hide_lines(printed: &[u8], output: &Output) {
    let text = String::from_utf8_lossy(printed);
    for line in text.lines().map(str::trim).filter(|line| line.len() >= 8) {
        output.redactor().hide_text(line);
    }
}

/// A text without the words that begin like tokens.
fn without_tokens(said: &[u8]) -> String {
    let text = String::from_utf8_lossy(said);
    let lines = text.lines().map(|line| {
        let words = line.split(' ').map(|word| {
            if looks_like_a_token(word) {
                "[token not shown]"
            } else {
                word
            }
        });
        words.collect::<Vec<_>>().join(" ")
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// As `credential_process` of the AWS CLI: by the rules of a POSIX shell, and on Windows by those
/// of its own programs, where a backslash is part of a path.
#[cfg(not(windows))]
fn split(command: &str) -> Option<Vec<String>> {
    shell_words::split(command).ok()
}

#[cfg(windows)]
fn split(command: &str) -> Option<Vec<String>> {
    split_by_quotation_marks(command)
}

/// Words between spaces; what is in quotation marks is one, or part of one. A backslash is itself
/// but before a quotation mark, where two are one, and one makes the mark a letter.
///
/// Source: <https://learn.microsoft.com/cpp/c-language/parsing-c-command-line-arguments>
#[cfg(any(windows, test))]
fn split_by_quotation_marks(command: &str) -> Option<Vec<String>> {
    let (mut words, mut word, mut is_open) = (Vec::new(), None::<String>, false);
    let mut backslashes = 0;
    for c in command.chars() {
        match c {
            '\\' => {
                backslashes += 1;
                word.get_or_insert_default().push(c);
            }
            '"' => {
                let word = word.get_or_insert_default();
                word.truncate(word.len() - usize::div_ceil(backslashes, 2));
                if backslashes % 2 == 0 {
                    is_open = !is_open;
                } else {
                    word.push(c);
                }
            }
            c if c.is_whitespace() && !is_open => words.extend(word.take()),
            c => word.get_or_insert_default().push(c),
        }
        if c != '\\' {
            backslashes = 0;
        }
    }
    words.extend(word);
    (!is_open).then_some(words)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_split_as_for_credential_process() {
        let words = |command: &str| CredentialCommand::parse(command, None).map(|it| it.words);
        for (command, split) in [
            ("mint --for ghcr", &["mint", "--for", "ghcr"][..]),
            (
                r#"mint "a b" 'c "d"' e\ f"#,
                &["mint", "a b", "c \"d\"", "e f"],
            ),
            (
                "mint $HOME *.txt | cat",
                &["mint", "$HOME", "*.txt", "|", "cat"],
            ),
            ("mint ''", &["mint", ""]),
        ] {
            assert_eq!(words(command).unwrap(), split, "{command}");
        }
        for command in ["", "  ", "''", "mint 'a", "mint \"a"] {
            assert!(words(command).is_err(), "{command}");
        }
        let by_marks = |command: &str| split_by_quotation_marks(command).unwrap_or_default();
        assert_eq!(
            by_marks(r#""C:\Program Files\mint.exe" --to C:\x "" a"b c"d"#),
            [r"C:\Program Files\mint.exe", "--to", r"C:\x", "", "ab cd"]
        );
        assert_eq!(
            by_marks(r#"echo {\"a\":\"b c\"} "d\\" e\\\"f C:\\g\"#),
            ["echo", r#"{"a":"b"#, r#"c"}"#, r"d\", r#"e\"f"#, r"C:\\g\"]
        );
        assert_eq!(split_by_quotation_marks("mint \"a"), None);
    }

    #[test]
    fn it_takes_so_long_as_is_said() {
        let limit = |text: &str| CredentialCommand::parse("mint", Some(text)).map(|it| it.limit);
        assert_eq!(limit("1").unwrap(), Duration::from_secs(1));
        assert_eq!(limit("3600").unwrap(), Duration::from_hours(1));
        for text in ["0", "3601", "-1", "1.5", "x", ""] {
            assert!(limit(text).is_err(), "{text}");
        }
    }

    #[test]
    fn words_that_look_like_tokens_are_not_said() {
        let said = b"made dckr_pat_abcdefghijklmnopqrst for me\nabcdefghijklmnopqrstuvwxyz0123\n";
        assert_eq!(
            without_tokens(said),
            "made [token not shown] for me\n[token not shown]"
        );
    }
}
