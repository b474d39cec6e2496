//! Links over the backbone: to sites that share a NATS broker with this proxy, and no network.
//!
//! A site gets an address, as any other place where a proxy may be. It lies in the prefix that
//! everybody discards (RFC 6666), so nothing is ever sent there.

mod events;
mod log;

use std::cell::RefCell;
use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};
use std::net::{IpAddr, Ipv6Addr, SocketAddr};

use nws_backbone::{Backbone, Dialer, LinkProofs, SiteName, VirtualStream};
use nws_core::Route;
use nws_protocol::ProxyId;

use crate::channel_glob::ChannelGlob;
use crate::config::BackboneLinks;
use crate::error::Error;

pub(crate) use events::serve;

/// The prefix of the addresses of sites: 100::/64.
const PREFIX: [u16; 4] = [0x100, 0, 0, 0];

/// The sites that are known, and what links to them need.
#[derive(Debug)]
pub(crate) struct Sites {
    dialer: Dialer,
    proofs: LinkProofs,
    /// Makes a part of the address from the name.
    numbers: RandomState,
    /// Those that are there, by that part.
    known: RefCell<HashMap<u64, KnownSite>>,
}

#[derive(Debug)]
struct KnownSite {
    name: SiteName,
    proxy: ProxyId,
}

/// What a proxy has of the backbone: nothing, where none is configured.
#[derive(Debug, Default)]
pub(crate) struct BackboneParts {
    pub(crate) backbone: Option<Backbone>,
    pub(crate) sites: Option<Sites>,
    /// The channels that are looked for, if not all are.
    pub(crate) channels: Option<ChannelGlob>,
}

/// Begins to look for a broker, if one is configured.
///
/// # Errors
///
/// Fails when the configuration cannot be used.
pub(crate) async fn start(links: Option<BackboneLinks>, proxy: ProxyId) -> Result<BackboneParts, Error> {
    let Some(BackboneLinks { config, channels }) = links else { return Ok(BackboneParts::default()) };
    let backbone = Backbone::start(&config, proxy).await?;
    let sites = Sites::new(backbone.dialer(), LinkProofs::of(&config.secret));
    Ok(BackboneParts { backbone: Some(backbone), sites: Some(sites), channels })
}

/// The way that a link to this address takes.
pub(crate) fn route(address: &SocketAddr) -> Route {
    if is_site(address.ip()) { Route::Backbone } else { Route::Direct }
}

/// Gives whether the address is the one of a site.
pub(crate) fn is_site(address: IpAddr) -> bool {
    matches!(address, IpAddr::V6(address) if address.segments().starts_with(&PREFIX))
}

impl Sites {
    pub(crate) fn new(dialer: Dialer, proofs: LinkProofs) -> Self {
        Self { dialer, proofs, numbers: RandomState::new(), known: RefCell::default() }
    }

    /// By what both ends of a link to a site prove that they belong to one organisation.
    pub(crate) fn proofs(&self) -> &LinkProofs {
        &self.proofs
    }

    /// A site is there, and this is its proxy.
    pub(crate) fn seen(&self, site: &SiteName, proxy: &ProxyId) -> SocketAddr {
        let known = KnownSite { name: site.clone(), proxy: proxy.clone() };
        self.known.borrow_mut().insert(self.number(site), known);
        self.address(site)
    }

    /// A site is there no longer.
    pub(crate) fn gone(&self, site: &SiteName) {
        self.known.borrow_mut().remove(&self.number(site));
    }

    /// The address of a site, whether it is there or not. It is the same as long as this proxy runs.
    pub(crate) fn address(&self, site: &SiteName) -> SocketAddr {
        let [e, f, g, h] = [48, 32, 16, 0].map(|bits| (self.number(site) >> bits) as u16);
        let [a, b, c, d] = PREFIX;
        (Ipv6Addr::new(a, b, c, d, e, f, g, h), 0).into()
    }

    /// The name of the site at this address, if it is there.
    pub(crate) fn name(&self, address: &SocketAddr) -> Option<SiteName> {
        let IpAddr::V6(ip) = address.ip() else { return None };
        let number = ip.to_bits() as u64;
        self.known.borrow().get(&number).filter(|_| is_site(address.ip())).map(|known| known.name.clone())
    }

    /// Whether another proxy than this one has the name of a site.
    pub(crate) fn is_of_another(&self, site: &SiteName, proxy: &ProxyId) -> bool {
        self.known.borrow().get(&self.number(site)).is_some_and(|known| known.proxy != *proxy)
    }

    fn number(&self, site: &SiteName) -> u64 {
        self.numbers.hash_one(site)
    }

    /// A new stream to the site at this address.
    pub(crate) async fn dial(&self, address: &SocketAddr) -> std::io::Result<VirtualStream> {
        let name = self.name(address).ok_or(std::io::ErrorKind::HostUnreachable)?;
        self.dialer.dial(name).await
    }
}
