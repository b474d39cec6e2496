//! A network in memory, for tests: proxies that join it see each other at once.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;

use nws_protocol::ProxyId;
use tokio::sync::{mpsc, watch};

use super::{Sighting, Source, Stop};

type Proxies = BTreeMap<ProxyId, Vec<SocketAddr>>;

/// The network. It exists as long as a proxy is in it or a test holds it.
#[derive(Clone, Debug, Default)]
pub(crate) struct MemoryLan(Arc<watch::Sender<Proxies>>);

/// One proxy in it. It leaves when it stops or is dropped.
#[derive(Debug)]
pub(crate) struct MemoryPlace {
    lan: MemoryLan,
    proxy: ProxyId,
}

impl MemoryLan {
    /// Makes `proxy` visible at `addresses`. A second call moves it.
    pub(crate) fn join(&self, proxy: ProxyId, addresses: Vec<SocketAddr>) -> MemoryPlace {
        self.0.send_modify(|proxies| {
            proxies.insert(proxy.clone(), addresses);
        });
        MemoryPlace { lan: self.clone(), proxy }
    }
}

impl Drop for MemoryPlace {
    fn drop(&mut self) {
        self.lan.0.send_modify(|proxies| {
            proxies.remove(&self.proxy);
        });
    }
}

impl Source for MemoryPlace {
    async fn run(self, sightings: mpsc::Sender<Sighting>, mut stop: Stop) {
        tokio::select! {
            () = stop.stopped() => {}
            () = self.tell(sightings) => {}
        }
    }
}

impl MemoryPlace {
    async fn tell(&self, sightings: mpsc::Sender<Sighting>) {
        let mut changes = self.lan.0.subscribe();
        let mut known = Proxies::new();
        loop {
            let now = changes.borrow_and_update().clone();
            for sighting in self.differences(&known, &now) {
                if sightings.send(sighting).await.is_err() {
                    return;
                }
            }
            known = now;
            if changes.changed().await.is_err() {
                return;
            }
        }
    }

    fn differences(&self, known: &Proxies, now: &Proxies) -> Vec<Sighting> {
        let gone = known.keys().filter(|proxy| !now.contains_key(*proxy));
        let gone = gone.map(|proxy| Sighting::Gone { proxy: proxy.clone() });
        let seen = now
            .iter()
            .filter(|(proxy, addresses)| **proxy != self.proxy && known.get(*proxy) != Some(addresses));
        let seen = seen
            .map(|(proxy, addresses)| Sighting::Seen { proxy: proxy.clone(), addresses: addresses.clone() });
        gone.chain(seen).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::discovery::Discovery;

    fn proxy(number: u8) -> ProxyId {
        ProxyId::from_digest(&[number; 32])
    }

    fn seen(number: u8, port: u16) -> Sighting {
        Sighting::Seen { proxy: proxy(number), addresses: vec![([127, 0, 0, 1], port).into()] }
    }

    fn join(lan: &MemoryLan, number: u8, port: u16) -> Discovery {
        let mut discovery = Discovery::new();
        discovery.add(lan.join(proxy(number), vec![([127, 0, 0, 1], port).into()]));
        discovery
    }

    #[tokio::test]
    async fn those_who_join_see_each_other_come_move_and_go() {
        let lan = MemoryLan::default();
        let mut first = join(&lan, 1, 11);
        let mut second = join(&lan, 2, 22);
        assert_eq!(first.next().await, seen(2, 22));
        assert_eq!(second.next().await, seen(1, 11));
        let moved = lan.join(proxy(3), vec![([127, 0, 0, 1], 33).into()]);
        assert_eq!(first.next().await, seen(3, 33));
        let again = lan.join(proxy(3), vec![([127, 0, 0, 1], 34).into()]);
        assert_eq!(first.next().await, seen(3, 34));
        drop((moved, again));
        assert_eq!(first.next().await, Sighting::Gone { proxy: proxy(3) });
        second.stop().await;
        assert_eq!(first.next().await, Sighting::Gone { proxy: proxy(2) });
    }

    #[tokio::test]
    async fn who_does_not_look_is_told_the_rest_later() {
        let lan = MemoryLan::default();
        let mut first = join(&lan, 0, 1);
        let others: Vec<_> = (1..=255).map(|number| lan.join(proxy(number), Vec::new())).collect();
        for _ in &others {
            assert!(matches!(first.next().await, Sighting::Seen { .. }));
        }
        drop(others);
        for _ in 1..=255 {
            assert!(matches!(first.next().await, Sighting::Gone { .. }));
        }
    }
}
