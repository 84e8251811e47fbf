//! [`Draft`]: what the options and sources say, checked as far as it goes; and, once nothing is
//! open, the [`Request`].

pub use super::options::expiry_tag;
use super::options::{
    address, check_tags, last_day, open_options, parse_username, read_policy, replicas, rotation,
    token_source, Faults,
};
use super::rule::rule_option;
use super::suspicion::check_end;
use super::token::TokenSource;
use crate::cli::{CreateArgs, Global, IfExists, Verify};
use crate::credential::{AccessToken, Credential, Username};
use crate::date::Date;
use crate::failure::Failure;
use crate::name::{Named, RepositoryPrefix, SecretName, PREFIX};
use crate::output::hide;
use crate::plan::Request;
use crate::region::RegionName;
use crate::registry::Address;
use crate::rule::Language;
use crate::secret::EXPIRY_TAG;
use crate::setting::{Description, ResourcePolicy, Rotation, Tag};
use crate::shell::quote;
use crate::upstream::Upstream;

/// A request with open places; what is in it is valid.
#[derive(Clone, Debug)]
pub struct Draft {
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
    pub replicas: Vec<RegionName>,
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
}

impl Draft {
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
    ) -> Result<Self, Failure> {
        let mut faults = Faults::default();
        let source = token_source(&args, why_not_ask.is_none());
        let is_dockers = matches!(source, Ok(Some(TokenSource::Docker(_))));
        let open = [
            (args.registry.is_none(), "--registry"),
            (args.username.is_none() && !is_dockers, "--username"),
            (matches!(source, Ok(None)), "the access token"),
        ];
        let mut draft = Self::of_options(args, why_not_ask.is_none(), &mut faults);
        draft.options = open_options(global);
        draft.token_source = faults.keep(source).flatten();
        let missing: Vec<&str> = open
            .iter()
            .filter(|(is_open, _)| *is_open)
            .map(|(_, what)| *what)
            .collect();
        if let (Some(why), Some(missing)) = (why_not_ask, list(&missing)) {
            let fix = draft.command_line(global, true, draft.if_exists);
            faults.0.push(missing);
            return Err(faults
                .into_failure(&fix)
                .why(format!("nothing can be asked here: {why}")));
        }
        let fix = draft.read_token(why_not_ask.is_none(), &mut faults);
        if faults.0.is_empty() {
            Ok(draft)
        } else {
            let general = "change that and run it again; ecr-ptc create --help has all the options";
            Err(faults.into_failure(fix.as_deref().unwrap_or(general)))
        }
    }

    /// The same for a secret that exists, where only the token has to come from somewhere.
    ///
    /// # Errors
    /// Status 2, naming everything that is wrong or missing.
    pub fn for_update(
        args: CreateArgs,
        named: &Named,
        global: &Global,
        why_not_ask: Option<&str>,
    ) -> Result<Self, Failure> {
        let mut faults = Faults::default();
        let source = token_source(&args, why_not_ask.is_none());
        let is_open = matches!(source, Ok(None));
        let mut draft = Self::of_options(args, why_not_ask.is_none(), &mut faults);
        draft.options = open_options(global);
        draft.token_source = faults.keep(source).flatten();
        if let (Some(why), true) = (why_not_ask, is_open) {
            faults.0.push("the access token is missing".to_owned());
            let name = quote(named.name());
            let fix = format!("printf %s \"$TOKEN\" | ecr-ptc update {name} --access-token-stdin");
            return Err(faults
                .into_failure(&fix)
                .why(format!("nothing can be asked here: {why}")));
        }
        let fix = draft.read_token(why_not_ask.is_none(), &mut faults);
        if faults.0.is_empty() {
            Ok(draft)
        } else {
            let general = "change that and run it again; ecr-ptc update --help has all the options";
            Err(faults.into_failure(fix.as_deref().unwrap_or(general)))
        }
    }

    fn of_options(args: CreateArgs, can_ask: bool, faults: &mut Faults) -> Self {
        let address = address(&args.login, args.registry, can_ask, faults);
        let rotation = rotation(&args, faults);
        let tags: Vec<Tag> = args
            .tags
            .iter()
            .filter_map(|tag| faults.keep(Tag::parse(tag)))
            .collect();
        let expires_on = args
            .expires_on
            .as_deref()
            .and_then(|text| faults.keep(last_day(text)));
        check_tags(&tags, expires_on, faults);
        let replicas = replicas(&args.replica_regions, faults);
        if args.force_overwrite_replica_secret && args.replica_regions.is_empty() {
            faults
                .0
                .push("--force-overwrite-replica-secret needs a --replica-region".to_owned());
        }
        let name =
            |text: String| SecretName::parse(&text).map_err(|fault| format!("--name: {fault}"));
        let chosen = args.name.and_then(|text| faults.keep(name(text)));
        Self {
            upstream: args.registry,
            username: args
                .username
                .and_then(|text| faults.keep(parse_username(&text))),
            token: None,
            token_source: None,
            address,
            verify: args.login.verify,
            print: args.rule.print,
            rule: rule_option(&args.rule, chosen.as_ref(), faults),
            name: chosen,
            description: args
                .description
                .and_then(|text| faults.keep(Description::parse(&text))),
            tags,
            policy: args
                .resource_policy
                .and_then(|path| faults.keep(read_policy(&path))),
            replicas,
            overwrite_replicas: args.force_overwrite_replica_secret,
            rotation,
            if_exists: args.if_exists,
            dry_run: args.dry_run,
            yes: args.yes,
            warnings: Vec::new(),
            expires_on,
            options: Vec::new(),
        }
    }

    /// Reads the token, where it does not have to be asked for; with what mends a fault of it, where
    /// there is something better to say than in general.
    fn read_token(&mut self, can_ask: bool, faults: &mut Faults) -> Option<String> {
        let source = match &self.token_source {
            None | Some(TokenSource::Prompt) => return None,
            Some(TokenSource::Docker(_)) if can_ask && self.lacks_docker_key() => return None,
            // No helper is run for what fails anyway, nor with a token that may be in its environment.
            Some(TokenSource::Docker(_)) if !faults.0.is_empty() => return None,
            Some(TokenSource::Docker(_)) => {
                let refusal = self.take_over_from_docker().err()?;
                faults.0.push(refusal.message);
                return refusal.fix.filter(|_| faults.0.len() == 1);
            }
            Some(source) => source.clone(),
        };
        let token = faults.keep(source.read(&mut self.warnings));
        if let Some(token) = &token {
            // Before anything is said: a fault may quote a value that has the token in it.
            hide(token);
            faults.keep(self.check_with(token));
        }
        self.token = token;
        None
    }

    /// What has no place with this token: its text where everyone can read it, or a secret that is
    /// too large. For a prompt, a reason to ask again.
    ///
    /// # Errors
    /// A sentence that says where, or gives the size.
    pub fn check_with(&self, token: &AccessToken) -> Result<(), String> {
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
            return Err(format!(
                "{place} has the access token in it; tags are not encrypted"
            ));
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
                return Err(format!(
                    "the {place} has the access token in it, and is no secret; \
                     start again with another, and revoke this token"
                ));
            }
        }
        if let Some(username) = &self.username {
            let credential = Credential {
                username: username.clone(),
                token: token.clone(),
            };
            credential.to_value().map_err(|fault| fault.to_string())?;
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
        self.name.clone().or_else(|| default_name(self.upstream?))
    }

    /// Leaves the token open again: it is asked for.
    pub fn forget_token(&mut self) {
        self.token = None;
        self.token_source = Some(TokenSource::Prompt);
    }

    /// The finished request.
    ///
    /// # Errors
    /// Status 2 where something is open still, or the secret would be too large.
    pub fn finish(&self) -> Result<Request, Failure> {
        let open = || Failure::usage("the registry, the username or the access token is missing");
        let upstream = self.upstream.ok_or_else(open)?;
        let credential = self.credential().ok_or_else(open)?;
        let mut tags = self.tags.clone();
        tags.extend(self.expiry().and_then(expiry_tag));
        Ok(Request {
            upstream,
            upstream_url: self.address().map(|address| address.to_string()),
            value: credential
                .to_value()
                .map_err(|fault| Failure::usage(fault.to_string()))?,
            token_characters: credential.token.characters(),
            username: credential.username,
            name: self.name_or_default().ok_or_else(open)?,
            description_given: self.description.is_some(),
            description: self
                .description
                .clone()
                .unwrap_or_else(|| default_description(upstream)),
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

/// The name of a registry's secret, where none is given.
pub fn default_name(upstream: &Upstream) -> Option<SecretName> {
    SecretName::parse(&format!("{PREFIX}{}", upstream.kind)).ok()
}

/// The description of a registry's secret, where none is given.
pub fn default_description(upstream: &Upstream) -> Description {
    let text = format!(
        "{} credentials for Amazon ECR pull through cache",
        upstream.title
    );
    Description::parse(&text).unwrap_or_else(|_| unreachable!("the titles in the table are short"))
}
