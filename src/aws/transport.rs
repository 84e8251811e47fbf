//! [`Fault`]: a network error, read from the HTTP client's errors.

use std::error::Error;
use std::io;

use rustls::CertificateError;

use crate::output::{aws_hint, escaped};

/// The fix if a proxy requires login.
pub const PROXY_LOGIN: &str = "add the proxy's user and password to HTTPS_PROXY: \
    http://USER:PASSWORD@host:port, with /, ? and # percent-encoded";

/// A network error. Its message follows "cannot be reached: ".
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    #[error("DNS cannot find the host")]
    NoSuchHost,
    #[error("the connection was refused")]
    Refused,
    #[error("its certificate is not signed by a certificate authority that this machine trusts")]
    Untrusted,
    #[error("no CA certificates were found {0}")]
    NoCertificates(String),
    #[error("its certificate has expired or is not valid yet")]
    Expired,
    #[error("its certificate is invalid: {0}")]
    Certificate(String),
    #[error("the proxy cannot be reached")]
    NoProxy,
    #[error("the proxy requires login")]
    ProxyLogin,
    #[error("the proxy rejected the connection")]
    ProxyRefused,
    #[error("the proxy in {0} cannot be used: {1}")]
    UnusableProxy(&'static str, &'static str),
    #[error("the connection timed out")]
    NoConnection,
    #[error("the response timed out")]
    TimedOut,
    #[error("the connection was closed before the response was complete")]
    Broken,
    #[error("the request is invalid")]
    BadRequest,
    #[error("{0}")]
    Other(String),
}

impl Fault {
    /// Classifies an error of the HTTP client, whose texts never contain what was sent.
    pub fn of(error: &(dyn Error + 'static)) -> Self {
        let chain: Vec<_> = whole_chain(error).collect();
        let texts: Vec<String> = chain.iter().map(ToString::to_string).collect();
        let says = |words: &str| texts.iter().any(|text| text.contains(words));
        let is = |kind| {
            let mut kinds = chain.iter().filter_map(|cause| cause.downcast_ref());
            kinds.any(|error: &io::Error| error.kind() == kind)
        };
        let ours = chain.iter().find_map(|cause| cause.downcast_ref::<Self>());
        let tls = chain.iter().find_map(|cause| cause.downcast_ref());
        if let Some(fault) = ours {
            fault.clone()
        } else if let Some(rustls::Error::InvalidCertificate(fault)) = tls {
            Self::of_certificate(fault)
        } else if says("proxy authorization required") {
            Self::ProxyLogin
        } else if says("tunnel error: failed to create underlying connection") {
            Self::NoProxy
        } else if says("tunnel error") {
            Self::ProxyRefused
        } else if says("HTTP connect timeout occurred") {
            Self::NoConnection
        } else if says("dns error") {
            Self::NoSuchHost
        } else if is(io::ErrorKind::ConnectionRefused) {
            Self::Refused
        } else if is(io::ErrorKind::TimedOut) || says("timeout occurred") {
            Self::TimedOut
        } else if is(io::ErrorKind::ConnectionReset)
            || is(io::ErrorKind::BrokenPipe)
            || is(io::ErrorKind::UnexpectedEof)
            || says("connection closed before message completed")
            || says("end of file before message length reached")
        {
            Self::Broken
        } else {
            let mut texts = texts.into_iter().rev();
            let innermost = texts.find(|text| !text.contains(" { ") && !text.is_empty());
            Self::Other(innermost.map_or("no reason was given".to_owned(), |text| escaped(&text)))
        }
    }

    fn of_certificate(fault: &CertificateError) -> Self {
        use CertificateError as Bad;
        match fault {
            Bad::UnknownIssuer | Bad::BadSignature => Self::Untrusted,
            Bad::Expired
            | Bad::ExpiredContext { .. }
            | Bad::NotValidYet
            | Bad::NotValidYetContext { .. } => Self::Expired,
            Bad::NotValidForName | Bad::NotValidForNameContext { .. } => {
                Self::Certificate("it is for another host".to_owned())
            }
            other => Self::Certificate(escaped(&other.to_string())),
        }
    }

    /// The fix; `None` if one can only check the network.
    pub fn fix(&self) -> Option<&'static str> {
        match self {
            Self::Untrusted => Some(aws_hint::TRUST_CA),
            Self::NoCertificates(_) => Some(aws_hint::INSTALL_CAS),
            Self::Expired => {
                Some("check the clock of this machine and the certificate of the server")
            }
            Self::Certificate(_) => {
                Some("check the endpoint, the proxy, DNS and the certificate of the server")
            }
            Self::NoConnection => Some(
                "check the network, the proxy (HTTPS_PROXY) and the endpoint; a firewall may drop \
                 the packets",
            ),
            Self::NoProxy => Some("check HTTPS_PROXY, or unset it if there is no proxy"),
            Self::ProxyLogin => Some(PROXY_LOGIN),
            Self::UnusableProxy(..) => Some("set it to an HTTP proxy, or unset it"),
            Self::ProxyRefused => Some(
                "check HTTPS_PROXY, and that the proxy allows that host; list hosts to reach \
                 without the proxy in NO_PROXY",
            ),
            _ => None,
        }
    }

    /// Whether this machine's configuration is at fault, so nothing was sent and a retry would not
    /// help.
    pub fn is_of_configuration(&self) -> bool {
        matches!(
            self,
            Self::Untrusted
                | Self::NoCertificates(_)
                | Self::Expired
                | Self::Certificate(_)
                | Self::ProxyLogin
                | Self::UnusableProxy(..)
        )
    }
}

/// An error and its causes, including those inside I/O errors, which `source` skips.
pub fn whole_chain<'a>(
    error: &'a (dyn Error + 'static),
) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    std::iter::successors(Some(error), |cause: &&'a (dyn Error + 'static)| {
        let cause: &'a (dyn Error + 'static) = *cause;
        match cause.downcast_ref::<io::Error>() {
            Some(io) => io.get_ref().map(|inner| inner as _),
            None => cause.source(),
        }
    })
}
