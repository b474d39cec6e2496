//! Everything that can happen to the streams of a link.

use nws_protocol::link::Slot;

use super::StreamId;
use crate::ConnId;

/// Something that happened to one stream, or to all of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MuxInput {
    /// Both sides have matched a channel: a stream begins in each direction, with a window of
    /// [`LINK_WINDOW`](nws_protocol::limits::LINK_WINDOW) bytes.
    Opened {
        /// The stream, which was not opened before.
        stream: StreamId,
        /// This side's slot for the stream, used in frames that this side sends.
        slot: Slot,
        /// The connection that stands for the other side in [`Channels`](crate::Channels).
        conn: ConnId,
    },
    /// Data came. If it is more than the other side had credit for, the link is broken.
    Received {
        /// The stream.
        stream: StreamId,
        /// Bytes.
        bytes: usize,
    },
    /// Data that came has been processed: the other side may send as much again.
    Processed {
        /// The stream.
        stream: StreamId,
        /// Bytes.
        bytes: usize,
    },
    /// The other side gives credit.
    Credit {
        /// The stream.
        stream: StreamId,
        /// Bytes, added to the remaining credit.
        bytes: u32,
    },
    /// Something waits to be sent that did not wait before.
    Waiting {
        /// The stream.
        stream: StreamId,
    },
    /// The other side gets no more credit.
    Held {
        /// The stream.
        stream: StreamId,
    },
    /// The other side gets credit again.
    Released {
        /// The stream.
        stream: StreamId,
    },
    /// One side has left the channel.
    Closed {
        /// The stream.
        stream: StreamId,
    },
    /// A stream cannot go on: it makes no progress, or the other side broke the rules.
    Failed,
}
