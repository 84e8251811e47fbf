//! [`Service`]: the context of AWS calls, for error messages.

use crate::model::region::{Partition, Region};
use crate::output::aws_hint;
use crate::output::hint::Hints;
use crate::output::Redactor;

/// The instance metadata service, in [`Service::credentials`], if nothing more is known.
pub(super) const NO_INSTANCE: &str = "the instance metadata service (no response, or no role)";

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
    /// The partition of the account that the credentials are of, if the settings tell.
    pub(super) partition: Option<&'static Partition>,
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
            partition: None,
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

    /// Why good credentials may be unknown in this Region, and what to do then: lines to put before
    /// the usual fix. Empty if there is no reason.
    pub(super) fn why_not_there(&self) -> String {
        let (region, there) = (&self.region, self.region.partition());
        let apart = |title: &str| {
            format!(
                "{region} is in {}, {title}: use credentials of an account there, or \
                 {}\nif they are of an account there: ",
                there.title,
                aws_hint::OTHER_REGION
            )
        };
        match self.partition {
            Some(home) if home != there => apart(&format!(
                "and these credentials seem to be of {}",
                home.title
            )),
            _ if !there.is_commercial() => apart("which has accounts of its own"),
            _ if region.needs_enabling() => format!(
                "enable {region}, which no account has by default: \
                 aws account enable-region --region-name {region}\nif it is enabled: "
            ),
            _ => String::new(),
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
