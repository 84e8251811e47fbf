//! The options of `create`, each checked by itself; what is wrong is collected.

use std::collections::HashSet;
use std::io;

use super::credential_command::CredentialCommand;
use super::errors::InputErrors;
use super::fixes::{self, such_as};
use super::token::{TokenSource, EMPTY_IN_CI};
use crate::cli::{CreateArgs, Global, LoginArgs, RuleOption, UpstreamPrefixOption, Verify};
use crate::env;
use crate::model::attributes::{ResourcePolicy, Rotation, Schedule, Tag, MAX_POLICY, MAX_TAGS};
use crate::model::credential::{Username, UsernameFault};
use crate::model::date::Date;
use crate::model::invalid::Invalid;
use crate::model::name::{RepositoryPrefix, SecretName};
use crate::model::region::Region;
use crate::model::registries::{LoginRegistry, NamedRegistry};
use crate::model::secret::EXPIRY_TAG;
use crate::output::failure::Failure;
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

pub fn token_source(args: &CreateArgs, can_ask: bool) -> Result<Option<TokenSource>, Invalid> {
    let file = args.token.access_token_file.clone().map(|path| {
        if path == "-" {
            TokenSource::Stdin
        } else {
            TokenSource::File(path)
        }
    });
    let token = &args.token;
    let stdin = token.access_token_stdin.then_some(TokenSource::Stdin);
    let variable = token.access_token_env.clone().map(TokenSource::Variable);
    let docker = token.from_docker_config.clone().map(TokenSource::Docker);
    let timeout = token.credential_command_timeout.as_deref();
    let command = match token.credential_command.as_deref() {
        Some(command) => Some(CredentialCommand::parse(command, timeout)?),
        None if timeout.is_some() => {
            let message = "--credential-command-timeout needs --credential-command";
            return Err(Invalid::new(message).fix("leave out --credential-command-timeout"));
        }
        None => None,
    };
    let sources = [
        ("--access-token-stdin", stdin),
        ("--access-token-file", file),
        ("--access-token-env", variable),
        ("--from-docker-config", docker),
        ("--credential-command", command.map(TokenSource::Command)),
    ];
    let given = sources.into_iter();
    let mut given = given.filter_map(|(option, source)| Some((option, source?)));
    let first = given.next();
    let others: Vec<&str> = given.map(|(option, _)| option).collect();
    match first {
        Some((first, _)) if !others.is_empty() => {
            let others = others.join(" and ");
            let message = format!("{first} and {others} cannot be used together");
            Err(Invalid::new(message).fix(format!("leave out {others}")))
        }
        Some((_, TokenSource::Stdin)) if can_ask => Ok(Some(TokenSource::Prompt)),
        first => Ok(first.map(|(_, source)| source)),
    }
}

/// The registry's address, where one is given. For Azure nothing can be tried without.
pub fn address(
    args: &LoginArgs,
    registry: Option<&NamedRegistry>,
    can_ask: bool,
    errors: &mut InputErrors,
) -> Option<Address> {
    let given = args.host.upstream_registry_url.as_deref();
    let host = registry.map_or(Ok(given), |registry| registry.host_or(given));
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

pub fn parse_username(text: &str) -> Result<Username, Invalid> {
    Username::parse(text).map_err(|fault| {
        let hint = if fault == UsernameFault::Empty {
            EMPTY_IN_CI
        } else {
            ""
        };
        Invalid::new(format!("--username: {fault}{hint}"))
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

/// The last day of a token: today or later.
pub fn last_day(text: &str) -> Result<Date, Invalid> {
    let date = Date::parse(text);
    let date = date.map_err(|fault| Invalid::new(format!("--expires-on: {fault}")))?;
    if Date::today().days_until(date) < 0 {
        return Err(Invalid::new(format!(
            "--expires-on: {date} is in the past; a token that has expired cannot be used"
        )));
    }
    Ok(date)
}

/// The same where nothing else is asked for.
///
/// # Errors
/// Status 2.
pub fn read_last_day(text: &str) -> Result<Date, Failure> {
    let mut errors = InputErrors::default();
    let date = errors.keep(last_day(text), &fixes::expires_on());
    date.ok_or_else(|| errors.into_failure())
}

/// A number of days.
///
/// # Errors
/// Status 2.
pub fn read_days(option: &str, text: Option<&str>) -> Result<Option<i64>, Failure> {
    match text.map(str::parse::<u16>) {
        None => Ok(None),
        Some(Ok(days)) => Ok(Some(i64::from(days))),
        Some(Err(_)) => {
            let message = format!("{option} takes a number of days, up to 65535");
            Err(Failure::usage(message).fix(format!("for example: {option} 30")))
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

pub fn replicas(texts: &[String], errors: &mut InputErrors) -> Vec<Region> {
    let mut regions: Vec<Region> = Vec::new();
    for text in texts {
        let region = Region::parse(text).map_err(|fault| format!("--replica-region: {fault}"));
        let region = errors.keep(region, &such_as("--replica-region", "eu-west-1"));
        regions.extend(region.filter(|region| !regions.contains(region)));
    }
    regions
}

pub fn rotation(args: &CreateArgs, errors: &mut InputErrors) -> Option<Rotation> {
    let (days, schedule) = (&args.rotation_days, &args.rotation_schedule);
    let is_scheduled = days.is_some() || schedule.is_some();
    let is_twice = days.is_some() && schedule.is_some();
    let days = days.as_deref().and_then(|text| {
        let fix = such_as("--rotation-days", "30");
        errors.keep(Schedule::days(text), &fix)
    });
    let schedule = schedule.as_deref().and_then(|text| {
        let fix = such_as("--rotation-schedule", "rate(30 days)");
        errors.keep(Schedule::expression(text), &fix)
    });
    let duration = args.rotation_duration.as_deref().and_then(|text| {
        let fix = such_as("--rotation-duration", "3h");
        errors.keep(Rotation::duration(text), &fix)
    });
    if is_twice {
        errors.add(
            "--rotation-days and --rotation-schedule cannot be used together",
            "leave out --rotation-schedule",
        );
    }
    let Some(arn) = &args.rotation_lambda_arn else {
        if is_scheduled || args.rotation_duration.is_some() || args.no_rotate_immediately {
            let days = if is_scheduled {
                ""
            } else {
                " --rotation-days 30"
            };
            errors.add(
                "rotation needs a Lambda function: --rotation-lambda-arn",
                format!("add --rotation-lambda-arn {}{days}", fixes::FUNCTION),
            );
        }
        return None;
    };
    if !is_scheduled {
        errors.add(
            "--rotation-lambda-arn needs --rotation-days or --rotation-schedule",
            "add --rotation-days 30",
        );
    }
    let fix = such_as("--rotation-lambda-arn", fixes::FUNCTION);
    let lambda_arn = errors.keep(Rotation::lambda_arn(arn), &fix)?;
    Some(Rotation {
        lambda_arn,
        schedule: days.or(schedule)?,
        duration,
        immediately: !args.no_rotate_immediately,
    })
}

/// The prefix of `--rule`, and that of `--upstream-repository-prefix`; what is known already must
/// fit a rule.
pub fn rule_option(
    option: &RuleOption,
    name: Option<&SecretName>,
    upstream: Option<LoginRegistry>,
    errors: &mut InputErrors,
) -> (Option<RepositoryPrefix>, Option<RepositoryPrefix>) {
    let prefix = fixes::rule(upstream);
    if option.print.is_some() && option.prefix.is_none() {
        errors.add(
            "--print needs --rule PREFIX: it is the rule that is printed",
            format!("add --rule {prefix}"),
        );
    }
    let Some(text) = option.prefix.as_deref() else {
        if option.part.upstream_repository_prefix.is_some() {
            errors.add(
                format!("{UPSTREAM_PREFIX} needs --rule PREFIX: it belongs to the rule"),
                format!("add --rule {prefix}"),
            );
        }
        return (None, None);
    };
    if let Some(name) = name {
        let fit = name.check_for_rule().map_err(|fault| fault.to_string());
        errors.keep(fit, &fixes::name_for_rule(upstream));
    }
    let parsed = RepositoryPrefix::parse(text).map_err(|fault| format!("--rule: {fault}"));
    let parsed = errors.keep(parsed, &such_as("--rule", prefix));
    let part = upstream_prefix(&option.part, parsed.as_ref(), prefix, errors);
    (parsed, part)
}

const UPSTREAM_PREFIX: &str = "--upstream-repository-prefix";

/// The part of the upstream registry that a rule with this prefix is for; `usual` is another prefix
/// that it can have.
///
/// Source: Customizing repository prefixes for ECR to ECR pull through cache, ECR user guide.
pub fn upstream_prefix(
    option: &UpstreamPrefixOption,
    prefix: Option<&RepositoryPrefix>,
    usual: &str,
    errors: &mut InputErrors,
) -> Option<RepositoryPrefix> {
    let text = option.upstream_repository_prefix.as_deref()?;
    let part = RepositoryPrefix::parse(text);
    let part = part.map_err(|fault| format!("{UPSTREAM_PREFIX}: {fault}"));
    let part = errors.keep(part, &such_as(UPSTREAM_PREFIX, "library"))?;
    let is_root = |prefix: &RepositoryPrefix| prefix.path().is_none();
    if prefix.is_some_and(is_root) && !is_root(&part) {
        errors.add(
            format!("a rule for ROOT is for all of its registry, so it has no {UPSTREAM_PREFIX}"),
            format!(
                "leave out {UPSTREAM_PREFIX}, or give the rule another prefix, such as {usual}"
            ),
        );
    }
    Some(part)
}
