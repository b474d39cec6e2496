//! Keeps the dials that are under way, and the places where proxies are looked for.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::time::Instant;

use nws_core::{DialId, Target};
use nws_protocol::ProxyId;
use nws_protocol::limits::DIAL_TIME;
use tokio::task::AbortHandle;

use super::faults::Blamed;
use super::named::{NamedProxies, Place};
use super::partner::Found;

/// The addresses to dial, and the proxy that is expected there, if that is known.
#[derive(Clone, Debug)]
pub(crate) struct Destination {
    /// The proxy that has to answer.
    pub(crate) proxy: Option<ProxyId>,
    /// The addresses at which it may be.
    pub(crate) addresses: Vec<SocketAddr>,
}

/// All dials.
#[derive(Debug, Default)]
pub(super) struct Dials {
    under_way: HashMap<DialId, UnderWay>,
    named: NamedProxies,
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
    /// A place has these addresses now, and `proxy` is there if that is known. Gives its index, and
    /// whether it is new.
    pub(super) fn sight(
        &mut self,
        place: Place,
        addresses: Vec<SocketAddr>,
        proxy: Option<ProxyId>,
    ) -> (usize, bool) {
        self.named.sight(place, addresses, proxy)
    }

    /// The index of a place that is known.
    pub(super) fn index(&self, place: &Place) -> Option<usize> {
        self.named.index(place)
    }

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

    /// The addresses of a place.
    pub(super) fn addresses(&self, index: usize) -> Vec<SocketAddr> {
        self.named.addresses(index)
    }

    /// A place, by its index.
    pub(super) fn place(&self, index: usize) -> Option<&Place> {
        self.named.place(index)
    }

    /// A dial has begun.
    pub(super) fn begin(&mut self, dial: DialId, task: AbortHandle, goal: Goal) {
        self.under_way.insert(dial, UnderWay { task, goal, since: Instant::now() });
    }

    /// Ends a dial that has not ended yet: it took too long, or is not wanted any more.
    pub(super) fn abandon(&mut self, dial: DialId) {
        let Some(UnderWay { task, goal, since }) = self.under_way.remove(&dial) else { return };
        task.abort();
        if let Goal::Named(index) = goal
            && since.elapsed() >= DIAL_TIME
        {
            self.named.failed(index, "no answer in time: the packets are dropped, or the machine is off");
        }
    }

    /// A dial has ended in a way that is not logged.
    pub(super) fn forget(&mut self, dial: DialId) {
        self.under_way.remove(&dial);
    }

    /// A dial has ended: it has become a link, or failed for a reason. Gives how its goal had been
    /// found.
    pub(super) fn end(&mut self, dial: DialId, outcome: Result<(), &str>) -> Found {
        match self.under_way.remove(&dial) {
            Some(UnderWay { goal: Goal::Named(index), .. }) => {
                match outcome {
                    Ok(()) => self.named.reached(index),
                    Err(reason) => self.named.failed(index, reason),
                }
                self.named.place(index).map_or(Found::Mdns, |place| Found::Named(place.clone()))
            }
            Some(UnderWay { goal: Goal::Announced(_), .. }) | None => Found::Mdns,
        }
    }
}
