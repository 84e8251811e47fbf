//! The login of a [`CreateInput`]: the registry's address, Docker's credentials, and warnings.

use super::create_input::CreateInput;
use super::credential_command::{CredentialCommand, IssuedCredentials};
use super::docker::Docker;
use super::token::TokenSource;
use super::warnings::warnings;
use crate::model::credential::Username;
use crate::model::invalid::Invalid;
use crate::output::failure::Failure;
use crate::registry::{Address, ForeignHost};

impl CreateInput {
    /// Whether the registry's host, and so Docker's login, is still unknown.
    pub(super) fn lacks_docker_key(&self) -> bool {
        self.upstream
            .is_none_or(|upstream| upstream.fixed_host().is_none() && self.address.is_none())
    }

    /// Uses Docker's credentials for the registry. This may run a credential helper.
    pub async fn take_over_from_docker(&mut self) -> Result<(), Invalid> {
        let Some(upstream) = self.upstream else {
            return Err("the registry is missing".to_owned().into());
        };
        let Some(TokenSource::Docker(path)) = &self.token_source else {
            return Ok(());
        };
        let docker = Docker::open(path, upstream, self.address.as_ref())?;
        let (username, token) = docker.credentials().await?;
        self.redactor.hide(&token);
        if let Some(given) = self.username.as_ref().filter(|given| **given != username) {
            let username = crate::output::escaped(username.as_str());
            let message = format!("--username is {given}, but Docker is logged in as {username}");
            let fix = format!("leave out --username, or log in as {given}: docker login");
            return Err(Invalid::new(message).fix(fix));
        }
        self.username = Some(username);
        self.check_with(&token)?;
        self.token = Some(token);
        Ok(())
    }

    /// The credential command, unless it has already run.
    pub fn credential_command(&self) -> Option<CredentialCommand> {
        match &self.token_source {
            Some(TokenSource::Command(command)) if self.token.is_none() => Some(command.clone()),
            _ => None,
        }
    }

    /// Whether a command has just issued the credentials.
    pub fn is_issued(&self) -> bool {
        matches!(self.token_source, Some(TokenSource::Command(_))) && self.token.is_some()
    }

    /// Uses the credentials from the command. Without a username from it, the given one applies, or
    /// else the `stored` one.
    pub fn take_made(
        &mut self,
        made: IssuedCredentials,
        stored: Option<Username>,
    ) -> Result<(), Failure> {
        let IssuedCredentials {
            username,
            token,
            expires_on,
        } = made;
        if username.is_some() && self.username.is_some() && username != self.username {
            let message = "the credential command returned a different username than --username";
            return Err(Failure::usage(message).fix("leave out --username"));
        }
        self.username = username.or(self.username.take()).or(stored);
        if self.username.is_none() {
            let message = "the credential command returned no username, and none is given";
            return Err(Failure::usage(message).fix("add --username NAME"));
        }
        self.check_with(&token).map_err(Failure::from)?;
        self.token = Some(token);
        self.told_end = expires_on.map(|date| (date, "the credential command"));
        Ok(())
    }

    /// Whether Docker seems to be logged in to the registry. Runs no credential helper.
    pub fn docker_may_know(&self) -> bool {
        let docker = self
            .upstream
            .and_then(|upstream| Docker::open("".as_ref(), upstream, self.address.as_ref()).ok());
        docker.is_some_and(|docker| docker.may_know())
    }

    /// The registry's address, if known.
    pub fn address(&self) -> Option<Address> {
        self.address
            .clone()
            .or_else(|| Address::of_upstream(self.upstream?))
    }

    /// The given host, if ECR would never pull from it.
    pub fn foreign_host(&self) -> Option<ForeignHost> {
        self.address.as_ref()?.foreign_to(self.upstream?)
    }

    /// Reasons why the credentials may not work.
    pub fn credential_warnings(&self) -> Vec<String> {
        match (&self.username, &self.token) {
            (Some(username), Some(token)) => {
                warnings(self.upstream, username, token, self.token_source.as_ref())
            }
            _ => Vec::new(),
        }
    }
}
