//! Looks up the proxies that the user names (`--peer HOST:PORT`), for networks without multicast.

use std::collections::HashMap;
use std::convert::Infallible;
use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::pin::pin;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use nws_protocol::limits::REDIAL_MAX;
use nws_protocol::{LINK_PORT, harmless, is_harmful};
use tokio::sync::{Semaphore, mpsc, oneshot, watch};
use tokio::task::JoinSet;
use tokio::time::{MissedTickBehavior, interval, timeout};

use super::{Place, Sighting, Source, Stop};

/// How often names are looked up: at least as often as a known proxy is dialled. So a proxy that
/// was not there yet is found about as fast as one that comes back.
const PERIOD: Duration = REDIAL_MAX;

/// How long the lookup of a name may take before that is a fault.
const LOOKUP_TIME: Duration = Duration::from_secs(5);

/// Lookups at one time: the system looks up each name on a thread.
const LOOKUPS_MAX: usize = 32;

/// The address of a proxy as the user gives it: a host name or an IP address, and a port.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PeerAddress {
    host: Arc<str>,
    port: u16,
}

/// A text that is no [`PeerAddress`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "\"{}\" is not HOST:PORT, such as garden.local:{LINK_PORT}, 192.168.1.7:{LINK_PORT} or [fe80::7%eth0]:{LINK_PORT}",
    harmless(.0)
)]
pub struct InvalidPeer(String);

/// The peers of the user, each looked up again and again, for as long as it is among them.
#[derive(Debug)]
pub(crate) struct NamedPeers(pub(crate) watch::Receiver<Arc<[PeerAddress]>>);

/// Looks up one peer until it is not wanted any more.
struct Lookups {
    peer: PeerAddress,
    sightings: mpsc::Sender<Sighting>,
    turns: Arc<Semaphore>,
}

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
    let is_foreign = |c: char| c.is_whitespace() || is_harmful(c) || "[]/@".contains(c);
    let valid = !host.is_empty() && host.contains(':') == bracketed && !host.contains(is_foreign);
    valid.then(|| PeerAddress { host: canonical(host).into(), port })
}

/// The same host is written in the same way: names know no case, but those of interfaces do.
fn canonical(host: &str) -> String {
    match host.parse::<IpAddr>() {
        Ok(address) => address.to_string(),
        Err(_) if host.contains('%') => host.to_owned(),
        Err(_) => host.to_ascii_lowercase(),
    }
}

impl PeerAddress {
    /// Gives whether it is an IP address, so that no lookup is needed.
    pub(crate) fn is_numeric(&self) -> bool {
        let address = self.host.split('%').next().unwrap_or_default();
        address.parse::<IpAddr>().is_ok()
    }
}

impl PeerAddress {
    /// Its addresses, or the reason why they are not known.
    pub(crate) async fn look_up(&self) -> Result<Vec<SocketAddr>, String> {
        look_up(self).await
    }

    /// What a look-up finds.
    pub(crate) async fn sight(&self) -> Sighting {
        self.sighting(look_up(self).await)
    }

    fn sighting(&self, found: Result<Vec<SocketAddr>, String>) -> Sighting {
        let place = Place::Peer(self.clone());
        match found {
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
    async fn tell(mut self, sightings: mpsc::Sender<Sighting>) {
        let turns = Arc::new(Semaphore::new(LOOKUPS_MAX));
        // Dropping a sender ends the lookups of its peer.
        let mut wanted: HashMap<PeerAddress, oneshot::Sender<Infallible>> = HashMap::new();
        let mut tasks = JoinSet::new();
        loop {
            let peers = Arc::clone(&self.0.borrow_and_update());
            wanted.retain(|peer, _| peers.contains(peer));
            for peer in peers.iter().filter(|peer| !wanted.contains_key(peer)).collect::<Vec<_>>() {
                let (sender, unwanted) = oneshot::channel();
                wanted.insert(peer.clone(), sender);
                let (peer, turns) = (peer.clone(), Arc::clone(&turns));
                tasks.spawn(Lookups { peer, sightings: sightings.clone(), turns }.run(unwanted));
            }
            if self.0.changed().await.is_err() {
                // There are no more changes.
                while tasks.join_next().await.is_some() {}
                return std::future::pending().await;
            }
            while tasks.try_join_next().is_some() {}
        }
    }
}

impl Lookups {
    async fn run(self, unwanted: oneshot::Receiver<Infallible>) {
        tokio::select! {
            _ = unwanted => {
                // Nobody hears it only when the proxy stops.
                let _ = self.sightings.send(Sighting::Left { place: Place::Peer(self.peer.clone()) }).await;
            }
            () = self.look_up_again_and_again() => {}
        }
    }

    async fn look_up_again_and_again(&self) {
        let mut ticks = interval(PERIOD);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            ticks.tick().await;
            let _turn = if self.peer.is_numeric() { None } else { self.turns.acquire().await.ok() };
            // A lookup that takes too long is told, and gone on with: there is one at a time.
            let mut lookup = pin!(find(&self.peer));
            let found = match timeout(LOOKUP_TIME, &mut lookup).await {
                Ok(found) => found,
                Err(_) => {
                    self.tell(Err(TOO_LONG.to_owned())).await;
                    lookup.await
                }
            };
            self.tell(found).await;
        }
    }

    async fn tell(&self, found: Result<Vec<SocketAddr>, String>) {
        // Nobody hears it only when the proxy stops.
        let _ = self.sightings.send(self.peer.sighting(found)).await;
    }
}

/// What is told of a lookup that goes on.
const TOO_LONG: &str = "it takes too long";

/// Gives the addresses of `peer`, or the reason why they are not known in time.
async fn look_up(peer: &PeerAddress) -> Result<Vec<SocketAddr>, String> {
    timeout(LOOKUP_TIME, find(peer)).await.unwrap_or_else(|_| Err(TOO_LONG.to_owned()))
}

async fn find(peer: &PeerAddress) -> Result<Vec<SocketAddr>, String> {
    let found = tokio::net::lookup_host((&*peer.host, peer.port)).await;
    let found = found.map_err(|error| format!("the system finds no address for this name: {error}"))?;
    let addresses: Vec<SocketAddr> = found.collect();
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
    fn an_address_has_nothing_that_a_terminal_obeys_and_neither_has_what_is_said_of_it() {
        for text in ["na\u{202e}s:1", "na\u{200b}s:1", "\u{1b}[31mnas:1"] {
            let error = text.parse::<PeerAddress>().unwrap_err().to_string();
            assert!(!error.contains(is_harmful) && error.contains("\\u{"), "{error}");
        }
        assert!("bücher.example:1".parse::<PeerAddress>().is_ok());
    }

    #[test]
    fn an_address_is_told_from_a_name() {
        let is_numeric = |text: &str| text.parse::<PeerAddress>().unwrap().is_numeric();
        assert!(["192.168.1.7:1", "[::1]:1", "[fe80::7%eth0]:1"].into_iter().all(is_numeric));
        assert!(!["nas:1", "garden.local:1", "1.2.3:1"].into_iter().any(is_numeric));
    }

    #[test]
    fn one_host_is_one_address_however_it_is_written() {
        let same = |one: &str, other: &str| assert_eq!(one.parse::<PeerAddress>(), other.parse());
        same("NAS.Local:1", "nas.local:1");
        same("[0:0::1]:1", "[::1]:1");
        let zone = |text: &str| text.parse::<PeerAddress>().unwrap();
        assert_ne!(zone("[fe80::7%Eth0]:1"), zone("[fe80::7%eth0]:1"));
    }

    fn peers<const N: usize>(texts: [&str; N]) -> [PeerAddress; N] {
        texts.map(|text| text.parse().unwrap())
    }

    fn placed(peer: &PeerAddress, address: &str) -> Sighting {
        Sighting::Placed { place: Place::Peer(peer.clone()), addresses: vec![address.parse().unwrap()] }
    }

    /// Time stands still unless all tasks wait, and then jumps. So a lookup takes no real time.
    #[tokio::test(start_paused = true)]
    async fn peers_are_looked_up_again_and_again() {
        let peers = peers(["127.0.0.1:7", "[::1]:8"]);
        let mut discovery = Discovery::new();
        let wanted = watch::Sender::new(Arc::from(peers.clone()));
        discovery.add(NamedPeers(wanted.subscribe()));
        for _ in 0..3 {
            let [one, other] = [discovery.next().await, discovery.next().await];
            let expected = [placed(&peers[0], "127.0.0.1:7"), placed(&peers[1], "[::1]:8")];
            assert!(
                expected.contains(&one) && expected.contains(&other) && one != other,
                "{one:?} {other:?}"
            );
        }
        discovery.stop().await;
    }

    #[tokio::test(start_paused = true)]
    async fn a_peer_that_is_added_is_looked_up_at_once_and_one_that_is_removed_never_again() {
        let [one, other] = peers(["127.0.0.1:7", "127.0.0.1:8"]);
        let wanted: watch::Sender<Arc<[PeerAddress]>> = watch::Sender::new(Arc::from([one.clone()]));
        let mut discovery = Discovery::new();
        discovery.add(NamedPeers(wanted.subscribe()));
        assert_eq!(discovery.next().await, placed(&one, "127.0.0.1:7"));
        let before = tokio::time::Instant::now();
        wanted.send_replace(Arc::from([one.clone(), other.clone()]));
        assert_eq!(discovery.next().await, placed(&other, "127.0.0.1:8"));
        assert!(before.elapsed() < PERIOD);
        wanted.send_replace(Arc::from([other.clone()]));
        assert_eq!(discovery.next().await, Sighting::Left { place: Place::Peer(one) });
        for _ in 0..3 {
            assert_eq!(discovery.next().await, placed(&other, "127.0.0.1:8"));
        }
    }

    #[tokio::test]
    async fn a_peer_without_an_address_does_not_hide_the_next() {
        // Longer than a name can be: no resolver is asked.
        let [nowhere, somewhere] = peers([&*format!("{}:7", "x".repeat(300)), "127.0.0.1:9"]);
        let wanted = watch::Sender::new(Arc::from([nowhere.clone(), somewhere.clone()]));
        let mut discovery = Discovery::new();
        discovery.add(NamedPeers(wanted.subscribe()));
        let mut next = async || timeout(Duration::from_secs(30), discovery.next()).await.unwrap();
        let both = [next().await, next().await];
        assert!(both.contains(&placed(&somewhere, "127.0.0.1:9")), "{both:?}");
        let nowhere = Place::Peer(nowhere);
        assert!(both.iter().any(|it| matches!(it, Sighting::Unresolved { place, .. } if *place == nowhere)));
    }
}
