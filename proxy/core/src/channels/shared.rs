//! What the state machines of one proxy count together.

use std::sync::atomic::{AtomicUsize, Ordering};

/// Counts that hold for all state machines of one proxy.
#[derive(Debug)]
pub struct Shared {
    channels_max: usize,
    channels: AtomicUsize,
    queued_max: usize,
    queued: AtomicUsize,
    unfinished: AtomicUsize,
    /// State machines that take part.
    parts: AtomicUsize,
}

impl Shared {
    /// Nothing is counted yet; at most `channels_max` channels and `queued_max` bytes in all queues.
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

    /// How many channels there are.
    #[must_use]
    pub fn channels(&self) -> usize {
        self.channels.load(Ordering::Relaxed)
    }

    /// Bytes of memory in the queues of those who lag, and in large messages on the way to anybody.
    #[must_use]
    pub fn queued(&self) -> usize {
        self.queued.load(Ordering::Relaxed)
    }

    /// Bytes of messages that are not complete yet.
    #[must_use]
    pub fn unfinished(&self) -> usize {
        self.unfinished.load(Ordering::Relaxed)
    }

    /// A client that had sent `before` bytes of an unfinished message has sent `after` now.
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

    /// Whether there is too much in all queues, and whoever has `part` of it has to give way: nobody
    /// below the average has.
    pub(super) fn is_over(&self, part: usize) -> bool {
        let queued = self.queued();
        queued > self.queued_max && part.saturating_mul(self.parts.load(Ordering::Relaxed)) >= queued
    }

    /// More than half is in use: time to slow down senders before anybody has to be cut.
    pub(super) fn is_tight(&self) -> bool {
        self.queued() > self.queued_max / 2
    }
}
