//! [`CredentialCommand`]: runs a command that returns credentials, like `credential_process` of the
//! AWS CLI.

use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;

use serde_json::value::RawValue;
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

/// The default time limit of a command, in seconds.
const USUAL_LIMIT: u64 = 60;

/// How long a signal may arrive after the end of a command that it also ended.
const AFTER_A_FAILURE: Duration = Duration::from_millis(300);

/// A command, split into words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CredentialCommand {
    words: Vec<String>,
    limit: Duration,
}

/// The credentials that a command returned.
pub struct IssuedCredentials {
    /// `None` if the command did not return one.
    pub username: Option<Username>,
    pub token: AccessToken,
    pub expires_on: Option<Date>,
}

impl CredentialCommand {
    /// Splits a command into words like a shell, without expansion. The error does not repeat it.
    pub fn parse(command: &str, timeout: Option<u64>) -> Result<Self, Invalid> {
        let words = split(command).ok_or_else(|| {
            Invalid::new("--credential-command has a quotation mark that is not closed")
        })?;
        if words.first().is_none_or(String::is_empty) {
            return Err(Invalid::new("--credential-command is empty"));
        }
        let limit = Duration::from_secs(timeout.unwrap_or(USUAL_LIMIT));
        Ok(Self { words, limit })
    }

    /// Starts the command. Its standard error is passed through.
    pub fn start(&self) -> Result<Child, Failure> {
        let (program, arguments) = self.words.split_first().unwrap_or_else(|| unreachable!());
        let child = program::start(program, arguments, Stdio::inherit());
        child.map_err(|fault| self.failure(&fault.to_string()))
    }

    /// Waits until the command ends, and reads its output.
    pub async fn finish(&self, child: Child) -> Result<IssuedCredentials, Failure> {
        let ended = program::finish(child, "", self.limit).await;
        let (status, printed) = ended.map_err(|fault| {
            let failure = self.failure(&fault.to_string());
            match fault {
                ProgramFault::TooSlow(_) => failure.fix(
                    "allow more time with --credential-command-timeout, or run it yourself with \
                     its standard input closed, to see why it waits",
                ),
                _ => failure,
            }
        })?;
        if !status.success() {
            // Ctrl-C at a terminal also ends the command. Our own signal is reported first.
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
            .fix("run it yourself to see why")
    }
}

/// Reads the credentials from a command's output. The error shows no value.
fn read(printed: &[u8]) -> Result<IssuedCredentials, Invalid> {
    if printed.trim_ascii().is_empty() {
        return Err(Invalid::new("printed nothing"));
    }
    let no_object = |_| "did not print a JSON object".to_owned();
    let json: &RawValue = serde_json::from_slice(printed).map_err(no_object)?;
    let members: Members<'_> = serde_json::from_str(json.get()).map_err(no_object)?;
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
            [] => "printed an empty object".to_owned(),
            keys => format!("printed no accessToken; the keys are {}", showable(keys)),
        };
        let fix = jq_filter(json).map(|filter| {
            format!("use a script instead that renames the keys: COMMAND | jq '{filter}'")
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
    Ok(IssuedCredentials {
        username,
        token,
        expires_on,
    })
}

/// Splits like `credential_process` of the AWS CLI: by POSIX shell rules, or on Windows by the
/// rules of Windows programs, where a backslash is part of a path.
#[cfg(not(windows))]
fn split(command: &str) -> Option<Vec<String>> {
    shell_words::split(command).ok()
}

#[cfg(windows)]
fn split(command: &str) -> Option<Vec<String>> {
    split_by_quotation_marks(command)
}

/// Splits at spaces outside quotation marks. A backslash is special only before a quotation mark.
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
