//! Another proxy: what is known of it.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use nws_protocol::ProxyId;
use nws_protocol::limits::{ADDRESSES_MAX, CANDIDATE_TIME, NEW_DIAL_TRIES};

use super::backoff::Backoff;
use super::{DialId, LinkId, MeshConfig};

/// A proxy that is linked, was linked, or has announced itself.
pub(super) struct Remote {
    pub(super) proxy: ProxyId,
    pub(super) standing: Standing,
    pub(super) pair: Pair,
    pub(super) backoff: Backoff,
    pub(super) dial: Option<DialId>,
    /// When it was last seen, or its last link that worked was lost.
    pub(super) seen: Instant,
    /// A number that grows with every announcement of anybody.
    pub(super) order: u64,
    /// It was dialled since it was last announced.
    pub(super) is_tried: bool,
    /// Nothing came from where it should be: the last dial had no answer, or its link died in silence.
    pub(super) is_silent: bool,
    /// Where it says that it is.
    hints: Vec<SocketAddr>,
    /// Where it was when it was dialled and found.
    proven: Vec<SocketAddr>,
}

/// How much a proxy has shown of itself. Whoever has shown less gives way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Standing {
    /// Nothing: perhaps it does not exist.
    Announced,
    /// It was linked.
    Linked,
    /// It knew one of our channels.
    Matched,
}

/// The links to one proxy, of which one is to stay.
#[derive(Default)]
pub(super) struct Pair {
    /// The only one that was started.
    pub(super) current: Option<LinkId>,
    /// Those that wait for its place, the oldest first; only beside a current one.
    pub(super) spares: Vec<LinkId>,
    /// When the first of them gets it if nothing is heard.
    pub(super) until: Option<Instant>,
}

impl Remote {
    pub(super) fn new(proxy: ProxyId, order: u64, now: Instant) -> Self {
        Self {
            proxy,
            standing: Standing::Announced,
            pair: Pair::default(),
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

    /// Takes note of where it says that it is; the answer is whether that is news.
    pub(super) fn learn(&mut self, mut addresses: Vec<SocketAddr>) -> bool {
        addresses.truncate(ADDRESSES_MAX);
        let is_new = |address: &SocketAddr| !self.hints.contains(address) && !self.proven.contains(address);
        let news = addresses.iter().any(is_new);
        self.hints = addresses;
        news
    }

    /// It was found at one of those.
    pub(super) fn prove(&mut self) {
        self.proven = self.addresses();
    }

    /// Where to dial it: lies about a proxy do not displace where it was found.
    pub(super) fn addresses(&self) -> Vec<SocketAddr> {
        let proven = self.proven.iter().filter(|address| !self.hints.contains(address));
        let half = ADDRESSES_MAX / 2;
        let hints = self.hints.iter().take(if self.proven.is_empty() { ADDRESSES_MAX } else { half });
        hints.chain(proven.take(half)).copied().collect()
    }

    pub(super) fn has_addresses(&self) -> bool {
        !self.hints.is_empty() || !self.proven.is_empty()
    }

    /// Whether it may be dialled, sooner or later.
    pub(super) fn is_candidate(&self) -> bool {
        self.pair.current.is_none() && self.pair.spares.is_empty()
    }

    pub(super) fn is_known(&self) -> bool {
        self.standing != Standing::Announced
    }

    /// Whether it is neither linked nor about to be.
    pub(super) fn is_idle(&self) -> bool {
        self.is_candidate() && self.dial.is_none()
    }

    /// Whether it waits to be dialled.
    pub(super) fn is_dialable(&self) -> bool {
        self.is_idle() && self.has_addresses()
    }

    /// Whether it was tried so often that it is only dialled rarely, unless it is announced again.
    pub(super) fn is_given_up(&self) -> bool {
        !self.is_known() && self.backoff.failed >= NEW_DIAL_TRIES
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
