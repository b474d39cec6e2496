//! Places where a proxy may be, as another program says. Most of the machines that it names may run
//! none.

use std::time::{Duration, Instant};

use super::Dialing;
use super::configured::Configured;
use super::targets::Targets;
use crate::MeshConfig;

impl Dialing {
    /// A proxy may be at a place, or the way there has changed.
    pub(in crate::mesh) fn on_hint(&mut self, peer: usize, redial_max: Duration, now: Instant) {
        let place = self.targets.configured.entry(peer).or_insert_with(|| Configured::new(now));
        place.hint = Some(redial_max);
        (place.backoff.next, place.backoff.failed) = (now, 0);
    }
}

impl Targets {
    /// The place that is dialled next, if it is due: rather one that is new or where a proxy was.
    pub(super) fn hint_due(&self, now: Instant) -> Option<usize> {
        let due = self.hints().filter(|(_, it)| it.backoff.next <= now);
        due.min_by_key(|(_, it)| (it.is_doubtful(), it.backoff.next)).map(|(peer, _)| peer)
    }

    /// When [`Self::hint_due`] gives one.
    pub(super) fn next_hint(&self) -> Option<Instant> {
        self.hints().map(|(_, it)| it.backoff.next).min()
    }

    fn hints(&self) -> impl Iterator<Item = (usize, &Configured)> {
        let hints = self.configured.iter().filter(|(_, it)| it.hint.is_some() && self.is_waiting(it));
        hints.map(|(peer, it)| (*peer, it))
    }
}

impl Configured {
    /// The longest time between two dials to it.
    pub(super) fn redial_max(&self, config: &MeshConfig) -> Duration {
        self.hint.filter(|_| self.proxy.is_none()).unwrap_or(config.redial_max)
    }

    /// It was tried, and no proxy was ever there.
    fn is_doubtful(&self) -> bool {
        self.proxy.is_none() && self.backoff.failed > 0
    }
}
