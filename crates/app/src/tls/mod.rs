//! TLS of the doors: which certificate a client is shown, and where it comes from. Knows no HTTP and no socket.
//!
//! Without a certificate of the operator's own, [`authority`] is made once in the data directory and [`leaves`] issues from
//! it, in memory, for as long as the server runs.

pub mod authority;
pub mod given;
pub mod leaves;
pub mod vendor_hosts;

use std::path::PathBuf;
use std::sync::Arc;

use rustls::ServerConfig;
use rustls::crypto::CryptoProvider;
use rustls::server::ResolvesServerCert;
use rustls::version::{TLS12, TLS13};
use tokio_rustls::TlsAcceptor;

/// Why there is no certificate to show.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// A file of the authority or of the operator cannot be read or written.
    #[error("cannot {doing} {}: {reason}; check the path and its rights", path.display())]
    File {
        /// What was tried.
        doing: &'static str,
        /// The file.
        path: PathBuf,
        /// What the system says.
        reason: std::io::Error,
    },
    /// A file holds something else than it should.
    #[error("{} {reason}", path.display())]
    Content {
        /// The file.
        path: PathBuf,
        /// What is wrong with it, and what to do.
        reason: String,
    },
    /// One of the two files of a certificate.
    #[error(
        "a certificate has two files: give --tls-cert and --tls-key together, or neither to use the generated one"
    )]
    HalfPair,
    /// A name that no certificate can carry.
    #[error(
        "--tls-san {0:?} is neither a host name nor an address; write names and addresses separated by commas"
    )]
    Name(String),
    /// The library makes no certificate of what it is given.
    #[error("no certificate can be made: {0}")]
    Issue(#[from] rcgen::Error),
    /// The library does not take what was made.
    #[error("the certificate cannot be used: {0}")]
    Rustls(#[from] rustls::Error),
}

/// The one implementation of ciphers and signatures in the program.
pub fn provider() -> CryptoProvider {
    rustls::crypto::ring::default_provider()
}

/// Accepts TLS 1.2 and 1.3 with the library's choice of ciphers. HTTP/1.1 is all that the doors speak, and they say so.
///
/// # Errors
/// The library refuses its own defaults.
pub fn acceptor(certificates: Arc<dyn ResolvesServerCert>) -> Result<TlsAcceptor, TlsError> {
    let mut config = ServerConfig::builder_with_provider(Arc::new(provider()))
        .with_protocol_versions(&[&TLS13, &TLS12])?
        .with_no_client_auth()
        .with_cert_resolver(certificates);
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(TlsAcceptor::from(Arc::new(config)))
}
