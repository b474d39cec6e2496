//! Limits what is held for messages of clients whose end has not come.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Instant;

use nws_protocol::CloseCode;
use nws_protocol::limits::{UNFINISHED_MAX, UNFINISHED_SHARE};

use super::{Channels, ConnId, Shared};

/// The bytes that are held for such messages, counted together with other state machines.
pub(super) struct Unfinished {
    shared: Arc<Shared>,
    /// The clients that have sent more than their share, by the bytes that they have sent.
    large: BTreeSet<(usize, ConnId)>,
}

impl Unfinished {
    pub(super) fn new(shared: Arc<Shared>) -> Self {
        Self { shared, large: BTreeSet::new() }
    }

    /// Counts what a client has sent of a message without an end. Nearly all clients have sent no
    /// more than their share, and cost nothing else.
    pub(super) fn note(&mut self, conn: ConnId, before: usize, after: usize) {
        self.shared.count_unfinished(before, after);
        if before > UNFINISHED_SHARE {
            self.large.remove(&(before, conn));
        }
        if after > UNFINISHED_SHARE {
            self.large.insert((after, conn));
        }
    }

    /// The client that has sent most, if too much is held for all together and it has more than its
    /// share.
    fn largest(&self) -> Option<ConnId> {
        let is_too_much = self.shared.unfinished() > UNFINISHED_MAX;
        self.large.last().filter(|_| is_too_much).map(|&(_, conn)| conn)
    }
}

impl Channels {
    /// Notes what is held for an unfinished message. When too much is held for all together and a
    /// client adds to it, the client for which most is held is closed. A client with no more than
    /// its share is never closed.
    pub(super) fn on_unfinished(&mut self, conn: ConnId, bytes: usize, now: Instant) {
        let Some(client) = self.rosters.client_mut(conn) else { return };
        client.heard = now;
        let before = std::mem::replace(&mut client.unfinished, bytes);
        self.unfinished.note(conn, before, bytes);
        if bytes > before
            && let Some(largest) = self.unfinished.largest()
        {
            self.close(largest, CloseCode::TryAgainLater, "too many unfinished messages", now);
        }
    }
}
