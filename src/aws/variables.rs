//! What the environment has of AWS credentials.

use crate::env;
use crate::output::failure::Failure;
use crate::output::status::Status;

/// Whether there are keys.
pub fn has_keys_in_environment() -> bool {
    env::aws("AWS_ACCESS_KEY_ID").is_some() && env::aws("AWS_SECRET_ACCESS_KEY").is_some()
}

/// The variable by which a container says where its credentials are.
pub fn container_variable() -> Option<&'static str> {
    let variables = [
        "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
        "AWS_CONTAINER_CREDENTIALS_FULL_URI",
    ];
    variables.into_iter().find(|name| env::aws(name).is_some())
}

/// What the environment says of the credentials must be whole, where the command line names no
/// profile: by what is passed over, other credentials would be taken without a word. No value is
/// told.
pub fn check_environment() -> Result<(), Failure> {
    let bad = |message: String, fix: &str| {
        Err(Failure::new(Status::Configuration, "bad-credentials", message).fix(fix))
    };
    let keys = ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"];
    let token = "AWS_SESSION_TOKEN";
    if env::is_empty("AWS_PROFILE".as_ref()) {
        let fix = "unset AWS_PROFILE, or set it to the name of a profile";
        return bad(
            "AWS_PROFILE is set to nothing, which names no profile".to_owned(),
            fix,
        );
    }
    if let Some(name) = [
        "AWS_PROFILE",
        "AWS_DEFAULT_PROFILE",
        keys[0],
        keys[1],
        token,
    ]
    .into_iter()
    .find(|name| env::is_not_text(name))
    {
        let message = format!("{name} has bytes that are not UTF-8");
        return bad(message, &format!("set {name} anew, or unset it"));
    }
    for name in [keys[0], token] {
        if env::aws(name).is_some_and(|value| !is_one_word(value.trim())) {
            let message = format!(
                "{name} has a character that AWS never puts there, such as a space or a line end"
            );
            return bad(message, &format!("set {name} anew, or unset it"));
        }
    }
    if env::aws(keys[0]).is_some() && env::aws(keys[1]).is_none() {
        let message = format!("{} is set, and {} is not", keys[0], keys[1]);
        let fix = format!("set both, or unset {} for other credentials", keys[0]);
        return bad(message, &fix);
    }
    Ok(())
}

/// Whether a text can be in a header as it is.
pub fn is_one_word(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_graphic())
}
