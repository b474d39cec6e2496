//! Sends what is due.

use std::io;

use nws_report::load::Fault;

use super::Generator;
use crate::clock::Nanos;
use crate::connection::State;
use crate::content::{Header, Kind};
use crate::load::Post;

/// Bytes that may wait for a server that does not read, on one connection. With more, the load is
/// more than the server can take, and this program would measure its own memory.
const BACKLOG: usize = 64 * 1024 * 1024;

impl Generator<'_> {
    pub(super) fn send_due(&mut self) -> io::Result<()> {
        let now = self.clock.now();
        while let Some(post) = self.load.next(now) {
            self.send(&post, now);
        }
        match self.load.next_due() {
            Some(due) => self.set_alarm(due, now),
            None => Ok(()),
        }
    }

    /// Notes that the connection has something to write.
    pub(super) fn list(&mut self, connection: usize) {
        let listed = &mut self.connections[connection];
        if !std::mem::replace(&mut listed.is_listed, true) {
            self.unwritten.push(connection);
        }
    }

    pub(super) fn write_all(&mut self) {
        while let Some(connection) = self.unwritten.pop() {
            self.connections[connection].is_listed = false;
            self.write(connection);
        }
    }

    pub(super) fn write(&mut self, connection: usize) {
        let writing = &mut self.connections[connection];
        if !matches!(writing.state, State::Joining | State::Joined) {
            return;
        }
        if let Err(error) = writing.write() {
            self.close(connection, Fault::Closed, || error.to_string());
        }
    }

    fn send(&mut self, post: &Post, now: Nanos) {
        // An answer carries the time of its ask, and is sent as soon as that has come.
        self.measure.sent((post.kind != Kind::Answer).then(|| now.saturating_sub(post.due)));
        self.ledger.expect(if post.to.is_some() { 1 } else { self.layout.peers - 1 });
        if self.connections[post.from].backlog() > BACKLOG {
            return self
                .faults
                .add(Fault::Unread, || format!("connection {} has a backlog of {BACKLOG} bytes", post.from));
        }
        self.content.write(
            &header(post, self.layout.channel(post.from), self.layout.peer(post.from)),
            &mut self.data,
        );
        let target = post.to.map(|to| std::mem::take(&mut self.connections[to].id));
        let sender = &mut self.connections[post.from];
        match &target {
            Some(target) => sender.wire.message(target, &self.data, &mut sender.out),
            None => sender.wire.broadcast(&self.data, &mut sender.out),
        }
        if let Some((to, id)) = post.to.zip(target) {
            self.connections[to].id = id;
        }
        self.list(post.from);
    }
}

fn header(post: &Post, channel: usize, peer: usize) -> Header {
    let Post { kind, number, due, .. } = *post;
    Header { kind, channel: channel as u32, peer: peer as u32, number, due }
}
