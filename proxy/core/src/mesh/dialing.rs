//! Which proxies are dialled, and when.
//!
//! Proxies that knew one of our channels and addresses that are configured are dialled as their
//! backoff says, the one that has waited longest first. So are proxies that were linked and never
//! matched, but they share a limit: anybody can have been linked under many ids. Proxies that were
//! only announced share a smaller one. Every other of their dials goes to the newest of them, so
//! that a newcomer is found at once whatever was announced before. The others go to any of them, so
//! that one that is drowned in a flood has its chance. Places where a proxy only may be have dials of
//! their own.

mod backoff;
mod candidates;
mod configured;
mod dials;
mod hints;
mod places;
mod questions;
mod remote;
mod remotes;
mod sites;
mod sliding_window;
mod targets;

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use nws_protocol::ProxyId;
use nws_protocol::limits::{LINKED_DIALS_PER_SECOND, NEW_DIALS_PER_SECOND};

use super::{DialId, LinkCloseReason, MeshConfig, MeshOutput, Outputs, Route};
use dials::{Dials, Share};
use questions::Questions;
use remote::Standing;
use sliding_window::SlidingWindow;
use targets::{TargetId, Targets};

pub(super) use remotes::RemoteId;

pub use candidates::{CandidateProgress, CandidateState};

/// The proxies that are known, the dials to them, and the questions for others.
pub(super) struct Dialing {
    config: MeshConfig,
    own: ProxyId,
    targets: Targets,
    dials: Dials,
    /// Dials to newcomers.
    new: SlidingWindow,
    /// Dials to proxies that were linked and never matched.
    linked: SlidingWindow,
    newest_first: bool,
    questions: Questions,
}

/// What became of the current link to a proxy.
#[derive(Clone, Copy, Debug)]
pub(super) enum Loss {
    /// It never got ready.
    Failed { route: Route },
    /// It was ready.
    Ended { since: Instant, has_matched: bool, route: Route },
}

impl Loss {
    /// The way that the link took.
    const fn route(self) -> Route {
        match self {
            Self::Failed { route } | Self::Ended { route, .. } => route,
        }
    }
}

impl Dialing {
    /// `seed` decides about everything that is left to chance.
    pub(super) fn new(config: MeshConfig, own: ProxyId, seed: [u8; 32]) -> Self {
        Self {
            targets: Targets::new(config.clone(), seed),
            config,
            own,
            dials: Dials::default(),
            new: SlidingWindow::new(NEW_DIALS_PER_SECOND, Duration::from_secs(1)),
            linked: SlidingWindow::new(LINKED_DIALS_PER_SECOND, Duration::from_secs(1)),
            newest_first: true,
            questions: Questions::default(),
        }
    }

    /// Whether any dial is under way.
    pub(super) fn is_dialling(&self) -> bool {
        !self.dials.is_empty()
    }

    /// The id of a proxy that is linked.
    pub(super) fn proxy(&self, id: RemoteId) -> Option<&ProxyId> {
        self.targets.remote(id).map(|remote| &remote.proxy)
    }

    pub(super) fn on_seen(
        &mut self,
        proxy: &ProxyId,
        addresses: Vec<SocketAddr>,
        outputs: &mut Outputs,
        now: Instant,
    ) {
        if *proxy == self.own || addresses.is_empty() {
            return;
        }
        self.targets.announce(proxy, addresses, self.own > *proxy, now);
        self.forget_surplus(outputs);
    }

    /// A proxy that leaves and was never linked is not looked for any longer.
    pub(super) fn on_gone(&mut self, proxy: &ProxyId) {
        let Some(id) = self.targets.find(proxy) else { return };
        let is_futile = self
            .targets
            .remote(id)
            .is_some_and(|it| !it.is_known() && it.is_idle() && it.has_addresses() && it.backoff.failed > 0);
        if is_futile {
            self.targets.forget(id);
        }
    }

    pub(super) fn on_peer(&mut self, peer: usize, now: Instant) {
        self.targets.configure(peer, now);
    }

    pub(super) fn on_answered(&mut self, dial: DialId) {
        if let Some(target) = self.dials.note_answer(dial) {
            self.note_answer(target);
        }
    }

    pub(super) fn on_failed(&mut self, dial: DialId, now: Instant) {
        if let Some(target) = self.dials.unanswered(dial) {
            self.targets.note_silence(target);
        }
        if let Some(target) = self.end(dial) {
            self.targets.fail(target, now);
        }
    }

    pub(super) fn on_stranger(&mut self, dial: DialId, now: Instant) {
        match self.end(dial) {
            Some(TargetId::Remote(id)) => self.targets.note_stranger(id, now),
            // No particular proxy is expected there.
            Some(target @ TargetId::Configured(_)) => self.targets.fail(target, now),
            None => {}
        }
    }

    pub(super) fn on_own(&mut self, dial: DialId, now: Instant) {
        match self.end(dial) {
            Some(TargetId::Remote(id)) => self.targets.note_stranger(id, now),
            Some(TargetId::Configured(peer)) => self.targets.note_own(peer, now),
            None => {}
        }
    }

    /// A connection to `proxy` is made, by `dial` if this side dialled.
    ///
    /// # Errors
    ///
    /// The reason to close it, where it leads to a proxy to which it should not.
    pub(super) fn on_connected(
        &mut self,
        proxy: &ProxyId,
        dial: Option<DialId>,
        now: Instant,
    ) -> Result<(), LinkCloseReason> {
        match dial.and_then(|dial| self.end(dial)) {
            Some(TargetId::Remote(id)) if self.proxy(id) == Some(proxy) => self.targets.prove(id),
            Some(TargetId::Remote(id)) => {
                self.targets.note_stranger(id, now);
                return Err(LinkCloseReason::Stranger);
            }
            Some(TargetId::Configured(peer)) if *proxy == self.own => self.targets.note_own(peer, now),
            Some(TargetId::Configured(peer)) => self.targets.note_proxy(peer, proxy),
            None => {}
        }
        if *proxy == self.own { Err(LinkCloseReason::Own) } else { Ok(()) }
    }

    /// A connection to `proxy` has become a link.
    pub(super) fn on_linked(&mut self, proxy: &ProxyId, now: Instant) -> RemoteId {
        let id = self.targets.link(proxy, now);
        self.note_answer(TargetId::Remote(id));
        id
    }

    /// The best way by which a proxy is linked from now on. It is not dialled by this way, or by one
    /// that is less good.
    pub(super) fn note_route(&mut self, id: RemoteId, route: Option<Route>) {
        self.targets.note_route(id, route);
    }

    /// A link to a proxy is ready: dials that are under way to it are not wanted any more, unless
    /// they take a better way.
    pub(super) fn on_ready(&mut self, id: RemoteId, route: Route, outputs: &mut Outputs) {
        self.targets.raise_standing(id, Standing::Linked);
        for dial in self.targets.dials_to(id, route) {
            self.abandon(dial, outputs);
        }
    }

    pub(super) fn on_matched(&mut self, id: RemoteId) {
        self.targets.raise_standing(id, Standing::Matched);
    }

    /// The only link to a proxy is no more: the proxy may be dialled again, when its backoff says
    /// so.
    pub(super) fn on_unlinked(&mut self, id: RemoteId, loss: Loss, outputs: &mut Outputs, now: Instant) {
        self.targets.lose(id, loss, now);
        self.forget_surplus(outputs);
    }

    /// The current link to a proxy is no more, and another one has taken its place.
    pub(super) fn on_replaced(&mut self, id: RemoteId, loss: Loss, outputs: &mut Outputs, now: Instant) {
        if matches!(loss, Loss::Ended { .. }) {
            self.targets.lose(id, loss, now);
        }
        self.forget_surplus(outputs);
    }

    /// This side has closed the link to a proxy in order to make a new one.
    pub(super) fn dial_at_once(&mut self, id: RemoteId, route: Route, now: Instant) {
        self.targets.dial_at_once(id, route, now);
    }

    /// This side has closed the link to a proxy for want of room.
    pub(super) fn dial_rarely(&mut self, id: RemoteId, route: Route, now: Instant) {
        self.targets.dial_rarely(id, route, now);
    }

    /// Nothing has come from a proxy for too long.
    pub(super) fn note_silence(&mut self, id: RemoteId) {
        self.targets.note_silence(TargetId::Remote(id));
    }

    /// Gives up dials that have taken too long, and forgets proxies that were not seen for too
    /// long.
    pub(super) fn expire(&mut self, outputs: &mut Outputs, now: Instant) {
        for dial in self.dials.late(now) {
            outputs.push_back(MeshOutput::Abandon { dial });
            self.on_failed(dial, now);
        }
        self.targets.forget_expired(now);
    }

    /// Begins every dial that is due and has room, and asks for other proxies if there is a reason.
    pub(super) fn begin_due(&mut self, outputs: &mut Outputs, now: Instant) {
        while self.has_room()
            && let Some(target) = self.targets.known_due(now)
        {
            self.dial(target, Share::Known, outputs, now);
        }
        while self.has_room_for_hints()
            && let Some(peer) = self.targets.hint_due(now)
        {
            self.dial(TargetId::Configured(peer), Share::Hint, outputs, now);
        }
        while self.linked.is_open(now)
            && let Some(id) = self.targets.linked_due(now)
        {
            self.linked.count(now);
            self.dial(TargetId::Remote(id), Share::Window, outputs, now);
        }
        while self.new.is_open(now)
            && let Some(id) = self.targets.announced_due(self.newest_first, now)
        {
            self.new.count(now);
            self.newest_first = !self.newest_first;
            self.dial(TargetId::Remote(id), Share::Window, outputs, now);
        }
        if self.questions.take_due(now) {
            outputs.push_back(MeshOutput::Ask);
        }
    }

    /// When [`Self::begin_due`] or [`Self::expire`] has something to do.
    pub(super) fn next(&self, now: Instant) -> Option<Instant> {
        let late = self.dials.next_late();
        let due = [self.next_dial(), late, self.questions.next(now), self.targets.next_expiry()];
        due.into_iter().flatten().min()
    }

    fn next_dial(&self) -> Option<Instant> {
        let bounded = |standing, window: &SlidingWindow| {
            let next = self.targets.waiting(standing).map(|(_, remote)| remote.backoff.next).min();
            next.map(|next| window.opens().map_or(next, |opens| next.max(opens)))
        };
        let announced = bounded(Standing::Announced, &self.new);
        let linked = bounded(Standing::Linked, &self.linked);
        let known = self.has_room().then(|| self.targets.known().map(|(next, _)| next).min()).flatten();
        let hint = self.has_room_for_hints().then(|| self.targets.next_hint()).flatten();
        [announced, linked, known, hint].into_iter().flatten().min()
    }

    /// Abandons every dial and forgets every proxy.
    pub(super) fn shut_down(&mut self, outputs: &mut Outputs) {
        outputs.extend(self.dials.end_all().map(|dial| MeshOutput::Abandon { dial }));
        self.targets.clear();
        self.questions = Questions::default();
    }

    fn has_room(&self) -> bool {
        self.dials.count(Share::Known) < self.config.dials_max
    }

    fn has_room_for_hints(&self) -> bool {
        self.dials.count(Share::Hint) < self.config.hint_dials_max
    }

    fn dial(&mut self, target: TargetId, share: Share, outputs: &mut Outputs, now: Instant) {
        let dial = self.dials.begin(target, share, now + self.config.dial_time);
        match self.targets.begin(target, dial, now) {
            Some(target) => outputs.push_back(MeshOutput::Dial { dial, target }),
            None => drop(self.dials.end(dial)),
        }
    }

    /// The dial is over, however it ended. Gives what was dialled.
    fn end(&mut self, dial: DialId) -> Option<TargetId> {
        let target = self.dials.end(dial)?;
        self.targets.end(target);
        Some(target)
    }

    fn abandon(&mut self, dial: DialId, outputs: &mut Outputs) {
        self.end(dial);
        outputs.push_back(MeshOutput::Abandon { dial });
    }

    /// Forgets proxies that are too many.
    fn forget_surplus(&mut self, outputs: &mut Outputs) {
        while let Some(id) = self.targets.surplus() {
            if let Some(dial) = self.targets.forget(id) {
                self.abandon(dial, outputs);
            }
        }
    }

    /// An answer has come from a target, be it a refusal.
    fn note_answer(&mut self, target: TargetId) {
        if self.targets.end_silence(target) {
            self.questions.note_return();
        }
    }
}
