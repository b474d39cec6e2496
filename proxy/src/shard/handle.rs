//! A shard seen from other threads.

use nws_core::{ChannelKey, Framing};
use nws_protocol::{CloseCode, PeerId};
use tokio::net::TcpStream;
use tokio::sync::{mpsc, oneshot};

use crate::places::Place;

/// Sends connections to a shard.
#[derive(Clone)]
pub(crate) struct ShardHandle {
    commands: mpsc::Sender<Command>,
}

/// A connection that was upgraded.
pub(crate) struct Arrival {
    /// Its socket, without a runtime.
    pub(crate) socket: std::net::TcpStream,
    /// What the client has sent after its request.
    pub(crate) early: Vec<u8>,
    /// What the connection counts as.
    pub(crate) place: Place,
    /// What becomes of it.
    pub(crate) welcome: Welcome,
}

/// What becomes of a connection.
pub(crate) enum Welcome {
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
pub(crate) struct Reservation(oneshot::Sender<Arrival>);

pub(super) enum Command {
    Arrive(Arrival),
    Reserve {
        channel: ChannelKey,
        peer: PeerId,
        reply: oneshot::Sender<()>,
        arrival: oneshot::Receiver<Arrival>,
    },
    ShutDown,
}

impl Arrival {
    /// Takes a socket out of the runtime of the calling thread.
    pub(crate) fn new(
        socket: TcpStream,
        early: Vec<u8>,
        place: Place,
        welcome: Welcome,
    ) -> std::io::Result<Self> {
        Ok(Self { socket: socket.into_std()?, early, place, welcome })
    }
}

impl ShardHandle {
    pub(super) fn new(commands: mpsc::Sender<Command>) -> Self {
        Self { commands }
    }

    /// Hands over a connection. Where the shard has ended the connection is dropped.
    pub(crate) async fn arrive(&self, arrival: Arrival) {
        let _ = self.commands.send(Command::Arrive(arrival)).await;
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
            Ok(()) => Ok(Reservation(sender)),
            Err(_) if self.commands.is_closed() => Err(NotReserved::Stopping),
            Err(_) => Err(NotReserved::Taken),
        }
    }

    pub(super) async fn shut_down(&self) {
        let _ = self.commands.send(Command::ShutDown).await;
    }
}

impl Reservation {
    /// Hands over the connection. Where the shard has ended the connection is dropped.
    pub(crate) fn arrive(self, arrival: Arrival) {
        let _ = self.0.send(arrival);
    }
}
