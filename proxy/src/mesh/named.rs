//! Knows the proxies that `--peer` names and their addresses, in the order of their index in the state
//! machine.

use std::net::SocketAddr;

use crate::discovery::PeerAddress;

/// All named proxies that were looked up.
#[derive(Debug, Default)]
pub(super) struct NamedProxies(Vec<Named>);

#[derive(Debug)]
struct Named {
    peer: PeerAddress,
    /// There are none until its name has an address.
    addresses: Vec<SocketAddr>,
}

impl NamedProxies {
    /// `peer` is at these addresses now. Gives its index, and whether it has an address for the
    /// first time.
    pub(super) fn sight(&mut self, peer: PeerAddress, addresses: Vec<SocketAddr>) -> (usize, bool) {
        let index = self.index(peer);
        let before = std::mem::replace(&mut self.0[index].addresses, addresses);
        (index, before.is_empty())
    }

    /// The index of the proxy that the user has given this name.
    pub(super) fn index(&mut self, peer: PeerAddress) -> usize {
        self.0.iter().position(|known| known.peer == peer).unwrap_or_else(|| {
            self.0.push(Named { peer, addresses: Vec::new() });
            self.0.len() - 1
        })
    }

    /// The addresses of the proxy with this index.
    pub(super) fn addresses(&self, index: usize) -> Vec<SocketAddr> {
        self.0.get(index).map_or_else(Vec::new, |named| named.addresses.clone())
    }

    /// The name that the user has given it.
    pub(super) fn peer(&self, index: usize) -> Option<&PeerAddress> {
        self.0.get(index).map(|named| &named.peer)
    }

    /// Those that never had an address, with their indices.
    pub(super) fn unresolved(&self) -> impl Iterator<Item = (usize, &PeerAddress)> {
        let all = self.0.iter().enumerate();
        all.filter(|(_, named)| named.addresses.is_empty()).map(|(index, named)| (index, &named.peer))
    }
}
