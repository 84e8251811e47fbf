//! [`Wire`]: a proxy in front of TLS servers that records connections, requests and answers
//! in order.

use std::io::Write;
use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;

use rustls::{ServerConnection, StreamOwned};

use super::aws::{action_of, read_request};
use super::network::{ask, Listener};
use super::{Authority, Program};

/// Connections to these hosts go to servers at `http://…`; each is kept open.
pub struct Wire {
    listener: Listener,
    pem: String,
    state: Arc<State>,
}

#[derive(Default)]
struct State {
    /// `connect HOST`, `hello HOST`, `ask HOST WHAT` and `answer HOST WHAT`, where WHAT is the
    /// operation of AWS, or the path.
    seen: Mutex<Vec<String>>,
    arrived: Condvar,
    /// Answers that wait for another event.
    held: Mutex<Vec<(String, String)>>,
}

impl State {
    fn see(&self, event: String) {
        self.seen.lock().unwrap().push(event);
        self.arrived.notify_all();
    }

    /// Waits for what an answer is held for; not for ever, so that a test which waits in vain sees
    /// the wrong order.
    fn wait_until_due(&self, event: &str) {
        let held = self.held.lock().unwrap().clone();
        for (_, until) in held.iter().filter(|(held, _)| held == event) {
            let is_missing = |seen: &mut Vec<String>| !seen.contains(until);
            let seen = self.seen.lock().unwrap();
            let limit = Duration::from_secs(5);
            let waited = self.arrived.wait_timeout_while(seen, limit, is_missing);
            drop(waited);
        }
    }
}

impl Wire {
    pub fn to(servers: &[(&str, &str)]) -> Self {
        let authority = Authority::new();
        let hosts: Vec<&str> = servers.iter().map(|(host, _)| *host).collect();
        let tls = authority.tls(&hosts);
        let servers = servers.iter().map(|(host, url)| {
            let address = url.split("//").last().unwrap();
            ((*host).to_owned(), address.to_owned())
        });
        let servers: Vec<(String, String)> = servers.collect();
        let state = Arc::new(State::default());
        let seen = Arc::clone(&state);
        let listener = Listener::new(move |mut stream| {
            let Some((head, _)) = read_request(&mut stream) else {
                return;
            };
            let host = head.split([' ', ':']).nth(1).unwrap().to_owned();
            seen.see(format!("connect {host}"));
            let Some((_, target)) = servers.iter().find(|(known, _)| *known == host) else {
                return;
            };
            stream
                .write_all(b"HTTP/1.1 200 Connection established\r\n\r\n")
                .unwrap();
            let connection = ServerConnection::new(Arc::clone(&tls)).unwrap();
            let mut stream = StreamOwned::new(connection, stream);
            while stream.conn.is_handshaking() {
                if stream.conn.complete_io(&mut stream.sock).is_err() {
                    return;
                }
            }
            seen.see(format!("hello {host}"));
            while let Some((head, body)) = read_request(&mut stream) {
                let what = match action_of(&head, &body).as_str() {
                    "" => head.split(' ').nth(1).unwrap().to_owned(),
                    action => action.to_owned(),
                };
                seen.see(format!("ask {host} {what}"));
                let answer = kept_open(&ask(target, &head, &body));
                let answered = format!("answer {host} {what}");
                seen.wait_until_due(&answered);
                seen.see(answered);
                if stream.write_all(&answer).is_err() {
                    return;
                }
            }
        });
        let pem = authority.pem();
        Self {
            listener,
            pem,
            state,
        }
    }

    /// Holds an answer until another event.
    pub fn hold(&self, answer: &str, until: &str) {
        let held = (answer.to_owned(), until.to_owned());
        self.state.held.lock().unwrap().push(held);
    }

    /// A run that reaches the servers, without an endpoint setting.
    pub fn reached_by(&self, program: Program) -> Program {
        let bundle = program.file("ca.pem", &self.pem);
        let proxy = format!("http://{}", self.listener.address);
        program
            .without("AWS_ENDPOINT_URL")
            .without("ECR_PTC_VERIFY")
            .env("HTTPS_PROXY", proxy)
            .env("AWS_CA_BUNDLE", bundle)
    }

    /// The events so far, in order.
    pub fn seen(&self) -> Vec<String> {
        self.state.seen.lock().unwrap().clone()
    }

    /// The events of a host, without its name.
    pub fn seen_of(&self, host: &str) -> Vec<String> {
        let words = |event: String| {
            let (what, rest) = event.split_once(' ')?;
            let (of, more) = rest.split_once(' ').unwrap_or((rest, ""));
            (of == host).then(|| format!("{what} {more}").trim().to_owned())
        };
        self.seen().into_iter().filter_map(words).collect()
    }

    /// Whether one event came before the other; both must exist.
    pub fn is_in_order(&self, first: &str, second: &str) -> bool {
        let seen = self.seen();
        let place = |event: &str| seen.iter().position(|seen| seen == event);
        match (place(first), place(second)) {
            (Some(first), Some(second)) => first < second,
            _ => false,
        }
    }
}

/// The same answer without its word that the connection ends.
fn kept_open(answer: &[u8]) -> Vec<u8> {
    let end = answer.windows(4).position(|bytes| bytes == b"\r\n\r\n");
    let (head, body) = answer.split_at(end.unwrap_or(answer.len()));
    let head = String::from_utf8_lossy(head);
    let lines = head
        .split("\r\n")
        .filter(|line| !line.to_ascii_lowercase().starts_with("connection:"));
    let head: Vec<&str> = lines.collect();
    [head.join("\r\n").as_bytes(), body].concat()
}
