//! Knows the places where proxies are looked for that have no other name: what `--peer` names, and
//! the sites of the backbone. Each has an index in the state machine.

use std::fmt;
use std::net::SocketAddr;

use nws_backbone::SiteName;
use nws_protocol::ProxyId;

use crate::discovery::PeerAddress;
use crate::trouble::Trouble;

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
    addresses: Vec<SocketAddr>,
    /// The proxy that has to be there.
    proxy: Option<ProxyId>,
    trouble: Trouble,
}

impl NamedProxies {
    /// The place has these addresses now, and `proxy` is there if that is known. Gives its index,
    /// and whether it is new.
    pub(super) fn sight(
        &mut self,
        place: Place,
        addresses: Vec<SocketAddr>,
        proxy: Option<ProxyId>,
    ) -> (usize, bool) {
        if let Some(index) = self.index(&place) {
            (self.0[index].addresses, self.0[index].proxy) = (addresses, proxy);
            return (index, false);
        }
        self.0.push(Named { place, addresses, proxy, trouble: Trouble::default() });
        (self.0.len() - 1, true)
    }

    /// The index of a place that is known.
    pub(super) fn index(&self, place: &Place) -> Option<usize> {
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

    /// It could not be reached.
    pub(super) fn failed(&mut self, index: usize, reason: &str) {
        let Some(named) = self.0.get_mut(index) else { return };
        if named.trouble.is_news(reason) {
            match &named.place {
                Place::Peer(peer) => tracing::warn!(%peer, "cannot reach this --peer: {reason}"),
                Place::Site(site) => {
                    tracing::warn!(%site, "cannot reach this site of the backbone: {reason}")
                }
            }
        }
    }

    /// It was reached.
    pub(super) fn reached(&mut self, index: usize) {
        if let Some(named) = self.0.get_mut(index) {
            named.trouble.is_over();
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
