//! Links over the backbone: to sites that share a NATS broker with this proxy, and no network.
//!
//! A site gets an address, as any other place where a proxy may be. It lies in the prefix that
//! everybody discards (RFC 6666), so nothing is ever sent there.

mod events;

use std::cell::RefCell;
use std::net::{IpAddr, Ipv6Addr, SocketAddr};

use nws_backbone::{Backbone, Dialer, LinkProofs, SiteName, VirtualStream};
use nws_core::Route;
use nws_protocol::ProxyId;

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
    /// The place in this list is a part of the address.
    names: RefCell<Vec<SiteName>>,
}

/// What a proxy has of the backbone: nothing, where none is configured.
#[derive(Debug, Default)]
pub(crate) struct BackboneParts {
    pub(crate) backbone: Option<Backbone>,
    pub(crate) sites: Option<Sites>,
    /// The channels that are looked for, as a glob of their names.
    pub(crate) channels: Option<String>,
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
        Self { dialer, proofs, names: RefCell::default() }
    }

    /// By what both ends of a link to a site prove that they belong to one organisation.
    pub(crate) fn proofs(&self) -> &LinkProofs {
        &self.proofs
    }

    /// The address of a site. The names are of those who have the secret, so there are only so many.
    pub(crate) fn address(&self, site: &SiteName) -> SocketAddr {
        let mut names = self.names.borrow_mut();
        let index = names.iter().position(|name| name == site).unwrap_or_else(|| {
            names.push(site.clone());
            names.len() - 1
        });
        let [high, low] = [index >> 16, index & 0xffff].map(|half| half as u16);
        let [a, b, c, d] = PREFIX;
        (Ipv6Addr::new(a, b, c, d, 0, 0, high, low), 0).into()
    }

    /// The name of the site at this address.
    pub(crate) fn name(&self, address: &SocketAddr) -> Option<SiteName> {
        let IpAddr::V6(ip) = address.ip() else { return None };
        let [.., high, low] = ip.segments();
        let index = usize::from(high) << 16 | usize::from(low);
        self.names.borrow().get(index).filter(|_| is_site(address.ip())).cloned()
    }

    /// A new stream to the site at this address.
    pub(crate) async fn dial(&self, address: &SocketAddr) -> std::io::Result<VirtualStream> {
        let name = self.name(address).ok_or(std::io::ErrorKind::HostUnreachable)?;
        self.dialer.dial(name).await
    }
}
