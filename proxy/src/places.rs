//! How many connections there may be.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use nws_protocol::limits::DESCRIPTOR_RESERVE;

/// Connections beyond the limit that are answered, with a refusal; any more are dropped.
const REFUSED_MAX: usize = DESCRIPTOR_RESERVE as usize / 2;

/// What the runtime of a shard takes, or that of the whole proxy, where the first shard is: two for its
/// poll, one to be woken, one for signals.
const DESCRIPTORS_PER_SHARD: u64 = 4;

/// Places for connections. Those beyond the limit get one too, but only to be refused.
#[derive(Clone, Debug)]
pub(crate) struct Places {
    max: usize,
    taken: Arc<AtomicUsize>,
}

/// A place; given back when dropped.
#[derive(Debug)]
pub(crate) struct Place {
    taken: Arc<AtomicUsize>,
    /// Whether it is beyond the limit.
    pub(crate) beyond: bool,
}

impl Places {
    /// `configured` places, or as many as there are descriptors less a reserve and those of `shards`.
    /// Raises the limit of descriptors as far as the system lets it.
    pub(crate) fn new(configured: Option<usize>, shards: usize) -> Self {
        let descriptors = rlimit::increase_nofile_limit(u64::MAX).unwrap_or(1024);
        let kept = DESCRIPTOR_RESERVE + DESCRIPTORS_PER_SHARD * shards as u64;
        let most = usize::try_from(descriptors.saturating_sub(kept)).unwrap_or(usize::MAX);
        if configured.is_some_and(|configured| configured > most) {
            tracing::warn!(most, "the limit of file descriptors allows fewer connections than configured");
        }
        let max = configured.unwrap_or(most).min(most).max(1);
        Self { max, taken: Arc::default() }
    }

    /// A place, or `None` when the connection is to be dropped.
    pub(crate) fn take(&self) -> Option<Place> {
        let before = self.taken.fetch_add(1, Ordering::Relaxed);
        let place = Place { taken: Arc::clone(&self.taken), beyond: before >= self.max };
        (before < self.max.saturating_add(REFUSED_MAX)).then_some(place)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.taken.fetch_sub(1, Ordering::Relaxed);
    }
}
