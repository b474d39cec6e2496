//! Remembers what has happened to clients lately, and counts what those did that have gone.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use nws_protocol::PeerId;

use super::{ChannelKey, Cut, Slowness};

/// Events that are remembered: more than a person reads at once.
const EVENTS_MAX: usize = 128;

/// Something that happened to a client of this proxy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientEvent {
    /// Its number. Each has the next one.
    pub number: u64,
    /// The time that has passed since.
    pub age: Duration,
    /// The channel of the client.
    pub channel: ChannelKey,
    /// The id of the client.
    pub peer: PeerId,
    /// What happened.
    pub what: ClientEventKind,
}

/// What may happen to a client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClientEventKind {
    /// It has joined.
    Joined,
    /// It has left.
    Left,
    /// It was closed because it reads too slowly. That it left follows.
    Cut {
        /// The sign of its slowness.
        why: Slowness,
        /// Bytes that waited for it.
        waiting: usize,
    },
}

/// What all clients ever did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Clients that have joined.
    pub joined: u64,
    /// Clients that have left.
    pub left: u64,
    /// Clients that were cut.
    pub cut: u64,
    /// Messages that clients have sent.
    pub messages: u64,
    /// Bytes of these messages.
    pub received_bytes: u64,
    /// Bytes that were written to clients.
    pub written_bytes: u64,
}

#[derive(Default)]
pub(super) struct History {
    events: VecDeque<Remembered>,
    number: u64,
    /// The counts, of which those of messages are without the clients that are present.
    pub(super) counts: Counts,
}

struct Remembered {
    at: Instant,
    channel: ChannelKey,
    peer: PeerId,
    what: ClientEventKind,
}

impl History {
    pub(super) fn note_joined(&mut self, channel: ChannelKey, peer: PeerId, at: Instant) {
        self.counts.joined += 1;
        self.push(Remembered { at, channel, peer, what: ClientEventKind::Joined });
    }

    pub(super) fn note_left(&mut self, channel: ChannelKey, peer: PeerId, at: Instant) {
        self.counts.left += 1;
        self.push(Remembered { at, channel, peer, what: ClientEventKind::Left });
    }

    pub(super) fn note_cut(&mut self, channel: ChannelKey, cut: &Cut, at: Instant) {
        self.counts.cut += 1;
        let what = ClientEventKind::Cut { why: cut.why, waiting: cut.waiting };
        self.push(Remembered { at, channel, peer: cut.peer.clone(), what });
    }

    /// The events that are remembered, the oldest first.
    pub(super) fn events(&self, now: Instant) -> impl Iterator<Item = ClientEvent> {
        let first = self.number - self.events.len() as u64;
        let numbered = (first..).zip(&self.events);
        numbered.map(move |(number, Remembered { at, channel, peer, what })| ClientEvent {
            number,
            age: now.saturating_duration_since(*at),
            channel: channel.clone(),
            peer: peer.clone(),
            what: *what,
        })
    }

    fn push(&mut self, event: Remembered) {
        if self.events.len() == EVENTS_MAX {
            self.events.pop_front();
        }
        self.events.push_back(event);
        self.number += 1;
    }
}
