//! [`Proxy`]: the proxy for TLS connections, and the hosts that are reached without it. The HTTP
//! client's own list of those knows no ports.

use std::error::Error;
use std::fmt;

use http::{HeaderValue, Uri};
use hyper_util::client::proxy::matcher::Matcher;

use crate::env;

/// The proxy for TLS connections. Without TLS nothing leaves this machine, and no proxy is asked:
/// neither for loopback addresses nor for the metadata services.
#[derive(Debug)]
pub struct Proxy {
    /// The variable that names it.
    variable: &'static str,
    /// How it is used, or why it cannot be.
    route: Result<Route, &'static str>,
    without: Vec<Without>,
}

/// The way to a proxy.
#[derive(Debug)]
pub struct Route {
    /// Without its login.
    pub uri: Uri,
    /// Its host and port.
    pub address: String,
    /// The `Proxy-Authorization` that it gets.
    pub login: Option<HeaderValue>,
}

/// Hosts that are reached without the proxy.
#[derive(Debug)]
struct Without {
    hosts: Matcher,
    /// None is any.
    port: Option<u16>,
}

const NO_URL: &str = "it is not a URL such as http://proxy.example.com:8080";

impl Proxy {
    /// As the variables have it; none where none is asked for.
    pub fn of_environment() -> Option<Self> {
        let without = env::no_proxy().unwrap_or_default();
        let (variable, value) = env::https_proxy().filter(|_| without.trim() != "*")?;
        Some(Self {
            variable,
            route: route(&value),
            without: hosts_without(&without),
        })
    }

    /// The way to it.
    ///
    /// # Errors
    /// Where it cannot be used.
    pub fn route(&self) -> Result<&Route, UnusableProxy> {
        let variable = self.variable;
        let route = self.route.as_ref();
        route.map_err(|why| UnusableProxy { variable, why })
    }

    /// Whether this URL is reached by it.
    pub fn is_for(&self, url: &Uri) -> bool {
        let port = url.port_u16().unwrap_or(443);
        url.scheme_str() == Some("https")
            && self.without.iter().all(|without| {
                without.hosts.intercept(url).is_some() || without.port.is_some_and(|of| of != port)
            })
    }
}

/// The way to the proxy of a URL. Its login may have characters that are in no URL.
fn route(value: &str) -> Result<Route, &'static str> {
    let (scheme, rest) = value.split_once("://").unwrap_or(("http", value));
    if scheme.starts_with("socks") {
        return Err("it names a SOCKS proxy; only HTTP proxies can be used");
    }
    if !["http", "https"].contains(&scheme) {
        return Err(NO_URL);
    }
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let (login, address) = match authority.rsplit_once('@') {
        Some((login, address)) => (format!("{}@", encoded(login)), address),
        None => (String::new(), authority),
    };
    let uri = format!("{scheme}://{address}").parse::<Uri>();
    if uri.map_err(|_| NO_URL)?.host().is_none_or(str::is_empty) {
        return Err(NO_URL);
    }
    // Reads the login as every client of this library does.
    let matcher = Matcher::builder().https(format!("{scheme}://{login}{address}"));
    let any_host = Uri::from_static("https://any.invalid");
    let intercept = matcher.build().intercept(&any_host).ok_or(NO_URL)?;
    Ok(Route {
        uri: intercept.uri().clone(),
        address: address.to_owned(),
        login: intercept.basic_auth().cloned(),
    })
}

/// A login with what cannot be in a URL percent-encoded; what is encoded already stays.
fn encoded(login: &str) -> String {
    let byte = |byte: u8| match byte {
        b'-' | b'.' | b'_' | b'~' | b'%' | b':' => char::from(byte).to_string(),
        byte if byte.is_ascii_alphanumeric() => char::from(byte).to_string(),
        byte => format!("%{byte:02X}"),
    };
    login.bytes().map(byte).collect()
}

/// Reads a list of hosts, with ports or without, as the AWS CLI does (botocore 1.44.5), and of
/// networks.
fn hosts_without(list: &str) -> Vec<Without> {
    let (with_port, any): (Vec<_>, Vec<_>) = list
        .split(',')
        .map(|entry| host_and_port(entry.trim()))
        .partition(|(_, port)| port.is_some());
    let hosts = |hosts: String| Matcher::builder().https("http://proxy").no(hosts).build();
    let any: Vec<_> = any.into_iter().map(|(host, _)| host).collect();
    let any = Without {
        hosts: hosts(any.join(",")),
        port: None,
    };
    let with_port = with_port.into_iter().map(|(host, port)| Without {
        hosts: hosts(host.to_owned()),
        port,
    });
    with_port.chain([any]).collect()
}

fn host_and_port(entry: &str) -> (&str, Option<u16>) {
    let (host, port) = match entry
        .strip_prefix('[')
        .and_then(|rest| rest.split_once(']'))
    {
        Some((host, port)) => (host, port.strip_prefix(':')),
        None => match entry.split_once(':') {
            // More than one colon is an address in version 6.
            Some((host, port)) if !port.contains(':') => (host, Some(port)),
            _ => (entry, None),
        },
    };
    let host = host.strip_prefix("*.").unwrap_or(host);
    match port.map(str::parse) {
        Some(Ok(port)) => (host.trim_start_matches('.'), Some(port)),
        // Not a port, and so no host that there is.
        Some(Err(_)) => (entry, None),
        None => (host.trim_start_matches('.'), None),
    }
}

/// Why the proxy of a variable cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("the proxy in {variable} cannot be used: {why}")]
pub struct UnusableProxy {
    pub variable: &'static str,
    pub why: &'static str,
}

/// What went wrong on the way through a proxy.
#[derive(Debug)]
pub struct ThroughProxy {
    /// Its host and port.
    pub address: String,
    pub error: Box<dyn Error + Send + Sync>,
}

impl fmt::Display for ThroughProxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "through the proxy {}", self.address)
    }
}

impl Error for ThroughProxy {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(&*self.error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The AWS CLI (botocore 1.44.5) has the same answers, but for networks, `*.` and the port that
    /// a URL leaves out, which Go has.
    #[test]
    fn hosts_that_are_reached_without_it() {
        for (list, url, is_without) in [
            ("localhost:4566", "https://localhost:4566/x", true),
            ("localhost:4566", "https://localhost:4567", false),
            ("127.0.0.1:4566", "https://127.0.0.1:4566", true),
            ("127.0.0.1", "https://127.0.0.1:4566", true),
            ("[::1]", "https://[::1]:4566", true),
            ("::1", "https://[::1]:4566", true),
            ("[::1]:4566", "https://[::1]:4566", true),
            ("[::1]:4567", "https://[::1]:4566", false),
            ("..example.com", "https://a.example.com", true),
            ("..example.com", "https://example.com", true),
            (".example.com", "https://a.b.example.com", true),
            ("example.com", "https://a.example.com", true),
            ("example.com", "https://notexample.com", false),
            ("EXAMPLE.com:443", "https://a.example.COM", true),
            ("*.example.com", "https://a.example.com", true),
            ("a.com , example.com", "https://example.com", true),
            ("10.0.0.0/8", "https://10.1.2.3", true),
            ("fd00::/8", "https://[fd00::1]", true),
            ("localhost:port", "https://localhost", false),
            ("*", "https://example.com", true),
            ("", "https://example.com", false),
            (",,", "https://example.com", false),
            (":443", "https://example.com", false),
        ] {
            let proxy = Proxy {
                variable: "HTTPS_PROXY",
                route: route("http://p:8080"),
                without: hosts_without(list),
            };
            let is_for = |url: &str| proxy.is_for(&url.parse().unwrap());
            assert_eq!(is_for(url), !is_without, "{list} {url}");
            let plain = url.replacen("https", "http", 1);
            assert!(!is_for(&plain), "{plain}");
        }
    }
}
