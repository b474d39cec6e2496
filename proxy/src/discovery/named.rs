//! Proxies that the user names (`--peer HOST:PORT`), for networks without multicast.

use std::fmt;
use std::net::SocketAddr;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::time::{MissedTickBehavior, interval, timeout};

use super::{Sighting, Source, Stop};

/// How often names are looked up: as often as a known proxy is dialled at least, so that one which was
/// not there yet is found about as fast as one that comes back.
const PERIOD: Duration = Duration::from_secs(5);

/// How long looking up one name may take before the next one has its turn.
const LOOKUP_TIME: Duration = Duration::from_secs(5);

/// Where the user says that a proxy is: a host name or an address, and a port.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PeerAddress {
    host: Arc<str>,
    port: u16,
}

/// A text that is no [`PeerAddress`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("\"{0}\" is not HOST:PORT, such as garden.local:9010, 192.168.1.7:9010 or [fe80::7%eth0]:9010")]
pub struct InvalidPeer(String);

/// Looks up all of them, again and again.
#[derive(Debug)]
pub(crate) struct NamedPeers(pub(crate) Vec<PeerAddress>);

impl FromStr for PeerAddress {
    type Err = InvalidPeer;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        parse(text).ok_or_else(|| InvalidPeer(text.to_owned()))
    }
}

fn parse(text: &str) -> Option<PeerAddress> {
    let (host, port) = text.rsplit_once(':')?;
    let port = port.parse().ok().filter(|port| *port != 0)?;
    let host = match host.strip_prefix('[') {
        Some(address) => address.strip_suffix(']').filter(|address| address.contains(':'))?,
        None => host,
    };
    let bracketed = text.starts_with('[');
    let is_foreign = |c: char| c.is_whitespace() || c.is_control() || "[]/@".contains(c);
    let valid = !host.is_empty() && host.contains(':') == bracketed && !host.contains(is_foreign);
    valid.then(|| PeerAddress { host: host.into(), port })
}

impl fmt::Display for PeerAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { host, port } = self;
        if host.contains(':') { write!(f, "[{host}]:{port}") } else { write!(f, "{host}:{port}") }
    }
}

impl fmt::Debug for PeerAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PeerAddress({self})")
    }
}

impl Source for NamedPeers {
    async fn run(self, sightings: mpsc::Sender<Sighting>, mut stop: Stop) {
        tokio::select! {
            () = stop.stopped() => {}
            () = self.tell(sightings) => {}
        }
    }
}

impl NamedPeers {
    async fn tell(&self, sightings: mpsc::Sender<Sighting>) {
        let mut ticks = interval(PERIOD);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            ticks.tick().await;
            for peer in &self.0 {
                let addresses = look_up(peer).await;
                if addresses.is_empty() {
                    continue;
                }
                let sighting = Sighting::Named { peer: peer.clone(), addresses };
                if sightings.send(sighting).await.is_err() {
                    return;
                }
            }
        }
    }
}

async fn look_up(peer: &PeerAddress) -> Vec<SocketAddr> {
    let lookup = tokio::net::lookup_host((&*peer.host, peer.port));
    match timeout(LOOKUP_TIME, lookup).await {
        Ok(Ok(addresses)) => addresses.collect(),
        Ok(Err(error)) => {
            tracing::debug!(%peer, %error, "cannot look up the peer");
            Vec::new()
        }
        Err(_) => {
            tracing::debug!(%peer, "looking up the peer takes too long");
            Vec::new()
        }
    }
}
