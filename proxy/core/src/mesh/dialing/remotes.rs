//! All proxies that are known, and which of them are forgotten.
//!
//! Announcements are free and prove nothing, so an attacker can always fill a table of them. A
//! proxy that was only announced never displaces a proxy that was linked. Among themselves
//! announcements displace each other at random: a proxy that is announced again after a flood has a
//! place.

use std::collections::HashMap;
use std::time::Instant;

use ahash::RandomState;
use nws_protocol::ProxyId;
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::Rng;
use slotmap::SlotMap;

use super::remote::Remote;
use crate::MeshConfig;

slotmap::new_key_type! {
    pub(in crate::mesh) struct RemoteId;
}

/// The table. At most [`MeshConfig::candidates_max`] entries have no link; the others are bounded
/// by links.
pub(super) struct Remotes {
    by_id: SlotMap<RemoteId, Remote>,
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

    pub(super) fn get(&self, id: RemoteId) -> Option<&Remote> {
        self.by_id.get(id)
    }

    pub(super) fn get_mut(&mut self, id: RemoteId) -> Option<&mut Remote> {
        self.by_id.get_mut(id)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (RemoteId, &Remote)> + Clone {
        self.by_id.iter()
    }

    /// The entry of a proxy, which is a new one if need be.
    pub(super) fn enter(&mut self, proxy: &ProxyId, now: Instant) -> (RemoteId, &mut Remote) {
        let id = self.find(proxy).unwrap_or_else(|| {
            let id = self.by_id.insert(Remote::new(proxy.clone(), self.order, now));
            self.by_proxy.insert(proxy.clone(), id);
            id
        });
        (id, &mut self.by_id[id])
    }

    /// The entry of a proxy that was announced now, after all others.
    pub(super) fn announce(&mut self, proxy: &ProxyId, now: Instant) -> &mut Remote {
        self.order += 1;
        let order = self.order;
        let (_, remote) = self.enter(proxy, now);
        remote.order = order;
        remote.is_tried = false;
        remote.seen = now;
        remote
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

    /// A proxy that has to be forgotten because there are too many candidates, if there are.
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

    /// Proxies that are neither linked nor dialled, and were not seen for too long.
    pub(super) fn expired(&self, config: &MeshConfig, now: Instant) -> Vec<RemoteId> {
        let expired = self.by_id.iter().filter(|(_, remote)| remote.has_expired(config, now));
        expired.map(|(id, _)| id).collect()
    }

    /// When the next of [`expired`](Self::expired) comes.
    pub(super) fn next_expiry(&self, config: &MeshConfig) -> Option<Instant> {
        let idle = self.by_id.values().filter(|remote| remote.is_idle());
        idle.map(|remote| remote.expires(config)).min()
    }
}

/// One of several, each as likely as the others.
pub(super) fn pick<T>(items: impl Iterator<Item = T> + Clone, rng: &mut ChaCha20Rng) -> Option<T> {
    let count = items.clone().count();
    let mut items = items;
    items.nth(((u64::from(rng.next_u32()) * count as u64) >> 32) as usize)
}
