//! Members of other proxies that are not present, as somebody else has their id.
//!
//! Others decide how many there are, so whoever is next for an id is found by it, and never by a search.

use std::collections::{BTreeSet, HashMap};

use ahash::RandomState;
use nws_protocol::PeerId;

use super::ConnId;

/// By the id that they came with: their trunks, and their numbers there.
pub(super) struct Absent(HashMap<PeerId, BTreeSet<(ConnId, u32)>, RandomState>);

impl Absent {
    pub(super) fn new(hasher: RandomState) -> Self {
        Self(HashMap::with_hasher(hasher))
    }

    pub(super) fn add(&mut self, id: PeerId, trunk: ConnId, number: u32) {
        self.0.entry(id).or_default().insert((trunk, number));
    }

    pub(super) fn remove(&mut self, id: &PeerId, trunk: ConnId, number: u32) {
        if let Some(waiting) = self.0.get_mut(id) {
            waiting.remove(&(trunk, number));
            if waiting.is_empty() {
                self.0.remove(id);
            }
        }
    }

    /// Who is next for this id.
    pub(super) fn next(&self, id: &PeerId) -> Option<(ConnId, u32)> {
        self.0.get(id)?.first().copied()
    }
}
