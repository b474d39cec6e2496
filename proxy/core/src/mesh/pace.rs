//! How often something may happen.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

/// At most so many times in any period of this length.
pub(super) struct Pace {
    max: usize,
    period: Duration,
    recent: VecDeque<Instant>,
}

impl Pace {
    pub(super) fn new(max: usize, period: Duration) -> Self {
        Self { max, period, recent: VecDeque::with_capacity(max) }
    }

    /// When it may happen next; `None` at any time.
    pub(super) fn opens(&self) -> Option<Instant> {
        let oldest = self.recent.front().filter(|_| self.recent.len() >= self.max)?;
        Some(*oldest + self.period)
    }

    pub(super) fn is_open(&self, now: Instant) -> bool {
        self.opens().is_none_or(|opens| opens <= now)
    }

    pub(super) fn count(&mut self, now: Instant) {
        if self.recent.len() >= self.max {
            self.recent.pop_front();
        }
        self.recent.push_back(now);
    }
}
