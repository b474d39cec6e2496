//! Announces this proxy to its neighbours by multicast DNS, and hears of them.
//!
//! The announcement has the id of this start and a port, and nothing else: `<id>._nws._tcp.local.`
//! on the host `<id>.local.`, with `v=1` as its only text. It never depends on a channel.
//!
//! Announcing and browsing each have a daemon. Any machine on the network can fill the memory of
//! either daemon. A full daemon is ended, and another one is started. The browser waits a while
//! before that. The announcer does not wait, and it says no goodbye, so that the name of this proxy
//! stays known.

mod announcer;
mod browser;
mod daemon;
mod groups;
mod names;
mod outsiders;
mod pause;
mod probe;
mod sockets;
#[cfg(test)]
#[cfg(target_os = "linux")]
mod tests;

use std::sync::Arc;

use nws_protocol::ProxyId;
use tokio::sync::{Notify, mpsc, oneshot, watch};

pub(crate) use probe::{Probe, held};

use super::{Sighting, Source, Stop};
use crate::interfaces::{InterfaceFilter, Interfaces};

/// The mDNS side of this proxy.
#[derive(Clone, Debug)]
pub(crate) struct Mdns {
    /// The proxy that is announced. Sightings of it are left out.
    pub(crate) proxy: ProxyId,
    /// The port on which it listens for other proxies.
    pub(crate) port: u16,
    /// The interfaces on which it is announced.
    pub(crate) filter: InterfaceFilter,
    /// The interfaces whose neighbours are reported.
    pub(crate) interfaces: watch::Receiver<Arc<Interfaces>>,
    /// Notified when there may be a proxy that has not been heard of.
    pub(crate) questions: Arc<Notify>,
}

impl Source for Mdns {
    async fn run(self, sightings: mpsc::Sender<Sighting>, mut stop: Stop) {
        // Each proxy listens before it announces itself. So of two that start together at least one
        // hears the other.
        let (listening, listens) = oneshot::channel();
        let mut stop_announcing = stop.clone();
        let announcing = async {
            if listens.await.is_ok() {
                announcer::announce(&self, &mut stop_announcing).await;
            }
        };
        let browsing = async {
            tokio::select! {
                () = stop.stopped() => {}
                () = browser::browse(&self, sightings, listening) => {}
            }
        };
        tokio::join!(announcing, browsing);
    }
}
