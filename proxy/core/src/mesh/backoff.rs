//! When to dial again.

use std::time::{Duration, Instant};

use nws_protocol::limits::{BRIEF_LINK, HURRY_INTERVAL, REDIAL_RARE};
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::Rng;

use super::MeshConfig;

/// The dials to one proxy that led to nothing, and when the next one may begin. Times between dials are
/// measured from beginning to beginning, and are longer each time up to a bound.
pub(super) struct Backoff {
    pub(super) failed: u32,
    pub(super) next: Instant,
    began: Option<Instant>,
    /// Links in a row that never matched and did not last: perhaps the other side has no room for them.
    brief: u32,
    /// When news last made a dial come earlier.
    hurried: Option<Instant>,
}

impl Backoff {
    pub(super) fn new(next: Instant) -> Self {
        Self { failed: 0, next, began: None, brief: 0, hurried: None }
    }

    pub(super) fn begin(&mut self, now: Instant) {
        self.began = Some(now);
    }

    /// What began has failed, or led to nothing that lasts.
    pub(super) fn fail(&mut self, config: &MeshConfig, rng: &mut ChaCha20Rng, now: Instant) {
        self.next = self.after(self.failed, config.redial_max, config, rng, now);
        self.failed = self.failed.saturating_add(1);
    }

    /// A link that has worked for as long as `lasted` is lost.
    pub(super) fn lose(
        &mut self,
        config: &MeshConfig,
        rng: &mut ChaCha20Rng,
        lasted: Duration,
        has_matched: bool,
        now: Instant,
    ) {
        if lasted > config.redial_max {
            self.failed = 0;
        }
        self.brief = if has_matched || lasted > BRIEF_LINK { 0 } else { self.brief.saturating_add(1) };
        self.began = Some(now);
        self.fail(config, rng, now);
        if self.brief > 1 {
            self.next = self.next.max(self.after(self.brief - 1, REDIAL_RARE, config, rng, now));
        }
    }

    /// There is news: dials soon, but not sooner than ever, and not again and again. The answer is whether
    /// the news counts.
    pub(super) fn hurry(&mut self, config: &MeshConfig, now: Instant) -> bool {
        if self.hurried.is_some_and(|hurried| now.saturating_duration_since(hurried) < HURRY_INTERVAL) {
            return false;
        }
        self.hurried = Some(now);
        let earliest = self.began.map_or(now, |began| now.max(began + config.redial_min));
        self.next = self.next.min(earliest);
        true
    }

    /// Dials again, but only after such a long time.
    pub(super) fn delay(&mut self, time: Duration, now: Instant) {
        self.failed = self.failed.saturating_add(1);
        self.next = now + time;
    }

    /// When to begin after so many failures.
    fn after(
        &self,
        failed: u32,
        most: Duration,
        config: &MeshConfig,
        rng: &mut ChaCha20Rng,
        now: Instant,
    ) -> Instant {
        let longest = config.redial_min.saturating_mul(2 << failed.min(16)).min(most);
        let delay = between(rng, (longest / 2).max(config.redial_min), longest);
        now.max(self.began.unwrap_or(now) + delay)
    }
}

/// A time from `least` up to `most`.
pub(super) fn between(rng: &mut ChaCha20Rng, least: Duration, most: Duration) -> Duration {
    let spread = (most.saturating_sub(least).as_nanos() * u128::from(rng.next_u32())) >> 32;
    least + Duration::from_nanos(u64::try_from(spread).unwrap_or(u64::MAX))
}
