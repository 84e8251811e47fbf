//! The proxy for HTTPS requests, from the same variables as in the AWS CLI.

use aws_smithy_http_client::proxy::ProxyConfig;

use super::transport::Fault;
use crate::env;

/// This machine is never reached through a proxy.
const THIS_MACHINE: &str = "localhost,127.0.0.0/8,::1";

/// The proxy from the environment, or why it cannot be used. Plain HTTP requests never use a proxy,
/// which would see the token or a container's credentials.
pub fn proxy_of_environment() -> Result<ProxyConfig, Fault> {
    let without = env::no_proxy().unwrap_or_default();
    let Some((variable, value)) = env::https_proxy().filter(|_| without.trim() != "*") else {
        return Ok(ProxyConfig::disabled());
    };
    let value = value.trim();
    let (scheme, rest) = value.split_once("://").unwrap_or(("http", value));
    if scheme.starts_with("socks") {
        let why = "SOCKS proxies are not supported";
        return Err(Fault::UnusableProxy(variable, why));
    }
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let (login, address) = match authority.rsplit_once('@') {
        Some((login, address)) => (format!("{}@", percent_encoded(login)), address),
        None => (String::new(), authority),
    };
    let why = "it is not a URL such as http://proxy.example.com:8080";
    let proxy = ProxyConfig::https(format!("{scheme}://{login}{address}"));
    let proxy = proxy.map_err(|_| Fault::UnusableProxy(variable, why))?;
    // The library supports `.example.com`, but not `*.example.com`.
    let without = without.replace("*.", ".");
    Ok(proxy.no_proxy(format!("{THIS_MACHINE},{without}")))
}

/// Percent-encodes a proxy's login, except for parts that already are.
fn percent_encoded(login: &str) -> String {
    let byte = |byte: u8| match byte {
        b'-' | b'.' | b'_' | b'~' | b'%' | b':' => char::from(byte).to_string(),
        byte if byte.is_ascii_alphanumeric() => char::from(byte).to_string(),
        byte => format!("%{byte:02X}"),
    };
    login.bytes().map(byte).collect()
}
