//! When to dial again.

use std::time::{Duration, Instant};

use nws_protocol::limits::{BRIEF_LINK, HURRY_INTERVAL, REDIAL_RARE};
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::Rng;

use crate::MeshConfig;

/// The dials to one proxy that led to nothing, and when the next one may begin.
///
/// Times between dials are measured from beginning to beginning. Each is drawn from a range that
/// doubles with every failure up to a bound (exponential backoff with jitter).
pub(super) struct Backoff {
    pub(super) failed: u32,
    pub(super) next: Instant,
    began: Option<Instant>,
    /// Links in a row that never matched and did not last: perhaps the other side has no room for
    /// them.
    brief: u32,
    /// When news last brought a dial forward.
    brought_forward: Option<Instant>,
}

impl Backoff {
    pub(super) fn new(next: Instant) -> Self {
        Self { failed: 0, next, began: None, brief: 0, brought_forward: None }
    }

    pub(super) fn begin(&mut self, now: Instant) {
        self.began = Some(now);
    }

    /// What began has failed, or led to nothing that lasts.
    pub(super) fn fail(&mut self, config: &MeshConfig, rng: &mut ChaCha20Rng, now: Instant) {
        self.fail_within(config.redial_max, config, rng, now);
    }

    /// The same, where the longest time between two dials is another one.
    pub(super) fn fail_within(
        &mut self,
        most: Duration,
        config: &MeshConfig,
        rng: &mut ChaCha20Rng,
        now: Instant,
    ) {
        self.next = self.after(self.failed, most, config, rng, now);
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

    /// There is news: the next dial comes soon, but not sooner than the shortest interval allows,
    /// and not again and again. Gives whether the news counts.
    pub(super) fn bring_forward(&mut self, config: &MeshConfig, now: Instant) -> bool {
        if self.brought_forward.is_some_and(|last| now.saturating_duration_since(last) < HURRY_INTERVAL) {
            return false;
        }
        self.brought_forward = Some(now);
        let earliest = self.began.map_or(now, |began| now.max(began + config.redial_min));
        self.next = self.next.min(earliest);
        true
    }

    /// The next dial comes after `time`, and not before.
    pub(super) fn delay(&mut self, time: Duration, now: Instant) {
        self.failed = self.failed.saturating_add(1);
        self.next = now + time;
    }

    /// When to begin after so many failures, at most `most` after the last dial.
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

#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "any time is as good as another")]
mod tests {
    use rand_chacha::rand_core::SeedableRng;

    use super::*;

    #[test]
    fn every_failure_doubles_the_range_up_to_the_longest() {
        let (config, now) = (MeshConfig::default(), Instant::now());
        let mut rng = ChaCha20Rng::from_seed([7; 32]);
        let mut backoff = Backoff::new(now);
        for failed in 0..20 {
            backoff.begin(now);
            backoff.fail(&config, &mut rng, now);
            let longest = (config.redial_min * (2 << failed)).min(config.redial_max);
            let delay = backoff.next - now;
            assert!(delay >= config.redial_min && delay >= longest / 2 && delay <= longest, "{delay:?}");
        }
    }

    #[test]
    fn a_link_that_lasted_makes_failures_forgotten() {
        let (config, now) = (MeshConfig::default(), Instant::now());
        let mut rng = ChaCha20Rng::from_seed([7; 32]);
        let mut backoff = Backoff::new(now);
        backoff.failed = 9;
        backoff.lose(&config, &mut rng, config.redial_max * 2, true, now);
        assert!(backoff.next - now <= config.redial_min * 2);
    }

    #[test]
    fn brief_links_in_a_row_make_dials_rare() {
        let (config, now) = (MeshConfig::default(), Instant::now());
        let mut rng = ChaCha20Rng::from_seed([7; 32]);
        let mut backoff = Backoff::new(now);
        for _ in 0..20 {
            backoff.lose(&config, &mut rng, Duration::ZERO, false, now);
        }
        assert!(backoff.next - now >= REDIAL_RARE / 2, "perhaps the other side has no room");
        backoff.lose(&config, &mut rng, Duration::ZERO, true, now);
        assert!(backoff.next - now <= config.redial_max, "a link that has matched is none of them");
    }

    #[test]
    fn news_brings_a_dial_forward_once_in_a_while() {
        let (config, now) = (MeshConfig::default(), Instant::now());
        let mut backoff = Backoff::new(now);
        backoff.begin(now);
        backoff.delay(REDIAL_RARE, now);
        assert!(backoff.bring_forward(&config, now));
        assert_eq!(backoff.next, now + config.redial_min);
        assert!(!backoff.bring_forward(&config, now + HURRY_INTERVAL / 2));
        assert!(backoff.bring_forward(&config, now + HURRY_INTERVAL));
    }
}
