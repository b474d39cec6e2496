//! Virtual time.

use std::time::{Duration, Instant};

/// A clock that stands still until it is set.
#[derive(Clone, Copy)]
pub(super) struct Clock {
    start: Instant,
    now: Instant,
}

impl Clock {
    #[expect(clippy::disallowed_methods, reason = "an origin for virtual time: only differences count")]
    pub(super) fn new() -> Self {
        let start = Instant::now();
        Self { start, now: start }
    }

    pub(super) fn now(self) -> Instant {
        self.now
    }

    pub(super) fn elapsed(self) -> Duration {
        self.now - self.start
    }

    pub(super) fn set(&mut self, now: Instant) {
        self.now = self.now.max(now);
    }

    /// Whole milliseconds since the start.
    pub(super) fn tick(self) -> u64 {
        u64::try_from(self.elapsed().as_millis()).unwrap_or(u64::MAX)
    }

    /// The time at which the next whole millisecond begins.
    pub(super) fn next_tick(self) -> Instant {
        self.start + Duration::from_millis(self.tick() + 1)
    }
}
