//! Logs the beginning and the end of links, with the proxy at the other end.

use std::cell::{Cell, RefCell};
use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::rc::Rc;

use nws_protocol::ProxyId;
use nws_protocol::limits::{REMOTES_KEPT_MAX, SITES_KEPT_MAX};

use super::faults::{Blamed, FaultKind};
use super::past::{LinkEventKind, Past};
use super::traffic::Traffic;
use crate::backbone::is_site;
use crate::discovery::Place;
use crate::trouble::Hourly;

/// Links that are logged at level `info` in an hour. Any host on the network can make links and
/// lose them.
const LINKS_TOLD: u32 = 1024;

/// The way in which a linked proxy was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Found {
    /// It has announced itself.
    Mdns,
    /// It is at a place where it was looked for.
    Named(Place),
    /// It has dialled this proxy.
    Dialled,
}

/// The other end of a link.
#[derive(Debug)]
pub(crate) struct Partner {
    proxy: ProxyId,
    address: SocketAddr,
    found: Found,
    traffic: Traffic,
    past: Rc<RefCell<Past>>,
    tally: Rc<LinkTally>,
    /// HELLO was exchanged.
    was_linked: Cell<bool>,
    /// The beginning of the link was logged, so its end is logged too.
    is_told: Cell<bool>,
}

/// Counts the links that were logged.
#[derive(Debug)]
pub(super) struct LinkTally(Hourly);

impl LinkTally {
    pub(super) fn new() -> Self {
        Self(Hourly::new())
    }

    fn has_room(&self) -> bool {
        let count = self.0.count();
        if count == LINKS_TOLD + 1 {
            tracing::warn!("more than {LINKS_TOLD} links in an hour: only NWS_LOG=debug shows the others");
        }
        count <= LINKS_TOLD
    }
}

impl Partner {
    pub(super) fn new(
        proxy: ProxyId,
        address: SocketAddr,
        found: Found,
        tally: Rc<LinkTally>,
        past: Rc<RefCell<Past>>,
    ) -> Self {
        Self {
            proxy,
            address,
            found,
            traffic: Traffic::default(),
            past,
            tally,
            was_linked: Cell::new(false),
            is_told: Cell::new(false),
        }
    }

    /// The other proxy.
    pub(crate) fn proxy(&self) -> &ProxyId {
        &self.proxy
    }

    /// The address and port at the other end.
    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// The address of the other proxy.
    pub(crate) fn source(&self) -> IpAddr {
        self.address.ip().to_canonical()
    }

    pub(super) fn found(&self) -> &Found {
        &self.found
    }

    /// What the link carries.
    pub(crate) fn traffic(&self) -> &Traffic {
        &self.traffic
    }

    /// The link is closed because more is kept for it than for others.
    pub(crate) fn takes_too_much(&self) {
        let Self { proxy, address, .. } = self;
        let max = if is_site(self.source()) { SITES_KEPT_MAX } else { REMOTES_KEPT_MAX };
        tracing::warn!(
            %proxy,
            %address,
            "a link is closed: its members and messages take most of the {} MiB for all links; if that proxy is \
             trusted, use fewer peers there, or spread them over more machines; if not, block its address with a firewall",
            max / (1024 * 1024)
        );
    }

    /// HELLO has been exchanged.
    pub(super) fn is_linked_with(&self, own: &ProxyId) {
        let Self { proxy, address, found, .. } = self;
        self.was_linked.set(true);
        self.past.borrow_mut().note(proxy.clone(), LinkEventKind::Linked(*address));
        self.is_told.set(self.tally.has_room());
        match self.is_told.get() {
            true => tracing::info!(%proxy, %address, %found, %own, "linked"),
            false => tracing::debug!(%proxy, %address, %found, %own, "linked"),
        }
    }

    /// The link has ended. If HELLO was not exchanged, its beginning was not logged.
    pub(crate) fn has_ended(&self, kind: FaultKind, end: &impl fmt::Display) {
        let mut past = self.past.borrow_mut();
        past.faults.note(Blamed::Proxy(self.proxy.clone()), kind, &end.to_string());
        past.count(&self.traffic);
        if self.was_linked.get() {
            past.note(self.proxy.clone(), LinkEventKind::Ended(end.to_string()));
        }
        drop(past);
        let Self { proxy, address, is_told, .. } = self;
        match is_told.get() {
            true => tracing::info!(%proxy, %address, "a link has ended: {end}"),
            false => tracing::debug!(%proxy, %address, "a link has ended: {end}"),
        }
    }
}

impl fmt::Display for Found {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Mdns => f.write_str("mDNS"),
            Self::Named(Place::Peer(peer)) => write!(f, "address {peer}"),
            Self::Named(Place::Site(site)) => write!(f, "backbone, site {site}"),
            Self::Named(Place::Domain(name)) => write!(f, "--browse-domain, {name}"),
            Self::Named(Place::Tailnet(machine)) => write!(f, "--tailscale, {machine}"),
            Self::Dialled => f.write_str("it dialled"),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    const HOUR: Duration = Duration::from_secs(60 * 60);

    #[tokio::test(start_paused = true)]
    async fn of_so_many_links_in_an_hour_is_told_and_of_no_more() {
        let tally = LinkTally::new();
        let told = || (0..2 * LINKS_TOLD).filter(|_| tally.has_room()).count();
        assert_eq!(told(), LINKS_TOLD as usize);
        assert_eq!(told(), 0);
        tokio::time::advance(HOUR).await;
        assert_eq!(told(), LINKS_TOLD as usize);
    }
}
