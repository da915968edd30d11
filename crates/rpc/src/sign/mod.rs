//! Request signatures: which scheme a request uses, what it claims, whether the claim holds. Knows bytes; keeps no key,
//! no clock and no nonce: whoever calls decides whether the key is known, the time is near and the nonce is new.
//!
//! Making and checking share one path: each scheme writes its string to sign in one function, used by [`verify`],
//! [`explain`] and [`crate::request`]. To add a scheme: one file here, one line in [`SCHEMES`], its vectors in the tests.
//!
//! ```
//! use http::{HeaderMap, Method};
//! use ramward_rpc::params::Params;
//! use ramward_rpc::request::RequestBuilder;
//! use ramward_rpc::sign::{self, Detected, Incoming, Scheme, Secret};
//!
//! let secret = Secret::from("testsecret");
//! let request = RequestBuilder::new("ims.aliyuncs.com", "2019-08-15", "GetAccountSecurityPracticeReport")
//!     .scheme(Scheme::RpcV1)
//!     .sign("testid", &secret, "2025-01-02T03:04:05Z", "0123456789abcdef");
//!
//! let (path, query) = request.path_and_query.split_once('?').expect("RPC 1.0 always has parameters");
//! let params = Params::parse(query.as_bytes(), None)?;
//! let headers = HeaderMap::new();
//! let incoming = Incoming { method: &Method::POST, path, headers: &headers, params: &params, body: &request.body };
//! let Detected::Claim(claim) = sign::detect(&incoming) else { panic!("it is signed") };
//! assert_eq!(claim.access_key_id, "testid");
//! assert_eq!(sign::verify(&incoming, &claim, &secret), Ok(()));
//! # Ok::<(), ramward_rpc::params::ParamsError>(())
//! ```

pub mod v1;
pub mod v3;

use std::fmt;

use http::{HeaderMap, Method};
use zeroize::{Zeroize, Zeroizing};

use crate::params::Params;

/// Every scheme the product checks, in the order in which a request is asked whether it uses it.
pub const SCHEMES: &[&dyn SignatureScheme] = &[&v3::V3, &v1::RpcV1];

/// A scheme's name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Scheme {
    /// RPC 1.0 with `HMAC-SHA1`; the vendor's pages call it signature method V2 for RPC APIs.
    RpcV1,
    /// V3 with `ACS3-HMAC-SHA256`.
    V3,
}

impl Scheme {
    /// The algorithm as it is named on the wire.
    #[must_use]
    pub const fn algorithm(self) -> &'static str {
        match self {
            Self::RpcV1 => v1::METHOD,
            Self::V3 => v3::ALGORITHM,
        }
    }

    fn implementation(self) -> &'static dyn SignatureScheme {
        match self {
            Self::RpcV1 => &v1::RpcV1,
            Self::V3 => &v3::V3,
        }
    }
}

/// What a scheme must be able to do.
pub trait SignatureScheme: Sync {
    /// Its name.
    fn scheme(&self) -> Scheme;
    /// What the request claims under this scheme; [`Detected::Absent`] if it does not use it.
    fn detect<'a>(&self, incoming: &Incoming<'a>) -> Detected<'a>;
    /// Whether the claimed signature is the one that `secret` makes.
    ///
    /// # Errors
    /// [`Mismatch`] if it is not.
    fn verify(&self, incoming: &Incoming<'_>, claim: &Claim<'_>, secret: &Secret) -> Result<(), Mismatch>;
    /// The strings that were signed, for error texts and dry runs.
    fn explain(&self, incoming: &Incoming<'_>, claim: &Claim<'_>) -> Signed;
}

/// A request as it arrived, as far as signatures read it.
#[derive(Debug, Clone, Copy)]
pub struct Incoming<'a> {
    /// The HTTP method.
    pub method: &'a Method,
    /// The path as sent, still encoded, without the query.
    pub path: &'a str,
    /// The headers as sent.
    pub headers: &'a HeaderMap,
    /// Query and form together; V3 reads only those of the query.
    pub params: &'a Params<'a>,
    /// The body as sent.
    pub body: &'a [u8],
}

/// What a look at the request found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Detected<'a> {
    /// Nothing that belongs to a signature: an anonymous call.
    Absent,
    /// A signature that cannot be checked whatever the key.
    Malformed(Fault),
    /// A signature to be checked.
    Claim(Claim<'a>),
}

/// What a signed request says about itself. Nothing of it is true before [`verify`] agrees.
#[derive(Clone, PartialEq, Eq)]
pub struct Claim<'a> {
    /// The scheme it is signed with.
    pub scheme: Scheme,
    /// The key it names.
    pub access_key_id: &'a str,
    /// Its time as written; not yet known to be a time.
    pub time: &'a str,
    /// Its nonce.
    pub nonce: &'a str,
    /// The signature as written.
    pub signature: &'a str,
    /// The token of a temporary key.
    pub security_token: Option<&'a str>,
    /// What headers and body contribute to V3's canonical request, written while they were checked; empty for RPC 1.0,
    /// which signs neither.
    signed_part: Vec<u8>,
}

impl fmt::Debug for Claim<'_> {
    /// Without signature and token: both are good for a while to whoever reads the log.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Claim")
            .field("scheme", &self.scheme)
            .field("access_key_id", &self.access_key_id)
            .field("time", &self.time)
            .field("nonce", &self.nonce)
            .finish_non_exhaustive()
    }
}

/// Why a signature cannot be checked, whatever the key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Fault {
    /// RPC 1.0 without `AccessKeyId`.
    MissingAccessKeyId,
    /// RPC 1.0 with signing parameters but without `Signature`.
    MissingSignature,
    /// RPC 1.0 without `SignatureMethod`.
    MissingSignatureMethod,
    /// RPC 1.0 without `SignatureVersion`.
    MissingSignatureVersion,
    /// RPC 1.0 without `Timestamp`.
    MissingTimestamp,
    /// RPC 1.0 without `SignatureNonce`.
    MissingSignatureNonce,
    /// An algorithm that is not checked here: another `SignatureMethod` or `ACS3-…`, ROA 1.0, a bearer token.
    InvalidSignatureMethod,
    /// A `SignatureVersion` other than 1.0.
    InvalidSignatureVersion,
    /// A `SignatureType` that `HMAC-SHA1` does not go with.
    InvalidSignatureType,
    /// V3: the request does not hold together; the reason says where.
    IncompleteSignature(Incomplete),
}

/// What a V3 request lacks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Incomplete {
    /// `Authorization` is not `<algorithm> Credential=…,SignedHeaders=…,Signature=…`, or was sent twice.
    Authorization,
    /// `SignedHeaders` is not a list of lower-case names in ascending order, each once.
    SignedHeaders,
    /// `host` is not signed.
    HostNotSigned,
    /// A header `x-acs-…` was sent but is not signed.
    AcsHeaderNotSigned,
    /// There is a body but its `content-type`, which decides how it is read, is not signed.
    ContentTypeNotSigned,
    /// A header in `SignedHeaders` was not sent.
    HeaderAbsent,
    /// `host` or a header `x-acs-…` was sent more than once, or is not UTF-8.
    HeaderUnclear,
    /// `x-acs-date` was not sent.
    DateAbsent,
    /// `x-acs-signature-nonce` was not sent.
    NonceAbsent,
    /// `x-acs-content-sha256` was not sent.
    ContentHashAbsent,
    /// `x-acs-content-sha256` is not the hash of the body.
    ContentHashDiffers,
    /// `x-acs-accesskey-id` names another key than `Credential`.
    AccessKeyIdDiffers,
}

impl Fault {
    /// The parameter that is missing or wrong, where it is one.
    #[must_use]
    pub const fn parameter(self) -> Option<&'static str> {
        match self {
            Self::MissingAccessKeyId => Some("AccessKeyId"),
            Self::MissingSignature => Some("Signature"),
            Self::MissingSignatureMethod | Self::InvalidSignatureMethod => Some("SignatureMethod"),
            Self::MissingSignatureVersion | Self::InvalidSignatureVersion => Some("SignatureVersion"),
            Self::MissingTimestamp => Some("Timestamp"),
            Self::MissingSignatureNonce => Some("SignatureNonce"),
            Self::InvalidSignatureType => Some("SignatureType"),
            Self::IncompleteSignature(_) => None,
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::MissingAccessKeyId
            | Self::MissingSignature
            | Self::MissingSignatureMethod
            | Self::MissingSignatureVersion
            | Self::MissingTimestamp
            | Self::MissingSignatureNonce => {
                write!(f, "the parameter {} is missing; send it", self.parameter().unwrap_or_default())
            }
            Self::InvalidSignatureMethod => {
                f.write_str("this way of signing is not supported; sign with HMAC-SHA1 or ACS3-HMAC-SHA256")
            }
            Self::InvalidSignatureVersion => f.write_str("this SignatureVersion is not supported; send 1.0"),
            Self::InvalidSignatureType => {
                f.write_str("this SignatureType does not go with HMAC-SHA1; send it empty or not at all")
            }
            Self::IncompleteSignature(reason) => reason.fmt(f),
        }
    }
}

impl fmt::Display for Incomplete {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Authorization => {
                "the Authorization header is malformed; send one of the form \
                 `ACS3-HMAC-SHA256 Credential=…,SignedHeaders=…,Signature=…`"
            }
            Self::SignedHeaders => {
                "SignedHeaders is malformed; list lower-case names in ascending order, each once, joined by ;"
            }
            Self::HostNotSigned => "the host header is not signed; add it to SignedHeaders",
            Self::AcsHeaderNotSigned => "an x-acs- header is not signed; add every one to SignedHeaders",
            Self::ContentTypeNotSigned => {
                "the content-type header of the body is not signed; add it to SignedHeaders"
            }
            Self::HeaderAbsent => "a header in SignedHeaders was not sent; send it or take it off the list",
            Self::HeaderUnclear => {
                "host or an x-acs- header was sent more than once or is not UTF-8; send one plain value"
            }
            Self::DateAbsent => "the x-acs-date header is missing; send it",
            Self::NonceAbsent => "the x-acs-signature-nonce header is missing; send it",
            Self::ContentHashAbsent => "the x-acs-content-sha256 header is missing; send it",
            Self::ContentHashDiffers => {
                "x-acs-content-sha256 is not the lower-case hexadecimal SHA-256 of the body; compute it from the bytes sent"
            }
            Self::AccessKeyIdDiffers => {
                "x-acs-accesskey-id and Credential name different keys; send the same in both"
            }
        })
    }
}

impl std::error::Error for Fault {}

/// The signature is not the one that the key makes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mismatch;

impl fmt::Display for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the signature does not match; compare the string to sign and the secret")
    }
}

impl std::error::Error for Mismatch {}

/// The strings behind a signature.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signed {
    /// V3's canonical request; for RPC 1.0 the canonicalized query string.
    pub canonical_request: String,
    /// What the MAC is taken over.
    pub string_to_sign: String,
}

/// Finds out which scheme a request uses and what it claims.
#[must_use]
pub fn detect<'a>(incoming: &Incoming<'a>) -> Detected<'a> {
    for scheme in SCHEMES {
        match scheme.detect(incoming) {
            Detected::Absent => {}
            found => return found,
        }
    }
    Detected::Absent
}

/// Whether the claimed signature is the one that `secret` makes; compared in constant time.
///
/// # Errors
/// [`Mismatch`] if it is not.
pub fn verify(incoming: &Incoming<'_>, claim: &Claim<'_>, secret: &Secret) -> Result<(), Mismatch> {
    claim.scheme.implementation().verify(incoming, claim, secret)
}

/// The strings the server signs for this request; made only when somebody must read them.
#[must_use]
pub fn explain(incoming: &Incoming<'_>, claim: &Claim<'_>) -> Signed {
    claim.scheme.implementation().explain(incoming, claim)
}

/// The secret half of an AccessKey. Wiped from memory when dropped, shown by nothing but [`Secret::expose`].
#[derive(Clone)]
pub struct Secret(Zeroizing<Box<str>>);

impl Secret {
    /// The secret itself: to sign, to seal, to show once.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl From<&str> for Secret {
    fn from(text: &str) -> Self {
        Self(Zeroizing::new(text.into()))
    }
}

impl From<String> for Secret {
    fn from(mut text: String) -> Self {
        // Shrinking the string in place could leave a copy behind, so it is copied once and wiped.
        let secret = Self::from(text.as_str());
        text.zeroize();
        secret
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// Turns the bytes of a string to sign into text for reading.
fn readable(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned())
}
