//! [`Trial`]: stored credentials, tried at their registry.

use super::verify::agree_to_host;
use super::Context;
use crate::aws::Network;
use crate::cli::{CheckArgs, Verify};
use crate::content::Content;
use crate::credential::{AccessToken, Credential, Username};
use crate::failure::Failure;
use crate::finding::{Finding, Level, Measure, ACCESS_TOKEN, USERNAME};
use crate::output::escaped;
use crate::registry::{log_in, Address, ForeignHost, Verdict};
use crate::secret::Secret;
use crate::shell::option;
use crate::upstream::{Upstream, UPSTREAMS};

/// How stored credentials are tried.
#[derive(Debug)]
pub struct Trial {
    network: Network,
    /// The host that was said.
    given: Option<Address>,
    /// Whether one secret is named, so that the host is said of its registry.
    is_for_one: bool,
    yes: bool,
}

impl Trial {
    /// None where nobody asked for it: a login with each is more than looking.
    ///
    /// # Errors
    /// Status 2 where the host is none, or where no secret is named and the host is not one that the
    /// registries without a host in the table can have.
    pub fn read(args: &CheckArgs, network: &Network) -> Result<Option<Self>, Failure> {
        let given = args.login.upstream_registry_url.as_deref();
        let given = given
            .map(Address::parse)
            .transpose()
            .map_err(|fault| Failure::usage(format!("--upstream-registry-url: {fault}")))?;
        if args.login.verify != Verify::Always {
            return Ok(None);
        }
        let is_for_one = args.name.is_some();
        if let (Some(given), false) = (&given, is_for_one) {
            let mut open = UPSTREAMS.iter().filter(|upstream| upstream.url.is_none());
            if !open.any(|upstream| given.foreign_to(upstream).is_none()) {
                return Err(Failure::usage(format!(
                    "without the name of a secret, --upstream-registry-url takes a host of Azure's \
                     alone, such as NAME.azurecr.io, and {given} is none"
                ))
                .why(
                    "the other registries have a host of their own, and their credentials go there",
                )
                .fix(format!(
                    "leave it out, or name the secret: ecr-ptc check NAME --verify always {}",
                    option("--upstream-registry-url", &given.to_string())
                )));
            }
        }
        Ok(Some(Self {
            network: network.clone(),
            given,
            is_for_one,
            yes: args.yes,
        }))
    }

    /// Where the registry of a secret is; none where that is not known. A host that was said for no
    /// secret in particular is only for those whose own is not known, but for this machine, where a
    /// test or a mirror stands for them all.
    fn address(&self, secret: &Secret, upstream: &Upstream) -> Option<Address> {
        let own = || {
            let of_rules = || Address::parse(secret.used_at.as_deref()?).ok();
            Address::of_upstream(upstream).or_else(of_rules)
        };
        match &self.given {
            Some(given) if self.is_for_one || given.is_on_loopback() => Some(given.clone()),
            given => own().or_else(|| given.clone()),
        }
    }

    fn foreign_host(&self, secret: &Secret) -> Option<ForeignHost> {
        let upstream = secret.registry()?;
        self.address(secret, upstream)?.foreign_to(upstream)
    }

    /// Has a host agreed to that is not the one of the secret's registry.
    ///
    /// # Errors
    /// Status 2 where nobody can be asked and nobody said yes, 130 where the answer is no.
    pub async fn agree_to_host(
        &self,
        secret: &Secret,
        context: &Context<'_>,
    ) -> Result<(), Failure> {
        match self.foreign_host(secret) {
            Some(host) => agree_to_host(&host, self.yes, None, context)
                .await
                .map(drop),
            None => Ok(()),
        }
    }

    /// What one login with what the secret holds tells, and that it was tried where ECR never pulls
    /// from. None where the registry takes it, or where what the secret holds is no login at all, which
    /// is a finding of its own.
    pub async fn findings(
        &self,
        secret: &Secret,
        content: &Content,
        measure: &Measure,
    ) -> Vec<Finding> {
        let Some(credential) = credential_of(content) else {
            return Vec::new();
        };
        let elsewhere = self.foreign_host(secret).map(|host| {
            let message = format!(
                "{host}; the credentials are tried there, which tells nothing of pulls through ECR"
            );
            let again = match host.upstream.url {
                Some(_) => measure.check(secret),
                None => measure.verify(secret),
            };
            let finding = Finding::new(Level::Warning, "login-elsewhere", secret, message);
            finding.fix(format!("try them where ECR does: {again}"))
        });
        let login = self.log_in(secret, &credential, measure).await;
        elsewhere.into_iter().chain(login).collect()
    }

    /// Logs in once. None where the registry takes the credentials.
    async fn log_in(
        &self,
        secret: &Secret,
        credential: &Credential,
        measure: &Measure,
    ) -> Option<Finding> {
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
        let Some(address) = self.address(secret, upstream) else {
            return untried(
                format!("the host of the {} is not known", upstream.title),
                measure.verify(secret),
            );
        };
        match log_in(&self.network, upstream, &address, credential).await {
            Verdict::Accepted => None,
            Verdict::Rejected { reason } => {
                let username = escaped(credential.username.as_str());
                let message = match address.foreign_to(upstream) {
                    Some(_) => format!("{address} refuses the credentials of {username}: {reason}"),
                    None => format!(
                        "{} refuses the credentials of {username}: {reason}; pulls of images that ECR has not cached fail",
                        upstream.title
                    ),
                };
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

/// The credentials in a value; none where it is not of the form that ECR reads, or they cannot be any.
fn credential_of(content: &Content) -> Option<Credential> {
    let members = content.members()?;
    Some(Credential {
        username: Username::parse(&members.text(USERNAME)?).ok()?,
        token: AccessToken::from_bytes(members.text(ACCESS_TOKEN)?.as_bytes()).ok()?,
    })
}
