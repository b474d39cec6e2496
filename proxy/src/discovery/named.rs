//! Looks up the proxies that the user names (`--peer HOST:PORT`), for networks without multicast.

use std::fmt;
use std::net::SocketAddr;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use nws_protocol::LINK_PORT;
use nws_protocol::limits::REDIAL_MAX;
use tokio::sync::mpsc;
use tokio::time::{MissedTickBehavior, interval, timeout};

use super::{Place, Sighting, Source, Stop};

/// How often names are looked up: at least as often as a known proxy is dialled. So a proxy that
/// was not there yet is found about as fast as one that comes back.
const PERIOD: Duration = REDIAL_MAX;

/// How long the lookup of one name may take before the next one is looked up.
const LOOKUP_TIME: Duration = Duration::from_secs(5);

/// The address of a proxy as the user gives it: a host name or an IP address, and a port.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PeerAddress {
    host: Arc<str>,
    port: u16,
}

/// A text that is no [`PeerAddress`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "\"{0}\" is not HOST:PORT, such as garden.local:{LINK_PORT}, 192.168.1.7:{LINK_PORT} or [fe80::7%eth0]:{LINK_PORT}"
)]
pub struct InvalidPeer(String);

/// The peers of the user, looked up again and again.
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

impl PeerAddress {
    /// Gives whether it is an IP address, so that no lookup is needed.
    #[cfg(target_os = "linux")]
    pub(crate) fn is_numeric(&self) -> bool {
        let address = self.host.split('%').next().unwrap_or_default();
        address.parse::<std::net::IpAddr>().is_ok()
    }
}

impl PeerAddress {
    /// Its addresses, or the reason why they are not known.
    pub(crate) async fn look_up(&self) -> Result<Vec<SocketAddr>, String> {
        look_up(self).await
    }

    /// What a look-up finds.
    pub(crate) async fn sight(&self) -> Sighting {
        let place = Place::Peer(self.clone());
        match look_up(self).await {
            Ok(addresses) => Sighting::Placed { place, addresses },
            Err(reason) => Sighting::Unresolved { place, reason },
        }
    }
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
                if sightings.send(peer.sight().await).await.is_err() {
                    return;
                }
            }
        }
    }
}

/// Gives the addresses of `peer`, or the reason why they are not known.
async fn look_up(peer: &PeerAddress) -> Result<Vec<SocketAddr>, String> {
    let lookup = tokio::net::lookup_host((&*peer.host, peer.port));
    let addresses: Vec<SocketAddr> = match timeout(LOOKUP_TIME, lookup).await {
        Ok(Ok(addresses)) => addresses.collect(),
        Ok(Err(error)) => return Err(error.to_string()),
        Err(_) => return Err("it takes too long".to_owned()),
    };
    if addresses.is_empty() { Err("the name has no address".to_owned()) } else { Ok(addresses) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::discovery::Discovery;

    #[test]
    fn a_peer_is_a_host_and_a_port() {
        for text in ["garden.local:9010", "192.168.1.7:1", "[fe80::7%eth0]:9010", "[::1]:65535", "nas:9010"] {
            assert_eq!(text.parse::<PeerAddress>().unwrap().to_string(), text);
        }
        for text in [
            "",
            "nas",
            "nas:",
            ":9010",
            "nas:0",
            "nas:65536",
            "nas:x",
            "::1:9010",
            "[::1]",
            "[nas]:9010",
            "[::1:9010",
            "::1]:9010",
            "http://nas:9010",
            "me@nas:9010",
            "na s:9010",
        ] {
            let error = text.parse::<PeerAddress>().unwrap_err().to_string();
            assert!(error.contains(&format!("\"{text}\"")) && error.contains("HOST:PORT"), "{error}");
        }
    }

    #[test]
    fn an_address_is_told_from_a_name() {
        let is_numeric = |text: &str| text.parse::<PeerAddress>().unwrap().is_numeric();
        assert!(["192.168.1.7:1", "[::1]:1", "[fe80::7%eth0]:1"].into_iter().all(is_numeric));
        assert!(!["nas:1", "garden.local:1", "1.2.3:1"].into_iter().any(is_numeric));
    }

    /// Time stands still unless all tasks wait, and then jumps. So a lookup takes no real time.
    #[tokio::test(start_paused = true)]
    async fn peers_are_looked_up_again_and_again() {
        let peers: Vec<PeerAddress> =
            ["127.0.0.1:7", "[::1]:8"].iter().map(|peer| peer.parse().unwrap()).collect();
        let mut discovery = Discovery::new();
        discovery.add(NamedPeers(peers.clone()));
        for _ in 0..3 {
            for (peer, address) in peers.iter().zip(["127.0.0.1:7", "[::1]:8"]) {
                let addresses = vec![address.parse().unwrap()];
                let place = Place::Peer(peer.clone());
                assert_eq!(discovery.next().await, Sighting::Placed { place, addresses });
            }
        }
        discovery.stop().await;
    }

    #[tokio::test]
    async fn a_peer_without_an_address_does_not_hide_the_next() {
        // Longer than a name can be: no resolver is asked.
        let nowhere = format!("{}:7", "x".repeat(300));
        let peers = [&*nowhere, "127.0.0.1:9"].map(|peer| peer.parse().unwrap());
        let mut discovery = Discovery::new();
        discovery.add(NamedPeers(peers.to_vec()));
        let mut next = async || timeout(Duration::from_secs(30), discovery.next()).await.unwrap();
        let [nowhere, somewhere] = peers.map(Place::Peer);
        assert!(matches!(next().await, Sighting::Unresolved { place, .. } if place == nowhere));
        let sighting = next().await;
        let addresses = vec!["127.0.0.1:9".parse().unwrap()];
        assert_eq!(sighting, Sighting::Placed { place: somewhere, addresses });
    }
}
