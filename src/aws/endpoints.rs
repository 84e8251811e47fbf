//! [`Endpoints`]: the configured endpoints of AWS services.

use super::profiles::Profiles;
use crate::env;
use crate::model::invalid::Invalid;
use crate::output::aws_hint;
use crate::output::failure::Failure;
use crate::output::status::Status;

/// The configured endpoint of each service; `None` means the Region's own.
#[derive(Debug, Default)]
pub struct Endpoints {
    pub secrets_manager: Option<String>,
    pub sts: Option<String>,
    /// The STS endpoint for fetching credentials. `--endpoint-url` does not apply to it, as with
    /// the AWS CLI.
    pub sts_of_credentials: Option<String>,
    pub kms: Option<String>,
    pub ecr: Option<String>,
    /// The warning if `--endpoint-url` would send the token unencrypted.
    pub warning: Option<String>,
}

impl Endpoints {
    /// Reads the endpoints, and rejects those that would send a token unencrypted.
    /// `url` is the one on the command line, for all services. `needs_credentials` if the SDK
    /// fetches credentials from AWS.
    pub fn read(
        url: Option<&str>,
        profiles: &Profiles,
        needs_credentials: bool,
    ) -> Result<Self, Failure> {
        let mut sts_of_credentials = None;
        if needs_credentials {
            // The SDK reads these itself; here they are only checked.
            for service in ["sso", "sso_oidc", "signin", "sts"] {
                sts_of_credentials = configured(service, profiles)?;
            }
            if profiles.ignores_endpoints() {
                check_ignored(profiles)?;
            }
        }
        let mut warning = None;
        if let Some(url) = url {
            check(aws_hint::ENDPOINT_URL, url)?;
            warning = is_exposed(url).then(|| {
                format!(
                    "{} is an http URL of another machine, so the token is sent unencrypted",
                    aws_hint::ENDPOINT_URL
                )
            });
        }
        let of = |service| match url {
            Some(url) => Ok(Some(url.to_owned())),
            None => configured(service, profiles),
        };
        Ok(Self {
            secrets_manager: of("secrets_manager")?,
            sts: of("sts")?,
            sts_of_credentials,
            kms: of("kms")?,
            ecr: of("ecr")?,
            warning,
        })
    }
}

/// The endpoint of a service, from the first of: the variable of the service, the variable for all,
/// the `services` section of the profile, the profile itself.
///
/// Source: <https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html>
fn configured(service: &str, profiles: &Profiles) -> Result<Option<String>, Failure> {
    if profiles.ignores_endpoints() {
        return Ok(None);
    }
    let variable = format!("AWS_ENDPOINT_URL_{}", service.to_uppercase());
    let of_section = profiles.endpoint_of(service)?;
    let places = [
        (env::aws(&variable), variable),
        (env::aws("AWS_ENDPOINT_URL"), "AWS_ENDPOINT_URL".to_owned()),
        (
            of_section.map(str::to_owned),
            format!("endpoint_url of {service} in the services section"),
        ),
        (
            profiles.get("endpoint_url").map(str::to_owned),
            "endpoint_url of the profile".to_owned(),
        ),
    ];
    let found = places
        .into_iter()
        .find_map(|(url, origin)| Some((url?, origin)));
    let Some((url, origin)) = found else {
        return Ok(None);
    };
    let fault = match check(&origin, &url) {
        Ok(()) if is_exposed(&url) => format!(
            "{origin} is an http URL of another machine, so the token would be sent unencrypted"
        ),
        Ok(()) => return Ok(Some(url)),
        Err(fault) => fault.to_string(),
    };
    Err(
        Failure::new(Status::Configuration, "endpoint", fault).fix(format!(
            "set {origin} to a URL such as https://host:port or http://localhost:5000, or unset it"
        )),
    )
}

/// The SDK fetches credentials from configured endpoints even if they should be ignored.
fn check_ignored(profiles: &Profiles) -> Result<(), Failure> {
    let mut places: Vec<String> = ["", "_STS", "_SSO", "_SSO_OIDC", "_SIGNIN"]
        .into_iter()
        .map(|service| format!("AWS_ENDPOINT_URL{service}"))
        .filter(|name| env::aws(name).is_some())
        .collect();
    if profiles
        .get("endpoint_url")
        .or(profiles.get("services"))
        .is_some()
    {
        places.push("an endpoint of the profile".to_owned());
    }
    match places.first() {
        None => Ok(()),
        Some(place) => Err(Failure::new(
            Status::Configuration,
            "endpoint",
            format!("{place} is set, but ignore_configured_endpoint_urls is true"),
        )
        .why("the AWS SDK fetches credentials from that endpoint anyway")
        .fix(format!("unset {place}, or ignore_configured_endpoint_urls"))),
    }
}

/// Whether requests to this URL leave this machine unencrypted.
fn is_exposed(url: &str) -> bool {
    let uri = url.parse::<http::Uri>().unwrap_or_default();
    uri.scheme_str() == Some("http") && !env::is_this_machine(uri.host().unwrap_or_default())
}

/// Checks a URL. The error does not repeat it, because it may contain a password.
fn check(what: &str, url: &str) -> Result<(), Invalid> {
    let uri = url.parse::<http::Uri>().unwrap_or_default();
    let authority = uri.authority().map(http::uri::Authority::as_str);
    let fault = match authority {
        Some(authority) if authority.contains('@') => {
            "contains a user or a password, which AWS does not support"
        }
        Some(_)
            if matches!(uri.scheme_str(), Some("http" | "https"))
                && !uri.host().unwrap_or_default().is_empty() =>
        {
            return Ok(())
        }
        _ => "is not a URL such as https://host:port",
    };
    Err(Invalid::new(format!("{what} {fault}")).fix(aws_hint::COMPLETE_ENDPOINT))
}
