//! Hears which other proxies are on the network, and where to dial them.
//!
//! A sighting may be late, repeated, or a lie. The handshake of a dial shows which proxy is there.
//! Only a connection shows whether that proxy is alive.

mod domain;
mod mdns;
#[cfg(test)]
pub(crate) mod memory;
mod named;
mod place;
mod tailnet;

use std::future::Future;
use std::net::SocketAddr;

use nws_protocol::ProxyId;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;

pub use domain::{BrowseDomain, InvalidDomain};
pub(crate) use domain::{DomainProxies, named_by};
pub(crate) use mdns::{Mdns, Probe, held};
pub(crate) use named::NamedPeers;
pub use named::{InvalidPeer, PeerAddress};
pub(crate) use place::{Place, PlaceName};
pub(crate) use tailnet::{Tailnet, TailnetMachines, is_of_tailnets, online};

/// Sightings that may wait. When the queue is full, a source waits. It sums up what it hears
/// meanwhile, or asks for it again: so memory is bounded, and no proxy is forgotten for long.
const SIGHTINGS_MAX: usize = 256;

/// Something that a source has heard.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Sighting {
    /// A proxy says that it can be reached. Each sighting has all addresses that are known.
    Seen {
        /// The proxy.
        proxy: ProxyId,
        /// Its addresses, on the network of one of our interfaces.
        addresses: Vec<SocketAddr>,
    },
    /// A proxy says goodbye, or has not been heard for long.
    Gone {
        /// The proxy.
        proxy: ProxyId,
    },
    /// A proxy may be at this place, which has these addresses now. Each sighting has all of them.
    Placed {
        /// The place.
        place: Place,
        /// Its addresses.
        addresses: Vec<SocketAddr>,
    },
    /// A place has no address now. What was known of it still holds.
    Unresolved {
        /// The place.
        place: Place,
        /// What the lookup says.
        reason: String,
    },
    /// No proxy is looked for at this place any more.
    Left {
        /// The place.
        place: Place,
    },
}

impl Sighting {
    /// The place that it is about.
    pub(crate) fn place(&self) -> Option<&Place> {
        match self {
            Self::Placed { place, .. } | Self::Unresolved { place, .. } | Self::Left { place } => Some(place),
            Self::Seen { .. } | Self::Gone { .. } => None,
        }
    }

    /// Gives whether it is about `proxy`.
    fn is_of(&self, proxy: &ProxyId) -> bool {
        match self {
            Self::Seen { proxy: other, .. } | Self::Gone { proxy: other } => other == proxy,
            Self::Placed { .. } | Self::Unresolved { .. } | Self::Left { .. } => false,
        }
    }
}

/// A source of sightings.
pub(crate) trait Source: Send + 'static {
    /// Sends what it hears to `sightings`, until `stop` is ready. Then it says goodbye, within a
    /// second.
    fn run(self, sightings: mpsc::Sender<Sighting>, stop: Stop) -> impl Future<Output = ()> + Send;
}

/// Becomes ready when sources have to stop.
#[derive(Clone, Debug)]
pub(crate) struct Stop(watch::Receiver<()>);

impl Stop {
    /// Waits until sources have to stop.
    pub(crate) async fn stopped(&mut self) {
        while self.0.changed().await.is_ok() {}
    }
}

/// All sources together. Dropping it ends them at once, without a goodbye.
#[derive(Debug)]
pub(crate) struct Discovery {
    sightings: mpsc::Receiver<Sighting>,
    sender: mpsc::Sender<Sighting>,
    stop: watch::Sender<()>,
    sources: JoinSet<()>,
}

impl Discovery {
    /// A discovery without sources.
    pub(crate) fn new() -> Self {
        let (sender, sightings) = mpsc::channel(SIGHTINGS_MAX);
        Self { sightings, sender, stop: watch::Sender::new(()), sources: JoinSet::new() }
    }

    /// Starts `source`.
    pub(crate) fn add(&mut self, source: impl Source) {
        let stop = Stop(self.stop.subscribe());
        self.sources.spawn(source.run(self.sender.clone(), stop));
    }

    /// The next sighting. Waits for ever when there is no source. It can be cancelled, and no
    /// sighting is lost.
    pub(crate) async fn next(&mut self) -> Sighting {
        match self.sightings.recv().await {
            Some(sighting) => sighting,
            // Not reached while `sender` exists.
            None => std::future::pending().await,
        }
    }

    /// Stops every source, so that it says goodbye.
    pub(crate) async fn stop(mut self) {
        drop(self.stop);
        drop(self.sightings);
        while self.sources.join_next().await.is_some() {}
    }
}
