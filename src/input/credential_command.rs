//! [`CredentialCommand`]: a command that makes a token, as `credential_process` makes credentials
//! of AWS.

use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;

use tokio::process::Child;

use super::key_mapping::jq_filter;
use super::program::{self, ProgramFault};
use crate::model::credential::{AccessToken, Username};
use crate::model::date::Date;
use crate::model::invalid::Invalid;
use crate::model::stored_value::{showable, text_of, Members, ACCESS_TOKEN, USERNAME};
use crate::model::token_kind::looks_like_a_token;
use crate::output::failure::Failure;
use crate::output::status::Status;

/// How long a command may take where nothing else is said.
const USUAL_LIMIT: u64 = 60;

/// How long a signal may arrive later than the end of a command that it ended too.
const AFTER_A_FAILURE: Duration = Duration::from_millis(300);

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

impl CredentialCommand {
    /// Splits a command into words, as a shell does that expands nothing.
    ///
    /// # Errors
    /// A sentence without the command.
    pub fn parse(command: &str, timeout: Option<u64>) -> Result<Self, Invalid> {
        let words = split(command).ok_or_else(|| {
            Invalid::new("--credential-command: a quotation mark is open at its end")
        })?;
        if words.first().is_none_or(String::is_empty) {
            return Err(Invalid::new("--credential-command is empty"));
        }
        let limit = Duration::from_secs(timeout.unwrap_or(USUAL_LIMIT));
        Ok(Self { words, limit })
    }

    /// Starts it. Its standard error is ours, so what it writes there is shown at once and
    /// unchanged.
    pub fn start(&self) -> Result<Child, Failure> {
        let (program, arguments) = self.words.split_first().unwrap_or_else(|| unreachable!());
        let child = program::start(program, arguments, Stdio::inherit());
        child.map_err(|fault| self.failure(&fault.to_string()))
    }

    /// Waits until it ends, and reads what it printed.
    pub async fn finish(&self, child: Child) -> Result<Made, Failure> {
        let ended = program::finish(child, "", self.limit).await;
        let (status, printed) = ended.map_err(|fault| {
            let failure = self.failure(&fault.to_string());
            match fault {
                ProgramFault::TooSlow(_) => failure.fix(
                    "give it more time by --credential-command-timeout, or see why it waits: run \
                     it by itself, with its standard input closed",
                ),
                _ => failure,
            }
        })?;
        if !status.success() {
            // Ctrl-C at a terminal ends the command too. Let our own signal be reported then.
            tokio::time::sleep(AFTER_A_FAILURE).await;
            return Err(self.failure(&format!("failed ({status})")));
        }
        read(&printed).map_err(|Invalid { message, fix }| {
            let usual = "print one JSON object on standard output: {\"username\":…,\
                         \"accessToken\":…,\"expiresOn\":…}";
            let fix = fix.unwrap_or_else(|| usual.to_owned());
            self.failure(&message).fix(fix)
        })
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
            .why("nothing was stored")
            .fix("run it by itself to see why")
    }
}

/// The credentials in what a command printed. The error says what is wrong, and shows no value.
fn read(printed: &[u8]) -> Result<Made, Invalid> {
    if printed.trim_ascii().is_empty() {
        return Err(Invalid::new("printed nothing"));
    }
    let members = serde_json::from_slice::<Members>(printed)
        .map_err(|_| "printed something else than a JSON object".to_owned())?;
    // `null` counts as missing.
    let text = |key: &str| match members.get(key) {
        Some(value) if value.get() != "null" => text_of(value)
            .map(Some)
            .ok_or_else(|| format!("printed a value of {key} that is not a string")),
        _ => Ok(None),
    };
    let Some(token) = text(ACCESS_TOKEN)? else {
        let keys: Vec<&str> = members.keys().collect();
        let message = match keys.as_slice() {
            [] => "printed an object without keys".to_owned(),
            keys => format!("printed no accessToken; the keys are {}", showable(keys)),
        };
        let fix = jq_filter(&members).map(|filter| {
            format!(
                "put a script in its place that renames the keys: \
                 COMMAND | jq '{filter}'"
            )
        });
        return Err(Invalid { message, fix });
    };
    let token = AccessToken::from_bytes(token.as_bytes())
        .map_err(|fault| format!("printed an accessToken that cannot be used: {fault}"))?;
    let username = match text(USERNAME)?.as_deref().map(String::as_str) {
        None | Some("") => None,
        Some(name) => Some(
            Username::parse(name)
                .map_err(|fault| format!("printed a username that cannot be used: {fault}"))?,
        ),
    };
    let expires_on = match text("expiresOn")?.as_deref().map(String::as_str) {
        None | Some("") => None,
        // A day, or a moment of it.
        Some(text) => Some(
            Date::parse(text.split('T').next().unwrap_or(text))
                .map_err(|fault| format!("printed an expiresOn that cannot be used: {fault}"))?,
        ),
    };
    if let Some(date) = expires_on.filter(|date| *date < Date::today()) {
        let message = format!("printed an expiresOn that is in the past: {date}");
        return Err(Invalid::new(message));
    }
    Ok(Made {
        username,
        token,
        expires_on,
    })
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
}
