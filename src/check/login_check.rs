//! [`LoginCheck`]: stored credentials, tried at their registry.

use super::inspect::Inspected;
use super::{Finding, Level};
use crate::aws::Network;
use crate::model::credential::{AccessToken, Credential, Username};
use crate::model::date::Date;
use crate::model::registries::LoginRegistry;
use crate::model::rule::RuleUsage;
use crate::model::secret::{Secret, EXPIRY_TAG};
use crate::model::stored_value::{StoredValue, ACCESS_TOKEN, USERNAME};
use crate::output::escaped;
use crate::registry::{log_in, Address, ForeignHost, TokenInfo, Verdict};

/// How stored credentials are tried.
#[derive(Debug)]
pub struct LoginCheck {
    pub network: Network,
    /// The host that was given.
    pub given: Option<Address>,
    /// Whether one secret is named, so that the host is said of its registry.
    pub is_for_one: bool,
}

impl LoginCheck {
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

    /// The findings of one login with the stored credentials, and of what the registry reports
    /// about the token. None if the value holds no credentials, which is a finding of its own.
    pub async fn inspect(&self, inspected: &Inspected<'_>, value: &StoredValue) -> Vec<Finding> {
        let Some(credential) = credential_of(value) else {
            return Vec::new();
        };
        let (name, hints) = (&inspected.secret.name, &inspected.hints);
        let elsewhere = self.foreign_host(&inspected.usage).map(|host| {
            let message = format!(
                "{host}; the credentials are tried there, which says nothing about pulls through \
                 ECR"
            );
            let again = match host.upstream.fixed_host() {
                Some(_) => hints.check_login(name),
                None => hints.check_login_at_azure(name),
            };
            let finding = inspected.finding(Level::Warning, "login-elsewhere", message);
            finding.fix(format!("try them where ECR does: {again}"))
        });
        let (login, info) = tokio::join!(
            self.log_in(inspected, &credential),
            self.token_info(value, &inspected.usage)
        );
        // If the token is rejected, nothing else about it matters.
        let reported = login.is_none().then(|| {
            let expiry = expiry_to_keep(&info, value, inspected.secret);
            findings_of(inspected, expiry, info)
        });
        let reported = reported.into_iter().flatten();
        elsewhere.into_iter().chain(login).chain(reported).collect()
    }

    /// Logs in once. `None` where the registry takes the credentials.
    async fn log_in(&self, inspected: &Inspected<'_>, credential: &Credential) -> Option<Finding> {
        let (name, hints) = (&inspected.secret.name, &inspected.hints);
        let untried = |why: String, fix: String| {
            let message = format!("the credentials were not tried: {why}; pulls may fail");
            let finding = inspected.finding(Level::Warning, "login-not-tried", message);
            Some(finding.fix(fix))
        };
        let Some(upstream) = inspected.usage.upstream else {
            return untried(
                "the name of the secret does not say which registry it is for".to_owned(),
                hints.login_of_kind(name),
            );
        };
        let Some(address) = self.address(&inspected.usage, upstream) else {
            return untried(
                format!("the host of the {} is not known", upstream.title),
                hints.check_login_at_azure(name),
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
                let finding = inspected.finding(Level::Error, "login-refused", message);
                Some(finding.fix(inspected.renew()))
            }
            Verdict::Unknown { reason, fix } => {
                let again = format!("try again: {}", hints.check_login(name));
                let fix = fix.map_or_else(|| again.clone(), |fix| format!("{fix}\n{again}"));
                untried(reason, fix)
            }
        }
    }
}

/// When the token of a value ends, as its registry or it itself tells, where the tag of the secret
/// does not say so.
pub fn expiry_to_keep(info: &TokenInfo, value: &StoredValue, secret: &Secret) -> Option<Date> {
    let of_token = || Some(credential_of(value)?.token.ends_at()?.date());
    let end = info.ends.or_else(of_token);
    end.filter(|end| secret.expires_on() != Some(Ok(*end)))
}

/// What the registry reports about the token; `expiry` if the tag does not say the same.
fn findings_of(inspected: &Inspected<'_>, expiry: Option<Date>, info: TokenInfo) -> Vec<Finding> {
    let secret = inspected.secret;
    let differs = expiry.map(|expiry| {
        let says = match secret.expires_on() {
            None => "does not say when".to_owned(),
            Some(Ok(date)) => format!("says {date}"),
            Some(Err(_)) if secret.has_unknown_expiry() => "is unknown".to_owned(),
            Some(Err(_)) => "is not a date".to_owned(),
        };
        let message = format!("the token ends on {expiry}, and the tag {EXPIRY_TAG} {says}");
        let finding = inspected.finding(Level::Warning, "expiry-differs", message);
        let fix = inspected.hints.fix_with_login(&secret.name);
        finding.fix(format!("set the tag: {fix}"))
    });
    let doubts = info.doubts.into_iter().map(|doubt| {
        let finding = inspected.finding(Level::Warning, "token-doubtful", doubt);
        finding.fix(inspected.renew())
    });
    differs.into_iter().chain(doubts).collect()
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
