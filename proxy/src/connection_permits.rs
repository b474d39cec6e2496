//! Counts the connections of clients. Each connection holds a permit, and the number of permits is
//! limited.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use nws_protocol::limits::DESCRIPTOR_RESERVE;

use crate::descriptors;

/// Connections beyond the limit that get a refusal. Any more are dropped.
const REFUSED_MAX: usize = DESCRIPTOR_RESERVE as usize / 2;

/// The permits for connections. A few beyond the limit are given too, but only for a refusal.
#[derive(Clone, Debug)]
pub(crate) struct ConnectionPermits {
    max: usize,
    given: Arc<AtomicUsize>,
}

/// The permit of one connection. Dropping it gives the permit back.
#[derive(Debug)]
pub(crate) struct ConnectionPermit {
    given: Arc<AtomicUsize>,
    is_beyond_limit: bool,
}

impl ConnectionPermits {
    /// As many permits as are configured, but no more than the file descriptors allow, and at least
    /// one.
    pub(crate) fn new(configured: Option<usize>, shards: usize, has_links: bool) -> Self {
        let most = descriptors::connections_max(shards, has_links);
        if configured.is_some_and(|configured| configured > most) {
            let bound = if cfg!(unix) { "the limit of file descriptors" } else { "this program" };
            tracing::warn!(most, "{bound} allows fewer connections than configured");
        }
        Self::with(configured.unwrap_or(most).min(most).max(1))
    }

    fn with(max: usize) -> Self {
        Self { max, given: Arc::default() }
    }

    /// How many are given, and how many there are.
    pub(crate) fn used(&self) -> (usize, usize) {
        (self.given.load(Ordering::Relaxed), self.max)
    }

    /// Gives a permit, or `None` when the connection has to be dropped.
    pub(crate) fn acquire(&self) -> Option<ConnectionPermit> {
        let before = self.given.fetch_add(1, Ordering::Relaxed);
        let permit = ConnectionPermit { given: Arc::clone(&self.given), is_beyond_limit: before >= self.max };
        (before < self.max.saturating_add(REFUSED_MAX)).then_some(permit)
    }
}

impl ConnectionPermit {
    /// Gives whether the connection is beyond the limit, and has to be refused.
    pub(crate) fn is_beyond_limit(&self) -> bool {
        self.is_beyond_limit
    }
}

impl Drop for ConnectionPermit {
    fn drop(&mut self) {
        self.given.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn some_beyond_the_limit_are_refused_and_the_rest_dropped() {
        let permits = ConnectionPermits::with(2);
        let mut given: Vec<_> = (0..1000).map_while(|_| permits.acquire()).collect();
        assert_eq!(given.len(), 2 + REFUSED_MAX);
        assert_eq!(given.iter().filter(|permit| !permit.is_beyond_limit()).count(), 2);
        given.clear();
        assert!(permits.acquire().is_some_and(|permit| !permit.is_beyond_limit()));
    }
}
