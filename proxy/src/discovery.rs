//! Hears which other proxies are on the network: hints about where to dial.
//!
//! A hint may be late, repeated, or a lie. The handshake of a dial shows which proxy is there.
//! Whether a proxy lives is known from its connection alone, never from here.

mod mdns;
#[cfg(test)]
pub(crate) mod memory;
mod named;

use std::future::Future;
use std::net::SocketAddr;

use nws_protocol::ProxyId;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;

pub(crate) use mdns::Mdns;
pub(crate) use named::NamedPeers;
pub use named::{InvalidPeer, PeerAddress};

/// Sightings that wait. When the queue is full a source waits. It sums up what it is told
/// meanwhile, or asks for it anew: nothing piles up, and no proxy is forgotten for long.
const SIGHTINGS_MAX: usize = 256;

/// Something that was heard.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Sighting {
    /// A proxy says that it can be reached there; all addresses that are known, each time.
    Seen {
        /// The proxy.
        proxy: ProxyId,
        /// Where it is, on the link of one of our interfaces.
        addresses: Vec<SocketAddr>,
    },
    /// A proxy says farewell, or was not heard of for long.
    Gone {
        /// The proxy.
        proxy: ProxyId,
    },
    /// The user says that some proxy is there (`--peer`).
    Named {
        /// As it was written.
        peer: PeerAddress,
        /// What the name means now.
        addresses: Vec<SocketAddr>,
    },
}

impl Sighting {
    /// Whether it is about `proxy`.
    fn is_of(&self, proxy: &ProxyId) -> bool {
        match self {
            Self::Seen { proxy: other, .. } | Self::Gone { proxy: other } => other == proxy,
            Self::Named { .. } => false,
        }
    }
}

/// A way to hear of other proxies.
pub(crate) trait Source: Send + 'static {
    /// Tells `sightings` what it hears, until `stop` is closed; then it takes leave, within a
    /// second.
    fn run(self, sightings: mpsc::Sender<Sighting>, stop: Stop) -> impl Future<Output = ()> + Send;
}

/// Becomes ready when sources have to stop.
#[derive(Clone, Debug)]
pub(crate) struct Stop(watch::Receiver<()>);

impl Stop {
    /// Waits for that.
    pub(crate) async fn stopped(&mut self) {
        while self.0.changed().await.is_ok() {}
    }
}

/// All sources together. Dropping it ends them at once, without farewell.
#[derive(Debug)]
pub(crate) struct Discovery {
    sightings: mpsc::Receiver<Sighting>,
    sender: mpsc::Sender<Sighting>,
    stop: watch::Sender<()>,
    sources: JoinSet<()>,
}

impl Discovery {
    /// Nothing is heard yet.
    pub(crate) fn new() -> Self {
        let (sender, sightings) = mpsc::channel(SIGHTINGS_MAX);
        Self { sightings, sender, stop: watch::Sender::new(()), sources: JoinSet::new() }
    }

    /// Starts to listen to `source`.
    pub(crate) fn add(&mut self, source: impl Source) {
        let stop = Stop(self.stop.subscribe());
        self.sources.spawn(source.run(self.sender.clone(), stop));
    }

    /// What was heard next. Waits for ever when there is no source. Can be cancelled without a
    /// loss.
    pub(crate) async fn next(&mut self) -> Sighting {
        match self.sightings.recv().await {
            Some(sighting) => sighting,
            // Not reached while `sender` lives.
            None => std::future::pending().await,
        }
    }

    /// Lets every source take leave.
    pub(crate) async fn stop(mut self) {
        drop(self.stop);
        drop(self.sightings);
        while self.sources.join_next().await.is_some() {}
    }
}
