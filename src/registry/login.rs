//! [`log_in`]: tests credentials at their registry.
//!
//! It follows the token flow of the Distribution specification: `GET /v2/` without credentials
//! returns a challenge, and the credentials go to the token endpoint named there (or, for Basic, to
//! `/v2/` again). The token endpoints of known registries are in the registry table, so they are
//! called first, and the challenge is read only if the result is inconclusive.
//! Source: <https://distribution.github.io/distribution/spec/auth/token/>

use std::borrow::Cow;
use std::time::Duration;

use http::Uri;
use serde::Deserialize;

use super::challenge;
use super::words::{after, is_about_address, is_page, is_redirect, percent_encoded, words_of};
use super::Address;
use crate::aws::{Answer, Fault, HttpClient, Network};
use crate::model::credential::Credential;
use crate::model::registries::LoginRegistry;
use crate::output::escaped;

/// The time limit for a login with all its requests.
const LONGEST: Duration = Duration::from_secs(10);

/// What opens a registry to this machine does not open it to ECR.
const LET_BOTH_IN: &str = "test from an address that the registry allows; ECR pulls from AWS \
                           addresses, not from this machine, so the registry must allow those too";

/// How many redirects of a request without credentials are followed.
const REDIRECTS: usize = 3;

/// The result of a login. A registry that cannot be reached has not rejected the credentials.
#[derive(Debug, PartialEq, Eq)]
pub enum Verdict {
    Accepted,
    /// `reason` is the registry's response.
    Rejected {
        reason: String,
    },
    /// The login gave no clear result: why, and the fix if there is one.
    Unknown {
        reason: String,
        fix: Option<&'static str>,
    },
}

impl Verdict {
    fn unknown(reason: impl Into<String>) -> Self {
        Self::Unknown {
            reason: reason.into(),
            fix: None,
        }
    }
}

/// Logs in once. No request with credentials is sent twice, because registries lock accounts after
/// several failed logins.
pub async fn log_in(
    network: &Network,
    upstream: LoginRegistry,
    address: &Address,
    credential: &Credential,
) -> Verdict {
    let login = Login {
        http_client: network.http_client(),
        upstream,
        address,
    };
    match tokio::time::timeout(LONGEST, login.attempt(credential)).await {
        Ok(Ok(verdict) | Err(verdict)) => verdict,
        Err(_) => Verdict::unknown(format!(
            "{address} did not respond within {} seconds",
            LONGEST.as_secs()
        )),
    }
}

struct Login<'a> {
    http_client: HttpClient,
    upstream: LoginRegistry,
    address: &'a Address,
}

/// A token endpoint: its host, and its URL with the query.
#[derive(PartialEq, Eq)]
struct TokenEndpoint {
    host: Address,
    url: String,
}

impl Login<'_> {
    /// Both `Ok` and `Err` hold the verdict; `Err` only lets `?` return early.
    async fn attempt(&self, credential: &Credential) -> Result<Verdict, Verdict> {
        let basic = credential
            .basic()
            .ok_or_else(|| Verdict::unknown("a username with a colon cannot be used to log in"))?;
        let header = zeroize::Zeroizing::new(["Basic ", basic.as_str()].concat());
        let username = credential.username.as_str();
        let Some((realm, service)) = self.address.known_realm(self.upstream) else {
            return self.attempt_as_challenged(username, &header, None).await;
        };
        let endpoint = self.token_endpoint(&realm, Some(&service), username)?;
        let (status, verdict) = self.ask(&endpoint, &header).await?;
        let is_overloaded = matches!(status, 429 | 500..=599);
        if is_overloaded || !matches!(verdict, Verdict::Unknown { .. }) {
            return Ok(verdict);
        }
        let known = Some((endpoint, verdict));
        self.attempt_as_challenged(username, &header, known).await
    }

    /// Logs in as the registry's challenge says. `known` is an endpoint that was already called,
    /// with its verdict; it is not called again.
    async fn attempt_as_challenged(
        &self,
        username: &str,
        header: &str,
        known: Option<(TokenEndpoint, Verdict)>,
    ) -> Result<Verdict, Verdict> {
        let address = self.address;
        let (url, answer) = self.ping().await?;
        match answer.status {
            401 => {}
            200..=299 if !is_page(&answer) => {
                return Err(Verdict::unknown(format!(
                    "{address} does not require credentials"
                )))
            }
            _ => return Err(Self::no_verdict(&answer, address)),
        }
        let challenges = challenge::parse(answer.header("www-authenticate"));
        let mut bearers = challenges.bearers.iter();
        let own = bearers.find(|bearer| self.host_of(&bearer.realm).is_some());
        if let Some(bearer) = own.or(challenges.bearers.first()) {
            let service = bearer.service.as_deref();
            let endpoint = self.token_endpoint(&bearer.realm, service, username)?;
            if let Some((_, verdict)) = known.filter(|(asked, _)| *asked == endpoint) {
                return Ok(verdict);
            }
            return Ok(self.ask(&endpoint, header).await?.1);
        }
        if challenges.has_basic {
            let answer = self.get(address, &url, Some(header)).await?;
            return Ok(match answer.status {
                200..=299 if !is_page(&answer) => Verdict::Accepted,
                _ => self.error_verdict(&answer, address),
            });
        }
        Err(Verdict::unknown(format!(
            "{address} requires an unsupported login method"
        )))
    }

    /// `GET /v2/` without credentials, following redirects on the same host. Returns the final URL
    /// and the response.
    async fn ping(&self) -> Result<(String, Answer), Verdict> {
        let address = self.address;
        let mut url = format!("{}/v2/", address.origin());
        for _ in 0..=REDIRECTS {
            let answer = self.get(address, &url, None).await?;
            if !is_redirect(&answer) {
                return Ok((url, answer));
            }
            let to = answer.header("location").next().unwrap_or_default();
            url = if to.starts_with('/') && !to.starts_with("//") {
                format!("{}{to}", address.origin())
            } else {
                to.to_owned()
            };
            let stays = url
                .parse()
                .is_ok_and(|uri| Address::of(&uri).as_ref() == Some(address));
            if !stays {
                return Err(Self::no_verdict(&answer, address));
            }
        }
        Err(Verdict::unknown(format!(
            "{address} redirects too many times"
        )))
    }

    /// The host of a realm, if it may get the credentials.
    fn host_of(&self, realm: &str) -> Option<Address> {
        let host = Address::of(&realm.parse::<Uri>().ok()?)?;
        Some(host).filter(|host| self.address.trusts(host, self.upstream))
    }

    /// The token endpoint of a realm, with the account and the service in the query.
    fn token_endpoint(
        &self,
        realm: &str,
        service: Option<&str>,
        username: &str,
    ) -> Result<TokenEndpoint, Verdict> {
        let Some(host) = self.host_of(realm) else {
            return Err(Verdict::unknown(format!(
                "{} redirects logins to {}, which is not known to belong to it, so the \
                 credentials were not sent",
                self.address,
                escaped(realm)
            )));
        };
        let mut url = realm.split('#').next().unwrap_or_default().to_owned();
        let mut add = |name: &str, value: &str| {
            url.push(if url.contains('?') { '&' } else { '?' });
            url.push_str(name);
            url.push('=');
            url.push_str(&percent_encoded(value));
        };
        add("account", username);
        if let Some(service) = service {
            add("service", service);
        }
        Ok(TokenEndpoint { host, url })
    }

    /// Sends the credentials to a token endpoint. Returns the HTTP status and the verdict.
    async fn ask(&self, endpoint: &TokenEndpoint, header: &str) -> Result<(u16, Verdict), Verdict> {
        let TokenEndpoint { host, url } = endpoint;
        let answer = self.get(host, url, Some(header)).await?;
        Ok((answer.status, self.token_verdict(&answer, host)))
    }

    async fn get(
        &self,
        host: &Address,
        url: &str,
        authorization: Option<&str>,
    ) -> Result<Answer, Verdict> {
        let agent = concat!("ecr-ptc/", env!("CARGO_PKG_VERSION"));
        let mut headers = vec![("user-agent", agent), ("accept", "application/json")];
        headers.extend(authorization.map(|value| ("authorization", value)));
        let answer = self.http_client.get(url, &headers).await;
        answer.map_err(|fault: Fault| Verdict::Unknown {
            reason: format!("{host} cannot be reached: {fault}"),
            fix: fault.fix(),
        })
    }

    fn token_verdict(&self, answer: &Answer, host: &Address) -> Verdict {
        #[derive(Deserialize)]
        struct Tokens<'t> {
            #[serde(borrow)]
            token: Option<Cow<'t, str>>,
            #[serde(borrow)]
            access_token: Option<Cow<'t, str>>,
        }
        if !(200..=299).contains(&answer.status) {
            return self.error_verdict(answer, host);
        }
        let tokens = serde_json::from_slice::<Tokens>(&answer.body).ok();
        let has_token = tokens.is_some_and(|tokens| {
            let mut both = [tokens.token, tokens.access_token].into_iter().flatten();
            both.any(|token| !token.is_empty())
        });
        if has_token {
            Verdict::Accepted
        } else {
            Verdict::unknown(format!("the response of {host} contains no token"))
        }
    }

    /// The verdict of an error response: rejected or unknown. An HTML page comes from a proxy or a
    /// firewall, not from the registry; an error about the caller's address is not about the
    /// credentials.
    fn error_verdict(&self, answer: &Answer, host: &Address) -> Verdict {
        let status = answer.status;
        let rejects =
            matches!(status, 401 | 403) || (status == 400 && self.upstream.login.rejects_with_400);
        let asks_again = status == 401 && answer.header("www-authenticate").next().is_some();
        let says_nothing = is_page(answer) && !asks_again;
        if !rejects || says_nothing || is_about_address(&answer.body) {
            return Self::no_verdict(answer, host);
        }
        let words = words_of(&answer.body).map(|words| format!(": {words}"));
        let means = self
            .upstream
            .login
            .forbidden_means
            .filter(|_| status == 403);
        let means = means.map(|means| format!("; this means that {means}"));
        let [words, means] = [words, means].map(Option::unwrap_or_default);
        Verdict::Rejected {
            reason: format!("{host} returned {status}{words}{means}"),
        }
    }

    fn no_verdict(answer: &Answer, host: &Address) -> Verdict {
        let words = words_of(&answer.body).map(|words| format!(": {words}"));
        let words = words.unwrap_or_default();
        if matches!(answer.status, 400..=403) && is_about_address(&answer.body) {
            let status = answer.status;
            return Verdict::Unknown {
                reason: format!(
                    "{host} does not allow logins from this machine's address, so the \
                     credentials cannot be tested from here; it returned {status}{words}"
                ),
                fix: Some(LET_BOTH_IN),
            };
        }
        Verdict::unknown(match answer.status {
            429 => {
                let wait = answer.header("retry-after").next();
                let wait = wait.map(|text| format!("; try again {}", after(text)));
                let wait = wait.unwrap_or_default();
                format!("{host} limits the number of logins (429){wait}{words}")
            }
            300..=399 => {
                let to = answer.header("location").next().unwrap_or("nowhere");
                format!(
                    "{host} redirects to {}, so the credentials were not sent",
                    escaped(to)
                )
            }
            status if is_page(answer) => {
                format!("{host} returned {status} and a web page, as proxies and firewalls do")
            }
            status => format!("{host} returned {status}{words}"),
        })
    }
}
