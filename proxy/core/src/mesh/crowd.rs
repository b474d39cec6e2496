//! Links that are too many.
//!
//! Whoever has most gives way: links are cheap for one who lies, and whoever has few must not lose them to
//! him. Of one address, and of addresses that have as many, the oldest goes that has never matched, and one
//! that has only where all have.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::net::IpAddr;
use std::time::Instant;

use super::link::Link;
use super::{LinkCloseReason, LinkId, Mesh};

impl Mesh {
    /// A link is dropped if there are too many since `newcomer` came: perhaps that one itself.
    pub(super) fn limit_links(&mut self, newcomer: LinkId, now: Instant) {
        let Some(&Link { source, dialled, .. }) = self.links.get(newcomer) else { return };
        let is_like_it = |link: &Link| link.source == source && !link.dialled;
        if !dialled {
            self.limit(self.config.links_per_source_max, is_like_it, newcomer, now);
        }
        self.limit(self.config.links_max, |_| true, newcomer, now);
    }

    /// The same for those that have never matched, since `newcomer` got ready.
    pub(super) fn limit_unmatched(&mut self, newcomer: LinkId, now: Instant) {
        let is_unmatched = |link: &Link| link.is_ready() && !link.matched;
        self.limit(self.config.links_unmatched_max, is_unmatched, newcomer, now);
    }

    fn limit(&mut self, max: usize, counts: impl Fn(&Link) -> bool, newcomer: LinkId, now: Instant) {
        let links = || self.links.iter().filter(|(_, it)| counts(it));
        if links().count() <= max {
            return;
        }
        let mut of_source: BTreeMap<IpAddr, usize> = BTreeMap::new();
        links().for_each(|(_, it)| *of_source.entry(it.source).or_default() += 1);
        let rank = |link, it: &Link| (Reverse(of_source[&it.source]), it.matched, it.since, link == newcomer);
        let first = links().min_by_key(|(link, it)| rank(*link, it));
        if let Some((link, id)) = first.map(|(link, it)| (link, it.remote)) {
            self.close(link, LinkCloseReason::Crowded, now);
            self.dial_rarely(id, now);
            self.forget_if_expired(id, now);
        }
    }
}
