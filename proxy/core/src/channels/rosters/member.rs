//! What a connection is to its channel.

use std::time::Instant;

use nws_protocol::link::Record;
use nws_protocol::{IdSource, Nonce, PeerId};

use super::{ChannelId, RemoteGroup};
use crate::channels::Framing;

/// How far a connection has come.
pub(in crate::channels) enum Member {
    /// An id is kept for a client that has not arrived.
    Reserved(Reserved),
    /// A client is present.
    Client(Client),
    /// It stands for members of another proxy.
    Group(Box<RemoteGroup>),
    /// It has left, and is reset at this time if it has not ended by then.
    Closing { until: Instant },
}

/// A client that is about to be there.
pub(in crate::channels) struct Reserved {
    pub(in crate::channels) id: PeerId,
    /// From which this proxy generated the id; `None` where the client chose it.
    pub(in crate::channels) nonce: Option<Nonce>,
    /// `None` where there are too many channels.
    pub(in crate::channels) channel: Option<ChannelId>,
}

/// A client that is present: all others in its channel have been told of it.
pub(in crate::channels) struct Client {
    pub(in crate::channels) id: PeerId,
    /// From which this proxy generated the id; `None` where the client chose it.
    nonce: Option<Nonce>,
    pub(in crate::channels) framing: Framing,
    pub(in crate::channels) channel: ChannelId,
    /// Where it is in the list of those who are present.
    pub(super) index: usize,
    /// Under which other proxies know it.
    pub(in crate::channels) number: u32,
    /// Bytes that are held for a message of which the end has not come.
    pub(in crate::channels) unfinished: usize,
    /// When it last said anything.
    pub(in crate::channels) heard: Instant,
    /// When it was last asked for a sign of life; its joining counts as that.
    pub(in crate::channels) asked: Instant,
}

impl Client {
    /// One that joins the channel in which an id is kept for it.
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
            channel,
            index: 0,
            number: 0,
            unfinished: 0,
            heard: now,
            asked: now,
        }
    }

    /// What other proxies are told when it comes.
    pub(in crate::channels) fn join_record(&self) -> Record<'_> {
        let id = self.nonce.map_or_else(|| IdSource::Choice(self.id.as_str()), IdSource::Nonce);
        Record::Join { member: self.number, id }
    }
}
