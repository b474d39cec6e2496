//! Everything that can happen to links between proxies.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use nws_protocol::{ChannelName, ProxyId};

use super::{DialId, LinkId, Route, Target};

/// Something that happened. The owner of the sockets gives each connection its [`LinkId`] when its
/// TLS handshake is over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MeshInput {
    /// A proxy has announced itself. This is a hint, which may come often and may be a lie.
    Seen {
        /// The proxy.
        proxy: ProxyId,
        /// The addresses at which it listens.
        addresses: Vec<SocketAddr>,
    },
    /// A proxy has announced that it leaves. This is a hint.
    Gone {
        /// The proxy.
        proxy: ProxyId,
    },
    /// A place is to be kept connected for as long as it is known. When it is told again, it is
    /// dialled at once, unless it is linked.
    Peer {
        /// The number of the place.
        peer: usize,
    },
    /// A place has other addresses than before. What is there now is to be found out at once, unless
    /// the proxy that was there is linked at one of them.
    Moved {
        /// The number of the place.
        peer: usize,
        /// Its addresses now.
        addresses: Vec<IpAddr>,
    },
    /// A proxy may be at a place, as another program says. It is like [`Self::Peer`], but all such
    /// places share a number of dials of their own.
    Hint {
        /// The number of the place, which no other place has.
        peer: usize,
        /// The longest time between two dials, until a proxy is found there.
        redial_max: Duration,
    },
    /// A proxy says on the backbone that it is there. This side dials it if it has no link to it, and
    /// has the lower id.
    Site {
        /// The number of its site, which no other place has.
        peer: usize,
        /// The proxy.
        proxy: ProxyId,
    },
    /// A place is not to be dialled any more: a user has removed it, its source does not name it now,
    /// or its site is silent on the backbone. A link that leads there stays.
    PeerGone {
        /// The number of the place.
        peer: usize,
    },
    /// The place is gone for which this side has made a link. It is closed, unless the proxy is known
    /// otherwise: it is announced, or was found at another place.
    Unwanted {
        /// The link.
        link: LinkId,
    },
    /// A user wants this to be dialled now, if it is not linked.
    Wanted {
        /// What to dial. Its addresses are ignored.
        target: Target,
    },
    /// The TLS handshake of a connection is over, and the other side's certificate verified.
    Connected {
        /// The new link.
        link: LinkId,
        /// The proxy to which the certificate belongs.
        proxy: ProxyId,
        /// The address of the other side. Addresses that count as one are to be given as one.
        source: IpAddr,
        /// The way that the connection takes.
        route: Route,
        /// The dial that this was, or `None` when the other side dialled.
        dial: Option<DialId>,
    },
    /// An answer has come, be it a refusal or something else that is of no use. It comes before the
    /// end of the dial, if at all.
    Answered {
        /// The dial.
        dial: DialId,
    },
    /// The dial reached no proxy, or the handshake failed. A dial that was abandoned need not be
    /// reported.
    DialFailed {
        /// The dial.
        dial: DialId,
    },
    /// Not the proxy that was dialled answered but another one, and its connection was closed.
    Stranger {
        /// The dial.
        dial: DialId,
    },
    /// This proxy itself answered, and the connection was closed.
    Own {
        /// The dial.
        dial: DialId,
    },
    /// HELLO was sent, after [`MeshOutput::Start`](super::MeshOutput::Start), and that of the other
    /// side, which may have come before, received.
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
    /// A channel is matched from now on, or is matched no more because the other side has left it.
    /// It is to be reported after the shard of the channel was told.
    Shared {
        /// The link.
        link: LinkId,
        /// The channel.
        channel: ChannelName,
        /// Whether it is matched.
        is_matched: bool,
    },
    /// Something was received. It is to be reported before its meaning.
    Heard {
        /// The link.
        link: LinkId,
    },
    /// The connection is no more, whichever side ended it.
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
