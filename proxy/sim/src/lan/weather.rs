//! The latency and the losses of the network.

use std::time::Duration;

use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::Rng;

/// The properties of the network.
#[derive(Clone, Copy, Debug)]
pub struct Weather {
    /// The shortest time that a packet takes from one machine to another.
    pub latency_min: Duration,
    /// The longest time that it takes.
    pub latency_max: Duration,
    /// The longest time by which it takes longer over a broker.
    pub detour_max: Duration,
    /// The number of announcements in a thousand that are lost.
    pub lost_per_mille: u32,
    /// The longest time after the end of a partition until connections move again. They have
    /// retried ever more rarely meanwhile.
    pub recovery_max: Duration,
}

impl Default for Weather {
    fn default() -> Self {
        Self {
            latency_min: Duration::from_micros(200),
            latency_max: Duration::from_millis(3),
            detour_max: Duration::from_millis(20),
            lost_per_mille: 50,
            recovery_max: Duration::from_secs(2),
        }
    }
}

impl Weather {
    /// The time that one packet takes.
    pub(super) fn latency(&self, rng: &mut ChaCha20Rng) -> Duration {
        between(rng, self.latency_min, self.latency_max)
    }

    /// The time that one takes over a broker.
    pub(super) fn detour(&self, rng: &mut ChaCha20Rng) -> Duration {
        self.latency(rng) + between(rng, Duration::ZERO, self.detour_max)
    }

    pub(super) fn recovery(&self, rng: &mut ChaCha20Rng) -> Duration {
        between(rng, Duration::ZERO, self.recovery_max)
    }

    pub(super) fn loses(&self, rng: &mut ChaCha20Rng) -> bool {
        rng.next_u32() % 1000 < self.lost_per_mille
    }
}

pub(super) fn between(rng: &mut ChaCha20Rng, least: Duration, most: Duration) -> Duration {
    let spread = most.saturating_sub(least).as_nanos() as u64;
    least + Duration::from_nanos(rng.next_u64() % (spread + 1))
}
