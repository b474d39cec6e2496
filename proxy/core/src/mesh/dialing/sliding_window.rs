//! Bounds how often something happens in any period, wherever the period begins.
//!
//! A token bucket with the same figures would let twice as much happen in the period after a pause.
//! A dial costs the other side a handshake, so this bound is exact, and pays for it with one time
//! for each event.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

/// At most `max` events in any period of this length.
pub(super) struct SlidingWindow {
    max: usize,
    period: Duration,
    recent: VecDeque<Instant>,
}

impl SlidingWindow {
    pub(super) fn new(max: usize, period: Duration) -> Self {
        Self { max, period, recent: VecDeque::with_capacity(max) }
    }

    /// The time from which on there is room for the next event; `None` if there is room already.
    pub(super) fn opens(&self) -> Option<Instant> {
        let oldest = self.recent.front().filter(|_| self.recent.len() >= self.max)?;
        Some(*oldest + self.period)
    }

    /// Whether there is room for an event.
    pub(super) fn is_open(&self, now: Instant) -> bool {
        self.opens().is_none_or(|opens| opens <= now)
    }

    /// Counts an event.
    pub(super) fn count(&mut self, now: Instant) {
        if self.recent.len() >= self.max {
            self.recent.pop_front();
        }
        self.recent.push_back(now);
    }
}
