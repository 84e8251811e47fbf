//! The command lines that are printed to be copied: what finishes a run, and what would have
//! worked.

use super::create_input::CreateInput;
use super::given::GivenWords;
use super::token::TokenSource;
use crate::model::attributes::Description;
use crate::registry::Address;

impl CreateInput {
    /// The command that finishes what this one began: as it was given, with what was answered
    /// since.
    pub fn command_line_to_finish(&self) -> String {
        let given = self.given.clone().with_token_read();
        if given.command() != "create" {
            return self.with_token_source(given).to_string();
        }
        let given = given.without("--if-exists");
        let description = self.description.as_ref().map(Description::as_str);
        let answers = [
            (
                "--registry",
                self.upstream.map(|upstream| upstream.kind.to_owned()),
            ),
            ("--name", self.name.as_ref().map(ToString::to_string)),
            ("--description", description.map(str::to_owned)),
            ("--expires-on", self.expires_on.map(|date| date.to_string())),
            (
                "--upstream-registry-url",
                self.address.as_ref().map(Address::spelled),
            ),
        ];
        let answers = answers.into_iter();
        let answers = answers.filter_map(|(option, value)| Some((option, value?)));
        let given = answers.fold(given, |given, (option, value)| given.with(option, &value));
        let is_dockers = matches!(self.token_source, Some(TokenSource::Docker(_)));
        let given = match &self.username {
            Some(username) if !is_dockers && !given.has(&["-u"]) => {
                given.with("--username", username.as_str())
            }
            _ => given,
        };
        let given = self.with_token_source(given);
        given.with("--if-exists", "update").to_string()
    }

    pub(super) fn with_token_source(&self, given: GivenWords) -> GivenWords {
        match &self.token_source {
            Some(TokenSource::Docker(_)) => given.with_flag("--from-docker-config"),
            Some(TokenSource::Prompt | TokenSource::Stdin) if !given.has(&STDIN_OPTIONS) => {
                given.with_flag("--access-token-stdin")
            }
            _ => given,
        }
    }

    /// The command line as it was given, with placeholders for these options that are missing, and
    /// the token piped in where no source of it is named.
    pub(super) fn command_line_with_missing(&self, options: &[&str]) -> String {
        let value = |option: &str| match option {
            "--registry" => "docker-hub",
            _ => "NAME",
        };
        let given = self.given.clone();
        let given = options
            .iter()
            .fold(given, |given, option| given.with(option, value(option)));
        let is_piped = matches!(self.token_source, None | Some(TokenSource::Stdin));
        if !is_piped {
            return given.to_string();
        }
        let given = if given.has(&STDIN_OPTIONS) {
            given
        } else {
            given.with_flag("--access-token-stdin")
        };
        format!("printf %s \"$TOKEN\" | {given}")
    }
}

/// The options that take the token from standard input.
const STDIN_OPTIONS: [&str; 3] = [
    "--access-token-stdin",
    "--password-stdin",
    "--access-token-file",
];
