//! Connects all clients, until all peers of each channel know each other.

use std::io;

use mio::{Interest, Token};
use nws_report::load::Fault;

use super::Generator;
use crate::clock::{Nanos, nanos};
use crate::connection::{Connection, State};
use crate::roster::Rosters;
use crate::wire::Wire;

impl Generator<'_> {
    /// Connects all clients, and waits until each has joined and knows the others. Gives how long
    /// that took, or `None` after a fault.
    pub(crate) fn join(&mut self) -> io::Result<Option<Nanos>> {
        let start = self.clock.now();
        let end = start + nanos(self.options.setup_timeout);
        while !self.is_complete() {
            self.connect_more()?;
            self.turn(end)?;
            let missing = (self.layout.connections() - self.joined).max(1) as u64;
            if self.clock.now() >= end {
                self.faults
                    .add_many(Fault::Unready, missing, || "the time for setting up is over".to_owned());
            }
            if self.faults.any() {
                return Ok(None);
            }
        }
        Ok(Some(self.clock.now() - start))
    }

    /// The server has accepted TCP, or not.
    pub(super) fn greet(&mut self, connection: usize) {
        let opened = &mut self.connections[connection];
        let connected = match opened.socket.take_error() {
            Ok(None) => opened.socket.set_nodelay(true),
            Ok(Some(error)) | Err(error) => Err(error),
        };
        if let Err(error) = connected {
            return self.close(connection, Fault::Unconnected, || error.to_string());
        }
        let channel = format!("{}{}", self.prefix, self.layout.channel(connection));
        let opened = &mut self.connections[connection];
        opened.state = State::Joining;
        opened.wire.join(&self.options.url.host, &channel, &mut opened.out);
        self.list(connection);
    }

    /// The server has accepted the client.
    pub(super) fn taken(&mut self, connection: usize, now: Nanos) {
        let taken = &mut self.connections[connection];
        self.measure.latency.add(now - taken.since);
        if self.rosters.is_some() {
            taken.wire.ask_name(&mut taken.out);
        } else {
            self.set_joined(connection);
        }
    }

    /// The server has told the client's id. It may do so unasked, and again when it is asked.
    pub(super) fn named(&mut self, connection: usize, id: &[u8]) {
        if self.connections[connection].id == id {
            return;
        }
        let is_new = self.rosters.as_mut().is_some_and(|rosters| rosters.is(connection, id));
        if !is_new || self.connections[connection].state != State::Joining {
            return self.wrongly_told(connection, "was told another id than before");
        }
        self.connections[connection].id = id.to_vec();
        self.set_joined(connection);
    }

    pub(super) fn told_of(&mut self, connection: usize, id: &[u8]) {
        let is_wanted = self.rosters.as_mut().is_some_and(|rosters| rosters.here(connection, id));
        if !is_wanted {
            self.wrongly_told(connection, "was told of more peers than are present");
        }
    }

    pub(super) fn told_gone(&mut self, connection: usize) {
        self.wrongly_told(connection, "was told that a peer has left, but none has");
    }

    fn wrongly_told(&mut self, connection: usize, how: &str) {
        self.faults.add(Fault::Roster, || format!("connection {connection} {how}"));
    }

    fn set_joined(&mut self, connection: usize) {
        self.connections[connection].state = State::Joined;
        self.joining -= 1;
        self.joined += 1;
    }

    fn is_complete(&self) -> bool {
        self.joined == self.layout.connections() && self.rosters.as_ref().is_none_or(Rosters::are_full)
    }

    fn connect_more(&mut self) -> io::Result<()> {
        let at_once = self.options.at_once();
        while self.connections.len() < self.layout.connections() && self.joining < at_once {
            self.connect()?;
        }
        Ok(())
    }

    fn connect(&mut self) -> io::Result<()> {
        let number = self.connections.len();
        let is_sender = self.layout.peer(number) < self.layout.senders;
        let mut socket = self.namespaces.connect(is_sender, self.options.url.socket)?;
        let both = Interest::READABLE | Interest::WRITABLE;
        self.poll.registry().register(&mut socket, Token(number), both)?;
        let wire = Wire::new(self.options.framing, number as u64);
        self.connections.push(Connection::new(socket, wire, self.clock.now()));
        self.joining += 1;
        Ok(())
    }
}
