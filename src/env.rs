//! What the process finds around it: the environment variables that we read ourselves (clap and the
//! AWS SDK read their own), programs, files, and which hosts are this machine.

use std::env;
use std::ffi::OsString;
use std::io::{self, Read};
use std::net::Ipv4Addr;
use std::path::PathBuf;

/// Puts the environment in order for the libraries that read it themselves: what is set to nothing,
/// as CI systems set variables, counts as not set; endpoints that are to be ignored are forgotten;
/// proxies are those of the AWS CLI.
///
/// Must be called before the program starts any thread.
pub fn settle() {
    const ENDPOINT: &str = "AWS_ENDPOINT_URL";
    let ignores_endpoints = text("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS")
        .is_some_and(|value| value.eq_ignore_ascii_case("true"));
    for (name, value) in env::vars_os() {
        let Some(text) = name.to_str() else { continue };
        let is_endpoint = text.starts_with(ENDPOINT);
        let is_ours = is_endpoint || text.starts_with("ECR_PTC_");
        if (is_ours && value.is_empty()) || (is_endpoint && ignores_endpoints) {
            env::remove_var(&name);
        }
    }
    settle_proxies();
}

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

/// The output format that `ECR_PTC_OUTPUT` asks for, unparsed.
pub fn output_format() -> Option<String> {
    text("ECR_PTC_OUTPUT")
}

/// Docker's configuration file: in `DOCKER_CONFIG`, or in .docker of the home directory.
pub fn docker_config() -> Option<PathBuf> {
    let directory = match env::var_os("DOCKER_CONFIG").filter(|value| !value.is_empty()) {
        Some(directory) => PathBuf::from(directory),
        None => env::home_dir()?.join(".docker"),
    };
    Some(directory.join("config.json"))
}

/// A program in a directory of `PATH`. Relative and empty entries, which name the directory that one
/// happens to be in, are passed over.
pub fn program(name: &str) -> Option<PathBuf> {
    let file = format!("{name}{}", env::consts::EXE_SUFFIX);
    let path = env::var_os("PATH")?;
    let mut programs = env::split_paths(&path)
        .filter(|directory| directory.is_absolute())
        .map(|directory| directory.join(&file));
    programs.find(|program| is_executable(program))
}

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

/// Adds what `source` holds to `bytes`.
///
/// # Errors
/// Where it cannot be read, or holds more than `limit` bytes, as a device without an end does.
pub fn read_up_to(limit: usize, source: impl Read, bytes: &mut Vec<u8>) -> io::Result<()> {
    source.take(limit as u64 + 1).read_to_end(bytes)?;
    if bytes.len() > limit {
        let fault = format!("it has more than {limit} bytes");
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, fault));
    }
    Ok(())
}

/// Whether a host is this machine, so that what is sent there does not leave it.
pub fn is_this_machine(host: &str) -> bool {
    let v4 = host.parse::<Ipv4Addr>();
    v4.is_ok_and(|ip| ip.is_loopback()) || host.eq_ignore_ascii_case("localhost") || host == "[::1]"
}

/// A variable of the AWS CLI's and SDK's; an empty one counts as not set.
pub fn aws(name: &str) -> Option<String> {
    text(name).filter(|value| !value.is_empty())
}

/// The proxy variables that are set, by their names: what the HTTP client will read.
pub fn proxies() -> Vec<(&'static str, String)> {
    PROXIES
        .into_iter()
        .flatten()
        .filter_map(|name| Some((name, text(name)?)))
        .collect()
}

/// In lower case and upper case.
const PROXIES: [[&str; 2]; 3] = [
    ["https_proxy", "HTTPS_PROXY"],
    ["http_proxy", "HTTP_PROXY"],
    ["all_proxy", "ALL_PROXY"],
];

/// The addresses of the instance and container metadata services, which no proxy reaches.
const METADATA_HOSTS: &str =
    "169.254.169.254,169.254.170.2,169.254.170.23,fd00:ec2::254,fd00:ec2::23";

/// Puts the proxy variables as the AWS CLI understands them: the lower-case name wins, and an empty
/// value is no proxy. The metadata services are never asked through a proxy.
///
/// Must be called before the program starts any thread.
fn settle_proxies() {
    for [lower, upper] in PROXIES.into_iter().chain([["no_proxy", "NO_PROXY"]]) {
        if let Some(value) = env::var_os(lower) {
            env::remove_var(upper);
            if value.is_empty() {
                env::remove_var(lower);
            } else if cfg!(windows) {
                // There the two names are one variable.
                env::set_var(lower, value);
            }
        } else if env::var_os(upper).is_some_and(|value| value.is_empty()) {
            env::remove_var(upper);
        }
    }
    if !proxies().is_empty() {
        let without = text("no_proxy").or_else(|| text("NO_PROXY"));
        if without.as_deref().is_some_and(|hosts| hosts.trim() == "*") {
            // The HTTP client would still take a proxy to an address that is not a name.
            for name in PROXIES.into_iter().flatten() {
                env::remove_var(name);
            }
        } else {
            let without = without.map(|hosts| format!("{hosts},")).unwrap_or_default();
            env::remove_var("no_proxy");
            env::set_var("NO_PROXY", format!("{without}{METADATA_HOSTS}"));
        }
    }
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
