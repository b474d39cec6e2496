//! Keeps the dials that are under way, and the addresses of proxies that `--peer` names.

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
use crate::discovery::PeerAddress;

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
    /// The proxy that `--peer` names is at these addresses now. Gives its index if it is new.
    pub(super) fn sight(&mut self, peer: PeerAddress, addresses: Vec<SocketAddr>) -> Option<usize> {
        self.named.sight(peer, addresses)
    }

    /// The destination of a dial to `target`.
    pub(super) fn destination(&self, target: Target) -> (Goal, Destination) {
        match target {
            Target::Proxy { proxy, addresses } => {
                (Goal::Announced(proxy.clone()), Destination { proxy: Some(proxy), addresses })
            }
            Target::Peer(peer) => {
                let addresses = self.named.addresses(peer);
                (Goal::Named(peer), Destination { proxy: None, addresses })
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

    /// The addresses of what `--peer` names.
    pub(super) fn addresses(&self, index: usize) -> Vec<SocketAddr> {
        self.named.addresses(index)
    }

    /// What `--peer` says, by its index.
    pub(super) fn peer(&self, index: usize) -> Option<&PeerAddress> {
        self.named.peer(index)
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
                self.named.peer(index).map_or(Found::Mdns, |peer| Found::Named(peer.clone()))
            }
            Some(UnderWay { goal: Goal::Announced(_), .. }) | None => Found::Mdns,
        }
    }
}
