//! The source of what the streams of a link send.

use std::time::Instant;

use nws_protocol::Pieces;

use crate::{Channels, ConnId, Input};

/// The bytes that wait to be sent on streams.
pub trait Outgoing {
    /// The bytes that wait for `conn`, in order and in pieces of which none is empty.
    fn waiting(&self, conn: ConnId) -> impl Iterator<Item = &[u8]>;

    /// So many bytes of what waits for `conn` have been taken for sending. 0 means that nothing can
    /// be sent now.
    fn sent(&mut self, conn: ConnId, bytes: usize, now: Instant);

    /// Takes up to `max` bytes of what waits for `conn`, for sending. This calls
    /// [`sent`](Self::sent) if there are any.
    fn take(&mut self, conn: ConnId, max: usize, now: Instant) -> Pieces {
        let mut taken = Pieces::default();
        for part in self.waiting(conn) {
            let left = max - taken.len();
            taken.push(&part[..part.len().min(left)], left);
        }
        if !taken.is_empty() {
            self.sent(conn, taken.len(), now);
        }
        taken
    }

    /// `conn` is exempt from blame: what waits for it does so because other streams of the link
    /// have their turns.
    fn exempt(&mut self, conn: ConnId, now: Instant);
}

impl Outgoing for Channels {
    fn waiting(&self, conn: ConnId) -> impl Iterator<Item = &[u8]> {
        Self::waiting(self, conn)
    }

    fn sent(&mut self, conn: ConnId, bytes: usize, now: Instant) {
        self.handle(Input::Wrote { conn, bytes }, now);
    }

    fn take(&mut self, conn: ConnId, max: usize, now: Instant) -> Pieces {
        self.take_waiting(conn, max, now)
    }

    fn exempt(&mut self, conn: ConnId, now: Instant) {
        self.handle(Input::Exempt { conn }, now);
    }
}
