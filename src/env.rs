//! The environment variables that we read ourselves; clap and the AWS SDK read their own.

use std::env;
use std::ffi::OsString;

/// Forgets variables that are set to nothing, as CI systems set them: they count as not set.
///
/// Must be called before the program starts any thread.
pub fn forget_empty() {
    for name in [
        "ECR_PTC_OUTPUT",
        "ECR_PTC_REGISTRY",
        "ECR_PTC_USERNAME",
        "AWS_ENDPOINT_URL",
        "AWS_ENDPOINT_URL_SECRETS_MANAGER",
        "AWS_ENDPOINT_URL_STS",
        "ECR_PTC_NO_INPUT",
    ] {
        if env::var_os(name).is_some_and(|value| value.is_empty()) {
            env::remove_var(name);
        }
    }
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

/// A variable of the AWS CLI's and SDK's; an empty one counts as not set.
pub fn aws(name: &str) -> Option<String> {
    text(name).filter(|value| !value.is_empty())
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
