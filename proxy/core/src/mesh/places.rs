//! Heeds that a place has other addresses, or is not wanted any more.

use std::net::IpAddr;
use std::time::Instant;

use super::{LinkCloseReason, LinkId, Mesh};

impl Mesh {
    /// A place has other addresses now. A link to the proxy that was there counts only if it leads to
    /// one of them: it may be dead, and its silence is noticed later.
    pub(super) fn on_moved(&mut self, peer: usize, addresses: &[IpAddr], now: Instant) {
        let remote = self.dialing.remote_at(peer);
        let mut links = self.pairs.all();
        let is_there = links.any(|(_, it)| Some(it.remote) == remote && addresses.contains(&it.source));
        if !is_there {
            self.dialing.on_moved(peer, &mut self.outputs, now);
        }
    }

    /// The place is gone for which a link was made.
    pub(super) fn on_unwanted(&mut self, link: LinkId, now: Instant) {
        let Some(remote) = self.pairs.link(link).map(|it| it.remote) else { return };
        if !self.dialing.is_known_otherwise(remote) {
            self.close(link, LinkCloseReason::Unwanted, now);
            self.dialing.forget_unwanted(remote);
        }
    }
}
