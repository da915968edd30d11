//! Public keys of an identity provider as it publishes them (RFC 7517, 7518), and whether one of them made a signature.
//! RSA with SHA-256 and P-256 with SHA-256: what OIDC providers sign with. Must not know what is signed.

use std::fmt;

use data_encoding::BASE64URL_NOPAD;
use ring::signature::{
    ECDSA_P256_SHA256_FIXED, RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents, UnparsedPublicKey,
};
use serde::Deserialize;

/// The longest document.
pub const MAX_BYTES: usize = 64 * 1024;
/// The most keys of a document: a provider publishes those in use and the next.
pub const MAX_KEYS: usize = 32;

/// Why a document is no set of keys.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadKeySet {
    /// It is too long.
    #[error("it has more than {MAX_BYTES} bytes")]
    Length,
    /// It is no JSON object with a list of keys.
    #[error("it is no JSON Web Key Set: {0}")]
    Json(String),
    /// It lists too many keys.
    #[error("it lists more than {MAX_KEYS} keys")]
    Count,
    /// It lists a private key, which nobody but the provider may have.
    #[error("key {0} of it is a private one; register the public keys alone")]
    Private(usize),
    /// It lists a key that does not hold together.
    #[error("key {0} of it is incomplete: {1}")]
    Incomplete(usize, &'static str),
    /// No key of it is of a kind that is checked here.
    #[error("it lists no key for signatures of a kind known here: RSA of 2048 bits and more, or EC P-256")]
    NoneUsable,
}

/// The ways of signing that are checked, as tokens name them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Algorithm {
    /// RSASSA-PKCS1-v1_5 with SHA-256.
    Rs256,
    /// ECDSA on P-256 with SHA-256.
    Es256,
}

impl Algorithm {
    /// The algorithm of that name; `none`, secrets shared by both sides and all others are not among them.
    pub fn parse(name: &str) -> Option<Self> {
        match name {
            "RS256" => Some(Self::Rs256),
            "ES256" => Some(Self::Es256),
            _ => None,
        }
    }
}

#[derive(Clone)]
enum Public {
    Rsa {
        n: Vec<u8>,
        e: Vec<u8>,
    },
    /// The point, uncompressed.
    P256(Vec<u8>),
}

#[derive(Clone)]
struct Key {
    id: Option<String>,
    public: Public,
}

/// Public keys for signatures.
#[derive(Clone)]
pub struct KeySet {
    keys: Vec<Key>,
}

impl fmt::Debug for KeySet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.keys.iter().map(|key| &key.id)).finish()
    }
}

#[derive(Deserialize)]
struct WireSet {
    keys: Vec<WireKey>,
}

#[derive(Deserialize)]
struct WireKey {
    kty: String,
    kid: Option<String>,
    #[serde(rename = "use")]
    purpose: Option<String>,
    alg: Option<String>,
    n: Option<String>,
    e: Option<String>,
    crv: Option<String>,
    x: Option<String>,
    y: Option<String>,
    /// The private part of any kind, a shared secret included.
    d: Option<serde::de::IgnoredAny>,
    k: Option<serde::de::IgnoredAny>,
}

impl KeySet {
    /// Reads a JSON Web Key Set. Keys that are not for signatures, or of a kind not known here, are passed over.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn parse(text: &str) -> Result<Self, BadKeySet> {
        if text.len() > MAX_BYTES {
            return Err(BadKeySet::Length);
        }
        let set: WireSet = serde_json::from_str(text).map_err(|error| BadKeySet::Json(error.to_string()))?;
        if set.keys.len() > MAX_KEYS {
            return Err(BadKeySet::Count);
        }
        let mut keys = Vec::new();
        for (number, wire) in set.keys.into_iter().enumerate() {
            if wire.d.is_some() || wire.k.is_some() {
                return Err(BadKeySet::Private(number + 1));
            }
            let public = wire.public().map_err(|what| BadKeySet::Incomplete(number + 1, what))?;
            keys.extend(public.map(|public| Key { id: wire.kid, public }));
        }
        if keys.is_empty() { Err(BadKeySet::NoneUsable) } else { Ok(Self { keys }) }
    }

    /// How many keys it holds.
    pub fn count(&self) -> usize {
        self.keys.len()
    }

    /// Whether the key of that id made `signature` over `message`; without an id any of the keys.
    pub fn verify(&self, id: Option<&str>, algorithm: Algorithm, message: &[u8], signature: &[u8]) -> bool {
        let asked = self.keys.iter().filter(|key| id.is_none() || key.id.as_deref() == id);
        asked.filter(|key| key.public.is_for(algorithm)).any(|key| key.public.made(message, signature))
    }
}

impl WireKey {
    /// The key itself; `None` if it is not for what is checked here.
    fn public(&self) -> Result<Option<Public>, &'static str> {
        let other_use = self.purpose.as_deref().is_some_and(|purpose| purpose != "sig");
        let bytes = |text: &Option<String>, what: &'static str| {
            let text = text.as_deref().ok_or(what)?;
            BASE64URL_NOPAD.decode(text.as_bytes()).map_err(|_| what)
        };
        let public = match (self.kty.as_str(), self.crv.as_deref()) {
            _ if other_use => return Ok(None),
            ("RSA", _) => Public::Rsa { n: bytes(&self.n, "n")?, e: bytes(&self.e, "e")? },
            ("EC", Some("P-256")) => {
                let (x, y) = (bytes(&self.x, "x")?, bytes(&self.y, "y")?);
                if x.len() != 32 || y.len() != 32 {
                    return Err("x and y have 32 bytes each");
                }
                Public::P256([&[4], x.as_slice(), &y].concat())
            }
            _ => return Ok(None),
        };
        let other_algorithm =
            |name: &str| !Algorithm::parse(name).is_some_and(|algorithm| public.is_for(algorithm));
        if self.alg.as_deref().is_some_and(other_algorithm) { Ok(None) } else { Ok(Some(public)) }
    }
}

impl Public {
    fn is_for(&self, algorithm: Algorithm) -> bool {
        matches!((self, algorithm), (Self::Rsa { .. }, Algorithm::Rs256) | (Self::P256(_), Algorithm::Es256))
    }

    fn made(&self, message: &[u8], signature: &[u8]) -> bool {
        match self {
            Self::Rsa { n, e } => {
                let key = RsaPublicKeyComponents { n, e };
                key.verify(&RSA_PKCS1_2048_8192_SHA256, message, signature).is_ok()
            }
            Self::P256(point) => {
                UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point).verify(message, signature).is_ok()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The key and the signature of RFC 7515, appendix A.2, where both stand for everybody to compare.
    const RFC_KEY: &str = r#"{"keys":[{"kty":"RSA","kid":"a2","n":"ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ","e":"AQAB"}]}"#;
    const RFC_MESSAGE: &str = "eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ";
    const RFC_SIGNATURE: &str = "cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5jujGbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB_eSN9383LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_IoypGlUPQGe77Rw";

    #[test]
    fn the_signature_of_the_standard_is_checked() {
        let set = KeySet::parse(RFC_KEY).unwrap();
        let signature = BASE64URL_NOPAD.decode(RFC_SIGNATURE.as_bytes()).unwrap();
        let made = |id, algorithm, message: &str| set.verify(id, algorithm, message.as_bytes(), &signature);
        assert!(made(None, Algorithm::Rs256, RFC_MESSAGE) && made(Some("a2"), Algorithm::Rs256, RFC_MESSAGE));
        assert!(!made(Some("other"), Algorithm::Rs256, RFC_MESSAGE), "another key's id");
        assert!(!made(None, Algorithm::Es256, RFC_MESSAGE), "another kind of key");
        assert!(!made(None, Algorithm::Rs256, &RFC_MESSAGE[1..]));
    }

    #[test]
    fn only_public_keys_for_signatures_are_taken() {
        let refused = |text: &str| KeySet::parse(text).unwrap_err().to_string();
        assert!(refused("{}").contains("no JSON Web Key Set"));
        assert!(refused(r#"{"keys":[]}"#).contains("no key for signatures"));
        assert!(refused(r#"{"keys":[{"kty":"RSA","n":"AQAB"}]}"#).contains("incomplete: e"));
        assert!(
            refused(r#"{"keys":[{"kty":"EC","crv":"P-256","x":"AQAB","y":"AQAB"}]}"#).contains("32 bytes")
        );
        assert!(refused(r#"{"keys":[{"kty":"oct","k":"c2VjcmV0"}]}"#).contains("private"));
        assert!(refused(r#"{"keys":[{"kty":"RSA","n":"AQAB","e":"AQAB","d":"AQAB"}]}"#).contains("private"));
        assert!(refused(r#"{"keys":[{"kty":"RSA","use":"enc","n":"AQAB","e":"AQAB"}]}"#).contains("no key"));
        assert!(
            refused(r#"{"keys":[{"kty":"RSA","alg":"RS512","n":"AQAB","e":"AQAB"}]}"#).contains("no key")
        );
        let many = format!(r#"{{"keys":[{}]}}"#, vec![r#"{"kty":"x"}"#; MAX_KEYS + 1].join(","));
        assert_eq!(KeySet::parse(&many).unwrap_err(), BadKeySet::Count);
        assert_eq!(KeySet::parse(&" ".repeat(MAX_BYTES + 1)).unwrap_err(), BadKeySet::Length);
    }
}
