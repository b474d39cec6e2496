//! Remembers what happened to links lately.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::time::Instant;

use nws_protocol::ProxyId;

use super::callers::Callers;
use super::faults::Faults;
use super::traffic::Traffic;

/// Events that are remembered.
const EVENTS_MAX: usize = 128;

/// What links and dials have come to.
#[derive(Debug, Default)]
pub(super) struct Past {
    pub(super) faults: Faults,
    pub(super) callers: Callers,
    events: VecDeque<LinkEvent>,
    number: u64,
    /// Frames and bytes of links that have ended, in each direction.
    received: (u64, u64),
    sent: (u64, u64),
}

/// Something that happened to a link.
#[derive(Clone, Debug)]
pub(crate) struct LinkEvent {
    /// Its number. Each has the next one.
    pub(crate) number: u64,
    pub(crate) at: Instant,
    /// The proxy at the other end.
    pub(crate) proxy: ProxyId,
    pub(crate) what: LinkEventKind,
}

/// What may happen to a link.
#[derive(Clone, Debug)]
pub(crate) enum LinkEventKind {
    /// HELLO was exchanged with a proxy at this address.
    Linked(SocketAddr),
    /// It has ended, for this reason.
    Ended(String),
}

impl Past {
    pub(super) fn note(&mut self, proxy: ProxyId, what: LinkEventKind) {
        if self.events.len() == EVENTS_MAX {
            self.events.pop_front();
        }
        self.events.push_back(LinkEvent { number: self.number, at: Instant::now(), proxy, what });
        self.number += 1;
    }

    /// A link that has carried so much has ended.
    pub(super) fn count(&mut self, traffic: &Traffic) {
        self.received = traffic.received.on_top_of(self.received);
        self.sent = traffic.sent.on_top_of(self.sent);
    }

    /// Frames and bytes that were received and sent, with those of links that have not ended.
    pub(super) fn carried<'a>(&self, links: impl Iterator<Item = &'a Traffic>) -> [(u64, u64); 2] {
        links.fold([self.received, self.sent], |[received, sent], link| {
            [link.received.on_top_of(received), link.sent.on_top_of(sent)]
        })
    }

    /// The events that are remembered, the oldest first.
    pub(super) fn events(&self) -> Vec<LinkEvent> {
        self.events.iter().cloned().collect()
    }
}
