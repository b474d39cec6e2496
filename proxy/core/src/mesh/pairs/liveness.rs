//! Heartbeats, and links that are dead.

use std::time::{Duration, Instant};

use super::link::{Link, Stage};
use crate::MeshConfig;

/// When the next heartbeat is due, and which silence means that a link is dead.
pub(super) struct Liveness {
    heartbeat: Duration,
    silence_max: Duration,
    hello_time: Duration,
    next_beat: Option<Instant>,
}

impl Liveness {
    pub(super) const fn new(config: &MeshConfig) -> Self {
        let &MeshConfig { heartbeat, silence_max, hello_time, .. } = config;
        Self { heartbeat, silence_max, hello_time, next_beat: None }
    }

    /// Whether a heartbeat is due; the next one is planned afterwards.
    pub(super) fn take_beat(&mut self, now: Instant) -> bool {
        self.next_beat.take_if(|next| *next <= now).is_some()
    }

    /// When the next heartbeat is due: there is one while any answer is awaited.
    pub(super) fn plan_beat(&mut self, is_awaiting: bool, now: Instant) -> Option<Instant> {
        let heartbeat = self.heartbeat;
        self.next_beat = is_awaiting.then(|| *self.next_beat.get_or_insert(now + heartbeat));
        self.next_beat
    }

    /// When a link is taken for dead, unless more is heard.
    pub(super) fn deadline(&self, link: &Link) -> Instant {
        match link.stage {
            Stage::Ready => link.heard + self.silence_max,
            Stage::Spare | Stage::Started => link.since + self.hello_time,
        }
    }
}
