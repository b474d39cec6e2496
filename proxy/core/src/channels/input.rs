//! Everything that can happen to channels.

use nws_protocol::websocket::Violation;
use nws_protocol::{ChannelName, CloseCode, PeerId, ProxyId, Scope};

use super::{ConnId, Encoded};
use crate::Share;

/// A channel. A local and a network channel of the same name are different.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ChannelKey {
    /// Its scope: local or network.
    pub scope: Scope,
    /// Its name.
    pub name: ChannelName,
}

/// The form of a member's frames.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Framing {
    /// JSON objects, and binary frames with a head.
    Structured,
    /// A frame is the payload.
    Raw,
}

/// Something that happened. The owner of the sockets gives each connection its [`ConnId`].
#[derive(Debug)]
pub enum Input<'a> {
    /// A client wants to join under an id that it has chosen. The reply is [`Output::Reserved`] or
    /// [`Output::Taken`](super::Output::Taken). A reserved id is free again after [`Input::Gone`].
    ///
    /// [`Output::Reserved`]: super::Output::Reserved
    Reserve {
        /// The connection that the client will have.
        conn: ConnId,
        /// The channel.
        channel: ChannelKey,
        /// The id.
        peer: PeerId,
    },
    /// A client is connected and joins, under the id that it reserved or a new one.
    Join {
        /// The connection.
        conn: ConnId,
        /// The channel; ignored where an id was reserved.
        channel: ChannelKey,
        /// The form of its frames.
        framing: Framing,
        /// It has said that it knows streams; raw clients know none.
        knows_streams: bool,
    },
    /// A client is connected, but only to be told that it cannot be served.
    Refuse {
        /// The connection.
        conn: ConnId,
        /// Why.
        code: CloseCode,
        /// Why, in at most 123 bytes.
        reason: &'a str,
    },
    /// A link has been matched on a channel: the other proxy knows its name and has members in it.
    /// This connection stands for that group, and what waits for it is a stream of [`Record`]s.
    /// What comes from the group goes to [`Channels::hear_stream`].
    ///
    /// [`Record`]: nws_protocol::link::Record
    /// [`Channels::hear_stream`]: super::Channels::hear_stream
    RemoteGroup {
        /// The connection.
        conn: ConnId,
        /// The channel.
        channel: ChannelKey,
        /// The other proxy.
        proxy: ProxyId,
        /// The share of the link, in which the group counts what is kept because of it.
        share: Share,
    },
    /// A text message came.
    Text {
        /// The connection.
        conn: ConnId,
        /// The message.
        text: &'a str,
    },
    /// A long text has been encoded. [`Channels::long_message`] or [`Channels::hear_stream`]
    /// gave it.
    ///
    /// [`Channels::long_message`]: super::Channels::long_message
    /// [`Channels::hear_stream`]: super::Channels::hear_stream
    Encoded {
        /// The connection that it came on.
        conn: ConnId,
        /// The message.
        message: Encoded,
    },
    /// A binary message came.
    Binary {
        /// The connection.
        conn: ConnId,
        /// The message.
        bytes: &'a [u8],
    },
    /// Every link has said whether its proxy is in a network channel that was
    /// [opened](super::Output::Opened).
    Searched {
        /// Its name.
        channel: &'a ChannelName,
        /// The proxies that are in it. The streams of their groups may not have begun yet.
        found: &'a [ProxyId],
    },
    /// A part of a message came, and not its end.
    Unfinished {
        /// The connection.
        conn: ConnId,
        /// Bytes that are held for the message; 0 when there is no such message any more.
        bytes: usize,
    },
    /// A ping came.
    Ping {
        /// The connection.
        conn: ConnId,
        /// The payload of the pong.
        payload: &'a [u8],
    },
    /// A pong came.
    Pong {
        /// The connection.
        conn: ConnId,
    },
    /// A close frame came.
    PeerClosed {
        /// The connection.
        conn: ConnId,
        /// The code, if it had one.
        code: Option<u16>,
    },
    /// The client broke the rules of its wire.
    Violation {
        /// The connection.
        conn: ConnId,
        /// How.
        violation: Violation,
    },
    /// The socket was written to until nothing waited or it would have blocked.
    Wrote {
        /// The connection.
        conn: ConnId,
        /// Bytes that the socket took, possibly none.
        bytes: usize,
    },
    /// Nothing of what waits for a group could be written, because other streams of its link have
    /// their turns and the link moves. The owner repeats this until the stream has its turn.
    Exempt {
        /// The connection of a group.
        conn: ConnId,
    },
    /// The connection has ended. Only this makes a member leave.
    Gone {
        /// The connection.
        conn: ConnId,
    },
    /// A network channel is not offered to other proxies, as there are too many channels; or it is
    /// offered again.
    Isolated {
        /// The channel.
        channel: &'a ChannelName,
        /// Whether it is not offered.
        is_isolated: bool,
    },
    /// The proxy stops: every connection is closed with 1001.
    Shutdown,
}

impl Input<'_> {
    /// The connection of the client whose message this is, if it is a message.
    pub(super) fn speaker(&self) -> Option<ConnId> {
        match *self {
            Self::Text { conn, .. } | Self::Binary { conn, .. } | Self::Encoded { conn, .. } => Some(conn),
            Self::Reserve { .. }
            | Self::Join { .. }
            | Self::Refuse { .. }
            | Self::RemoteGroup { .. }
            | Self::Searched { .. }
            | Self::Unfinished { .. }
            | Self::Ping { .. }
            | Self::Pong { .. }
            | Self::PeerClosed { .. }
            | Self::Violation { .. }
            | Self::Wrote { .. }
            | Self::Exempt { .. }
            | Self::Gone { .. }
            | Self::Isolated { .. }
            | Self::Shutdown => None,
        }
    }
}
