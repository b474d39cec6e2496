//! The peers that are here.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use crate::Peer;

#[derive(Debug, Default)]
pub(crate) struct Roster {
    ids: HashMap<Arc<str>, Peer>,
    /// In the order in which they came.
    serials: BTreeMap<u32, Peer>,
    /// Who has spoken last, and will probably speak next.
    speaker: Option<Peer>,
}

impl Roster {
    pub(crate) fn get(&self, id: &str) -> Option<&Peer> {
        self.ids.get(id)
    }

    /// The peer that speaks.
    pub(crate) fn speaker(&mut self, id: &str) -> Option<Peer> {
        if self.speaker.as_ref().is_none_or(|speaker| speaker.id() != id) {
            self.speaker = self.ids.get(id).cloned();
        }
        self.speaker.clone()
    }

    pub(crate) fn insert(&mut self, peer: Peer) {
        self.ids.insert(peer.shared_id(), peer.clone());
        self.serials.insert(peer.serial(), peer);
    }

    pub(crate) fn remove(&mut self, serial: u32) -> Option<Peer> {
        let peer = self.serials.remove(&serial)?;
        self.speaker = None;
        self.ids.remove(peer.id());
        Some(peer)
    }

    pub(crate) fn list(&self) -> Vec<Peer> {
        self.serials.values().cloned().collect()
    }
}
