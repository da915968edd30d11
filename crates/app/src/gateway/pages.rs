//! Requests for pages on their way to the console: off the connection's task, since a page waits for the calls that it is
//! made of. Knows no page.

use std::sync::Arc;

use bytes::Bytes;
use http::{Request, Response, StatusCode};
use http_body_util::Full;
use hyper::body::Incoming;

use super::answer::Reply;
use super::connection::Origin;
use crate::console::request::PageRequest;
use crate::console::{self, Console};

/// Whether a path is of the console.
pub(super) fn is_one(path: &str) -> bool {
    path.strip_prefix(console::ROOT).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// The console's answer.
pub(super) async fn reply(
    console: &Arc<Console>,
    request: &Request<Incoming>,
    body: Bytes,
    origin: Origin,
) -> Reply {
    let asked = PageRequest {
        method: request.method().clone(),
        path: request.uri().path().to_owned(),
        query: request.uri().query().unwrap_or_default().to_owned(),
        headers: request.headers().clone(),
        body,
        peer: origin.peer,
        secure: origin.secure,
    };
    let console = Arc::clone(console);
    match tokio::task::spawn_blocking(move || console.respond(&asked)).await {
        Ok(answer) => answer.map(Full::new),
        Err(error) => {
            tracing::error!(%error, "a page of the console failed");
            let mut failed = Response::new(Full::new(Bytes::from_static(b"The page could not be made.\n")));
            *failed.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
            failed
        }
    }
}
