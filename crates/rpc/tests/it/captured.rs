//! A request as a server receives it, taken from a vector or from the builder, and what checking it gives.

use http::{HeaderMap, HeaderName, HeaderValue, Method};
use ramward_rpc::params::{Params, ParamsError, is_form};
use ramward_rpc::request::SignedRequest;
use ramward_rpc::sign::{self, Claim, Detected, Fault, Incoming, Mismatch, Secret, Signed};
use serde_json::Value;

/// A request off the wire, owned and open to tampering.
#[derive(Debug, Clone, PartialEq)]
pub struct Captured {
    pub method: Method,
    pub path: String,
    pub query: Vec<u8>,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

/// Everything that checking a request can come to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    Unreadable(ParamsError),
    Anonymous,
    Malformed(Fault),
    Mismatch(Signed),
    Verified(Seen),
}

/// What a verified request said, with the strings behind it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    pub scheme: sign::Scheme,
    pub access_key_id: String,
    pub time: String,
    pub nonce: String,
    pub signature: String,
    pub security_token: Option<String>,
    pub signed: Signed,
}

impl Captured {
    pub fn new(method: Method, target: &str, headers: &[(String, String)], body: &[u8]) -> Self {
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            let name: HeaderName = name.parse().expect("a header name");
            map.append(name, HeaderValue::from_str(value).expect("a header value"));
        }
        Self { method, path: path.into(), query: query.into(), headers: map, body: body.into() }
    }

    pub fn from_vector(vector: &Value) -> Self {
        let request = &vector["request"];
        let headers: Vec<(String, Value)> =
            serde_json::from_value(request["headers"].clone()).expect("headers are pairs");
        // One client hands its content length over as a number.
        let as_text = |value: Value| value.as_str().map_or_else(|| value.to_string(), Into::into);
        let headers: Vec<_> = headers.into_iter().map(|(name, value)| (name, as_text(value))).collect();
        let method = text(&request["method"]).parse().expect("a method");
        Self::new(method, text(&request["target"]), &headers, text(&request["body"]).as_bytes())
    }

    pub fn from_signed(signed: &SignedRequest) -> Self {
        Self::new(signed.method.clone(), &signed.path_and_query, &signed.headers, &signed.body)
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().expect("an ASCII header"))
    }

    pub fn set_header(&mut self, name: &'static str, value: &str) {
        self.headers.insert(name, value.parse().expect("a header value"));
    }

    /// Parses the parameters and hands them to `then` with the rest of the request.
    pub fn read<T>(&self, then: impl FnOnce(&Incoming<'_>) -> T) -> Result<T, ParamsError> {
        let form = is_form(&self.headers).then_some(&*self.body);
        let params = Params::parse(&self.query, form)?;
        Ok(then(&Incoming {
            method: &self.method,
            path: &self.path,
            headers: &self.headers,
            params: &params,
            body: &self.body,
        }))
    }

    /// The whole check, as a server does it.
    pub fn check(&self, secret: &str) -> Outcome {
        let secret = Secret::from(secret);
        let checked = self.read(|incoming| match sign::detect(incoming) {
            Detected::Absent => Outcome::Anonymous,
            Detected::Malformed(fault) => Outcome::Malformed(fault),
            Detected::Claim(claim) => match sign::verify(incoming, &claim, &secret) {
                Err(Mismatch) => Outcome::Mismatch(sign::explain(incoming, &claim)),
                Ok(()) => Outcome::Verified(Seen::of(incoming, &claim)),
            },
        });
        checked.unwrap_or_else(Outcome::Unreadable)
    }
}

impl Seen {
    fn of(incoming: &Incoming<'_>, claim: &Claim<'_>) -> Self {
        Self {
            scheme: claim.scheme,
            access_key_id: claim.access_key_id.into(),
            time: claim.time.into(),
            nonce: claim.nonce.into(),
            signature: claim.signature.into(),
            security_token: claim.security_token.map(Into::into),
            signed: sign::explain(incoming, claim),
        }
    }
}

impl Outcome {
    pub fn verified(self) -> Seen {
        match self {
            Self::Verified(seen) => seen,
            other => panic!("not verified: {other:?}"),
        }
    }
}

/// A text member of a vector.
pub fn text(value: &Value) -> &str {
    value.as_str().expect("a text")
}
