//! [`Trust`]: the certificate authorities that are trusted, and TLS that trusts them.

use std::fmt;
use std::sync::{Arc, LazyLock};

use rustls::crypto::ring;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::CertificateDer;
use rustls::{ClientConfig, RootCertStore};

use crate::env;
use crate::output::failure::Failure;
use crate::output::status::Status;

/// The authorities of a CA bundle, or the system's, which are read at the first connection over
/// TLS.
pub struct Trust(LazyLock<Tls, Box<dyn FnOnce() -> Tls + Send>>);

type Tls = Result<Arc<ClientConfig>, NoCertificates>;

/// That there are no authorities to trust, and where they were looked for.
#[derive(Clone, Debug, thiserror::Error)]
#[error("no certificates of authorities were found {0}")]
pub struct NoCertificates(String);

impl Trust {
    /// # Errors
    /// Status 4 where the CA bundle cannot be used.
    pub fn read(ca_bundle: Option<&str>) -> Result<Self, Failure> {
        let roots = ca_bundle.map(read_ca_bundle).transpose()?;
        let tls = move || Ok(tls(roots.map_or_else(roots_of_system, Ok)?));
        Ok(Self(LazyLock::new(Box::new(tls))))
    }

    /// # Errors
    /// Where the system has no authorities.
    pub fn tls(&self) -> Tls {
        self.0.clone()
    }
}

impl fmt::Debug for Trust {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Trust")
    }
}

fn tls(roots: RootCertStore) -> Arc<ClientConfig> {
    let tls = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("ring has what TLS 1.2 and 1.3 need");
    let mut tls = tls.with_root_certificates(roots).with_no_client_auth();
    tls.alpn_protocols = vec![b"http/1.1".to_vec()];
    Arc::new(tls)
}

fn roots_of_system() -> Result<RootCertStore, NoCertificates> {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    if roots.is_empty() {
        return Err(NoCertificates(match env::places_of_certificates() {
            Some(places) => format!("where {places}"),
            None => "on this machine".to_owned(),
        }));
    }
    Ok(roots)
}

/// The longest CA bundle that is read, in bytes; the one of a system has some 250,000.
const MAX_CA_BUNDLE: usize = 16 << 20;

/// Reads the certificates of a PEM file. Those that cannot be an authority's are left out, as
/// OpenSSL leaves them unused.
fn read_ca_bundle(path: &str) -> Result<RootCertStore, Failure> {
    const BEGIN: &str = "-----BEGIN CERTIFICATE-----";
    const END: &str = "-----END CERTIFICATE-----";
    let bad = |why: &str| {
        let message = format!("the CA bundle {path} cannot be used");
        Failure::new(Status::Configuration, "trust-store", message)
            .why(why)
            .fix(
                "name a PEM file by --ca-bundle, AWS_CA_BUNDLE, ca_bundle of the profile or \
                 REQUESTS_CA_BUNDLE",
            )
    };
    let bytes = env::read_file_up_to(MAX_CA_BUNDLE, env::expand_home(path))
        .map_err(|error| bad(&error.to_string()))?;
    let text = String::from_utf8_lossy(&bytes);
    let mut roots = RootCertStore::empty();
    let mut found = false;
    for section in text.split(BEGIN).skip(1) {
        found = true;
        let inside = section.split(END).next().unwrap_or_default();
        let pem = format!("{BEGIN}{inside}{END}\n");
        let certificate = CertificateDer::from_pem_slice(pem.as_bytes());
        let certificate = certificate.map_err(|error| {
            bad(&format!(
                "a certificate in it is not in PEM form: {error:?}"
            ))
        })?;
        let _ = roots.add(certificate);
    }
    match (found, roots.is_empty()) {
        (false, _) => Err(bad("it has no certificate in PEM form")),
        (true, true) => Err(bad("none of its certificates can be used")),
        _ => Ok(roots),
    }
}
