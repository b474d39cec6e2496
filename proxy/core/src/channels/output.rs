//! Everything that channels ask for.

use nws_protocol::{ChannelName, PeerId};

use super::{ConnId, Slowness};

/// Something to be done, nearly always with a connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Output {
    /// The id is reserved.
    Reserved {
        /// The connection to be.
        conn: ConnId,
    },
    /// The id is taken. The connection is not known any more.
    Taken {
        /// The connection to be.
        conn: ConnId,
    },
    /// Something waits to be written, see [`Channels::waiting`](super::Channels::waiting). Comes
    /// once for all that was queued since it came last.
    Write {
        /// The connection.
        conn: ConnId,
    },
    /// Stop reading, until [`Output::Release`]. The other side of a group gets no credit.
    Hold {
        /// The connection.
        conn: ConnId,
    },
    /// Read again.
    Release {
        /// The connection.
        conn: ConnId,
    },
    /// Ignore what the client says from now on, and when all that waits is written, end the
    /// connection in order. If that takes too long, [`Output::Reset`] follows. Whoever was held has
    /// been released.
    Finish {
        /// The connection.
        conn: ConnId,
    },
    /// A client reads too slowly and is closed, for which other outputs follow. Somebody should know.
    Cut(
        /// Apart, as it is rare: every output would be twice as large.
        Box<Cut>,
    ),
    /// There is no room for a client that wanted to join, which is closed by other outputs. Somebody should count.
    Full,
    /// End the connection now. That of a group is its link.
    Reset {
        /// The connection.
        conn: ConnId,
    },
    /// A network channel has got a member here: other proxies may have some too.
    Opened {
        /// Its name.
        channel: ChannelName,
    },
    /// A network channel has lost its last member here.
    Closed {
        /// Its name.
        channel: ChannelName,
    },
}

/// How much waits that did not wait before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pending {
    /// Bytes for all connections together.
    pub bytes: usize,
    /// Outputs, nearly all of which say that something waits for a connection.
    pub outputs: usize,
}

/// A client that reads too slowly.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cut {
    /// Its id.
    pub peer: PeerId,
    /// How its slowness was seen.
    pub why: Slowness,
    /// Bytes that waited for it.
    pub waiting: usize,
}
