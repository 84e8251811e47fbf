//! Options of `create` that depend on each other, on files, or on whether questions can be asked.

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
use crate::model::registries::{canonical_host, LoginRegistry, NamedRegistry};
use crate::model::secret::EXPIRY_TAG;
use crate::output::shell::option;
use crate::registry::Address;

/// Options that stand on the command line for all to see.
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

/// The registry's host: the one it was named by, or the one that is given. Both must be the same.
pub fn host<'h, U>(
    registry: &'h NamedRegistry<U>,
    given: Option<&'h str>,
) -> Result<Option<&'h str>, Invalid> {
    let (Some(own), Some(text)) = (registry.host.as_deref(), given) else {
        return Ok(given.or(registry.host.as_deref()));
    };
    let bare = text.strip_prefix("https://").unwrap_or(text);
    if canonical_host(bare.trim_end_matches('/')) == own {
        return Ok(given);
    }
    Err(Invalid::new(format!(
        "the registry is {own}, and --upstream-registry-url names another host; leave one of \
         them out"
    )))
}

/// The registry's address, where one is given. For Azure nothing can be tried without.
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
            "--verify always needs --upstream-registry-url: each registry of Azure has a host of \
             its own",
            "add --upstream-registry-url NAME.azurecr.io",
        );
    }
    None
}

/// Not checked by clap: the error shows the name to use, and the token has to be known by then to
/// be hidden.
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

/// The longest file of a resource policy that is read, in bytes: far more than Secrets Manager
/// takes, so that a policy that is merely too long is told its length.
const MAX_POLICY_FILE: usize = 1 << 20;

pub fn read_policy(path: &str) -> Result<ResourcePolicy, Invalid> {
    let path = path.strip_prefix("file://").unwrap_or(path);
    let read = env::read_file_up_to(MAX_POLICY_FILE, path)
        .and_then(|bytes| String::from_utf8(bytes.to_vec()).map_err(io::Error::other));
    match read {
        Ok(text) => ResourcePolicy::parse(path, &text).map_err(|fault| {
            fault.fix(format!(
                "write one JSON object with a Statement, of up to {MAX_POLICY} characters, into \
                 that file, or leave out --resource-policy"
            ))
        }),
        Err(error) => {
            let message = format!("the resource policy {path} cannot be read: {error}");
            Err(Invalid::new(message))
        }
    }
}

/// The tag by which a secret says when its token ends.
pub fn expiry_tag(date: Date) -> Option<Tag> {
    Tag::parse(&format!("{EXPIRY_TAG}={date}")).ok()
}

pub fn check_tags(tags: &[Tag], expires_on: Option<Date>, errors: &mut InputErrors) {
    if expires_on.is_some() && tags.iter().any(|tag| tag.key() == EXPIRY_TAG) {
        errors.add(
            format!(
                "--expires-on and --tag {EXPIRY_TAG} cannot be used together: they say the same"
            ),
            "leave out --expires-on",
        );
    }
    let count = tags.len() + usize::from(expires_on.is_some());
    if count > MAX_TAGS {
        errors.add(
            format!("there are {count} tags; a secret has up to {MAX_TAGS}"),
            format!("leave out --tag for {} of them", count - MAX_TAGS),
        );
    }
    let mut keys = HashSet::new();
    for tag in tags {
        let key = tag.key();
        if !keys.insert(key) {
            errors.add(
                format!("the tag key {key:?} is given more than once"),
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

/// Refuses an upstream prefix of a rule for ROOT. `usual` is another prefix for the rule.
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
            format!("a rule for ROOT is for all of its registry, so it has no {UPSTREAM_PREFIX}"),
            format!(
                "leave out {UPSTREAM_PREFIX}, or give the rule another prefix, such as {usual}"
            ),
        );
    }
}
