//! So much at once, and so much again in time.

use std::time::{Duration, Instant};

/// So much at once, and one more after every interval.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Budget {
    /// How many at once.
    pub burst: u32,
    /// Time after which there is one more.
    pub interval: Duration,
}

/// What is left of a [`Budget`].
#[derive(Clone, Copy, Debug)]
pub(super) struct Bucket {
    budget: Budget,
    /// When nothing of it is used any more.
    full: Option<Instant>,
}

impl Bucket {
    pub(super) const fn new(budget: Budget) -> Self {
        Self { budget, full: None }
    }

    /// How many there are now.
    pub(super) fn available(&self, now: Instant) -> usize {
        let missing = self.full.map_or(Duration::ZERO, |full| full.saturating_duration_since(now));
        let used = missing.as_nanos().div_ceil(self.budget.interval.as_nanos().max(1));
        (self.budget.burst as usize).saturating_sub(usize::try_from(used).unwrap_or(usize::MAX))
    }

    /// Takes `count`, of which there are as many.
    pub(super) fn take(&mut self, count: usize, now: Instant) {
        let count = u32::try_from(count).unwrap_or(u32::MAX);
        let full = self.full.map_or(now, |full| full.max(now));
        self.full = Some(full + self.budget.interval.saturating_mul(count));
    }

    /// Takes `count` if there are as many. Whether there were.
    pub(super) fn takes(&mut self, count: usize, now: Instant) -> bool {
        let are_there = count <= self.available(now);
        if are_there {
            self.take(count, now);
        }
        are_there
    }

    /// When there is at least one; `None` when there always was.
    pub(super) fn ready(&self) -> Option<Instant> {
        let rest = self.budget.interval.saturating_mul(self.budget.burst.saturating_sub(1));
        self.full?.checked_sub(rest)
    }

    /// When nothing of it is used any more; `None` when nothing ever was.
    pub(super) const fn full(&self) -> Option<Instant> {
        self.full
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[expect(clippy::disallowed_methods, reason = "a point in time to start from")]
    fn what_is_taken_comes_back_one_by_one() {
        let now = Instant::now();
        let second = Duration::from_secs(1);
        let mut bucket = Bucket::new(Budget { burst: 3, interval: second });
        assert_eq!((bucket.available(now), bucket.ready()), (3, None));
        bucket.take(3, now);
        assert_eq!((bucket.available(now), bucket.ready()), (0, Some(now + second)));
        assert_eq!(bucket.available(now + second - Duration::from_nanos(1)), 0);
        assert_eq!(bucket.available(now + second), 1);
        bucket.take(1, now + second);
        assert_eq!(bucket.available(now + second), 0);
        assert_eq!(bucket.available(now + second * 2), 1);
        assert_eq!(bucket.available(now + second * 9), 3);
        bucket.take(1, now + second * 9);
        assert_eq!(bucket.full(), Some(now + second * 10));
    }
}
