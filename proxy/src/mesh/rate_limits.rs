//! Applies the rate limits of matching, by the clock of this machine.

use std::net::IpAddr;
use std::time::Instant;

use nws_core::LinkId;
use nws_matching::{LinkKey, RateLimits, RateLimitsConfig};
use slotmap::{Key, KeyData};

use crate::guard::guarded;

/// The rate limits of other proxies.
pub(super) struct LinkRateLimits {
    limits: RateLimits,
    /// The time of the next grant. It is kept because many links may wait for one, and this is
    /// asked for with every message.
    due: Option<Instant>,
}

impl LinkRateLimits {
    /// The default limits, of which nothing is used.
    pub(super) fn new() -> Self {
        Self { limits: RateLimits::new(RateLimitsConfig::default()), due: None }
    }

    /// Gives whether `source` may have a handshake now.
    pub(super) fn admit(&mut self, source: IpAddr, is_on_link: bool) -> bool {
        guarded(|| self.limits.handshake(source, is_on_link, Instant::now()))
    }

    /// Adds a link.
    pub(super) fn open(&mut self, link: LinkId, source: IpAddr, is_on_link: bool) {
        guarded(|| self.limits.open(key(link), source, is_on_link));
    }

    /// A channel of a link has been matched.
    pub(super) fn matched(&mut self, link: LinkId) {
        guarded(|| self.limits.matched(key(link)));
    }

    /// The other side of a link wants `count` more evaluations.
    pub(super) fn ask(&mut self, link: LinkId, count: usize) {
        guarded(|| self.limits.ask(key(link), count));
    }

    /// Removes a link that has ended.
    pub(super) fn close(&mut self, link: LinkId) {
        guarded(|| self.limits.close(key(link)));
    }

    /// The next grant. Call this until there is none, after each change and when it is due.
    pub(super) fn next_grant(&mut self) -> Option<(LinkId, usize)> {
        let grant = guarded(|| self.limits.poll_grant(Instant::now()));
        if grant.is_none() {
            self.due = guarded(|| self.limits.poll_timeout());
        }
        grant.map(|(LinkKey(link), count)| (KeyData::from_ffi(link).into(), count))
    }

    /// The time at which to ask for grants again.
    pub(super) fn due(&self) -> Option<Instant> {
        debug_assert_eq!(self.due, self.limits.poll_timeout());
        self.due
    }
}

fn key(link: LinkId) -> LinkKey {
    LinkKey(link.data().as_ffi())
}
