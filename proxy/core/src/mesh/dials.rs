//! Whom to dial, and when.
//!
//! Proxies that knew one of our channels and addresses that are configured are dialled as their backoff has
//! it, the one that has waited longest first. So are those that were linked and never matched, but they
//! share a limit: anybody can have been linked under many ids. Those that were only announced share a
//! smaller one. Every other of their dials goes to the newest of them, so that a newcomer is found at
//! once whatever was announced before, and the others to any of them, so that one that is drowned in a
//! flood has its chance.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use nws_protocol::ProxyId;
use nws_protocol::limits::{DIAL_COURTESY, LINKED_DIALS_PER_SECOND, NEW_DIALS_PER_SECOND, REDIAL_RARE};

use super::backoff::between;
use super::configured::Configured;
use super::link::Link;
use super::remote::{Remote, Standing};
use super::remotes::{Remotes, pick};
use super::sliding_window::SlidingWindow;
use super::{DialId, Mesh, MeshOutput, RemoteId, Target};

/// The dials under way.
pub(super) struct Dials {
    pub(super) under_way: BTreeMap<DialId, Dial>,
    pub(super) configured: BTreeMap<usize, Configured>,
    last: u64,
    /// Dials to newcomers.
    new: SlidingWindow,
    /// Dials to proxies that were linked and never matched.
    linked: SlidingWindow,
    newest_first: bool,
}

/// A dial under way.
pub(super) struct Dial {
    pub(super) goal: Goal,
    pub(super) until: Instant,
    is_answered: bool,
    /// It counts towards [`MeshConfig::dials_max`](super::MeshConfig::dials_max); the others are bounded
    /// by their windows.
    is_known: bool,
}

/// Who is dialled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Goal {
    Remote(RemoteId),
    Configured(usize),
}

impl Dials {
    pub(super) fn new() -> Self {
        Self {
            under_way: BTreeMap::new(),
            configured: BTreeMap::new(),
            last: 0,
            new: SlidingWindow::new(NEW_DIALS_PER_SECOND, Duration::from_secs(1)),
            linked: SlidingWindow::new(LINKED_DIALS_PER_SECOND, Duration::from_secs(1)),
            newest_first: true,
        }
    }

    fn known_under_way(&self) -> usize {
        self.under_way.values().filter(|dial| dial.is_known).count()
    }
}

impl Mesh {
    pub(super) fn on_seen(&mut self, proxy: &ProxyId, addresses: Vec<SocketAddr>, now: Instant) {
        if *proxy == self.own || addresses.is_empty() {
            return;
        }
        let is_new = self.remotes.find(proxy).is_none();
        let id = self.remotes.enter(proxy, now);
        self.remotes.note_seen(id, now);
        let remote = &mut self.remotes.by_id[id];
        let has_news = remote.learn(addresses);
        if is_new && self.own > *proxy {
            remote.backoff.next = now + between(&mut self.rng, DIAL_COURTESY * 3 / 4, DIAL_COURTESY * 3 / 2);
        } else if (has_news || remote.is_given_up())
            && remote.backoff.hurry(&self.config, now)
            && remote.is_given_up()
        {
            remote.backoff.failed = 0;
        }
        self.forget_surplus();
    }

    /// Whoever leaves and was never linked is not looked for any longer.
    pub(super) fn on_gone(&mut self, proxy: &ProxyId) {
        let Some(id) = self.remotes.find(proxy) else { return };
        let remote = &self.remotes.by_id[id];
        if !remote.is_known() && remote.is_dialable() && remote.backoff.failed > 0 {
            self.remotes.remove(id);
        }
    }

    pub(super) fn on_answered(&mut self, dial: DialId) {
        let Some(dial) = self.dials.under_way.get_mut(&dial) else { return };
        dial.is_answered = true;
        let goal = dial.goal;
        self.note_answer(goal);
    }

    pub(super) fn on_dial_failed(&mut self, dial: DialId, now: Instant) {
        self.note_silence_of(dial);
        match self.end_dial(dial) {
            Some(Goal::Remote(id)) => self.fail(id, now),
            Some(Goal::Configured(peer)) => self.fail_configured(peer, now),
            None => {}
        }
    }

    pub(super) fn on_stranger(&mut self, dial: DialId, now: Instant) {
        match self.end_dial(dial) {
            Some(Goal::Remote(id)) => self.mislead(id, now),
            // Nobody in particular is expected there.
            Some(Goal::Configured(peer)) => self.fail_configured(peer, now),
            None => {}
        }
    }

    pub(super) fn on_own(&mut self, dial: DialId, now: Instant) {
        match self.end_dial(dial) {
            Some(Goal::Remote(id)) => self.mislead(id, now),
            Some(Goal::Configured(peer)) => self.note_own(peer, now),
            None => {}
        }
    }

    fn note_silence_of(&mut self, dial: DialId) {
        if let Some(&Dial { goal, is_answered: false, .. }) = self.dials.under_way.get(&dial) {
            self.note_silence(goal);
        }
    }

    /// Another proxy answered in the place of the one that was dialled.
    pub(super) fn mislead(&mut self, id: RemoteId, now: Instant) {
        self.remotes.by_id[id].backoff.delay(REDIAL_RARE, now);
        self.forget_if_expired(id, now);
    }

    /// The dial is over, however it ended.
    pub(super) fn end_dial(&mut self, dial: DialId) -> Option<Goal> {
        let goal = self.dials.under_way.remove(&dial)?.goal;
        match goal {
            Goal::Remote(id) => self.remotes.by_id.get_mut(id)?.dial = None,
            Goal::Configured(peer) => self.dials.configured.get_mut(&peer)?.dial = None,
        }
        Some(goal)
    }

    /// What is under way to a proxy that is linked is not wanted any more.
    pub(super) fn abandon_dials_to(&mut self, id: RemoteId) {
        let remote = &self.remotes.by_id[id];
        let configured = self.dials.configured.values().filter(|it| it.proxy.as_ref() == Some(&remote.proxy));
        let dials: Vec<DialId> = configured.filter_map(|it| it.dial).chain(remote.dial).collect();
        dials.into_iter().for_each(|dial| self.abandon(dial));
    }

    pub(super) fn abandon(&mut self, dial: DialId) {
        self.end_dial(dial);
        self.outputs.push_back(MeshOutput::Abandon { dial });
    }

    /// Gives up what has taken too long.
    pub(super) fn expire_dials(&mut self, now: Instant) {
        let late = |(id, dial): (&DialId, &Dial)| (dial.until <= now).then_some(*id);
        let late: Vec<DialId> = self.dials.under_way.iter().filter_map(late).collect();
        for dial in late {
            self.outputs.push_back(MeshOutput::Abandon { dial });
            self.on_dial_failed(dial, now);
        }
    }

    /// A dial, or a link that never got ready, has failed.
    pub(super) fn fail(&mut self, id: RemoteId, now: Instant) {
        let Some(remote) = self.remotes.by_id.get_mut(id) else { return };
        remote.backoff.fail(&self.config, &mut self.rng, now);
        if remote.is_given_up() {
            remote.backoff.delay(REDIAL_RARE, now);
        }
        self.forget_if_expired(id, now);
    }

    /// The last link to a proxy is no more.
    pub(super) fn lose(&mut self, id: RemoteId, gone: &Link, now: Instant) {
        self.each_backoff(id, |backoff, config, rng| match gone.is_ready() {
            true => {
                let lasted = now.saturating_duration_since(gone.since);
                backoff.lose(config, rng, lasted, gone.matched, now);
            }
            false => backoff.fail(config, rng, now),
        });
        if let Some(remote) = self.remotes.by_id.get_mut(id).filter(|_| gone.is_ready()) {
            remote.seen = now;
        }
        self.forget_if_expired(id, now);
    }

    /// A link to a proxy was ready, or has even matched.
    pub(super) fn note_linked(&mut self, id: RemoteId, standing: Standing) {
        let remote = &mut self.remotes.by_id[id];
        remote.standing = remote.standing.max(standing);
    }

    /// The last link to a proxy was closed by this side to be replaced.
    pub(super) fn dial_at_once(&mut self, id: RemoteId, now: Instant) {
        self.each_backoff(id, |backoff, _, _| backoff.next = now);
    }

    /// The last link to a proxy was closed by this side for want of room.
    pub(super) fn dial_rarely(&mut self, id: RemoteId, now: Instant) {
        self.each_backoff(id, |backoff, _, _| backoff.delay(REDIAL_RARE, now));
    }

    /// Begins every dial that is due and has room.
    pub(super) fn dial_due(&mut self, now: Instant) {
        while self.has_room()
            && let Some(goal) = self.known_due(now)
        {
            self.dial(goal, true, now);
        }
        while self.dials.linked.is_open(now)
            && let Some(id) = self.linked_due(now)
        {
            self.dials.linked.count(now);
            self.dial(Goal::Remote(id), false, now);
        }
        while self.dials.new.is_open(now)
            && let Some(id) = self.announced_due(now)
        {
            self.dials.new.count(now);
            self.dials.newest_first = !self.dials.newest_first;
            self.dial(Goal::Remote(id), false, now);
        }
    }

    /// When [`Self::dial_due`] has something to do.
    pub(super) fn next_dial(&self) -> Option<Instant> {
        let bounded = |standing, window: &SlidingWindow| {
            let next = self.dialable(standing).map(|(_, remote)| remote.backoff.next).min();
            next.map(|next| window.opens().map_or(next, |opens| next.max(opens)))
        };
        let announced = bounded(Standing::Announced, &self.dials.new);
        let linked = bounded(Standing::Linked, &self.dials.linked);
        let known = self.has_room().then(|| self.known().map(|(next, _)| next).min()).flatten();
        [announced, linked, known].into_iter().flatten().min()
    }

    fn has_room(&self) -> bool {
        self.dials.known_under_way() < self.config.dials_max
    }

    fn linked_due(&self, now: Instant) -> Option<RemoteId> {
        let due = self.dialable(Standing::Linked).filter(|(_, remote)| remote.backoff.next <= now);
        due.min_by_key(|(_, remote)| remote.backoff.next).map(|(id, _)| id)
    }

    fn known_due(&self, now: Instant) -> Option<Goal> {
        let due = self.known().filter(|(next, _)| *next <= now);
        due.min_by_key(|(next, _)| *next).map(|(_, goal)| goal)
    }

    /// Those that are dialled without being announced.
    fn known(&self) -> impl Iterator<Item = (Instant, Goal)> {
        let remotes =
            self.dialable(Standing::Matched).map(|(id, remote)| (remote.backoff.next, Goal::Remote(id)));
        let configured = self.dials.configured.iter().filter(|(_, it)| self.wants(it));
        remotes.chain(configured.map(|(peer, it)| (it.backoff.next, Goal::Configured(*peer))))
    }

    fn dialable(&self, standing: Standing) -> impl Iterator<Item = (RemoteId, &Remote)> + Clone {
        let remotes: &Remotes = &self.remotes;
        remotes.by_id.iter().filter(move |(_, remote)| remote.standing == standing && remote.is_dialable())
    }

    fn announced_due(&mut self, now: Instant) -> Option<RemoteId> {
        let due = self.dialable(Standing::Announced).filter(|(_, remote)| remote.backoff.next <= now);
        let due: Vec<(RemoteId, (bool, u64))> =
            due.map(|(id, remote)| (id, (!remote.is_tried, remote.order))).collect();
        let newest = due.iter().max_by_key(|(_, newness)| *newness);
        let chosen = if self.dials.newest_first { newest } else { pick(due.iter(), &mut self.rng) };
        chosen.map(|(id, _)| *id)
    }

    fn dial(&mut self, goal: Goal, is_known: bool, now: Instant) {
        self.dials.last += 1;
        let dial = DialId(self.dials.last);
        let target = match goal {
            Goal::Remote(id) => {
                let remote = &mut self.remotes.by_id[id];
                remote.dial = Some(dial);
                remote.is_tried = true;
                remote.backoff.begin(now);
                Target::Proxy { proxy: remote.proxy.clone(), addresses: remote.addresses() }
            }
            Goal::Configured(peer) => {
                if let Some(configured) = self.dials.configured.get_mut(&peer) {
                    configured.dial = Some(dial);
                    configured.backoff.begin(now);
                }
                Target::Peer(peer)
            }
        };
        self.dials
            .under_way
            .insert(dial, Dial { goal, until: now + self.config.dial_time, is_answered: false, is_known });
        self.outputs.push_back(MeshOutput::Dial { dial, target });
    }
}
