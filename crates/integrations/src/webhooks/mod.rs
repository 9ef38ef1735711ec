//! Webhooks out: a message to an address, signed as Standard Webhooks has it, to nothing but public addresses unless
//! whoever runs the desk allows others. What it decides on is the address that is connected to, not the name.

mod address;
mod signature;

use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use async_trait::async_trait;
use domain::webhook::WebhookRefusal;
use engine::outlet::{Endpoints, Post, Posted, Reply};
use http_body_util::{BodyExt as _, Full};
use hyper::body::{Bytes, Incoming};
use hyper::header::{CONTENT_TYPE, RETRY_AFTER, USER_AGENT};
use hyper::{Request, Response};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::client::legacy::connect::dns::Name;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use jiff::Timestamp;
use tokio::time::Instant;
use tower_service::Service;

pub use address::is_public;
pub use signature::sign;

use crate::sending::{told, trusting};

/// How long an endpoint may take: to be connected to, to take the message, and to answer.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(15);

/// How long a connection may take to stand.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// How long a connection is kept open for the next message.
const IDLE_TIMEOUT: Duration = Duration::from_secs(30);

/// How many connections to one endpoint wait for the next message: as many as are on their way to it at once.
const MAX_IDLE: usize = 16;

/// How much of an answer is read and kept, in bytes.
const EXCERPT: usize = 4096;

/// The addresses a name leads to.
type Looked = Pin<Box<dyn Future<Output = std::io::Result<Vec<IpAddr>>> + Send>>;

/// Finds out the addresses a name leads to.
pub type Lookup = Arc<dyn Fn(String) -> Looked + Send + Sync>;

/// Sends messages over HTTPS. Cheap to clone; clones share the connections.
#[derive(Clone)]
pub struct Courier {
    client: Client<HttpsConnector<HttpConnector<Guard>>, Full<Bytes>>,
    allow_private: bool,
    answer_timeout: Duration,
}

impl Courier {
    /// A courier that goes to public addresses over HTTPS; where `allow_private` says so to any address, and without TLS
    /// where one begins with `http://`.
    pub fn new(allow_private: bool) -> Self {
        Self::looking_up(allow_private, Arc::new(|name| Box::pin(ask_system(name))))
    }

    /// The same with another way to find out where a name leads.
    pub fn looking_up(allow_private: bool, lookup: Lookup) -> Self {
        let guard = Guard {
            lookup,
            allow_private,
        };
        let mut http = HttpConnector::new_with_resolver(guard);
        http.enforce_http(false);
        http.set_connect_timeout(Some(CONNECT_TIMEOUT));
        http.set_nodelay(true);
        let https = HttpsConnectorBuilder::new()
            .with_tls_config(trusting())
            .https_or_http()
            .enable_http1()
            .wrap_connector(http);
        let client = Client::builder(TokioExecutor::new())
            .pool_idle_timeout(IDLE_TIMEOUT)
            .pool_max_idle_per_host(MAX_IDLE)
            .pool_timer(TokioTimer::new())
            .build(https);
        Self {
            client,
            allow_private,
            answer_timeout: ANSWER_TIMEOUT,
        }
    }

    /// With another patience, for tests.
    #[must_use]
    pub fn waiting(self, answer_timeout: Duration) -> Self {
        Self {
            answer_timeout,
            ..self
        }
    }

    async fn exchange(&self, post: &Post, headers: &[(String, String)]) -> Result<Reply, String> {
        // Looked at each time: what is allowed may be another than when the address was set.
        let url = address::check(&post.url, self.allow_private).map_err(|no| no.to_string())?;
        let mut request = Request::post(url.as_str());
        for (name, value) in headers {
            request = request.header(name, value);
        }
        let body = Full::new(Bytes::from(post.body.clone()));
        let request = request.body(body).map_err(|error| error.to_string())?;
        let response = self.client.request(request).await;
        let response = response.map_err(|error| told(&error))?;
        let retry_after_s = retry_after_s(&response, post.at);
        let status = response.status().as_u16();
        let excerpt = excerpt(response.into_body()).await?;
        Ok(Reply {
            status,
            excerpt,
            retry_after_s,
        })
    }
}

#[async_trait]
impl Endpoints for Courier {
    fn check(&self, url: &str) -> Result<(), WebhookRefusal> {
        address::check(url, self.allow_private).map(|_| ())
    }

    async fn post(&self, post: &Post) -> Posted {
        let begun = Instant::now();
        let headers = headers_of(post);
        let exchange = self.exchange(post, &headers);
        let outcome = match tokio::time::timeout(self.answer_timeout, exchange).await {
            Ok(outcome) => outcome,
            Err(_) => Err(format!("no whole answer within {:?}", self.answer_timeout)),
        };
        Posted {
            headers,
            outcome,
            took: begun.elapsed(),
        }
    }
}

fn headers_of(post: &Post) -> Vec<(String, String)> {
    let at_s = post.at.as_second();
    let signature = sign(&post.secrets, &post.id, at_s, &post.body);
    let agent = concat!("Bordereau/", env!("CARGO_PKG_VERSION"));
    [
        (CONTENT_TYPE.as_str(), "application/json".to_owned()),
        (USER_AGENT.as_str(), agent.to_owned()),
        ("webhook-id", post.id.clone()),
        ("webhook-timestamp", at_s.to_string()),
        ("webhook-signature", signature),
    ]
    .map(|(name, value)| (name.to_owned(), value))
    .into()
}

/// When it wants to be asked again: so many seconds, or a time.
fn retry_after_s(response: &Response<Incoming>, now: Timestamp) -> Option<u64> {
    let value = response.headers().get(RETRY_AFTER)?.to_str().ok()?.trim();
    let until = |text| {
        let time = jiff::fmt::rfc2822::parse(text).ok()?;
        u64::try_from(time.timestamp().duration_since(now).as_secs()).ok()
    };
    value.parse().ok().or_else(|| until(value))
}

/// The beginning of an answer; of one that is longer no more is read.
async fn excerpt(mut body: Incoming) -> Result<String, String> {
    let mut read = Vec::new();
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|error| format!("the answer was cut: {}", told(&error)))?;
        read.extend_from_slice(frame.data_ref().map_or(&[], |data| data));
        if read.len() >= EXCERPT {
            read.truncate(EXCERPT);
            break;
        }
    }
    Ok(String::from_utf8_lossy(&read).replace('\0', "\u{fffd}"))
}

async fn ask_system(name: String) -> std::io::Result<Vec<IpAddr>> {
    let found = tokio::net::lookup_host((name, 0)).await?;
    Ok(found.map(|address| address.ip()).collect())
}

/// Looks up names, and lets through only the addresses that messages may go to: a connection is made to what comes out
/// here and to nothing else, so a name that leads elsewhere the next time does not get past.
#[derive(Clone)]
struct Guard {
    lookup: Lookup,
    allow_private: bool,
}

impl Service<Name> for Guard {
    type Response = std::vec::IntoIter<SocketAddr>;
    type Error = std::io::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Self::Error>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, name: Name) -> Self::Future {
        let (name, allow_private) = (name.as_str().to_owned(), self.allow_private);
        let looked = (self.lookup)(name.clone());
        Box::pin(async move {
            let found = looked.await?.into_iter();
            let allowed = found.filter(|ip| allow_private || is_public(*ip));
            // The port is the address's own; the connector puts it in.
            let allowed: Vec<_> = allowed.map(|ip| SocketAddr::new(ip, 0)).collect();
            if allowed.is_empty() {
                return Err(std::io::Error::other(WebhookRefusal::UrlPrivate {
                    host: name,
                }));
            }
            Ok(allowed.into_iter())
        })
    }
}
