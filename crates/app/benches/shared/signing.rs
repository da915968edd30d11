//! Requests as bytes, signed beforehand, each with a nonce of its own.

use std::sync::atomic::{AtomicU64, Ordering};

use http::Method;
use ramward_domain::entropy::{Entropy, OsEntropy};
use ramward_domain::ops::OPERATIONS;
use ramward_domain::time::{Clock, SystemClock};
use ramward_rpc::api::Product;
use ramward_rpc::request::{RequestBuilder, SignedRequest};
use ramward_rpc::sign::{Scheme, Secret};

/// Who signs.
#[derive(Debug, Clone)]
pub struct Key {
    /// The AccessKey's id.
    pub id: String,
    /// Its secret.
    pub secret: Secret,
}

/// A call as clients of `scheme` send it: RPC 1.0 as GET with everything in the query, V3 as POST with everything
/// in headers.
pub fn call(scheme: Scheme, action: &str, params: &[(&str, &str)]) -> RequestBuilder {
    let known = OPERATIONS.iter().map(|operation| operation.api()).find(|api| api.action == action);
    let version = known.map_or(Product::Ims, |api| api.product).version();
    let request = RequestBuilder::new("ims.aliyuncs.com", version, action)
        .scheme(scheme)
        .params(params.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())))
        .header("accept", "application/json")
        .header("user-agent", "AlibabaCloud (Linux; x86_64) Bench/1");
    match scheme {
        Scheme::RpcV1 => request
            .method(Method::GET)
            .format("JSON")
            .param("RegionId", "cn-hangzhou")
            .param("SignatureType", ""),
        Scheme::V3 => request,
    }
}

/// The request signed now, as bytes.
pub fn sign(request: &RequestBuilder, key: &Key) -> Vec<u8> {
    static NONCES: AtomicU64 = AtomicU64::new(0);
    static RUN: std::sync::OnceLock<u64> = std::sync::OnceLock::new();
    let run = RUN.get_or_init(|| {
        let mut bytes = [0; 8];
        OsEntropy.fill(&mut bytes);
        u64::from_be_bytes(bytes)
    });
    let nonce = format!("{run:016x}{:016x}", NONCES.fetch_add(1, Ordering::Relaxed));
    bytes(&request.sign(&key.id, &key.secret, &SystemClock.now().to_string(), &nonce))
}

fn bytes(request: &SignedRequest) -> Vec<u8> {
    let mut out = format!("{} {} HTTP/1.1\r\n", request.method, request.path_and_query).into_bytes();
    for (name, value) in &request.headers {
        out.extend_from_slice(format!("{name}: {value}\r\n").as_bytes());
    }
    if request.method == Method::POST {
        out.extend_from_slice(format!("content-length: {}\r\n", request.body.len()).as_bytes());
    }
    out.extend_from_slice(b"\r\n");
    out.extend_from_slice(&request.body);
    out
}
