//! Logs proxies that are heard on an interface but claim addresses of no network there. They cannot
//! be linked. Nearly always the netmasks of two machines on one wire differ.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::time::Duration;

use nws_protocol::ProxyId;
use tokio::time::Instant;

use crate::interfaces::{self, Interfaces};
use crate::trouble::Troubles;

/// How long our interfaces may be behind: a proxy may be heard on a new interface before this proxy
/// has read its addresses.
const GRACE: Duration = interfaces::PERIOD.saturating_mul(2);

/// Proxies that are waited for at one time. Any machine can make up more.
const WAITING_MAX: usize = 32;

/// The proxies that were heard this way.
#[derive(Debug)]
pub(super) struct Outsiders {
    waiting: BTreeMap<ProxyId, (Instant, Vec<SocketAddr>)>,
    told: Troubles<Vec<SocketAddr>>,
}

impl Outsiders {
    pub(super) const fn new() -> Self {
        Self { waiting: BTreeMap::new(), told: Troubles::new() }
    }

    /// Notes that `proxy` claims these addresses and no others.
    pub(super) fn note(&mut self, proxy: ProxyId, addresses: Vec<SocketAddr>) {
        if self.waiting.len() < WAITING_MAX && !addresses.is_empty() {
            self.waiting.entry(proxy).or_insert((Instant::now() + GRACE, addresses));
        }
    }

    /// Forgets `proxy`: it can be reached, or has gone.
    pub(super) fn forget(&mut self, proxy: &ProxyId) {
        self.waiting.remove(proxy);
    }

    /// The time at which the first of them has waited long enough.
    pub(super) fn due(&self) -> Option<Instant> {
        self.waiting.values().map(|(due, _)| *due).min()
    }

    /// Logs the proxies that have waited long enough.
    pub(super) fn tell(&mut self, interfaces: &Interfaces) {
        let now = Instant::now();
        let late = self.waiting.extract_if(.., |_, (due, _)| *due <= now);
        for (proxy, (_, addresses)) in late {
            let is_on_link = addresses.iter().any(|address| interfaces.is_on_link(address));
            if !is_on_link && self.told.is_news(addresses.clone()) {
                let places = addresses.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
                tracing::warn!(
                    %proxy,
                    "a proxy announces itself here at {places}, which is on no network of this machine ({interfaces}): \
                     do the netmasks differ?"
                );
            }
        }
    }
}
