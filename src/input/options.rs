//! The options of `create`, each checked by itself; what is wrong is collected.

use std::collections::HashSet;
use std::io;

use super::token::{TokenSource, EMPTY_IN_CI};
use crate::cli::{CreateArgs, Global, LoginArgs, RuleOption, Verify};
use crate::env;
use crate::model::attributes::{ResourcePolicy, Rotation, Schedule, Tag, MAX_TAGS};
use crate::model::credential::{Username, UsernameFault};
use crate::model::date::Date;
use crate::model::invalid::Invalid;
use crate::model::name::{RepositoryPrefix, SecretName};
use crate::model::region::Region;
use crate::model::secret::EXPIRY_TAG;
use crate::model::upstream::NamedRegistry;
use crate::output::failure::Failure;
use crate::registry::Address;

/// Collects what is wrong, so that it can all be said at once.
#[derive(Default)]
pub struct InputErrors(pub Vec<String>);

impl InputErrors {
    pub fn keep<T, E: ToString>(&mut self, result: Result<T, E>) -> Option<T> {
        result.map_err(|fault| self.0.push(fault.to_string())).ok()
    }

    pub fn into_failure(self, fix: &str) -> Failure {
        let message = match self.0.as_slice() {
            [only] => only.clone(),
            several => format!(
                "{} things are wrong:\n{}",
                several.len(),
                several.join("\n")
            ),
        };
        Failure::usage(message).fix(fix)
    }
}

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
    let sources = [
        args.token.access_token_stdin.then_some(TokenSource::Stdin),
        file,
        args.token
            .access_token_env
            .clone()
            .map(TokenSource::Variable),
        args.token
            .from_docker_config
            .clone()
            .map(TokenSource::Docker),
    ];
    let mut given = sources.into_iter().flatten();
    match (given.next(), given.next()) {
        (Some(_), Some(_)) => Err(Invalid::new(
            "the access token has more than one source; use one of \
                --access-token-stdin, --access-token-file, --access-token-env and \
                --from-docker-config",
        )),
        (Some(TokenSource::Stdin), None) if can_ask => Ok(Some(TokenSource::Prompt)),
        (source, _) => Ok(source),
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
    if let Some(text) = errors.keep(host)? {
        let address = Address::parse(text);
        return errors.keep(address.map_err(|fault| format!("--upstream-registry-url {fault}")));
    }
    let is_open = registry.is_some_and(|registry| registry.upstream.url.is_none());
    if args.verify == Verify::Always && is_open && !can_ask {
        errors.0.push(
            "--verify always needs --upstream-registry-url NAME.azurecr.io, since each \
            registry of Azure has a host of its own"
                .to_owned(),
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
    let mut bytes = Vec::new();
    let read = std::fs::File::open(path)
        .and_then(|file| env::read_up_to(MAX_POLICY_FILE, file, &mut bytes))
        .and_then(|()| String::from_utf8(bytes).map_err(io::Error::other));
    match read {
        Ok(text) => ResourcePolicy::parse(path, &text),
        Err(error) => Err(Invalid::new(format!(
            "the resource policy {path} cannot be read: {error}"
        ))),
    }
}

/// The last day of a token: today or later.
pub fn last_day(text: &str) -> Result<Date, Invalid> {
    let date = Date::parse(text);
    let date = date.map_err(|fault| Invalid::new(format!("--expires-on: {fault}")))?;
    if Date::today().days_until(date) < 0 {
        return Err(Invalid::new(format!(
            "--expires-on: {date} is past; a token that has ended cannot be used"
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
    let date = errors.keep(last_day(text));
    date.ok_or_else(|| errors.into_failure("give its last day: --expires-on 2027-01-31"))
}

/// The tag by which a secret says when its token ends.
pub fn expiry_tag(date: Date) -> Option<Tag> {
    Tag::parse(&format!("{EXPIRY_TAG}={date}")).ok()
}

pub fn check_tags(tags: &[Tag], expires_on: Option<Date>, errors: &mut InputErrors) {
    if expires_on.is_some() && tags.iter().any(|tag| tag.key() == EXPIRY_TAG) {
        errors.0.push(format!(
            "--expires-on and --tag {EXPIRY_TAG} say the same; use one of them"
        ));
    }
    let expiry = usize::from(expires_on.is_some());
    if tags.len() + expiry > MAX_TAGS {
        errors.0.push(format!(
            "there are {} tags; a secret has up to {MAX_TAGS}",
            tags.len() + expiry
        ));
    }
    let mut keys = HashSet::new();
    for tag in tags {
        if !keys.insert(tag.key()) {
            errors.0.push(format!(
                "the tag key {:?} is given more than once",
                tag.key()
            ));
        }
    }
}

pub fn replicas(texts: &[String], errors: &mut InputErrors) -> Vec<Region> {
    let mut regions: Vec<Region> = Vec::new();
    for text in texts {
        let region =
            errors.keep(Region::parse(text).map_err(|fault| format!("--replica-region: {fault}")));
        regions.extend(region.filter(|region| !regions.contains(region)));
    }
    regions
}

pub fn rotation(args: &CreateArgs, errors: &mut InputErrors) -> Option<Rotation> {
    let days = args
        .rotation_days
        .as_deref()
        .and_then(|text| errors.keep(Schedule::days(text)));
    let schedule = args
        .rotation_schedule
        .as_deref()
        .and_then(|text| errors.keep(Schedule::expression(text)));
    let duration = args
        .rotation_duration
        .as_deref()
        .and_then(|text| errors.keep(Rotation::duration(text)));
    let any_rhythm = args.rotation_days.is_some() || args.rotation_schedule.is_some();
    if args.rotation_days.is_some() && args.rotation_schedule.is_some() {
        errors
            .0
            .push("--rotation-days and --rotation-schedule exclude each other".to_owned());
    }
    let Some(arn) = &args.rotation_lambda_arn else {
        if any_rhythm || args.rotation_duration.is_some() || args.no_rotate_immediately {
            errors
                .0
                .push("rotation needs a function: --rotation-lambda-arn".to_owned());
        }
        return None;
    };
    if !any_rhythm {
        errors
            .0
            .push("--rotation-lambda-arn needs --rotation-days or --rotation-schedule".to_owned());
    }
    let lambda_arn = errors.keep(Rotation::lambda_arn(arn))?;
    Some(Rotation {
        lambda_arn,
        schedule: days.or(schedule)?,
        duration,
        immediately: !args.no_rotate_immediately,
    })
}

/// The prefix of `--rule`; what is known already must fit a rule.
pub fn rule_option(
    option: &RuleOption,
    name: Option<&SecretName>,
    errors: &mut InputErrors,
) -> Option<RepositoryPrefix> {
    if option.print.is_some() && option.prefix.is_none() {
        errors
            .0
            .push("--print needs --rule PREFIX: it is the rule that is printed".to_owned());
    }
    let text = option.prefix.as_deref()?;
    if let Some(name) = name {
        errors.keep(name.check_for_rule());
    }
    errors.keep(RepositoryPrefix::parse(text).map_err(|fault| format!("--rule: {fault}")))
}
