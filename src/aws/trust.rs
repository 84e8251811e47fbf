//! The trusted certificates. The HTTP client panics over one it cannot use, so they are checked
//! first.

use aws_smithy_http_client::tls::TrustStore;
use base64::engine::general_purpose::STANDARD;
use base64::Engine;
use rustls::RootCertStore;
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::CertificateDer;

use super::transport::Fault;
use crate::env;
use crate::output::escaped;
use crate::output::failure::Failure;
use crate::output::status::Status;

/// The longest CA bundle that is read, in bytes; the one of a system has some 250,000.
const MAX_CA_BUNDLE: usize = 16 << 20;

/// Whether a certificate can be an authority's.
fn is_usable(certificate: &CertificateDer<'_>) -> bool {
    RootCertStore::empty()
        .add(certificate.clone().into_owned())
        .is_ok()
}

/// The system's certificates, or the fault that it has none.
pub fn system_trust() -> Result<TrustStore, Fault> {
    let found = rustls_native_certs::load_native_certs().certs;
    if found.iter().any(is_usable) {
        return Ok(TrustStore::default());
    }
    Err(Fault::NoCertificates(match env::places_of_certificates() {
        Some(places) => format!("where {places}"),
        None => "on this machine".to_owned(),
    }))
}

/// Reads the certificates of a PEM file. Those that cannot be an authority's are left out, as
/// OpenSSL leaves them unused.
pub fn read_ca_bundle(path: &str) -> Result<TrustStore, Failure> {
    let bad = |why: &str| {
        let message = format!("the CA bundle {} cannot be used", escaped(path));
        Failure::new(Status::Configuration, "trust-store", message)
            .why(why)
            .fix(
                "name a PEM file by --ca-bundle, AWS_CA_BUNDLE, ca_bundle of the profile or \
                 REQUESTS_CA_BUNDLE",
            )
    };
    let bytes = env::read_file_up_to(MAX_CA_BUNDLE, env::expand_home(path))
        .map_err(|error| bad(&error.to_string()))?;
    let certificates = CertificateDer::pem_slice_iter(&bytes).collect::<Result<Vec<_>, _>>();
    let certificates = certificates
        .map_err(|error| bad(&format!("a certificate in it is not in PEM form: {error}")))?;
    if certificates.is_empty() {
        return Err(bad("it has no certificate in PEM form"));
    }
    let usable = certificates.iter().filter(|found| is_usable(found));
    let pem: Vec<String> = usable
        .map(|certificate| {
            let base64 = STANDARD.encode(certificate);
            format!("-----BEGIN CERTIFICATE-----\n{base64}\n-----END CERTIFICATE-----\n")
        })
        .collect();
    if pem.is_empty() {
        return Err(bad("none of its certificates can be used"));
    }
    Ok(TrustStore::empty().with_pem_certificate(pem.concat()))
}
