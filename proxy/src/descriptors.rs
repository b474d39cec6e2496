//! Divides the file descriptors of this process among clients and links.

use nws_protocol::limits::{DESCRIPTOR_RESERVE, LINKS_MAX};

/// Descriptors that the runtime of a shard takes: two for its poll, one for waking it, one for
/// signals. The first shard shares the runtime of the whole proxy.
const DESCRIPTORS_PER_SHARD: u64 = 4;

/// Where there are few descriptors, other proxies may have at most one of this many.
const NETWORK_PART: u64 = 4;

/// Size of the table of descriptors from the beginning.
#[cfg(target_os = "linux")]
const TABLE: u64 = 16 * 1024;

/// The most connections that clients may have: all descriptors, less a reserve, less those of
/// `shards`, and less those of other proxies if there may be any.
pub(crate) fn connections_max(shards: usize, has_links: bool) -> usize {
    connections_within(limit(), shards, has_links)
}

/// The most links to other proxies that there may be.
pub(crate) fn links_max() -> usize {
    links_within(limit())
}

/// Makes the table of descriptors as large as it is likely to become, at 8 bytes for each.
///
/// Linux doubles the table of a process when it is full. A process with several threads then waits
/// for all processors. 10 ms were measured each time, in which no client is served. So this runs
/// before any other thread is started.
#[cfg(target_os = "linux")]
pub(crate) fn grow_table() {
    let last = limit().min(TABLE) - 1;
    let Ok(last) = last.try_into() else { return };
    // If this fails, the table grows later. The copy is closed at once, and the table keeps its
    // size.
    drop(rustix::io::fcntl_dupfd_cloexec(std::io::stderr(), last));
}

/// The number of descriptors that are allowed. Raises the limit as far as the system permits.
#[cfg(unix)]
fn limit() -> u64 {
    rlimit::increase_nofile_limit(u64::MAX).unwrap_or(1024)
}

/// Windows has no limit. This number is beyond that of the ports that it gives to the clients of
/// both loopback addresses.
#[cfg(not(unix))]
fn limit() -> u64 {
    64 * 1024
}

fn connections_within(descriptors: u64, shards: usize, has_links: bool) -> usize {
    let network = if has_links { network_part(descriptors) } else { 0 };
    let kept = DESCRIPTOR_RESERVE + DESCRIPTORS_PER_SHARD * shards as u64 + network;
    usize::try_from(descriptors.saturating_sub(kept)).unwrap_or(usize::MAX)
}

fn links_within(descriptors: u64) -> usize {
    usize::try_from(network_part(descriptors) / 2).unwrap_or(usize::MAX).max(1)
}

/// Descriptors that are kept for other proxies: as many for handshakes and dials as for links.
fn network_part(descriptors: u64) -> u64 {
    (2 * LINKS_MAX as u64).min(descriptors / NETWORK_PART)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_take_no_place_from_clients_nor_clients_from_links() {
        for descriptors in [256, 1024, 4096, 65_536, 1 << 30] {
            let (connections, links) =
                (connections_within(descriptors, 4, true) as u64, links_within(descriptors) as u64);
            assert!(connections + 2 * links + DESCRIPTOR_RESERVE + 16 <= descriptors);
            assert!(connections >= descriptors / 3, "most are for clients");
            assert_eq!(links, (descriptors / 8).min(1024));
        }
    }

    #[test]
    fn without_links_all_places_are_for_clients() {
        assert_eq!(connections_within(1024, 4, false), 1024 - 64 - 16);
        assert_eq!(connections_within(16, 4, false), 0);
    }
}
