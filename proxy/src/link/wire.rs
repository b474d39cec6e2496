//! What TLS reads from, and writes to without a buffer.

use std::cell::Cell;
use std::io;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// What is taken from the network at once, in bytes, when much is to come. With less, system calls were measured to cost
/// more than TLS, and rustls itself asks for 4 KiB at a time.
const MUCH: usize = 128 * 1024;

/// A connection that gets a buffer for what is read when there is an [`Appetite`]: before, anybody can have
/// hundreds of them.
#[derive(Debug)]
pub(super) struct Wire<S> {
    stream: S,
    appetite: Appetite,
    /// Empty while there is none.
    buffer: Box<[u8]>,
    start: usize,
    end: usize,
}

/// Whether much is to be read.
#[derive(Clone, Debug, Default)]
pub(super) struct Appetite(Rc<Cell<bool>>);

impl Appetite {
    /// Much is to be read from now on.
    pub(super) fn awaken(&self) {
        self.0.set(true);
    }
}

impl<S> Wire<S> {
    /// Nothing is read yet.
    pub(super) fn new(stream: S) -> Self {
        Self { stream, appetite: Appetite::default(), buffer: Box::default(), start: 0, end: 0 }
    }

    /// The one of this connection.
    pub(super) fn appetite(&self) -> &Appetite {
        &self.appetite
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Wire<S> {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, out: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        if this.buffer.is_empty() {
            if !this.appetite.0.get() {
                return Pin::new(&mut this.stream).poll_read(cx, out);
            }
            this.buffer = vec![0; MUCH].into_boxed_slice();
        }
        if this.start == this.end {
            let mut buffer = ReadBuf::new(&mut this.buffer);
            ready!(Pin::new(&mut this.stream).poll_read(cx, &mut buffer))?;
            (this.start, this.end) = (0, buffer.filled().len());
        }
        let next = this.end.min(this.start + out.remaining());
        out.put_slice(&this.buffer[this.start..next]);
        this.start = next;
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Wire<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        parts: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(cx, parts)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
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
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    use super::*;

    #[tokio::test]
    async fn no_byte_is_lost_when_appetite_comes() {
        let bytes: Vec<u8> = (0..3 * MUCH).map(|number| number as u8).collect();
        let (near, mut far) = tokio::io::duplex(bytes.len());
        far.write_all(&bytes).await.unwrap();
        far.shutdown().await.unwrap();
        let mut wire = Wire::new(near);
        let mut read = vec![0; 1000];
        wire.read_exact(&mut read).await.unwrap();
        assert!(wire.buffer.is_empty());
        wire.appetite().awaken();
        let mut more = vec![0; 1000];
        wire.read_exact(&mut more).await.unwrap();
        assert_eq!((wire.buffer.len(), wire.end), (MUCH, MUCH));
        read.append(&mut more);
        wire.read_to_end(&mut read).await.unwrap();
        assert!(read == bytes);
    }
}
