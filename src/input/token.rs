//! The access token, from any source but a prompt. Nothing reads standard input unasked: a CI
//! runner may feed its own script there.

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

/// The most that is read from a source, in bytes; a secret takes far less.
const MAX_READ: usize = 1 << 20;

/// Where the token comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TokenSource {
    Stdin,
    File(OsString),
    Variable(String),
    /// Docker's configuration, with the username: this path, or empty for its own place.
    Docker(OsString),
    /// Made by a command, with the username if that is its own.
    Command(CredentialCommand),
    /// Asked for at the terminal.
    Prompt,
}

impl TokenSource {
    /// What fixes a token that cannot be used. `command` is a command line with the token piped in.
    pub fn fix(&self, command: Option<&str>) -> String {
        match self {
            Self::File(path) => format!(
                "put the token alone into the file, on one line: --access-token-file {}",
                showable(path, "PATH")
            ),
            Self::Variable(name) => format!(
                "put the token alone into the variable of --access-token-env {}",
                showable_name(name, "VAR")
            ),
            Self::Stdin | Self::Docker(_) | Self::Command(_) | Self::Prompt => {
                let usual = || format!("{PIPED_TOKEN} … --access-token-stdin");
                let command = command.map_or_else(usual, str::to_owned);
                format!("with the token alone in the variable TOKEN: {command}")
            }
        }
    }

    /// Reads the token, and takes a variable out of the environment.
    ///
    /// # Errors
    /// A sentence that says what and where, without showing anything that could be a token.
    pub fn read(&self, warnings: &mut Vec<String>) -> Result<AccessToken, Invalid> {
        let (place, bytes) = match self {
            Self::Prompt | Self::Docker(_) | Self::Command(_) => {
                return Err(Invalid::new("the access token is asked for later"))
            }
            Self::Stdin if io::stdin().is_terminal() => {
                return Err(Invalid::new(
                    "nothing can be asked here, and standard input is a terminal; pipe the \
                     access token into it",
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
                    let message = format!("the access token cannot be read: {place} {fault}");
                    Invalid::new(message).fix(
                        "give the path of a file that can be read, such as --access-token-file \
                         token.txt",
                    )
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
                    "write the file again in PowerShell, with: \
                     Set-Content -Encoding ascii -NoNewline",
                ),
                _ => invalid,
            }
        })
    }
}

/// Why a value that came by itself is empty, most often.
pub const EMPTY_IN_CI: &str = "; in CI that is most often a variable that this job was not given";

fn read_file(path: &Path, warnings: &mut Vec<String>) -> Result<Zeroizing<Vec<u8>>, Invalid> {
    let file = std::fs::File::open(path).map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => Invalid::new(
            "does not exist; --access-token-file takes the path of a file, not the token",
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
                "other users can read the token in {path}; chmod 600 {path}"
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
        "the variable {} is not set; --access-token-env takes the name of a variable, \
         and in CI that variable may not be given to this job",
        showable_name(name, "named by --access-token-env")
    );
    let fix = match showable_name(name, "") {
        "" => "give the name of a variable, such as --access-token-env TOKEN".to_owned(),
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

/// A path, or `otherwise` where someone may have put the token itself there: nothing is there, nor
/// is the folder that it would be in, and it does not look like the name of a file.
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

/// Whether a text is in lower case, with folders or an extension, as the names of files are and
/// tokens are not.
fn is_file_name(text: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_lowercase() || b"._-/".contains(&byte);
    let has_form = text.contains('/') || Path::new(text).extension().is_some();
    text.len() <= 64 && text.bytes().all(is_plain) && has_form
}

/// The name of a variable, or `otherwise` where someone seems to have put the token itself there.
pub fn showable_name<'n>(name: &'n str, otherwise: &'n str) -> &'n str {
    let is_plain = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_';
    if name.bytes().all(is_plain) && (1..=64).contains(&name.len()) {
        name
    } else {
        otherwise
    }
}
