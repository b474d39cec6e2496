//! A shard seen from outside.

use std::io;

use nws_core::{ChannelKey, Framing};
use nws_protocol::{ChannelName, CloseCode, PeerId, ProxyId};
use tokio::sync::{mpsc, oneshot};

use super::link::AttachedLink;
use crate::connection_permits::ConnectionPermit;
use crate::stream::{FreeStream, Stream};

/// Sends connections to a shard.
#[derive(Clone)]
pub(crate) struct ShardHandle {
    commands: mpsc::Sender<Command>,
    /// It is on the thread of those who use the handle.
    is_here: bool,
}

/// A connection that was upgraded.
pub(crate) struct Arrival {
    /// Its socket.
    pub(super) socket: ArrivingSocket,
    /// What the client has sent after its request.
    pub(super) early: Vec<u8>,
    /// Its permit, as long as it lasts.
    pub(super) permit: ConnectionPermit,
    /// What becomes of it.
    pub(super) admission: Admission,
}

/// A socket on its way to a shard.
pub(super) enum ArrivingSocket {
    /// It is known to the runtime of the thread that it is on.
    Registered(Stream),
    /// It belongs to no runtime.
    Free(FreeStream),
}

/// What becomes of a connection.
pub(crate) enum Admission {
    /// It joins.
    Join {
        /// The channel.
        channel: ChannelKey,
        /// How its frames are made.
        framing: Framing,
    },
    /// It is told why it cannot.
    Refuse {
        /// The code to close with.
        code: CloseCode,
        /// The reason in words.
        reason: &'static str,
    },
}

/// Why an id could not be reserved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NotReserved {
    /// Another peer of the channel has it.
    Taken,
    /// The proxy stops.
    Stopping,
}

/// An id that is kept for a client until it arrives; free again when dropped.
pub(crate) struct Reservation {
    arrival: oneshot::Sender<Arrival>,
    is_here: bool,
}

pub(super) enum Command {
    Arrive(Arrival),
    Reserve {
        channel: ChannelKey,
        peer: PeerId,
        reply: oneshot::Sender<()>,
        arrival: oneshot::Receiver<Arrival>,
    },
    Link(AttachedLink),
    Isolate {
        channel: ChannelName,
        is_isolated: bool,
    },
    Searched {
        channel: ChannelName,
        found: Vec<ProxyId>,
    },
    ShutDown,
}

impl Arrival {
    /// A connection whose socket is known to the runtime of this thread.
    pub(crate) fn new(
        socket: Stream,
        early: Vec<u8>,
        permit: ConnectionPermit,
        admission: Admission,
    ) -> Self {
        Self { socket: ArrivingSocket::Registered(socket), early, permit, admission }
    }

    /// Gets it ready for a shard, which may be on another thread.
    fn fit_for(self, is_here: bool) -> io::Result<Self> {
        match self.socket {
            ArrivingSocket::Registered(socket) if !is_here => {
                Ok(Self { socket: ArrivingSocket::Free(socket.free()?), ..self })
            }
            ArrivingSocket::Registered(_) | ArrivingSocket::Free(_) => Ok(self),
        }
    }
}

impl ArrivingSocket {
    /// Makes it known to the runtime of this thread.
    pub(super) fn register(self) -> io::Result<Stream> {
        match self {
            Self::Registered(socket) => Ok(socket),
            Self::Free(socket) => socket.register(),
        }
    }
}

impl ShardHandle {
    /// A handle of a shard that is on the thread of all who use it, or on another.
    pub(super) fn new(commands: mpsc::Sender<Command>, is_here: bool) -> Self {
        Self { commands, is_here }
    }

    /// Hands over a connection. Where the shard has ended the connection is dropped.
    pub(crate) async fn arrive(&self, arrival: Arrival) -> io::Result<()> {
        let _ = self.commands.send(Command::Arrive(arrival.fit_for(self.is_here)?)).await;
        Ok(())
    }

    /// Keeps `peer` for a client that is about to arrive.
    pub(crate) async fn reserve(
        &self,
        channel: ChannelKey,
        peer: PeerId,
    ) -> Result<Reservation, NotReserved> {
        let (reply, answer) = oneshot::channel();
        let (sender, arrival) = oneshot::channel();
        let reserve = Command::Reserve { channel, peer, reply, arrival };
        self.commands.send(reserve).await.map_err(|_| NotReserved::Stopping)?;
        match answer.await {
            Ok(()) => Ok(Reservation { arrival: sender, is_here: self.is_here }),
            Err(_) if self.commands.is_closed() => Err(NotReserved::Stopping),
            Err(_) => Err(NotReserved::Taken),
        }
    }

    /// Connects a link. Where the shard has ended it is dropped.
    pub(crate) async fn link(&self, link: AttachedLink) {
        let _ = self.commands.send(Command::Link(link)).await;
    }

    /// Tells it whether other proxies do not hear of a network channel of its.
    pub(super) async fn isolate(&self, channel: ChannelName, is_isolated: bool) {
        let _ = self.commands.send(Command::Isolate { channel, is_isolated }).await;
    }

    /// Says which proxies are in a network channel.
    pub(super) async fn searched(&self, channel: ChannelName, found: Vec<ProxyId>) {
        let _ = self.commands.send(Command::Searched { channel, found }).await;
    }

    pub(super) async fn shut_down(&self) {
        let _ = self.commands.send(Command::ShutDown).await;
    }
}

impl Reservation {
    /// Hands over the connection. Where the shard has ended the connection is dropped.
    pub(crate) fn arrive(self, arrival: Arrival) -> io::Result<()> {
        drop(self.arrival.send(arrival.fit_for(self.is_here)?));
        Ok(())
    }
}
