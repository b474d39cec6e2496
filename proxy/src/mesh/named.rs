//! Knows the places where proxies are looked for that have no other name: what `--peer` names, and
//! the sites of the backbone. Each has an index in the state machine.

use std::collections::BTreeMap;
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

/// All places that are known. No index is used twice.
#[derive(Debug, Default)]
pub(super) struct NamedProxies {
    places: BTreeMap<usize, Named>,
    next: usize,
}

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
        let before = self.places.get_mut(&index).map(|named| {
            named.proxy = proxy;
            std::mem::replace(&mut named.addresses, addresses)
        });
        (index, before.is_none_or(|before| before.is_empty()))
    }

    /// The index of a place, which may be new.
    pub(super) fn index(&mut self, place: Place) -> usize {
        self.find(&place).unwrap_or_else(|| {
            let index = self.next;
            self.next += 1;
            self.places.insert(index, Named { place, addresses: Vec::new(), proxy: None });
            index
        })
    }

    /// The index of a place that is known.
    pub(super) fn find(&self, place: &Place) -> Option<usize> {
        self.places.iter().find(|(_, known)| known.place == *place).map(|(index, _)| *index)
    }

    /// Forgets a place.
    pub(super) fn forget(&mut self, index: usize) {
        self.places.remove(&index);
    }

    /// The addresses of the place with this index.
    pub(super) fn addresses(&self, index: usize) -> Vec<SocketAddr> {
        self.places.get(&index).map_or_else(Vec::new, |named| named.addresses.clone())
    }

    /// The proxy that has to be at the place with this index.
    pub(super) fn proxy(&self, index: usize) -> Option<ProxyId> {
        self.places.get(&index)?.proxy.clone()
    }

    /// The place with this index.
    pub(super) fn place(&self, index: usize) -> Option<&Place> {
        self.places.get(&index).map(|named| &named.place)
    }

    /// What `--peer` names and never had an address, with their indices.
    pub(super) fn unresolved(&self) -> impl Iterator<Item = (usize, &PeerAddress)> {
        let all = self.places.iter().filter(|(_, named)| named.addresses.is_empty());
        all.filter_map(|(index, named)| match &named.place {
            Place::Peer(peer) => Some((*index, peer)),
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sites_that_come_and_go_leave_nothing_and_no_index_comes_back() {
        let mut named = NamedProxies::default();
        let peer = named.index(Place::Peer("[::1]:1".parse().unwrap()));
        let mut last = peer;
        for number in 0..1000 {
            let place = Place::Site(format!("site-{number}").parse().unwrap());
            let (index, is_new) = named.sight(place.clone(), vec!["[100::1]:0".parse().unwrap()], None);
            assert!(is_new && index > last);
            assert_eq!(named.find(&place), Some(index));
            named.forget(index);
            last = index;
        }
        assert_eq!(named.places.len(), 1);
        assert_eq!(named.unresolved().count(), 1);
    }
}
