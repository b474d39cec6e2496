//! A stream of bytes to another site, as its user and as the broker see it.

use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker, ready};

use bytes::{Buf, BytesMut};
use tokio::io::{AsyncRead, DuplexStream, Join, ReadBuf, duplex, join};
use tokio::sync::Notify;

use crate::credit::{Overrun, Receiver, Sender};

/// Bytes that a writer may be ahead of the broker.
const AHEAD: usize = 128 * 1024;

/// Why a stream has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ending {
    /// The other side has no more to say.
    Finished,
    /// Something may be missing.
    Broken,
}

/// A stream of bytes to another site: what a TCP connection is to another machine.
pub type VirtualStream = Join<VirtualReader, DuplexStream>;

/// The reading half of a stream.
///
/// Reading fails with [`io::ErrorKind::ConnectionReset`] when the broker was lost, as something may
/// be missing then.
#[derive(Debug)]
pub struct VirtualReader(Arc<Shared>);

/// What both sides of a stream share.
#[derive(Debug, Default)]
pub(crate) struct Shared {
    state: Mutex<State>,
    /// There is something to tell the other side, or nothing more to do.
    changed: Notify,
}

#[derive(Debug, Default)]
struct State {
    arrived: BytesMut,
    reader: Option<Waker>,
    receiver: Receiver,
    sender: Sender,
    ending: Option<Ending>,
    window: u64,
    /// Its user has gone.
    is_left: bool,
}

/// A new stream: for its user, for what arrives, and what it is to send.
pub(crate) fn stream(window: u64) -> (VirtualStream, Arc<Shared>, DuplexStream) {
    let shared =
        Arc::new(Shared { state: Mutex::new(State { window, ..State::default() }), changed: Notify::new() });
    // A half of a simplex does not tell the other one that it is dropped.
    let (outbox, writer) = duplex(AHEAD);
    (join(VirtualReader(Arc::clone(&shared)), writer), shared, outbox)
}

impl Shared {
    /// Bytes have arrived.
    pub(crate) fn arrive(&self, data: &[u8]) -> Result<(), Overrun> {
        let mut state = self.state();
        if state.ending.is_none() {
            state.receiver.arrive(data.len())?;
            state.arrived.extend_from_slice(data);
            state.wake_reader();
            if state.receiver.is_due(state.window) {
                self.changed.notify_one();
            }
        }
        Ok(())
    }

    /// The other side takes bytes up to this one.
    pub(crate) fn raise(&self, limit: u64) {
        self.state().sender.raise(limit);
        self.changed.notify_one();
    }

    pub(crate) fn end(&self, ending: Ending) {
        let mut state = self.state();
        state.ending.get_or_insert(ending);
        state.wake_reader();
        self.changed.notify_one();
    }

    /// Whether its user has gone.
    pub(crate) fn is_left(&self) -> bool {
        self.state().is_left
    }

    /// Whether anything has come from the other side.
    pub(crate) fn is_answered(&self) -> bool {
        let state = self.state();
        state.receiver.has_some() || state.sender.is_raised()
    }

    pub(crate) fn is_over(&self) -> bool {
        self.state().ending.is_some()
    }

    /// A limit that the other side is to be told, with windows of this size.
    pub(crate) fn grant(&self, window: u64) -> Option<u64> {
        let mut state = self.state();
        state.window = window;
        state.receiver.grant(window)
    }

    pub(crate) fn room(&self) -> usize {
        self.state().sender.room()
    }

    pub(crate) fn sent(&self, count: usize) {
        self.state().sender.send(count);
    }

    /// Waits until there may be something to tell the other side.
    pub(crate) async fn changed(&self) {
        self.changed.notified().await;
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn wake_reader(&mut self) {
        if let Some(reader) = self.reader.take() {
            reader.wake();
        }
    }

    fn poll_read(&mut self, cx: &Context<'_>, out: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        if self.ending == Some(Ending::Broken) {
            return Poll::Ready(Err(io::ErrorKind::ConnectionReset.into()));
        }
        if self.arrived.is_empty() && self.ending.is_none() {
            self.reader = Some(cx.waker().clone());
            return Poll::Pending;
        }
        let count = self.arrived.len().min(out.remaining());
        out.put_slice(&self.arrived[..count]);
        self.arrived.advance(count);
        self.receiver.read(count);
        Poll::Ready(Ok(()))
    }
}

impl Drop for VirtualReader {
    fn drop(&mut self) {
        self.0.state().is_left = true;
        self.0.changed.notify_one();
    }
}

impl AsyncRead for VirtualReader {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, out: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let is_due = {
            let mut state = self.0.state();
            ready!(state.poll_read(cx, out))?;
            state.receiver.is_due(state.window)
        };
        if is_due {
            self.0.changed.notify_one();
        }
        Poll::Ready(Ok(()))
    }
}
