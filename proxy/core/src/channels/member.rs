//! One connection as its channel sees it.

use std::time::Instant;

use nws_protocol::link::Record;
use nws_protocol::{IdSource, Nonce, PeerId};

use super::lag::Lag;
use super::outbox::Outbox;
use super::trunk::Trunk;
use super::{ChannelId, Framing};

/// A member of a channel, or a connection that was one and is closing, or a trunk.
pub(super) struct Member {
    pub(super) id: PeerId,
    /// From which this proxy generated the id; `None` where the client chose it.
    pub(super) nonce: Option<Nonce>,
    /// Under which other proxies know it, while it is present.
    pub(super) number: u32,
    pub(super) framing: Framing,
    pub(super) state: State,
    pub(super) place: Option<Place>,
    /// What stands at the other end, if that is a proxy.
    pub(super) trunk: Option<Box<Trunk>>,
    pub(super) outbox: Outbox,
    /// What is known of a recipient whose socket did not take everything.
    pub(super) lag: Option<Box<Lag>>,
    /// How many recipients hold this sender back.
    pub(super) holders: usize,
    /// Bytes that are held for a message of which the end has not come.
    pub(super) unfinished: usize,
    /// When the client last said anything.
    pub(super) heard: Instant,
    /// When it was last asked for a sign of life; its joining counts as that.
    pub(super) asked: Instant,
    /// `Output::Write` is on its way.
    pub(super) announced: bool,
}

/// How far a connection's life has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    /// The id is reserved, the connection not yet there.
    Reserved,
    /// Connected.
    Open,
    /// A close frame is queued; the connection is reset at this time.
    Closing { until: Instant },
}

/// Where a member is entered. `seat` is set while it is present, and for trunks.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    pub(super) channel: ChannelId,
    pub(super) seat: Option<usize>,
}

impl Member {
    /// One that chose `id`.
    pub(super) fn new(id: PeerId, framing: Framing, now: Instant) -> Self {
        Self {
            id,
            nonce: None,
            number: 0,
            framing,
            state: State::Open,
            place: None,
            trunk: None,
            outbox: Outbox::default(),
            lag: None,
            holders: 0,
            unfinished: 0,
            heard: now,
            asked: now,
            announced: false,
        }
    }

    pub(super) fn is_open(&self) -> bool {
        self.state == State::Open
    }

    /// What other proxies are told when it comes.
    pub(super) fn join_record(&self) -> Record<'_> {
        let id = self.nonce.map_or_else(|| IdSource::Choice(self.id.as_str()), IdSource::Nonce);
        Record::Join { member: self.number, id }
    }
}
