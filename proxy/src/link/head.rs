//! Reads the head of an HTTP message, and nothing of what follows it.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncBufRead, AsyncRead, AsyncWrite, ReadBuf};

/// The end of a head (RFC 9112, section 2.1).
const END: &[u8; 4] = b"\r\n\r\n";

/// A connection of which only one head is read. So whoever makes the handshake of a WebSocket keeps
/// nothing of the first frames.
pub(super) struct Head<S> {
    stream: S,
    /// Bytes of [`END`] that have just been read.
    matched: usize,
}

impl<S> Head<S> {
    /// A connection of which nothing is read yet.
    pub(super) const fn of(stream: S) -> Self {
        Self { stream, matched: 0 }
    }

    /// The connection, from the byte behind the head on if that was read.
    pub(super) fn into_inner(self) -> S {
        self.stream
    }

    /// The bytes of `input` up to the end of the head.
    fn take<'a>(&mut self, input: &'a [u8]) -> &'a [u8] {
        for (index, byte) in input.iter().enumerate() {
            self.matched = match *byte {
                byte if byte == END[self.matched] => self.matched + 1,
                b'\r' => 1,
                _ => 0,
            };
            if self.matched == END.len() {
                return &input[..=index];
            }
        }
        input
    }
}

impl<S: AsyncBufRead + Unpin> AsyncRead for Head<S> {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, out: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        if this.matched == END.len() {
            return Poll::Ready(Err(io::ErrorKind::InvalidData.into()));
        }
        let mut stream = Pin::new(&mut this.stream);
        let input = ready!(stream.as_mut().poll_fill_buf(cx))?;
        let input = &input[..input.len().min(out.remaining())];
        // The bytes are borrowed from the stream, so what is counted is kept apart.
        let mut head = Head { stream: (), matched: this.matched };
        let taken = head.take(input);
        out.put_slice(taken);
        let count = taken.len();
        stream.consume(count);
        this.matched = head.matched;
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Head<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, BufReader};

    use super::*;

    #[tokio::test]
    async fn what_follows_the_head_is_left() {
        for head in ["GET / HTTP/1.1\r\n\r\n", "a: b\r\r\n\r\n", "\r\n\r\n"] {
            for capacity in [1, 3, 100] {
                let bytes = [head, "frames"].concat();
                let mut reader = Head::of(BufReader::with_capacity(capacity, bytes.as_bytes()));
                let mut read = vec![0; head.len()];
                reader.read_exact(&mut read).await.unwrap();
                assert_eq!(read, head.as_bytes());
                assert!(reader.read(&mut [0]).await.is_err(), "nothing is read behind the head");
                let mut rest = String::new();
                reader.into_inner().read_to_string(&mut rest).await.unwrap();
                assert_eq!(rest, "frames");
            }
        }
    }
}
