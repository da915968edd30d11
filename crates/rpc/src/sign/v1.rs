//! RPC 1.0 with `HMAC-SHA1`: the signature stands among the parameters and covers all of them, query and form, and the
//! method. Reads no header but the two that would mean a bearer token.

use data_encoding::BASE64;
use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use super::{Claim, Detected, Fault, Incoming, Mismatch, Scheme, Secret, SignatureScheme, Signed, readable};
use crate::params::{Covered, Params};

/// `SignatureMethod`.
pub const METHOD: &str = "HMAC-SHA1";
/// `SignatureVersion`.
pub const VERSION: &str = "1.0";

/// Length of a Base64 text of twenty bytes.
const SIGNATURE_LEN: usize = 28;
/// A key up to this length is put together on the stack; the vendor's secrets have thirty characters.
const SHORT_KEY: usize = 64;

/// The scheme.
pub struct RpcV1;

impl SignatureScheme for RpcV1 {
    fn scheme(&self) -> Scheme {
        Scheme::RpcV1
    }

    fn detect<'a>(&self, incoming: &Incoming<'a>) -> Detected<'a> {
        let mut found = Found::default();
        for (name, value) in incoming.params.iter() {
            match name {
                "AccessKeyId" => found.access_key_id = value,
                "BearerToken" => found.bearer = true,
                "SecurityToken" => found.security_token = Some(value),
                "Signature" => found.signature = Some(value),
                "SignatureMethod" => found.method = value,
                "SignatureNonce" => found.nonce = value,
                "SignatureType" => found.kind = value,
                "SignatureVersion" => found.version = value,
                "Timestamp" => found.time = value,
                _ => {}
            }
        }
        let bearer = found.bearer || found.kind == "BEARERTOKEN";
        if bearer || incoming.headers.contains_key("x-acs-bearer-token") {
            return Detected::Malformed(Fault::InvalidSignatureMethod);
        }
        // The unsigned federation calls of STS send time and nonce, so only these three show an intent to sign.
        if found.signature.is_none() && found.access_key_id.is_empty() && found.method.is_empty() {
            return Detected::Absent;
        }
        match found.claim() {
            Ok(claim) => Detected::Claim(claim),
            Err(fault) => Detected::Malformed(fault),
        }
    }

    fn verify(&self, incoming: &Incoming<'_>, claim: &Claim<'_>, secret: &Secret) -> Result<(), Mismatch> {
        let mut text = Vec::with_capacity(incoming.params.source_len() * 2 + 64);
        write_string_to_sign(&mut text, incoming.method.as_str(), incoming.params);
        let expected = signature(&text, secret);
        if expected.ct_eq(claim.signature.as_bytes()).into() { Ok(()) } else { Err(Mismatch) }
    }

    fn explain(&self, incoming: &Incoming<'_>, _claim: &Claim<'_>) -> Signed {
        signed(incoming.method.as_str(), incoming.params)
    }
}

/// The signing parameters of one request; absent and empty are the same but where it matters.
#[derive(Default)]
struct Found<'a> {
    access_key_id: &'a str,
    bearer: bool,
    kind: &'a str,
    method: &'a str,
    nonce: &'a str,
    security_token: Option<&'a str>,
    signature: Option<&'a str>,
    time: &'a str,
    version: &'a str,
}

impl<'a> Found<'a> {
    fn claim(self) -> Result<Claim<'a>, Fault> {
        let given = |value: &'a str, fault| if value.is_empty() { Err(fault) } else { Ok(value) };
        let access_key_id = given(self.access_key_id, Fault::MissingAccessKeyId)?;
        let signature = given(self.signature.unwrap_or_default(), Fault::MissingSignature)?;
        let method = given(self.method, Fault::MissingSignatureMethod)?;
        if method != METHOD {
            return Err(Fault::InvalidSignatureMethod);
        }
        if !self.kind.is_empty() {
            return Err(Fault::InvalidSignatureType);
        }
        let version = given(self.version, Fault::MissingSignatureVersion)?;
        if version != VERSION {
            return Err(Fault::InvalidSignatureVersion);
        }
        Ok(Claim {
            scheme: Scheme::RpcV1,
            access_key_id,
            time: given(self.time, Fault::MissingTimestamp)?,
            nonce: given(self.nonce, Fault::MissingSignatureNonce)?,
            signature,
            security_token: self.security_token,
            signed_part: Vec::new(),
        })
    }
}

/// The strings behind the signature of these parameters.
pub(crate) fn signed(method: &str, params: &Params<'_>) -> Signed {
    let mut canonical = Vec::new();
    params.write_canonical(&mut canonical, Covered::AllButSignature);
    let mut text = Vec::new();
    write_string_to_sign(&mut text, method, params);
    Signed { canonical_request: readable(canonical), string_to_sign: readable(text) }
}

/// Writes method, `%2F` and the encoded canonicalized query string, joined by `&`.
fn write_string_to_sign(out: &mut Vec<u8>, method: &str, params: &Params<'_>) {
    out.extend_from_slice(method.as_bytes());
    out.extend_from_slice(b"&%2F&");
    params.write_canonical_encoded(out, Covered::AllButSignature);
}

/// Base64 of the HMAC-SHA1 of a string to sign; the key is the secret and `&`.
pub(crate) fn signature(text: &[u8], secret: &Secret) -> [u8; SIGNATURE_LEN] {
    let mac = with_key(secret.expose().as_bytes(), |key| {
        let mut mac = Hmac::<Sha1>::new_from_slice(key).expect("HMAC takes a key of any length");
        mac.update(text);
        mac.finalize().into_bytes()
    });
    let mut encoded = [0; SIGNATURE_LEN];
    BASE64.encode_mut(&mac, &mut encoded);
    encoded
}

/// Puts the key together, on the stack if it fits, and wipes it afterwards.
fn with_key<T>(secret: &[u8], then: impl FnOnce(&[u8]) -> T) -> T {
    let mut short = Zeroizing::new([0; SHORT_KEY]);
    if let Some((place, rest)) = short.split_at_mut_checked(secret.len())
        && let Some(end) = rest.first_mut()
    {
        place.copy_from_slice(secret);
        *end = b'&';
        return then(short.get(..=secret.len()).unwrap_or_default());
    }
    let mut long = Zeroizing::new(Vec::with_capacity(secret.len() + 1));
    long.extend_from_slice(secret);
    long.push(b'&');
    then(&long)
}
