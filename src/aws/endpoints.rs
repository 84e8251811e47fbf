//! [`Endpoints`]: service endpoints other than those of the Region.

use super::profiles::Profiles;
use super::settings::Options;
use crate::env;
use crate::model::invalid::Invalid;
use crate::output::failure::Failure;
use crate::output::status::Status;

/// The configured endpoint of each service; `None` stands for the Region's own.
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
    /// `needs_credentials` if the SDK fetches credentials from AWS.
    ///
    /// # Errors
    /// Status 4 for an endpoint that cannot be used, or would show the token; 2 for an option.
    pub fn read(
        options: &Options,
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
        if let Some(url) = &options.endpoint_url {
            check("--endpoint-url", url)?;
            warning = is_shown(url).then(|| {
                "--endpoint-url is an http URL of another machine: the token goes there \
                 unencrypted"
                    .to_owned()
            });
        }
        let of = |service| match &options.endpoint_url {
            Some(url) => Ok(Some(url.clone())),
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

/// The endpoint of a service: the variable of the service, the variable for all, the `services`
/// section of the profile, the profile's own, in this order.
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
        Ok(()) if is_shown(&url) => format!(
            "{origin} is an http URL of another machine, where the token would go unencrypted"
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
            format!("{place} is set, and endpoints are to be ignored"),
        )
        .why("AWS credentials would be fetched from there anyway")
        .fix(format!("unset {place}, or ignore_configured_endpoint_urls"))),
    }
}

/// Whether requests to this URL leave the machine unencrypted.
fn is_shown(url: &str) -> bool {
    let uri = url.parse::<http::Uri>().unwrap_or_default();
    uri.scheme_str() == Some("http") && !env::is_this_machine(uri.host().unwrap_or_default())
}

/// The URL itself is in no error: it may have a password in it.
fn check(what: &str, url: &str) -> Result<(), Invalid> {
    let uri = url.parse::<http::Uri>().unwrap_or_default();
    let authority = uri.authority().map(http::uri::Authority::as_str);
    let fault = match authority {
        Some(authority) if authority.contains('@') => {
            "has a user or a password in it, which AWS has no use for"
        }
        Some(_)
            if matches!(uri.scheme_str(), Some("http" | "https"))
                && !uri.host().unwrap_or_default().is_empty() =>
        {
            return Ok(())
        }
        _ => "is not a URL such as https://host:port",
    };
    Err(Invalid::new(format!("{what} {fault}")).fix(
        "leave out --endpoint-url for AWS's own, or give a whole URL, such as \
         --endpoint-url http://localhost:5000",
    ))
}
