//! When to dial again.

use std::time::{Duration, Instant};

use nws_protocol::limits::REDIAL_RARE;
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::Rng;

use super::MeshConfig;

/// The dials to one proxy that led to nothing, and when the next one may begin. Times between dials are
/// measured from beginning to beginning, and are longer each time up to a bound.
pub(super) struct Backoff {
    pub(super) failed: u32,
    pub(super) next: Instant,
    began: Option<Instant>,
}

impl Backoff {
    pub(super) fn new(next: Instant) -> Self {
        Self { failed: 0, next, began: None }
    }

    pub(super) fn begin(&mut self, now: Instant) {
        self.began = Some(now);
    }

    /// What began has failed, or led to nothing that lasts.
    pub(super) fn fail(&mut self, config: &MeshConfig, rng: &mut ChaCha20Rng, now: Instant) {
        let longest = config.redial_min.saturating_mul(2 << self.failed.min(16)).min(config.redial_max);
        let delay = between(rng, (longest / 2).max(config.redial_min), longest);
        self.failed = self.failed.saturating_add(1);
        self.next = now.max(self.began.unwrap_or(now) + delay);
    }

    /// A link that has worked is lost.
    pub(super) fn lose(
        &mut self,
        config: &MeshConfig,
        rng: &mut ChaCha20Rng,
        lasted: Duration,
        now: Instant,
    ) {
        if lasted > config.redial_max {
            self.failed = 0;
        }
        self.began = Some(now);
        self.fail(config, rng, now);
    }

    /// There is news: dials soon, but not sooner than ever.
    pub(super) fn hurry(&mut self, config: &MeshConfig, now: Instant) {
        let earliest = self.began.map_or(now, |began| now.max(began + config.redial_min));
        self.failed = 0;
        self.next = self.next.min(earliest);
    }

    /// Dials again, but rarely.
    pub(super) fn delay(&mut self, now: Instant) {
        self.failed = self.failed.saturating_add(1);
        self.next = now + REDIAL_RARE;
    }
}

/// A time from `least` up to `most`.
pub(super) fn between(rng: &mut ChaCha20Rng, least: Duration, most: Duration) -> Duration {
    let spread = (most.saturating_sub(least).as_nanos() * u128::from(rng.next_u32())) >> 32;
    least + Duration::from_nanos(u64::try_from(spread).unwrap_or(u64::MAX))
}
