//! Applies the rate limits of matching, by the clock of this machine.

use std::net::IpAddr;
use std::time::Instant;

use nws_core::LinkId;
use nws_matching::{LinkKey, RateLimits, RateLimitsConfig};
use slotmap::{Key, KeyData};

use crate::backbone::is_site;
use crate::guard::guarded;

/// The rate limits of other proxies.
pub(super) struct LinkRateLimits {
    /// Of proxies on the network.
    limits: RateLimits,
    /// Of sites, which have proved that they belong to the same organisation.
    sites: RateLimits,
    /// The time of the next grant. It is kept because many links may wait for one, and this is
    /// asked for with every message.
    due: Option<Instant>,
}

impl LinkRateLimits {
    /// The usual limits, of which nothing is used.
    pub(super) fn new() -> Self {
        let [limits, sites] = [RateLimitsConfig::default(), RateLimitsConfig::sites()].map(RateLimits::new);
        Self { limits, sites, due: None }
    }

    /// Gives whether `source` may have a handshake now.
    pub(super) fn admit(&mut self, source: IpAddr, is_on_link: bool) -> bool {
        let limits = self.of(source);
        guarded(|| limits.handshake(source, is_on_link, Instant::now()))
    }

    /// What is left of the handshakes, and of the evaluations of strangers and of friends.
    pub(super) fn left(&self) -> [usize; 3] {
        self.limits.left(Instant::now())
    }

    /// Adds a link.
    pub(super) fn open(&mut self, link: LinkId, source: IpAddr, is_on_link: bool) {
        let limits = self.of(source);
        guarded(|| limits.open(key(link), source, is_on_link));
    }

    /// The limits of those who come from there.
    fn of(&mut self, source: IpAddr) -> &mut RateLimits {
        if is_site(source) { &mut self.sites } else { &mut self.limits }
    }

    /// A channel of a link has been matched.
    pub(super) fn matched(&mut self, link: LinkId) {
        self.each(|limits| limits.matched(key(link)));
    }

    /// The other side of a link wants `count` more evaluations.
    pub(super) fn ask(&mut self, link: LinkId, count: usize) {
        self.each(|limits| limits.ask(key(link), count));
    }

    /// Removes a link that has ended.
    pub(super) fn close(&mut self, link: LinkId) {
        self.each(|limits| limits.close(key(link)));
    }

    /// Does the same with both: one of them knows the link.
    fn each(&mut self, mut change: impl FnMut(&mut RateLimits)) {
        guarded(|| [&mut self.limits, &mut self.sites].into_iter().for_each(&mut change));
    }

    /// The next grant. Call this until there is none, after each change and when it is due.
    pub(super) fn next_grant(&mut self) -> Option<(LinkId, usize)> {
        let now = Instant::now();
        let grant = guarded(|| self.limits.poll_grant(now).or_else(|| self.sites.poll_grant(now)));
        if grant.is_none() {
            self.due = guarded(|| self.next_due());
        }
        grant.map(|(LinkKey(link), count)| (KeyData::from_ffi(link).into(), count))
    }

    /// The time at which to ask for grants again.
    pub(super) fn due(&self) -> Option<Instant> {
        debug_assert_eq!(self.due, self.next_due());
        self.due
    }

    fn next_due(&self) -> Option<Instant> {
        [&self.limits, &self.sites].into_iter().filter_map(RateLimits::poll_timeout).min()
    }
}

fn key(link: LinkId) -> LinkKey {
    LinkKey(link.data().as_ffi())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Handshakes that are granted at once to one source after the other, one each.
    fn granted(limits: &mut LinkRateLimits, sources: impl Iterator<Item = String>) -> usize {
        sources.filter(|source| limits.admit(source.parse().unwrap(), true)).count()
    }

    #[test]
    fn handshakes_of_sites_and_of_strangers_are_counted_apart() {
        let sites = || (0..1000).map(|number| format!("100::{number:x}"));
        let strangers = || (0..1000).map(|number| format!("10.0.{}.{}", number / 250, number % 250));
        let mut limits = LinkRateLimits::new();
        // More come back while they are counted.
        assert!((256..500).contains(&granted(&mut limits, sites())));
        assert!((16..100).contains(&granted(&mut limits, strangers())));
        let mut limits = LinkRateLimits::new();
        assert!((16..100).contains(&granted(&mut limits, strangers())));
        assert!((256..500).contains(&granted(&mut limits, sites())));
    }

    #[test]
    fn one_site_has_no_more_than_its_own() {
        let mut limits = LinkRateLimits::new();
        let one = || (0..1000).map(|_| "100::1".to_owned());
        assert!((16..100).contains(&granted(&mut limits, one())));
    }
}
