//! [`Endpoints`]: where the services are, where that is not what the Region says.

use aws_config::profile::ProfileSet;
use aws_runtime::env_config::property::PropertiesKey;

use super::options::Options;
use crate::env;
use crate::model::invalid::Invalid;
use crate::output::failure::Failure;
use crate::output::status::Status;

/// Where each service is, where it is not where the Region says.
#[derive(Debug)]
pub struct Endpoints {
    pub secrets_manager: Option<String>,
    pub sts: Option<String>,
    pub kms: Option<String>,
    pub ecr: Option<String>,
}

impl Endpoints {
    /// The option, the variable of the service, the variable for all, the `services` section of the
    /// profile, the profile's own, in this order.
    ///
    /// Source: <https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html>
    pub fn read(options: &Options, files: &ProfileSet) -> Result<Self, Failure> {
        if let Some(url) = &options.endpoint_url {
            check_endpoint("--endpoint-url", url).map_err(Failure::from)?;
            return Ok(Self {
                secrets_manager: Some(url.clone()),
                sts: Some(url.clone()),
                kms: Some(url.clone()),
                ecr: Some(url.clone()),
            });
        }
        let is_true = |value: &str| value.eq_ignore_ascii_case("true");
        let ignores = env::aws("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS")
            .is_some_and(|value| is_true(&value))
            || files
                .get("ignore_configured_endpoint_urls")
                .is_some_and(is_true);
        let of = |variable: &str, sections: &[&str]| -> Result<Option<String>, Failure> {
            let of_variable = |name: &str| env::aws(name).map(|url| (name.to_owned(), url));
            let of_section = || {
                let url = sections
                    .iter()
                    .find_map(|service| of_services(files, service))?;
                let name = sections.first()?;
                Some((
                    format!("endpoint_url of {name} in the services section"),
                    url,
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
                .filter(|(_, url)| !ignores && !url.is_empty());
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
        Ok(Self {
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

/// The endpoint of a service in the `services` section that the profile names.
fn of_services(files: &ProfileSet, service: &str) -> Option<String> {
    let key = PropertiesKey::builder()
        .section_key("services")
        .section_name(files.get("services")?)
        .property_name(service)
        .sub_property_name("endpoint_url")
        .build()
        .ok()?;
    files.other_sections().get(&key).cloned()
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
