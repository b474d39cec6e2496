//! Which of several links to one proxy stays.
//!
//! Both sides decide alone, about connections of which they hear in different orders, so each only
//! decides what the other one cannot contradict:
//!
//! - One link is started at a time: HELLO is sent on it. A link gets ready only when both sides have
//!   chosen it, and an answer on one that is ready proves that the other side is ready too.
//! - Before HELLO is exchanged, a link whose TLS client has the lower id displaces one whose client has
//!   the higher one. Both sides see both sooner or later, and agree.
//! - Of two links that one side dialled, that side closes the second. The other one cannot know which
//!   came first there, and waits for it.
//! - In all other cases the newcomer waits as a spare, while the current link is asked for a sign of
//!   life. With an answer (HELLO is none: it may have been sent before the other side thought better of
//!   it) spares are closed, without one the first of them is started in place of the current link. So a
//!   link that the other side has lost, or has never seen, stands in nobody's way for longer than that.
//!
//! If slow answers make both sides close what the other one has chosen, both dial again at different
//! random times.

use std::net::IpAddr;
use std::time::Instant;

use nws_protocol::ProxyId;

use super::dials::Goal;
use super::link::{Link, Stage};
use super::remote::{Pair, Standing};
use super::{DialId, LinkCloseReason, LinkId, Mesh, MeshOutput, RemoteId};

/// Links that wait beside another one. Each side keeps one of its own, and may lose one and dial again.
const SPARES_MAX: usize = 3;

impl Mesh {
    pub(super) fn on_connected(
        &mut self,
        link: LinkId,
        proxy: &ProxyId,
        source: IpAddr,
        dial: Option<DialId>,
        now: Instant,
    ) {
        if self.links.contains_key(link) {
            return;
        }
        if let Err(reason) = self.admit(proxy, dial, now) {
            self.outputs.push_back(MeshOutput::Close { link, reason });
            return;
        }
        let remote = self.remotes.enter(proxy, now);
        self.note_answer(Goal::Remote(remote));
        self.links.insert(link, Link::new(remote, source, dial.is_some(), now));
        self.place(link, remote, now);
        self.limit_links(link, now);
    }

    /// Whether a connection becomes a link at all. Those that this proxy dialled are bounded by dials.
    fn admit(&mut self, proxy: &ProxyId, dial: Option<DialId>, now: Instant) -> Result<(), LinkCloseReason> {
        match dial.and_then(|dial| self.end_dial(dial)) {
            Some(Goal::Remote(id)) if self.remotes.by_id[id].proxy == *proxy => {
                self.remotes.by_id[id].prove()
            }
            Some(Goal::Remote(id)) => {
                self.mislead(id, now);
                return Err(LinkCloseReason::Stranger);
            }
            Some(Goal::Configured(peer)) if *proxy == self.own => self.note_own(peer, now),
            Some(Goal::Configured(peer)) => self.note_configured(peer, proxy),
            None => {}
        }
        if *proxy == self.own {
            return Err(LinkCloseReason::Own);
        }
        let waiting = self.links.values().filter(|link| !link.is_ready() && !link.dialled);
        if dial.is_none() && waiting.count() >= self.config.links_before_hello_max {
            return Err(LinkCloseReason::Crowded);
        }
        Ok(())
    }

    fn place(&mut self, link: LinkId, id: RemoteId, now: Instant) {
        let Some(current) = self.remotes.by_id[id].pair.current else {
            return self.start(link);
        };
        let (own, dialled) = (&self.own, self.links[link].dialled);
        let is_settled =
            |other: &LinkId| dialled && self.links[*other].dialled && !self.links[*other].is_ready();
        let pair = &mut self.remotes.by_id[id].pair;
        if pair.spares.iter().chain([&current]).any(is_settled) {
            return self.close(link, LinkCloseReason::Duplicate, now);
        }
        pair.spares.push(link);
        let prefers_dialled = *own < self.remotes.by_id[id].proxy;
        if !self.links[current].is_ready()
            && dialled == prefers_dialled
            && dialled != self.links[current].dialled
        {
            return self.displace(id, current, now);
        }
        self.probe(id, now);
        self.limit_spares(id, now);
    }

    /// Closes every link that was dialled by the same side as `current`, and so lets another one take its
    /// place.
    fn displace(&mut self, id: RemoteId, current: LinkId, now: Instant) {
        let dialled = self.links[current].dialled;
        let spares = self.remotes.by_id[id].pair.spares.iter().copied();
        let given_up: Vec<LinkId> = spares.filter(|spare| self.links[*spare].dialled == dialled).collect();
        for link in given_up.into_iter().chain([current]) {
            self.close(link, LinkCloseReason::Duplicate, now);
        }
    }

    /// Asks the current link for a sign of life, because another one waits.
    fn probe(&mut self, id: RemoteId, now: Instant) {
        let pair = &mut self.remotes.by_id[id].pair;
        let Some(current) = pair.current else { return };
        pair.until.get_or_insert(now + self.config.probe_time);
        if self.links[current].is_ready() && !std::mem::replace(&mut self.links[current].probed, true) {
            self.outputs.push_back(MeshOutput::Ping { link: current });
        }
    }

    /// This side keeps one spare at most, so whoever is in excess was dialled by the other one.
    fn limit_spares(&mut self, id: RemoteId, now: Instant) {
        let spares = &self.remotes.by_id[id].pair.spares;
        let theirs = spares.iter().find(|link| !self.links[**link].dialled);
        if let Some(&oldest) = theirs.filter(|_| spares.len() > SPARES_MAX) {
            self.close(oldest, LinkCloseReason::Duplicate, now);
        }
    }

    fn start(&mut self, link: LinkId) {
        let it = &mut self.links[link];
        it.stage = Stage::Started;
        self.remotes.by_id[it.remote].pair.current = Some(link);
        self.outputs.push_back(MeshOutput::Start { link });
    }

    pub(super) fn on_ready(&mut self, link: LinkId, now: Instant) {
        let Some(it) = self.links.get_mut(link).filter(|it| it.stage == Stage::Started) else { return };
        (it.stage, it.since, it.heard) = (Stage::Ready, now, now);
        let id = it.remote;
        self.note_linked(id, Standing::Linked);
        self.abandon_dials_to(id);
        self.offer_all(link);
        let pair = &mut self.remotes.by_id[id].pair;
        pair.until = None;
        if !pair.spares.is_empty() {
            self.probe(id, now);
        }
        self.limit_unmatched(link, now);
    }

    pub(super) fn on_matched(&mut self, link: LinkId) {
        if let Some(it) = self.links.get_mut(link).filter(|it| it.is_ready()) {
            it.matched = true;
            let id = it.remote;
            self.note_linked(id, Standing::Matched);
        }
    }

    pub(super) fn on_heard(&mut self, link: LinkId, now: Instant) {
        let Some(it) = self.links.get_mut(link) else { return };
        it.heard = now;
        if it.probed {
            let id = it.remote;
            self.close_spares(id, now);
        }
    }

    pub(super) fn on_down(&mut self, link: LinkId, now: Instant) {
        if let Some(gone) = self.links.remove(link) {
            self.unlink(link, &gone, now);
        }
    }

    pub(super) fn on_exhausting(&mut self, link: LinkId, now: Instant) {
        let Some(id) = self.links.get(link).filter(|it| it.is_ready()).map(|it| it.remote) else { return };
        self.close(link, LinkCloseReason::Exhausted, now);
        self.dial_at_once(id, now);
    }

    /// Starts a spare where the current link did not answer in time.
    pub(super) fn judge_probes(&mut self, now: Instant) {
        let is_late = |pair: &Pair| pair.until.is_some_and(|until| until <= now);
        let late = self.remotes.by_id.values().filter(|remote| is_late(&remote.pair));
        let late: Vec<LinkId> = late.filter_map(|remote| remote.pair.current).collect();
        for link in late {
            self.close(link, LinkCloseReason::Replaced, now);
        }
    }

    pub(super) fn close(&mut self, link: LinkId, reason: LinkCloseReason, now: Instant) {
        if let Some(gone) = self.links.remove(link) {
            self.outputs.push_back(MeshOutput::Close { link, reason });
            self.unlink(link, &gone, now);
        }
    }

    /// The current link has answered.
    fn close_spares(&mut self, id: RemoteId, now: Instant) {
        let spares = self.remotes.by_id[id].pair.spares.clone();
        spares.into_iter().for_each(|spare| self.close(spare, LinkCloseReason::Duplicate, now));
        self.calm(id);
    }

    fn calm(&mut self, id: RemoteId) {
        let pair = &mut self.remotes.by_id[id].pair;
        pair.until = None;
        if let Some(current) = pair.current {
            self.links[current].probed = false;
        }
    }

    /// Takes a link out of its pair.
    fn unlink(&mut self, link: LinkId, gone: &Link, now: Instant) {
        self.end_searches_on(link);
        let id = gone.remote;
        let Some(remote) = self.remotes.by_id.get_mut(id) else { return };
        let pair = &mut remote.pair;
        if pair.current != Some(link) {
            pair.spares.retain(|spare| *spare != link);
            if pair.spares.is_empty() {
                self.calm(id);
            }
            return;
        }
        (pair.current, pair.until) = (None, None);
        if pair.spares.is_empty() || gone.is_ready() {
            self.lose(id, gone, now);
        }
        self.promote(id, now);
        self.forget_surplus();
    }

    fn promote(&mut self, id: RemoteId, now: Instant) {
        let Some(remote) = self.remotes.by_id.get_mut(id) else { return };
        let prefers_dialled = self.own < remote.proxy;
        let spares = &mut remote.pair.spares;
        let preferred = spares.iter().position(|spare| self.links[*spare].dialled == prefers_dialled);
        if spares.is_empty() {
            return;
        }
        let link = spares.remove(preferred.unwrap_or(0));
        let others_wait = !spares.is_empty();
        self.start(link);
        if others_wait {
            self.probe(id, now);
        }
    }
}
