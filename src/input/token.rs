//! Reads the access token from any source except a prompt. Standard input is read only on request,
//! because a CI runner may feed its own script there.

use std::ffi::{OsStr, OsString};
use std::io::{self, IsTerminal, Read};
use std::path::Path;

use zeroize::Zeroizing;

use super::credential_command::CredentialCommand;
use crate::env;
use crate::model::credential::{AccessToken, TokenFault};
use crate::model::invalid::Invalid;
use crate::model::token_kind::looks_like_a_token;
use crate::output::shell::PIPED_TOKEN;

/// The most bytes to read from a source; a secret can hold far less.
const MAX_READ: usize = 1 << 20;

/// The source of the token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TokenSource {
    Stdin,
    File(OsString),
    Variable(String),
    /// Docker's configuration, which also has the username. An empty path is the default location.
    Docker(OsString),
    /// A command, which may also return the username.
    Command(CredentialCommand),
    /// A prompt at the terminal.
    Prompt,
}

impl TokenSource {
    /// The fix for an unusable token. `command` is a command line that pipes the token in.
    pub fn fix(&self, command: Option<&str>) -> String {
        match self {
            Self::File(path) => format!(
                "write only the token to the file, on one line: --access-token-file {}",
                showable(path, "PATH")
            ),
            Self::Variable(name) => format!(
                "set the variable to only the token: --access-token-env {}",
                showable_name(name, "VAR")
            ),
            Self::Stdin | Self::Docker(_) | Self::Command(_) | Self::Prompt => {
                let usual = || format!("{PIPED_TOKEN} … --access-token-stdin");
                let command = command.map_or_else(usual, str::to_owned);
                format!("set the variable TOKEN to only the token: {command}")
            }
        }
    }

    /// Reads the token, and removes its variable from the environment. Errors never show anything
    /// that could be a token.
    pub fn read(&self, warnings: &mut Vec<String>) -> Result<AccessToken, Invalid> {
        let (place, bytes) = match self {
            Self::Prompt | Self::Docker(_) | Self::Command(_) => {
                return Err(Invalid::new("the access token is read later"))
            }
            Self::Stdin if io::stdin().is_terminal() => {
                return Err(Invalid::new(
                    "cannot prompt, and standard input is a terminal; pipe the access token into \
                     it",
                ));
            }
            Self::Stdin => (
                "standard input".to_owned(),
                read_all(io::stdin().lock())
                    .map_err(|fault| Invalid::new(format!("standard input {fault}")))?,
            ),
            Self::File(path) => {
                let place = format!(
                    "the file {}",
                    showable(path, "named by --access-token-file")
                );
                let bytes = read_file(Path::new(path), warnings).map_err(|fault| {
                    let message = format!("could not read the access token: {place} {fault}");
                    Invalid::new(message)
                        .fix("use a readable file, such as --access-token-file token.txt")
                })?;
                (place, bytes)
            }
            Self::Variable(name) => (
                format!(
                    "the variable {}",
                    showable_name(name, "named by --access-token-env")
                ),
                read_variable(name)?,
            ),
        };
        AccessToken::from_bytes(&bytes).map_err(|fault| {
            let hint = if fault == TokenFault::Empty {
                EMPTY_IN_CI
            } else {
                ""
            };
            let message = format!("the access token from {place} cannot be used: {fault}{hint}");
            let invalid = Invalid::new(message);
            match fault {
                TokenFault::Utf16 => invalid.fix(
                    "write the file again in PowerShell: Set-Content -Encoding ascii -NoNewline",
                ),
                _ => invalid,
            }
        })
    }
}

/// The likely cause of an empty value in CI.
const EMPTY_IN_CI: &str = "; in CI, this job probably has no access to the variable";

fn read_file(path: &Path, warnings: &mut Vec<String>) -> Result<Zeroizing<Vec<u8>>, Invalid> {
    let file = std::fs::File::open(path).map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => Invalid::new(
            "does not exist; --access-token-file expects the path of a file, not the token",
        ),
        _ => Invalid::new(format!("cannot be opened: {error}")),
    })?;
    let metadata = file
        .metadata()
        .map_err(|error| Invalid::new(format!("cannot be read: {error}")))?;
    if metadata.is_dir() {
        return Err(Invalid::new("is a directory"));
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        if metadata.is_file() && metadata.permissions().mode() & 0o044 != 0 {
            let path = showable(path.as_os_str(), "the file");
            warnings.push(format!(
                "other users can read the token in {path}; run: chmod 600 {path}"
            ));
        }
    }
    #[cfg(not(unix))]
    let _ = warnings;
    read_all(file)
}

fn read_variable(name: &str) -> Result<Zeroizing<Vec<u8>>, Invalid> {
    if let Some(value) = env::take(name) {
        return Ok(Zeroizing::new(value.into_encoded_bytes()));
    }
    let message = format!(
        "the variable {} is not set; --access-token-env expects the name of a variable, \
         and in CI this job may have no access to it",
        showable_name(name, "named by --access-token-env")
    );
    let fix = match showable_name(name, "") {
        "" => "use the name of a variable, such as --access-token-env TOKEN".to_owned(),
        name => {
            format!("set the variable {name} and export it, or use another: --access-token-env VAR")
        }
    };
    Err(Invalid::new(message).fix(fix))
}

pub fn read_all(source: impl Read) -> Result<Zeroizing<Vec<u8>>, Invalid> {
    env::read_up_to(MAX_READ, source)
        .map_err(|error| Invalid::new(format!("cannot be read: {error}")))
}

/// The path, or `otherwise` if it could be the token itself: neither it nor its folder exists, and
/// it does not look like a file name.
pub fn showable(path: &OsStr, otherwise: &str) -> String {
    let (text, path) = (path.to_string_lossy(), Path::new(path));
    let has_folder = || path.parent().is_some_and(Path::is_dir);
    let has_token = || {
        path.iter()
            .any(|part| looks_like_a_token(&part.to_string_lossy()))
    };
    if path.exists() || (!has_token() && (has_folder() || is_file_name(&text))) {
        crate::output::escaped(&text)
    } else {
        otherwise.to_owned()
    }
}

/// Whether a text looks like a file name, not a token: lowercase, with a folder or an extension.
fn is_file_name(text: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_lowercase() || b"._-/".contains(&byte);
    let has_form = text.contains('/') || Path::new(text).extension().is_some();
    text.len() <= 64 && text.bytes().all(is_plain) && has_form
}

/// The name of a variable, or `otherwise` if it could be the token itself.
pub fn showable_name<'n>(name: &'n str, otherwise: &'n str) -> &'n str {
    let is_plain = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_';
    if name.bytes().all(is_plain) && (1..=64).contains(&name.len()) {
        name
    } else {
        otherwise
    }
}
