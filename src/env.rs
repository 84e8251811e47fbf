//! Access to the process's environment: the variables we read ourselves (clap and the AWS SDK read
//! their own), programs, files, and loopback hosts.

use std::env;
use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io::{self, Read};
use std::net::Ipv4Addr;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use zeroize::Zeroizing;

/// The command line, program name first.
pub fn arguments() -> Vec<OsString> {
    env::args_os().collect()
}

/// Whether `CI` is set to anything but an empty value or a word for no.
pub fn is_ci() -> bool {
    is_true("CI")
}

/// Whether prompts should be plain lines, as for a screen reader: `ACCESSIBLE` or `TERM=dumb`.
pub fn wants_plain_prompts() -> bool {
    is_true("ACCESSIBLE") || text("TERM").as_deref() == Some("dumb")
}

/// Docker's configuration file, in `DOCKER_CONFIG` or in .docker in the home directory.
pub fn docker_config() -> Option<PathBuf> {
    let directory = match env::var_os("DOCKER_CONFIG").filter(|value| !value.is_empty()) {
        Some(directory) => PathBuf::from(directory),
        None => env::home_dir()?.join(".docker"),
    };
    Some(directory.join("config.json"))
}

static DOCKER_AUTH_CONFIG: OnceLock<Zeroizing<String>> = OnceLock::new();

/// Moves the logins in `DOCKER_AUTH_CONFIG` out of the environment, so no child process gets them.
///
/// Must be called once, before the program starts any thread.
pub fn take_docker_auth_config() {
    if let Some(Ok(value)) = take("DOCKER_AUTH_CONFIG").map(OsString::into_string) {
        DOCKER_AUTH_CONFIG.get_or_init(|| value.into());
    }
}

/// The logins from `DOCKER_AUTH_CONFIG`, which take precedence over Docker's configuration file.
pub fn docker_auth_config() -> Option<&'static str> {
    let value = DOCKER_AUTH_CONFIG.get()?.as_str();
    Some(value).filter(|value| !value.is_empty())
}

/// Finds a program in `PATH`, ignoring relative and empty entries, which would mean the current
/// directory.
pub fn program(name: &str) -> Option<PathBuf> {
    let path = env::var_os("PATH")?;
    let mut programs = env::split_paths(&path)
        .filter(|directory| directory.is_absolute())
        .flat_map(|directory| PROGRAMS.map(|end| directory.join(format!("{name}{end}"))));
    programs.find(|program| is_executable(program))
}

/// The endings of program files. Windows shells complete them.
#[cfg(not(windows))]
const PROGRAMS: [&str; 1] = [""];
#[cfg(windows)]
const PROGRAMS: [&str; 4] = [".exe", ".cmd", ".bat", ""];

#[cfg(unix)]
fn is_executable(path: &std::path::Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    let metadata = path.metadata();
    metadata.is_ok_and(|data| data.is_file() && data.permissions().mode() & 0o111 != 0)
}

#[cfg(not(unix))]
fn is_executable(path: &std::path::Path) -> bool {
    path.is_file()
}

/// Reads up to `limit` bytes, which may be secret: memory that a growing buffer leaves behind is
/// wiped. Fails if there is more.
pub fn read_up_to(limit: usize, source: impl Read) -> io::Result<Zeroizing<Vec<u8>>> {
    read_into(vec![0; FIRST_READ], limit, source)
}

/// Like [`read_up_to`], for a file.
pub fn read_file_up_to(limit: usize, path: impl AsRef<Path>) -> io::Result<Zeroizing<Vec<u8>>> {
    let file = File::open(path)?;
    // One byte more than the file has, so that the end is seen without growing.
    let length = file.metadata()?.len().try_into().unwrap_or(limit);
    read_into(vec![0; FIRST_READ.max(length.min(limit) + 1)], limit, file)
}

fn read_into(room: Vec<u8>, limit: usize, mut source: impl Read) -> io::Result<Zeroizing<Vec<u8>>> {
    let mut bytes = Zeroizing::new(room);
    let mut filled = 0;
    loop {
        match source.read(&mut bytes[filled..]) {
            Ok(0) => break,
            Ok(read) => filled += read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
        if filled > limit {
            let fault = format!("it is larger than {limit} bytes");
            return Err(io::Error::new(io::ErrorKind::FileTooLarge, fault));
        }
        if filled == bytes.len() {
            let mut larger = Zeroizing::new(vec![0; 4 * filled]);
            larger[..filled].copy_from_slice(&bytes);
            bytes = larger;
        }
    }
    bytes.truncate(filled);
    Ok(bytes)
}

/// The initial size of the buffer, in bytes. A token is smaller.
const FIRST_READ: usize = 8 << 10;

/// Whether a host is a loopback address, so requests stay on this machine.
pub fn is_this_machine(host: &str) -> bool {
    let v4 = host.parse::<Ipv4Addr>();
    v4.is_ok_and(|ip| ip.is_loopback()) || host.eq_ignore_ascii_case("localhost") || host == "[::1]"
}

/// The value of an AWS variable; an empty one counts as not set.
pub fn aws(name: &str) -> Option<String> {
    text(name).filter(|value| !value.is_empty())
}

/// Whether a variable is set to bytes that are not UTF-8, which [`aws`] treats as not set.
pub fn is_not_text(name: &str) -> bool {
    env::var_os(name).is_some_and(|value| value.to_str().is_none())
}

/// An AWS file: the one named by the variable, or `.aws/NAME` in the home directory.
pub fn aws_file(variable: &str, name: &str) -> Option<PathBuf> {
    match env::var_os(variable).filter(|value| !value.is_empty()) {
        Some(path) => Some(expand_home(path)),
        None => Some(env::home_dir()?.join(".aws").join(name)),
    }
}

/// Replaces a leading `~` with the home directory.
pub fn expand_home(path: impl Into<PathBuf>) -> PathBuf {
    let below = path.into();
    match (below.strip_prefix("~"), env::home_dir()) {
        (Ok(rest), Some(home)) => home.join(rest),
        _ => below,
    }
}

/// Removes empty `AWS_` variables, some of which make the SDK panic, and endpoints that
/// `AWS_IGNORE_CONFIGURED_ENDPOINT_URLS` disables. An empty `AWS_PROFILE` stays, to be reported.
///
/// Must be called before the program starts any thread.
pub fn clean_aws_variables() {
    let ignored = aws("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS");
    let ignored = ignored.is_some_and(|value| is_word_for_yes(&value));
    let variables: Vec<_> = env::vars_os().collect();
    for (name, value) in variables {
        let begins = |with: &str| name.to_str().is_some_and(|name| name.starts_with(with));
        let is_nothing = begins("AWS_") && value.is_empty() && name != "AWS_PROFILE";
        if is_nothing || (ignored && begins("AWS_ENDPOINT_URL")) {
            env::remove_var(name);
        }
    }
}

/// Whether a value turns an AWS setting on.
pub fn is_word_for_yes(value: &str) -> bool {
    value.eq_ignore_ascii_case("true")
}

/// The variables that name the place of the CA certificates, with their values, for a message.
/// `None` if none is set.
pub fn places_of_certificates() -> Option<String> {
    let set = |name: &str| Some(format!("{name} ({})", text(name)?));
    let places: Vec<String> = ["SSL_CERT_FILE", "SSL_CERT_DIR"]
        .into_iter()
        .filter_map(set)
        .collect();
    (!places.is_empty()).then(|| places.join(" and "))
}

/// The proxy for HTTPS requests, with the name of its variable. As in the AWS CLI, the lower-case
/// name wins, and an empty value means no proxy.
pub fn https_proxy() -> Option<(&'static str, String)> {
    [["https_proxy", "HTTPS_PROXY"], ["all_proxy", "ALL_PROXY"]]
        .into_iter()
        .find_map(first_set)
        .filter(|(_, value)| !value.is_empty())
}

/// The hosts to reach without a proxy, from `no_proxy` or `NO_PROXY`.
pub fn no_proxy() -> Option<String> {
    first_set(["no_proxy", "NO_PROXY"]).map(|(_, hosts)| hosts)
}

fn first_set(names: [&'static str; 2]) -> Option<(&'static str, String)> {
    names.into_iter().find_map(|name| Some((name, text(name)?)))
}

/// Whether a variable is set but empty, as CI systems set undefined ones.
pub fn is_empty(name: &OsStr) -> bool {
    env::var_os(name).is_some_and(|value| value.is_empty())
}

/// Whether a variable has this value.
pub fn has(name: &str, value: &str) -> bool {
    text(name).as_deref() == Some(value)
}

/// Moves the value of a variable out of the environment, so no child process gets it.
///
/// Must be called before the program starts any thread.
pub fn take(name: &str) -> Option<OsString> {
    if name.is_empty() || name.contains(['=', '\0']) {
        return None;
    }
    let value = env::var_os(name)?;
    env::remove_var(name);
    Some(value)
}

fn text(name: &str) -> Option<String> {
    env::var_os(name)?.into_string().ok()
}

fn is_true(name: &str) -> bool {
    let value = text(name).unwrap_or_default().to_ascii_lowercase();
    !matches!(
        value.as_str(),
        "" | "0" | "false" | "no" | "off" | "n" | "f"
    )
}
