//! Everything that is to be done about links between proxies.

use std::net::SocketAddr;

use nws_protocol::{ChannelName, ProxyId};

use super::{DialId, LinkId};

/// Something to be done about other proxies. Outputs are to be carried out before the next input:
/// those of a link then always come between its [`Connected`](super::MeshInput::Connected) and its
/// [`Down`](super::MeshInput::Down).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MeshOutput {
    /// Connect, up to the end of the TLS handshake, and report how that went.
    Dial {
        /// Names this attempt.
        dial: DialId,
        /// What to connect to.
        target: Target,
    },
    /// Stop dialling: the connection is not wanted any more.
    Abandon {
        /// The dial.
        dial: DialId,
    },
    /// Ask the network which proxies are there: some may be of which nothing was heard.
    Ask,
    /// Send HELLO. This comes once for a link that is wanted, possibly some time after it was
    /// connected.
    Start {
        /// The link.
        link: LinkId,
    },
    /// Make the other side answer. Anything that is heard from it will do.
    Ping {
        /// The link.
        link: LinkId,
    },
    /// End the connection. Nothing else is asked for this link any more, and nothing is expected of
    /// it but [`Down`](super::MeshInput::Down).
    Close {
        /// The link.
        link: LinkId,
        /// The reason.
        reason: LinkCloseReason,
    },
    /// Find out whether the other side knows this channel, unless that is under way. After
    /// [`Ready`](super::MeshInput::Ready) the offers of all channels follow each other, before
    /// anything else for this link.
    Offer {
        /// The link.
        link: LinkId,
        /// The channel.
        channel: ChannelName,
    },
    /// The channel has no member here, but perhaps soon again. The other side need not be asked for
    /// it any more, and what it has answered stays.
    Linger {
        /// The link.
        link: LinkId,
        /// The channel.
        channel: ChannelName,
    },
    /// The channel has to wait because there are more channels than a link offers, or it waits no
    /// more. This may be said again of a channel that still waits.
    Isolated {
        /// The channel.
        channel: ChannelName,
        /// Whether it waits.
        is_isolated: bool,
    },
    /// Every link that there is has answered for a channel that has been opened.
    Searched {
        /// The channel.
        channel: ChannelName,
        /// The proxies that are in it.
        found: Vec<ProxyId>,
    },
    /// The channel is not offered any more.
    Withdraw {
        /// The link.
        link: LinkId,
        /// The channel.
        channel: ChannelName,
    },
}

/// What to connect to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// This proxy and no other.
    Proxy {
        /// The proxy.
        proxy: ProxyId,
        /// Its possible addresses, the most likely first; never empty.
        addresses: Vec<SocketAddr>,
    },
    /// The configured address of this number, and any proxy that answers there.
    Peer(usize),
}

/// The reason for which a link is closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum LinkCloseReason {
    /// It leads back to this proxy.
    Own,
    /// It leads to another proxy than the one that was dialled.
    Stranger,
    /// There is another link to the same proxy.
    Duplicate,
    /// It did not answer, and another link to the same proxy takes its place.
    Replaced,
    /// There is a better way to the same proxy.
    Superseded,
    /// HELLO took too long.
    NoHello,
    /// Nothing was heard for too long.
    Silent,
    /// There are too many links.
    Crowded,
    /// Its evaluations are used up; a new one follows.
    Exhausted,
    /// The user has removed the address for which it was made.
    Unwanted,
    /// The proxy stops.
    Shutdown,
}
