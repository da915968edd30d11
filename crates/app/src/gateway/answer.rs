//! An [`Answer`] as an HTTP response. The header fields are those that the vendor's gateway sends (logged responses,
//! 2022 to 2025), without the cross-origin ones: no client reads them, and nothing here is meant for other origins.
//! Bodies are never compressed, which every client accepts and one of them (Node, tea-openapi) needs.

use bytes::Bytes;
use http::header::{CONNECTION, CONTENT_TYPE, HeaderName, HeaderValue};
use http::{Response, StatusCode};
use http_body_util::Full;

use ramward_domain::service::Answer;

/// A whole response.
pub(super) type Reply = Response<Full<Bytes>>;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-acs-request-id");
const TRACE_ID: HeaderName = HeaderName::from_static("x-acs-trace-id");
/// Milliseconds; the vendor's SDKs raise their throttling error by it.
const RETRY_AFTER: HeaderName = HeaderName::from_static("x-acs-retry-after");

/// Whether the connection may go on after a response.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Afterwards {
    /// The next request may follow.
    KeepAlive,
    /// What the client still sends will not be read.
    Close,
}

/// The response that carries `answer`.
pub(super) fn respond(answer: Answer, afterwards: Afterwards) -> Reply {
    let mut reply = Response::new(Full::new(Bytes::from(answer.body)));
    // The service gives only statuses of its own tables.
    *reply.status_mut() = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let headers = reply.headers_mut();
    headers.insert(CONTENT_TYPE, content_type(answer.content_type));
    let id = answer.request_id.as_str().as_bytes();
    insert(headers, REQUEST_ID, id);
    if let Ok(id) = id.try_into() {
        insert(headers, TRACE_ID, &trace_id(id));
    }
    if let Some(milliseconds) = answer.retry_after_ms {
        headers.insert(RETRY_AFTER, HeaderValue::from(milliseconds));
    }
    if afterwards == Afterwards::Close {
        headers.insert(CONNECTION, HeaderValue::from_static("close"));
    }
    reply
}

/// The usual one is known to be valid without looking at it each time.
fn content_type(text: &'static str) -> HeaderValue {
    const JSON: &str = "application/json;charset=utf-8";
    const JSON_VALUE: HeaderValue = HeaderValue::from_static(JSON);
    if text == JSON { JSON_VALUE } else { HeaderValue::from_static(text) }
}

/// The digits of a request id in lower case, as the vendor writes trace ids.
fn trace_id(id: &[u8; 36]) -> [u8; 32] {
    let mut trace = [0; 32];
    trace[0..8].copy_from_slice(&id[0..8]);
    trace[8..12].copy_from_slice(&id[9..13]);
    trace[12..16].copy_from_slice(&id[14..18]);
    trace[16..20].copy_from_slice(&id[19..23]);
    trace[20..32].copy_from_slice(&id[24..36]);
    trace.make_ascii_lowercase();
    trace
}

fn insert(headers: &mut http::HeaderMap, name: HeaderName, value: &[u8]) {
    if let Ok(value) = HeaderValue::from_bytes(value) {
        headers.insert(name, value);
    }
}

/// The same as bytes, for the one case that the HTTP library answers by itself.
pub(super) fn write(answer: &Answer, status_line: &str) -> Vec<u8> {
    let mut bytes = format!(
        "HTTP/1.1 {status_line}\r\ncontent-type: {}\r\nx-acs-request-id: {}\r\nconnection: close\r\ncontent-length: {}\r\n\r\n",
        answer.content_type,
        answer.request_id.as_str(),
        answer.body.len()
    )
    .into_bytes();
    bytes.extend_from_slice(&answer.body);
    bytes
}
