//! Counts what the state machines of one proxy have together.

use std::sync::atomic::{AtomicUsize, Ordering};

/// Counts of all state machines of one proxy together.
#[derive(Debug)]
pub struct Shared {
    channels_max: usize,
    channels: AtomicUsize,
    queued_max: usize,
    queued: AtomicUsize,
    unfinished: AtomicUsize,
    /// The number of state machines.
    parts: AtomicUsize,
}

impl Shared {
    /// All counts are 0. There may be `channels_max` channels, and `queued_max` bytes in all
    /// queues.
    #[must_use]
    pub const fn new(channels_max: usize, queued_max: usize) -> Self {
        Self {
            channels_max,
            channels: AtomicUsize::new(0),
            queued_max,
            queued: AtomicUsize::new(0),
            unfinished: AtomicUsize::new(0),
            parts: AtomicUsize::new(0),
        }
    }

    /// The number of channels.
    #[must_use]
    pub fn channels(&self) -> usize {
        self.channels.load(Ordering::Relaxed)
    }

    /// Bytes of memory in the queues of recipients that lag, and in large messages that are queued
    /// anywhere.
    #[must_use]
    pub fn queued(&self) -> usize {
        self.queued.load(Ordering::Relaxed)
    }

    /// Bytes of messages that are not complete yet.
    #[must_use]
    pub fn unfinished(&self) -> usize {
        self.unfinished.load(Ordering::Relaxed)
    }

    /// Counts a client that had sent `before` bytes of an unfinished message, and has sent `after`
    /// now.
    pub(super) fn count_unfinished(&self, before: usize, after: usize) {
        self.unfinished.fetch_add(after, Ordering::Relaxed);
        self.unfinished.fetch_sub(before, Ordering::Relaxed);
    }

    pub(super) fn claim_channel(&self) -> bool {
        let more = |count| (count < self.channels_max).then_some(count + 1);
        self.channels.fetch_update(Ordering::Relaxed, Ordering::Relaxed, more).is_ok()
    }

    pub(super) fn release_channel(&self) {
        self.channels.fetch_sub(1, Ordering::Relaxed);
    }

    pub(super) fn enter(&self) {
        self.parts.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn leave(&self) {
        self.parts.fetch_sub(1, Ordering::Relaxed);
    }

    pub(super) fn add_queued(&self, bytes: usize) {
        self.queued.fetch_add(bytes, Ordering::Relaxed);
    }

    pub(super) fn sub_queued(&self, bytes: usize) {
        self.queued.fetch_sub(bytes, Ordering::Relaxed);
    }

    /// Gives whether all queues together are too long and a state machine with `part` of it has to
    /// cut: one that is below the average never has to.
    pub(super) fn is_over(&self, part: usize) -> bool {
        let queued = self.queued();
        queued > self.queued_max && part.saturating_mul(self.parts.load(Ordering::Relaxed)) >= queued
    }

    /// Gives whether more than half is in use: time to slow down senders before a recipient has to
    /// be cut.
    pub(super) fn is_tight(&self) -> bool {
        self.queued() > self.queued_max / 2
    }
}
