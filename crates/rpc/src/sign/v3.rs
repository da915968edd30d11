//! V3 with `ACS3-HMAC-SHA256`: the signature stands in the `Authorization` header and covers method, path, query, body
//! and the headers it lists. The parameters of a form are covered by the body's hash, not by the canonical query.
//!
//! Which headers are signed differs from client to client, so the list is used as given; it must be in ascending order
//! without repeats, which also bounds what a hostile list can make the server write.

use data_encoding::HEXLOWER;
use hmac::{Hmac, KeyInit, Mac};
use http::HeaderMap;
use http::header::AUTHORIZATION;
use memchr::memchr;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use super::{
    Claim, Detected, Fault, Incoming, Incomplete, Mismatch, Scheme, Secret, SignatureScheme, Signed, readable,
};
use crate::params::{Covered, Params};

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
        let mut sent = incoming.headers.get_all(AUTHORIZATION).iter().map(|value| value.as_bytes());
        let Some(authorization) = sent.next() else { return Detected::Absent };
        if authorization.starts_with(b"acs ") {
            // ROA 1.0: no operation of these products uses it.
            return Detected::Malformed(Fault::InvalidSignatureMethod);
        }
        if !authorization.starts_with(b"ACS3-") {
            return Detected::Absent;
        }
        if sent.next().is_some() {
            return Detected::Malformed(Fault::IncompleteSignature(Incomplete::Authorization));
        }
        match claim(incoming, authorization) {
            Ok(claim) => Detected::Claim(claim),
            Err(fault) => Detected::Malformed(fault),
        }
    }

    fn verify(&self, incoming: &Incoming<'_>, claim: &Claim<'_>, secret: &Secret) -> Result<(), Mismatch> {
        let head = head(incoming.method.as_str(), incoming.path, incoming.params);
        let expected = signature(&string_to_sign(&head, &claim.signed_part), secret);
        if expected.ct_eq(claim.signature.as_bytes()).into() { Ok(()) } else { Err(Mismatch) }
    }

    fn explain(&self, incoming: &Incoming<'_>, claim: &Claim<'_>) -> Signed {
        signed(incoming.method.as_str(), incoming.path, incoming.params, &claim.signed_part)
    }
}

/// Reads and checks all that can be checked without the secret.
fn claim<'a>(incoming: &Incoming<'a>, authorization: &'a [u8]) -> Result<Claim<'a>, Fault> {
    let incomplete = Fault::IncompleteSignature;
    let text = std::str::from_utf8(authorization).map_err(|_| incomplete(Incomplete::Authorization))?;
    let (algorithm, fields) = text.split_once(' ').unwrap_or((text, ""));
    if algorithm != ALGORITHM {
        return Err(Fault::InvalidSignatureMethod);
    }
    let credential = Credential::parse(fields).ok_or(incomplete(Incomplete::Authorization))?;
    credential.claim(incoming).map_err(|found| incomplete(credential.cause(found, incoming.headers)))
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
        for field in split(fields, b',') {
            let field = field.trim_ascii();
            let (name, value) = field.split_at_checked(memchr(b'=', field.as_bytes())?)?;
            let value = value.get(1..)?;
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

    fn claim(&self, incoming: &Incoming<'a>) -> Result<Claim<'a>, Incomplete> {
        let all = incoming.headers.iter().map(|(name, value)| (name.as_str(), value.as_bytes()));
        let headers = sorted(incoming.headers.len(), all);
        let mut signed_part = Vec::with_capacity(1024);
        let sent = self.match_headers(&headers, incoming.body, &mut signed_part)?;
        let time = sent.date.ok_or(Incomplete::DateAbsent)?;
        let nonce = sent.nonce.ok_or(Incomplete::NonceAbsent)?;
        if sent.access_key_id.is_some_and(|id| id != self.access_key_id) {
            return Err(Incomplete::AccessKeyIdDiffers);
        }
        let content_hash = sent.content_hash.ok_or(Incomplete::ContentHashAbsent)?;
        if content_hash.as_bytes() != payload_hash(incoming.body) {
            return Err(Incomplete::ContentHashDiffers);
        }
        end_signed_part(&mut signed_part, self.signed_headers, content_hash);
        Ok(Claim {
            scheme: Scheme::V3,
            access_key_id: self.access_key_id,
            time,
            nonce,
            signature: self.signature,
            security_token: sent.security_token,
            signed_part,
        })
    }

    /// Walks headers in ascending order along the list: a header whose name comes next in the list is signed, any other
    /// is not. If the list ends with the headers, it named each once, in order, and all were sent. Writes the canonical
    /// headers on the way.
    fn match_headers(
        &self,
        headers: &[Header<'a>],
        body: &[u8],
        out: &mut Vec<u8>,
    ) -> Result<Sent<'a>, Incomplete> {
        let mut sent = Sent::default();
        let mut list = Some(self.signed_headers);
        for values in headers.chunk_by(|one, next| one.0 == next.0) {
            let Some((name, value)) = values.first() else { continue };
            match list.and_then(|list| after(list, name)) {
                Some(rest) => list = rest,
                None => {
                    may_be_unsigned(name, body)?;
                    continue;
                }
            }
            // Values are sorted before they are signed, so which of two came first is not signed; therefore what the
            // server reads may be there only once.
            if values.len() == 1 {
                sent.take(name, value)?;
            } else if *name == "host" || name.starts_with(ACS) {
                return Err(Incomplete::HeaderUnclear);
            }
            write_header(out, name, values);
        }
        if list.is_some() {
            return Err(Incomplete::HeaderAbsent);
        }
        if sent.host { Ok(sent) } else { Err(Incomplete::HostNotSigned) }
    }

    /// Names the cause where a list in disorder, or one that names a header not sent, looks like something else.
    #[cold]
    fn cause(&self, found: Incomplete, headers: &HeaderMap) -> Incomplete {
        let mut listed = self.signed_headers.split(';');
        if !is_in_order(self.signed_headers) {
            Incomplete::SignedHeaders
        } else if !listed.all(|name| headers.contains_key(name)) {
            Incomplete::HeaderAbsent
        } else {
            found
        }
    }
}

/// The parts of a text between single bytes, found in few steps: the longest header of a call is split this way.
fn split(text: &str, at: u8) -> impl Iterator<Item = &str> {
    let mut rest = Some(text);
    std::iter::from_fn(move || {
        let whole = rest?;
        let cut =
            memchr(at, whole.as_bytes()).and_then(|cut| Some((whole.get(..cut)?, whole.get(cut + 1..)?)));
        let (part, after) = cut.map_or((whole, None), |(part, after)| (part, Some(after)));
        rest = after;
        Some(part)
    })
}

/// What follows `name` in a list that starts with it: `Some(None)` if it was the last.
fn after<'a>(list: &'a str, name: &str) -> Option<Option<&'a str>> {
    let rest = list.strip_prefix(name)?;
    if rest.is_empty() { Some(None) } else { rest.strip_prefix(';').map(Some) }
}

/// Refuses an unsigned header that decides what the request means. The content type of an empty body decides nothing, and
/// one transport of the vendor's Python SDK adds it after signing.
fn may_be_unsigned(name: &str, body: &[u8]) -> Result<(), Incomplete> {
    match name {
        "host" => Err(Incomplete::HostNotSigned),
        "content-type" if !body.is_empty() => Err(Incomplete::ContentTypeNotSigned),
        _ if name.starts_with(ACS) => Err(Incomplete::AcsHeaderNotSigned),
        _ => Ok(()),
    }
}

/// Whether `SignedHeaders` lists lower-case names in ascending order, each once.
fn is_in_order(signed_headers: &str) -> bool {
    let lower = !signed_headers.bytes().any(|byte| byte.is_ascii_uppercase());
    lower
        && !signed_headers.starts_with(';')
        && signed_headers.split(';').is_sorted_by(|one, next| one < next)
}

/// What the scheme reads from signed headers.
#[derive(Default)]
struct Sent<'a> {
    host: bool,
    access_key_id: Option<&'a str>,
    content_hash: Option<&'a str>,
    date: Option<&'a str>,
    nonce: Option<&'a str>,
    security_token: Option<&'a str>,
}

impl<'a> Sent<'a> {
    fn take(&mut self, name: &str, value: &'a [u8]) -> Result<(), Incomplete> {
        let place = match name {
            "host" => {
                self.host = true;
                return Ok(());
            }
            "x-acs-accesskey-id" => &mut self.access_key_id,
            "x-acs-content-sha256" => &mut self.content_hash,
            "x-acs-date" => &mut self.date,
            "x-acs-security-token" => &mut self.security_token,
            "x-acs-signature-nonce" => &mut self.nonce,
            _ => return Ok(()),
        };
        let text = std::str::from_utf8(value).map_err(|_| Incomplete::HeaderUnclear)?;
        *place = Some(text).filter(|text| !text.is_empty());
        Ok(())
    }
}

/// A lower-case name and a trimmed value.
type Header<'a> = (&'a str, &'a [u8]);

/// Headers in the order in which they are signed.
fn sorted<'a>(count: usize, headers: impl Iterator<Item = Header<'a>>) -> Vec<Header<'a>> {
    let mut sorted = Vec::with_capacity(count);
    sorted.extend(headers.map(|(name, value)| (name, value.trim_ascii())));
    sorted.sort_unstable();
    sorted
}

/// Writes the canonical line of one header: its values joined by commas.
fn write_header(out: &mut Vec<u8>, name: &str, values: &[Header<'_>]) {
    out.extend_from_slice(name.as_bytes());
    let mut separator = b':';
    for (_, value) in values {
        out.push(separator);
        out.extend_from_slice(value);
        separator = b',';
    }
    out.push(b'\n');
}

/// Writes what follows the canonical headers: an empty line, the list, the hash of the body.
fn end_signed_part(out: &mut Vec<u8>, signed_headers: &str, content_hash: &str) {
    out.push(b'\n');
    out.extend_from_slice(signed_headers.as_bytes());
    out.push(b'\n');
    out.extend_from_slice(content_hash.as_bytes());
}

/// The list and the part of the canonical request that headers and body make, for headers about to be sent, all signed.
pub(crate) fn sign_headers(headers: &[(String, String)], content_hash: &str) -> (String, Vec<u8>) {
    let all = headers.iter().map(|(name, value)| (name.as_str(), value.as_bytes()));
    let headers = sorted(headers.len(), all);
    let mut out = Vec::new();
    let mut list = String::new();
    for values in headers.chunk_by(|one, next| one.0 == next.0) {
        let Some((name, _)) = values.first() else { continue };
        write_header(&mut out, name, values);
        if !list.is_empty() {
            list.push(';');
        }
        list.push_str(name);
    }
    end_signed_part(&mut out, &list, content_hash);
    (list, out)
}

/// The first part of the canonical request: method, path, canonical query.
fn head(method: &str, path: &str, params: &Params<'_>) -> Vec<u8> {
    let mut out = Vec::with_capacity(method.len() + path.len() + params.source_len() * 3 / 2 + 3);
    out.extend_from_slice(method.as_bytes());
    out.push(b'\n');
    out.extend_from_slice(path.as_bytes());
    out.push(b'\n');
    params.write_canonical(&mut out, Covered::Query);
    out.push(b'\n');
    out
}

/// The strings behind the signature.
pub(crate) fn signed(method: &str, path: &str, params: &Params<'_>, signed_part: &[u8]) -> Signed {
    let mut canonical = head(method, path, params);
    let string_to_sign = readable(string_to_sign(&canonical, signed_part).to_vec());
    canonical.extend_from_slice(signed_part);
    Signed { canonical_request: readable(canonical), string_to_sign }
}

const TO_SIGN_LEN: usize = ALGORITHM.len() + 1 + HASH_LEN;

/// Algorithm, line feed, hash of the canonical request, whose two parts need not be joined for it.
fn string_to_sign(head: &[u8], signed_part: &[u8]) -> [u8; TO_SIGN_LEN] {
    let mut text = [b'\n'; TO_SIGN_LEN];
    let (algorithm, rest) = text.split_at_mut(ALGORITHM.len());
    algorithm.copy_from_slice(ALGORITHM.as_bytes());
    if let Some(hash) = rest.last_chunk_mut::<HASH_LEN>() {
        HEXLOWER.encode_mut(&Sha256::new().chain_update(head).chain_update(signed_part).finalize(), hash);
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
    let mut encoded = *EMPTY_HASH;
    if !body.is_empty() {
        HEXLOWER.encode_mut(&Sha256::digest(body), &mut encoded);
    }
    encoded
}
