//! [`Fault`]: what went wrong on the way to a server or back, read from the HTTP client's errors.

use std::error::Error;
use std::io;

use rustls::CertificateError;

use crate::output::escaped;

/// What to do where a proxy asks for a login.
pub const PROXY_LOGIN: &str = "put the proxy's user and password into HTTPS_PROXY: \
    http://USER:PASSWORD@host:port, with /, ? and # percent-encoded";

/// What went wrong on the way. Its words go after "cannot be reached: ".
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    #[error("its name cannot be found by DNS")]
    NoSuchHost,
    #[error("the connection is refused")]
    Refused,
    #[error("its certificate is not signed by an authority that this machine trusts")]
    Untrusted,
    #[error("no certificates of authorities were found {0}")]
    NoCertificates(String),
    #[error("its certificate has expired, or is not valid yet")]
    Expired,
    #[error("its certificate cannot be used: {0}")]
    Certificate(String),
    #[error("the proxy itself cannot be reached")]
    NoProxy,
    #[error("the proxy asks for a login")]
    ProxyLogin,
    #[error("the proxy did not let the connection through")]
    ProxyRefused,
    #[error("the proxy in {0} cannot be used: {1}")]
    UnusableProxy(&'static str, &'static str),
    #[error("there was no connection in time")]
    NoConnection,
    #[error("there was no answer in time")]
    TimedOut,
    #[error("the connection was closed before the answer was complete")]
    Broken,
    #[error("the request cannot be sent in this form")]
    BadRequest,
    #[error("{0}")]
    Other(String),
}

impl Fault {
    /// Reads an error of the HTTP client. Its texts name hosts and causes, never what was sent.
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
            Self::Other(innermost.map_or("no reason is given".to_owned(), |text| escaped(&text)))
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

    /// What fixes it; `None` where there is nothing but to check the network.
    pub fn fix(&self) -> Option<&'static str> {
        match self {
            Self::Untrusted => Some(
                "if a proxy inspects TLS, or the endpoint is private: name the file with its CA \
                 by --ca-bundle or AWS_CA_BUNDLE",
            ),
            Self::NoCertificates(_) => Some(
                "install them (of Debian and Alpine: the package ca-certificates), or name a PEM \
                 file that has them by --ca-bundle, AWS_CA_BUNDLE or SSL_CERT_FILE",
            ),
            Self::Expired => {
                Some("check the clock of this machine, and the certificate of what answers there")
            }
            Self::Certificate(_) => Some(
                "check the endpoint, the proxy and DNS, and the certificate of what answers there",
            ),
            Self::NoConnection => Some(
                "see whether a firewall drops what is sent there: check the network, the proxy \
                 (HTTPS_PROXY) and the endpoint",
            ),
            Self::NoProxy => Some("check HTTPS_PROXY, or unset it if there is no proxy"),
            Self::ProxyLogin => Some(PROXY_LOGIN),
            Self::UnusableProxy(..) => Some("name an HTTP proxy there, or unset it"),
            Self::ProxyRefused => Some(
                "check HTTPS_PROXY, and whether the proxy allows that host; list the hosts to \
                 reach without it in NO_PROXY",
            ),
            _ => None,
        }
    }

    /// Whether the fault is one of this machine's set-up: nothing was sent, and trying again is of
    /// no use.
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

/// An error and its causes, those inside of I/O errors too, which `source` passes over.
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
