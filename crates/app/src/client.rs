//! Sends one signed request and reads the answer, over HTTP or HTTPS. Knows transport only: no credentials, no
//! operation, no terminal. It follows no redirect, retries nothing and asks for no compression, because a signature is
//! good for one request and an answer is shown byte for byte.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use http::uri::PathAndQuery;
use http::{HeaderMap, Method, Uri};
use ramward_rpc::request::SignedRequest;
use ureq::tls::{PemItem, RootCerts, TlsConfig};
use ureq::{Agent, AsSendBody};

use crate::refusal::Refusal;

/// Where a server of this machine listens unless told otherwise.
pub const DEFAULT_ENDPOINT: &str = "http://127.0.0.1:8686";

/// The largest answer that is read. A page of an operation stays far below.
const MAX_ANSWER_BYTES: u64 = 256 * 1024 * 1024;

/// The address of a server: scheme, host and port.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoint {
    scheme: &'static str,
    authority: String,
    host: String,
}

/// Why a text is not an endpoint.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{reason}; write it as http://HOST:PORT or https://HOST, like {DEFAULT_ENDPOINT}")]
pub struct EndpointError {
    reason: &'static str,
}

impl Endpoint {
    /// Host and port as the `Host` header carries them.
    pub fn authority(&self) -> &str {
        &self.authority
    }

    /// Whether it can only be reached from this machine.
    pub fn is_loopback(&self) -> bool {
        let host = self.host.trim_start_matches('[').trim_end_matches(']');
        host.eq_ignore_ascii_case("localhost")
            || host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
    }
}

impl FromStr for Endpoint {
    type Err = EndpointError;

    fn from_str(text: &str) -> Result<Self, EndpointError> {
        let refuse = |reason| Err(EndpointError { reason });
        let Ok(uri) = text.parse::<Uri>() else {
            return refuse("this is not a URL");
        };
        let scheme = match uri.scheme_str() {
            Some("http") => "http",
            Some("https") => "https",
            Some(_) => return refuse("only http and https are spoken"),
            None => return refuse("the scheme is missing"),
        };
        let Some(authority) = uri.authority().filter(|authority| !authority.host().is_empty()) else {
            return refuse("the host is missing");
        };
        if authority.as_str().contains('@') {
            return refuse(
                "a user name in the URL means nothing here: credentials come from the environment or a profile",
            );
        }
        if !matches!(uri.path(), "" | "/") || uri.query().is_some() {
            return refuse("an endpoint has no path and no query");
        }
        Ok(Self { scheme, authority: authority.as_str().to_owned(), host: authority.host().to_owned() })
    }
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}", self.scheme, self.authority)
    }
}

/// How long to wait, and whom to trust.
#[derive(Debug, Clone)]
pub struct ClientOptions {
    /// For name look-up and connection together.
    pub connect: Duration,
    /// For the whole call, from the first byte sent to the last one read.
    pub whole: Duration,
    /// A PEM file of certification authorities that replaces the built-in ones.
    pub ca_bundle: Option<PathBuf>,
}

impl Default for ClientOptions {
    fn default() -> Self {
        Self { connect: Duration::from_secs(5), whole: Duration::from_secs(60), ca_bundle: None }
    }
}

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// Nothing listens there, or nothing lets us through.
    #[error(
        "cannot connect to {endpoint}: {reason}; start a server with `ramward serve`, or name another one with --endpoint"
    )]
    Connect {
        /// Where to.
        endpoint: String,
        /// What the system said.
        reason: String,
    },
    /// The server did not answer in time.
    #[error("no answer from {endpoint} within {seconds} s; try again, or wait longer with --timeout SECONDS")]
    Timeout {
        /// From whom.
        endpoint: String,
        /// How long was waited.
        seconds: u64,
    },
    /// The connection is not trusted or not TLS.
    #[error(
        "no TLS connection to {endpoint}: {reason}; if the server has a CA of its own, name its certificate with ALIBABA_CLOUD_CA_BUNDLE=FILE"
    )]
    Tls {
        /// With whom.
        endpoint: String,
        /// What the TLS library said.
        reason: String,
    },
    /// The connection ended early, or what came over it was not HTTP.
    #[error(
        "{endpoint} broke off its answer: {reason}; check that the endpoint is a Ramward or an Alibaba Cloud server"
    )]
    Broken {
        /// Who.
        endpoint: String,
        /// How.
        reason: String,
    },
    /// The answer is larger than any operation's.
    #[error("the answer of {endpoint} is larger than {} MiB; check that the endpoint is a Ramward or an Alibaba Cloud server", MAX_ANSWER_BYTES / 1024 / 1024)]
    TooLarge {
        /// Who.
        endpoint: String,
    },
    /// The request holds something that HTTP cannot carry.
    #[error("the request cannot be sent: {0}; check the endpoint and the credentials for control characters")]
    Unsendable(String),
    /// The file of certification authorities cannot be used.
    #[error("the CA file {path} cannot be used: {reason}; it must hold PEM certificates")]
    CaBundle {
        /// Its name.
        path: String,
        /// What is wrong.
        reason: String,
    },
}

/// What came back.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// The headers.
    pub headers: HeaderMap,
    /// The body, byte for byte.
    pub body: Vec<u8>,
}

impl Answer {
    /// Why the call was refused; `None` if it was not. Only a status of 200 to 299 is a success: nobody is redirected.
    pub fn refusal(&self) -> Option<Refusal> {
        if (200..300).contains(&self.status) {
            return None;
        }
        let header = |name| self.headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
        let mut refusal = Refusal::read(self.status, &self.body);
        if refusal.request_id.is_none() {
            refusal.request_id = header("x-acs-request-id");
        }
        refusal.location = header("location").filter(|_| (300..400).contains(&self.status));
        Some(refusal)
    }
}

/// An HTTP client for one server.
#[derive(Debug)]
pub struct Client {
    agent: Agent,
    endpoint: Endpoint,
    whole: Duration,
}

impl Client {
    /// A client for `endpoint`. Nothing is sent yet.
    ///
    /// # Errors
    /// A CA file that cannot be read or holds no certificate.
    pub fn new(endpoint: Endpoint, options: &ClientOptions) -> Result<Self, ClientError> {
        let mut tls = TlsConfig::builder();
        if let Some(path) = &options.ca_bundle {
            tls = tls.root_certs(read_ca_bundle(path)?);
        }
        let mut config = Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .user_agent(concat!("ramward/", env!("CARGO_PKG_VERSION")))
            .accept("")
            .accept_encoding("")
            .timeout_resolve(Some(options.connect))
            .timeout_connect(Some(options.connect))
            .timeout_global(Some(options.whole))
            .max_idle_connections(1)
            .tls_config(tls.build());
        if endpoint.is_loopback() {
            // A proxy on another machine could only reach its own loopback address.
            config = config.proxy(None);
        }
        Ok(Self { agent: config.build().new_agent(), endpoint, whole: options.whole })
    }

    /// Sends a signed request.
    ///
    /// # Errors
    /// No complete HTTP answer; a refusal is an answer.
    pub fn send(&self, request: &SignedRequest) -> Result<Answer, ClientError> {
        let mut builder = http::Request::builder()
            .method(request.method.clone())
            .uri(format!("{}{}", self.endpoint, request.path_and_query));
        for (name, value) in &request.headers {
            builder = builder.header(name, value);
        }
        // `()` with POST would be sent as an empty chunked body; a Vec with GET is refused even if it is empty.
        if request.method == Method::GET && request.body.is_empty() {
            self.run(builder.body(()))
        } else {
            self.run(builder.body(request.body.clone()))
        }
    }

    /// Fetches a document that needs no signature.
    ///
    /// # Errors
    /// As [`Client::send`].
    pub fn fetch(&self, path_and_query: &PathAndQuery) -> Result<Answer, ClientError> {
        self.run(http::Request::get(format!("{}{path_and_query}", self.endpoint)).body(()))
    }

    fn run(&self, request: http::Result<http::Request<impl AsSendBody>>) -> Result<Answer, ClientError> {
        let request = request.map_err(|error| ClientError::Unsendable(error.to_string()))?;
        let response = self.agent.run(request).map_err(|error| self.explain(error))?;
        let (head, mut body) = response.into_parts();
        let body =
            body.with_config().limit(MAX_ANSWER_BYTES).read_to_vec().map_err(|error| self.explain(error))?;
        Ok(Answer { status: head.status.as_u16(), headers: head.headers, body })
    }

    fn explain(&self, error: ureq::Error) -> ClientError {
        let endpoint = self.endpoint.to_string();
        let broken = |endpoint, reason: &dyn fmt::Display| ClientError::Broken {
            endpoint,
            reason: reason.to_string(),
        };
        match error {
            ureq::Error::Timeout(ureq::Timeout::Resolve | ureq::Timeout::Connect) => {
                ClientError::Connect { endpoint, reason: "nobody answered in time".into() }
            }
            ureq::Error::Timeout(_) => ClientError::Timeout { endpoint, seconds: self.whole.as_secs() },
            ureq::Error::HostNotFound => ClientError::Connect { endpoint, reason: "no such host".into() },
            ureq::Error::ConnectionFailed => {
                ClientError::Connect { endpoint, reason: "the connection failed".into() }
            }
            ureq::Error::ConnectProxyFailed(reason) => ClientError::Connect {
                endpoint,
                reason: format!("the proxy of the environment refused: {reason}"),
            },
            ureq::Error::InvalidProxyUrl => {
                ClientError::Connect { endpoint, reason: "the proxy of the environment is not a URL".into() }
            }
            ureq::Error::Rustls(error) => ClientError::Tls { endpoint, reason: error.to_string() },
            ureq::Error::Tls(reason) => ClientError::Tls { endpoint, reason: reason.into() },
            ureq::Error::BodyExceedsLimit(_) => ClientError::TooLarge { endpoint },
            ureq::Error::Http(error) => ClientError::Unsendable(error.to_string()),
            ureq::Error::BadUri(reason) => ClientError::Unsendable(reason),
            ureq::Error::Io(error) => self.explain_io(error),
            other => broken(endpoint, &other),
        }
    }

    fn explain_io(&self, error: io::Error) -> ClientError {
        let endpoint = self.endpoint.to_string();
        // Errors of the handshake arrive wrapped in one of the socket.
        if let Some(inner) = error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>()) {
            return ClientError::Tls { endpoint, reason: inner.to_string() };
        }
        match error.kind() {
            io::ErrorKind::ConnectionRefused => {
                ClientError::Connect { endpoint, reason: "connection refused".into() }
            }
            io::ErrorKind::HostUnreachable
            | io::ErrorKind::NetworkUnreachable
            | io::ErrorKind::AddrNotAvailable => ClientError::Connect { endpoint, reason: error.to_string() },
            io::ErrorKind::UnexpectedEof | io::ErrorKind::ConnectionReset | io::ErrorKind::BrokenPipe => {
                ClientError::Broken { endpoint, reason: "the connection was closed".into() }
            }
            _ => ClientError::Broken { endpoint, reason: error.to_string() },
        }
    }
}

fn read_ca_bundle(path: &Path) -> Result<RootCerts, ClientError> {
    let refuse = |reason: String| ClientError::CaBundle { path: path.display().to_string(), reason };
    let pem = std::fs::read(path).map_err(|error| refuse(error.to_string()))?;
    let mut certificates = Vec::new();
    for item in ureq::tls::parse_pem(&pem) {
        if let PemItem::Certificate(certificate) = item.map_err(|error| refuse(error.to_string()))? {
            certificates.push(certificate);
        }
    }
    if certificates.is_empty() {
        return Err(refuse("it holds no certificate".into()));
    }
    Ok(RootCerts::Specific(Arc::new(certificates)))
}
