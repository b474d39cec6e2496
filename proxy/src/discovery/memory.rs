//! A network in memory, for tests: proxies that join it see each other at once.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;

use nws_protocol::ProxyId;
use tokio::sync::{mpsc, watch};

use super::{Sighting, Source, Stop};

type Proxies = BTreeMap<ProxyId, Vec<SocketAddr>>;

/// The network. It lives as long as somebody is in it or holds it.
#[derive(Clone, Debug, Default)]
pub(crate) struct MemoryLan(Arc<watch::Sender<Proxies>>);

/// One proxy in it. It leaves when it stops or is dropped.
#[derive(Debug)]
pub(crate) struct MemoryPlace {
    lan: MemoryLan,
    proxy: ProxyId,
}

impl MemoryLan {
    /// Lets `proxy` be seen at `addresses`. A second time, it has moved.
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
