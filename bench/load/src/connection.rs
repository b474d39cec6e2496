//! One client: its socket, what it still has to write, and its state.

use std::io::{self, ErrorKind, Write};

use mio::net::TcpStream;

use crate::clock::Nanos;
use crate::inbox::Inbox;
use crate::wire::Wire;

pub(crate) struct Connection {
    pub(crate) socket: TcpStream,
    pub(crate) wire: Wire,
    pub(crate) inbox: Inbox,
    pub(crate) state: State,
    /// The time at which it was begun.
    pub(crate) since: Nanos,
    /// Its id from the server; empty until the server has told it.
    pub(crate) id: Vec<u8>,
    pub(crate) out: Vec<u8>,
    /// It is in the list of connections with something to write.
    pub(crate) is_listed: bool,
    written: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum State {
    /// TCP is not connected yet.
    Connecting,
    /// The server has not accepted it yet, or not told its id.
    Joining,
    Joined,
    Closed,
}

impl Connection {
    pub(crate) fn new(socket: TcpStream, wire: Wire, since: Nanos) -> Self {
        Self {
            socket,
            wire,
            inbox: Inbox::default(),
            state: State::Connecting,
            since,
            id: Vec::new(),
            out: Vec::new(),
            is_listed: false,
            written: 0,
        }
    }

    /// Bytes that wait because the server does not read.
    pub(crate) fn backlog(&self) -> usize {
        self.out.len() - self.written
    }

    /// Writes as much as the socket takes.
    pub(crate) fn write(&mut self) -> io::Result<()> {
        while self.backlog() > 0 {
            match self.socket.write(&self.out[self.written..]) {
                Ok(written) => self.written += written,
                Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(()),
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        self.out.clear();
        self.written = 0;
        Ok(())
    }
}
