//! The role of a connection in its channel.

use std::time::Instant;

use nws_protocol::link::Record;
use nws_protocol::{IdSource, Nonce, PeerId};

use super::{ChannelId, RemoteGroup};
use crate::channels::Framing;

/// The state of a connection.
pub(in crate::channels) enum Member {
    /// An id is reserved for a client that has not joined yet.
    Reserved(Reserved),
    /// A client is present.
    Client(Client),
    /// It stands for members of another proxy.
    Group(Box<RemoteGroup>),
    /// It has left. At this time it is reset, if it has not ended by then.
    Closing { until: Instant },
}

/// A client that has reserved an id and has not joined yet.
pub(in crate::channels) struct Reserved {
    pub(in crate::channels) id: PeerId,
    /// The nonce from which this proxy generated the id; `None` where the client chose it.
    pub(in crate::channels) nonce: Option<Nonce>,
    /// `None` when there are too many channels.
    pub(in crate::channels) channel: Option<ChannelId>,
}

/// A client that is present: all others in its channel have been told of it.
pub(in crate::channels) struct Client {
    pub(in crate::channels) id: PeerId,
    /// The nonce from which this proxy generated the id; `None` where the client chose it.
    nonce: Option<Nonce>,
    pub(in crate::channels) framing: Framing,
    /// It has said that it knows streams.
    pub(in crate::channels) knows_streams: bool,
    pub(in crate::channels) channel: ChannelId,
    /// Its index in the list of clients that are present.
    pub(super) index: usize,
    /// The number under which other proxies know it.
    pub(in crate::channels) number: u32,
    /// Messages that it has sent, and their bytes.
    pub(in crate::channels) messages: u64,
    pub(in crate::channels) bytes: u64,
    /// Bytes that are held for a message whose end has not come.
    pub(in crate::channels) unfinished: usize,
    /// When it joined.
    pub(in crate::channels) since: Instant,
    /// The time of its last message.
    pub(in crate::channels) heard: Instant,
    /// The time of the last ping. Joining counts as one.
    pub(in crate::channels) asked: Instant,
}

impl Client {
    /// A client that joins the channel in which it has reserved an id.
    pub(in crate::channels) fn new(
        reserved: Reserved,
        channel: ChannelId,
        framing: Framing,
        now: Instant,
    ) -> Self {
        Self {
            id: reserved.id,
            nonce: reserved.nonce,
            framing,
            knows_streams: false,
            channel,
            index: 0,
            number: 0,
            messages: 0,
            bytes: 0,
            unfinished: 0,
            since: now,
            heard: now,
            asked: now,
        }
    }

    /// The record that tells other proxies that it has joined.
    pub(in crate::channels) fn join_record(&self) -> Record<'_> {
        let id = self.nonce.map_or_else(|| IdSource::Choice(self.id.as_str()), IdSource::Nonce);
        Record::Join { member: self.number, id }
    }

    /// The record that tells other proxies that it knows streams, if it does.
    pub(in crate::channels) fn streams_record(&self) -> Option<Record<'_>> {
        self.knows_streams.then_some(Record::Streams { member: self.number })
    }
}
