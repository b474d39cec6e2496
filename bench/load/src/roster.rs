//! Records which peers were told of which: in the end, each of exactly the others in its channel.

use std::hash::{BuildHasher, RandomState};

use crate::layout::Layout;

/// The peers that every connection was told of, and the id of each connection.
///
/// An id is kept as a hash of 64 bits: two of the few hundred of a channel do not share one.
pub(crate) struct Rosters {
    layout: Layout,
    hash: RandomState,
    own: Vec<Option<u64>>,
    told: Vec<Vec<u64>>,
    unnamed: usize,
    untold: usize,
}

impl Rosters {
    pub(crate) fn new(layout: Layout) -> Self {
        let count = layout.connections();
        let told = (0..count).map(|_| Vec::with_capacity(layout.peers - 1)).collect();
        let untold = count * (layout.peers - 1);
        Self { layout, hash: RandomState::new(), own: vec![None; count], told, unnamed: count, untold }
    }

    /// A connection was told its own id. Gives `false` if it had been told another one.
    pub(crate) fn is(&mut self, connection: usize, id: &[u8]) -> bool {
        let id = self.hash.hash_one(id);
        match self.own[connection].replace(id) {
            None => {
                self.unnamed -= 1;
                true
            }
            Some(before) => before == id,
        }
    }

    /// A connection was told of a peer. Gives `false` if that is one too many.
    pub(crate) fn here(&mut self, connection: usize, id: &[u8]) -> bool {
        let told = &mut self.told[connection];
        let has_room = told.len() < self.layout.peers - 1;
        if has_room {
            told.push(self.hash.hash_one(id));
            self.untold -= 1;
        }
        has_room
    }

    /// Gives whether every connection knows its own id and was told of as many peers as there are.
    pub(crate) fn are_full(&self) -> bool {
        self.unnamed == 0 && self.untold == 0
    }

    /// Number of connections that were told of other peers than those that are present.
    pub(crate) fn wrong(&mut self) -> usize {
        (0..self.layout.channels).map(|channel| self.wrong_in(channel)).sum()
    }

    fn wrong_in(&mut self, channel: usize) -> usize {
        let first = self.layout.connection(channel, 0);
        let mut all: Vec<u64> =
            self.own[first..first + self.layout.peers].iter().copied().flatten().collect();
        all.sort_unstable();
        let connections = first..first + self.layout.peers;
        connections.filter(|connection| !self.is_exact(*connection, &all)).count()
    }

    fn is_exact(&mut self, connection: usize, all: &[u64]) -> bool {
        let Some(own) = self.own[connection] else { return false };
        let told = &mut self.told[connection];
        told.sort_unstable();
        told.iter().eq(all.iter().filter(|id| **id != own)) && all.len() == told.len() + 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const IDS: [&[u8]; 4] = [b"a", b"b", b"c", b"d"];

    /// Two channels of two connections: a and b, c and d. Each connection was told of its entry in
    /// `told`.
    fn rosters(told: [&[u8]; 4]) -> Rosters {
        let mut rosters = Rosters::new(Layout { channels: 2, peers: 2, senders: 1, active: 2 });
        for connection in 0..4 {
            assert!(rosters.is(connection, IDS[connection]));
            assert!(!rosters.are_full());
            assert!(rosters.here(connection, told[connection]));
        }
        assert!(rosters.are_full());
        rosters
    }

    #[test]
    fn told_of_the_others_is_right() {
        assert_eq!(rosters([b"b", b"a", b"d", b"c"]).wrong(), 0);
    }

    #[test]
    fn told_of_itself_or_of_strangers_is_wrong() {
        assert_eq!(rosters([b"a", b"a", b"d", b"c"]).wrong(), 1);
        assert_eq!(rosters([b"b", b"a", b"a", b"b"]).wrong(), 2);
    }

    #[test]
    fn one_too_many_is_wrong() {
        assert!(!rosters([b"b", b"a", b"d", b"c"]).here(0, b"b"));
    }

    #[test]
    fn an_id_stays() {
        let mut rosters = rosters([b"b", b"a", b"d", b"c"]);
        assert!(rosters.is(0, b"a"));
        assert!(!rosters.is(0, b"x"));
    }

    #[test]
    fn two_with_one_id_are_wrong() {
        let mut rosters = Rosters::new(Layout { channels: 1, peers: 2, senders: 1, active: 1 });
        for connection in 0..2 {
            rosters.is(connection, b"a");
            rosters.here(connection, b"a");
        }
        assert_eq!(rosters.wrong(), 2);
    }
}
