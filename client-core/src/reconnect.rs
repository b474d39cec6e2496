//! Decides when a lost connection is tried again.

/// The option `reconnect`.
#[derive(Clone, Copy, Debug)]
pub struct Policy {
    /// The longest pause between two attempts, in milliseconds.
    pub max_delay: f64,
    /// The bytes that may wait for a connection. Without it, none may.
    pub max_queued: Option<f64>,
}

/// How long a connection has to last, in milliseconds, so that its loss begins a new outage. A
/// proxy that admits a page and soon closes again gets longer and longer pauses, whatever the code:
/// what the page does may be the cause each time.
pub(crate) const LASTING_MS: f64 = 5000.0;

/// The longest pause before the first attempt, in milliseconds: about the time that a proxy takes
/// to restart.
const FIRST_DELAY: f64 = 100.0;

impl Policy {
    /// The pause before an attempt; the first of an outage is 1. The longest pause doubles each
    /// time, and the pause is at least half of that. So pages that lost a proxy together do not
    /// come back together ("equal jitter").
    #[must_use]
    pub fn delay(self, attempt: u32, chance: f64) -> f64 {
        // With a factor above 2^16, any sensible limit is reached.
        let longest = (FIRST_DELAY * f64::from(1 << attempt.min(17)) / 2.0).min(self.max_delay);
        longest * (1.0 + chance) / 2.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const POLICY: Policy = Policy { max_delay: 5000.0, max_queued: None };

    fn bounds(attempt: u32) -> (f64, f64) {
        (POLICY.delay(attempt, 0.0), POLICY.delay(attempt, 1.0))
    }

    #[test]
    fn pauses_double_up_to_the_limit() {
        assert_eq!(
            [1, 2, 3, 6].map(bounds),
            [(50.0, 100.0), (100.0, 200.0), (200.0, 400.0), (1600.0, 3200.0)]
        );
        assert_eq!([7, 40, u32::MAX].map(bounds), [(2500.0, 5000.0); 3]);
    }

    #[test]
    fn a_limit_of_zero_is_no_pause() {
        assert_eq!(Policy { max_delay: 0.0, max_queued: None }.delay(9, 0.7), 0.0);
    }
}
