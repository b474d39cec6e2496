//! Knows the addresses of the proxies that `--peer` names, in the order of their index in the state
//! machine, and what was logged about them.

use std::net::SocketAddr;

use crate::discovery::PeerAddress;
use crate::trouble::Trouble;

/// All named proxies that have an address.
#[derive(Debug, Default)]
pub(super) struct NamedProxies(Vec<Named>);

#[derive(Debug)]
struct Named {
    peer: PeerAddress,
    addresses: Vec<SocketAddr>,
    trouble: Trouble,
}

impl NamedProxies {
    /// `peer` is at these addresses now. Gives its index if it is new.
    pub(super) fn sight(&mut self, peer: PeerAddress, addresses: Vec<SocketAddr>) -> Option<usize> {
        if let Some(known) = self.0.iter_mut().find(|known| known.peer == peer) {
            known.addresses = addresses;
            return None;
        }
        self.0.push(Named { peer, addresses, trouble: Trouble::default() });
        Some(self.0.len() - 1)
    }

    /// The addresses of the proxy with this index.
    pub(super) fn addresses(&self, index: usize) -> Vec<SocketAddr> {
        self.0.get(index).map_or_else(Vec::new, |named| named.addresses.clone())
    }

    /// The name that the user has given it.
    pub(super) fn peer(&self, index: usize) -> Option<&PeerAddress> {
        self.0.get(index).map(|named| &named.peer)
    }

    /// It could not be reached.
    pub(super) fn failed(&mut self, index: usize, reason: &str) {
        let Some(named) = self.0.get_mut(index) else { return };
        if named.trouble.is_news(reason) {
            tracing::warn!(peer = %named.peer, "cannot reach this --peer: {reason}");
        }
    }

    /// It was reached.
    pub(super) fn reached(&mut self, index: usize) {
        if let Some(named) = self.0.get_mut(index) {
            named.trouble.is_over();
        }
    }
}
