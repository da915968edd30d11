//! The proxy's side of a connection: whom a client may ask for, and what happens then. No request goes on from here to
//! another machine: the names of IMS, RAM and STS mean this very server, every other name is refused.

use std::convert::Infallible;
use std::error::Error;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use http::uri::Authority;
use http::{Method, Request, Response};
use http_body_util::Full;
use hyper::body::{Body, Incoming};
use hyper::rt::{Read, Write};
use hyper::server::conn::http1::UpgradeableConnection;
use hyper::service::{HttpService, service_fn};
use hyper::upgrade::{OnUpgrade, Upgraded};
use hyper_util::rt::TokioIo;
use ramward_rpc::error::{ApiError, Plain};
use tokio::net::TcpStream;

use super::Shared;
use super::answer::{Afterwards, Reply};
use super::backend::Backend;
use super::connection::{Exchange, Graceful, Origin, builder, drive, envelope};
use super::limits::{Progress, now};
use super::stream::Stream;
use crate::tls::vendor_hosts::{self, VendorHost};

const HTTPS: u16 = 443;
const HTTP: u16 = 80;

/// Serves what comes before a CONNECT: the tunnel, once there is one.
pub(super) async fn serve<B: Backend>(
    shared: &Arc<Shared<B>>,
    socket: TcpStream,
    origin: Origin,
) -> Option<Upgraded> {
    let progress = Progress::new();
    let stream = Stream::new(socket, Arc::clone(&progress), envelope(shared, origin.peer));
    let proxy =
        Proxy { exchange: Exchange { shared, progress: &progress, origin }, tunnel: Mutex::new(None) };
    let connection = builder(shared)
        .serve_connection(TokioIo::new(stream), service_fn(|request| proxy.run(request)))
        .with_upgrades();
    drive(shared, &progress, origin.peer, connection).await;
    let tunnel = proxy.tunnel.lock().unwrap_or_else(PoisonError::into_inner).take()?;
    // It fails where the connection ended before the tunnel began.
    tunnel.await.ok()
}

impl<I, B, S> Graceful for UpgradeableConnection<I, S>
where
    I: Read + Write + Unpin + Send + 'static,
    S: HttpService<Incoming, ResBody = B>,
    S::Error: Into<Box<dyn Error + Send + Sync>>,
    B: Body + 'static,
    B::Error: Into<Box<dyn Error + Send + Sync>>,
{
    fn end(self: Pin<&mut Self>) {
        self.graceful_shutdown();
    }
}

struct Proxy<'a, B> {
    exchange: Exchange<'a, B>,
    tunnel: Mutex<Option<OnUpgrade>>,
}

impl<B: Backend> Proxy<'_, B> {
    async fn run(&self, mut request: Request<Incoming>) -> Result<Reply, Infallible> {
        let is_tunnel = *request.method() == Method::CONNECT;
        let port = if is_tunnel { HTTPS } else { HTTP };
        if !request.uri().authority().is_some_and(|authority| is_ours(authority, port)) {
            return Ok(self.forbid(&request));
        }
        if !is_tunnel {
            // A client that would have sent its request in the clear, which here is no further than this machine.
            return self.exchange.run(request).await;
        }
        let began = now();
        self.exchange.progress.begin_request();
        let tunnel = hyper::upgrade::on(&mut request);
        *self.tunnel.lock().unwrap_or_else(PoisonError::into_inner) = Some(tunnel);
        self.exchange.progress.end_request(began);
        Ok(Response::new(Full::new(Bytes::new())))
    }

    fn forbid(&self, request: &Request<Incoming>) -> Reply {
        let began = now();
        self.exchange.progress.begin_request();
        let message =
            "This proxy leads to this server only: CONNECT to port 443 of a host of IMS, RAM or STS.";
        let mut answer =
            self.exchange.refuse(request, &ApiError::with_message(Plain::InvalidParameter, message));
        answer.status = 403;
        self.exchange.answered(began, answer, Afterwards::Close)
    }
}

/// Whether a client that asks for `authority` means this server.
fn is_ours(authority: &Authority, port: u16) -> bool {
    // What stands before an @ is for whoever splits names in another way than this.
    !authority.as_str().contains('@')
        && authority.port_u16().unwrap_or(port) == port
        && VendorHost::read(&vendor_hosts::normal(authority.host())).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_vendors_names_and_their_own_port() {
        let is_ours = |text: &str, port| is_ours(&text.parse().unwrap(), port);
        for text in ["ims.aliyuncs.com:443", "IMS.ALIYUNCS.COM:443", "sts.cn-beijing.aliyuncs.com.:443"] {
            assert!(is_ours(text, HTTPS) && !is_ours(text, HTTP), "{text}");
        }
        assert!(is_ours("ram.aliyuncs.com", HTTP));
        for text in [
            "example.com:443",
            "127.0.0.1:443",
            "[::1]:443",
            "localhost:443",
            "ims.aliyuncs.com:22",
            "ims.aliyuncs.com:8443",
            "ecs.aliyuncs.com:443",
            "ims.aliyuncs.com.evil.example:443",
            "ims.aliyuncs.com@evil.example:443",
            "evil.example@ims.aliyuncs.com:443",
        ] {
            assert!(!is_ours(text, HTTPS), "{text}");
        }
    }
}
