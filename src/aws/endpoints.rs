//! [`Endpoints`]: where the services are, where that is not what the Region says.

use super::config_files::ConfigFiles;
use super::options::Options;
use super::sources::Source;
use crate::env;
use crate::model::invalid::Invalid;
use crate::output::failure::Failure;
use crate::output::status::Status;

/// Where each service is, where it is not where the Region says.
#[derive(Debug)]
pub struct Endpoints {
    pub secrets_manager: Option<String>,
    pub sts: Option<String>,
    /// Where STS is asked for credentials: what they are asked with goes to no other endpoint than
    /// that of the AWS CLI, which `--endpoint-url` is not for.
    pub sts_of_credentials: Option<String>,
    pub kms: Option<String>,
    pub ecr: Option<String>,
}

impl Endpoints {
    /// `source` is where credentials come from.
    ///
    /// The option, the variable of the service, the variable for all, the `services` section of the
    /// profile, the profile's own, in this order.
    ///
    /// Source: <https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html>
    pub fn read(options: &Options, files: &ConfigFiles, source: &Source) -> Result<Self, Failure> {
        let ignores = match env::aws("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS") {
            Some(value) => env::is_word_for_yes(&value),
            None => files
                .get("ignore_configured_endpoint_urls")
                .is_some_and(env::is_word_for_yes),
        };
        if ignores {
            check_endpoints_of_sessions(source)?;
        }
        let of = |variable: &str, sections: &[&str]| -> Result<Option<String>, Failure> {
            let of_variable = |name: &str| env::aws(name).map(|url| (name.to_owned(), url));
            let of_section = || {
                let url = sections
                    .iter()
                    .find_map(|service| files.endpoint_of(service))?;
                let name = sections.first()?;
                Some((
                    format!("endpoint_url of {name} in the services section"),
                    url.to_owned(),
                ))
            };
            let of_profile = || {
                let url = files.get("endpoint_url")?;
                Some(("endpoint_url of the profile".to_owned(), url.to_owned()))
            };
            let found = of_variable(variable)
                .or_else(|| of_variable("AWS_ENDPOINT_URL"))
                .or_else(of_section)
                .or_else(of_profile)
                .filter(|_| !ignores);
            let Some((origin, url)) = found else {
                return Ok(None);
            };
            check_endpoint(&origin, &url).map_err(|fault| {
                Failure::new(Status::Configuration, "endpoint", fault).fix(format!(
                    "set {origin} to a URL such as https://host:port or \
                         http://localhost:5000, or unset it"
                ))
            })?;
            Ok(Some(url))
        };
        let sts_of_credentials = if source.asks_sts() {
            of("AWS_ENDPOINT_URL_STS", &["sts"])?
        } else {
            None
        };
        if let Some(url) = &options.endpoint_url {
            check_endpoint("--endpoint-url", url).map_err(Failure::from)?;
            return Ok(Self {
                secrets_manager: Some(url.clone()),
                sts: Some(url.clone()),
                sts_of_credentials,
                kms: Some(url.clone()),
                ecr: Some(url.clone()),
            });
        }
        Ok(Self {
            sts_of_credentials,
            secrets_manager: of(
                "AWS_ENDPOINT_URL_SECRETS_MANAGER",
                &["secrets_manager", "secrets-manager"],
            )?,
            sts: of("AWS_ENDPOINT_URL_STS", &["sts"])?,
            kms: of("AWS_ENDPOINT_URL_KMS", &["kms"])?,
            ecr: of("AWS_ENDPOINT_URL_ECR", &["ecr"])?,
        })
    }
}

/// The SDK asks for the credentials of a session where these variables say, whatever a profile says
/// of them: the access token of the session is not sent there against its word.
fn check_endpoints_of_sessions(source: &Source) -> Result<(), Failure> {
    let variables = match source.base() {
        Source::Sso(_) => ["AWS_ENDPOINT_URL_SSO", "AWS_ENDPOINT_URL_SSO_OIDC"],
        Source::Login(_) => ["AWS_ENDPOINT_URL_SIGNIN"; 2],
        _ => return Ok(()),
    };
    let all = ["AWS_ENDPOINT_URL"].into_iter().chain(variables);
    match { all }.find(|name| env::aws(name).is_some()) {
        None => Ok(()),
        Some(name) => Err(Failure::new(
            Status::Configuration,
            "endpoint",
            format!("{name} is set, and ignore_configured_endpoint_urls of the profile is true"),
        )
        .fix(format!(
            "unset {name}, or set AWS_IGNORE_CONFIGURED_ENDPOINT_URLS=true"
        ))),
    }
}

const WHOLE_URL: &str = "leave out --endpoint-url for AWS's own, or give a whole URL, such as \
                         --endpoint-url http://localhost:5000";

const ENCRYPTED: &str = "use https://, or a loopback address, such as --endpoint-url \
                         http://localhost:5000";

/// The URL itself is in no error: it may have a password in it.
fn check_endpoint(what: &str, url: &str) -> Result<(), Invalid> {
    let uri = url.parse::<http::Uri>().ok();
    let scheme = uri.as_ref().and_then(http::Uri::scheme_str);
    let authority = uri.as_ref().and_then(http::Uri::authority);
    let host = authority.map_or("", http::uri::Authority::host);
    if !matches!(scheme, Some("http" | "https")) || host.is_empty() {
        let message = format!("{what} is not a URL such as https://host:port");
        return Err(Invalid::new(message).fix(WHOLE_URL));
    }
    if authority.is_some_and(|authority| authority.as_str().contains('@')) {
        let message = format!("{what} has a user or a password in it, which AWS has no use for");
        return Err(Invalid::new(message).fix(WHOLE_URL));
    }
    if scheme == Some("http") && !env::is_this_machine(host) {
        let message = format!(
            "{what} is an http URL of another machine, where the token would go unencrypted"
        );
        return Err(Invalid::new(message).fix(ENCRYPTED));
    }
    Ok(())
}
