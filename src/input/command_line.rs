//! The command lines that are printed to be copied: what finishes a run, and what would have
//! worked.

use super::create_input::CreateInput;
use super::given::GivenWords;
use super::token::TokenSource;
use crate::model::attributes::Description;
use crate::output::shell::PIPED_TOKEN;

impl CreateInput {
    /// The `create` that finishes what this one began: as it was given, with what was answered
    /// since. A credential command is not run again: the token is read from standard input.
    pub fn command_line_to_finish(&self) -> String {
        let given = self.given.clone().with_token_read().without("--if-exists");
        let given = match self.upstream {
            Some(upstream) => given.with("--registry", upstream.kind),
            None => given,
        };
        let given = match &self.address {
            Some(address) => given.with("--upstream-registry-url", &address.spelled()),
            None => given,
        };
        let description = self.description.as_ref().map(Description::as_str);
        let is_dockers = matches!(self.token_source, Some(TokenSource::Docker(_)));
        let username = self.username.as_ref().filter(|_| !is_dockers);
        let one = |value: Option<String>| Vec::from_iter(value);
        // Each of these can be changed in the review.
        let answers: [(&[&str], _); 6] = [
            (
                &["--username", "-u"],
                one(username.map(ToString::to_string)),
            ),
            (
                &["--name"],
                one(self.name.as_ref().map(ToString::to_string)),
            ),
            (&["--description"], one(description.map(str::to_owned))),
            (
                &["--expires-on"],
                one(self.expires_on.map(|date| date.to_string())),
            ),
            (
                &["--tag"],
                self.tags.iter().map(ToString::to_string).collect(),
            ),
            (
                &["--rule"],
                one(self.rule.as_ref().map(ToString::to_string)),
            ),
        ];
        let given = answers
            .iter()
            .fold(given, |given, (names, values)| given.saying(names, values));
        let given = self.with_token_source(given);
        given.with("--if-exists", "update").to_string()
    }

    pub(super) fn with_token_source(&self, given: GivenWords) -> GivenWords {
        match &self.token_source {
            Some(TokenSource::Docker(_)) => given.with_flag("--from-docker-config"),
            Some(TokenSource::Prompt | TokenSource::Stdin) if !given.has(&STDIN_OPTIONS) => {
                given.with_flag("--access-token-stdin")
            }
            Some(TokenSource::Command(_)) => given
                .without("--credential-command")
                .without("--credential-command-timeout")
                .with_flag("--access-token-stdin"),
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
        format!("{PIPED_TOKEN} {given}")
    }
}

/// The options that take the token from standard input.
const STDIN_OPTIONS: [&str; 3] = [
    "--access-token-stdin",
    "--password-stdin",
    "--access-token-file",
];
