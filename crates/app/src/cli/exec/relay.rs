//! The way out of a command's own network: what connects to the vendor's ports in there is carried to the server's doors
//! out here. The listening sockets belong to the inner network, the connections made here to the outer one; nothing else
//! leads across.

use std::convert::Infallible;
use std::io::{self, ErrorKind};
use std::net::TcpListener;
use std::time::Duration;

use anyhow::Context as _;
use http::Uri;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::isolation::Inside;
use crate::running::Addresses;
use crate::tls::vendor_hosts;

/// More than any proxy says before a tunnel.
const MAX_HEAD: usize = 8 * 1024;
/// How long accepting rests when the system has no descriptor left.
const REST: Duration = Duration::from_millis(100);

/// Host and port of the doors that connections are carried to.
#[derive(Debug, Clone)]
pub struct Ways {
    http: (String, u16),
    proxy: (String, u16),
}

impl Ways {
    /// The ways to a server's doors.
    pub fn of(addresses: &Addresses) -> anyhow::Result<Self> {
        let proxy = addresses.proxy.as_deref().context("the server has no CONNECT door")?;
        Ok(Self {
            http: place(&addresses.endpoint).context("the endpoint is not usable")?,
            proxy: place(proxy).context("the CONNECT door is not usable")?,
        })
    }
}

fn place(url: &str) -> anyhow::Result<(String, u16)> {
    let uri: Uri = url.parse().context("it is not a URL")?;
    let host = uri.host().context("it names no host")?;
    let host = host.trim_start_matches('[').trim_end_matches(']').to_owned();
    anyhow::ensure!(uri.scheme_str() == Some("http"), "it must be written as http://HOST:PORT");
    Ok((host, uri.port_u16().unwrap_or(80)))
}

/// Carries connections until something else ends.
pub async fn serve(inside: Inside, ways: Ways) -> anyhow::Result<Infallible> {
    let Inside { https, http } = inside;
    let (proxy, plain) = (ways.proxy, ways.http);
    let never = tokio::try_join!(
        accept(https, move |inner| tunnel(inner, proxy.clone())),
        accept(http, move |inner| carry(inner, plain.clone())),
    );
    match never?.0 {}
}

async fn accept<F>(listener: TcpListener, way: impl Fn(TcpStream) -> F) -> anyhow::Result<Infallible>
where
    F: Future<Output = io::Result<()>> + Send + 'static,
{
    listener.set_nonblocking(true)?;
    let listener = tokio::net::TcpListener::from_std(listener)?;
    loop {
        match listener.accept().await {
            Ok((inner, _)) => {
                let carried = way(inner);
                tokio::spawn(async move {
                    if let Err(error) = carried.await {
                        tracing::debug!(%error, "a connection of the command was cut");
                    }
                });
            }
            Err(error) => {
                tracing::warn!(%error, "cannot accept connections of the command; trying again shortly");
                tokio::time::sleep(REST).await;
            }
        }
    }
}

/// The server's certificate follows the name that the client asks for in TLS, so any of the vendor's names opens the door.
async fn tunnel(mut inner: TcpStream, proxy: (String, u16)) -> io::Result<()> {
    let mut outer = TcpStream::connect(proxy).await?;
    let host = vendor_hosts::central_of("ims");
    outer.write_all(format!("CONNECT {host}:443 HTTP/1.1\r\nHost: {host}:443\r\n\r\n").as_bytes()).await?;
    let head = read_head(&mut outer).await?;
    if !is_success(&head) {
        return Err(io::Error::new(ErrorKind::ConnectionRefused, "the CONNECT door refuses"));
    }
    tokio::io::copy_bidirectional(&mut inner, &mut outer).await.map(drop)
}

async fn carry(mut inner: TcpStream, door: (String, u16)) -> io::Result<()> {
    let mut outer = TcpStream::connect(door).await?;
    tokio::io::copy_bidirectional(&mut inner, &mut outer).await.map(drop)
}

/// The head of an answer, and not a byte of what follows.
async fn read_head(stream: &mut TcpStream) -> io::Result<Vec<u8>> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        if head.len() == MAX_HEAD {
            return Err(io::Error::new(ErrorKind::InvalidData, "the CONNECT door does not speak HTTP"));
        }
        head.push(stream.read_u8().await?);
    }
    Ok(head)
}

fn is_success(head: &[u8]) -> bool {
    let mut words = head.split(|byte| *byte == b' ');
    let is_http = words.next().is_some_and(|version| version.starts_with(b"HTTP/1."));
    is_http && words.next().is_some_and(|status| status.len() == 3 && status.starts_with(b"2"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_success_is_a_tunnel() {
        assert!(
            is_success(b"HTTP/1.1 200 OK\r\n\r\n")
                && is_success(b"HTTP/1.0 200 Connection established\r\n\r\n")
        );
        for head in
            [b"HTTP/1.1 403 Forbidden\r\n\r\n".as_slice(), b"SSH-2.0 200 x\r\n\r\n", b"HTTP/1.1\r\n\r\n"]
        {
            assert!(!is_success(head));
        }
    }

    #[test]
    fn doors_are_http_urls() {
        assert_eq!(place("http://127.0.0.1:8688").unwrap(), ("127.0.0.1".to_owned(), 8688));
        assert_eq!(place("http://[::1]:1").unwrap(), ("::1".to_owned(), 1));
        for url in ["127.0.0.1:8688", "https://127.0.0.1:1", "", "http://"] {
            assert!(place(url).is_err(), "{url}");
        }
    }
}
