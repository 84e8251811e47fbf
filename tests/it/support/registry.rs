//! [`Registry`]: a scripted registry on loopback, with a record of its requests.

use std::fmt::Write as _;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::sync::{Arc, Mutex, OnceLock};

use super::forms::base64_padded;
use super::network::Listener;
use super::TOKEN;

/// A request to a registry.
#[derive(Clone, Debug)]
pub struct Heard {
    /// The path with the query.
    pub path: String,
    pub host: String,
    pub authorization: Option<String>,
}

/// An answer: status, headers, body.
pub type Reply = (u16, Vec<(&'static str, String)>, Vec<u8>);

type Script = dyn Fn(&Heard) -> Reply + Send + Sync;

/// A registry, with its token endpoint.
pub struct Registry {
    /// `http://127.0.0.1:PORT`.
    pub url: String,
    heard: Arc<Mutex<Vec<Heard>>>,
    _listener: Listener,
}

impl Registry {
    /// Answers by this script.
    pub fn new(script: impl Fn(&Heard) -> Reply + Send + Sync + 'static) -> Self {
        let heard = Arc::new(Mutex::new(Vec::new()));
        let record = Arc::clone(&heard);
        let listener = Listener::new(move |stream| answer(stream, &script, &record));
        Self {
            url: format!("http://{}", listener.address),
            heard,
            _listener: listener,
        }
    }

    /// With the token flow: `/v2/` names `/token` with this service, and that answers by the script.
    pub fn with_tokens(
        service: &'static str,
        script: impl Fn(&Heard) -> Reply + Send + Sync + 'static,
    ) -> Self {
        Self::new(move |heard| {
            if heard.path == "/v2/" {
                let realm = format!("http://{}/token", heard.host);
                challenge(&format!(r#"Bearer realm="{realm}",service="{service}""#))
            } else {
                script(heard)
            }
        })
    }

    /// Accepts only `me` with [`TOKEN`].
    pub fn strict() -> Self {
        Self::with_tokens("registry.docker.io", |heard| {
            if heard.authorization == Some(basic("me", TOKEN)) {
                json(200, r#"{"token":"t0ken","access_token":"t0ken"}"#)
            } else {
                json(401, r#"{"details":"incorrect username or password"}"#)
            }
        })
    }

    /// Shared by tests that are not about a registry: it accepts any credentials, but no anonymous login.
    pub fn shared() -> &'static Self {
        static SHARED: OnceLock<Registry> = OnceLock::new();
        SHARED.get_or_init(|| {
            Self::with_tokens("any", |heard| match heard.authorization {
                Some(_) => json(200, r#"{"token":"t0ken"}"#),
                None => json(401, "{}"),
            })
        })
    }

    /// The requests so far.
    pub fn heard(&self) -> Vec<Heard> {
        self.heard.lock().unwrap().clone()
    }

    /// The paths asked so far, in order, and whether there were credentials with them.
    pub fn asked(&self) -> Vec<(String, bool)> {
        let heard = self.heard().into_iter();
        heard
            .map(|heard| (heard.path, heard.authorization.is_some()))
            .collect()
    }

    /// How many requests had credentials.
    pub fn logins(&self) -> usize {
        self.asked().iter().filter(|(_, with)| *with).count()
    }
}

fn answer(stream: TcpStream, script: &Script, record: &Mutex<Vec<Heard>>) {
    let mut reader = BufReader::new(stream);
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        if !matches!(reader.read_line(&mut head), Ok(1..)) {
            return;
        }
    }
    let header = |name: &str| {
        let mut lines = head.lines().filter_map(|line| line.split_once(": "));
        let found = lines.find(|(key, _)| key.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.to_owned())
    };
    let request = Heard {
        path: head.split(' ').nth(1).unwrap_or_default().to_owned(),
        host: header("host").unwrap_or_default(),
        authorization: header("authorization"),
    };
    record.lock().unwrap().push(request.clone());
    let (status, headers, body) = script(&request);
    let mut stream = reader.into_inner();
    if status == 0 {
        // Never answers, as long as the client waits.
        let _ = stream.read_to_end(&mut Vec::new());
        return;
    }
    let mut reply = format!("HTTP/1.1 {status} Status\r\nConnection: close\r\n");
    for (name, value) in headers {
        write!(reply, "{name}: {value}\r\n").unwrap();
    }
    write!(reply, "Content-Length: {}\r\n\r\n", body.len()).unwrap();
    let _ = stream.write_all(reply.as_bytes());
    let _ = stream.write_all(&body);
    let _ = stream.flush();
}

/// The `Authorization` of a login.
pub fn basic(username: &str, token: &str) -> String {
    let plain = format!("{username}:{token}");
    format!("Basic {}", base64_padded(plain.as_bytes()))
}

pub fn json(status: u16, body: &str) -> Reply {
    let kind = ("Content-Type", "application/json".to_owned());
    (status, vec![kind], body.into())
}

/// The manifest of an image for two platforms.
pub fn manifest_list() -> Reply {
    let (status, mut headers, body) = json(
        200,
        r#"{"schemaVersion":2,"manifests":[
            {"platform":{"os":"linux","architecture":"amd64"}},
            {"platform":{"os":"linux","architecture":"arm64","variant":"v8"}}]}"#,
    );
    let digest = format!("sha256:{}", "0a".repeat(32));
    headers.push(("Docker-Content-Digest", digest));
    (status, headers, body)
}

pub fn page(status: u16) -> Reply {
    let kind = ("Content-Type", "text/html".to_owned());
    (status, vec![kind], "<html>Please accept</html>".into())
}

/// The 401 that says how to log in.
pub fn challenge(value: &str) -> Reply {
    let body = r#"{"errors":[{"code":"UNAUTHORIZED","message":"authentication required"}]}"#;
    let (status, mut headers, body) = json(401, body);
    headers.push(("WWW-Authenticate", value.to_owned()));
    (status, headers, body)
}

/// Never answers, as long as the client waits.
pub fn silence() -> Reply {
    (0, Vec::new(), Vec::new())
}

pub fn redirect(to: &str) -> Reply {
    (307, vec![("Location", to.to_owned())], Vec::new())
}

/// The base64 of a text.
pub fn base64_of(text: &str) -> String {
    base64_padded(text.as_bytes())
}
