//! [`Service`]: the context of AWS calls, for error messages.

use crate::model::region::Region;
use crate::output::hint::Hints;
use crate::output::Redactor;

/// The context of AWS calls, for error messages: Region, endpoint, credentials and secret.
#[derive(Clone, Debug)]
pub struct Service {
    pub region: Region,
    /// Commands for this Region and profile.
    pub(super) hints: Hints,
    /// The command that renews the session that the credentials come from.
    pub(super) login: Option<String>,
    /// The places where credentials were looked for, as text.
    pub(super) credentials: String,
    pub(super) endpoint: Option<String>,
    /// The name of the secret that a call is about.
    pub(super) secret: Option<String>,
    pub(super) redactor: Redactor,
}

impl Service {
    /// `profile` is the one on the command line.
    pub fn new(
        region: Region,
        profile: Option<&str>,
        login: Option<String>,
        credentials: String,
        endpoint: Option<&str>,
        redactor: Redactor,
    ) -> Self {
        Self {
            hints: Hints::new(Some(region.as_str()), profile),
            region,
            login,
            credentials,
            endpoint: endpoint.map(str::to_owned),
            secret: None,
            redactor,
        }
    }

    /// The same, for a call about the secret of this name.
    #[must_use]
    pub fn of_secret(&self, name: &str) -> Self {
        Self {
            secret: Some(name.to_owned()),
            ..self.clone()
        }
    }

    /// The command that shows the secret, or checks all if it is unknown.
    pub(super) fn see_secret(&self) -> String {
        match &self.secret {
            Some(name) => self.hints.show(name),
            None => self.hints.command("check"),
        }
    }

    pub(super) fn name(&self) -> String {
        match &self.endpoint {
            Some(endpoint) => format!("AWS at {endpoint}"),
            None => format!("AWS in {}", self.region),
        }
    }
}
