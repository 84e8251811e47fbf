//! [`Connect`]: connections to servers, directly or by the proxy, opened when they are needed or
//! before.

use std::error::Error;
use std::fmt;
use std::future::{poll_fn, ready, Future};
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use http::Uri;
use hyper::rt::{Read, ReadBuf, Write};
use hyper_rustls::HttpsConnector;
use hyper_util::client::legacy::connect::dns::{GaiResolver, Name};
use hyper_util::client::legacy::connect::proxy::Tunnel;
use hyper_util::client::legacy::connect::{Connected, Connection, HttpConnector};
use tokio::task::JoinHandle;
use tower_service::Service;

use super::proxy::{Proxy, ThroughProxy};
use super::trust::Trust;

type BoxError = Box<dyn Error + Send + Sync>;
type Opened = Result<Box<dyn Stream>, BoxError>;

/// Opens connections: without TLS, with it, and with it by a proxy.
#[derive(Clone, Debug)]
pub struct Connect {
    tcp: HttpConnector<Resolver>,
    trust: Arc<Trust>,
    proxy: Option<Arc<Proxy>>,
    timeout: Option<Duration>,
    ahead: Ahead,
}

impl Connect {
    pub fn new(trust: Arc<Trust>, proxy: Option<Arc<Proxy>>) -> Self {
        let mut tcp = HttpConnector::new_with_resolver(Resolver(GaiResolver::new()));
        tcp.set_nodelay(true);
        tcp.enforce_http(false);
        Self {
            tcp,
            trust,
            proxy,
            timeout: None,
            ahead: Ahead::default(),
        }
    }

    /// The same, within a time; none is for ever.
    pub fn within(&self, timeout: Option<Duration>) -> Self {
        Self {
            timeout,
            ..self.clone()
        }
    }

    /// Opens the connection for the first request to a URL, while something else is waited for.
    /// Where that has failed by then, the request opens its own.
    pub fn open_ahead(self, url: &Uri) {
        let ahead = self.ahead.clone();
        ahead.put(url, self.open(url.clone()));
    }

    async fn open(self, url: Uri) -> Opened {
        match self.timeout {
            None => self.open_by_its_way(url).await,
            Some(limit) => match tokio::time::timeout(limit, self.open_by_its_way(url)).await {
                Ok(opened) => opened,
                Err(_) => Err(NoConnection.into()),
            },
        }
    }

    async fn open_by_its_way(mut self, url: Uri) -> Opened {
        if url.scheme_str() != Some("https") {
            return Ok(Box::new(self.tcp.call(url).await?));
        }
        let proxy = self.proxy.filter(|proxy| proxy.is_for(&url));
        let route = proxy.as_ref().map(|proxy| proxy.route()).transpose()?;
        let tls = self.trust.tls()?;
        let mut direct = HttpsConnector::from((self.tcp, Arc::clone(&tls)));
        let Some(route) = route else {
            return Ok(Box::new(direct.call(url).await?));
        };
        let tunnel = Tunnel::new(route.uri.clone(), direct);
        let tunnel = match &route.login {
            Some(login) => tunnel.with_auth(login.clone()),
            None => tunnel,
        };
        let by_proxy = HttpsConnector::from((tunnel, tls)).call(url).await;
        let address = route.address.clone();
        Ok(Box::new(
            by_proxy.map_err(|error| ThroughProxy { address, error })?,
        ))
    }
}

impl Service<Uri> for Connect {
    type Response = Box<dyn Stream>;
    type Error = BoxError;
    type Future = Pin<Box<dyn Future<Output = Opened> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, url: Uri) -> Self::Future {
        let connect = self.clone();
        Box::pin(async move {
            if let Some(opening) = connect.ahead.take(&url) {
                let has_ended = opening.is_finished();
                let stream = match opening.await {
                    // To try again would take twice the time.
                    Ok(Err(error)) if !has_ended => return Err(error),
                    opened => opened.ok().and_then(Result::ok),
                };
                if let Some(mut stream) = stream {
                    if is_open(&mut stream).await {
                        return Ok(stream);
                    }
                }
            }
            connect.open(url).await
        })
    }
}

/// Looks up hosts. `localhost` is this machine, whatever anyone says (RFC 6761, 6.3): what is sent
/// there without TLS must not leave it.
#[derive(Clone, Debug)]
struct Resolver(GaiResolver);

impl Service<Name> for Resolver {
    type Response = std::vec::IntoIter<SocketAddr>;
    type Error = io::Error;
    type Future = Pin<Box<dyn Future<Output = io::Result<Self::Response>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.0.poll_ready(context)
    }

    fn call(&mut self, name: Name) -> Self::Future {
        if name.as_str().eq_ignore_ascii_case("localhost") {
            let here = [
                IpAddr::from(Ipv4Addr::LOCALHOST),
                Ipv6Addr::LOCALHOST.into(),
            ];
            let here = here.map(|address| SocketAddr::new(address, 0)).to_vec();
            return Box::pin(ready(Ok(here.into_iter())));
        }
        let found = self.0.call(name);
        Box::pin(async move { Ok(found.await?.collect::<Vec<_>>().into_iter()) })
    }
}

/// That no connection came about in time.
#[derive(Debug, thiserror::Error)]
#[error("there was no connection in time")]
pub struct NoConnection;

/// Connections that are opened ahead.
#[derive(Clone, Debug, Default)]
struct Ahead(Arc<Mutex<Vec<Opening>>>);

#[derive(Debug)]
struct Opening {
    to: Uri,
    stream: JoinHandle<Opened>,
}

impl Ahead {
    fn put(&self, url: &Uri, stream: impl Future<Output = Opened> + Send + 'static) {
        let opening = Opening {
            to: url.clone(),
            stream: tokio::spawn(stream),
        };
        let mut openings = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        openings.push(opening);
    }

    /// The connection to a host, where one is opened or under way.
    fn take(&self, url: &Uri) -> Option<JoinHandle<Opened>> {
        let mut openings = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let is_there = |opening: &Opening| {
            opening.to.scheme() == url.scheme() && opening.to.authority() == url.authority()
        };
        let place = openings.iter().position(is_there)?;
        Some(openings.swap_remove(place).stream)
    }
}

/// Whether the server has kept it open: one that nothing is asked on may be closed.
async fn is_open(stream: &mut Box<dyn Stream>) -> bool {
    let mut byte = [0];
    let mut buffer = ReadBuf::new(&mut byte);
    let mut read =
        |context: &mut Context<'_>| Pin::new(&mut *stream).poll_read(context, buffer.unfilled());
    poll_fn(|context| Poll::Ready(read(context).is_pending())).await
}

/// An open connection, of whatever it is made.
pub trait Stream: Read + Write + Connection + Send + Unpin {}

impl<S: Read + Write + Connection + Send + Unpin> Stream for S {}

impl Connection for Box<dyn Stream> {
    fn connected(&self) -> Connected {
        (**self).connected()
    }
}

impl fmt::Debug for dyn Stream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Stream")
    }
}
