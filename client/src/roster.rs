//! The peers that are here.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use crate::Peer;

#[derive(Debug, Default)]
pub(crate) struct Roster {
    ids: HashMap<Arc<str>, Peer>,
    /// In the order in which they came.
    serials: BTreeMap<u32, Peer>,
}

impl Roster {
    pub(crate) fn get(&self, id: &str) -> Option<&Peer> {
        self.ids.get(id)
    }

    pub(crate) fn insert(&mut self, peer: Peer) {
        self.ids.insert(peer.shared_id(), peer.clone());
        self.serials.insert(peer.serial(), peer);
    }

    pub(crate) fn remove(&mut self, serial: u32) -> Option<Peer> {
        let peer = self.serials.remove(&serial)?;
        self.ids.remove(peer.id());
        Some(peer)
    }

    pub(crate) fn list(&self) -> Vec<Peer> {
        self.serials.values().cloned().collect()
    }
}
