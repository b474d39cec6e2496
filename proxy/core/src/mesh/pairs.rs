//! Which of several links to one proxy stays.
//!
//! Both sides decide alone. They hear of connections in different orders, so each only decides what
//! the other one cannot contradict:
//!
//! - One link is started at a time: HELLO is sent on it. A link gets ready only when both sides
//!   have chosen it, and an answer on one that is ready proves that the other side is ready too.
//! - Before HELLO is exchanged, a link whose TLS client has the lower id displaces one whose client
//!   has the higher one. Both sides see both sooner or later, and agree.
//! - Of two links that one side dialled, that side closes the second. The other side cannot know
//!   which came first there, and waits for it.
//! - A direct link displaces one over the backbone, as soon as both sides see it. Both agree, since
//!   both know which way a link takes.
//! - In all other cases the newcomer waits as a spare, while the current link is asked for a sign
//!   of life. HELLO is none: it may have been sent before the other side thought better of it. With
//!   an answer the spares are closed. Without one the first spare is started in place of the
//!   current link. So a link that the other side has lost, or has never seen, is in the way no
//!   longer than that.
//!
//! If slow answers make both sides close the link that the other one has chosen, both dial again at
//! different random times.
//!
//! [`Pairs`] decides which links are to be closed, and `Mesh` closes them: that concerns other
//! owners.

mod crowd;
mod link;
mod liveness;
mod pair;

use std::cmp::Reverse;
use std::time::Instant;

use slotmap::SecondaryMap;

use super::{LinkCloseReason, LinkId, MeshConfig, MeshOutput, Outputs, RemoteId, Route};
use link::Stage;
use liveness::Liveness;
use pair::Pair;

pub(super) use link::Link;

pub use link::Stage as LinkStage;

/// Links that wait beside another one. Each side keeps one of its own, and may lose one and dial
/// again.
const SPARES_MAX: usize = 3;

/// All links, and the pairs of those that lead to the same proxy.
pub(super) struct Pairs {
    config: MeshConfig,
    links: SecondaryMap<LinkId, Link>,
    pairs: SecondaryMap<RemoteId, Pair>,
    liveness: Liveness,
}

/// A link that is no more, and the links that its proxy has left.
pub(super) struct Removed {
    pub(super) link: Link,
    pub(super) left: Left,
}

/// The links that a proxy has after one of them is gone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Left {
    /// The one that was chosen before: a spare is gone.
    Current,
    /// A spare, which has been started in place of the one that is gone.
    Promoted,
    /// None.
    Nothing,
}

/// A link on which nothing was heard for too long.
pub(super) struct Dead {
    pub(super) link: LinkId,
    pub(super) remote: RemoteId,
    pub(super) reason: LinkCloseReason,
}

impl Pairs {
    pub(super) fn new(config: MeshConfig) -> Self {
        Self {
            liveness: Liveness::new(&config),
            config,
            links: SecondaryMap::new(),
            pairs: SecondaryMap::new(),
        }
    }

    pub(super) fn clear(&mut self) {
        self.links.clear();
        self.pairs.clear();
    }

    pub(super) fn contains(&self, link: LinkId) -> bool {
        self.links.contains_key(link)
    }

    pub(super) fn all(&self) -> impl Iterator<Item = (LinkId, &Link)> {
        self.links.iter()
    }

    pub(super) fn ids(&self) -> impl Iterator<Item = LinkId> {
        self.links.keys()
    }

    pub(super) fn link(&self, link: LinkId) -> Option<&Link> {
        self.links.get(link)
    }

    /// The proxy to which a link leads on which HELLO is exchanged.
    pub(super) fn ready_remote(&self, link: LinkId) -> Option<RemoteId> {
        self.links.get(link).filter(|it| it.is_ready()).map(|it| it.remote)
    }

    /// The proxy to which a link leads on which HELLO is sent and none was received.
    pub(super) fn started_remote(&self, link: LinkId) -> Option<RemoteId> {
        self.links.get(link).filter(|it| it.stage == Stage::Started).map(|it| it.remote)
    }

    /// Whether one more link may be accepted that has not exchanged HELLO. Links that this proxy
    /// dialled do not count: they are bounded by dials.
    pub(super) fn has_room_before_hello(&self) -> bool {
        let waiting = self.links.values().filter(|link| !link.is_ready() && !link.dialled);
        waiting.count() < self.config.links_before_hello_max
    }

    /// Adds a new link, and starts it if it is the only one to its proxy. `prefers_dialled` says
    /// which side's links displace the other's. Gives the links that are duplicates and are to be
    /// closed, in this order.
    pub(super) fn add(
        &mut self,
        link: LinkId,
        it: Link,
        prefers_dialled: bool,
        outputs: &mut Outputs,
        now: Instant,
    ) -> Vec<LinkId> {
        let Link { remote: id, dialled, route, .. } = it;
        self.links.insert(link, it);
        if !self.pairs.contains_key(id) {
            self.pairs.insert(id, Pair::new(prefers_dialled));
        }
        let Some(current) = self.pairs[id].current else {
            self.start(link, outputs);
            return Vec::new();
        };
        if dialled && self.pairs[id].links().any(|other| self.is_own_attempt(other, route)) {
            return vec![link];
        }
        self.pairs[id].spares.push(link);
        let rival = &self.links[current];
        if route > rival.route {
            return self.superseded(id, route);
        }
        if route == rival.route && !rival.is_ready() && dialled == prefers_dialled && dialled != rival.dialled
        {
            return self.displaced(id, current);
        }
        self.probe(id, outputs, now);
        self.excess_spare(id).into_iter().collect()
    }

    /// Whether this side dialled a link by a way that is as good as `route`, and has not exchanged
    /// HELLO on it.
    fn is_own_attempt(&self, link: LinkId, route: Route) -> bool {
        let it = &self.links[link];
        it.dialled && !it.is_ready() && it.route >= route
    }

    /// Every link that takes a way less good than `route`, the current one at last.
    fn superseded(&self, id: RemoteId, route: Route) -> Vec<LinkId> {
        self.pairs[id].links().filter(|link| self.links[*link].route < route).collect()
    }

    /// The best way by which a proxy is linked.
    pub(super) fn route(&self, id: RemoteId) -> Option<Route> {
        let links = self.pairs.get(id)?.links();
        links.map(|link| self.links[link].route).max()
    }

    /// Every link that was dialled by the same side as `current`, which is the last of them. When
    /// they are closed, another link takes its place.
    fn displaced(&self, id: RemoteId, current: LinkId) -> Vec<LinkId> {
        let dialled = self.links[current].dialled;
        self.pairs[id].links().filter(|link| self.links[*link].dialled == dialled).collect()
    }

    /// Asks the current link for a sign of life, because another one waits.
    fn probe(&mut self, id: RemoteId, outputs: &mut Outputs, now: Instant) {
        let pair = &mut self.pairs[id];
        let Some(current) = pair.current else { return };
        pair.until.get_or_insert(now + self.config.probe_time);
        if self.links[current].is_ready() && !std::mem::replace(&mut self.links[current].probed, true) {
            outputs.push_back(MeshOutput::Ping { link: current });
        }
    }

    fn end_probe(&mut self, id: RemoteId) {
        let pair = &mut self.pairs[id];
        pair.until = None;
        if let Some(current) = pair.current {
            self.links[current].probed = false;
        }
    }

    /// This side keeps one spare at most, so a spare in excess was dialled by the other side.
    fn excess_spare(&self, id: RemoteId) -> Option<LinkId> {
        let spares = &self.pairs[id].spares;
        let theirs = spares.iter().find(|link| !self.links[**link].dialled);
        theirs.filter(|_| spares.len() > SPARES_MAX).copied()
    }

    fn start(&mut self, link: LinkId, outputs: &mut Outputs) {
        let it = &mut self.links[link];
        it.stage = Stage::Started;
        self.pairs[it.remote].current = Some(link);
        outputs.push_back(MeshOutput::Start { link });
    }

    /// HELLO is exchanged on a link that was started.
    pub(super) fn on_ready(&mut self, link: LinkId, outputs: &mut Outputs, now: Instant) {
        let it = &mut self.links[link];
        (it.stage, it.since, it.heard) = (Stage::Ready, now, now);
        let id = it.remote;
        let pair = &mut self.pairs[id];
        pair.until = None;
        if !pair.spares.is_empty() {
            self.probe(id, outputs, now);
        }
    }

    /// A channel has matched. Gives the proxy, if the link is ready.
    pub(super) fn on_matched(&mut self, link: LinkId) -> Option<RemoteId> {
        let it = self.links.get_mut(link).filter(|it| it.is_ready())?;
        it.matched = true;
        Some(it.remote)
    }

    /// Something was received. Gives the spares, which are duplicates if this is the sign of life
    /// that the link was asked for.
    pub(super) fn on_heard(&mut self, link: LinkId, now: Instant) -> Vec<LinkId> {
        let Some(it) = self.links.get_mut(link) else { return Vec::new() };
        it.heard = now;
        if !it.probed {
            return Vec::new();
        }
        let id = it.remote;
        self.end_probe(id);
        self.pairs[id].spares.clone()
    }

    /// Current links that have not given a sign of life in time, though a spare waits.
    pub(super) fn unanswered(&self, now: Instant) -> Vec<LinkId> {
        let is_late = |pair: &&Pair| pair.until.is_some_and(|until| until <= now);
        self.pairs.values().filter(is_late).filter_map(|pair| pair.current).collect()
    }

    /// Links that have been silent for too long.
    pub(super) fn dead(&self, now: Instant) -> Vec<Dead> {
        let dead = self.links.iter().filter(|(_, it)| self.liveness.deadline(it) <= now);
        let dead = dead.map(|(link, it)| Dead {
            link,
            remote: it.remote,
            reason: if it.is_ready() { LinkCloseReason::Silent } else { LinkCloseReason::NoHello },
        });
        dead.collect()
    }

    /// Sends the heartbeats that are due.
    pub(super) fn beat(&mut self, outputs: &mut Outputs, now: Instant) {
        if self.liveness.take_beat(now) {
            let ready = self.links.iter().filter(|(_, it)| it.is_ready());
            outputs.extend(ready.map(|(link, _)| MeshOutput::Ping { link }));
        }
    }

    /// The accepted link that has to give way because too many come from the address of `newcomer`.
    pub(super) fn surplus_of_source(&self, newcomer: LinkId) -> Option<LinkId> {
        let &Link { source, dialled: false, .. } = self.links.get(newcomer)? else { return None };
        let links = self.links.iter().filter(|(_, it)| it.source == source && !it.dialled);
        crowd::surplus(links, self.config.links_per_source_max, newcomer)
    }

    /// The link that has to give way because there are too many since `newcomer` came.
    pub(super) fn surplus(&self, newcomer: LinkId) -> Option<LinkId> {
        crowd::surplus(self.links.iter(), self.config.links_max, newcomer)
    }

    /// The link that has to give way because too many have never matched since `newcomer` got
    /// ready.
    pub(super) fn surplus_unmatched(&self, newcomer: LinkId) -> Option<LinkId> {
        let links = self.links.iter().filter(|(_, it)| it.is_ready() && !it.matched);
        crowd::surplus(links, self.config.links_unmatched_max, newcomer)
    }

    /// Takes a link out of its pair, and starts a spare in its place if there is one.
    pub(super) fn remove(&mut self, link: LinkId, outputs: &mut Outputs, now: Instant) -> Option<Removed> {
        let gone = self.links.remove(link)?;
        let id = gone.remote;
        let pair = &mut self.pairs[id];
        if pair.current != Some(link) {
            pair.spares.retain(|spare| *spare != link);
            if pair.spares.is_empty() {
                self.end_probe(id);
            }
            return Some(Removed { link: gone, left: Left::Current });
        }
        (pair.current, pair.until) = (None, None);
        Some(Removed { link: gone, left: self.promote(id, outputs, now) })
    }

    /// Starts a spare, where there is one, of the side that is preferred if possible.
    fn promote(&mut self, id: RemoteId, outputs: &mut Outputs, now: Instant) -> Left {
        let pair = &mut self.pairs[id];
        if pair.spares.is_empty() {
            self.pairs.remove(id);
            return Left::Nothing;
        }
        let rank = |spare: &LinkId| {
            let it = &self.links[*spare];
            Reverse((it.route, it.dialled == pair.prefers_dialled))
        };
        let preferred = (0..pair.spares.len()).min_by_key(|index| rank(&pair.spares[*index]));
        let link = pair.spares.remove(preferred.unwrap_or(0));
        let others_wait = !pair.spares.is_empty();
        self.start(link, outputs);
        if others_wait {
            self.probe(id, outputs, now);
        }
        Left::Promoted
    }

    /// When links are to be looked at next. While any link is there, or a dial is under way, that
    /// is at every heartbeat at least.
    pub(super) fn plan(&mut self, is_dialling: bool, now: Instant) -> Option<Instant> {
        let beat = self.liveness.plan_beat(is_dialling || !self.links.is_empty(), now);
        let death = self.links.values().map(|it| self.liveness.deadline(it)).min();
        let probe = self.pairs.values().filter_map(|pair| pair.until).min();
        [beat, death, probe].into_iter().flatten().min()
    }
}
