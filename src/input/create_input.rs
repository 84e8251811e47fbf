//! [`CreateInput`]: what the options and sources say, checked as far as it goes; and, once nothing
//! is open, the [`Request`].

use super::given::GivenWords;
pub use super::options::expiry_tag;
use super::options::{
    address, check_tags, last_day, open_options, parse_username, read_policy, replicas, rotation,
    rule_option, token_source, InputErrors,
};
use super::request::Request;
use super::token::TokenSource;
use super::warnings::check_end;
use crate::cli::{CreateArgs, Global, IfExists, Verify};
use crate::model::attributes::{Description, ResourcePolicy, Rotation, Tag};
use crate::model::credential::{AccessToken, Credential, Username};
use crate::model::date::Date;
use crate::model::invalid::Invalid;
use crate::model::name::{RepositoryPrefix, SecretName};
use crate::model::region::Region;
use crate::model::rule::Language;
use crate::model::secret::EXPIRY_TAG;
use crate::model::upstream::Upstream;
use crate::output::failure::Failure;
use crate::output::hint::Hints;
use crate::output::Redactor;
use crate::registry::Address;

/// A request with open places; what is in it is valid.
#[derive(Clone, Debug)]
pub struct CreateInput {
    pub upstream: Option<&'static Upstream>,
    pub username: Option<Username>,
    pub token: Option<AccessToken>,
    pub token_source: Option<TokenSource>,
    /// Where the registry is; none for its usual place.
    pub address: Option<Address>,
    pub verify: Verify,
    pub name: Option<SecretName>,
    pub description: Option<Description>,
    pub tags: Vec<Tag>,
    pub policy: Option<ResourcePolicy>,
    pub replicas: Vec<Region>,
    pub overwrite_replicas: bool,
    pub rotation: Option<Rotation>,
    /// The prefix of the rule to make.
    pub rule: Option<RepositoryPrefix>,
    /// The language to print the rule in, instead of making it.
    pub print: Option<Language>,
    pub if_exists: IfExists,
    pub dry_run: bool,
    pub yes: bool,
    pub warnings: Vec<String>,
    /// When the token ends, where that was said.
    pub expires_on: Option<Date>,
    /// Where the program works: options that stand on the command line for all to see.
    pub options: Vec<(&'static str, String)>,
    /// Commands that lead to where the options say.
    pub(super) hints: Hints,
    /// What hides the token, once it is read.
    pub(super) redactor: Redactor,
    /// The command line.
    pub(super) given: GivenWords,
}

impl CreateInput {
    /// Checks every option, then reads the token from the source that was named. Nothing waits
    /// for a token where something else is missing. Where someone can be asked,
    /// `--access-token-stdin` leaves the token open, and nothing is missing.
    ///
    /// # Errors
    /// Status 2, naming everything that is wrong or missing.
    pub fn from_args(
        args: CreateArgs,
        global: &Global,
        why_not_ask: Option<&str>,
        redactor: &Redactor,
    ) -> Result<Self, Failure> {
        let is_dockers = args.token.from_docker_config.is_some();
        let open = [
            (args.registry.is_none(), "--registry"),
            (args.username.is_none() && !is_dockers, "--username"),
        ];
        let open = open.iter().filter(|(is_open, _)| *is_open);
        let open: Vec<&str> = open.map(|(_, option)| *option).collect();
        Self::read(args, &open, global, why_not_ask, redactor)
    }

    /// The same for a secret that exists, where only the token has to come from somewhere.
    ///
    /// # Errors
    /// Status 2, naming everything that is wrong or missing.
    pub fn for_update(
        args: CreateArgs,
        global: &Global,
        why_not_ask: Option<&str>,
        redactor: &Redactor,
    ) -> Result<Self, Failure> {
        Self::read(args, &[], global, why_not_ask, redactor)
    }

    /// `open` are the options that are missing.
    fn read(
        args: CreateArgs,
        open: &[&str],
        global: &Global,
        why_not_ask: Option<&str>,
        redactor: &Redactor,
    ) -> Result<Self, Failure> {
        let mut errors = InputErrors::default();
        let can_ask = why_not_ask.is_none();
        let source = token_source(&args, can_ask);
        let mut missing = open.to_vec();
        if matches!(source, Ok(None)) {
            missing.push("the access token");
        }
        let mut input = Self::from_options(args, can_ask, &mut errors);
        input.redactor = redactor.clone();
        input.options = open_options(global);
        input.hints = global.hints();
        input.given = GivenWords::new(&global.words);
        input.token_source = errors.keep(source).flatten();
        if let (Some(why), Some(missing)) = (why_not_ask, list(&missing)) {
            let fix = input.command_line_with_missing(open);
            errors.0.push(missing);
            return Err(errors
                .into_failure(&fix)
                .why(format!("nothing can be asked here: {why}")));
        }
        let fix = input.read_token(can_ask, &mut errors);
        if errors.0.is_empty() {
            return Ok(input);
        }
        let help = input.given.command();
        let general =
            format!("change that and run it again; ecr-ptc {help} --help has all the options");
        Err(errors.into_failure(fix.as_deref().unwrap_or(&general)))
    }

    fn from_options(args: CreateArgs, can_ask: bool, errors: &mut InputErrors) -> Self {
        let address = address(&args.login, args.registry.as_ref(), can_ask, errors);
        let rotation = rotation(&args, errors);
        let tags: Vec<Tag> = args
            .tags
            .iter()
            .filter_map(|tag| errors.keep(Tag::parse(tag)))
            .collect();
        let expires_on = args
            .expires_on
            .as_deref()
            .and_then(|text| errors.keep(last_day(text)));
        check_tags(&tags, expires_on, errors);
        let replicas = replicas(&args.replica_regions, errors);
        if args.force_overwrite_replica_secret && args.replica_regions.is_empty() {
            errors
                .0
                .push("--force-overwrite-replica-secret needs a --replica-region".to_owned());
        }
        let name =
            |text: String| SecretName::parse(&text).map_err(|fault| format!("--name: {fault}"));
        let chosen = args.name.and_then(|text| errors.keep(name(text)));
        Self {
            upstream: args.registry.map(|registry| registry.upstream),
            username: args
                .username
                .and_then(|text| errors.keep(parse_username(&text))),
            token: None,
            token_source: None,
            address,
            verify: args.login.verify,
            print: args.rule.print,
            rule: rule_option(&args.rule, chosen.as_ref(), errors),
            name: chosen,
            description: args
                .description
                .and_then(|text| errors.keep(Description::parse(&text))),
            tags,
            policy: args
                .resource_policy
                .and_then(|path| errors.keep(read_policy(&path))),
            replicas,
            overwrite_replicas: args.force_overwrite_replica_secret,
            rotation,
            if_exists: args.if_exists,
            dry_run: args.dry_run,
            yes: args.yes,
            warnings: Vec::new(),
            expires_on,
            options: Vec::new(),
            hints: Hints::default(),
            redactor: Redactor::new(),
            given: GivenWords::default(),
        }
    }

    /// Reads the token, where it does not have to be asked for; with what mends a fault of it,
    /// where there is something better to say than in general.
    fn read_token(&mut self, can_ask: bool, errors: &mut InputErrors) -> Option<String> {
        let source = match &self.token_source {
            None | Some(TokenSource::Prompt) => return None,
            Some(TokenSource::Docker(_)) if can_ask && self.lacks_docker_key() => return None,
            // No helper is run for what fails anyway, nor with a token that may be in its
            // environment.
            Some(TokenSource::Docker(_)) if !errors.0.is_empty() => return None,
            Some(TokenSource::Docker(_)) => {
                let refusal = self.take_over_from_docker().err()?;
                errors.0.push(refusal.message);
                return refusal.fix.filter(|_| errors.0.len() == 1);
            }
            Some(source) => source.clone(),
        };
        let token = errors.keep(source.read(&mut self.warnings));
        if let Some(token) = &token {
            // Before anything is said: a fault may quote a value that has the token in it.
            self.redactor.hide(token);
            errors.keep(self.check_with(token));
        }
        self.token = token;
        None
    }

    /// What has no place with this token: its text where everyone can read it, or a secret that is
    /// too large. For a prompt, a reason to ask again.
    ///
    /// # Errors
    /// A sentence that says where, or gives the size.
    pub fn check_with(&self, token: &AccessToken) -> Result<(), Invalid> {
        check_end(token)?;
        if let Some(tag) = self
            .tags
            .iter()
            .find(|tag| token.is_in(tag.key()) || token.is_in(tag.value()))
        {
            let place = if token.is_in(tag.key()) {
                "the key of a tag"
            } else {
                "the value of a tag"
            };
            return Err(Invalid::new(format!(
                "{place} has the access token in it; tags are not encrypted"
            )));
        }
        // Shorter tokens turn up in ordinary words.
        if token.characters() >= 8 {
            let open = [
                ("name", self.name.as_ref().map(SecretName::as_str)),
                (
                    "description",
                    self.description.as_ref().map(Description::as_str),
                ),
                ("username", self.username.as_ref().map(Username::as_str)),
                ("rule", self.rule.as_ref().map(RepositoryPrefix::as_str)),
                (
                    "resource policy",
                    self.policy.as_ref().map(ResourcePolicy::as_str),
                ),
            ];
            let paths = [
                (
                    "path of the resource policy",
                    self.policy.as_ref().map(|policy| policy.path.as_str()),
                ),
                (
                    "rotation function",
                    self.rotation
                        .as_ref()
                        .map(|rotation| rotation.lambda_arn.as_str()),
                ),
            ];
            let options = self
                .options
                .iter()
                .map(|(option, value)| (*option, Some(value.as_str())));
            if let Some((place, _)) = open
                .into_iter()
                .chain(paths)
                .chain(options)
                .find(|(_, text)| text.is_some_and(|text| token.is_in(text)))
            {
                return Err(Invalid::new(format!(
                    "the {place} has the access token in it, and is no secret; \
                     start again with another, and revoke this token"
                )));
            }
        }
        if let Some(username) = &self.username {
            let credential = Credential {
                username: username.clone(),
                token: token.clone(),
            };
            let value = credential.to_value();
            value.map_err(|fault| Invalid::new(fault.to_string()))?;
        }
        Ok(())
    }

    /// When the token ends: as was said, or as it says itself. None where a tag says it already.
    pub fn expiry(&self) -> Option<Date> {
        if self.tags.iter().any(|tag| tag.key() == EXPIRY_TAG) {
            return None;
        }
        let of_token = || Some(self.token.as_ref()?.ends_at()?.date());
        self.expires_on.or_else(of_token)
    }

    /// Username and token, where there are both.
    pub fn credential(&self) -> Option<Credential> {
        Some(Credential {
            username: self.username.clone()?,
            token: self.token.clone()?,
        })
    }

    /// The name, or the default of the registry.
    pub fn name_or_default(&self) -> Option<SecretName> {
        self.name
            .clone()
            .or_else(|| SecretName::of_registry(self.upstream?))
    }

    /// Leaves the token open again: it is asked for.
    pub fn forget_token(&mut self) {
        self.token = None;
        self.token_source = Some(TokenSource::Prompt);
    }

    /// The finished request.
    ///
    /// # Errors
    /// Status 2 where something is open still.
    pub fn finish(&self) -> Result<Request, Failure> {
        let open = || Failure::usage("the registry, the username or the access token is missing");
        let mut tags = self.tags.clone();
        tags.extend(self.expiry().and_then(expiry_tag));
        Ok(Request {
            upstream: self.upstream,
            upstream_url: self.address().map(|address| address.to_string()),
            credential: self.credential().ok_or_else(open)?,
            name: self.name_or_default().ok_or_else(open)?,
            description: self.description.clone(),
            tags,
            policy: self.policy.clone(),
            replicas: self.replicas.clone(),
            overwrite_replicas: self.overwrite_replicas,
            rotation: self.rotation.clone(),
        })
    }
}

/// What is missing, as a sentence; none where nothing is.
fn list(missing: &[&str]) -> Option<String> {
    let (last, before) = missing.split_last()?;
    Some(match before {
        [] => format!("{last} is missing"),
        before => format!("{} and {last} are missing", before.join(", ")),
    })
}
