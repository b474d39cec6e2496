//! Reads what came, and checks every delivery against what was sent.

use std::io::ErrorKind;
use std::mem;

use nws_report::load::Fault;

use super::Generator;
use crate::clock::Nanos;
use crate::connection::State;
use crate::content::{Header, Kind};
use crate::inbox::Inbox;
use crate::ledger::Verdict;
use crate::load::Delivery;
use crate::wire::{Arrival, Data};

impl Generator<'_> {
    /// Reads until the socket is empty; if the server has ended the stream, until its end.
    pub(super) fn read(&mut self, connection: usize, is_ended: bool) {
        // Both are put back later. While they are taken out, the rest of `self` can be changed.
        let mut shared = mem::take(&mut self.shared);
        let mut inbox = mem::take(&mut self.connections[connection].inbox);
        while self.connections[connection].state != State::Closed {
            match inbox.fill(&mut self.connections[connection].socket, &mut shared) {
                Ok(got) => {
                    self.take_units(connection, &mut inbox, &shared[..got.shared]);
                    // A read that left room has emptied the socket. What comes later is another
                    // event.
                    if !(got.more || is_ended) {
                        break;
                    }
                }
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) if error.kind() == ErrorKind::WouldBlock => break,
                Err(error) => self.close(connection, Fault::Closed, || format!("cannot read: {error}")),
            }
        }
        self.shared = shared;
        self.connections[connection].inbox = inbox;
        if self.connections[connection].backlog() > 0 {
            self.list(connection);
        }
    }

    fn take_units(&mut self, connection: usize, inbox: &mut Inbox, mut input: &[u8]) {
        let now = self.clock.now();
        while self.connections[connection].state != State::Closed {
            let wire = &mut self.connections[connection].wire;
            let unit = inbox.next(&mut input, |bytes| wire.size(bytes));
            match unit.and_then(|unit| unit.map(|unit| wire.read(unit)).transpose()) {
                Ok(Some(arrival)) => self.arrived(connection, arrival, now),
                Ok(None) => break,
                Err(broken) => self.close(connection, Fault::Broken, || broken.to_string()),
            }
        }
    }

    fn arrived(&mut self, connection: usize, arrival: Arrival<'_>, now: Nanos) {
        match arrival {
            Arrival::Data(data) => self.received(connection, &data, now),
            Arrival::Joined => self.taken(connection, now),
            Arrival::Name(id) => self.named(connection, &id),
            Arrival::Here(id) => self.told_of(connection, &id),
            Arrival::Gone(_) => self.told_gone(connection),
            Arrival::Ping(payload) => {
                let pinged = &mut self.connections[connection];
                pinged.wire.pong(payload, &mut pinged.out);
            }
            Arrival::Pong | Arrival::Aside => {}
            Arrival::Close(code) => {
                self.close(connection, Fault::Closed, || format!("the server closed with {code}"));
            }
        }
    }

    fn received(&mut self, connection: usize, data: &Data<'_>, now: Nanos) {
        self.heard += 1;
        let header = match self.checked(connection, data, now) {
            Ok(header) => header,
            Err(fault) => return self.wrong(connection, fault, data),
        };
        let from = self.layout.connection(self.layout.channel(connection), header.peer as usize);
        match self.ledger.take(self.stream(connection, header), header.number) {
            Verdict::Next | Verdict::Early => {}
            Verdict::Late => self.wrong(connection, Fault::Reordered, data),
            Verdict::Again => return self.wrong(connection, Fault::Duplicated, data),
        }
        let Header { kind, number, due, .. } = header;
        self.load.delivered(&Delivery { kind, from, to: connection, number, due });
        // An ask is timed when its answer has come.
        self.measure.delivered((kind != Kind::Ask).then(|| now.saturating_sub(due)));
    }

    /// The header of a delivery, if it is for this connection and was sent.
    fn checked(&self, connection: usize, data: &Data<'_>, now: Nanos) -> Result<Header, Fault> {
        let header = self.content.read(&data.data, now).ok_or(Fault::Damaged)?;
        let (channel, peer) = (self.layout.channel(connection), header.peer as usize);
        if header.channel as usize != channel {
            return Err(Fault::WrongChannel);
        }
        let is_direct = header.kind != Kind::Broadcast;
        if data.is_direct.is_some_and(|direct| direct != is_direct)
            || !self.could_send(channel, peer, header.kind)
        {
            return Err(Fault::Damaged);
        }
        let from = self.layout.connection(channel, peer);
        if from == connection || is_direct && self.layout.partner(from) != connection {
            return Err(Fault::WrongRecipient);
        }
        if header.number >= self.load.sent(from) {
            return Err(Fault::Damaged);
        }
        self.check_names(connection, from, data).map(|()| header)
    }

    fn could_send(&self, channel: usize, peer: usize, kind: Kind) -> bool {
        if channel >= self.layout.active {
            return false;
        }
        match kind {
            Kind::Broadcast => peer < self.layout.senders,
            Kind::Ask => peer < 2 * self.layout.senders && peer.is_multiple_of(2),
            Kind::Answer => peer < 2 * self.layout.senders && !peer.is_multiple_of(2),
        }
    }

    fn check_names(&self, connection: usize, from: usize, data: &Data<'_>) -> Result<(), Fault> {
        if data.source.as_deref().is_some_and(|source| source != self.connections[from].id) {
            return Err(Fault::WrongSource);
        }
        if data.target.as_deref().is_some_and(|target| target != self.connections[connection].id) {
            return Err(Fault::WrongRecipient);
        }
        Ok(())
    }

    fn stream(&self, connection: usize, header: Header) -> usize {
        match header.kind {
            Kind::Broadcast => connection * self.layout.senders + header.peer as usize,
            Kind::Ask | Kind::Answer => connection,
        }
    }

    fn wrong(&mut self, connection: usize, fault: Fault, data: &Data<'_>) {
        self.faults.add(fault, || {
            let start = &data.data[..data.data.len().min(48)];
            format!("{fault:?} at connection {connection}, data {}", start.escape_ascii())
        });
    }
}
