//! Heartbeats, and links that are dead.

use std::time::Instant;

use super::dials::Goal;
use super::link::{Link, Stage};
use super::{LinkCloseReason, LinkId, Mesh, MeshOutput};

impl Mesh {
    /// Sends the heartbeats that are due.
    pub(super) fn beat(&mut self, now: Instant) {
        if self.next_beat.is_none_or(|next| next > now) {
            return;
        }
        let ready = self.links.iter().filter(|(_, it)| it.is_ready());
        self.outputs.extend(ready.map(|(link, _)| MeshOutput::Ping { link }));
        self.next_beat = None;
    }

    /// Closes links that have been silent for too long.
    pub(super) fn close_dead(&mut self, now: Instant) {
        let is_dead = |(_, it): &(LinkId, &Link)| self.dies(it) <= now;
        let dead: Vec<LinkId> = self.links.iter().filter(is_dead).map(|(link, _)| link).collect();
        for link in dead {
            let Some(&Link { remote, .. }) = self.links.get(link) else { continue };
            let is_ready = self.links[link].is_ready();
            self.note_silence(Goal::Remote(remote));
            self.close(link, if is_ready { LinkCloseReason::Silent } else { LinkCloseReason::NoHello }, now);
        }
    }

    /// When links want to be looked at next: while anybody is waited for, at every heartbeat at least.
    pub(super) fn next_look(&mut self, now: Instant) -> Option<Instant> {
        let heartbeat = self.config.heartbeat;
        let waits = !self.links.is_empty() || !self.dials.under_way.is_empty();
        self.next_beat = waits.then(|| *self.next_beat.get_or_insert(now + heartbeat));
        let death = self.links.values().map(|it| self.dies(it)).min();
        let probe = self.remotes.by_id.values().filter_map(|remote| remote.pair.until).min();
        [self.next_beat, death, probe].into_iter().flatten().min()
    }

    /// When a link is taken for dead.
    fn dies(&self, link: &Link) -> Instant {
        match link.stage {
            Stage::Ready => link.heard + self.config.silence_max,
            Stage::Spare | Stage::Started => link.since + self.config.hello_time,
        }
    }
}
