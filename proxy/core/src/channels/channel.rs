//! One channel: its members in the order in which they are served, and their ids.

use std::collections::HashMap;

use ahash::RandomState;
use nws_protocol::PeerId;

use super::{ChannelKey, ConnId, Framing};

/// The roster of a channel. It exists while an id is in it.
pub(super) struct Channel {
    pub(super) key: ChannelKey,
    /// Those who are present, that is, announced.
    pub(super) present: Vec<ConnId>,
    /// Ids of those who are present and of those who reserved one.
    ids: HashMap<PeerId, ConnId, RandomState>,
    /// How many of `present` are raw.
    pub(super) raw: usize,
}

impl Channel {
    pub(super) fn new(key: ChannelKey, hasher: RandomState) -> Self {
        Self { key, present: Vec::new(), ids: HashMap::with_hasher(hasher), raw: 0 }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.ids.is_empty()
    }

    pub(super) fn claim(&mut self, id: PeerId, conn: ConnId) -> bool {
        match self.ids.entry(id) {
            std::collections::hash_map::Entry::Occupied(_) => false,
            std::collections::hash_map::Entry::Vacant(entry) => {
                entry.insert(conn);
                true
            }
        }
    }

    pub(super) fn release(&mut self, id: &PeerId) {
        self.ids.remove(id);
    }

    /// Adds a member; the answer is its seat.
    pub(super) fn seat(&mut self, conn: ConnId, framing: Framing) -> usize {
        self.raw += usize::from(framing == Framing::Raw);
        self.present.push(conn);
        self.present.len() - 1
    }

    /// Takes the member away from its seat; the answer is who sits there now.
    pub(super) fn unseat(&mut self, seat: usize, framing: Framing) -> Option<ConnId> {
        self.raw -= usize::from(framing == Framing::Raw);
        self.present.swap_remove(seat);
        self.present.get(seat).copied()
    }

    /// How many are present besides a member of this framing: structured ones and raw ones.
    pub(super) fn others(&self, framing: Framing) -> (usize, usize) {
        let raw = self.raw - usize::from(framing == Framing::Raw);
        (self.present.len() - 1 - raw, raw)
    }

    /// The connection of the peer `id`, if it is present or about to be.
    pub(super) fn find(&self, id: &str) -> Option<ConnId> {
        self.ids.get(id).copied()
    }
}
