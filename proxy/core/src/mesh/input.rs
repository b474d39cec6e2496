//! Everything that can happen to links between proxies.

use std::net::{IpAddr, SocketAddr};

use nws_protocol::{ChannelName, ProxyId};

use super::{DialId, LinkId};

/// Something that happened. The owner of the sockets gives each connection its [`LinkId`] when its TLS
/// handshake is over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MeshInput {
    /// A proxy has announced itself. A hint, which may come often and may be a lie.
    Seen {
        /// The proxy.
        proxy: ProxyId,
        /// Where it listens.
        addresses: Vec<SocketAddr>,
    },
    /// A proxy has announced that it leaves. A hint.
    Gone {
        /// The proxy.
        proxy: ProxyId,
    },
    /// An address is configured, to be kept connected for ever.
    Peer {
        /// Which one.
        peer: usize,
    },
    /// The TLS handshake of a connection is over, and the other side's certificate verified.
    Connected {
        /// The new link.
        link: LinkId,
        /// Whose certificate it is.
        proxy: ProxyId,
        /// Where it is. Addresses that count as one are to be given as one.
        source: IpAddr,
        /// The dial that this was, or `None` when the other side dialled.
        dial: Option<DialId>,
    },
    /// Somebody has answered, be it with a refusal or something else that is of no use. Comes before the end of the dial,
    /// if at all.
    Answered {
        /// The dial.
        dial: DialId,
    },
    /// Nobody could be reached, or the handshake failed. A dial that was abandoned need not be
    /// reported.
    DialFailed {
        /// The dial.
        dial: DialId,
    },
    /// Another proxy answered than the one that was dialled, and its connection was closed.
    Stranger {
        /// The dial.
        dial: DialId,
    },
    /// This proxy itself answered, and the connection was closed.
    Own {
        /// The dial.
        dial: DialId,
    },
    /// HELLO was sent, after [`MeshOutput::Start`](super::MeshOutput::Start), and that of the other side,
    /// which may have come before, received.
    Ready {
        /// The link.
        link: LinkId,
    },
    /// The first channel has matched.
    Matched {
        /// The link.
        link: LinkId,
    },
    /// The other side has said of a channel all that it knew when it was offered.
    Searched {
        /// The link.
        link: LinkId,
        /// The channel.
        channel: ChannelName,
    },
    /// A channel is matched from now on, or is so no more because the other side has left it. What a shard is told of that comes
    /// before.
    Shared {
        /// The link.
        link: LinkId,
        /// The channel.
        channel: ChannelName,
        /// Whether it is matched.
        is_matched: bool,
    },
    /// Something was received; to be reported before what it means.
    Heard {
        /// The link.
        link: LinkId,
    },
    /// The connection is no more, whoever ended it.
    Down {
        /// The link.
        link: LinkId,
    },
    /// A network channel has its first local member.
    Opened {
        /// The channel.
        channel: ChannelName,
    },
    /// A network channel has lost its last local member.
    Closed {
        /// The channel.
        channel: ChannelName,
    },
    /// Three quarters of the evaluations that a link may have in its lifetime are used.
    Exhausting {
        /// The link.
        link: LinkId,
    },
    /// The proxy stops.
    Shutdown,
}
