//! A connection's bytes, decrypted where they were not. Notes what moves, and puts an envelope around the refusals that the HTTP library makes by
//! itself: it answers an unreadable head with a bare status, which the vendor's clients cannot parse.

use std::io::{self, IoSlice};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::limits::Progress;

/// Makes the answer in place of a bare refusal of the given status.
pub(super) type MakeEnvelope = Arc<dyn Fn(u16) -> Vec<u8> + Send + Sync>;

/// The stream over a socket, or over the TLS on one.
pub(super) struct Stream<S> {
    socket: S,
    progress: Arc<Progress>,
    envelope: MakeEnvelope,
    substitute: Option<Substitute>,
}

/// What is written in place of the library's own bytes.
struct Substitute {
    bytes: Vec<u8>,
    written: usize,
    /// How many bytes it stands for.
    stands_for: usize,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Stream<S> {
    pub(super) fn new(socket: S, progress: Arc<Progress>, envelope: MakeEnvelope) -> Self {
        Self { socket, progress, envelope, substitute: None }
    }

    fn poll_substitute(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<usize>> {
        while let Some(substitute) = &mut self.substitute {
            let rest = substitute.bytes.get(substitute.written..).unwrap_or_default();
            if rest.is_empty() {
                let stands_for = substitute.stands_for;
                self.substitute = None;
                return Poll::Ready(Ok(stands_for));
            }
            match ready!(Pin::new(&mut self.socket).poll_write(cx, rest))? {
                0 => return Poll::Ready(Err(io::ErrorKind::WriteZero.into())),
                count => substitute.written += count,
            }
        }
        Poll::Ready(Ok(0))
    }

    /// Whether `bytes` is a bare refusal, or one is being replaced; prepares the substitute.
    fn substitutes(&mut self, bytes: &[u8]) -> bool {
        if self.substitute.is_none() {
            let Some(status) = bare_refusal(bytes) else { return false };
            let bytes_for = (self.envelope)(status);
            self.substitute = Some(Substitute { bytes: bytes_for, written: 0, stands_for: bytes.len() });
        }
        true
    }

    fn note<T>(&self, written: Poll<T>) -> Poll<T> {
        self.progress.note_write(written.is_pending());
        written
    }
}

/// The status of a refusal without a body, if that is what `bytes` are. Every answer of the gateway has a body and a
/// request id, so it is never taken for one.
fn bare_refusal(bytes: &[u8]) -> Option<u16> {
    let digits = bytes.strip_prefix(b"HTTP/1.1 ").or_else(|| bytes.strip_prefix(b"HTTP/1.0 "))?;
    if digits.first() != Some(&b'4') || bytes.len() > 256 || !bytes.ends_with(b"\r\n\r\n") {
        return None;
    }
    let has = |needle: &[u8]| bytes.windows(needle.len()).any(|window| window.eq_ignore_ascii_case(needle));
    if !has(b"\r\ncontent-length: 0\r\n") || has(b"\r\nx-acs-request-id: ") {
        return None;
    }
    std::str::from_utf8(digits.get(..3)?).ok()?.parse().ok()
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncRead for Stream<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        ready!(Pin::new(&mut self.socket).poll_read(cx, buffer))?;
        if buffer.filled().len() > before {
            self.progress.note_received();
        }
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncWrite for Stream<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let written = if self.substitutes(bytes) {
            self.poll_substitute(cx)
        } else {
            Pin::new(&mut self.socket).poll_write(cx, bytes)
        };
        self.note(written)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = if slices.first().is_some_and(|first| self.substitutes(first)) {
            self.poll_substitute(cx)
        } else {
            Pin::new(&mut self.socket).poll_write_vectored(cx, slices)
        };
        self.note(written)
    }

    fn is_write_vectored(&self) -> bool {
        self.socket.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.socket).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.socket).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_librarys_own_refusals_are_bare() {
        let rows: [(&[u8], Option<u16>); 6] = [
            (b"HTTP/1.1 400 Bad Request\r\nconnection: close\r\ncontent-length: 0\r\n\r\n", Some(400)),
            (
                b"HTTP/1.0 431 Request Header Fields Too Large\r\nContent-Length: 0\r\ndate: x\r\n\r\n",
                Some(431),
            ),
            (b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n", None),
            (b"HTTP/1.1 404 Not Found\r\nx-acs-request-id: A\r\ncontent-length: 0\r\n\r\n", None),
            (b"HTTP/1.1 404 Not Found\r\ncontent-length: 2\r\n\r\n{}", None),
            (b"{\"Message\":\"HTTP/1.1 400\"}", None),
        ];
        for (bytes, status) in rows {
            assert_eq!(bare_refusal(bytes), status, "{}", String::from_utf8_lossy(bytes));
        }
    }
}
