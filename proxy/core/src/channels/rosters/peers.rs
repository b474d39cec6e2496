//! Members of another proxy: those that are present here, and those for which there is no room.

use std::collections::BTreeMap;

use nws_protocol::PeerId;
use nws_protocol::limits::KEPT_PER_MEMBER;
use nws_protocol::structured::LeaveReason;

/// All members of one group. Their numbers have the order in which they came.
#[derive(Default)]
pub(in crate::channels) struct Peers {
    present: BTreeMap<u32, Peer>,
    /// The members that wait for room.
    waiting: BTreeMap<u32, Peer>,
    bytes: usize,
}

/// A member of another proxy.
pub(in crate::channels) struct Peer {
    pub(in crate::channels) id: PeerId,
    /// The reason to leave, once it is about to.
    pub(in crate::channels) leaves: Option<LeaveReason>,
    /// Its proxy has said that it knows streams.
    pub(in crate::channels) knows_streams: bool,
}

/// A member that was removed.
pub(in crate::channels) struct Removed {
    pub(in crate::channels) peer: Peer,
    pub(in crate::channels) was_present: bool,
}

impl Peers {
    pub(in crate::channels) fn len(&self) -> usize {
        self.present.len() + self.waiting.len()
    }

    /// Bytes that they take.
    pub(in crate::channels) const fn bytes(&self) -> usize {
        self.bytes
    }

    pub(in crate::channels) fn present_count(&self) -> usize {
        self.present.len()
    }

    /// The ids of those that are present. Those that wait are not looked at, however many they are.
    pub(in crate::channels) fn present(&self) -> impl Iterator<Item = &PeerId> {
        self.present.values().map(|peer| &peer.id)
    }

    /// The id of a member that is present.
    pub(in crate::channels) fn present_id(&self, number: u32) -> Option<&PeerId> {
        self.present.get(&number).map(|peer| &peer.id)
    }

    /// Gives whether a member is present and knows streams.
    pub(in crate::channels) fn knows_streams(&self, number: u32) -> bool {
        self.present.get(&number).is_some_and(|peer| peer.knows_streams)
    }

    /// The id of a member that waits.
    pub(in crate::channels) fn waiting_id(&self, number: u32) -> Option<&PeerId> {
        self.waiting.get(&number).map(|peer| &peer.id)
    }

    /// The member that has waited longest for room.
    pub(in crate::channels) fn first_waiting(&self) -> Option<u32> {
        self.waiting.first_key_value().map(|(&number, _)| number)
    }

    pub(in crate::channels) fn get_mut(&mut self, number: u32) -> Option<&mut Peer> {
        self.present.get_mut(&number).or_else(|| self.waiting.get_mut(&number))
    }

    /// Adds a member that waits.
    pub(in crate::channels) fn add(&mut self, number: u32, id: PeerId) {
        self.bytes += bytes_of(&id);
        self.waiting.insert(number, Peer { id, leaves: None, knows_streams: false });
    }

    /// Makes a member that waits present.
    pub(in crate::channels) fn admit(&mut self, number: u32) {
        let peer = self.waiting.remove(&number);
        self.present.extend(peer.map(|peer| (number, peer)));
    }

    pub(in crate::channels) fn remove(&mut self, number: u32) -> Option<Removed> {
        let present = self.present.remove(&number);
        let was_present = present.is_some();
        let peer = present.or_else(|| self.waiting.remove(&number))?;
        Some(self.removed(peer, was_present))
    }

    /// Removes the first member that is present, or else the first that waits.
    pub(in crate::channels) fn pop(&mut self) -> Option<Removed> {
        let present = self.present.pop_first();
        let was_present = present.is_some();
        let (_, peer) = present.or_else(|| self.waiting.pop_first())?;
        Some(self.removed(peer, was_present))
    }

    fn removed(&mut self, peer: Peer, was_present: bool) -> Removed {
        self.bytes -= bytes_of(&peer.id);
        Removed { peer, was_present }
    }
}

fn bytes_of(id: &PeerId) -> usize {
    KEPT_PER_MEMBER + id.as_str().len()
}
