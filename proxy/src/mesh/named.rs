//! Knows the places where proxies are looked for. Each has an index in the state machine.

use std::collections::BTreeMap;
use std::net::SocketAddr;

use nws_protocol::ProxyId;

use crate::discovery::Place;

/// All places that are known. No index is used twice.
#[derive(Debug, Default)]
pub(super) struct NamedProxies {
    places: BTreeMap<usize, Named>,
    next: usize,
}

/// How the addresses of a place differ from those that it had.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Change {
    /// They do not.
    Nothing,
    /// It had none.
    First,
    /// There are others, or some are gone.
    Others,
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
    /// how that differs from before.
    pub(super) fn sight(
        &mut self,
        place: Place,
        addresses: Vec<SocketAddr>,
        proxy: Option<ProxyId>,
    ) -> (usize, Change) {
        let index = self.index(place);
        let Some(named) = self.places.get_mut(&index) else { return (index, Change::Nothing) };
        named.proxy = proxy;
        let change = match &*named.addresses {
            before if is_same(before, &addresses) => Change::Nothing,
            [] => Change::First,
            _ => Change::Others,
        };
        named.addresses = addresses;
        (index, change)
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

    /// Places that never had an address, with their indices.
    pub(super) fn unresolved(&self) -> impl Iterator<Item = (usize, &Place)> {
        let all = self.places.iter().filter(|(_, named)| named.addresses.is_empty());
        all.map(|(index, named)| (*index, &named.place))
    }
}

/// Whether both are the same addresses. A server of names gives them in another order each time.
fn is_same(some: &[SocketAddr], others: &[SocketAddr]) -> bool {
    some.len() == others.len() && some.iter().all(|address| others.contains(address))
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
            assert!(is_new == Change::First && index > last);
            assert_eq!(named.find(&place), Some(index));
            named.forget(index);
            last = index;
        }
        assert_eq!(named.places.len(), 1);
        assert_eq!(named.unresolved().count(), 1);
    }

    #[test]
    fn a_place_has_changed_when_it_has_other_addresses() {
        let mut named = NamedProxies::default();
        let mut sight = |addresses: &[&str]| {
            let addresses = addresses.iter().map(|it| it.parse().unwrap()).collect();
            named.sight(Place::Peer("nas:1".parse().unwrap()), addresses, None).1
        };
        let (one, other) = ("10.0.0.1:1", "10.0.0.2:1");
        assert_eq!([&[one], &[one]].map(|it| sight(it)), [Change::First, Change::Nothing]);
        assert_eq!([&[one, other], &[other, one]].map(|it| sight(it)), [Change::Others, Change::Nothing]);
        assert_eq!(sight(&[other]), Change::Others);
    }
}
