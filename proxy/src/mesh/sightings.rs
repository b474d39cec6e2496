//! Heeds what sources of sightings, and the backbone, tell of other proxies and of their places.

use std::net::{IpAddr, SocketAddr};
use std::rc::Rc;

use nws_backbone::SiteName;
use nws_core::{LinkId, MeshInput};
use nws_protocol::ProxyId;

use super::MeshDriver;
use super::faults::{Blamed, FaultKind};
use super::named::Change;
use super::partner::Found;
use crate::backbone;
use crate::discovery::{Place, Sighting};

impl MeshDriver {
    /// A site of the backbone, which has this address, says that `proxy` is there.
    pub(crate) fn site_seen(self: &Rc<Self>, site: SiteName, address: SocketAddr, proxy: ProxyId) {
        let (peer, _) =
            self.dials.borrow_mut().named.sight(Place::Site(site), vec![address], Some(proxy.clone()));
        self.input(MeshInput::Site { peer, proxy });
    }

    /// Nothing is heard of a site of the backbone.
    pub(crate) fn site_gone(self: &Rc<Self>, site: SiteName) {
        self.leave(&Place::Site(site));
    }

    pub(super) fn sight(self: &Rc<Self>, sighting: Sighting) {
        match sighting {
            Sighting::Seen { proxy, mut addresses } => {
                addresses.retain(|address| !backbone::is_site(address.ip()));
                self.input(MeshInput::Seen { proxy, addresses });
            }
            Sighting::Gone { proxy } => self.input(MeshInput::Gone { proxy }),
            Sighting::Unresolved { place, reason } => self.note_unresolved(place, &reason),
            Sighting::Left { place } => self.leave(&place),
            Sighting::Placed { place, addresses } => self.note_place(place, addresses),
        }
    }

    /// A place has these addresses now.
    fn note_place(self: &Rc<Self>, place: Place, mut addresses: Vec<SocketAddr>) {
        addresses.retain(|address| !backbone::is_site(address.ip()));
        if addresses.is_empty() {
            return self.note_unresolved(place, "none of its addresses is one of a machine on a network");
        }
        let ips: Vec<IpAddr> = addresses.iter().map(|address| address.ip().to_canonical()).collect();
        let redial_max = place.redial_max();
        let (peer, change) = self.dials.borrow_mut().named.sight(place, addresses, None);
        self.past.borrow_mut().faults.forget(&Blamed::Name(peer));
        match change {
            Change::Nothing => {}
            Change::First => self.input(match redial_max {
                Some(redial_max) => MeshInput::Hint { peer, redial_max },
                None => MeshInput::Peer { peer },
            }),
            Change::Others => self.input(MeshInput::Moved { peer, addresses: ips }),
        }
    }

    fn note_unresolved(&self, place: Place, reason: &str) {
        let peer = self.dials.borrow_mut().named.index(place.clone());
        if self.past.borrow_mut().faults.note(Blamed::Name(peer), FaultKind::Unresolved, reason)
            && (matches!(place, Place::Peer(_)) || self.unreached.is_news(place.to_string()))
        {
            place.warn_unresolved(reason);
        }
    }

    /// No proxy is looked for there any more. What the user has removed ends the link that was made
    /// for it.
    fn leave(self: &Rc<Self>, place: &Place) {
        let peer = self.dials.borrow().named.find(place);
        let Some(peer) = peer else { return };
        self.input(MeshInput::PeerGone { peer });
        self.dials.borrow_mut().named.forget(peer);
        for blamed in [Blamed::Named(peer), Blamed::Name(peer)] {
            self.past.borrow_mut().faults.forget(&blamed);
        }
        if let Place::Peer(_) = place {
            for link in self.links_for_nothing() {
                self.input(MeshInput::Unwanted { link });
            }
        }
    }

    /// The links that this side has made for addresses that the user has removed.
    fn links_for_nothing(&self) -> Vec<LinkId> {
        let (partners, dials) = (self.partners.borrow(), self.dials.borrow());
        let is_removed = |found: &Found| match found {
            Found::Named(place @ Place::Peer(_)) => dials.named.find(place).is_none(),
            Found::Named(_) | Found::Mdns | Found::Dialled => false,
        };
        partners.iter().filter(|(_, it)| is_removed(it.found())).map(|(link, _)| link).collect()
    }
}
