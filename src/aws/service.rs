//! [`Service`]: where calls go, for what is said when one fails.

use crate::model::region::Region;
use crate::output::hint::Hints;
use crate::output::Redactor;

/// Where calls go, with whose credentials, and what for: for what is said when one fails.
#[derive(Clone, Debug)]
pub struct Service {
    pub region: Region,
    /// Commands that lead there.
    pub(super) hints: Hints,
    /// The command that begins a new session, where the credentials come from one.
    pub(super) login: Option<String>,
    /// Where credentials are looked for.
    pub(super) credentials: String,
    pub(super) endpoint: Option<String>,
    /// The secret that a call is about, where it exists.
    pub(super) secret: Option<String>,
    pub(super) redactor: Redactor,
}

impl Service {
    /// `profile` is the one that was named on the command line.
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

    /// The command that shows that secret, or all where it is not known which is meant.
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
