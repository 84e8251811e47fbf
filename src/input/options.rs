//! Options of `create` that depend on each other, on files, or on whether prompts are possible.

use std::collections::HashSet;
use std::io;

use super::credential_command::CredentialCommand;
use super::errors::InputErrors;
use super::fixes;
use super::token::TokenSource;
pub use crate::cli::last_day;
use crate::cli::{CreateArgs, Global, LoginArgs, TokenArgs, Verify};
use crate::env;
use crate::model::attributes::{ResourcePolicy, Rotation, Schedule, Tag, MAX_POLICY, MAX_TAGS};
use crate::model::date::Date;
use crate::model::invalid::Invalid;
use crate::model::name::{RepositoryPrefix, SecretName};
use crate::model::registries::{canonical_host, without_scheme, LoginRegistry, NamedRegistry};
use crate::model::secret::EXPIRY_TAG;
use crate::output::shell::option;
use crate::registry::Address;

/// Values on the command line, which other users can see.
pub fn open_options(global: &Global) -> Vec<(&'static str, String)> {
    let options = [
        ("value of --profile", &global.profile),
        ("value of --region", &global.region),
        ("value of --endpoint-url", &global.endpoint_url),
        ("value of --ca-bundle", &global.ca_bundle),
    ];
    options
        .into_iter()
        .filter_map(|(option, value)| Some((option, value.clone()?)))
        .collect()
}

pub fn token_source(args: &TokenArgs, can_ask: bool) -> Result<Option<TokenSource>, Invalid> {
    let piped = || {
        if can_ask {
            TokenSource::Prompt
        } else {
            TokenSource::Stdin
        }
    };
    if args.access_token_stdin {
        return Ok(Some(piped()));
    }
    if let Some(command) = &args.credential_command {
        let command = CredentialCommand::parse(command, args.credential_command_timeout)?;
        return Ok(Some(TokenSource::Command(command)));
    }
    let file = args.access_token_file.clone().map(|path| match path {
        path if path == "-" => piped(),
        path => TokenSource::File(path),
    });
    let variable = args.access_token_env.clone().map(TokenSource::Variable);
    let docker = args.from_docker_config.clone().map(TokenSource::Docker);
    Ok(file.or(variable).or(docker))
}

/// The registry's host, from its name or from the option. If both name a host, they must agree.
pub fn host<'h, U>(
    registry: &'h NamedRegistry<U>,
    given: Option<&'h str>,
) -> Result<Option<&'h str>, Invalid> {
    let (Some(own), Some(text)) = (registry.host.as_deref(), given) else {
        return Ok(given.or(registry.host.as_deref()));
    };
    if canonical_host(without_scheme(text)) == own {
        return Ok(given);
    }
    Err(Invalid::new(format!(
        "the registry is {own}, but --upstream-registry-url names another host; leave one of them \
         out"
    )))
}

/// The given address of the registry. Azure credentials can't be tested without one.
pub fn address(
    args: &LoginArgs,
    registry: Option<&NamedRegistry>,
    can_ask: bool,
    errors: &mut InputErrors,
) -> Option<Address> {
    let given = args.host.upstream_registry_url.as_deref();
    let host = registry.map_or(Ok(given), |registry| host(registry, given));
    let upstream = registry.map(|registry| registry.upstream);
    if let Some(text) = errors.keep(
        host,
        &fixes::host(upstream.map(|upstream| upstream.registry)),
    )? {
        let address = Address::parse(text);
        let address = address.map_err(|fault| format!("--upstream-registry-url {fault}"));
        return errors.keep(
            address,
            &fixes::host(upstream.map(|upstream| upstream.registry)),
        );
    }
    let is_open = upstream.is_some_and(|upstream| upstream.fixed_host().is_none());
    if args.verify == Verify::Always && is_open && !can_ask {
        errors.add(
            "--verify always requires --upstream-registry-url: each Azure registry has its own \
             host",
            "add --upstream-registry-url NAME.azurecr.io",
        );
    }
    None
}

/// Parses `--name` outside clap: the error shows a name, so the token must be known by then to be
/// hidden.
pub fn secret_name(text: &str, upstream: Option<LoginRegistry>) -> Result<SecretName, Invalid> {
    SecretName::parse(text).map_err(|fault| {
        let fix = match &fault.fix {
            Some(name) if SecretName::parse(name).is_ok() => {
                format!("use {}", option("--name", name))
            }
            _ => fixes::secret_name("--name", upstream),
        };
        Invalid::new(format!("--name: {fault}")).fix(fix)
    })
}

/// The longest policy file to read, in bytes: far more than Secrets Manager accepts, so that the
/// error can report the policy's length.
const MAX_POLICY_FILE: usize = 1 << 20;

pub fn read_policy(path: &str) -> Result<ResourcePolicy, Invalid> {
    let path = path.strip_prefix("file://").unwrap_or(path);
    let read = env::read_file_up_to(MAX_POLICY_FILE, path)
        .and_then(|bytes| String::from_utf8(bytes.to_vec()).map_err(io::Error::other));
    match read {
        Ok(text) => ResourcePolicy::parse(path, &text).map_err(|fault| {
            fault.fix(format!(
                "write one JSON object with a Statement, up to {MAX_POLICY} characters, to that \
                 file, or leave out --resource-policy"
            ))
        }),
        Err(error) => {
            let message = format!("could not read the resource policy {path}: {error}");
            Err(Invalid::new(message))
        }
    }
}

/// The tag that records the token's expiry date.
pub fn expiry_tag(date: Date) -> Option<Tag> {
    Tag::parse(&format!("{EXPIRY_TAG}={date}")).ok()
}

pub fn check_tags(tags: &[Tag], expires_on: Option<Date>, errors: &mut InputErrors) {
    if expires_on.is_some() && tags.iter().any(|tag| tag.key() == EXPIRY_TAG) {
        errors.add(
            format!(
                "--expires-on and --tag {EXPIRY_TAG} cannot be used together: they set the same tag"
            ),
            "leave out --expires-on",
        );
    }
    let count = tags.len() + usize::from(expires_on.is_some());
    if count > MAX_TAGS {
        errors.add(
            format!("{count} tags are too many; a secret can have up to {MAX_TAGS}"),
            format!("leave out --tag for {} of them", count - MAX_TAGS),
        );
    }
    let mut keys = HashSet::new();
    for tag in tags {
        let key = tag.key();
        if !keys.insert(key) {
            errors.add(
                format!("the tag key {key:?} is used more than once"),
                format!("leave out --tag for all but one of the tags {key:?}"),
            );
        }
    }
}

pub fn rotation(args: &CreateArgs) -> Option<Rotation> {
    Some(Rotation {
        lambda_arn: args.rotation_lambda_arn.clone()?,
        schedule: args
            .rotation_days
            .map(Schedule::Days)
            .or_else(|| args.rotation_schedule.clone())?,
        duration: args.rotation_duration.clone(),
        immediately: !args.no_rotate_immediately,
    })
}

/// Rejects an upstream prefix for a ROOT rule. `usual` is a prefix to suggest for the rule.
///
/// Source: Customizing repository prefixes for ECR to ECR pull through cache, ECR user guide.
pub fn check_rule(
    prefix: &RepositoryPrefix,
    upstream_prefix: Option<&RepositoryPrefix>,
    usual: &str,
    errors: &mut InputErrors,
) {
    const UPSTREAM_PREFIX: &str = "--upstream-repository-prefix";
    let is_root = |prefix: &RepositoryPrefix| prefix.path().is_none();
    if is_root(prefix) && upstream_prefix.is_some_and(|part| !is_root(part)) {
        errors.add(
            format!(
                "a rule for ROOT covers the whole registry, so {UPSTREAM_PREFIX} is not allowed"
            ),
            format!(
                "leave out {UPSTREAM_PREFIX}, or use another prefix for the rule, such as {usual}"
            ),
        );
    }
}
