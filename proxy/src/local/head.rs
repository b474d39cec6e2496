//! Limits heads of requests while they come: each one alone, and all long ones together.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll};

use nws_protocol::limits::REQUEST_HEAD_LEAST;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use crate::refusals::{Refusals, Refused};

/// Bytes that all heads together may still take, beyond those that each may take anyway.
#[derive(Clone, Debug)]
pub(super) struct HeadRoom {
    left: Arc<AtomicUsize>,
    refusals: Refusals,
}

/// What one connection has read of a head, and has reserved for it.
#[derive(Clone, Debug)]
pub(super) struct HeadShare(Arc<Share>);

#[derive(Debug)]
struct Share {
    room: HeadRoom,
    /// Most bytes that it reserves: of a longer head nothing more is kept.
    most: usize,
    read: AtomicUsize,
    taken: AtomicUsize,
}

/// A connection whose reads are counted.
#[derive(Debug)]
pub(super) struct Counted<S> {
    stream: S,
    share: HeadShare,
}

impl HeadRoom {
    pub(super) fn new(bytes: usize, refusals: Refusals) -> Self {
        Self { left: Arc::new(AtomicUsize::new(bytes)), refusals }
    }

    /// The share of a connection whose heads have at most `head_max` bytes.
    pub(super) fn share(&self, head_max: usize) -> HeadShare {
        // The last read may bring as many bytes again.
        let most = head_max.saturating_mul(2).saturating_sub(REQUEST_HEAD_LEAST);
        HeadShare(Arc::new(Share { room: self.clone(), most, read: 0.into(), taken: 0.into() }))
    }

    fn take(&self, bytes: usize) -> bool {
        let less = |left: usize| left.checked_sub(bytes);
        self.left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, less).is_ok()
    }
}

impl HeadShare {
    /// The head is complete.
    pub(super) fn finish(&self) {
        self.0.finish();
    }

    /// Counts so many bytes that were read. Gives whether there is room for them.
    fn add(&self, bytes: usize) -> bool {
        let Share { room, most, read, taken } = &*self.0;
        let read = read.fetch_add(bytes, Ordering::Relaxed).saturating_add(bytes);
        let needed = read.saturating_sub(REQUEST_HEAD_LEAST).min(*most);
        let more = needed.saturating_sub(taken.load(Ordering::Relaxed));
        if !room.take(more) {
            room.refusals.count(Refused::Full);
            return false;
        }
        taken.fetch_add(more, Ordering::Relaxed);
        true
    }
}

impl Share {
    fn finish(&self) {
        self.read.store(0, Ordering::Relaxed);
        self.room.left.fetch_add(self.taken.swap(0, Ordering::Relaxed), Ordering::Relaxed);
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        self.finish();
    }
}

impl<S> Counted<S> {
    pub(super) fn new(stream: S, share: HeadShare) -> Self {
        Self { stream, share }
    }

    /// The connection, which has left HTTP.
    pub(super) fn into_inner(self) -> S {
        self.stream
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Counted<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buf.filled().len();
        let outcome = Pin::new(&mut self.stream).poll_read(cx, buf);
        match self.share.add(buf.filled().len() - before) {
            true => outcome,
            false => Poll::Ready(Err(io::Error::other("too many long heads of requests at one time"))),
        }
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Counted<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
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
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_each_may_have_anyway_takes_no_room() {
        let room = HeadRoom::new(0, Refusals::default());
        let shares: Vec<_> = (0..100).map(|_| room.share(64 * 1024)).collect();
        assert!(shares.iter().all(|share| share.add(REQUEST_HEAD_LEAST)));
        assert!(!shares[0].add(1));
    }

    #[test]
    fn long_heads_share_one_room_and_give_it_back() {
        let room = HeadRoom::new(100, Refusals::default());
        let [one, other] = [room.share(64 * 1024), room.share(64 * 1024)];
        assert!(one.add(REQUEST_HEAD_LEAST + 60) && one.add(10));
        assert!(!other.add(REQUEST_HEAD_LEAST + 31));
        one.finish();
        assert!(other.add(1));
        drop(other);
        assert!(one.add(REQUEST_HEAD_LEAST + 100));
    }

    #[test]
    fn what_follows_a_head_takes_no_more_than_the_longest_one() {
        let room = HeadRoom::new(REQUEST_HEAD_LEAST + 200, Refusals::default());
        let share = room.share(REQUEST_HEAD_LEAST + 100);
        assert!((0..1000).all(|_| share.add(1000)));
    }
}
