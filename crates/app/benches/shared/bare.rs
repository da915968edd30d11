//! What ratios are taken to: an axum server that does nothing but answer the same bytes.

use std::io::Write;
use std::net::SocketAddr;

use anyhow::{Context, Result};
use axum::Router;
use axum::http::header::CONTENT_TYPE;
use axum::routing::any;
use bytes::Bytes;

/// The role's name on the command line.
pub const ROLE: &str = "bare-server";

/// Serves `body` at `address` on `threads` threads until it is killed.
///
/// # Errors
/// It cannot listen.
pub fn serve(address: SocketAddr, threads: usize, body: &str) -> Result<()> {
    let body = Bytes::copy_from_slice(body.as_bytes());
    let answer = move || {
        let body = body.clone();
        async move { ([(CONTENT_TYPE, "application/json;charset=utf-8")], body) }
    };
    let app = Router::new().route("/", any(answer));
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(threads).enable_all().build()?;
    runtime.block_on(async {
        let listener = tokio::net::TcpListener::bind(address).await?;
        let mut stdout = std::io::stdout();
        stdout.write_all(b"ready\n")?;
        stdout.flush()?;
        axum::serve(listener, app).await.context("the bare server ended")
    })
}

/// A request without any meaning, which is all it is asked.
pub fn plain(address: SocketAddr) -> Vec<u8> {
    format!("GET / HTTP/1.1\r\nhost: {address}\r\n\r\n").into_bytes()
}
