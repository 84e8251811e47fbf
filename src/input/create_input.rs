//! [`CreateInput`]: input from options and token sources, still incomplete; a [`Request`] once
//! nothing is missing.

use tokio::runtime::Builder;

use super::errors::InputErrors;
use super::fixes;
pub use super::options::expiry_tag;
use super::options::{
    address, check_rule, check_tags, open_options, read_policy, rotation, secret_name, token_source,
};
use super::request::Request;
use super::token::TokenSource;
use crate::cli::{CreateArgs, Global, IfExists, RulePrefix, Verify};
use crate::model::attributes::{Description, ResourcePolicy, Rotation, Tag};
use crate::model::credential::{AccessToken, Credential, Username};
use crate::model::date::Date;
use crate::model::invalid::Invalid;
use crate::model::name::{RepositoryPrefix, SecretName};
use crate::model::region::Region;
use crate::model::registries::LoginRegistry;
use crate::model::rule::Language;
use crate::model::secret::EXPIRY_TAG;
use crate::output::failure::Failure;
use crate::output::hint::Hints;
use crate::output::Redactor;
use crate::registry::Address;

/// A request that may still miss values. Values that are present are valid.
#[derive(Clone, Debug)]
pub struct CreateInput {
    pub upstream: Option<LoginRegistry>,
    pub username: Option<Username>,
    pub token: Option<AccessToken>,
    pub token_source: Option<TokenSource>,
    /// The given address of the registry; `None` for the usual one.
    pub address: Option<Address>,
    pub verify: Verify,
    pub name: Option<SecretName>,
    pub description: Option<Description>,
    pub tags: Vec<Tag>,
    pub policy: Option<ResourcePolicy>,
    pub replicas: Vec<Region>,
    pub overwrite_replicas: bool,
    pub rotation: Option<Rotation>,
    /// The prefix of the rule to create or switch.
    pub rule: Option<RepositoryPrefix>,
    /// The part of the registry that the rule covers; `None` if not given.
    pub upstream_prefix: Option<RepositoryPrefix>,
    /// The language to print the rule in, instead of creating it.
    pub print: Option<Language>,
    pub if_exists: IfExists,
    pub dry_run: bool,
    pub yes: bool,
    pub warnings: Vec<String>,
    /// The expiry date given by the user.
    pub expires_on: Option<Date>,
    /// The expiry date that a registry or credential command reported, and which of them.
    pub told_end: Option<(Date, &'static str)>,
    /// Global options on the command line, which other users can see.
    pub options: Vec<(&'static str, String)>,
    /// Builds commands to copy, with the same profile and Region.
    pub(super) hints: Hints,
    /// Hides the token in all output, once it is read.
    pub redactor: Redactor,
    /// The subcommand and the secret to update, for commands to copy.
    pub(super) command: String,
    /// Whether prompts are possible.
    pub(super) can_ask: bool,
}

impl CreateInput {
    /// Checks every option, then reads the token unless a prompt will ask for it. The error names
    /// everything that is wrong or missing, before waiting for a token.
    pub fn from_args(
        args: CreateArgs,
        global: &Global,
        why_not_ask: Option<&str>,
        redactor: &Redactor,
    ) -> Result<Self, Failure> {
        let gives_username = args.token.gives_username();
        let open = [
            (
                args.registry.is_none() && args.registry_word.is_none(),
                "--registry",
            ),
            (args.username.is_none() && !gives_username, "--username"),
        ];
        let open = open.iter().filter(|(is_open, _)| *is_open);
        let open: Vec<&str> = open.map(|(_, option)| *option).collect();
        Self::read(
            args,
            "create".to_owned(),
            &open,
            global,
            why_not_ask,
            redactor,
        )
    }

    /// The same for an existing secret, where only the token is required. `command` is the
    /// subcommand with its arguments, for commands to copy.
    pub fn for_update(
        args: CreateArgs,
        command: String,
        global: &Global,
        why_not_ask: Option<&str>,
        redactor: &Redactor,
    ) -> Result<Self, Failure> {
        Self::read(args, command, &[], global, why_not_ask, redactor)
    }

    /// `open` lists the missing options.
    fn read(
        args: CreateArgs,
        command: String,
        open: &[&str],
        global: &Global,
        why_not_ask: Option<&str>,
        redactor: &Redactor,
    ) -> Result<Self, Failure> {
        let mut errors = InputErrors::default();
        let can_ask = why_not_ask.is_none();
        let source = token_source(&args.token, can_ask);
        let mut missing = open.to_vec();
        if matches!(source, Ok(None)) {
            missing.push("the access token");
        }
        let mut input = Self::from_options(args, can_ask, &mut errors);
        input.options = open_options(global);
        input.hints = global.hints();
        input.redactor = redactor.clone();
        input.command = command;
        let no_command = "leave out --credential-command and use --access-token-stdin";
        input.token_source = errors.keep(source, no_command).flatten();
        if let (Some(why), Some(missing)) = (why_not_ask, list(&missing)) {
            let command = input.command_that_works();
            let then = if errors.is_empty() {
                ""
            } else {
                "then, with that fixed: "
            };
            errors.add(missing, format!("{then}{command}"));
            let why = format!("cannot prompt: {why}");
            return Err(errors.into_failure().why(why));
        }
        input.read_token(&mut errors);
        if errors.is_empty() {
            Ok(input)
        } else {
            Err(errors.into_failure())
        }
    }

    fn from_options(args: CreateArgs, can_ask: bool, errors: &mut InputErrors) -> Self {
        let registry = args.registry_word.as_ref().or(args.registry.as_ref());
        let address = address(&args.login, registry, can_ask, errors);
        let upstream = registry.map(|registry| registry.upstream);
        check_tags(&args.tags, args.expires_on, errors);
        let rotation = rotation(&args);
        let RulePrefix { prefix, part } = args.rule.rule;
        let upstream_prefix = part.upstream_repository_prefix;
        let name = args.name.as_deref();
        let name = name.and_then(|name| errors.keep(secret_name(name, upstream), ""));
        if let Some(prefix) = &prefix {
            if let Some(name) = &name {
                let fit = name.for_rule();
                errors.keep(fit, &fixes::name_for_rule(upstream));
            }
            check_rule(
                prefix,
                upstream_prefix.as_ref(),
                fixes::rule(upstream),
                errors,
            );
        }
        let policy = args.resource_policy.as_deref();
        Self {
            upstream,
            token: None,
            token_source: None,
            address,
            verify: args.login.verify,
            print: args.rule.print,
            rule: prefix,
            upstream_prefix,
            policy: policy.and_then(|path| errors.keep(read_policy(path), fixes::POLICY)),
            rotation,
            username: args.username,
            name,
            description: args.description,
            tags: args.tags,
            replicas: without_repeats(args.replica_regions),
            overwrite_replicas: args.force_overwrite_replica_secret,
            if_exists: args.if_exists,
            dry_run: args.dry_run,
            yes: args.yes,
            warnings: Vec::new(),
            expires_on: args.expires_on,
            told_end: None,
            options: Vec::new(),
            hints: Hints::default(),
            redactor: Redactor::new(),
            command: String::new(),
            can_ask,
        }
    }

    /// Reads the token, unless a prompt or a command provides it later.
    fn read_token(&mut self, errors: &mut InputErrors) {
        const NOT_DOCKERS: &str = "instead of --from-docker-config, use --username NAME \
                                   --access-token-stdin";
        let source = match &self.token_source {
            None | Some(TokenSource::Prompt | TokenSource::Command(_)) => return,
            Some(TokenSource::Docker(_)) if self.can_ask && self.lacks_docker_key() => return,
            // Don't run a credential helper if the command fails anyway.
            Some(TokenSource::Docker(_)) if !errors.is_empty() => return,
            Some(TokenSource::Docker(_)) => {
                // The main runtime starts later.
                let taken = match Builder::new_current_thread().enable_all().build() {
                    Ok(runtime) => {
                        let taken = runtime.block_on(self.take_over_from_docker());
                        // Another program may still hold the helper's output open.
                        runtime.shutdown_background();
                        taken
                    }
                    Err(error) => Err(Invalid::new(format!("could not start: {error}"))),
                };
                errors.keep(taken, NOT_DOCKERS);
                return;
            }
            Some(source) => source.clone(),
        };
        // The command line works only if nothing else is wrong with it.
        let command = errors.is_empty().then(|| self.command_that_works());
        let fix = source.fix(command.as_deref());
        let token = errors.keep(source.read(&mut self.warnings), &fix);
        if let Some(token) = &token {
            // Hide it first: an error may quote a value that contains the token.
            self.redactor.hide(token);
            errors.keep(self.check_with(token), &fix);
        }
        self.token = token;
    }

    /// The token's expiry date, as reported by the registry or the token, or else as given.
    pub fn expiry(&self) -> Option<Date> {
        self.known_expiry().or_else(|| self.given_expiry())
    }

    /// The expiry date that the registry, a command or the token itself reports.
    fn known_expiry(&self) -> Option<Date> {
        let of_token = || Some(self.token.as_ref()?.ends_at()?.date());
        self.told_end.map(|(date, _)| date).or_else(of_token)
    }

    /// The expiry date given by the option or by a tag.
    fn given_expiry(&self) -> Option<Date> {
        let mut tags = self.tags.iter().filter(|tag| tag.key() == EXPIRY_TAG);
        let of_tag = || Date::parse(tags.next()?.value()).ok();
        self.expires_on.or_else(of_tag)
    }

    /// A warning if the given expiry date differs from the reported one, which is used.
    pub fn end_warning(&self) -> Option<String> {
        let (known, given) = (self.known_expiry()?, self.given_expiry()?);
        let who = self.told_end.map_or("the token itself", |(_, who)| who);
        (known != given)
            .then(|| format!("{who} reports the expiry date {known}, so {given} is ignored"))
    }

    /// Username and token, if both are known.
    pub fn credential(&self) -> Option<Credential> {
        Some(Credential {
            username: self.username.clone()?,
            token: self.token.clone()?,
        })
    }

    /// The given name, or the registry's default name.
    pub fn name_or_default(&self) -> Option<SecretName> {
        self.name
            .clone()
            .or_else(|| SecretName::of_registry(self.upstream?.registry))
    }

    /// Forgets the token, so that the prompt asks for it again.
    pub fn forget_token(&mut self) {
        self.token = None;
        self.told_end = None;
        self.token_source = Some(TokenSource::Prompt);
    }

    /// The complete request, or an error if something is still missing.
    pub fn finish(&self) -> Result<Request, Failure> {
        let open = || Failure::usage("the registry, the username or the access token is missing");
        let mut tags = self.tags.clone();
        if let Some(tag) = self.expiry().and_then(expiry_tag) {
            tags.retain(|tag| tag.key() != EXPIRY_TAG);
            tags.push(tag);
        }
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

fn without_repeats(regions: Vec<Region>) -> Vec<Region> {
    let mut once = Vec::new();
    for region in regions {
        if !once.contains(&region) {
            once.push(region);
        }
    }
    once
}

/// A sentence that lists what is missing, or `None` if nothing is.
fn list(missing: &[&str]) -> Option<String> {
    let (last, before) = missing.split_last()?;
    Some(match before {
        [] => format!("{last} is missing"),
        before => format!("{} and {last} are missing", before.join(", ")),
    })
}
