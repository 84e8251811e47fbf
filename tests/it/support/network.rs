//! Proxies, TLS, and servers that are not AWS.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};

use super::aws::read_request;

/// A server on loopback with a thread for each connection. It ends with its owner:
/// thousands of waiting threads would slow down every program started.
pub struct Listener {
    pub address: String,
    is_over: Arc<AtomicBool>,
}

impl Listener {
    pub fn new(handle: impl Fn(TcpStream) + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let (handle, is_over) = (Arc::new(handle), Arc::new(AtomicBool::new(false)));
        let ends = Arc::clone(&is_over);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                if ends.load(Ordering::Acquire) {
                    return;
                }
                let handle = Arc::clone(&handle);
                std::thread::spawn(move || handle(stream));
            }
        });
        Self { address, is_over }
    }

    /// Its address; it then runs until all tests end.
    fn for_ever(self) -> String {
        let address = self.address.clone();
        std::mem::forget(self);
        address
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        self.is_over.store(true, Ordering::Release);
        // It waits for a connection.
        let _ = TcpStream::connect(&self.address);
    }
}

/// A server whose answers come from a function of the request's head and body.
pub struct Web {
    pub url: String,
    _listener: Listener,
}

impl Web {
    pub fn new(answer: impl Fn(&str, &str) -> String + Send + Sync + 'static) -> Self {
        let listener = Listener::new(move |mut stream| {
            if let Some((head, body)) = read_request(&mut stream) {
                let body = String::from_utf8_lossy(&body).into_owned();
                let _ = stream.write_all(answer(&head, &body).as_bytes());
            }
        });
        Self {
            url: format!("http://{}", listener.address),
            _listener: listener,
        }
    }
}

/// An HTTP answer that closes the connection.
pub fn answer(status: u16, kind: &str, body: &str) -> String {
    format!(
        "HTTP/1.1 {status} Status\r\nContent-Type: {kind}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    )
}

/// An HTTP proxy. Whatever host is asked for, the connection goes to one address.
pub struct Proxy {
    pub address: String,
    _listener: Listener,
    seen: Arc<Mutex<Vec<String>>>,
}

impl Proxy {
    /// To a server at `http://…`, or to TLS in front of one.
    pub fn to(target: &str) -> Self {
        Self::start(target, None)
    }

    /// A proxy that refuses every connection with an HTML page.
    pub fn that_refuses(status: u16) -> Self {
        Self::start("", Some(status))
    }

    fn start(target: &str, refuses: Option<u16>) -> Self {
        let target = target.split("//").last().unwrap().to_owned();
        let seen = Arc::new(Mutex::new(Vec::new()));
        let into = Arc::clone(&seen);
        let listener = Listener::new(move |mut stream| {
            let Some((head, body)) = read_request(&mut stream) else {
                return;
            };
            into.lock().unwrap().push(head.clone());
            if let Some(status) = refuses {
                let page = answer(status, "text/html", "<html>\u{1b}[31mno\u{1b}[0m</html>");
                let _ = stream.write_all(page.as_bytes());
                return;
            }
            let mut upstream = TcpStream::connect(&target).unwrap();
            if head.starts_with("CONNECT ") {
                let _ = stream.write_all(b"HTTP/1.1 200 Connection established\r\n\r\n");
            } else {
                // The bytes of a forwarded request stay as they are but for its target.
                let (line, rest) = head.split_once("\r\n").unwrap();
                let path = line
                    .split(' ')
                    .nth(1)
                    .and_then(|url| url.splitn(4, '/').nth(3));
                let line = format!("POST /{} HTTP/1.1", path.unwrap_or_default());
                let _ = upstream.write_all(format!("{line}\r\n{rest}").as_bytes());
                let _ = upstream.write_all(&body);
            }
            join(stream, upstream);
        });
        Self {
            address: listener.address.clone(),
            _listener: listener,
            seen,
        }
    }

    /// The heads of the requests so far.
    pub fn seen(&self) -> Vec<String> {
        self.seen.lock().unwrap().clone()
    }

    /// The hosts that connections were asked for.
    pub fn hosts(&self) -> Vec<String> {
        let connects = self.seen().into_iter();
        connects
            .filter_map(|head| Some(head.strip_prefix("CONNECT ")?.split(':').next()?.to_owned()))
            .collect()
    }
}

fn join(left: TcpStream, right: TcpStream) {
    let (mut from, mut to) = (left.try_clone().unwrap(), right.try_clone().unwrap());
    std::thread::spawn(move || {
        let _ = std::io::copy(&mut from, &mut to);
        let _ = to.shutdown(Shutdown::Write);
    });
    let (mut from, mut to) = (right, left);
    let _ = std::io::copy(&mut from, &mut to);
    let _ = to.shutdown(Shutdown::Both);
}

/// A certificate authority of the tests.
pub struct Authority(CertifiedIssuer<'static, KeyPair>);

impl Authority {
    pub fn new() -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(1);
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let name = format!("Authority {number}");
        params.distinguished_name.push(DnType::CommonName, name);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().unwrap();
        Self(CertifiedIssuer::self_signed(params, key).unwrap())
    }

    /// TLS with the authority's own certificate as the server's, as many make it with one command.
    pub fn serve_itself(host: &str, target: &str) -> (String, String) {
        let mut params = CertificateParams::new(vec![host.to_owned()]).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().unwrap();
        let certificate = params.self_signed(&key).unwrap();
        let address = serve_tls(certificate.der(), &key, target);
        (address, certificate.pem())
    }

    /// Its certificate, as a CA bundle.
    pub fn pem(&self) -> String {
        self.0.pem()
    }

    /// TLS in front of a server at `http://…`, with a certificate for these hosts. Gives the address.
    pub fn serve(&self, hosts: &[&str], target: &str) -> String {
        self.serve_until(hosts, 2100, target)
    }

    /// The same, with a certificate that is valid until that year begins.
    pub fn serve_until(&self, hosts: &[&str], year: i32, target: &str) -> String {
        let (certificate, key) = self.certificate(hosts, year);
        serve_tls(&certificate, &key, target)
    }

    /// TLS of a server with a certificate for these hosts.
    pub fn tls(&self, hosts: &[&str]) -> Arc<ServerConfig> {
        let (certificate, key) = self.certificate(hosts, 2100);
        tls(&certificate, &key)
    }

    fn certificate(&self, hosts: &[&str], year: i32) -> (CertificateDer<'static>, KeyPair) {
        let hosts: Vec<String> = hosts.iter().map(ToString::to_string).collect();
        let mut params = CertificateParams::new(hosts).unwrap();
        params.not_after = rcgen::date_time_ymd(year, 1, 1);
        let key = KeyPair::generate().unwrap();
        let certificate = params.signed_by(&key, &self.0).unwrap();
        (certificate.der().clone(), key)
    }
}

fn tls(certificate: &CertificateDer<'static>, key: &KeyPair) -> Arc<ServerConfig> {
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate.clone()], key)
        .unwrap();
    Arc::new(config)
}

/// TLS with this certificate in front of a server at `http://…`. Gives the address.
fn serve_tls(certificate: &CertificateDer<'static>, key: &KeyPair, target: &str) -> String {
    let config = tls(certificate, key);
    let target = target.split("//").last().unwrap().to_owned();
    let listener = Listener::new(move |stream| {
        let connection = ServerConnection::new(Arc::clone(&config)).unwrap();
        let mut stream = StreamOwned::new(connection, stream);
        while let Some((head, body)) = read_request(&mut stream) {
            let answer = ask(&target, &head, &body);
            if stream.write_all(&answer).is_err() || ends(&answer) {
                break;
            }
        }
        stream.conn.send_close_notify();
        let _ = stream.flush();
    });
    listener.for_ever()
}

/// What a server answers to a request.
pub fn ask(target: &str, head: &str, body: &[u8]) -> Vec<u8> {
    let mut upstream = TcpStream::connect(target).unwrap();
    upstream.write_all(head.as_bytes()).unwrap();
    upstream.write_all(body).unwrap();
    let mut answer = Vec::new();
    let _ = upstream.read_to_end(&mut answer);
    answer
}

fn ends(answer: &[u8]) -> bool {
    let head = String::from_utf8_lossy(answer).to_ascii_lowercase();
    head.contains("\r\nconnection: close\r\n")
}
