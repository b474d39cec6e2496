//! Adds what one state machine queues to the counts that all share.

use std::cell::Cell;
use std::sync::Arc;

use super::Shared;

/// The bytes in the queues of one state machine, as a part of those of all.
pub(super) struct Tally {
    shared: Arc<Shared>,
    queued: Cell<usize>,
}

impl Tally {
    pub(super) fn new(shared: Arc<Shared>) -> Self {
        shared.enter();
        Self { shared, queued: Cell::new(0) }
    }

    pub(super) fn add(&self, bytes: usize) {
        self.queued.update(|queued| queued + bytes);
        self.shared.add_queued(bytes);
    }

    pub(super) fn sub(&self, bytes: usize) {
        self.queued.update(|queued| queued - bytes);
        self.shared.sub_queued(bytes);
    }

    /// Gives whether all queues together are too long, and ours are to be cut.
    pub(super) fn is_over(&self) -> bool {
        self.shared.is_over(self.queued.get())
    }

    pub(super) fn is_tight(&self) -> bool {
        self.shared.is_tight()
    }
}

impl Drop for Tally {
    fn drop(&mut self) {
        self.shared.sub_queued(self.queued.get());
        self.shared.leave();
    }
}
