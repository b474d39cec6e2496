//! Places that have other addresses, or are not wanted any more.

use std::time::Instant;

use nws_protocol::ProxyId;

use super::{Dialing, Outputs, RemoteId};

impl Dialing {
    /// The proxy that a place led to last.
    pub(in crate::mesh) fn remote_at(&self, peer: usize) -> Option<RemoteId> {
        self.targets.find(self.targets.configured.get(&peer)?.proxy.as_ref()?)
    }

    /// A place has other addresses now, so nobody knows who is there. A dial to those that it had is
    /// in the way.
    pub(in crate::mesh) fn on_moved(&mut self, peer: usize, outputs: &mut Outputs, now: Instant) {
        let Some(place) = self.targets.configured.get_mut(&peer) else { return };
        place.proxy = None;
        place.backoff.next = now;
        if let Some(dial) = place.dial {
            self.abandon(dial, outputs);
        }
    }

    /// Whether there is another reason to have a link to a proxy than a place that is gone.
    pub(in crate::mesh) fn is_known_otherwise(&self, id: RemoteId) -> bool {
        let Some(remote) = self.targets.remote(id) else { return false };
        let mut places = self.targets.configured.values();
        remote.has_addresses() || places.any(|it| it.proxy.as_ref() == Some(&remote.proxy))
    }

    /// Forgets a proxy of which nothing is wanted any more, unless it is still linked.
    pub(in crate::mesh) fn forget_unwanted(&mut self, id: RemoteId) {
        if self.targets.remote(id).is_some_and(|it| it.is_idle() && !it.has_addresses()) {
            self.targets.forget(id);
        }
    }

    /// Places that lead to a proxy that is linked.
    pub(in crate::mesh) fn linked_places(&self) -> impl Iterator<Item = (usize, ProxyId)> {
        let linked = self.targets.configured.iter().filter(|(_, it)| self.targets.is_linked(it));
        linked.filter_map(|(peer, it)| Some((*peer, it.proxy.clone()?)))
    }
}
