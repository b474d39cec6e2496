//! Multicast DNS: this proxy announces itself to its neighbours, and hears of them.
//!
//! What is announced is the id of this start and a port, and nothing else: `<id>._nws._tcp.local.`
//! on the host `<id>.local.`, with `v=1` as its only text. Nothing that has to do with a channel
//! passes here.
//!
//! Announcing and browsing each have a daemon of their own. Any machine on the network can fill the
//! memory of either, which is ended then and started anew. The one that browses waits a while
//! before that; the one that announces does not, nor does it say farewell, so that this proxy's own
//! name stays on the air.

mod announcer;
mod browser;
mod daemon;
mod groups;
mod names;
mod outsiders;
mod pause;
mod sockets;
#[cfg(test)]
#[cfg(target_os = "linux")]
mod tests;

use std::sync::Arc;

use nws_protocol::ProxyId;
use tokio::sync::{Notify, mpsc, oneshot, watch};

use super::{Sighting, Source, Stop};
use crate::interfaces::{InterfaceFilter, Interfaces};

/// This proxy on the network.
#[derive(Clone, Debug)]
pub(crate) struct Mdns {
    /// The proxy that is announced. It is not told of itself.
    pub(crate) proxy: ProxyId,
    /// Where it listens for others.
    pub(crate) port: u16,
    /// Where it is announced.
    pub(crate) filter: InterfaceFilter,
    /// The interfaces whose neighbours are told of.
    pub(crate) interfaces: watch::Receiver<Arc<Interfaces>>,
    /// Rung when there may be a proxy that has not been heard of.
    pub(crate) questions: Arc<Notify>,
}

impl Source for Mdns {
    async fn run(self, sightings: mpsc::Sender<Sighting>, mut stop: Stop) {
        // Of two that start together at least one hears the other, when each listens before it speaks.
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
