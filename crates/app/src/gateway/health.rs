//! `/healthz`: the process serves connections. `/readyz`: its store answers too. Both say so in JSON, as everything here.

use bytes::Bytes;
use http::header::{CONTENT_TYPE, HeaderValue};
use http::{Response, StatusCode};
use http_body_util::Full;

use super::answer::Reply;
use super::backend::Backend;

/// The process answers.
pub(super) fn alive() -> Reply {
    reply(StatusCode::OK, serde_json::json!({"Status": "OK"}))
}

/// The store answers, or what it says instead.
pub(super) async fn ready<B: Backend>(backend: &B) -> Reply {
    let backend = backend.clone();
    // The store may have to wait for its disk; this thread must not.
    let ready = tokio::task::spawn_blocking(move || backend.ready()).await;
    match ready.unwrap_or_else(|_| Err("the check of the store failed".to_owned())) {
        Ok(()) => reply(StatusCode::OK, serde_json::json!({"Status": "OK"})),
        Err(reason) => {
            tracing::warn!(reason, "the store does not answer");
            reply(StatusCode::SERVICE_UNAVAILABLE, serde_json::json!({"Status": "Unavailable"}))
        }
    }
}

fn reply(status: StatusCode, body: serde_json::Value) -> Reply {
    let mut reply = Response::new(Full::new(Bytes::from(body.to_string())));
    *reply.status_mut() = status;
    reply.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json;charset=utf-8"));
    reply
}
