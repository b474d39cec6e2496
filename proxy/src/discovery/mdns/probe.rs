//! A daemon for a few seconds, by which `nws doctor` asks the network.

use std::net::SocketAddr;
use std::sync::Arc;

use mdns_sd::{Receiver, ServiceEvent};
use nws_protocol::ProxyId;
use tokio::sync::{Notify, watch};

use super::daemon::Daemon;
use super::sockets::Held;
use super::{Mdns, names};
use crate::interfaces::{InterfaceFilter, Interfaces};

/// Asks on the interfaces that a proxy would use.
pub(crate) struct Probe {
    daemon: Daemon,
    _interfaces: watch::Sender<Arc<Interfaces>>,
}

impl Probe {
    /// Starts the daemon. `own` stands for no proxy.
    pub(crate) fn start(own: ProxyId, filter: InterfaceFilter, used: Interfaces) -> mdns_sd::Result<Self> {
        let (sender, interfaces) = watch::channel(Arc::new(used));
        let questions = Arc::new(Notify::new());
        let mdns = Mdns { proxy: own, port: 0, filter, interfaces, questions };
        let (daemon, _) = Daemon::start(&mdns)?;
        Ok(Self { daemon, _interfaces: sender })
    }

    /// Asks for proxies.
    pub(crate) fn browse(&self) -> mdns_sd::Result<Receiver<ServiceEvent>> {
        self.daemon.browse()
    }

    /// Asks for services of another type.
    pub(crate) fn ask(&self, service: &str) -> mdns_sd::Result<Receiver<ServiceEvent>> {
        self.daemon.browse_for(service)
    }

    /// Announces that a proxy is on this machine, at `port`.
    pub(crate) fn announce(&self, proxy: &ProxyId, port: u16) -> mdns_sd::Result<()> {
        self.daemon.register(names::announcement(proxy, port)?)
    }

    /// The proxy of which `event` tells, and its addresses.
    pub(crate) fn sighting(event: &ServiceEvent) -> Option<(ProxyId, Vec<SocketAddr>)> {
        if let ServiceEvent::ServiceResolved(service) = event { names::claim(service) } else { None }
    }

    /// Says goodbye for what was announced.
    pub(crate) async fn end(self) {
        self.daemon.end().await;
    }
}

/// The addresses of mDNS that another program holds for itself.
///
/// # Errors
///
/// The reason why no socket can be opened at all.
pub(crate) fn held() -> Result<Vec<SocketAddr>, String> {
    Held::look().map(Held::into_addresses).map_err(|error| error.to_string())
}
