//! Asking a provider over HTTPS: what every adapter shares. It knows of no provider, decides nothing and repeats
//! nothing; whether a question went out is all that it adds to the answer.

use std::sync::Arc;
use std::time::Duration;

use http_body_util::{BodyExt as _, Full, Limited};
use hyper::body::Bytes;
use hyper::header::{HeaderName, HeaderValue};
use hyper::{Method, Request, StatusCode};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use rustls::{ClientConfig, RootCertStore};

/// How long a connection may take to stand.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// How long a provider may take for its whole answer. Two of these fit into the worker's patience with a job.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(20);

/// How long a connection is kept open for the next question.
const IDLE_TIMEOUT: Duration = Duration::from_secs(60);

/// How many connections to one provider wait for the next question.
const MAX_IDLE: usize = 8;

/// The largest answer that is read, in bytes.
const MAX_ANSWER: usize = 4 << 20;

/// A question to a provider.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Question {
    /// What is done to what the path names.
    pub method: Method,
    /// The path with its query, from the provider's address on.
    pub path: String,
    /// What is sent beside what every question to this provider has.
    pub headers: Vec<(&'static str, String)>,
    /// What is sent.
    pub body: String,
}

/// What a provider answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    /// 200 and so on.
    pub status: u16,
    /// Whole, as it came.
    pub body: Vec<u8>,
}

/// Why there is no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Silence {
    /// No connection stood: the question certainly did not arrive.
    NotSent(String),
    /// The question may have arrived.
    NoAnswer(String),
}

/// One provider's address, and the connections to it. Cheap to clone; clones share the connections.
#[derive(Clone)]
pub struct Sender {
    client: Client<HttpsConnector<HttpConnector>, Full<Bytes>>,
    address: String,
    answer_timeout: Duration,
}

impl Sender {
    /// A sender to what stands behind this address, such as `https://api.stripe.com`.
    ///
    /// # Errors
    /// The address is none, or would carry secrets in the clear to another machine.
    pub fn to(address: &str) -> Result<Self, String> {
        let address = address.trim_end_matches('/');
        check_address(address)?;
        let mut http = HttpConnector::new();
        http.enforce_http(false);
        http.set_connect_timeout(Some(CONNECT_TIMEOUT));
        http.set_nodelay(true);
        let https = HttpsConnectorBuilder::new()
            .with_webpki_roots()
            .https_or_http()
            .enable_http1()
            .wrap_connector(http);
        let client = Client::builder(TokioExecutor::new())
            .pool_idle_timeout(IDLE_TIMEOUT)
            .pool_max_idle_per_host(MAX_IDLE)
            .pool_timer(TokioTimer::new())
            .build(https);
        Ok(Self {
            client,
            address: address.to_owned(),
            answer_timeout: ANSWER_TIMEOUT,
        })
    }

    /// With another patience than a provider's usual one.
    #[must_use]
    pub fn waiting(mut self, answer_timeout: Duration) -> Self {
        self.answer_timeout = answer_timeout;
        self
    }

    /// Asks once.
    ///
    /// # Errors
    /// [`Silence`], which says whether the question may have arrived.
    pub async fn ask(&self, question: Question) -> Result<Reply, Silence> {
        let request = self.request(question).map_err(Silence::NotSent)?;
        match tokio::time::timeout(self.answer_timeout, self.exchange(request)).await {
            Ok(reply) => reply,
            Err(_) => Err(Silence::NoAnswer("no answer in time".to_owned())),
        }
    }

    fn request(&self, question: Question) -> Result<Request<Full<Bytes>>, String> {
        let mut request = Request::builder()
            .method(question.method)
            .uri(format!("{}{}", self.address, question.path));
        for (name, value) in question.headers {
            let name = HeaderName::from_static(name);
            let mut value = HeaderValue::from_str(&value)
                .map_err(|_| format!("the header {name} cannot be sent"))?;
            value.set_sensitive(name == hyper::header::AUTHORIZATION);
            request = request.header(name, value);
        }
        let body = Full::new(Bytes::from(question.body));
        request.body(body).map_err(|error| error.to_string())
    }

    async fn exchange(&self, request: Request<Full<Bytes>>) -> Result<Reply, Silence> {
        let response = self.client.request(request).await.map_err(|error| {
            let told = told(&error);
            if error.is_connect() {
                Silence::NotSent(told)
            } else {
                Silence::NoAnswer(told)
            }
        })?;
        let status: StatusCode = response.status();
        let body = Limited::new(response.into_body(), MAX_ANSWER)
            .collect()
            .await
            .map_err(|error| Silence::NoAnswer(format!("the answer was cut: {error}")))?;
        Ok(Reply {
            status: status.as_u16(),
            body: body.to_bytes().to_vec(),
        })
    }
}

/// An error with its causes, which alone say what went wrong.
pub(crate) fn told(error: &dyn std::error::Error) -> String {
    let mut told = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        told = format!("{told}: {error}");
        cause = error.source();
    }
    told
}

/// Trusts whom this machine trusts, else whom browsers trust. The machine's list is where a merchant adds a server of
/// their own; `SSL_CERT_FILE` names another one.
pub(crate) fn trusting() -> ClientConfig {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    if roots.is_empty() {
        roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
    }
    // Named, since another part of the program may bring a second one, and then there is no default.
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("the provider knows the versions that it was built with")
        .with_root_certificates(roots)
        .with_no_client_auth()
}

/// Only this machine is asked without TLS.
fn check_address(address: &str) -> Result<(), String> {
    let uri: hyper::Uri = address
        .parse()
        .map_err(|_| format!("{address:?} is not an address; write https://api.example"))?;
    match (uri.scheme_str(), uri.host()) {
        (Some("https"), Some(_)) => Ok(()),
        (Some("http"), Some("127.0.0.1" | "localhost" | "[::1]")) => Ok(()),
        _ => Err(format!("{address:?} does not begin with https://")),
    }
}
