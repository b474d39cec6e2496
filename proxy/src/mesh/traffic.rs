//! Counts what a link carries, and measures its round trips.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::time::{Duration, Instant};

/// Round trips that are kept: about those of a minute.
const ROUND_TRIPS: usize = 20;

/// What one link has carried. Only its own thread counts.
#[derive(Debug, Default)]
pub(crate) struct Traffic {
    pub(crate) received: Way,
    pub(crate) sent: Way,
    /// When the ping was sent that is not answered yet.
    pinged: Cell<Option<Instant>>,
    round_trips: RefCell<VecDeque<Duration>>,
}

/// One direction.
#[derive(Debug, Default)]
pub(crate) struct Way {
    frames: Cell<u64>,
    bytes: Cell<u64>,
}

impl Way {
    pub(crate) fn count(&self, bytes: usize) {
        self.frames.update(|frames| frames + 1);
        self.bytes.update(|sum| sum + bytes as u64);
    }

    /// The sums of `(frames, bytes)` and what was counted here.
    pub(super) fn on_top_of(&self, (frames, bytes): (u64, u64)) -> (u64, u64) {
        (frames + self.frames.get(), bytes + self.bytes.get())
    }

    pub(crate) fn frames(&self) -> u64 {
        self.frames.get()
    }

    pub(crate) fn bytes(&self) -> u64 {
        self.bytes.get()
    }
}

impl Traffic {
    /// A ping is sent now.
    pub(crate) fn ping(&self) {
        if self.pinged.get().is_none() {
            self.pinged.set(Some(Instant::now()));
        }
    }

    /// The answer has come.
    pub(crate) fn pong(&self) {
        let Some(pinged) = self.pinged.take() else { return };
        let mut round_trips = self.round_trips.borrow_mut();
        if round_trips.len() == ROUND_TRIPS {
            round_trips.pop_front();
        }
        round_trips.push_back(pinged.elapsed());
    }

    /// The last round trips, the newest last.
    pub(crate) fn round_trips(&self) -> Vec<Duration> {
        self.round_trips.borrow().iter().copied().collect()
    }
}
