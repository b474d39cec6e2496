//! Multicast DNS: this proxy announces itself to its neighbours, and hears of them.

use std::sync::Arc;

use nws_protocol::ProxyId;
use tokio::sync::{mpsc, watch};

use super::{Sighting, Source, Stop};
use crate::interfaces::{InterfaceFilter, Interfaces};

/// This proxy on the network.
#[derive(Debug)]
pub(crate) struct Mdns {
    /// Who announces itself, and is no news to itself.
    pub(crate) proxy: ProxyId,
    /// Where it listens for others.
    pub(crate) port: u16,
    /// Where it is announced.
    pub(crate) filter: InterfaceFilter,
    /// Whose neighbours are told of.
    pub(crate) interfaces: watch::Receiver<Arc<Interfaces>>,
}

impl Source for Mdns {
    async fn run(self, _: mpsc::Sender<Sighting>, mut stop: Stop) {
        stop.stopped().await;
    }
}
