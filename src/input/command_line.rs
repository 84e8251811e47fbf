//! A draft said as a command line: for the hints of errors.

use super::draft::Draft;
use super::token::{showable, showable_name, TokenSource};
use crate::cli::{Global, IfExists, Verify};
use crate::credential::Username;
use crate::name::{RepositoryPrefix, SecretName};
use crate::rule::Language;
use crate::setting::{Description, Rhythm, Rotation};
use crate::shell;

impl Draft {
    /// This draft as a command line for a POSIX shell, with `NAME` in an open place. A
    /// token from standard input is shown as piped in only where `piped`: without, the command
    /// works in a pipe and, asking, at a terminal.
    pub fn command_line(&self, global: &Global, piped: bool, if_exists: IfExists) -> String {
        let mut words = vec!["ecr-ptc".to_owned(), "create".to_owned()];
        let mut option = |name: &str, value: &str| words.push(shell::option(name, value));
        option(
            "--registry",
            self.upstream.map_or("docker-hub", |upstream| upstream.kind),
        );
        let is_dockers = matches!(self.token_source, Some(TokenSource::Docker(_)));
        if !is_dockers {
            let username = self.username.as_ref().map_or("NAME", Username::as_str);
            option("--username", username);
        }
        let otherwise = if piped {
            &TokenSource::Stdin
        } else {
            &TokenSource::Prompt
        };
        let source = self.token_source.as_ref().unwrap_or(otherwise);
        match source {
            TokenSource::File(path) => option("--access-token-file", &showable(path, "PATH")),
            // A variable that was read is one, whatever its name looks like.
            TokenSource::Variable(name) if self.token.is_some() => {
                option("--access-token-env", name);
            }
            TokenSource::Variable(name) => option("--access-token-env", showable_name(name, "VAR")),
            TokenSource::Stdin | TokenSource::Prompt | TokenSource::Docker(_) => {}
        }
        let texts = [
            ("--name", self.name.as_ref().map(SecretName::as_str)),
            (
                "--description",
                self.description.as_ref().map(Description::as_str),
            ),
            (
                "--resource-policy",
                self.policy.as_ref().map(|policy| policy.path.as_str()),
            ),
            ("--rule", self.rule.as_ref().map(RepositoryPrefix::as_str)),
            ("--print", self.print.map(Language::word)),
            ("--profile", global.profile.as_deref()),
            ("--region", global.region.as_deref()),
            ("--endpoint-url", global.endpoint_url.as_deref()),
            ("--ca-bundle", global.ca_bundle.as_deref()),
        ];
        for (name, text) in texts {
            if let Some(text) = text {
                option(name, text);
            }
        }
        for tag in &self.tags {
            option("--tag", &tag.to_string());
        }
        for region in &self.replicas {
            option("--replica-region", region.as_str());
        }
        if let Some(Rotation {
            lambda_arn,
            rhythm,
            duration,
            immediately: _,
        }) = &self.rotation
        {
            option("--rotation-lambda-arn", lambda_arn.as_str());
            match rhythm {
                Rhythm::Days(days) => option("--rotation-days", &days.to_string()),
                Rhythm::Schedule(schedule) => option("--rotation-schedule", schedule),
            }
            if let Some(duration) = duration {
                option("--rotation-duration", duration);
            }
        }
        match if_exists {
            IfExists::Fail => {}
            IfExists::Skip => option("--if-exists", "skip"),
            IfExists::Update => option("--if-exists", "update"),
        }
        let rotation = self.rotation.as_ref();
        let waits_for_window = rotation.is_some_and(|rotation| !rotation.immediately);
        let flags = [
            (
                matches!(source, TokenSource::Stdin | TokenSource::Prompt),
                "--access-token-stdin",
            ),
            (self.overwrite_replicas, "--force-overwrite-replica-secret"),
            (waits_for_window, "--no-rotate-immediately"),
        ];
        words.extend(
            flags
                .iter()
                .filter(|(given, _)| *given)
                .map(|(_, flag)| (*flag).to_owned()),
        );
        let date = self.expires_on.map(|date| date.to_string());
        words.extend(date.map(|date| shell::option("--expires-on", &date)));
        words.extend(self.words_of_login());
        let command = words.join(" ");
        if piped && *source == TokenSource::Stdin {
            format!("printf %s \"$TOKEN\" | {command}")
        } else {
            command
        }
    }
    /// The options that have to do with the registry itself.
    fn words_of_login(&self) -> Vec<String> {
        let mut words = Vec::new();
        if let Some(address) = &self.address {
            let text = if address.is_plain() {
                address.origin()
            } else {
                address.to_string()
            };
            words.push(shell::option("--upstream-registry-url", &text));
        }
        if self.yes && self.foreign_host().is_some() {
            // Without, the command would ask whether the credentials may go there.
            words.push("--yes".to_owned());
        }
        match self.verify {
            Verify::Auto => {}
            Verify::Always => words.push("--verify always".to_owned()),
            Verify::Never => words.push("--verify never".to_owned()),
        }
        if let Some(TokenSource::Docker(path)) = &self.token_source {
            words.push(match showable(path, "PATH").as_str() {
                "" => "--from-docker-config".to_owned(),
                path => format!("--from-docker-config={}", shell::quote(path)),
            });
        }
        words
    }
}
