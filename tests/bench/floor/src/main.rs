//! One CreateSecret, signed by hand, over one TLS connection: the token from a file, the rest from
//! the environment, as `bench.py` sets it. It checks nothing, and handles no error.
//!
//!     floor NAME TOKEN-FILE

use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use ring::{digest, hmac};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};

fn main() {
    let mut arguments = std::env::args().skip(1);
    let name = arguments.next().unwrap();
    let token = std::fs::read_to_string(arguments.next().unwrap()).unwrap();
    let of = |variable: &str| std::env::var(variable).unwrap();
    let url = of("AWS_ENDPOINT_URL");
    let authority = url.strip_prefix("https://").unwrap();
    let (host, _) = authority.split_once(':').unwrap();

    let secret = format!(
        r#"{{\"username\":\"me\",\"accessToken\":\"{}\"}}"#,
        token.trim()
    );
    let request_token = "00000000-0000-4000-8000-000000000000";
    let body = format!(
        r#"{{"Name":"{name}","ClientRequestToken":"{request_token}","SecretString":"{secret}"}}"#
    );
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    let request = signed(
        authority,
        &body,
        now.as_secs(),
        &of("AWS_REGION"),
        &of("AWS_ACCESS_KEY_ID"),
        &of("AWS_SECRET_ACCESS_KEY"),
    );

    let config =
        ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(roots())
            .with_no_client_auth();
    let server = ServerName::try_from(host.to_owned()).unwrap();
    let connection = ClientConnection::new(Arc::new(config), server).unwrap();
    let mut stream = StreamOwned::new(connection, TcpStream::connect(authority).unwrap());
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = Vec::new();
    while !String::from_utf8_lossy(&answer).ends_with('}') {
        let mut buffer = [0; 4096];
        let read = stream.read(&mut buffer).unwrap();
        assert!(read > 0);
        answer.extend(&buffer[..read]);
    }
    assert!(answer.starts_with(b"HTTP/1.1 200"));
}

fn roots() -> RootCertStore {
    let mut roots = RootCertStore::empty();
    match std::env::var("AWS_CA_BUNDLE") {
        Ok(path) => {
            for certificate in CertificateDer::pem_file_iter(path).unwrap() {
                roots.add(certificate.unwrap()).unwrap();
            }
        }
        Err(_) => {
            roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        }
    }
    roots
}

/// The request with its Signature Version 4.
fn signed(authority: &str, body: &str, now: u64, region: &str, id: &str, key: &str) -> String {
    let (day, time) = clock(now);
    let at = format!("{day}T{time}Z");
    let target = "secretsmanager.CreateSecret";
    let kind = "application/x-amz-json-1.1";
    let names = "content-type;host;x-amz-date;x-amz-target";
    let canonical = format!(
        "POST\n/\n\ncontent-type:{kind}\nhost:{authority}\nx-amz-date:{at}\nx-amz-target:{target}\n\n{names}\n{}",
        hex(digest::digest(&digest::SHA256, body.as_bytes()).as_ref())
    );
    let scope = format!("{day}/{region}/secretsmanager/aws4_request");
    let hashed = hex(digest::digest(&digest::SHA256, canonical.as_bytes()).as_ref());
    let to_sign = format!("AWS4-HMAC-SHA256\n{at}\n{scope}\n{hashed}");
    let mut signing = format!("AWS4{key}").into_bytes();
    for part in [&day, region, "secretsmanager", "aws4_request", &to_sign] {
        let with = hmac::Key::new(hmac::HMAC_SHA256, &signing);
        signing = hmac::sign(&with, part.as_bytes()).as_ref().to_vec();
    }
    let signature = hex(&signing);
    format!(
        "POST / HTTP/1.1\r\nHost: {authority}\r\nContent-Type: {kind}\r\nX-Amz-Date: {at}\r\n\
         X-Amz-Target: {target}\r\nContent-Length: {}\r\nAuthorization: AWS4-HMAC-SHA256 \
         Credential={id}/{scope}, SignedHeaders={names}, Signature={signature}\r\n\r\n{body}",
        body.len()
    )
}

/// The date and the time of day, in UTC.
fn clock(now: u64) -> (String, String) {
    let (days, second) = (now / 86_400, now % 86_400);
    // Days since 0000-03-01, by which a year ends with February.
    let days = days + 719_468;
    let era = days / 146_097;
    let of_era = days % 146_097;
    let year = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month + 2) / 5 + 1;
    let (month, next) = if month < 10 {
        (month + 3, 0)
    } else {
        (month - 9, 1)
    };
    let year = year + era * 400 + next;
    let (hour, minute, second) = (second / 3_600, second / 60 % 60, second % 60);
    (
        format!("{year:04}{month:02}{day:02}"),
        format!("{hour:02}{minute:02}{second:02}"),
    )
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
