//! [`LoginCheck`]: stored credentials, tried at their registry.

use super::inspected::Inspected;
use super::{Criteria, Finding, Level};
use crate::aws::Network;
use crate::cli::{CheckArgs, Verify};
use crate::model::credential::{AccessToken, Credential, Username};
use crate::model::date::Date;
use crate::model::registries::{LoginRegistry, NamedRegistry, ANY_AZURE_HOST};
use crate::model::rule::{Rule, RuleUsage};
use crate::model::secret::{Secret, EXPIRY_TAG};
use crate::model::stored_value::{StoredValue, ACCESS_TOKEN, USERNAME};
use crate::output::escaped;
use crate::output::failure::Failure;
use crate::output::hint::Hints;
use crate::output::shell::option;
use crate::registry::{log_in, Address, ForeignHost, TokenInfo, Verdict};

/// How stored credentials are tried.
#[derive(Debug)]
pub struct LoginCheck {
    network: Network,
    /// The host that was given.
    given: Option<Address>,
    /// Whether one secret is named, so that the host is said of its registry.
    is_for_one: bool,
}

impl LoginCheck {
    /// None where nobody asked for it: a login with each is more than looking. `named` is the
    /// registry that the NAME of the secret is a word for.
    ///
    /// # Errors
    /// Status 2 where the host is none, or where no secret is named and the host is not one that
    /// the registries without a host in the table can have.
    pub fn new(
        args: &CheckArgs,
        named: Option<&NamedRegistry>,
        network: &Network,
        hints: &Hints,
    ) -> Result<Option<Self>, Failure> {
        let given = args.host.upstream_registry_url.as_deref();
        let given = named.map_or(Ok(given), |registry| registry.host_or(given));
        let given = given?.map(Address::parse).transpose().map_err(|fault| {
            Failure::usage(format!("--upstream-registry-url {fault}")).fix(format!(
                "for example: --upstream-registry-url {ANY_AZURE_HOST}"
            ))
        })?;
        if args.verify != Verify::Always {
            return Ok(None);
        }
        let is_for_one = args.name.is_some();
        if let (Some(given), false) = (&given, is_for_one) {
            let mut open = LoginRegistry::all().filter(|upstream| upstream.fixed_host().is_none());
            if !open.any(|upstream| given.foreign_to(upstream).is_none()) {
                let host = option("--upstream-registry-url", &given.to_string());
                return Err(Failure::usage(format!(
                    "without NAME, --upstream-registry-url takes only a host of Azure, such as \
                     NAME.azurecr.io, and {given} is not one"
                ))
                .why(
                    "the other registries have a host of their own, and their credentials go there",
                )
                .fix(format!(
                    "leave out --upstream-registry-url, or name the secret: {}",
                    hints.check("NAME", &format!("{ALWAYS} {host}"))
                )));
            }
        }
        Ok(Some(Self {
            network: network.clone(),
            given,
            is_for_one,
        }))
    }

    /// Where the registry of a secret is; `None` where that is not known. A host that was said for
    /// no secret in particular is only for those whose own is not known, but for this machine,
    /// where a test or a mirror stands for them all.
    fn address(&self, usage: &RuleUsage<'_>, upstream: LoginRegistry) -> Option<Address> {
        let own = || {
            let of_rules = || Address::parse(usage.host?).ok();
            Address::of_upstream(upstream).or_else(of_rules)
        };
        match &self.given {
            Some(given) if self.is_for_one || given.is_on_loopback() => Some(given.clone()),
            given => own().or_else(|| given.clone()),
        }
    }

    /// The host that the credentials would go to, if it is not the one of the secret's registry.
    pub fn foreign_host(&self, usage: &RuleUsage<'_>) -> Option<ForeignHost> {
        let upstream = usage.upstream?;
        self.address(usage, upstream)?.foreign_to(upstream)
    }

    /// What the registry tells of the token of a value; nothing where that is no login.
    pub async fn token_info(&self, value: &StoredValue, usage: &RuleUsage<'_>) -> TokenInfo {
        let of = usage.upstream.zip(credential_of(value));
        let at = of.and_then(|(upstream, credential)| {
            Some((upstream, credential, self.address(usage, upstream)?))
        });
        match at {
            Some((upstream, credential, at)) => {
                TokenInfo::of(&self.network, upstream, &at, &credential.token).await
            }
            None => TokenInfo::default(),
        }
    }

    /// What one login with what the secret holds tells, and that it was tried where ECR never pulls
    /// from; and what its registry tells of the token, if that is not `known`. Nothing where the
    /// registry takes it, or where what the secret holds is no login at all, which is a finding of
    /// its own.
    pub async fn inspect(
        &self,
        secret: &Secret,
        value: &StoredValue,
        rules: Option<&[Rule]>,
        criteria: &Criteria,
        known: Option<TokenInfo>,
    ) -> Vec<Finding> {
        let Some(credential) = credential_of(value) else {
            return Vec::new();
        };
        let inspected = Inspected::new(secret, rules, criteria);
        let elsewhere = self.foreign_host(&inspected.usage).map(|host| {
            let message = format!(
                "{host}; the credentials are tried there, which says nothing about pulls through \
                 ECR"
            );
            let again = match host.upstream.fixed_host() {
                Some(_) => inspected.check(ALWAYS),
                None => inspected.check(&at_azure()),
            };
            let finding = inspected.finding(Level::Warning, "login-elsewhere", message);
            finding.fix(format!("try them where ECR does: {again}"))
        });
        let info = async {
            match known {
                Some(info) => info,
                None => self.token_info(value, &inspected.usage).await,
            }
        };
        let login = self.log_in(&inspected, &credential);
        let (login, info) = tokio::join!(login, info);
        let end = expiry_to_keep(&info, value, secret);
        // Of a token that is refused, nothing else matters.
        let told = login.is_none().then(|| findings_of(&inspected, end, &info));
        let told = told.into_iter().flatten();
        elsewhere.into_iter().chain(login).chain(told).collect()
    }

    /// Logs in once. `None` where the registry takes the credentials.
    async fn log_in(&self, inspected: &Inspected<'_>, credential: &Credential) -> Option<Finding> {
        let untried = |why: String, fix: String| {
            let message = format!("the credentials were not tried: {why}; pulls may fail");
            let finding = inspected.finding(Level::Warning, "login-not-tried", message);
            Some(finding.fix(fix))
        };
        let Some(upstream) = inspected.usage.upstream else {
            return untried(
                "the name of the secret does not say which registry it is for".to_owned(),
                inspected.update(" --registry KIND --verify always"),
            );
        };
        let Some(address) = self.address(&inspected.usage, upstream) else {
            return untried(
                format!("the host of the {} is not known", upstream.title),
                inspected.check(&at_azure()),
            );
        };
        match log_in(&self.network, upstream, &address, credential).await {
            Verdict::Accepted => None,
            Verdict::Rejected { reason } => {
                let username = escaped(credential.username.as_str());
                let message = match address.foreign_to(upstream) {
                    Some(_) => format!("{address} refuses the credentials of {username}: {reason}"),
                    None => format!(
                        "{} refuses the credentials of {username}: {reason}; pulls fail for \
                         images that ECR has not cached",
                        upstream.title
                    ),
                };
                let store = inspected.update("");
                let finding = inspected.finding(Level::Error, "login-refused", message);
                Some(finding.fix(format!("store a new token: {store}")))
            }
            Verdict::Unknown { reason, fix } => {
                let again = format!("try again: {}", inspected.check(ALWAYS));
                let fix = fix.map_or_else(|| again.clone(), |fix| format!("{fix}\n{again}"));
                untried(reason, fix)
            }
        }
    }
}

const ALWAYS: &str = " --verify always";

/// When the token of a value ends, as its registry or it itself tells, where the tag of the secret
/// does not say so.
pub fn expiry_to_keep(info: &TokenInfo, value: &StoredValue, secret: &Secret) -> Option<Date> {
    let of_token = || Some(credential_of(value)?.token.ends_at()?.date());
    let end = info.ends.or_else(of_token);
    end.filter(|end| secret.expires_on() != Some(Ok(*end)))
}

/// What the registry tells of the token; `end` where the tag does not say the same.
fn findings_of(inspected: &Inspected<'_>, end: Option<Date>, info: &TokenInfo) -> Vec<Finding> {
    let differs = end.map(|end| {
        let says = match inspected.secret.expires_on() {
            None => "does not say when".to_owned(),
            Some(Ok(date)) => format!("says {date}"),
            Some(Err(_)) if inspected.secret.has_unknown_expiry() => "is unknown".to_owned(),
            Some(Err(_)) => "is not a date".to_owned(),
        };
        let message = format!("the token ends on {end}, and the tag {EXPIRY_TAG} {says}");
        let finding = inspected.finding(Level::Warning, "expiry-differs", message);
        finding.fix(format!("set the tag: {}", inspected.fix(ALWAYS)))
    });
    let doubts = info.doubts.iter().map(|doubt| {
        let finding = inspected.finding(Level::Warning, "token-doubtful", doubt.clone());
        finding.fix(format!("store a new token: {}", inspected.update("")))
    });
    differs.into_iter().chain(doubts).collect()
}

/// A login at a registry of Azure's whose host is not known.
fn at_azure() -> String {
    format!("{ALWAYS} --upstream-registry-url {ANY_AZURE_HOST}")
}

/// The credentials in a value; none where it is not of the form that ECR reads, or they cannot be
/// any.
fn credential_of(value: &StoredValue) -> Option<Credential> {
    let members = value.members()?;
    Some(Credential {
        username: Username::parse(&members.text(USERNAME)?).ok()?,
        token: AccessToken::from_bytes(members.text(ACCESS_TOKEN)?.as_bytes()).ok()?,
    })
}
