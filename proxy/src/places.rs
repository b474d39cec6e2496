//! How many connections there may be, and how many links to other proxies.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use nws_protocol::limits::{DESCRIPTOR_RESERVE, LINKS_MAX};

/// Connections beyond the limit that are answered, with a refusal; any more are dropped.
const REFUSED_MAX: usize = DESCRIPTOR_RESERVE as usize / 2;

/// What the runtime of a shard takes, or that of the whole proxy, where the first shard is: two for its
/// poll, one to be woken, one for signals.
const DESCRIPTORS_PER_SHARD: u64 = 4;

/// What part of all descriptors other proxies may have at most, where there are few.
const NETWORK_PART: u64 = 4;

/// Descriptors for which there is room from the beginning.
#[cfg(target_os = "linux")]
const TABLE: u64 = 16 * 1024;

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
    /// `configured` places, or as many as there are descriptors less a reserve, those of `shards`, and those
    /// of other proxies if there may be any.
    pub(crate) fn new(configured: Option<usize>, shards: usize, has_links: bool) -> Self {
        let most = places_within(descriptors(), shards, has_links);
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

/// Links to other proxies that there may be.
pub(crate) fn links_max() -> usize {
    links_within(descriptors())
}

/// Makes the table of descriptors as large as it is likely to become, for 8 bytes each.
///
/// Linux doubles the table of a process when it is full. A process with several threads has to wait for all processors then: 10 ms
/// were measured each time, in which nobody is served. So this comes before any other thread is started.
#[cfg(target_os = "linux")]
pub(crate) fn grow_table() {
    let last = descriptors().min(TABLE) - 1;
    let Ok(last) = last.try_into() else { return };
    // Where it fails, the table grows later. The copy is closed at once, and the table stays.
    drop(rustix::io::fcntl_dupfd_cloexec(std::io::stderr(), last));
}

/// How many there are. Raises the limit as far as the system lets it.
fn descriptors() -> u64 {
    rlimit::increase_nofile_limit(u64::MAX).unwrap_or(1024)
}

fn places_within(descriptors: u64, shards: usize, has_links: bool) -> usize {
    let network = if has_links { network_part(descriptors) } else { 0 };
    let kept = DESCRIPTOR_RESERVE + DESCRIPTORS_PER_SHARD * shards as u64 + network;
    usize::try_from(descriptors.saturating_sub(kept)).unwrap_or(usize::MAX)
}

fn links_within(descriptors: u64) -> usize {
    usize::try_from(network_part(descriptors) / 2).unwrap_or(usize::MAX).max(1)
}

/// What is kept from clients for other proxies: as much for handshakes and dials as for links.
fn network_part(descriptors: u64) -> u64 {
    (2 * LINKS_MAX as u64).min(descriptors / NETWORK_PART)
}

impl Drop for Place {
    fn drop(&mut self) {
        self.taken.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_take_no_place_from_clients_nor_clients_from_links() {
        for descriptors in [256, 1024, 4096, 65_536, 1 << 30] {
            let (places, links) =
                (places_within(descriptors, 4, true) as u64, links_within(descriptors) as u64);
            assert!(places + 2 * links + DESCRIPTOR_RESERVE + 16 <= descriptors);
            assert!(places >= descriptors / 3, "most are for clients");
            assert_eq!(links, (descriptors / 8).min(1024));
        }
    }

    #[test]
    fn without_links_all_places_are_for_clients() {
        assert_eq!(places_within(1024, 4, false), 1024 - 64 - 16);
        assert_eq!(places_within(16, 4, false), 0);
    }
}
