//! [`Account`]: an AWS account for one test, with a record of each request.

use std::collections::VecDeque;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::process::Child;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, OnceLock};

use serde_json::{json, Value};

use super::network::Listener;
use super::{python, Ended, Program, Words, TOKEN};

/// The server that all tests share.
struct Server {
    address: String,
    _process: Child,
}

fn server() -> &'static Server {
    static SERVER: OnceLock<Server> = OnceLock::new();
    SERVER.get_or_init(|| {
        let mut process = python("local_aws/run.py", &["--serve"]);
        let mut url = String::new();
        BufReader::new(process.stdout.take().unwrap())
            .read_line(&mut url)
            .unwrap();
        let address = url
            .trim()
            .strip_prefix("http://")
            .expect("the local AWS says its URL");
        Server {
            address: address.to_owned(),
            _process: process,
        }
    })
}

/// An account in the local AWS, behind a gateway that records requests and can answer them itself.
pub struct Account {
    pub url: String,
    pub id: String,
    state: Arc<State>,
    _listener: Listener,
}

#[derive(Default)]
struct State {
    requests: Mutex<Vec<Request>>,
    arrived: Condvar,
    answers: Mutex<Vec<Answer>>,
    /// Actions that are answered only after another one.
    held: Mutex<Vec<(String, String)>>,
    answered: Mutex<Vec<String>>,
    was_answered: Condvar,
}

/// A request as it arrived.
#[derive(Clone, Debug)]
pub struct Request {
    pub action: String,
    pub headers: String,
    pub body: Value,
}

struct Answer {
    action: String,
    left: Option<usize>,
    what: What,
}

#[derive(Clone)]
enum What {
    Bytes(Vec<u8>),
    /// Never answers, as long as the client waits.
    #[cfg(unix)]
    Stall,
    /// Forwards it, then closes the connection without an answer.
    Lose,
    /// Forwards it, then sends half of the answer.
    Cut,
    /// Closes the connection without forwarding it.
    Drop,
}

impl Account {
    pub fn new() -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(100_000_000_000);
        let id = NEXT.fetch_add(1, Ordering::Relaxed).to_string();
        let state = Arc::new(State::default());
        let (of_listener, account) = (Arc::clone(&state), id.clone());
        let listener = Listener::new(move |stream| serve(stream, &of_listener, &account));
        Self {
            url: format!("http://{}", listener.address),
            id,
            state,
            _listener: listener,
        }
    }

    /// Answers an action with an error of the service.
    pub fn refuse(&self, action: &str, status: u16, code: &str, message: &str) {
        let body = json!({"__type": code, "Message": message}).to_string();
        self.answer(action, status, "application/x-amz-json-1.1", &body, None);
    }

    /// Answers an action, once or always.
    pub fn answer(&self, action: &str, status: u16, kind: &str, body: &str, times: Option<usize>) {
        let bytes = format!(
            "HTTP/1.1 {status} Status\r\nContent-Type: {kind}\r\nContent-Length: {}\r\n\
             x-amzn-RequestId: 11112222-3333-4444-5555-666677778888\r\nConnection: close\r\n\r\n{body}",
            body.len()
        );
        self.push(action, times, What::Bytes(bytes.into_bytes()));
    }

    /// Forwards an action and loses the answer, once or always.
    pub fn lose(&self, action: &str, times: Option<usize>) {
        self.push(action, times, What::Lose);
    }

    /// Forwards an action and cuts the answer off.
    pub fn cut(&self, action: &str, times: Option<usize>) {
        self.push(action, times, What::Cut);
    }

    /// Answers an action only after another was answered.
    pub fn hold(&self, action: &str, until: &str) {
        let held = (action.to_owned(), until.to_owned());
        self.state.held.lock().unwrap().push(held);
    }

    /// Closes the connection without forwarding an action.
    pub fn drop(&self, action: &str, times: Option<usize>) {
        self.push(action, times, What::Drop);
    }

    /// Never answers an action.
    #[cfg(unix)]
    pub fn stall(&self, action: &str) {
        self.push(action, None, What::Stall);
    }

    /// Lets the local AWS answer everything again.
    pub fn heal(&self) {
        self.state.answers.lock().unwrap().clear();
    }

    fn push(&self, action: &str, left: Option<usize>, what: What) {
        let answer = Answer {
            action: action.to_owned(),
            left,
            what,
        };
        self.state.answers.lock().unwrap().push(answer);
    }

    /// The requests so far.
    pub fn requests(&self) -> Vec<Request> {
        self.state.requests.lock().unwrap().clone()
    }

    /// The actions so far, in order.
    pub fn actions(&self) -> Vec<String> {
        self.requests()
            .into_iter()
            .map(|request| request.action)
            .collect()
    }

    /// Waits until a request with this action has arrived.
    #[cfg(unix)]
    pub fn wait_for(&self, action: &str) {
        let end = std::time::Instant::now() + std::time::Duration::from_secs(30);
        let mut requests = self.state.requests.lock().unwrap();
        while !requests.iter().any(|request| request.action == action) {
            let left = end.saturating_duration_since(std::time::Instant::now());
            assert!(!left.is_zero(), "{action} did not arrive");
            requests = self.state.arrived.wait_timeout(requests, left).unwrap().0;
        }
    }

    /// Takes the actions out of the record. The first two are sorted, as they run side by side.
    pub fn take_actions_after_two_looks(&self) -> Vec<String> {
        let mut actions = self.take_actions();
        actions[..2].sort();
        actions
    }

    /// The actions so far in order, without the lookups of secrets and rules.
    pub fn actions_but_looks(&self) -> Vec<String> {
        let mut actions = self.actions();
        actions.retain(|action| !action.starts_with("Describe"));
        actions
    }

    /// Takes the actions so far out of the record.
    pub fn take_actions(&self) -> Vec<String> {
        let requests = std::mem::take(&mut *self.state.requests.lock().unwrap());
        requests.into_iter().map(|request| request.action).collect()
    }

    /// The body of the only request with this action.
    pub fn only(&self, action: &str) -> Value {
        let mut found: VecDeque<Request> = self.requests().into();
        found.retain(|request| request.action == action);
        assert_eq!(found.len(), 1, "{action} in {:?}", self.actions());
        found.pop_front().unwrap().body
    }

    /// Asks the local Secrets Manager, past the gateway.
    pub fn ask_in(&self, region: &str, action: &str, body: &Value) -> Value {
        ask_service(
            &self.id,
            ("secretsmanager", "secretsmanager"),
            region,
            action,
            body,
        )
    }

    /// Asks the ECR of the local AWS, past the gateway.
    pub fn ask_ecr(&self, action: &str, body: &Value) -> Value {
        let target = "AmazonEC2ContainerRegistry_V20150921";
        ask_service(&self.id, ("ecr", target), "us-east-1", action, body)
    }

    /// The rules of ECR.
    pub fn rules(&self) -> Value {
        self.ask_ecr("DescribePullThroughCacheRules", &json!({}))["pullThroughCacheRules"].clone()
    }

    /// Creates a repository creation template for pull through cache, with these settings.
    pub fn with_template(&self, prefix: &str, settings: &Value) {
        let mut template = settings.clone();
        template["prefix"] = prefix.into();
        template["appliedFor"] = json!(["PULL_THROUGH_CACHE"]);
        let answer = self.ask_ecr("CreateRepositoryCreationTemplate", &template);
        assert!(answer["repositoryCreationTemplate"].is_object(), "{answer}");
    }

    /// Creates a repository creation template for all rules that removes old images.
    pub fn with_lifecycle_policy(&self) {
        self.with_template("ROOT", &json!({"lifecyclePolicy": "{}"}));
    }

    /// Creates a customer managed key, and returns its ARN.
    pub fn new_key(&self) -> String {
        let answer = ask_service(
            &self.id,
            ("kms", "TrentService"),
            "us-east-1",
            "CreateKey",
            &json!({}),
        );
        answer["KeyMetadata"]["Arn"].as_str().unwrap().to_owned()
    }

    pub fn ask(&self, action: &str, body: &Value) -> Value {
        self.ask_in("us-east-1", action, body)
    }

    /// Creates a secret as another tool would, and returns its ARN.
    pub fn made(&self, name: &str) -> String {
        let value = json!({"username": "me", "accessToken": TOKEN});
        self.made_with(name, &value.to_string())
    }

    /// Creates a secret with this text, and returns its ARN.
    pub fn made_with(&self, name: &str, text: &str) -> String {
        // Without a request token, the local AWS gives every secret the same version id.
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let token = format!(
            "00000000-0000-4000-8000-{:012}",
            NEXT.fetch_add(1, Ordering::Relaxed)
        );
        let body = json!({"Name": name, "SecretString": text, "ClientRequestToken": token});
        let answer = self.ask("CreateSecret", &body);
        answer["ARN"].as_str().unwrap().to_owned()
    }

    /// Creates a secret with a customer managed key.
    #[cfg(unix)]
    pub fn made_with_key(&self, name: &str) {
        let value = json!({"username": "me", "accessToken": TOKEN}).to_string();
        let body = json!({"Name": name, "SecretString": value, "KmsKeyId": self.new_key()});
        self.ask("CreateSecret", &body);
    }

    /// Runs `ecr-ptc` with these words in this account.
    pub fn run(&self, words: &(impl Words + ?Sized)) -> Ended {
        Program::new(words).with(self).run()
    }

    /// The stored value of a secret.
    pub fn value(&self, name: &str) -> String {
        self.ask("GetSecretValue", &json!({"SecretId": name}))["SecretString"]
            .as_str()
            .unwrap()
            .to_owned()
    }

    /// Whether nothing is stored.
    pub fn is_empty(&self) -> bool {
        self.ask("ListSecrets", &json!({}))["SecretList"]
            .as_array()
            .unwrap()
            .is_empty()
    }
}

fn serve(mut stream: TcpStream, state: &State, account: &str) {
    // Connections are kept open by the client; each request is answered on a new one here.
    let Some((head, body)) = read_request(&mut stream) else {
        return;
    };
    let action = action_of(&head, &body);
    let parsed = serde_json::from_slice(&body)
        .unwrap_or_else(|_| Value::String(String::from_utf8_lossy(&body).into_owned()));
    let request = Request {
        action: action.clone(),
        headers: head.clone(),
        body: parsed,
    };
    state.requests.lock().unwrap().push(request);
    state.arrived.notify_all();
    wait_until_due(state, &action);
    let scripted = {
        let mut answers = state.answers.lock().unwrap();
        let found = answers
            .iter_mut()
            .find(|answer| answer.action == action && answer.left != Some(0));
        found.map(|answer| {
            answer.left = answer.left.map(|left| left - 1);
            answer.what.clone()
        })
    };
    match scripted {
        Some(What::Bytes(bytes)) => drop(stream.write_all(&bytes)),
        #[cfg(unix)]
        Some(What::Stall) => drop(stream.read_to_end(&mut Vec::new())),
        Some(What::Drop) => {}
        Some(What::Cut) => {
            let answer = forward(&for_account(&head, &body, account));
            let _ = stream.write_all(&answer[..answer.len() - 20]);
        }
        Some(What::Lose) => drop(forward(&for_account(&head, &body, account))),
        None => {
            let answer = forward(&for_account(&head, &body, account));
            drop(stream.write_all(&answer));
        }
    }
    state.answered.lock().unwrap().push(action);
    state.was_answered.notify_all();
}

fn wait_until_due(state: &State, action: &str) {
    let held = state.held.lock().unwrap().clone();
    for (_, until) in held.iter().filter(|(held, _)| held == action) {
        let mut answered = state.answered.lock().unwrap();
        while !answered.contains(until) {
            answered = state.was_answered.wait(answered).unwrap();
        }
    }
}

fn for_account(head: &str, body: &[u8], account: &str) -> Vec<u8> {
    let more = format!("\r\nx-moto-account-id: {account}\r\nConnection: close\r\n");
    let mut request = head.replacen("\r\n", &more, 1).into_bytes();
    request.extend(body);
    request
}

fn forward(request: &[u8]) -> Vec<u8> {
    let mut upstream = TcpStream::connect(&server().address).unwrap();
    upstream.write_all(request).unwrap();
    // Otherwise the local AWS waits for more, ten milliseconds with each answer.
    let _ = upstream.shutdown(Shutdown::Write);
    let mut answer = Vec::new();
    upstream.read_to_end(&mut answer).unwrap();
    answer
}

pub fn read_request(stream: &mut impl Read) -> Option<(String, Vec<u8>)> {
    let mut reader = BufReader::new(stream);
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        if reader.read_line(&mut head).ok()? == 0 {
            return None;
        }
    }
    let length = header(&head, "content-length")
        .and_then(|length| length.parse().ok())
        .unwrap_or(0);
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    Some((head, body))
}

fn header<'h>(head: &'h str, name: &str) -> Option<&'h str> {
    head.lines().find_map(|line| {
        let (key, value) = line.split_once(':')?;
        key.eq_ignore_ascii_case(name).then(|| value.trim())
    })
}

/// The operation: of the JSON protocol by its header, of STS by its form.
pub fn action_of(head: &str, body: &[u8]) -> String {
    if let Some(target) = header(head, "x-amz-target") {
        return target.rsplit('.').next().unwrap_or_default().to_owned();
    }
    let form = String::from_utf8_lossy(body);
    let action = form
        .split('&')
        .find_map(|pair| pair.strip_prefix("Action="));
    action.unwrap_or_default().to_owned()
}

fn ask_service(
    account: &str,
    (service, target): (&str, &str),
    region: &str,
    action: &str,
    body: &Value,
) -> Value {
    let body = body.to_string();
    let request = format!(
        "POST / HTTP/1.1\r\nHost: {service}\r\nX-Amz-Target: {target}.{action}\r\n\
         Authorization: AWS4-HMAC-SHA256 Credential=x/20260101/{region}/{service}/aws4_request, \
         SignedHeaders=host, Signature=x\r\nx-moto-account-id: {}\r\nContent-Length: {}\r\n\
         Content-Type: application/x-amz-json-1.1\r\nConnection: close\r\n\r\n{body}",
        account,
        body.len()
    );
    let answer = forward(request.as_bytes());
    let text = String::from_utf8(answer).unwrap();
    let body = text.split_once("\r\n\r\n").unwrap().1;
    serde_json::from_str(body).unwrap_or_else(|_| panic!("{action}: {text}"))
}
