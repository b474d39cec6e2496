//! What happens in a channel.

use std::sync::Arc;
use std::time::Duration;

use crate::{Data, Error, Incoming, Peer};

/// Something that happens in a channel.
#[derive(Debug)]
#[non_exhaustive]
pub enum Event {
    /// The channel is open: first of all, and after each gap.
    Open {
        /// The own id, which is another one after each gap.
        id: Arc<str>,
    },
    /// A peer is here.
    Connect(Peer),
    /// A peer has gone, or the connection is lost and all of them have: [`Peer::departure`] tells which.
    Disconnect(Peer),
    /// All peers that were there before have been named.
    Sync {
        /// Whether all other machines have answered for the channel.
        is_settled: bool,
    },
    /// A peer says something.
    Message {
        /// The peer.
        from: Peer,
        /// What it says.
        data: Data,
        /// It was said to this client only.
        direct: bool,
    },
    /// A peer wants a stream. It is refused when this is dropped. Nobody gets this event once
    /// [`Channel::incoming`](crate::Channel::incoming) has been called.
    Dial(Incoming),
    /// The proxy could not serve something. The connection goes on.
    Fault(Error),
    /// There is a gap: the connection is lost, or an attempt to connect again has failed. What
    /// is said until the next [`Open`](Self::Open) is not heard.
    Reconnecting(Gap),
    /// The channel has ended. No more events follow.
    Closed(Closed),
}

/// A time without a connection.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Gap {
    /// The number of the next attempt; the first of an outage is 1.
    pub attempt: u32,
    /// The pause before it.
    pub delay: Duration,
    /// The code with which the connection ended; 1006 if it was lost.
    pub code: u16,
    /// What the proxy said.
    pub reason: String,
    /// Why the last attempt failed.
    pub error: Option<Error>,
}

/// How a channel has ended.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Closed {
    /// The code; 1006 if the connection was lost.
    pub code: u16,
    /// The reason.
    pub reason: String,
    /// What has gone wrong; `None` if this program has closed it.
    pub error: Option<Error>,
}
