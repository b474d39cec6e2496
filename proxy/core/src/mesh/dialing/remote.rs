//! What is known of another proxy.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use nws_protocol::ProxyId;
use nws_protocol::limits::{ADDRESSES_MAX, CANDIDATE_TIME, NEW_DIAL_TRIES};

use super::backoff::Backoff;
use crate::{DialId, MeshConfig, Route};

/// A proxy that is linked, was linked, or has announced itself.
pub(super) struct Remote {
    pub(super) proxy: ProxyId,
    pub(super) standing: Standing,
    /// The best way by which it is linked.
    pub(super) route: Option<Route>,
    pub(super) backoff: Backoff,
    pub(super) dial: Option<DialId>,
    /// When it was last seen, or its last link that worked was lost.
    pub(super) seen: Instant,
    /// A number that grows with every announcement of any proxy.
    pub(super) order: u64,
    /// It was dialled since it was last announced.
    pub(super) is_tried: bool,
    /// Nothing came from its addresses: the last dial had no answer, or its link died in silence.
    pub(super) is_silent: bool,
    /// The addresses that its announcements give.
    hints: Vec<SocketAddr>,
    /// The addresses that it had when a dial found it.
    proven: Vec<SocketAddr>,
}

/// How much a proxy has shown of itself. One that has shown less gives way to one that has shown
/// more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Standing {
    /// Nothing: perhaps it does not exist.
    Announced,
    /// It was linked.
    Linked,
    /// It knew one of our channels.
    Matched,
}

impl Remote {
    pub(super) fn new(proxy: ProxyId, order: u64, now: Instant) -> Self {
        Self {
            proxy,
            standing: Standing::Announced,
            route: None,
            backoff: Backoff::new(now),
            dial: None,
            seen: now,
            order,
            is_tried: false,
            is_silent: false,
            hints: Vec::new(),
            proven: Vec::new(),
        }
    }

    /// Takes note of the addresses of an announcement. Gives whether one of them is new.
    pub(super) fn learn(&mut self, mut addresses: Vec<SocketAddr>) -> bool {
        addresses.truncate(ADDRESSES_MAX);
        let is_new = |address: &SocketAddr| !self.hints.contains(address) && !self.proven.contains(address);
        let news = addresses.iter().any(is_new);
        self.hints = addresses;
        news
    }

    /// A dial found it at one of its addresses.
    pub(super) fn prove(&mut self) {
        self.proven = self.addresses();
    }

    /// The addresses to dial. Lies about a proxy do not displace those at which it was found.
    pub(super) fn addresses(&self) -> Vec<SocketAddr> {
        let proven = self.proven.iter().filter(|address| !self.hints.contains(address));
        let half = ADDRESSES_MAX / 2;
        let hints = self.hints.iter().take(if self.proven.is_empty() { ADDRESSES_MAX } else { half });
        hints.chain(proven.take(half)).copied().collect()
    }

    pub(super) fn has_addresses(&self) -> bool {
        !self.hints.is_empty() || !self.proven.is_empty()
    }

    pub(super) fn is_linked(&self) -> bool {
        self.route.is_some()
    }

    /// Whether it is linked by a way that is as good as `route`.
    pub(super) fn is_linked_by(&self, route: Route) -> bool {
        self.route >= Some(route)
    }

    /// Whether there is no link to it.
    pub(super) fn is_candidate(&self) -> bool {
        !self.is_linked()
    }

    pub(super) fn is_known(&self) -> bool {
        self.standing != Standing::Announced
    }

    /// Whether it is neither linked nor about to be.
    pub(super) fn is_idle(&self) -> bool {
        self.is_candidate() && self.dial.is_none()
    }

    /// Whether it waits to be dialled at its addresses.
    pub(super) fn is_dialable(&self) -> bool {
        !self.is_linked_by(Route::Direct) && self.dial.is_none() && self.has_addresses()
    }

    /// Whether it was tried so often that it is only dialled rarely, unless it is announced again.
    pub(super) fn is_given_up(&self) -> bool {
        !self.is_known() && self.backoff.failed >= NEW_DIAL_TRIES
    }

    /// Whether it is to be forgotten.
    pub(super) fn has_expired(&self, config: &MeshConfig, now: Instant) -> bool {
        self.is_idle() && self.expires(config) <= now
    }

    /// When it is forgotten, unless it is linked or seen again.
    pub(super) fn expires(&self, config: &MeshConfig) -> Instant {
        let time = match self.is_known() {
            true => config.redial_time,
            false if self.has_addresses() => CANDIDATE_TIME,
            false => Duration::ZERO,
        };
        self.seen + time
    }
}
