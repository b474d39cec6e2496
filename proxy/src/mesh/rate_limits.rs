//! Asks the rate limits of matching by the clock of this machine.

use std::net::IpAddr;
use std::time::Instant;

use nws_core::LinkId;
use nws_matching::{LinkKey, RateLimits, RateLimitsConfig};
use slotmap::{Key, KeyData};

use crate::guard::guarded;

/// What other proxies are granted.
pub(super) struct LinkRateLimits {
    limits: RateLimits,
    /// When there is more to be granted. Kept, because many links may wait for it, and something is
    /// heard all the time.
    due: Option<Instant>,
}

impl LinkRateLimits {
    /// The defaults, of which nothing is used.
    pub(super) fn new() -> Self {
        Self { limits: RateLimits::new(RateLimitsConfig::default()), due: None }
    }

    /// Whether `source` may have a handshake now.
    pub(super) fn admit(&mut self, source: IpAddr, is_on_link: bool) -> bool {
        guarded(|| self.limits.handshake(source, is_on_link, Instant::now()))
    }

    /// There is a new link.
    pub(super) fn open(&mut self, link: LinkId, source: IpAddr, is_on_link: bool) {
        guarded(|| self.limits.open(key(link), source, is_on_link));
    }

    /// A channel of a link has been matched.
    pub(super) fn matched(&mut self, link: LinkId) {
        guarded(|| self.limits.matched(key(link)));
    }

    /// The other side of a link wants `count` evaluations more.
    pub(super) fn ask(&mut self, link: LinkId, count: usize) {
        guarded(|| self.limits.ask(key(link), count));
    }

    /// A link is no more.
    pub(super) fn close(&mut self, link: LinkId) {
        guarded(|| self.limits.close(key(link)));
    }

    /// The next grant. It is to be asked for until there is none, after each change and when it is
    /// due.
    pub(super) fn next_grant(&mut self) -> Option<(LinkId, usize)> {
        let grant = guarded(|| self.limits.poll_grant(Instant::now()));
        if grant.is_none() {
            self.due = guarded(|| self.limits.poll_timeout());
        }
        grant.map(|(LinkKey(link), count)| (KeyData::from_ffi(link).into(), count))
    }

    /// When to ask for grants again.
    pub(super) fn due(&self) -> Option<Instant> {
        debug_assert_eq!(self.due, self.limits.poll_timeout());
        self.due
    }
}

fn key(link: LinkId) -> LinkKey {
    LinkKey(link.data().as_ffi())
}
