//! What a [`CreateInput`] has to do with a login: where the registry is, what Docker knows of it,
//! and what is odd about the credentials.

use super::create_input::CreateInput;
use super::docker::{Docker, Refusal};
use super::token::TokenSource;
use super::warnings::warnings;
use crate::registry::{Address, ForeignHost};

impl CreateInput {
    /// Whether it is still open which of Docker's logins is meant: that is asked.
    pub(super) fn lacks_docker_key(&self) -> bool {
        self.upstream
            .is_none_or(|upstream| upstream.url.is_none() && self.address.is_none())
    }

    /// What Docker's configuration has for the registry; it may run a credential helper.
    ///
    /// # Errors
    /// A [`Refusal`] that says what is wrong, or that the username is another.
    pub fn take_over_from_docker(&mut self) -> Result<(), Refusal> {
        let Some(upstream) = self.upstream else {
            return Err("the registry is missing".to_owned().into());
        };
        let Some(TokenSource::Docker(path)) = &self.token_source else {
            return Ok(());
        };
        let docker = Docker::open(path, upstream, self.address.as_ref())?;
        let (username, token) = docker.credentials()?;
        self.redactor.hide(&token);
        if let Some(given) = self.username.as_ref().filter(|given| **given != username) {
            let username = crate::output::escaped(username.as_str());
            let message = format!("--username is {given}, and Docker is logged in as {username}");
            let fix = format!("leave out --username, or log in as {given}: docker login");
            return Err(Refusal::new(message).fix(fix));
        }
        self.username = Some(username);
        self.check_with(&token)?;
        self.token = Some(token);
        Ok(())
    }

    /// Whether Docker seems to have a login at the registry. No helper is run.
    pub fn docker_may_know(&self) -> bool {
        let docker = self
            .upstream
            .and_then(|upstream| Docker::open("".as_ref(), upstream, self.address.as_ref()).ok());
        docker.is_some_and(|docker| docker.may_know())
    }

    /// Where the registry is, as far as that is known.
    pub fn address(&self) -> Option<Address> {
        self.address
            .clone()
            .or_else(|| Address::of_upstream(self.upstream?))
    }

    /// Where the registry is to be, if ECR would never pull from that host.
    pub fn foreign_host(&self) -> Option<ForeignHost> {
        self.address.as_ref()?.foreign_to(self.upstream?)
    }

    /// What makes it doubtful that the credentials work.
    pub fn credential_warnings(&self) -> Vec<String> {
        match (self.upstream, &self.username, &self.token) {
            (Some(upstream), Some(username), Some(token)) => {
                warnings(upstream, username, token, self.token_source.as_ref())
            }
            _ => Vec::new(),
        }
    }
}
