//! Reads from the network for TLS.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use nws_protocol::limits::READ_PER_PASS;
use tokio::io::{AsyncRead, Join, ReadBuf, join};
use tokio::task::coop;

use super::carrier::{Carrier, Reader, Writer};
use super::intake::Intake;

/// Bytes that are read from the network at once when many are to come. With fewer, system calls
/// were measured to cost more than TLS, and rustls itself asks for 4 KiB at a time.
const MUCH: usize = 128 * 1024;

/// Bytes that count as one of the steps after which a task lets others have their turn. A task has
/// 128 steps, so a turn reads as much as a pass reads from a client.
const STEP: usize = READ_PER_PASS / 128;

/// A connection as TLS gets it.
pub(super) type Wired = Join<Wire<Reader>, Writer>;

/// A connection of which nothing is read yet.
pub(super) fn wired(stream: impl Carrier) -> Wired {
    let (reader, writer) = stream.halves();
    join(Wire::new(reader), writer)
}

/// The reading half of a connection that gets a read buffer only when a channel is matched. Before
/// that, any host can have hundreds of connections.
#[derive(Debug)]
pub(super) struct Wire<S> {
    stream: S,
    intake: Intake,
    /// Empty until a channel is matched.
    buffer: Box<[u8]>,
    start: usize,
    end: usize,
}

impl<S> Wire<S> {
    fn new(stream: S) -> Self {
        Self { stream, intake: Intake::default(), buffer: Box::default(), start: 0, end: 0 }
    }

    /// The intake of this connection.
    pub(super) fn intake(&self) -> &Intake {
        &self.intake
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Wire<S> {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, out: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let before = out.filled().len();
        ready!(this.poll_some(cx, out))?;
        let taken = this.intake.takes_bytes(out.filled().len() - before);
        if taken.is_err() {
            // When reading fails, nothing is read.
            out.set_filled(before);
        }
        Poll::Ready(taken.map_err(io::Error::other))
    }
}

impl<S: AsyncRead + Unpin> Wire<S> {
    fn poll_some(&mut self, cx: &mut Context<'_>, out: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        if self.buffer.is_empty() {
            if !self.intake.is_matched() {
                return Pin::new(&mut self.stream).poll_read(cx, out);
            }
            self.buffer = vec![0; MUCH].into_boxed_slice();
        }
        let step = ready!(coop::poll_proceed(cx));
        if self.start == self.end {
            let mut buffer = ReadBuf::new(&mut self.buffer);
            ready!(Pin::new(&mut self.stream).poll_read(cx, &mut buffer))?;
            (self.start, self.end) = (0, buffer.filled().len());
        }
        let next = self.end.min(self.start + out.remaining());
        out.put_slice(&self.buffer[self.start..next]);
        step.made_progress();
        take_steps((next - self.start) / STEP, cx);
        self.start = next;
        Poll::Ready(Ok(()))
    }
}

/// Counts so many steps more in this turn.
fn take_steps(count: usize, cx: &mut Context<'_>) {
    for _ in 0..count {
        match coop::poll_proceed(cx) {
            Poll::Ready(step) => step.made_progress(),
            Poll::Pending => return,
        }
    }
}

#[cfg(test)]
mod tests {
    use nws_protocol::limits::{LINK_EARLY_BYTES, LINK_UNHEARD_MAX};
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    use super::*;

    #[tokio::test]
    async fn no_byte_is_lost_when_a_channel_is_shared() {
        let bytes: Vec<u8> = (0..MUCH + MUCH / 2).map(|number| number as u8).collect();
        let (near, mut far) = tokio::io::duplex(bytes.len());
        far.write_all(&bytes).await.unwrap();
        far.shutdown().await.unwrap();
        let mut wire = Wire::new(near);
        let mut read = vec![0; 1000];
        wire.read_exact(&mut read).await.unwrap();
        assert!(wire.buffer.is_empty());
        wire.intake().lift_allowance();
        let mut more = vec![0; 1000];
        wire.read_exact(&mut more).await.unwrap();
        assert_eq!((wire.buffer.len(), wire.end), (MUCH, MUCH));
        read.append(&mut more);
        wire.read_to_end(&mut read).await.unwrap();
        assert!(read == bytes);
    }

    #[tokio::test]
    async fn bytes_that_make_no_message_have_an_end() {
        let bytes = vec![0; 2 * LINK_UNHEARD_MAX];
        let (near, mut far) = tokio::io::duplex(bytes.len());
        far.write_all(&bytes).await.unwrap();
        let mut wire = Wire::new(near);
        wire.intake().lift_allowance();
        let mut read = vec![0; LINK_UNHEARD_MAX];
        wire.read_exact(&mut read).await.unwrap();
        let error = wire.read(&mut read).await.unwrap_err();
        assert_eq!(error.to_string(), "a message has no end");
        wire.intake().has_message();
        assert_eq!(wire.read(&mut read[..1000]).await.unwrap(), 1000);
    }

    #[tokio::test]
    async fn a_stranger_has_its_own_end() {
        let (near, mut far) = tokio::io::duplex(2 * LINK_UNHEARD_MAX);
        far.write_all(&vec![0; LINK_EARLY_BYTES as usize + 1]).await.unwrap();
        let mut wire = Wire::new(near);
        let mut read = vec![0; LINK_EARLY_BYTES as usize];
        wire.read_exact(&mut read).await.unwrap();
        wire.intake().has_message();
        let error = wire.read(&mut read).await.unwrap_err();
        assert_eq!(error.to_string(), "too much was said before a channel was matched");
    }
}
