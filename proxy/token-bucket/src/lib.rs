//! Limits how often something may happen, by a token bucket without a clock of its own.
//!
//! A bucket holds up to `burst` tokens and is full at first. Each thing that happens takes tokens.
//! One token comes back after every `interval`, until the bucket is full again.
//!
//! ```
//! use std::time::{Duration, Instant};
//!
//! use nws_token_bucket::{RateLimit, TokenBucket};
//!
//! let mut now = Instant::now();
//! let mut guesses = TokenBucket::new(RateLimit { burst: 2, interval: Duration::from_secs(5) });
//! assert!(guesses.try_take(2, now));
//! assert!(!guesses.try_take(1, now));
//! now += Duration::from_secs(5);
//! assert!(guesses.try_take(1, now));
//! ```

#![forbid(unsafe_code)]

use std::time::{Duration, Instant};

/// How often something may happen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RateLimit {
    /// Tokens of a full bucket: how often at once.
    pub burst: u32,
    /// Time after which one more token comes back. Zero counts as one nanosecond.
    pub interval: Duration,
}

/// The tokens that are left of a [`RateLimit`].
///
/// What is stored is the time at which the bucket will be full, and nothing else (the generic cell
/// rate algorithm). A token that is taken puts that time off by one interval. The tokens that are
/// missing are the intervals from now until then, rounded up. So no timer refills a bucket, one
/// that nobody uses costs nothing, and fractions of a token are never lost.
///
/// Each method that takes the time must be called with times that do not go back.
#[derive(Clone, Copy, Debug)]
pub struct TokenBucket {
    limit: RateLimit,
    full_at: Option<Instant>,
}

impl RateLimit {
    /// `burst` at once, and `rate` more in each second; `rate` is at least 1.
    #[must_use]
    pub const fn per_second(burst: u32, rate: u32) -> Self {
        Self { burst, interval: Duration::from_nanos(1_000_000_000 / rate as u64) }
    }
}

impl TokenBucket {
    /// A full bucket.
    #[must_use]
    pub const fn new(limit: RateLimit) -> Self {
        Self { limit, full_at: None }
    }

    /// The tokens that are there at `now`, at most `burst`.
    #[must_use]
    pub fn available(&self, now: Instant) -> usize {
        let time_to_full = self.full_at.map_or(Duration::ZERO, |full| full.saturating_duration_since(now));
        let missing = time_to_full.as_nanos().div_ceil(self.interval().as_nanos());
        (self.limit.burst as usize).saturating_sub(usize::try_from(missing).unwrap_or(usize::MAX))
    }

    /// Takes `count` tokens. The caller has made sure that they are [available](Self::available):
    /// those that are not are owed, and come back before any other.
    pub fn take(&mut self, count: usize, now: Instant) {
        let count = u32::try_from(count).unwrap_or(u32::MAX);
        let full_at = self.full_at.map_or(now, |full| full.max(now));
        self.full_at = Some(full_at + self.interval().saturating_mul(count));
    }

    /// Takes `count` tokens if so many are there. Whether they were.
    pub fn try_take(&mut self, count: usize, now: Instant) -> bool {
        let is_enough = count <= self.available(now);
        if is_enough {
            self.take(count, now);
        }
        is_enough
    }

    /// The time from which on there is at least one token; `None` if no token was ever taken.
    #[must_use]
    pub fn has_one_at(&self) -> Option<Instant> {
        let rest = self.interval().saturating_mul(self.limit.burst.saturating_sub(1));
        self.full_at?.checked_sub(rest)
    }

    /// The time from which on the bucket is full; `None` if no token was ever taken.
    #[must_use]
    pub const fn full_at(&self) -> Option<Instant> {
        self.full_at
    }

    fn interval(&self) -> Duration {
        self.limit.interval.max(Duration::from_nanos(1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[expect(clippy::disallowed_methods, reason = "a point in time to start from")]
    fn start() -> Instant {
        Instant::now()
    }

    #[test]
    fn tokens_come_back_one_by_one() {
        let now = start();
        let mut bucket = TokenBucket::new(RateLimit { burst: 3, interval: SECOND });
        assert_eq!((bucket.available(now), bucket.has_one_at()), (3, None));
        bucket.take(3, now);
        assert_eq!((bucket.available(now), bucket.has_one_at()), (0, Some(now + SECOND)));
        assert_eq!(bucket.available(now + SECOND - Duration::from_nanos(1)), 0);
        assert_eq!(bucket.available(now + SECOND), 1);
        bucket.take(1, now + SECOND);
        assert_eq!(bucket.available(now + SECOND), 0);
        assert_eq!(bucket.available(now + SECOND * 2), 1);
        assert_eq!(bucket.available(now + SECOND * 9), 3);
        bucket.take(1, now + SECOND * 9);
        assert_eq!(bucket.full_at(), Some(now + SECOND * 10));
    }

    #[test]
    fn a_part_of_an_interval_is_not_lost() {
        let now = start();
        let mut bucket = TokenBucket::new(RateLimit { burst: 4, interval: SECOND });
        bucket.take(4, now);
        assert!(bucket.try_take(3, now + SECOND * 7 / 2));
        assert!(!bucket.try_take(1, now + SECOND * 7 / 2));
        assert!(bucket.try_take(1, now + SECOND * 4));
    }

    #[test]
    fn what_is_refused_takes_nothing() {
        let now = start();
        let mut bucket = TokenBucket::new(RateLimit { burst: 2, interval: SECOND });
        assert!(!bucket.try_take(3, now));
        assert_eq!((bucket.available(now), bucket.full_at()), (2, None));
    }

    #[test]
    fn without_a_burst_nothing_is_ever_granted() {
        let now = start();
        let mut bucket = TokenBucket::new(RateLimit { burst: 0, interval: SECOND });
        assert!(!bucket.try_take(1, now));
        assert!(bucket.try_take(0, now));
    }

    #[test]
    fn an_interval_of_nothing_still_bounds_what_happens_at_once() {
        let now = start();
        let mut bucket = TokenBucket::new(RateLimit { burst: 1, interval: Duration::ZERO });
        assert!(bucket.try_take(1, now));
        assert!(!bucket.try_take(1, now));
        assert!(bucket.try_take(1, now + Duration::from_nanos(1)));
    }

    #[test]
    fn a_rate_is_spread_evenly_over_a_second() {
        let now = start();
        let mut bucket = TokenBucket::new(RateLimit::per_second(8, 4));
        bucket.take(8, now);
        let granted = (0..=1000).filter(|&ms| bucket.try_take(1, now + Duration::from_millis(ms))).count();
        assert_eq!(granted, 4);
        assert_eq!(RateLimit::per_second(1, 3).interval, SECOND / 3);
    }
}
