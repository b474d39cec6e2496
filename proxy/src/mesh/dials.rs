//! Keeps the dials that are under way, and the places where proxies are looked for.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::time::Instant;

use nws_core::{DialId, Target};
use nws_protocol::ProxyId;
use nws_protocol::limits::DIAL_TIME;
use tokio::task::AbortHandle;

use super::faults::Blamed;
use super::named::NamedProxies;
use super::partner::Found;
use crate::backbone::is_site;

/// The addresses to dial, and the proxy that is expected there, if that is known.
#[derive(Clone, Debug)]
pub(crate) struct Destination {
    /// The proxy that has to answer.
    pub(crate) proxy: Option<ProxyId>,
    /// The addresses at which it may be.
    pub(crate) addresses: Vec<SocketAddr>,
}

impl Destination {
    /// The address, if it is the one of a site of the backbone.
    pub(crate) fn site(&self) -> Option<&SocketAddr> {
        self.addresses.iter().find(|address| is_site(address.ip()))
    }

    /// Gives whether it is a site of the backbone.
    pub(crate) fn is_site(&self) -> bool {
        self.site().is_some()
    }
}

/// All dials.
#[derive(Debug, Default)]
pub(super) struct Dials {
    under_way: HashMap<DialId, UnderWay>,
    pub(super) named: NamedProxies,
}

#[derive(Debug)]
struct UnderWay {
    task: AbortHandle,
    goal: Goal,
    since: Instant,
}

/// The way in which the proxy that a dial is to reach was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Goal {
    Announced(ProxyId),
    Named(usize),
}

impl Dials {
    /// The destination of a dial to `target`.
    pub(super) fn destination(&self, target: Target) -> (Goal, Destination) {
        match target {
            Target::Proxy { proxy, addresses } => {
                (Goal::Announced(proxy.clone()), Destination { proxy: Some(proxy), addresses })
            }
            Target::Peer(peer) => {
                let addresses = self.named.addresses(peer);
                (Goal::Named(peer), Destination { proxy: self.named.proxy(peer), addresses })
            }
        }
    }

    /// What has failed if a dial that is under way does.
    pub(super) fn blamed(&self, dial: DialId) -> Option<Blamed> {
        self.under_way.get(&dial).map(|UnderWay { goal, .. }| match goal {
            Goal::Announced(proxy) => Blamed::Proxy(proxy.clone()),
            Goal::Named(index) => Blamed::Named(*index),
        })
    }

    /// A dial has begun.
    pub(super) fn begin(&mut self, dial: DialId, task: AbortHandle, goal: Goal) {
        self.under_way.insert(dial, UnderWay { task, goal, since: Instant::now() });
    }

    /// Gives whether a dial has had all its time.
    pub(super) fn is_late(&self, dial: DialId) -> bool {
        self.under_way.get(&dial).is_some_and(|it| it.since.elapsed() >= DIAL_TIME)
    }

    /// Ends a dial that has not ended yet: it took too long, or is not wanted any more.
    pub(super) fn abandon(&mut self, dial: DialId) {
        if let Some(UnderWay { task, .. }) = self.under_way.remove(&dial) {
            task.abort();
        }
    }

    /// A dial has ended: it has become a link, or failed. Gives how its goal had been found.
    pub(super) fn end(&mut self, dial: DialId) -> Found {
        match self.under_way.remove(&dial) {
            Some(UnderWay { goal: Goal::Named(index), .. }) => {
                self.named.place(index).map_or(Found::Mdns, |place| Found::Named(place.clone()))
            }
            Some(UnderWay { goal: Goal::Announced(_), .. }) | None => Found::Mdns,
        }
    }
}
