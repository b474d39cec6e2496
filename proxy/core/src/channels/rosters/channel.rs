//! One channel: its members in the order in which they are served, and their ids.

use std::collections::hash_map::Entry;
use std::collections::{BTreeSet, HashMap, VecDeque};

use ahash::RandomState;
use nws_protocol::{PeerId, ProxyId};

use super::Departure;
use crate::channels::{ChannelKey, ConnId, Framing};

/// Ids for which a channel may keep room after they have gone.
const SPARE_IDS: usize = 256;

/// The roster of a channel. It exists while it has an id, a group, or a departure.
pub(in crate::channels) struct Channel {
    pub(in crate::channels) key: ChannelKey,
    /// The clients that are present, that is, announced to the others.
    pub(in crate::channels) present: Vec<PresentClient>,
    /// The groups of other proxies that are in it.
    pub(in crate::channels) groups: Vec<ConnId>,
    /// Members of other proxies whose links are over, and that have not all left yet.
    pub(in crate::channels) departures: VecDeque<Departure>,
    /// The proxies that are known to be in it, once all links have answered.
    pub(in crate::channels) found: Option<Vec<ProxyId>>,
    /// The clients that are present and have not been welcomed yet.
    pub(in crate::channels) awaiting: BTreeSet<ConnId>,
    /// The ids of members that are present, here or on other proxies, and those that are reserved.
    ids: HashMap<PeerId, Holder, RandomState>,
    /// The clients that are present, by the numbers under which other proxies know them.
    numbers: HashMap<u32, ConnId, RandomState>,
    /// The number of the next member, unless all are used up.
    next_number: Option<u32>,
    /// The number of raw clients in `present`.
    pub(in crate::channels) raw: usize,
    /// It is not offered to other proxies, though it should be.
    pub(in crate::channels) is_isolated: bool,
    /// Messages of clients that have left, and their bytes.
    pub(in crate::channels) messages: u64,
    pub(in crate::channels) bytes: u64,
    /// The number of groups that have ever had a peer.
    pub(in crate::channels) groups_with_peers: usize,
    /// Members of other proxies are leaving it in turns.
    pub(in crate::channels) is_departing: bool,
}

/// A client that is present.
#[derive(Clone, Copy, Debug)]
pub(in crate::channels) struct PresentClient {
    pub(in crate::channels) conn: ConnId,
    pub(in crate::channels) framing: Framing,
}

/// The holder of an id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::channels) enum Holder {
    /// A client of this proxy.
    Here(ConnId),
    /// A member of a group. The other proxy knows it by `number`.
    Elsewhere { group: ConnId, number: u32 },
}

impl Channel {
    pub(in crate::channels) fn new(key: ChannelKey, first_number: u32, hasher: RandomState) -> Self {
        Self {
            key,
            present: Vec::new(),
            groups: Vec::new(),
            departures: VecDeque::new(),
            found: None,
            awaiting: BTreeSet::new(),
            ids: HashMap::with_hasher(hasher.clone()),
            numbers: HashMap::with_hasher(hasher),
            next_number: Some(first_number),
            raw: 0,
            is_isolated: false,
            is_departing: false,
            messages: 0,
            bytes: 0,
            groups_with_peers: 0,
        }
    }

    pub(in crate::channels) fn is_empty(&self) -> bool {
        self.ids.is_empty() && self.groups.is_empty() && self.departures.is_empty()
    }

    /// Takes `id`, and gives whether it was free. The ids of different proxies differ, so only
    /// members of the same proxy can want the same id.
    pub(in crate::channels) fn claim(&mut self, id: PeerId, holder: Holder) -> bool {
        match self.ids.entry(id) {
            Entry::Occupied(_) => false,
            Entry::Vacant(entry) => {
                entry.insert(holder);
                true
            }
        }
    }

    /// Frees an id. Other proxies may have brought many ids, so the table shrinks again.
    pub(in crate::channels) fn release(&mut self, id: &PeerId) {
        self.ids.remove(id);
        if self.ids.capacity() > SPARE_IDS && self.ids.len() < self.ids.capacity() / 4 {
            self.ids.shrink_to(self.ids.len() * 2);
        }
    }

    /// Gives whether there is a number for another member.
    pub(in crate::channels) fn has_number(&self) -> bool {
        self.next_number.is_some()
    }

    /// Gives `members`, which are all clients that are present, numbers from 0 on.
    pub(in crate::channels) fn set_numbers(&mut self, members: &[ConnId]) {
        self.numbers = HashMap::with_hasher(self.numbers.hasher().clone());
        self.numbers.extend((0..).zip(members.iter().copied()));
        self.next_number = u32::try_from(members.len()).ok();
    }

    /// Adds a client, for which there is a number. Gives its index in the list, and its number.
    pub(super) fn add_client(&mut self, conn: ConnId, framing: Framing) -> (usize, u32) {
        self.raw += usize::from(framing == Framing::Raw);
        self.present.push(PresentClient { conn, framing });
        let number = self.next_number.unwrap_or(u32::MAX);
        self.next_number = number.checked_add(1);
        self.numbers.insert(number, conn);
        (self.present.len() - 1, number)
    }

    /// Removes the client at `index` from the list, and gives the one that has this index now.
    pub(super) fn remove_client(&mut self, index: usize, number: u32, framing: Framing) -> Option<ConnId> {
        self.raw -= usize::from(framing == Framing::Raw);
        self.numbers.remove(&number);
        self.present.swap_remove(index);
        self.present.get(index).map(|entry| entry.conn)
    }

    /// How many clients are present besides the `sender`, if that is present itself: structured
    /// ones and raw ones.
    pub(in crate::channels) fn audience(&self, sender: Option<Framing>) -> (usize, usize) {
        let raw = self.raw - usize::from(sender == Some(Framing::Raw));
        (self.present.len() - usize::from(sender.is_some()) - raw, raw)
    }

    /// The holder of the id, if a member is present under it or has reserved it.
    pub(in crate::channels) fn find(&self, id: &str) -> Option<Holder> {
        self.ids.get(id).copied()
    }

    /// The member of this number.
    pub(in crate::channels) fn numbered(&self, number: u32) -> Option<ConnId> {
        self.numbers.get(&number).copied()
    }
}

#[cfg(test)]
mod tests {
    use nws_protocol::{ChannelName, Scope};

    use super::*;

    #[test]
    fn a_channel_that_many_have_left_takes_little_memory() {
        let name = ChannelName::new("room").expect("a name");
        let key = ChannelKey { scope: Scope::Network, name };
        let mut channel = Channel::new(key, 0, RandomState::with_seeds(1, 2, 3, 4));
        let ids: Vec<_> = (0..10_000).map(|n| PeerId::chosen(&format!("id{n}")).expect("an id")).collect();
        for id in &ids {
            assert!(channel.claim(id.clone(), Holder::Here(ConnId::default())));
        }
        ids[1..].iter().for_each(|id| channel.release(id));
        assert!(channel.ids.capacity() <= 2 * SPARE_IDS, "{}", channel.ids.capacity());
        assert!(channel.find("id0").is_some() && channel.find("id1").is_none());
    }
}
