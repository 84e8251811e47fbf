//! [`Fault`]: what went wrong on the way to a server or back, read from the HTTP client's errors.

use std::error::Error;
use std::io;

use rustls::CertificateError;

use super::connect::NoConnection;
use super::proxy::{ThroughProxy, UnusableProxy};
use super::trust::NoCertificates;
use crate::output::Redactor;

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
    #[error("{0}")]
    NoCertificates(String),
    #[error("its certificate has expired")]
    Expired,
    #[error("its certificate is not valid yet")]
    NotYetValid,
    #[error("its certificate is for another host")]
    WrongHost,
    #[error("its certificate cannot be used: {0}")]
    Unusable(&'static str),
    #[error("no secure connection could be made: {0}")]
    Tls(String),
    #[error("the proxy itself cannot be reached ({0})")]
    NoProxy(String),
    #[error("the proxy asks for a login ({0})")]
    ProxyLogin(String),
    #[error("the proxy did not let the connection through ({0})")]
    ProxyRefused(String),
    #[error("{0}")]
    UnusableProxy(String),
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
    /// Reads an error of the HTTP client. Its texts name hosts and causes, never what was sent;
    /// those that a server has a part in are made safe to show by [`Self::safe`].
    pub fn of(error: &(dyn Error + 'static)) -> Self {
        let chain: Vec<_> = whole_chain(error).collect();
        let texts: Vec<String> = chain.iter().map(ToString::to_string).collect();
        let says = |words: &str| texts.iter().any(|text| text.contains(words));
        let tls = chain
            .iter()
            .find_map(|cause| cause.downcast_ref::<rustls::Error>());
        if let Some(error) = tls {
            return Self::of_tls(error);
        }
        let kinds: Vec<_> = chain
            .iter()
            .filter_map(|cause| Some(cause.downcast_ref::<io::Error>()?.kind()))
            .collect();
        let is = |kind| kinds.contains(&kind);
        let unusable = chain.iter().find(|cause| cause.is::<UnusableProxy>());
        let proxy = chain
            .iter()
            .find_map(|cause| cause.downcast_ref::<ThroughProxy>())
            .map(|through| through.address.clone())
            .unwrap_or_default();
        let certificates = chain.iter().find(|cause| cause.is::<NoCertificates>());
        if let Some(error) = certificates {
            Self::NoCertificates(error.to_string())
        } else if chain.iter().any(|cause| cause.is::<NoConnection>()) {
            Self::NoConnection
        } else if let Some(error) = unusable {
            Self::UnusableProxy(error.to_string())
        } else if says("proxy authorization required") {
            Self::ProxyLogin(proxy)
        } else if says("tunnel error: failed to create underlying connection") {
            Self::NoProxy(proxy)
        } else if says("tunnel error") {
            Self::ProxyRefused(proxy)
        } else if says("dns error") {
            Self::NoSuchHost
        } else if is(io::ErrorKind::ConnectionRefused) {
            Self::Refused
        } else if is(io::ErrorKind::TimedOut)
            || says("timeout occurred")
            || says("deadline has elapsed")
        {
            Self::TimedOut
        } else if is(io::ErrorKind::ConnectionReset)
            || is(io::ErrorKind::BrokenPipe)
            || is(io::ErrorKind::UnexpectedEof)
            || says("connection closed before message completed")
            || says("end of file before message length reached")
        {
            Self::Broken
        } else {
            let innermost = texts
                .iter()
                .rev()
                .find(|text| !text.contains(" { ") && !text.is_empty());
            Self::Other(innermost.map_or_else(|| "no reason is given".to_owned(), Clone::clone))
        }
    }

    fn of_tls(error: &rustls::Error) -> Self {
        use rustls::Error::InvalidCertificate;
        use CertificateError as Bad;
        match error {
            InvalidCertificate(Bad::UnknownIssuer | Bad::BadSignature) => Self::Untrusted,
            InvalidCertificate(Bad::Expired | Bad::ExpiredContext { .. }) => Self::Expired,
            InvalidCertificate(Bad::NotValidYet | Bad::NotValidYetContext { .. }) => {
                Self::NotYetValid
            }
            InvalidCertificate(Bad::NotValidForName | Bad::NotValidForNameContext { .. }) => {
                Self::WrongHost
            }
            // rustls has no word of its own for it, and shows what it was made of.
            InvalidCertificate(Bad::Other(other))
                if format!("{other:?}").contains("CaUsedAsEndEntity") =>
            {
                Self::Unusable("it is an authority's own, and not one of a server")
            }
            InvalidCertificate(
                Bad::UnsupportedSignatureAlgorithmContext { .. }
                | Bad::UnsupportedSignatureAlgorithmForPublicKeyContext { .. },
            ) => Self::Unusable("it is signed in a way that is not supported, such as with SHA-1"),
            other => Self::Tls(other.to_string()),
        }
    }

    /// The same with words that are safe to show.
    pub fn safe(&self, redactor: &Redactor) -> Self {
        match self {
            Self::Tls(words) => Self::Tls(redactor.foreign(words)),
            Self::NoCertificates(words) => Self::NoCertificates(redactor.foreign(words)),
            Self::Other(words) => Self::Other(redactor.foreign(words)),
            other => other.clone(),
        }
    }

    /// What fixes it; none where there is nothing but to check the network.
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
            Self::Expired | Self::NotYetValid => Some(
                "check the clock of this machine, and the \
                certificate of what answers there",
            ),
            Self::Unusable(_) => Some(
                "give the server a certificate of its own, signed by an authority, and name that \
                 authority's by --ca-bundle",
            ),
            Self::WrongHost => {
                Some("check the endpoint, the proxy and DNS: something else answers there")
            }
            Self::NoConnection => Some(
                "see whether a firewall drops what is sent there: check the network, the proxy \
                 (HTTPS_PROXY) and the endpoint",
            ),
            Self::NoProxy(_) => Some("check HTTPS_PROXY, or unset it if there is no proxy"),
            Self::ProxyLogin(_) => Some(PROXY_LOGIN),
            Self::UnusableProxy(_) => Some(
                "name an HTTP proxy there, or unset it; list the hosts to reach without it in \
                 NO_PROXY",
            ),
            Self::ProxyRefused(_) => Some(
                "check HTTPS_PROXY, and whether the proxy allows that host; list the hosts to \
                 reach without it in NO_PROXY",
            ),
            _ => None,
        }
    }

    /// Whether the fault is one of this machine's set-up, so that trying again is of no use.
    pub fn is_of_configuration(&self) -> bool {
        matches!(
            self,
            Self::Untrusted
                | Self::NoCertificates(_)
                | Self::Expired
                | Self::NotYetValid
                | Self::WrongHost
                | Self::Unusable(_)
                | Self::ProxyLogin(_)
                | Self::UnusableProxy(_)
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
