//! V3 with `ACS3-HMAC-SHA256`: the signature stands in the `Authorization` header and covers method, path, query, body
//! and the headers it lists. The parameters of a form are covered by the body's hash, not by the canonical query.
//!
//! Which headers are signed differs from client to client, so the list is used as given; it must be in ascending order
//! without repeats, which also bounds what a hostile list can make the server write.

use data_encoding::HEXLOWER;
use hmac::{Hmac, KeyInit, Mac};
use http::HeaderMap;
use http::header::AUTHORIZATION;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use super::{
    Claim, Detected, Fault, Incoming, Incomplete, Mismatch, Scheme, Secret, SignatureScheme, Signed, readable,
};
use crate::params::Params;
use crate::percent::encode_into;

/// The algorithm as `Authorization` names it.
pub const ALGORITHM: &str = "ACS3-HMAC-SHA256";

/// What the names of the vendor's own headers start with.
const ACS: &str = "x-acs-";
/// SHA-256 of nothing: most calls have no body.
const EMPTY_HASH: &[u8; HASH_LEN] = b"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
/// Length of a SHA-256 in hexadecimal.
const HASH_LEN: usize = 64;

/// The scheme.
pub struct V3;

impl SignatureScheme for V3 {
    fn scheme(&self) -> Scheme {
        Scheme::V3
    }

    fn detect<'a>(&self, incoming: &Incoming<'a>) -> Detected<'a> {
        let Some(authorization) = incoming.headers.get(AUTHORIZATION).map(|value| value.as_bytes()) else {
            return Detected::Absent;
        };
        if authorization.starts_with(b"acs ") {
            // ROA 1.0: no operation of these products uses it.
            return Detected::Malformed(Fault::InvalidSignatureMethod);
        }
        if !authorization.starts_with(b"ACS3-") {
            return Detected::Absent;
        }
        match claim(incoming) {
            Ok(claim) => Detected::Claim(claim),
            Err(fault) => Detected::Malformed(fault),
        }
    }

    fn verify(&self, incoming: &Incoming<'_>, claim: &Claim<'_>, secret: &Secret) -> Result<(), Mismatch> {
        let text = canonical_request(incoming, claim);
        let expected = signature(&string_to_sign(&text), secret);
        if expected.ct_eq(claim.signature.as_bytes()).into() { Ok(()) } else { Err(Mismatch) }
    }

    fn explain(&self, incoming: &Incoming<'_>, claim: &Claim<'_>) -> Signed {
        signed(canonical_request(incoming, claim))
    }
}

/// Reads and checks all that can be checked without the secret.
fn claim<'a>(incoming: &Incoming<'a>) -> Result<Claim<'a>, Fault> {
    let mut authorization = incoming.headers.get_all(AUTHORIZATION).iter();
    let (Some(value), None) = (authorization.next(), authorization.next()) else {
        return Err(Fault::IncompleteSignature(Incomplete::Authorization));
    };
    let value = value.to_str().map_err(|_| Fault::IncompleteSignature(Incomplete::Authorization))?;
    let (algorithm, fields) = value.split_once(' ').unwrap_or((value, ""));
    if algorithm != ALGORITHM {
        return Err(Fault::InvalidSignatureMethod);
    }
    let credential = Credential::parse(fields).ok_or(Incomplete::Authorization);
    credential.and_then(|credential| credential.claim(incoming)).map_err(Fault::IncompleteSignature)
}

/// The three fields of `Authorization`.
struct Credential<'a> {
    access_key_id: &'a str,
    signed_headers: &'a str,
    signature: &'a str,
}

impl<'a> Credential<'a> {
    fn parse(fields: &'a str) -> Option<Self> {
        let (mut access_key_id, mut signed_headers, mut signature) = (None, None, None);
        for field in fields.split(',') {
            let (name, value) = field.trim_ascii().split_once('=')?;
            let place = match name {
                "Credential" => &mut access_key_id,
                "SignedHeaders" => &mut signed_headers,
                "Signature" => &mut signature,
                _ => return None,
            };
            if value.is_empty() || place.replace(value).is_some() {
                return None;
            }
        }
        Some(Self { access_key_id: access_key_id?, signed_headers: signed_headers?, signature: signature? })
    }

    fn claim(self, incoming: &Incoming<'a>) -> Result<Claim<'a>, Incomplete> {
        let sent = Sent::read(incoming.headers)?;
        let listed = Listed::read(self.signed_headers)?;
        if !listed.host {
            return Err(Incomplete::HostNotSigned);
        }
        for name in self.signed_headers.split(';') {
            if !incoming.headers.contains_key(name) {
                return Err(Incomplete::HeaderAbsent);
            }
        }
        // Every listed name was sent and none is listed twice, so equal counts mean that all are listed.
        if listed.acs != sent.acs {
            return Err(Incomplete::AcsHeaderNotSigned);
        }
        if sent.content_type && !listed.content_type && !incoming.body.is_empty() {
            return Err(Incomplete::ContentTypeNotSigned);
        }
        let time = sent.date.ok_or(Incomplete::DateAbsent)?;
        let nonce = sent.nonce.ok_or(Incomplete::NonceAbsent)?;
        if sent.access_key_id.is_some_and(|id| id != self.access_key_id) {
            return Err(Incomplete::AccessKeyIdDiffers);
        }
        let content_hash = sent.content_hash.ok_or(Incomplete::ContentHashAbsent)?;
        if content_hash.as_bytes() != payload_hash(incoming.body) {
            return Err(Incomplete::ContentHashDiffers);
        }
        Ok(Claim {
            scheme: Scheme::V3,
            access_key_id: self.access_key_id,
            time,
            nonce,
            signature: self.signature,
            security_token: sent.security_token,
            signed_headers: self.signed_headers,
            content_hash,
        })
    }
}

/// The headers that the scheme reads.
#[derive(Default)]
struct Sent<'a> {
    /// How many `x-acs-…` headers there are.
    acs: usize,
    content_type: bool,
    host: bool,
    access_key_id: Option<&'a str>,
    content_hash: Option<&'a str>,
    date: Option<&'a str>,
    nonce: Option<&'a str>,
    security_token: Option<&'a str>,
}

impl<'a> Sent<'a> {
    /// One walk over the headers. Values of one name are sorted before they are signed, so which of two came first is not
    /// signed; therefore what the server reads may be there only once.
    fn read(headers: &'a HeaderMap) -> Result<Self, Incomplete> {
        let mut sent = Self::default();
        let mut acs_values = 0;
        for name in headers.keys() {
            sent.acs += usize::from(name.as_str().starts_with(ACS));
        }
        for (name, value) in headers {
            let name = name.as_str();
            if name == "host" {
                if std::mem::replace(&mut sent.host, true) {
                    return Err(Incomplete::HeaderUnclear);
                }
            } else if name == "content-type" {
                sent.content_type = true;
            } else if name.starts_with(ACS) {
                acs_values += 1;
                let value = value.to_str().map_err(|_| Incomplete::HeaderUnclear)?;
                let value = Some(value.trim_ascii()).filter(|value| !value.is_empty());
                match name {
                    "x-acs-accesskey-id" => sent.access_key_id = value,
                    "x-acs-content-sha256" => sent.content_hash = value,
                    "x-acs-date" => sent.date = value,
                    "x-acs-security-token" => sent.security_token = value,
                    "x-acs-signature-nonce" => sent.nonce = value,
                    _ => {}
                }
            }
        }
        if acs_values == sent.acs { Ok(sent) } else { Err(Incomplete::HeaderUnclear) }
    }
}

/// What `SignedHeaders` names.
#[derive(Default)]
struct Listed {
    acs: usize,
    content_type: bool,
    host: bool,
}

impl Listed {
    fn read(signed_headers: &str) -> Result<Self, Incomplete> {
        let mut listed = Self::default();
        let mut last = "";
        for name in signed_headers.split(';') {
            if name <= last || name.bytes().any(|byte| byte.is_ascii_uppercase()) {
                return Err(Incomplete::SignedHeaders);
            }
            listed.acs += usize::from(name.starts_with(ACS));
            listed.content_type |= name == "content-type";
            listed.host |= name == "host";
            last = name;
        }
        Ok(listed)
    }
}

/// Where the values of headers are looked up: those that arrived, or those that are about to be sent.
#[derive(Clone, Copy)]
pub(crate) enum Headers<'a> {
    Arrived(&'a HeaderMap),
    Made(&'a [(String, String)]),
}

impl Headers<'_> {
    /// Writes the trimmed values of one header, sorted and joined by commas.
    fn write(self, out: &mut Vec<u8>, name: &str) {
        match self {
            Self::Arrived(headers) => join(out, headers.get_all(name).iter().map(|value| value.as_bytes())),
            Self::Made(headers) => {
                let named = headers.iter().filter(|(made, _)| made == name);
                join(out, named.map(|(_, value)| value.as_bytes()));
            }
        }
    }
}

fn join<'a>(out: &mut Vec<u8>, mut values: impl Iterator<Item = &'a [u8]>) {
    let first = values.next().unwrap_or_default().trim_ascii();
    let Some(second) = values.next() else { return out.extend_from_slice(first) };
    let mut all = vec![first, second.trim_ascii()];
    all.extend(values.map(<[u8]>::trim_ascii));
    all.sort_unstable();
    let mut separator: &[u8] = b"";
    for value in all {
        out.extend_from_slice(separator);
        out.extend_from_slice(value);
        separator = b",";
    }
}

fn canonical_request(incoming: &Incoming<'_>, claim: &Claim<'_>) -> Vec<u8> {
    let mut out = Vec::with_capacity(1024 + incoming.params.source_len());
    write_canonical_request(
        &mut out,
        incoming.method.as_str(),
        incoming.path,
        incoming.params,
        Headers::Arrived(incoming.headers),
        claim.signed_headers,
        claim.content_hash,
    );
    out
}

/// Writes the canonical request: method, path, canonical query, canonical headers, their names, hash of the body.
pub(crate) fn write_canonical_request(
    out: &mut Vec<u8>,
    method: &str,
    path: &str,
    params: &Params<'_>,
    headers: Headers<'_>,
    signed_headers: &str,
    content_hash: &str,
) {
    out.extend_from_slice(method.as_bytes());
    out.push(b'\n');
    out.extend_from_slice(path.as_bytes());
    out.push(b'\n');
    let mut separator: &[u8] = b"";
    for (name, value) in params.iter_query() {
        out.extend_from_slice(separator);
        encode_into(out, name.as_bytes());
        out.push(b'=');
        encode_into(out, value.as_bytes());
        separator = b"&";
    }
    out.push(b'\n');
    for name in signed_headers.split(';') {
        out.extend_from_slice(name.as_bytes());
        out.push(b':');
        headers.write(out, name);
        out.push(b'\n');
    }
    out.push(b'\n');
    out.extend_from_slice(signed_headers.as_bytes());
    out.push(b'\n');
    out.extend_from_slice(content_hash.as_bytes());
}

/// The strings behind the signature of this canonical request.
pub(crate) fn signed(canonical_request: Vec<u8>) -> Signed {
    let string_to_sign = readable(string_to_sign(&canonical_request).to_vec());
    Signed { canonical_request: readable(canonical_request), string_to_sign }
}

const TO_SIGN_LEN: usize = ALGORITHM.len() + 1 + HASH_LEN;

/// Algorithm, line feed, hash of the canonical request.
pub(crate) fn string_to_sign(canonical_request: &[u8]) -> [u8; TO_SIGN_LEN] {
    let mut text = [b'\n'; TO_SIGN_LEN];
    let (algorithm, rest) = text.split_at_mut(ALGORITHM.len());
    algorithm.copy_from_slice(ALGORITHM.as_bytes());
    if let Some(hash) = rest.last_chunk_mut() {
        *hash = hex_hash(canonical_request);
    }
    text
}

/// Hexadecimal HMAC-SHA256 of a string to sign; the key is the bare secret.
pub(crate) fn signature(text: &[u8], secret: &Secret) -> [u8; HASH_LEN] {
    let mut mac =
        Hmac::<Sha256>::new_from_slice(secret.expose().as_bytes()).expect("HMAC takes a key of any length");
    mac.update(text);
    let mut encoded = [0; HASH_LEN];
    HEXLOWER.encode_mut(&mac.finalize().into_bytes(), &mut encoded);
    encoded
}

/// What `x-acs-content-sha256` must say of a body.
pub(crate) fn payload_hash(body: &[u8]) -> [u8; HASH_LEN] {
    if body.is_empty() { *EMPTY_HASH } else { hex_hash(body) }
}

fn hex_hash(bytes: &[u8]) -> [u8; HASH_LEN] {
    let mut encoded = [0; HASH_LEN];
    HEXLOWER.encode_mut(&Sha256::digest(bytes), &mut encoded);
    encoded
}
