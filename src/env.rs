//! What the process finds around it: the environment variables that we read ourselves (clap and the
//! AWS SDK read their own), programs, files, and which hosts are this machine.

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

/// Whether `CI` says that nobody watches: set, and neither empty nor a word for no.
pub fn is_ci() -> bool {
    is_true("CI")
}

/// Whether prompts should be plain lines, as for a screen reader: `ACCESSIBLE`, or `TERM=dumb`.
pub fn wants_plain_prompts() -> bool {
    is_true("ACCESSIBLE") || text("TERM").as_deref() == Some("dumb")
}

/// Docker's configuration file: in `DOCKER_CONFIG`, or in .docker of the home directory.
pub fn docker_config() -> Option<PathBuf> {
    let directory = match env::var_os("DOCKER_CONFIG").filter(|value| !value.is_empty()) {
        Some(directory) => PathBuf::from(directory),
        None => env::home_dir()?.join(".docker"),
    };
    Some(directory.join("config.json"))
}

static DOCKER_AUTH_CONFIG: OnceLock<Zeroizing<String>> = OnceLock::new();

/// Takes the logins in `DOCKER_AUTH_CONFIG` out of the environment, so that no child process gets
/// them: neither AWS's `credential_process` nor Docker's helpers read them.
///
/// Must be called once, before the program starts any thread.
pub fn take_docker_auth_config() {
    if let Some(Ok(value)) = take("DOCKER_AUTH_CONFIG").map(OsString::into_string) {
        DOCKER_AUTH_CONFIG.get_or_init(|| value.into());
    }
}

/// The logins that `DOCKER_AUTH_CONFIG` had. Docker reads them before its configuration file.
pub fn docker_auth_config() -> Option<&'static str> {
    let value = DOCKER_AUTH_CONFIG.get()?.as_str();
    Some(value).filter(|value| !value.is_empty())
}

/// A program in a directory of `PATH`. Relative and empty entries, which name the directory that
/// one happens to be in, are passed over.
pub fn program(name: &str) -> Option<PathBuf> {
    let path = env::var_os("PATH")?;
    let mut programs = env::split_paths(&path)
        .filter(|directory| directory.is_absolute())
        .flat_map(|directory| PROGRAMS.map(|end| directory.join(format!("{name}{end}"))));
    programs.find(|program| is_executable(program))
}

/// How the names of programs end: as they are, and on Windows as shells there complete them.
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

/// What `source` holds. It may be a secret: what a buffer that grows leaves behind is wiped.
///
/// # Errors
/// Where it cannot be read, or holds more than `limit` bytes, as a device without an end does.
pub fn read_up_to(limit: usize, source: impl Read) -> io::Result<Zeroizing<Vec<u8>>> {
    read_into(vec![0; FIRST_READ], limit, source)
}

/// The same of a file.
///
/// # Errors
/// As of [`read_up_to`].
pub fn read_file_up_to(limit: usize, path: impl AsRef<Path>) -> io::Result<Zeroizing<Vec<u8>>> {
    let file = File::open(path)?;
    // Room for all of it, and for the end to be seen.
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
            let fault = format!("it has more than {limit} bytes");
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

/// The room for what is read at first, in bytes: a token takes less.
const FIRST_READ: usize = 8 << 10;

/// Whether a host is this machine, so that what is sent there does not leave it.
pub fn is_this_machine(host: &str) -> bool {
    let v4 = host.parse::<Ipv4Addr>();
    v4.is_ok_and(|ip| ip.is_loopback()) || host.eq_ignore_ascii_case("localhost") || host == "[::1]"
}

/// A variable of the AWS CLI's and SDK's; an empty one counts as not set.
pub fn aws(name: &str) -> Option<String> {
    text(name).filter(|value| !value.is_empty())
}

/// Whether such a variable is set to what is no text in UTF-8, which counts as not set too.
pub fn is_not_text(name: &str) -> bool {
    env::var_os(name).is_some_and(|value| value.to_str().is_none())
}

/// A file that the AWS CLI and the SDKs share: the one that a variable names, or the one of this
/// name in the home directory.
pub fn aws_file(variable: &str, name: &str) -> Option<PathBuf> {
    match env::var_os(variable).filter(|value| !value.is_empty()) {
        Some(path) => Some(expand_home(path)),
        None => Some(env::home_dir()?.join(".aws").join(name)),
    }
}

/// A path with the home directory in place of a `~` that is its first component.
pub fn expand_home(path: impl Into<PathBuf>) -> PathBuf {
    let below = path.into();
    match (below.strip_prefix("~"), env::home_dir()) {
        (Ok(rest), Some(home)) => home.join(rest),
        _ => below,
    }
}

/// Removes empty `AWS_` variables, over some of which the SDK panics, and endpoints that
/// `AWS_IGNORE_CONFIGURED_ENDPOINT_URLS` switches off. An empty `AWS_PROFILE` stays, because it is
/// reported.
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

/// What switches a setting of AWS's on.
pub fn is_word_for_yes(value: &str) -> bool {
    value.eq_ignore_ascii_case("true")
}

/// Where the variables say that the certificates of authorities are, for people; none where no
/// variable is set.
pub fn places_of_certificates() -> Option<String> {
    let set = |name: &str| Some(format!("{name} says ({})", text(name)?));
    let places: Vec<String> = ["SSL_CERT_FILE", "SSL_CERT_DIR"]
        .into_iter()
        .filter_map(set)
        .collect();
    (!places.is_empty()).then(|| places.join(" and "))
}

/// The proxy for TLS connections, with the variable that names it: as the AWS CLI understands them,
/// the lower-case name wins, and an empty value is no proxy.
pub fn https_proxy() -> Option<(&'static str, String)> {
    [["https_proxy", "HTTPS_PROXY"], ["all_proxy", "ALL_PROXY"]]
        .into_iter()
        .find_map(first_set)
        .filter(|(_, value)| !value.is_empty())
}

/// The hosts that are reached without a proxy, as `no_proxy` or `NO_PROXY` has them.
pub fn no_proxy() -> Option<String> {
    first_set(["no_proxy", "NO_PROXY"]).map(|(_, hosts)| hosts)
}

fn first_set(names: [&'static str; 2]) -> Option<(&'static str, String)> {
    names.into_iter().find_map(|name| Some((name, text(name)?)))
}

/// Whether a variable is set to nothing, as CI systems set those that they do not have.
pub fn is_empty(name: &OsStr) -> bool {
    env::var_os(name).is_some_and(|value| value.is_empty())
}

/// Whether a variable has this value.
pub fn has(name: &str, value: &str) -> bool {
    text(name).as_deref() == Some(value)
}

/// Takes the value of a variable out of the environment, so that no child process gets it.
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
