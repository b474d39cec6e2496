//! All that may be dialled: other proxies, and addresses that are configured.
//!
//! A proxy may be known by both ways. What a dial or a link to it has shown concerns both.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::time::Instant;

use nws_protocol::ProxyId;
use nws_protocol::limits::{DIAL_COURTESY, REDIAL_OWN, REDIAL_RARE};
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng;

use super::Loss;
use super::backoff::{Backoff, between};
use super::configured::Configured;
use super::remote::{Remote, Standing};
use super::remotes::{RemoteId, Remotes, pick};
use crate::{DialId, MeshConfig, Route, Target};

/// What may be dialled, and when each of it may be dialled next.
pub(super) struct Targets {
    config: MeshConfig,
    rng: ChaCha20Rng,
    remotes: Remotes,
    pub(super) configured: BTreeMap<usize, Configured>,
}

/// Names a [`Target`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TargetId {
    Remote(RemoteId),
    Configured(usize),
}

impl Targets {
    pub(super) fn new(config: MeshConfig, seed: [u8; 32]) -> Self {
        let mut rng = ChaCha20Rng::from_seed(seed);
        Self { remotes: Remotes::new(&mut rng), config, rng, configured: BTreeMap::new() }
    }

    pub(super) fn clear(&mut self) {
        self.remotes.clear();
        self.configured.clear();
    }

    pub(super) fn remote(&self, id: RemoteId) -> Option<&Remote> {
        self.remotes.get(id)
    }

    pub(super) fn find(&self, proxy: &ProxyId) -> Option<RemoteId> {
        self.remotes.find(proxy)
    }

    /// A proxy has announced itself. With `courtesy` this side waits a little before it dials a
    /// newcomer, which may dial first.
    pub(super) fn announce(
        &mut self,
        proxy: &ProxyId,
        addresses: Vec<SocketAddr>,
        courtesy: bool,
        now: Instant,
    ) {
        let is_new = self.remotes.find(proxy).is_none();
        let remote = self.remotes.announce(proxy, now);
        let has_news = remote.learn(addresses);
        if is_new && courtesy {
            let delay = between(&mut self.rng, DIAL_COURTESY * 3 / 4, DIAL_COURTESY * 3 / 2);
            remote.backoff.next = now + delay;
        } else if (has_news || remote.is_given_up())
            && remote.backoff.bring_forward(&self.config, now)
            && remote.is_given_up()
        {
            remote.backoff.failed = 0;
        }
    }

    /// A place is to be dialled, at once if it is known by now: the way there has changed.
    pub(super) fn configure(&mut self, peer: usize, now: Instant) {
        self.configured.entry(peer).or_insert_with(|| Configured::new(now)).backoff.next = now;
    }

    /// There is a link to a proxy from now on.
    pub(super) fn link(&mut self, proxy: &ProxyId, now: Instant) -> RemoteId {
        self.remotes.enter(proxy, now).0
    }

    /// The best way by which a proxy is linked from now on.
    pub(super) fn note_route(&mut self, id: RemoteId, route: Option<Route>) {
        if let Some(remote) = self.remotes.get_mut(id) {
            remote.route = route;
        }
    }

    /// A link to a proxy was ready, or has even matched.
    pub(super) fn raise_standing(&mut self, id: RemoteId, standing: Standing) {
        if let Some(remote) = self.remotes.get_mut(id) {
            remote.standing = remote.standing.max(standing);
        }
    }

    /// A dial to a proxy has found it.
    pub(super) fn prove(&mut self, id: RemoteId) {
        if let Some(remote) = self.remotes.get_mut(id) {
            remote.prove();
        }
    }

    /// A configured address led to a proxy.
    pub(super) fn note_proxy(&mut self, peer: usize, proxy: &ProxyId) {
        if let Some(configured) = self.configured.get_mut(&peer) {
            configured.proxy = Some(proxy.clone());
        }
    }

    /// A dial begins. Gives where to.
    pub(super) fn begin(&mut self, target: TargetId, dial: DialId, now: Instant) -> Option<Target> {
        match target {
            TargetId::Remote(id) => {
                let remote = self.remotes.get_mut(id)?;
                remote.dial = Some(dial);
                remote.is_tried = true;
                remote.backoff.begin(now);
                Some(Target::Proxy { proxy: remote.proxy.clone(), addresses: remote.addresses() })
            }
            TargetId::Configured(peer) => {
                let configured = self.configured.get_mut(&peer)?;
                configured.dial = Some(dial);
                configured.backoff.begin(now);
                Some(Target::Peer(peer))
            }
        }
    }

    /// The dial to a target is over, however it ended.
    pub(super) fn end(&mut self, target: TargetId) {
        let dial = match target {
            TargetId::Remote(id) => self.remotes.get_mut(id).map(|remote| &mut remote.dial),
            TargetId::Configured(peer) => self.configured.get_mut(&peer).map(|it| &mut it.dial),
        };
        if let Some(dial) = dial {
            *dial = None;
        }
    }

    /// Dials under way to a proxy, however it is known, by a way that is not better than `route`.
    pub(super) fn dials_to(&self, id: RemoteId, route: Route) -> Vec<DialId> {
        let Some(remote) = self.remotes.get(id) else { return Vec::new() };
        let configured = self.configured.values().filter(|it| it.proxy.as_ref() == Some(&remote.proxy));
        let configured = configured.filter(|it| it.route <= route).filter_map(|it| it.dial);
        configured.chain(remote.dial.filter(|_| route == Route::Direct)).collect()
    }

    /// A dial, or a link that never got ready, has failed.
    pub(super) fn fail(&mut self, target: TargetId, now: Instant) {
        match target {
            TargetId::Remote(id) => self.fail_remote(id, now),
            TargetId::Configured(peer) => {
                if let Some(configured) = self.configured.get_mut(&peer) {
                    let most = configured.redial_max(&self.config);
                    configured.backoff.fail_within(most, &self.config, &mut self.rng, now);
                }
            }
        }
    }

    fn fail_remote(&mut self, id: RemoteId, now: Instant) {
        let Some(remote) = self.remotes.get_mut(id) else { return };
        remote.backoff.fail(&self.config, &mut self.rng, now);
        if remote.is_given_up() {
            remote.backoff.delay(REDIAL_RARE, now);
        }
        self.forget_if_expired(id, now);
    }

    /// Another proxy answered in the place of the one that was dialled.
    pub(super) fn note_stranger(&mut self, id: RemoteId, now: Instant) {
        if let Some(remote) = self.remotes.get_mut(id) {
            remote.backoff.delay(REDIAL_RARE, now);
        }
        self.forget_if_expired(id, now);
    }

    /// A configured address led back to this proxy.
    pub(super) fn note_own(&mut self, peer: usize, now: Instant) {
        if let Some(configured) = self.configured.get_mut(&peer) {
            configured.proxy = None;
            configured.backoff.delay(REDIAL_OWN, now);
        }
    }

    /// The current link to a proxy is no more.
    pub(super) fn lose(&mut self, id: RemoteId, loss: Loss, now: Instant) {
        self.each_backoff(id, loss.route(), |backoff, config, rng| match loss {
            Loss::Ended { since, has_matched, .. } => {
                let lasted = now.saturating_duration_since(since);
                backoff.lose(config, rng, lasted, has_matched, now);
            }
            Loss::Failed { .. } => backoff.fail(config, rng, now),
        });
        if let Loss::Ended { .. } = loss
            && let Some(remote) = self.remotes.get_mut(id)
        {
            remote.seen = now;
        }
        self.forget_if_expired(id, now);
    }

    /// A proxy may be dialled at once.
    pub(super) fn dial_at_once(&mut self, id: RemoteId, route: Route, now: Instant) {
        self.each_backoff(id, route, |backoff, _, _| backoff.next = now);
    }

    /// A configured address may be dialled at once.
    pub(super) fn dial_configured_at_once(&mut self, peer: usize, now: Instant) {
        if let Some(configured) = self.configured.get_mut(&peer) {
            configured.backoff.next = now;
        }
    }

    /// Proxies that are not linked.
    pub(super) fn candidates(&self) -> impl Iterator<Item = &Remote> {
        self.remotes.candidates().map(|(_, remote)| remote)
    }

    /// Configured addresses that lead to no proxy that is linked.
    pub(super) fn configured_candidates(&self) -> impl Iterator<Item = (usize, &Configured)> {
        self.configured
            .iter()
            .filter(|(_, it)| it.is_wanted && !self.is_linked(it))
            .map(|(peer, it)| (*peer, it))
    }

    /// Whether a configured address leads to a proxy that is linked.
    pub(super) fn is_linked(&self, configured: &Configured) -> bool {
        let id = configured.proxy.as_ref().and_then(|proxy| self.remotes.find(proxy));
        id.and_then(|id| self.remotes.get(id)).is_some_and(Remote::is_linked)
    }

    /// A proxy is to be dialled rarely.
    pub(super) fn dial_rarely(&mut self, id: RemoteId, route: Route, now: Instant) {
        self.each_backoff(id, route, |backoff, _, _| backoff.delay(REDIAL_RARE, now));
        self.forget_if_expired(id, now);
    }

    /// Does the same with all that is known of dials to a proxy that take this way.
    fn each_backoff(
        &mut self,
        id: RemoteId,
        route: Route,
        mut change: impl FnMut(&mut Backoff, &MeshConfig, &mut ChaCha20Rng),
    ) {
        let Some(Remote { proxy, backoff, .. }) = self.remotes.get_mut(id) else { return };
        let is_meant = |it: &&mut Configured| it.route == route && it.proxy.as_ref() == Some(proxy);
        let configured = self.configured.values_mut().filter(is_meant).map(|it| &mut it.backoff);
        for backoff in configured.chain((route == Route::Direct).then_some(backoff)) {
            change(backoff, &self.config, &mut self.rng);
        }
    }

    /// Nothing has come from where a target is, or should be.
    pub(super) fn note_silence(&mut self, target: TargetId) {
        if let Some(is_silent) = self.is_silent(target) {
            *is_silent = true;
        }
    }

    /// Something has come from a target. Gives whether it was silent before.
    pub(super) fn end_silence(&mut self, target: TargetId) -> bool {
        self.is_silent(target).is_some_and(std::mem::take)
    }

    fn is_silent(&mut self, target: TargetId) -> Option<&mut bool> {
        match target {
            TargetId::Remote(id) => self.remotes.get_mut(id).map(|remote| &mut remote.is_silent),
            // That an unknown machine is silent says nothing of the network.
            TargetId::Configured(peer) => {
                let configured = self.configured.get_mut(&peer).filter(|it| it.hint.is_none());
                configured.map(|it| &mut it.is_silent)
            }
        }
    }

    /// Targets that are dialled without being announced, and when.
    pub(super) fn known(&self) -> impl Iterator<Item = (Instant, TargetId)> {
        let remotes = self.waiting(Standing::Matched);
        let remotes = remotes.map(|(id, remote)| (remote.backoff.next, TargetId::Remote(id)));
        let configured = self.configured.iter().filter(|(_, it)| it.hint.is_none() && self.is_waiting(it));
        remotes.chain(configured.map(|(peer, it)| (it.backoff.next, TargetId::Configured(*peer))))
    }

    /// Proxies of this standing that wait to be dialled.
    pub(super) fn waiting(&self, standing: Standing) -> impl Iterator<Item = (RemoteId, &Remote)> + Clone {
        let is_waiting = move |remote: &Remote| remote.standing == standing && remote.is_dialable();
        self.remotes.iter().filter(move |(_, remote)| is_waiting(remote))
    }

    /// Whether a configured address waits to be dialled.
    pub(super) fn is_waiting(&self, configured: &Configured) -> bool {
        let id = configured.proxy.as_ref().and_then(|proxy| self.remotes.find(proxy));
        let is_apart = |remote: &Remote| !remote.is_linked_by(configured.route) && remote.dial.is_none();
        configured.is_wanted
            && configured.dial.is_none()
            && id.and_then(|id| self.remotes.get(id)).is_none_or(is_apart)
    }

    /// The known target that has waited longest, if it is due.
    pub(super) fn known_due(&self, now: Instant) -> Option<TargetId> {
        let due = self.known().filter(|(next, _)| *next <= now);
        due.min_by_key(|(next, _)| *next).map(|(_, target)| target)
    }

    /// The proxy that was linked, never matched and has waited longest, if it is due.
    pub(super) fn linked_due(&self, now: Instant) -> Option<RemoteId> {
        let due = self.waiting(Standing::Linked).filter(|(_, remote)| remote.backoff.next <= now);
        due.min_by_key(|(_, remote)| remote.backoff.next).map(|(id, _)| id)
    }

    /// Of the proxies that were only announced and are due, the newest, or any.
    pub(super) fn announced_due(&mut self, newest: bool, now: Instant) -> Option<RemoteId> {
        let due = self.waiting(Standing::Announced).filter(|(_, remote)| remote.backoff.next <= now);
        let due: Vec<(RemoteId, (bool, u64))> =
            due.map(|(id, remote)| (id, (!remote.is_tried, remote.order))).collect();
        let first = due.iter().max_by_key(|(_, newness)| *newness);
        let chosen = if newest { first } else { pick(due.iter(), &mut self.rng) };
        chosen.map(|(id, _)| *id)
    }

    /// A proxy that has to be forgotten because there are too many, if there are.
    pub(super) fn surplus(&mut self) -> Option<RemoteId> {
        self.remotes.surplus(&self.config, &mut self.rng)
    }

    /// Forgets a proxy. Gives the dial to it that was under way.
    pub(super) fn forget(&mut self, id: RemoteId) -> Option<DialId> {
        self.remotes.remove(id)?.dial
    }

    pub(super) fn forget_expired(&mut self, now: Instant) {
        for id in self.remotes.expired(&self.config, now) {
            self.remotes.remove(id);
        }
    }

    /// When [`Self::forget_expired`] has something to do.
    pub(super) fn next_expiry(&self) -> Option<Instant> {
        self.remotes.next_expiry(&self.config)
    }

    fn forget_if_expired(&mut self, id: RemoteId, now: Instant) {
        if self.remotes.get(id).is_some_and(|remote| remote.has_expired(&self.config, now)) {
            self.remotes.remove(id);
        }
    }
}
