//! Commands to copy that store credentials: one that would have worked, and one that finishes
//! partial work.

use super::create_input::CreateInput;
use super::token::{showable, showable_name, TokenSource};
use crate::cli::{IfExists, Verify};
use crate::env;
use crate::model::attributes::{Description, Schedule};
use crate::model::rule::Language;
use crate::model::secret::{registry_of, EXPIRY_TAG};
use crate::output::hint::Hints;
use crate::output::shell::{quote, spaced_option, PIPED_TOKEN};
use crate::registry::Address;

impl CreateInput {
    /// The command with all known values, and placeholders for missing ones.
    pub(super) fn command_that_works(&self) -> String {
        let is_create = self.command == "create";
        let gives_username = matches!(
            self.token_source,
            Some(TokenSource::Docker(_) | TokenSource::Command(_))
        );
        let username = self.username.as_ref().map(ToString::to_string);
        let needs_username = is_create && !gives_username;
        let username = username.or_else(|| needs_username.then(|| "NAME".to_owned()));
        let command = StoreCommand::new(&self.command)
            .option(
                "--registry",
                self.registry().or(is_create.then_some("docker-hub")),
            )
            .option("--username", username);
        let command = match &self.token_source {
            Some(TokenSource::Command(_)) => {
                command.option("--credential-command", Some("COMMAND"))
            }
            source => self.with_token(command, source.as_ref()),
        };
        let if_exists = match self.if_exists {
            IfExists::Fail => None,
            IfExists::Skip => Some("skip"),
            IfExists::Update => Some("update"),
        };
        self.with_details(command)
            .option("--if-exists", if_exists)
            .flag("--dry-run", self.dry_run)
            .flag("--yes", self.yes)
            .to_string(&self.hints)
    }

    /// The command that finishes partial work, with the answers from prompts. It never runs the
    /// credential command again.
    pub fn command_to_finish(&self, hints: &Hints) -> String {
        let is_dockers = matches!(self.token_source, Some(TokenSource::Docker(_)));
        let command = StoreCommand::new(&self.command)
            .option("--registry", self.registry())
            .option("--username", self.username.as_ref().filter(|_| !is_dockers));
        let name = self.name_or_default().filter(|_| self.is_issued());
        let command = match &name {
            Some(name) => command.with_stored_token(name.as_str(), hints),
            None => self.with_token(command, self.token_source.as_ref()),
        };
        self.with_details(command)
            .option("--if-exists", Some("update"))
            .flag("--yes", self.yes || !self.can_ask || name.is_some())
            .to_string(hints)
    }

    /// The registry, unless the name of the secret to update shows it.
    fn registry(&self) -> Option<&'static str> {
        let name = self.name.as_ref().filter(|_| self.command != "create");
        let of_name = name.and_then(|name| registry_of(name.as_str()));
        let upstream = self.upstream.filter(|upstream| of_name != Some(*upstream));
        upstream.map(|upstream| upstream.kind)
    }

    fn with_token(&self, command: StoreCommand, source: Option<&TokenSource>) -> StoreCommand {
        let is_read = self.token.is_some();
        match source {
            Some(TokenSource::File(path)) => {
                command.option("--access-token-file", Some(showable(path, "PATH")))
            }
            Some(TokenSource::Variable(name)) if is_read => {
                command.option("--access-token-env", Some(name))
            }
            Some(TokenSource::Variable(name)) => {
                command.option("--access-token-env", Some(showable_name(name, "VAR")))
            }
            Some(TokenSource::Docker(path)) if path.is_empty() => {
                command.flag("--from-docker-config", true)
            }
            Some(TokenSource::Docker(path)) => {
                command.joined("--from-docker-config", &showable(path, "PATH"))
            }
            _ if self.can_ask => command.flag("--access-token-stdin", true),
            _ => command.with_piped_token(),
        }
    }

    /// Adds the secret's settings, its rule and its registry's host.
    fn with_details(&self, command: StoreCommand) -> StoreCommand {
        let name = self.name.as_ref().filter(|_| self.command == "create");
        // Only the credential command knew the date of the token it issued.
        let expires_on = if self.is_issued() {
            self.expiry()
        } else {
            self.expires_on
        };
        let mut command = command
            .option("--name", name)
            .option(
                "--description",
                self.description.as_ref().map(Description::as_str),
            )
            .option("--expires-on", expires_on);
        for tag in &self.tags {
            if expires_on.is_none() || tag.key() != EXPIRY_TAG {
                command = command.option("--tag", Some(tag));
            }
        }
        let policy = self.policy.as_ref().map(|policy| policy.path.as_str());
        command = command.option("--resource-policy", policy);
        for region in &self.replicas {
            command = command.option("--replica-region", Some(region));
        }
        command = command.flag("--force-overwrite-replica-secret", self.overwrite_replicas);
        if let Some(rotation) = &self.rotation {
            command = command.option("--rotation-lambda-arn", Some(&rotation.lambda_arn));
            command = match &rotation.schedule {
                Schedule::Days(days) => command.option("--rotation-days", Some(days)),
                Schedule::Expression(text) => command.option("--rotation-schedule", Some(text)),
            };
            command = command
                .option("--rotation-duration", rotation.duration.as_ref())
                .flag("--no-rotate-immediately", !rotation.immediately);
        }
        let verify = match self.verify {
            Verify::Auto => None,
            Verify::Always => Some("always"),
            Verify::Never => Some("never"),
        };
        let verify = verify.filter(|word| !env::has("ECR_PTC_VERIFY", word));
        let host = self.address.as_ref().map(Address::spelled);
        let command = command
            .option("--rule", self.rule.as_ref())
            .option(
                "--upstream-repository-prefix",
                self.upstream_prefix.as_ref(),
            )
            .option("--print", self.print.map(Language::word))
            .option("--upstream-registry-url", host)
            .option("--verify", verify);
        self.with_place(command)
    }

    /// Adds the global options that lead to the same AWS endpoint.
    fn with_place(&self, command: StoreCommand) -> StoreCommand {
        let places = ["--endpoint-url", "--ca-bundle"];
        let given = self.options.iter().filter_map(|(place, value)| {
            let option = place.strip_prefix("value of ")?;
            places.contains(&option).then_some((option, value))
        });
        given.fold(command, |command, (option, value)| {
            command.option(option, Some(value))
        })
    }
}

/// Builds a command that stores credentials. It never contains a token.
struct StoreCommand {
    words: String,
    /// The pipe before the command.
    pipe: String,
}

impl StoreCommand {
    /// `words` are the subcommand and its argument, quoted.
    fn new(words: &str) -> Self {
        Self {
            words: words.to_owned(),
            pipe: String::new(),
        }
    }

    fn option(mut self, name: &str, value: Option<impl ToString>) -> Self {
        if let Some(value) = value {
            self.words
                .push_str(&spaced_option(name, &value.to_string()));
        }
        self
    }

    /// Adds an option whose value must be in the same word.
    fn joined(mut self, name: &str, value: &str) -> Self {
        self.words.extend([" ", name, "=", &quote(value)]);
        self
    }

    fn flag(mut self, name: &str, is_given: bool) -> Self {
        if is_given {
            self.words.extend([" ", name]);
        }
        self
    }

    /// Pipes the token in from the variable TOKEN.
    fn with_piped_token(mut self) -> Self {
        self.pipe = format!("{PIPED_TOKEN} ");
        self.flag("--access-token-stdin", true)
    }

    /// Pipes in the token stored in the secret with this name.
    fn with_stored_token(mut self, name: &str, hints: &Hints) -> Self {
        self.pipe = format!("{} | ", hints.stored_token(name));
        self.flag("--access-token-stdin", true)
    }

    fn to_string(&self, hints: &Hints) -> String {
        format!("{}{}", self.pipe, hints.command(&self.words))
    }
}
