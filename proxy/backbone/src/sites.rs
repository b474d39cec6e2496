//! The other sites, as their hellos tell of them.
//!
//! A proxy counts its hellos for as long as it runs, so one that is repeated by somebody else, or
//! comes late, is known by its number. Of two proxies with the name of one site the first one
//! counts. One that was started in the place of another that has crashed looks like a second one,
//! so it takes the place if nothing is heard of the first one for a short time. A first one that
//! lives answers within that time.

#[cfg(test)]
mod tests;

use std::collections::HashMap;

use nws_protocol::ProxyId;
use nws_protocol::limits::{HELLO_GAP, SITE_CONTEST, SITE_SILENCE_MAX};
use tokio::time::Instant;

use crate::hello::Hello;
use crate::recent::Recent;
use crate::site::SiteName;

/// Sites at one time.
const SITES_MAX: usize = 1024;

/// Proxies whose last hello is remembered, whether they are still there or not.
const PROXIES_MAX: usize = 4 * SITES_MAX;

/// Difference of clocks that is warned about, in milliseconds.
const SKEW_MAX: u64 = 5 * 60 * 1000;

/// All sites that are there.
#[derive(Debug)]
pub(crate) struct Sites {
    known: HashMap<SiteName, Site>,
    /// The number of the last hello of each proxy.
    counts: Recent<ProxyId, u64>,
    /// When the first of the newcomers may have its place.
    next_decision: Option<Instant>,
}

#[derive(Debug)]
struct Site {
    proxy: ProxyId,
    incarnation: u64,
    heard: Instant,
    is_skewed: bool,
    newcomer: Option<Newcomer>,
}

/// Another proxy with the name of a site.
#[derive(Debug)]
struct Newcomer {
    proxy: ProxyId,
    incarnation: u64,
    /// When it takes the place, if nothing is heard of the first one.
    due: Instant,
}

/// What follows from a hello.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Heard {
    /// It tells nothing, or was heard before.
    Nothing,
    /// A site is there.
    Site(News),
    /// A proxy says for the first time that it has the name of a site that is there.
    Newcomer,
    /// Two proxies have the name of one site: the first one counts, and this one does not.
    Shared { kept: ProxyId, other: ProxyId },
}

/// What a hello tells of its site.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct News {
    /// The site was not known, or is another incarnation.
    pub(crate) is_new: bool,
    /// It was another incarnation before, and all streams of that are lost.
    pub(crate) is_another: bool,
    /// It was silent for a while, so the way there was cut, or no more than its hellos were lost.
    pub(crate) is_back: bool,
    /// Its clock differs from ours by so many milliseconds, which was not known.
    pub(crate) skew: Option<u64>,
    /// Another proxy has its name, which was not known.
    pub(crate) rival: Option<ProxyId>,
}

impl Default for Sites {
    fn default() -> Self {
        Self { known: HashMap::new(), counts: Recent::new(PROXIES_MAX), next_decision: None }
    }
}

impl Sites {
    /// A proxy has said hello.
    pub(crate) fn hear(&mut self, hello: &Hello, time: u64, now: Instant) -> Heard {
        let Some(is_first) = self.count(hello) else { return Heard::Nothing };
        let skew = Some(time.abs_diff(hello.time)).filter(|skew| *skew > SKEW_MAX);
        let Some(site) = self.known.get_mut(&hello.site) else {
            return self.enter(hello, skew, now);
        };
        if site.proxy == hello.proxy {
            return Heard::Site(site.follow(hello, skew, now));
        }
        if let Some(newcomer) = site.newcomer.as_mut().filter(|newcomer| newcomer.proxy == hello.proxy) {
            newcomer.incarnation = hello.incarnation;
            return Heard::Nothing;
        }
        if !is_first {
            return Heard::Shared { kept: site.proxy.clone(), other: hello.proxy.clone() };
        }
        let Hello { proxy, incarnation, .. } = hello.clone();
        let due = now + SITE_CONTEST;
        site.newcomer = Some(Newcomer { proxy, incarnation, due });
        self.next_decision.get_or_insert(due);
        Heard::Newcomer
    }

    /// Notes that this hello was heard. Gives whether it is the first one of its proxy, or nothing
    /// if it is of the past.
    pub(crate) fn count(&mut self, hello: &Hello) -> Option<bool> {
        let before = self.counts.get(&hello.proxy).copied();
        before.is_none_or(|before| before < hello.count).then(|| {
            self.counts.note(hello.proxy.clone(), hello.count);
            before.is_none()
        })
    }

    fn enter(&mut self, hello: &Hello, skew: Option<u64>, now: Instant) -> Heard {
        if self.known.len() >= SITES_MAX {
            return Heard::Nothing;
        }
        let Hello { site, proxy, incarnation, .. } = hello.clone();
        self.known.insert(site, Site { is_skewed: skew.is_some(), ..Site::new(proxy, incarnation, now) });
        Heard::Site(News { is_new: true, skew, ..News::default() })
    }

    /// Something has come of a stream with a site, so it is there.
    pub(crate) fn touch(&mut self, site: &SiteName, now: Instant) {
        if let Some(site) = self.known.get_mut(site) {
            site.heard = now;
        }
    }

    /// The incarnation that a site is now, if it is there.
    pub(crate) fn incarnation(&self, site: &SiteName) -> Option<u64> {
        self.known.get(site).map(|site| site.incarnation)
    }

    /// When [`Self::decide`] has something to do.
    pub(crate) const fn next_decision(&self) -> Option<Instant> {
        self.next_decision
    }

    /// The sites of which a newcomer is the proxy from now on, as the first one is silent.
    pub(crate) fn decide(&mut self, now: Instant) -> Vec<(SiteName, ProxyId)> {
        let mut changed = Vec::new();
        for (name, site) in &mut self.known {
            if let Some(Newcomer { proxy, incarnation, .. }) = site.newcomer.take_if(|it| it.due <= now) {
                changed.push((name.clone(), proxy.clone()));
                *site = Site { is_skewed: site.is_skewed, ..Site::new(proxy, incarnation, now) };
            }
        }
        self.next_decision = self.known.values().filter_map(|site| Some(site.newcomer.as_ref()?.due)).min();
        changed
    }

    /// All sites, which are forgotten.
    pub(crate) fn take_all(&mut self) -> Vec<(SiteName, ProxyId)> {
        self.next_decision = None;
        self.known.drain().map(|(name, site)| (name, site.proxy)).collect()
    }

    /// The sites that have been silent for too long, which are forgotten.
    pub(crate) fn take_silent(&mut self, now: Instant) -> Vec<(SiteName, ProxyId)> {
        let silent = self.known.extract_if(|_, site| now >= site.heard + SITE_SILENCE_MAX);
        silent.map(|(name, site)| (name, site.proxy)).collect()
    }
}

impl Site {
    fn new(proxy: ProxyId, incarnation: u64, heard: Instant) -> Self {
        Self { proxy, incarnation, heard, is_skewed: false, newcomer: None }
    }

    /// Its proxy has said hello again.
    fn follow(&mut self, hello: &Hello, skew: Option<u64>, now: Instant) -> News {
        let is_another = std::mem::replace(&mut self.incarnation, hello.incarnation) != hello.incarnation;
        let was_skewed = std::mem::replace(&mut self.is_skewed, skew.is_some());
        let is_back = now >= std::mem::replace(&mut self.heard, now) + HELLO_GAP;
        let rival = self.newcomer.take().map(|newcomer| newcomer.proxy);
        News { is_new: is_another, is_another, is_back, skew: skew.filter(|_| !was_skewed), rival }
    }
}
