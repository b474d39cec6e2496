//! Knows the places where proxies are looked for that have no other name: what `--peer` names, and
//! the sites of the backbone. Each has an index in the state machine.

use std::fmt;
use std::net::SocketAddr;

use nws_backbone::SiteName;
use nws_protocol::ProxyId;

use crate::discovery::PeerAddress;

/// A place where a proxy may be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// What `--peer` names.
    Peer(PeerAddress),
    /// A site of the backbone.
    Site(SiteName),
}

/// All places that are known.
#[derive(Debug, Default)]
pub(super) struct NamedProxies(Vec<Named>);

#[derive(Debug)]
struct Named {
    place: Place,
    /// There are none until its name has an address.
    addresses: Vec<SocketAddr>,
    /// The proxy that has to be there.
    proxy: Option<ProxyId>,
}

impl NamedProxies {
    /// A place has these addresses now, and `proxy` is there if that is known. Gives its index, and
    /// whether it has an address for the first time.
    pub(super) fn sight(
        &mut self,
        place: Place,
        addresses: Vec<SocketAddr>,
        proxy: Option<ProxyId>,
    ) -> (usize, bool) {
        let index = self.index(place);
        let named = &mut self.0[index];
        let before = std::mem::replace(&mut named.addresses, addresses);
        named.proxy = proxy;
        (index, before.is_empty())
    }

    /// The index of a place, which may be new.
    pub(super) fn index(&mut self, place: Place) -> usize {
        self.find(&place).unwrap_or_else(|| {
            self.0.push(Named { place, addresses: Vec::new(), proxy: None });
            self.0.len() - 1
        })
    }

    /// The index of a place that is known.
    pub(super) fn find(&self, place: &Place) -> Option<usize> {
        self.0.iter().position(|known| known.place == *place)
    }

    /// The addresses of the place with this index.
    pub(super) fn addresses(&self, index: usize) -> Vec<SocketAddr> {
        self.0.get(index).map_or_else(Vec::new, |named| named.addresses.clone())
    }

    /// The proxy that has to be at the place with this index.
    pub(super) fn proxy(&self, index: usize) -> Option<ProxyId> {
        self.0.get(index)?.proxy.clone()
    }

    /// The place with this index.
    pub(super) fn place(&self, index: usize) -> Option<&Place> {
        self.0.get(index).map(|named| &named.place)
    }

    /// What `--peer` names and never had an address, with their indices.
    pub(super) fn unresolved(&self) -> impl Iterator<Item = (usize, &PeerAddress)> {
        let all = self.0.iter().enumerate().filter(|(_, named)| named.addresses.is_empty());
        all.filter_map(|(index, named)| match &named.place {
            Place::Peer(peer) => Some((index, peer)),
            Place::Site(_) => None,
        })
    }
}

impl Place {
    /// Warns that it cannot be reached.
    pub(super) fn warn(&self, reason: &str) {
        match self {
            Self::Peer(peer) => tracing::warn!(%peer, "cannot reach this --peer: {reason}"),
            Self::Site(site) => tracing::warn!(%site, "cannot reach this site of the backbone: {reason}"),
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Peer(peer) => peer.fmt(f),
            Self::Site(site) => site.fmt(f),
        }
    }
}
