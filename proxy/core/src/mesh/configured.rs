//! Addresses that are configured, and are dialled for ever.

use std::time::Instant;

use nws_protocol::ProxyId;
use nws_protocol::limits::REDIAL_OWN;
use rand_chacha::ChaCha20Rng;

use super::backoff::Backoff;
use super::remote::Remote;
use super::{DialId, Mesh, MeshConfig, RemoteId};

/// An address that is configured.
pub(super) struct Configured {
    /// Who answered there last.
    pub(super) proxy: Option<ProxyId>,
    pub(super) backoff: Backoff,
    pub(super) dial: Option<DialId>,
    /// Nothing came from there lately.
    pub(super) is_silent: bool,
}

impl Mesh {
    pub(super) fn on_peer(&mut self, peer: usize, now: Instant) {
        let configured =
            || Configured { proxy: None, backoff: Backoff::new(now), dial: None, is_silent: false };
        self.dials.configured.entry(peer).or_insert_with(configured);
    }

    /// A configured address led to another proxy.
    pub(super) fn note_configured(&mut self, peer: usize, proxy: &ProxyId) {
        if let Some(configured) = self.dials.configured.get_mut(&peer) {
            configured.proxy = Some(proxy.clone());
        }
    }

    /// A configured address led back here.
    pub(super) fn note_own(&mut self, peer: usize, now: Instant) {
        if let Some(configured) = self.dials.configured.get_mut(&peer) {
            configured.proxy = None;
            configured.backoff.delay(REDIAL_OWN, now);
        }
    }

    pub(super) fn fail_configured(&mut self, peer: usize, now: Instant) {
        if let Some(configured) = self.dials.configured.get_mut(&peer) {
            configured.backoff.fail(&self.config, &mut self.rng, now);
        }
    }

    /// Does the same with all that is known of dials to a proxy.
    pub(super) fn each_backoff(
        &mut self,
        id: RemoteId,
        mut change: impl FnMut(&mut Backoff, &MeshConfig, &mut ChaCha20Rng),
    ) {
        let Some(Remote { proxy, backoff, .. }) = self.remotes.by_id.get_mut(id) else { return };
        let configured = self.dials.configured.values_mut().filter(|it| it.proxy.as_ref() == Some(proxy));
        for backoff in configured.map(|it| &mut it.backoff).chain([backoff]) {
            change(backoff, &self.config, &mut self.rng);
        }
    }

    /// Whether a configured address waits to be dialled.
    pub(super) fn wants(&self, configured: &Configured) -> bool {
        let remote = configured.proxy.as_ref().and_then(|proxy| self.remotes.find(proxy));
        let is_busy = remote.is_some_and(|id| {
            let remote = &self.remotes.by_id[id];
            !remote.is_candidate() || remote.dial.is_some()
        });
        configured.dial.is_none() && !is_busy
    }
}
