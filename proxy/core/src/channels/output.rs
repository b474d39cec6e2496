//! Everything that channels ask for.

use nws_protocol::{ChannelName, PeerId};

use super::{ConnId, Slowness};

/// Something to be done, nearly always with a connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Output {
    /// The id is reserved.
    Reserved {
        /// The connection that the client will have.
        conn: ConnId,
    },
    /// The id is taken. The connection is not known any more.
    Taken {
        /// The connection that the client would have had.
        conn: ConnId,
    },
    /// Something waits to be written: see [`Channels::waiting`](super::Channels::waiting). It comes
    /// once for all that was queued since it last came.
    Write {
        /// The connection.
        conn: ConnId,
    },
    /// Stop reading until [`Output::Release`]. The other side of a group gets no credit meanwhile.
    Hold {
        /// The connection.
        conn: ConnId,
    },
    /// Read again.
    Release {
        /// The connection.
        conn: ConnId,
    },
    /// Ignore what the client says from now on. When all that waits is written, close the
    /// connection in order. If that takes too long, [`Output::Reset`] follows. A client that was
    /// held has been released before.
    Finish {
        /// The connection.
        conn: ConnId,
    },
    /// A client reads too slowly and is closed. Other outputs do that; this one is for the log.
    Cut(
        /// Boxed, as it is rare: otherwise every output would be twice as large.
        Box<Cut>,
    ),
    /// There is no room for a client that wanted to join. Other outputs close it; this one is for
    /// counting.
    Full,
    /// End the connection now. The connection of a group ends with its whole link.
    Reset {
        /// The connection.
        conn: ConnId,
    },
    /// A network channel has got its first member here. Other proxies may have members in it too.
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

/// The bytes and outputs that wait now and did not wait before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pending {
    /// Bytes for all connections together.
    pub bytes: usize,
    /// Bytes of memory: what is shared by several connections counts once.
    pub memory: usize,
    /// Outputs. Nearly all of them are [`Output::Write`].
    pub outputs: usize,
}

/// A client that reads too slowly.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cut {
    /// Its id.
    pub peer: PeerId,
    /// The sign of its slowness.
    pub why: Slowness,
    /// Bytes that waited for it.
    pub waiting: usize,
}
