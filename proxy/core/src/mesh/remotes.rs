//! All proxies that are known, and which of them are forgotten.
//!
//! Announcements are free and prove nothing, so a table of them can always be filled by one who lies.
//! What is announced only never displaces a proxy that was linked, and among themselves announcements
//! displace each other at random: whoever is announced again after a flood has a place.

use std::collections::HashMap;
use std::time::Instant;

use ahash::RandomState;
use nws_protocol::ProxyId;
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::Rng;
use slotmap::SlotMap;

use super::remote::Remote;
use super::{Mesh, MeshConfig};

slotmap::new_key_type! {
    pub(in crate::mesh) struct RemoteId;
}

/// The table. At most [`MeshConfig::candidates_max`] entries have no link; the others are bounded by links.
pub(super) struct Remotes {
    pub(super) by_id: SlotMap<RemoteId, Remote>,
    by_proxy: HashMap<ProxyId, RemoteId, RandomState>,
    order: u64,
}

impl Remotes {
    pub(super) fn new(rng: &mut ChaCha20Rng) -> Self {
        let hasher = RandomState::with_seeds(rng.next_u64(), rng.next_u64(), rng.next_u64(), rng.next_u64());
        Self { by_id: SlotMap::with_key(), by_proxy: HashMap::with_hasher(hasher), order: 0 }
    }

    pub(super) fn find(&self, proxy: &ProxyId) -> Option<RemoteId> {
        self.by_proxy.get(proxy).copied()
    }

    /// The entry of a proxy, which is a new one if need be.
    pub(super) fn enter(&mut self, proxy: &ProxyId, now: Instant) -> RemoteId {
        self.find(proxy).unwrap_or_else(|| {
            let id = self.by_id.insert(Remote::new(proxy.clone(), self.order, now));
            self.by_proxy.insert(proxy.clone(), id);
            id
        })
    }

    /// A proxy was announced now, after all others.
    pub(super) fn note_seen(&mut self, id: RemoteId, now: Instant) {
        self.order += 1;
        let remote = &mut self.by_id[id];
        remote.order = self.order;
        remote.is_tried = false;
        remote.seen = now;
    }

    pub(super) fn remove(&mut self, id: RemoteId) -> Option<Remote> {
        let remote = self.by_id.remove(id)?;
        self.by_proxy.remove(&remote.proxy);
        Some(remote)
    }

    pub(super) fn clear(&mut self) {
        self.by_id.clear();
        self.by_proxy.clear();
    }

    pub(super) fn candidates(&self) -> impl Iterator<Item = (RemoteId, &Remote)> + Clone {
        self.by_id.iter().filter(|(_, remote)| remote.is_candidate())
    }

    /// Who has to give way because there are too many candidates, if anybody.
    pub(super) fn surplus(&self, config: &MeshConfig, rng: &mut ChaCha20Rng) -> Option<RemoteId> {
        let known = self.candidates().filter(|(_, remote)| remote.is_known());
        if known.clone().count() > config.candidates_known_max {
            return known.min_by_key(|(_, remote)| (remote.standing, remote.seen)).map(|(id, _)| id);
        }
        if self.candidates().count() <= config.candidates_max {
            return None;
        }
        let announced = self.candidates().filter(|(_, remote)| !remote.is_known());
        let idle = announced.filter(|(_, remote)| remote.dial.is_none() && remote.order != self.order);
        pick(idle, rng).map(|(id, _)| id)
    }
}

impl Mesh {
    /// Forgets whoever is one too many.
    pub(super) fn forget_surplus(&mut self) {
        while let Some(id) = self.remotes.surplus(&self.config, &mut self.rng) {
            self.forget(id);
        }
    }

    pub(super) fn forget_if_expired(&mut self, id: RemoteId, now: Instant) {
        let remote = self.remotes.by_id.get(id);
        if remote.is_some_and(|remote| remote.is_idle() && remote.expires(&self.config) <= now) {
            self.forget(id);
        }
    }

    pub(super) fn forget_expired(&mut self, now: Instant) {
        let candidates: Vec<RemoteId> = self.remotes.candidates().map(|(id, _)| id).collect();
        candidates.into_iter().for_each(|id| self.forget_if_expired(id, now));
    }

    /// When [`Self::forget_expired`] has something to do.
    pub(super) fn next_expiry(&self) -> Option<Instant> {
        let idle = self.remotes.candidates().filter(|(_, remote)| remote.is_idle());
        idle.map(|(_, remote)| remote.expires(&self.config)).min()
    }

    fn forget(&mut self, id: RemoteId) {
        if let Some(dial) = self.remotes.remove(id).and_then(|remote| remote.dial) {
            self.abandon(dial);
        }
    }
}

/// One of several, each as likely as the others.
pub(super) fn pick<T>(items: impl Iterator<Item = T> + Clone, rng: &mut ChaCha20Rng) -> Option<T> {
    let count = items.clone().count();
    let mut items = items;
    items.nth(((u64::from(rng.next_u32()) * count as u64) >> 32) as usize)
}
