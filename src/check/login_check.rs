//! [`LoginCheck`]: tests stored credentials at their registry.

use super::finding::{Finding, Level};
use super::inspected::Inspected;
use crate::aws::Network;
use crate::model::credential::{AccessToken, Credential, Username};
use crate::model::date::Date;
use crate::model::registries::LoginRegistry;
use crate::model::rule::RuleUsage;
use crate::model::secret::{Secret, EXPIRY_TAG};
use crate::model::stored_value::{StoredValue, ACCESS_TOKEN, USERNAME};
use crate::output::escaped;
use crate::registry::{log_in, Address, ForeignHost, TokenInfo, Verdict};

/// How stored credentials are tested.
#[derive(Debug)]
pub struct LoginCheck {
    pub network: Network,
    /// The host given on the command line.
    pub given: Option<Address>,
    /// Whether one secret is checked, so that the given host applies to it.
    pub is_for_one: bool,
}

impl LoginCheck {
    /// The address of a secret's registry; `None` if unknown. A host given without NAME applies
    /// only to registries without a fixed host; a loopback host applies to all.
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

    /// The host that would get the credentials, if it does not belong to the secret's registry.
    pub fn foreign_host(&self, usage: &RuleUsage<'_>) -> Option<ForeignHost> {
        let upstream = usage.upstream?;
        self.address(usage, upstream)?.foreign_to(upstream)
    }

    /// What the registry reports about the stored token; empty if the value has no credentials.
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

    /// Logs in once with the stored credentials and returns the findings, with what the registry
    /// reports about the token. Empty if the value has no credentials: `inspect` reports that.
    pub async fn inspect(&self, inspected: &Inspected<'_>, value: &StoredValue) -> Vec<Finding> {
        let Some(credential) = credential_of(value) else {
            return Vec::new();
        };
        let (name, hints) = (&inspected.secret.name, &inspected.hints);
        let elsewhere = self.foreign_host(&inspected.usage).map(|host| {
            let message =
                format!("{host}; a login there does not show whether pulls through ECR work");
            let again = match host.upstream.fixed_host() {
                Some(_) => hints.check_login(name),
                None => hints.check_login_at_azure(name),
            };
            let finding = inspected.finding(Level::Warning, "login-elsewhere", message);
            finding.fix(format!("test them at the host that ECR uses: {again}"))
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

    /// Logs in once. `None` if the registry accepts the credentials.
    pub(super) async fn log_in(
        &self,
        inspected: &Inspected<'_>,
        credential: &Credential,
    ) -> Option<Finding> {
        let (name, hints) = (&inspected.secret.name, &inspected.hints);
        let not_tested = |why: String, fix: String| {
            let message = format!("the credentials were not tested: {why}; pulls may fail");
            let finding = inspected.finding(Level::Warning, "login-not-tried", message);
            finding.fix(fix)
        };
        let Some(upstream) = inspected.usage.upstream else {
            return Some(not_tested(
                "the name of the secret does not name a registry".to_owned(),
                hints.login_of_kind(name),
            ));
        };
        let Some(address) = self.address(&inspected.usage, upstream) else {
            return Some(not_tested(
                format!("the host of {} is unknown", upstream.title),
                hints.check_login_at_azure(name),
            ));
        };
        match log_in(&self.network, upstream, &address, credential).await {
            Verdict::Accepted => None,
            Verdict::Rejected { reason } => {
                let username = escaped(credential.username.as_str());
                let message = match address.foreign_to(upstream) {
                    Some(_) => {
                        format!("{address} rejected the credentials of {username}: {reason}")
                    }
                    None => format!(
                        "{} rejected the credentials of {username}: {reason}; pulls fail for \
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
                Some(not_tested(reason, fix).temporary())
            }
        }
    }
}

/// When the stored token expires, as reported by its registry or by the token itself. `None` if
/// that is unknown or already in the secret's tag.
pub fn expiry_to_keep(info: &TokenInfo, value: &StoredValue, secret: &Secret) -> Option<Date> {
    let of_token = || Some(credential_of(value)?.token.ends_at()?.date());
    let end = info.expires.or_else(of_token);
    end.filter(|end| secret.expires_on() != Some(Ok(*end)))
}

/// The findings about what the registry reports. `expiry` is the token's date if the tag differs.
fn findings_of(inspected: &Inspected<'_>, expiry: Option<Date>, info: TokenInfo) -> Vec<Finding> {
    let secret = inspected.secret;
    let differs = expiry.map(|expiry| {
        let says = match secret.expires_on() {
            None => "is missing".to_owned(),
            Some(Ok(date)) => format!("says {date}"),
            Some(Err(_)) if secret.has_unknown_expiry() => "says unknown".to_owned(),
            Some(Err(_)) => "is not a date".to_owned(),
        };
        let message = format!("the token expires on {expiry}, but the tag {EXPIRY_TAG} {says}");
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

/// The credentials in a value. `None` if it is not in the format ECR expects, or they are invalid.
pub(super) fn credential_of(value: &StoredValue) -> Option<Credential> {
    let members = value.members()?;
    Some(Credential {
        username: Username::parse(&members.text(USERNAME)?).ok()?,
        token: AccessToken::from_bytes(members.text(ACCESS_TOKEN)?.as_bytes()).ok()?,
    })
}
