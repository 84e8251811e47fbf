//! The trusted CA certificates. They are checked first, because the HTTP client panics over an
//! unusable one.

use aws_smithy_http_client::tls::TrustStore;
use base64::engine::general_purpose::STANDARD;
use base64::Engine;
use rustls::RootCertStore;
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::CertificateDer;

use super::transport::Fault;
use crate::env;
use crate::output::failure::Failure;
use crate::output::status::Status;
use crate::output::{aws_hint, escaped};

/// The largest CA bundle that is read, in bytes. A system's has about 250,000.
const MAX_CA_BUNDLE: usize = 16 << 20;

/// Whether a certificate can be a CA certificate.
fn is_usable(certificate: &CertificateDer<'_>) -> bool {
    RootCertStore::empty()
        .add(certificate.clone().into_owned())
        .is_ok()
}

/// The system's certificates. Fails if it has none.
pub fn system_trust() -> Result<TrustStore, Fault> {
    let found = rustls_native_certs::load_native_certs().certs;
    if found.iter().any(is_usable) {
        return Ok(TrustStore::default());
    }
    Err(Fault::NoCertificates(match env::places_of_certificates() {
        Some(places) => format!("in {places}"),
        None => "on this machine".to_owned(),
    }))
}

/// Reads the CA certificates in a PEM file. Other certificates are ignored, as in OpenSSL.
pub fn read_ca_bundle(path: &str) -> Result<TrustStore, Failure> {
    let bad = |why: &str| {
        let message = format!("the CA bundle {} cannot be used", escaped(path));
        Failure::new(Status::Configuration, "trust-store", message)
            .why(why)
            .fix(aws_hint::CA_BUNDLE)
    };
    let bytes = env::read_file_up_to(MAX_CA_BUNDLE, env::expand_home(path))
        .map_err(|error| bad(&error.to_string()))?;
    let certificates = CertificateDer::pem_slice_iter(&bytes).collect::<Result<Vec<_>, _>>();
    let certificates =
        certificates.map_err(|error| bad(&format!("it contains invalid PEM: {error}")))?;
    if certificates.is_empty() {
        return Err(bad("it contains no PEM certificate"));
    }
    let usable = certificates.iter().filter(|found| is_usable(found));
    let pem: Vec<String> = usable
        .map(|certificate| {
            let base64 = STANDARD.encode(certificate);
            format!("-----BEGIN CERTIFICATE-----\n{base64}\n-----END CERTIFICATE-----\n")
        })
        .collect();
    if pem.is_empty() {
        return Err(bad("none of its certificates is usable"));
    }
    Ok(TrustStore::empty().with_pem_certificate(pem.concat()))
}
