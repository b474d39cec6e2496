//! Sends connections and commands to a shard.

use std::io;

use nws_core::{ChannelKey, ConnId, Framing, Survey, SurveyBounds};
use nws_protocol::{ChannelName, CloseCode, PeerId, ProxyId};
use tokio::sync::{mpsc, oneshot};

use super::link::AttachedLink;
use crate::connection_permits::ConnectionPermit;
use crate::stream::{FreeStream, Stream};

/// Sends connections and commands to one shard.
#[derive(Clone)]
pub(crate) struct ShardHandle {
    commands: mpsc::Sender<Command>,
    /// The shard is on the thread of the handle's users.
    is_here: bool,
}

/// A connection that was upgraded.
pub(crate) struct Arrival {
    /// Its socket.
    pub(super) socket: ArrivingSocket,
    /// The bytes that the client has sent behind its request.
    pub(super) early: Vec<u8>,
    /// Its permit, which it holds as long as it exists.
    pub(super) permit: ConnectionPermit,
    /// Whether it joins or is refused.
    pub(super) admission: Admission,
}

/// A socket on its way to a shard.
pub(super) enum ArrivingSocket {
    /// It is registered with the runtime of its thread.
    Registered(Stream),
    /// It belongs to no runtime.
    Free(FreeStream),
}

/// Whether a connection joins or is refused.
pub(crate) enum Admission {
    /// It joins a channel.
    Join {
        /// The channel.
        channel: ChannelKey,
        /// The form of its frames.
        framing: Framing,
        /// It says that it knows streams.
        knows_streams: bool,
    },
    /// It is told why it cannot join.
    Refuse {
        /// The code to close with.
        code: CloseCode,
        /// The reason in words.
        reason: &'static str,
    },
}

/// The reason why an id could not be reserved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NotReserved {
    /// Another peer of the channel has it.
    Taken,
    /// The proxy stops.
    Stopping,
}

/// An id that is reserved for a client until it arrives. Dropping this frees the id.
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
    Survey {
        bounds: SurveyBounds,
        reply: oneshot::Sender<Survey>,
    },
    Disconnect {
        conn: ConnId,
        reply: oneshot::Sender<bool>,
    },
    ShutDown,
}

impl Arrival {
    /// A connection whose socket is registered with the runtime of this thread.
    pub(crate) fn new(
        socket: Stream,
        early: Vec<u8>,
        permit: ConnectionPermit,
        admission: Admission,
    ) -> Self {
        Self { socket: ArrivingSocket::Registered(socket), early, permit, admission }
    }

    /// Prepares it for a shard, which may be on another thread.
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
    /// Registers it with the runtime of this thread.
    pub(super) fn register(self) -> io::Result<Stream> {
        match self {
            Self::Registered(socket) => Ok(socket),
            Self::Free(socket) => socket.register(),
        }
    }
}

impl ShardHandle {
    /// A handle of a shard, which is on the thread of all users of the handle or on another one.
    pub(super) fn new(commands: mpsc::Sender<Command>, is_here: bool) -> Self {
        Self { commands, is_here }
    }

    /// Sends a connection to the shard. If the shard has ended, the connection is dropped.
    pub(crate) async fn arrive(&self, arrival: Arrival) -> io::Result<()> {
        let _ = self.commands.send(Command::Arrive(arrival.fit_for(self.is_here)?)).await;
        Ok(())
    }

    /// Reserves `peer` for a client that is about to arrive.
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

    /// Connects a link to the shard. If the shard has ended, the link is dropped.
    pub(crate) async fn link(&self, link: AttachedLink) {
        let _ = self.commands.send(Command::Link(link)).await;
    }

    /// Tells the shard whether one of its network channels is not offered to other proxies.
    pub(super) async fn isolate(&self, channel: ChannelName, is_isolated: bool) {
        let _ = self.commands.send(Command::Isolate { channel, is_isolated }).await;
    }

    /// Tells the shard which proxies are in one of its network channels.
    pub(super) async fn searched(&self, channel: ChannelName, found: Vec<ProxyId>) {
        let _ = self.commands.send(Command::Searched { channel, found }).await;
    }

    /// What there is on the shard. `None` when it has ended.
    pub(crate) async fn survey(&self, bounds: SurveyBounds) -> Option<Survey> {
        let (reply, answer) = oneshot::channel();
        self.commands.send(Command::Survey { bounds, reply }).await.ok()?;
        answer.await.ok()
    }

    /// Closes the connection of a client. Gives whether that was present.
    pub(crate) async fn disconnect(&self, conn: ConnId) -> bool {
        let (reply, answer) = oneshot::channel();
        let sent = self.commands.send(Command::Disconnect { conn, reply }).await;
        sent.is_ok() && answer.await.unwrap_or(false)
    }

    pub(super) async fn shut_down(&self) {
        let _ = self.commands.send(Command::ShutDown).await;
    }
}

impl Reservation {
    /// Sends the connection to the shard. If the shard has ended, the connection is dropped.
    pub(crate) fn arrive(self, arrival: Arrival) -> io::Result<()> {
        drop(self.arrival.send(arrival.fit_for(self.is_here)?));
        Ok(())
    }
}
