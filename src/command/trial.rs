//! [`Trial`]: stored credentials, tried at their registry.

use crate::aws::Network;
use crate::cli::{LoginArgs, Verify};
use crate::content::Content;
use crate::credential::{AccessToken, Credential, Username};
use crate::failure::Failure;
use crate::finding::{Finding, Level, Measure, ACCESS_TOKEN, USERNAME};
use crate::output::escaped;
use crate::registry::{log_in, Address, Verdict};
use crate::secret::Secret;

/// How stored credentials are tried.
#[derive(Debug)]
pub struct Trial {
    network: Network,
    /// Where every registry is, if that was said.
    address: Option<Address>,
}

impl Trial {
    /// None where nobody asked for it: a login with each is more than looking.
    ///
    /// # Errors
    /// Status 2 where the host is none.
    pub fn read(args: &LoginArgs, network: &Network) -> Result<Option<Self>, Failure> {
        let address = args.upstream_registry_url.as_deref().map(Address::parse);
        let address = address
            .transpose()
            .map_err(|fault| Failure::usage(format!("--upstream-registry-url: {fault}")))?;
        Ok((args.verify == Verify::Always).then(|| Self {
            network: network.clone(),
            address,
        }))
    }

    /// Logs in once with what a secret holds. None where the registry takes it, or where what it holds
    /// is no login at all, which is a finding of its own.
    pub async fn finding(
        &self,
        secret: &Secret,
        content: &Content,
        measure: &Measure,
    ) -> Option<Finding> {
        let members = content.members()?;
        let credential = Credential {
            username: Username::parse(&members.text(USERNAME)?).ok()?,
            token: AccessToken::from_bytes(members.text(ACCESS_TOKEN)?.as_bytes()).ok()?,
        };
        let untried = |why: String, fix: String| {
            let message = format!("the credentials were not tried: {why}; pulls may fail");
            Some(Finding::new(Level::Warning, "login-not-tried", secret, message).fix(fix))
        };
        let Some(upstream) = secret.registry() else {
            return untried(
                "the name of the secret does not tell the registry".to_owned(),
                measure.store(secret, " --registry KIND --verify always"),
            );
        };
        let address = self
            .address
            .clone()
            .or_else(|| Address::of_upstream(upstream))
            .or_else(|| Address::parse(secret.used_at.as_deref()?).ok());
        let Some(address) = address else {
            return untried(
                format!("the host of the {} is not known", upstream.title),
                measure.verify(secret),
            );
        };
        match log_in(&self.network, upstream, &address, &credential).await {
            Verdict::Accepted => None,
            Verdict::Rejected { reason } => {
                let message = format!(
                    "{} refuses the credentials of {}: {reason}; pulls of images that ECR has not cached fail",
                    upstream.title,
                    escaped(credential.username.as_str())
                );
                let store = measure.store(secret, "");
                let finding = Finding::new(Level::Error, "login-refused", secret, message);
                Some(finding.fix(format!("store a new token: {store}")))
            }
            Verdict::Unknown { reason, fix } => {
                let again = format!("try again: {}", measure.check(secret));
                let fix = fix.map_or_else(|| again.clone(), |fix| format!("{fix}\n{again}"));
                untried(reason, fix)
            }
        }
    }
}
