//! Everything that channels ask for.

use super::ConnId;

/// Something to be done with a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
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
    /// Stop reading, until [`Output::Release`].
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
    /// End the connection now.
    Reset {
        /// The connection.
        conn: ConnId,
    },
}

/// How much waits that did not wait before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fresh {
    /// Bytes for all connections together.
    pub bytes: usize,
    /// Outputs, nearly all of which say that something waits for a connection.
    pub outputs: usize,
}
